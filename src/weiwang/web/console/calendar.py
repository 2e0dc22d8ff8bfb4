"""The working calendar as it is in force: the signed table and, over it, what was changed here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext
from django.views.decorators.http import require_http_methods

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions.calendars import Change, change_calendar, preview_calendar
from weiwang.cases.actions.recounting import Moves
from weiwang.cases.calendars import DayKind, DayLine, Organisation, calendar_days, weeks_of
from weiwang.kernel.faults import CodedError
from weiwang.kernel.worktime import WEEKDAYS
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level
from weiwang.web.console.frame import done, show
from weiwang.web.console.gates import ConsoleRequest, needs
from weiwang.web.ui.answers import refused, submission_key
from weiwang.web.ui.forms import Form

HERE = "console:calendar"
KINDS: Mapping[str, str] = {
    DayKind.OFF: gettext_noop("day off"),
    DayKind.DUTY: gettext_noop("working day"),
    DayKind.USUAL: gettext_noop("as on its weekday"),
}
DAY_NAMES = (
    gettext_noop("Monday"), gettext_noop("Tuesday"), gettext_noop("Wednesday"), gettext_noop("Thursday"),
    gettext_noop("Friday"), gettext_noop("Saturday"), gettext_noop("Sunday"),
)  # fmt: skip


class DayForm(Form):
    """One day of the calendar; `whose` is empty for the whole place, `u12` a unit, `d3` a department."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label=gettext_lazy("Kind of day"))
    hours = forms.CharField(
        label=gettext_lazy("Working hours"), required=False, max_length=80, initial="09:00-12:00,13:00-17:00",
        help_text=gettext_lazy("For a working day, like 09:00-12:00,13:00-17:00."),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=40)
    whose = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)

    def __init__(self, *args: object, whose: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "whose", whose)
        _choices(self, "kind", [*((kind, _(word)) for kind, word in KINDS.items()), ("drop", _("as signed"))])

    def change(self) -> Change:
        data = self.cleaned_data
        unit_id, department_id = read_whose(data["whose"])
        return Change(
            kind=data["kind"], day=data["day"], hours=data["hours"], name=data["name"], unit_id=unit_id,
            department_id=department_id,
        )  # fmt: skip


class WeekForm(Form):
    """Duty hours of an organisation, a line for each weekday; empty is a day off, all empty is as signed."""

    whose = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)

    def __init__(self, *args: object, whose: Sequence[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "whose", whose)
        for number, name in enumerate(WEEKDAYS):
            self.fields[name] = forms.CharField(label=_(DAY_NAMES[number]), required=False, max_length=80)

    def change(self) -> Change:
        data = self.cleaned_data
        week = {
            name: [part.strip() for part in data[name].replace("，", ",").split(",") if part.strip()]
            for name in WEEKDAYS
        }
        kind = "week" if any(week.values()) else "drop"
        unit_id, department_id = read_whose(data["whose"])
        return Change(kind=kind, week=week, unit_id=unit_id, department_id=department_id)


def _choices(form: Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def read_whose(text: str) -> tuple[int | None, int | None]:
    """`u12` or `d3` as the unit and the department; the form has checked that it is a choice."""
    number = int(text[1:]) if text else None
    return (number if text.startswith("u") else None), (number if text.startswith("d") else None)


@needs("calendar.keep", "policy.see")
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: ConsoleRequest) -> HttpResponse:
    """The days and hours in force; a change is looked at first, with what it moves, and then confirmed."""
    if request.method != "POST":
        return _page(request)
    if not request.officer.may("calendar.keep"):
        return _page(request, status=HTTPStatus.FORBIDDEN)
    whose, is_week = _whose(request.place), "week" in request.POST
    kind: type[DayForm | WeekForm] = WeekForm if is_week else DayForm
    form = kind(request.POST, whose=whose)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        try:
            if "confirm" in request.POST:
                return _confirmed(request, form.change())
            moves = preview_calendar(change=form.change(), by=request.officer, place=request.place)
            return _page(request, form=form, moves=moves)
        except CodedError as error:
            status = refused(form, error, overtaken=())
    return _page(request, form=form, status=status)


def _confirmed(request: ConsoleRequest, change: Change) -> HttpResponse:
    try:
        moves = change_calendar(
            change=change, by=request.officer, at=timezone.now(), place=request.place,
            submission=submission_key(request),
        )  # fmt: skip
        words = _moved_words(moves)
    except AlreadyDoneError:
        words = _("The calendar was changed already.")
    return done(request, words, HERE)


def _moved_words(moves: Moves) -> str:
    if not moves.moved:
        return _("The calendar is changed. No open deadline moves.")
    return ngettext(
        "The calendar is changed. %(count)s open deadline moves; each is noted in its case.",
        "The calendar is changed. %(count)s open deadlines move; each is noted in its case.", moves.moved,
    ) % {"count": moves.moved}  # fmt: skip


# ---------------------------------------------------------------- the page


@dataclass(frozen=True, slots=True)
class Line:
    """One day of the table, in words."""

    day: date
    weekday: str
    what: str
    hours: str
    name: str
    whose: str
    is_own: bool
    key: str  # of whom, as the forms say it


def _page(
    request: ConsoleRequest,
    *,
    form: Form | None = None,
    moves: Moves | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    whose, today = _whose(request.place), timezone.localdate()
    year = _year(request.GET.get("year", ""), today)
    days = calendar_days(request.place, year)
    names = dict(whose)
    day_form = form if isinstance(form, DayForm) else DayForm(whose=whose)
    week_form = form if isinstance(form, WeekForm) else WeekForm(whose=whose, initial=_usual(request.place))
    context = {
        "year": year,
        "years": range(today.year - 1, today.year + 3),
        "is_provisional": days.is_provisional,
        "source": days.source,
        "lines": [_line(day, names) for day in days.lines],
        "weeks": [(names.get(_key(row), ""), _key(row), _hours_of(row)) for row in weeks_of(request.place)],
        "day_form": day_form,
        "week_form": week_form,
        "asks": "week" if isinstance(form, WeekForm) else "day",
        "moves": moves,
        "preview": _preview_words(moves) if moves else "",
        "may_keep": request.officer.may("calendar.keep"),
    }
    return show(request, "calendar", context, here=HERE, status=status)


def _preview_words(moves: Moves) -> str:
    words = ngettext(
        "Of %(open)s open deadlines %(count)s moves: %(later)s later, %(earlier)s earlier.",
        "Of %(open)s open deadlines %(count)s move: %(later)s later, %(earlier)s earlier.", moves.moved,
    )  # fmt: skip
    return words % {
        "open": moves.open, "count": moves.moved, "later": moves.later, "earlier": moves.earlier,
    }  # fmt: skip


def _year(text: str, today: date) -> int:
    return int(text) if text.isascii() and text.isdigit() and 2000 <= int(text[:6]) <= 2100 else today.year


def _key(row: Organisation | DayLine) -> str:
    if row.department_id is not None:
        return f"d{row.department_id}"
    return f"u{row.unit_id}" if row.unit_id is not None else ""


def _line(line: DayLine, names: Mapping[str, str]) -> Line:
    return Line(
        line.day, _(DAY_NAMES[line.day.weekday()]), _(KINDS[line.kind]), line.hours, line.name,
        names.get(_key(line), ""), line.is_own, _key(line),
    )  # fmt: skip


def _hours_of(row: Organisation) -> Sequence[tuple[str, str]]:
    return [
        (_(DAY_NAMES[number]), ", ".join(row.week.get(name) or ()) or _("off duty"))
        for number, name in enumerate(WEEKDAYS)
    ]


def _usual(place: int) -> dict[str, str]:
    """The hours in force for the whole place, to begin from."""
    return {name: ",".join(hours) for name, hours in weeks_of(place)[0].week.items()}


def _whose(place: int) -> list[tuple[str, str]]:
    """The whole place, its departments, its communities."""
    units = territory.units_at(place=place, levels={Level.GENERAL_GRID}, on=timezone.localdate())
    return [
        ("", _("the whole sub-district")),
        *((f"d{department.pk}", department.name) for department in territory.departments(place)),
        *((f"u{unit.pk}", unit.name) for unit in units),
    ]
