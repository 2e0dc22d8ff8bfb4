"""Posts and who holds them: vacancies, new posts, appointments and their ends."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.accounts.queries import user_named
from weiwang.accounts.rules import AccountError
from weiwang.territory import actions, roster
from weiwang.territory import queries as territory
from weiwang.territory.imports.frame import midnight
from weiwang.territory.rules import PostKind, TerritoryError, scopes_of
from weiwang.web.console.answers import carry_out
from weiwang.web.console.forms import AppointForm, PostForm
from weiwang.web.console.frame import show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.forms import Form
from weiwang.web.ui.parts import Tab


@require_safe
@needs("staff.manage")
def posts(request: ConsoleRequest) -> HttpResponse:
    return posts_page(request)


def posts_page(
    request: ConsoleRequest, *, form: BaseForm | None = None, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The posts of a part of the tree, by unit code; `?unit=` narrows, `?kind=` and `?vacant=1` filter."""
    at = timezone.now()
    wanted = {name: request.GET.get(name, "") for name in ("unit", "kind", "vacant")}
    head = _head(request, wanted["unit"])
    lines = roster.posts_under(
        place=request.place, path=head.path, at=at, kind=wanted["kind"], vacant=bool(wanted["vacant"]),
        after=request.GET.get("after", ""), limit=roster.PAGE + 1,
    )  # fmt: skip
    more, lines = lines[roster.PAGE :], lines[: roster.PAGE]
    whole, vacant = roster.post_counts(place=request.place, at=at)
    context = {
        "lines": [(line, _kind_name(line.kind)) for line in lines], "wanted": wanted, "head": head, "at": at,
        "tabs": _tabs(wanted, whole, vacant), "kinds": _kind_choices(),
        "older": _address({**wanted, "after": f"{lines[-1].unit_code}|{lines[-1].id}"}) if more else "",
        "form": form or post_form(request),
    }  # fmt: skip
    return show(request, "posts", context, here="console:posts", status=status)


def _head(request: ConsoleRequest, code: str) -> Any:  # noqa: ANN401 -- a row of the tree
    found = territory.unit_by_code(place=request.place, code=code) if code else None
    return found or territory.place_head(request.place)


def _tabs(wanted: Mapping[str, str], whole: int, vacant: int) -> list[Tab]:
    return [
        Tab(
            label=_("All posts"), href=_address({**wanted, "vacant": ""}), count=whole,
            current=not wanted["vacant"],
        ),
        Tab(
            label=_("Vacant"), href=_address({**wanted, "vacant": "1"}), count=vacant,
            current=bool(wanted["vacant"]), tone="near" if vacant else "quiet",
        ),
    ]  # fmt: skip


def _address(wanted: Mapping[str, str]) -> str:
    return f"{reverse('console:posts')}?{urlencode({k: v for k, v in wanted.items() if v})}"


def kind_name(kind: PostKind) -> str:
    return kind.en if (get_language() or "").startswith("en") else kind.zh


def _kind_name(code: str) -> str:
    return kind_name(territory.post_table().kinds[code])


def _kind_choices() -> list[tuple[str, str]]:
    return [(code, kind_name(kind)) for code, kind in territory.post_table().kinds.items()]


def post_form(request: ConsoleRequest, data: Mapping[str, Any] | None = None) -> PostForm:
    form = PostForm(data, initial={"unit": request.GET.get("unit", "")}, prefix="new")
    departments = [(d.code, d.name) for d in territory.departments(request.place)]
    form.fields["kind"].choices = _kind_choices()  # type: ignore[attr-defined]
    form.fields["department"].choices = [("", _("none")), *departments]  # type: ignore[attr-defined]
    return form


@require_POST
@needs("staff.manage")
def create(request: ConsoleRequest) -> HttpResponse:
    form = post_form(request, request.POST)

    def act() -> object:
        data = form.cleaned_data
        unit = territory.unit_by_code(place=request.place, code=data["unit"])
        if unit is None:
            raise TerritoryError("unit.unknown", code=data["unit"])
        department = next(
            (d for d in territory.departments(request.place) if d.code == data["department"]), None
        )
        return actions.create_post(
            unit=unit, kind=data["kind"], department=department, name=data["name"], at=timezone.now(),
            by=request.officer.by_power("staff.manage", unit.path), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The post was set up. Appoint somebody next."), to=("console:posts",),
        again=lambda status: posts_page(request, form=form, status=status),
    )  # fmt: skip


# ---------------------------------------------------------------- one post


@require_safe
@needs("staff.manage")
def post(request: ConsoleRequest, post_id: int) -> HttpResponse:
    return post_page(request, post_id)


def post_page(
    request: ConsoleRequest, post_id: int, *, form: BaseForm | None = None, ending: BaseForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    at = timezone.now()
    line = _line(request, post_id)
    kind = territory.post_table().kinds[line.kind]
    context = {
        "line": line, "kind": kind_name(kind), "single": kind.single, "at": at,
        "powers": [_power(power) for power in sorted(kind.allows)],
        "form": form or AppointForm(initial={"username": request.GET.get("username", "")}),
        "ending": ending or Form(),
        "may_let_in": request.officer.may("api.manage", line.unit_path) and bool(scopes_of(kind)),
    }  # fmt: skip
    return show(request, "post", context, here="console:posts", status=status)


def _line(request: ConsoleRequest, post_id: int) -> roster.PostLine:
    line = roster.post_line(place=request.place, post_id=post_id, at=timezone.now())
    if line is None or not request.officer.may("staff.manage", line.unit_path):
        raise Http404
    return line


def _power(power: str) -> str:
    words = territory.post_table().powers[power]
    return words["en" if (get_language() or "").startswith("en") else "zh"]


@require_POST
@needs("staff.manage")
def appoint(request: ConsoleRequest, post_id: int) -> HttpResponse:
    line = _line(request, post_id)
    form = AppointForm(request.POST)

    def act() -> object:
        data = form.cleaned_data
        user = user_named(data["username"])
        if user is None or user.place != request.place:
            raise AccountError("account.unknown", username=data["username"])
        at = timezone.now()
        return actions.appoint(
            post_id=line.id, user_id=user.pk, at=at,
            starts_at=midnight(data["starts_on"]) if data["starts_on"] else None,
            ends_at=midnight(data["ends_on"] + timedelta(days=1)) if data["ends_on"] else None,
            by=request.officer.by_power("staff.manage", line.unit_path), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("Appointed. Access follows the dates by itself."),
        to=("console:post", line.id),
        again=lambda status: post_page(request, post_id, form=form, status=status),
    )  # fmt: skip


@require_POST
@needs("staff.manage")
def end(request: ConsoleRequest, appointment_id: int) -> HttpResponse:
    """End an appointment now; access ends with it, on the next request at the latest."""
    found = roster.appointment(place=request.place, appointment_id=appointment_id)
    if found is None or not request.officer.may("staff.manage", found.post.unit.path):
        raise Http404
    form = Form(request.POST)

    def act() -> object:
        return actions.end_appointment(
            appointment_id=found.pk, by=request.officer.by_power("staff.manage", found.post.unit.path),
            at=timezone.now(), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The appointment has ended."), to=("console:post", found.post_id),
        again=lambda status: post_page(request, found.post_id, ending=form, status=status),
    )  # fmt: skip
