"""One URL serves the page and its part; refusals say what to do; choices are kept and lead back safely."""

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from pytest_django.fixtures import Settings

from weiwang.web.ui.context import appearance, page
from weiwang.web.ui.pages import error_page, render_page
from weiwang.web.ui.views import preferences

PAGE = "{% load partials %}<h1>Whole</h1>{% partialdef rows inline %}<ul>{{ word }}</ul>{% endpartialdef %}"


def request(**headers: str) -> HttpRequest:
    made = RequestFactory().get("/list?a=1", headers=headers)
    made._messages = CookieStorage(made)  # type: ignore[attr-defined]
    return made


@pytest.fixture
def _page(settings: Settings) -> None:
    memory = ("django.template.loaders.locmem.Loader", {"page.html": PAGE})
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [("template_partials.loader.Loader", [memory])],
                "builtins": ["template_partials.templatetags.partials"],
            },
        }
    ]


@pytest.mark.usefixtures("_page")
def test_a_browser_gets_the_page_and_htmx_the_part() -> None:
    whole = render_page(request(), "page.html", {"word": "a"}, part="rows")
    part = render_page(request(HX_Request="true"), "page.html", {"word": "a"}, part="rows")
    assert whole.content.decode() == "<h1>Whole</h1><ul>a</ul>"
    assert part.content.decode() == "<ul>a</ul>"
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]


@pytest.mark.usefixtures("_page")
@pytest.mark.parametrize("reason", ["HX-Boosted", "HX-History-Restore-Request"])
def test_boosted_links_and_restored_history_get_the_page(reason: str) -> None:
    headers = {"HX-Request": "true", reason: "true"}
    assert b"Whole" in render_page(request(**headers), "page.html", {"word": "a"}, part="rows").content


@pytest.mark.usefixtures("_page")
def test_a_form_sent_with_mistakes_keeps_its_status() -> None:
    assert render_page(request(), "page.html", status=422).status_code == 422


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429, 500, 503])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_refusal_says_what_happened_and_what_to_do(status: int, language: str) -> None:
    with translation.override(language):
        answer = error_page(request(), status, message="<said>")
    words = answer.content.decode()
    assert answer.status_code == status
    assert "&lt;said&gt;" in words
    assert words.count("<p>") == 1
    assert 'lang="en"' in words if language == "en" else 'lang="zh-Hans"' in words


def test_an_unusual_status_gets_the_nearest_page() -> None:
    assert error_page(request(), 418).status_code == 418
    assert error_page(request(), 502).status_code == 502


def test_waiting_time_is_told_to_machines_too() -> None:
    assert error_page(request(), 429, retry_after=60)["Retry-After"] == "60"


def test_the_page_of_a_fault_needs_no_context() -> None:
    template = engines["django"].get_template("500.html")
    assert "<h1>" in template.render()


def choose(data: dict[str, str], **extra: object) -> tuple[str, dict[str, str]]:
    response = preferences(RequestFactory().post("/preferences", data, **extra))  # type: ignore[arg-type]
    return response["Location"], {name: morsel.value for name, morsel in response.cookies.items()}


def test_choices_are_kept_in_cookies_and_lead_back() -> None:
    data = {"language": "en", "theme": "dark", "type": "large", "next": "/cases?tab=mine"}
    where, cookies = choose(data)
    assert where == "/cases?tab=mine"
    assert cookies == {"django_language": "en", "ui_theme": "dark", "ui_type": "large"}


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil", ""]
)
def test_the_way_back_never_leaves_the_site(away: str) -> None:
    assert choose({"theme": "dark", "next": away})[0] == "/"


def test_unknown_choices_are_left_alone() -> None:
    assert choose({"language": "xx", "theme": "pink", "type": ""})[1] == {}


def test_choices_cannot_be_made_by_a_link() -> None:
    assert preferences(RequestFactory().get("/preferences")).status_code == 405


def test_unknown_cookies_count_as_not_chosen() -> None:
    asked = request()
    asked.COOKIES = {"ui_theme": "<script>", "ui_type": "huge"}
    assert (appearance(asked).theme, appearance(asked).type) == ("auto", "normal")
    assert appearance(asked).here == "/list?a=1"


def test_layouts_find_every_name_they_draw() -> None:
    assert {"ui", "nav", "demo_notice", "place_name", "home_url"} <= page(request()).keys()
