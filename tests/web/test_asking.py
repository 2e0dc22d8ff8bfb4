"""The extra questions of a kind, in each of our own forms: asked, needed, and nothing else lost."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.builders import Town, build_town

from weiwang.cases.models import Case

POINT = {"lon": "104.0005", "lat": "30.7005"}
FORMS: dict[str, Any] = {
    "portal": ("/report", "/report/questions", {**POINT, "act": "send"}, None),
    "field": ("/field/report", "/field/report/questions", {}, "leader"),
    "desk": ("/desk/cases/new/", "/desk/cases/new/questions/", POINT, "dispatcher"),
}
PARTS = pytest.mark.parametrize("face", FORMS)


@pytest.fixture
def town(db: None) -> Town:
    cache.clear()
    return build_town(timezone.localtime())


def person(face: str, town: Town) -> Client:
    client, username = Client(headers={"accept-language": "en"}), FORMS[face][3]
    if username:
        client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
    return client


def typed(face: str, town: Town, **fields: Any) -> dict[str, Any]:
    more = {"unit": town.units["QH0101-1"].pk} if face == "field" else {}
    words = {"text": "Drilling every night.", "category": "B06", "submission_key": str(uuid4())}
    return {**FORMS[face][2], **more, **words, **fields}


@PARTS
def test_the_part_asks_what_belongs_to_the_kind(face: str, town: Town) -> None:
    client, url = person(face, town), FORMS[face][1]
    page = client.post(url, {"category": "B06", "q-since-day": "2026-11-01"}).content.decode()
    assert 'name="asked" value="B06"' in page
    assert page.count('type="radio"') == 5
    assert page.count('type="checkbox"') == 5
    assert re.search(r'<input type="date"[^>]* value="2026-11-01"|value="2026-11-01"[^>]* type="date"', page)
    assert client.post(url, {"category": "K01"}).content.decode().strip() == ""
    assert client.post(url, {"category": "nonsense"}).content.decode().strip() == ""


@PARTS
def test_without_scripts_the_questions_are_a_second_look_at_the_same_form(face: str, town: Town) -> None:
    page = person(face, town).post(FORMS[face][0], typed(face, town)).content.decode()
    assert "needs a few more answers" in page
    assert "Please answer" not in page
    assert "Drilling every night." in page
    assert "What kind of noise" in page
    assert not Case.objects.exists()


@PARTS
def test_a_needed_answer_that_is_missing_is_named_and_the_rest_stays(face: str, town: Town) -> None:
    fields = typed(face, town, asked="B06", **{"q-since-day": "2026-02-30", "q-hours": ["night", "noon"]})
    answer = person(face, town).post(FORMS[face][0], fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Please answer “What kind of noise”." in page
    assert "“Since about which day”: please give a day" in page
    assert "Drilling every night." in page
    assert page.count(" checked") >= 2
    assert not Case.objects.exists()


@PARTS
def test_answers_stay_with_the_case_and_another_kind_asks_anew(face: str, town: Town) -> None:
    client, url = person(face, town), FORMS[face][0]
    good = {"q-noise": "building", "q-hours": ["night"], "q-since-day": ""}
    assert client.post(url, typed(face, town, asked="D02", **good)).status_code in {200, 422}
    assert not Case.objects.exists()
    assert client.post(url, typed(face, town, asked="B06", **good)).status_code == 302
    assert Case.objects.get().answers == {"noise": "building", "hours": ["night"]}


def test_a_moment_without_a_zone_is_local_time(town: Town) -> None:
    fields = typed("portal", town, category="B03", asked="B03", **{"q-since": "2026-11-16T09:00"})
    assert person("portal", town).post("/report", fields).status_code == 302
    assert Case.objects.get().answers == {"since": "2026-11-16T09:00:00+08:00"}


def test_staff_read_the_answers_on_the_case(town: Town) -> None:
    fields = typed("desk", town, asked="B06", **{"q-noise": "building", "q-since-day": "2026-11-01"})
    client = person("desk", town)
    client.post("/desk/cases/new/", fields)
    page = client.get(f"/desk/cases/{Case.objects.get().pk}/").content.decode()
    assert "Building or drilling" in page
    assert "1 November 2026" in page
