"""Who is there now: open whistles and early warnings, read again by itself; what has ended; blowing one."""

from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weiwang.cases.permissions import case_file
from weiwang.cases.queries import CaseFile
from weiwang.territory import queries as territory
from weiwang.web.desk import places
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.whistles.forms import BlowForm, TakeForm
from weiwang.web.desk.whistles.frame import HERE, carry_out, show_page, shown, tabs
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.clocks import moment, until
from weiwang.web.ui.pages import render_page
from weiwang.whistles import actions, permissions, queries
from weiwang.whistles.actions import WhistleForm
from weiwang.whistles.permissions import ANSWER, BLOW, SEE, TAKE


@needs(SEE, ANSWER)
@require_safe
def board(request: DeskRequest) -> HttpResponse:
    return board_page(request)


def board_page(
    request: DeskRequest, *, form: TakeForm | None = None, about: UUID | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """`form` was refused for the warning `about`. Asked by a script, only the live part comes back."""
    officer, at = request.officer, timezone.now()
    lines = queries.warnings(permissions.warnings_to(officer), at=at)
    warnings = [
        {
            "line": line, "when": moment(line.raised_at, at),
            "climbs": until(line.due_at, at) if line.due_at else "",
            "may_take": line.taken_at is None and officer.may(TAKE, line.unit_path),
            "form": form if form and line.id == about else TakeForm(auto_id=f"w{line.id}-%s"),
        }
        for line in lines
    ]  # fmt: skip
    running = [shown(line, at) for line in queries.running(permissions.visible_to(officer), at=at)]
    values = {
        "tabs": tabs(HERE), "warnings": warnings, "running": running, "at": moment(at, at),
        "may_blow": officer.may(BLOW), "wrong": form,
    }  # fmt: skip
    return show_page(request, "desk/whistles/board.html", values, part="live", status=status)


@needs(SEE, ANSWER)
@require_safe
def history(request: DeskRequest) -> HttpResponse:
    """The ended whistles of a month (`?month=2026-11`), for the monthly meeting."""
    at = timezone.now()
    first = month_of(request.GET.get("month", ""), timezone.localdate(at))
    after = (first + timedelta(days=32)).replace(day=1)
    found = queries.ended(
        permissions.visible_to(request.officer), first=midnight(first), last=midnight(after), at=at
    )
    values = {
        "tabs": tabs("desk:whistle-history"), "month": first, "ended": [shown(line, at) for line in found],
        "earlier": (first - timedelta(days=1)).strftime("%Y-%m"),
        "later": after.strftime("%Y-%m") if after <= timezone.localdate(at) else "",
    }  # fmt: skip
    return show_page(request, "desk/whistles/history.html", values)


def month_of(text: str, today: date) -> date:
    """The first day of a month such as `2026-11`; of the present one for anything else."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 -- a month has no zone
    except ValueError:
        return today.replace(day=1)


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# ---------------------------------------------------------------- blowing one


@needs(BLOW)
@require_http_methods(["GET", "HEAD", "POST"])
def blow(request: DeskRequest) -> HttpResponse:
    """The form, for a case (`?case=`) or a place; or the whistle blown."""
    file = _case(request)
    if request.method != "POST":
        return blow_page(request, file, blank(request, file, initial=_known(file)))
    form = blank(request, file, request.POST)

    def act() -> object:
        data = form.cleaned_data
        wanted = WhistleForm(
            kind=data["kind"], departments=data["departments"], words=data["words"], limit=data["limit"],
            meeting_point=data["meeting_point"],
        )  # fmt: skip
        return actions.blow(
            form=wanted, by=request.officer, at=timezone.now(), case_id=file.case.pk if file else None,
            unit_id=data.get("unit"), submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, form, act, words=_("The whistle was blown. The departments called can see it now."),
        to=lambda whistle: reverse("desk:whistle", args=[whistle.pk]),  # type: ignore[attr-defined] # a whistle
        again=lambda status: blow_page(request, file, form, status=status),
    )  # fmt: skip


def blow_page(
    request: DeskRequest, file: CaseFile | None, form: BlowForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    return show_page(request, "desk/whistles/new.html", {"form": form, "file": file}, status=status)


def _case(request: DeskRequest) -> CaseFile | None:
    """The case named in the address, if it is this officer's to see. Raises `Http404`."""
    given = request.GET.get("case") or request.POST.get("case") or ""
    if not given:
        return None
    try:
        file = case_file(request.officer, UUID(given))
    except ValueError as error:
        raise Http404 from error
    if file is None:
        raise Http404
    return file


def blank(
    request: DeskRequest, file: CaseFile | None, data: QueryDict | None = None,
    *, initial: dict[str, object] | None = None,
) -> BlowForm:  # fmt: skip
    """The form with the departments of the place and, without a case, the units one may call to."""
    place = file.case.place if file else request.officer.places[0]
    grounds = [] if file else places.grounds(place, timezone.localdate())
    return BlowForm(
        data, departments=[(str(one.pk), one.name) for one in territory.departments(place)],
        units=[(str(one.id), one.name) for one in grounds if request.officer.may(BLOW, one.path)],
        initial=initial,
    )  # fmt: skip


def _known(file: CaseFile | None) -> dict[str, object]:
    return {"meeting_point": file.case.address} if file else {}


# ---------------------------------------------------------------- early warnings


@needs(TAKE)
@require_POST
def take(request: DeskRequest, warning_id: UUID) -> HttpResponse:
    form = TakeForm(request.POST, auto_id=f"w{warning_id}-%s")
    return carry_out(
        request, form, lambda: actions.take_warning(
            warning_id=warning_id, reply=form.cleaned_data["reply"], by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The warning is yours now. Whoever raised it can see this."), to=reverse(HERE),
        again=lambda status: board_page(request, form=form, about=warning_id, status=status),
    )  # fmt: skip


@needs()
@require_safe
def waiting(request: DeskRequest) -> HttpResponse:
    """The bar above every page of the desk: what calls for an answer of this officer now, if anything."""
    officer = request.officer
    posts = [holding.post_id for holding in officer.holdings] if officer.may(TAKE) else []
    found = queries.waiting_for(posts=posts, departments=officer.departments(ANSWER))
    answer = render_page(request, "desk/whistles/waiting.html", {"waiting": found})
    answer["Cache-Control"] = "private, no-store"
    return answer
