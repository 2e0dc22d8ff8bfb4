"""Other programs: keys that act by a post, made and shown once, taken back at any time."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.territory import actions, roster
from weiwang.territory import queries as territory
from weiwang.territory.keys import new_key
from weiwang.territory.rules import PostKind, scopes_of
from weiwang.web.console.answers import carry_out
from weiwang.web.console.forms import ClientForm, NewsForm, ReasonForm
from weiwang.web.console.frame import done, show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.answers import refused, submission_key
from weiwang.web.ui.parts import Fact, Tone
from weiwang.webhooks.queries import endpoints_of

HERE = "console:clients"
MANY = 200  # posts offered in one list


@dataclass(frozen=True, slots=True)
class Standing:
    """How a key stands at a moment, in one word."""

    word: str
    tone: Tone
    icon: str
    works: bool


def standing(row: Any, at: datetime) -> Standing:  # noqa: ANN401 -- a client
    if row.revoked_at is not None:
        return Standing(pgettext("key", "taken back"), "quiet", "lock", works=False)
    if row.ends_at <= at:
        return Standing(_("expired"), "late", "clock", works=False)
    if (row.post.ends_at is not None and row.post.ends_at <= at) or row.post.unit.ends_on is not None:
        return Standing(_("its post has ended"), "late", "user-off", works=False)
    return Standing(_("works"), "cleared", "check", works=True)


@require_safe
@needs("api.manage")
def clients(request: ConsoleRequest) -> HttpResponse:
    at = timezone.now()
    rows = [(row, standing(row, at)) for row in territory.clients(place=request.place)]
    return show(request, "clients", {"rows": rows}, here=HERE)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("api.manage")
def create(request: ConsoleRequest) -> HttpResponse:
    """First the post, then what the key may do. The key is in this one answer and nowhere else."""
    wanted = request.POST.get("post") or request.GET.get("post", "")
    line = _line(request, wanted) if wanted else None
    if line is None:
        posts = territory.posts_of_place(request.place, at=timezone.now())
        kinds = territory.post_table().kinds
        offered = [post for post in posts if scopes_of(kinds[post.kind])][:MANY]
        return show(request, "client_post", {"posts": offered}, here=HERE)
    form = _form(request, line.kind)
    if request.method == "POST" and form.is_valid():
        key = new_key()
        try:
            made = actions.create_client(
                place=request.place, post_id=line.id, key=key, **form.cleaned_data, by=_by(request),
                at=timezone.now(), submission=submission_key(request),
            )  # fmt: skip
        except AlreadyDoneError as before:
            words = _("This was done before, and the key was shown then. Revoke it and make another one.")
            return done(request, words, "console:client", int(before.object_id))
        except CodedError as error:
            refused(form, error, overtaken=())
        else:
            return show(request, "client_key", {"client": made, "key": key}, here=HERE)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return show(request, "client_new", {"form": form, "line": line}, here=HERE, status=status)


def _line(request: ConsoleRequest, wanted: str) -> Any:  # noqa: ANN401 -- a post with its holders
    found = (
        roster.post_line(place=request.place, post_id=int(wanted), at=timezone.now())
        if wanted.isdecimal() and len(wanted) < 15
        else None
    )
    if found is None:
        raise Http404
    return found


def _form(request: ConsoleRequest, kind: str) -> ClientForm:
    form = ClientForm(request.POST if request.method == "POST" else None)
    form.fields["scopes"].choices = scope_choices(territory.post_table().kinds[kind])  # type: ignore[attr-defined]
    return form


def scope_choices(kind: PostKind) -> list[tuple[str, str]]:
    """The powers of a post that a key may have, in the order and the words of the policy table."""
    allowed = scopes_of(kind)
    return [(power, word) for power, word in powers().items() if power in allowed]


def powers() -> dict[str, str]:
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return {power: words[language] for power, words in territory.post_table().powers.items()}


def _by(request: ConsoleRequest) -> Any:  # noqa: ANN401 -- an officer
    return request.officer.by_power("api.manage", territory.place_head(request.place).path)


# ---------------------------------------------------------------- one program


@require_safe
@needs("api.manage")
def client(request: ConsoleRequest, client_id: int) -> HttpResponse:
    return client_page(request, client_id)


def client_page(
    request: ConsoleRequest,
    client_id: int,
    *,
    form: ReasonForm | None = None,
    news: NewsForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    row = known(request, client_id)
    words = powers()
    context = {
        "client": row, "standing": standing(row, timezone.now()), "facts": _facts(row),
        "scopes": [words.get(scope, scope) for scope in row.scopes], "form": form or ReasonForm(),
        "news": news or NewsForm(), "endpoints": endpoints_of(row.pk),
    }  # fmt: skip
    return show(request, "client", context, here=HERE, status=status)


def known(request: ConsoleRequest, client_id: int) -> Any:  # noqa: ANN401 -- a client
    row = territory.client(place=request.place, client_id=client_id)
    if row is None:
        raise Http404
    return row


def _facts(row: Any) -> list[Fact]:  # noqa: ANN401 -- a client
    day = "%Y-%m-%d"
    return [
        Fact(label=_("Acts for the post"), value=row.post.name),
        Fact(label=_("Key begins with"), value=f"{row.key_hint}…"),
        Fact(label=_("Made on"), value=f"{timezone.localtime(row.created_at):{day}}"),
        Fact(label=_("Lasts until"), value=f"{timezone.localtime(row.ends_at):{day}}"),
        Fact(label=_("Requests a minute"), value=row.per_minute),
    ]


@require_POST
@needs("api.manage")
def revoke(request: ConsoleRequest, client_id: int) -> HttpResponse:
    """Take the key back; the next request with it is refused."""
    row, form = known(request, client_id), ReasonForm(request.POST)

    def act() -> object:
        return actions.revoke_client(
            client_id=row.pk, reason=form.cleaned_data["reason"], by=_by(request), at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The key has been revoked. It no longer opens anything."),
        to=("console:client", row.pk),
        again=lambda status: client_page(request, row.pk, form=form, status=status),
    )  # fmt: skip
