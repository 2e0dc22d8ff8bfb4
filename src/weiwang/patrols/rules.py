"""Shifts, working time, and what is refused: plain tables and arithmetic."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile

ZONE = ZoneInfo("Asia/Shanghai")
DAY = 24 * 60
MAX_WEEKS = 4
SATURDAY = 5


class RotaState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class SwapState(StrEnum):
    PROPOSED = "proposed"
    WAITING = "waiting"  # accepted by the other, but it breaks a working-time rule: the planner decides
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


SWAP_NAMES: Mapping[SwapState, str] = {
    SwapState.PROPOSED: gettext_noop("waits for the other"),
    SwapState.WAITING: gettext_noop("waits for the planner"),
    SwapState.DONE: gettext_noop("swapped"),
    SwapState.DECLINED: gettext_noop("declined"),
    SwapState.WITHDRAWN: gettext_noop("taken back"),
}
OPEN_SWAPS = (SwapState.PROPOSED, SwapState.WAITING)


class ProposalState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class PatrolError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "word.unknown": gettext_noop("%(word)s is not in the table of the patrol force."),
        "team.ended": gettext_noop("This team has ended."),
        "member.order": gettext_noop("The last day comes before the first."),
        "member.twice": gettext_noop("This person is already in the team for part of this time."),
        "member.person": gettext_noop("There is no open account with this user name here."),
        "member.grid": gettext_noop("An auxiliary is fixed to a grid and has at least one duty."),
        "member.grid_outside": gettext_noop("This grid lies outside the unit of the team."),
        "member.ended": gettext_noop("This membership has already ended."),
        "beat.shape": gettext_noop("A beat is a line or an area, as GeoJSON or WKT in degrees."),
        "beat.outside": gettext_noop("The beat lies outside the sub-district."),
        "beat.unit": gettext_noop("This unit lies outside the unit of the team."),
        "beat.need": gettext_noop("The cover of a shift is a number from 0 to 20."),
        "leave.order": gettext_noop("The last day comes before the first."),
        "leave.twice": gettext_noop("This person is already on leave for part of this time."),
        "leave.person": gettext_noop("This person is in none of your teams."),
        "leave.long": gettext_noop("A leave of more than a year is entered in parts."),
        "rota.monday": gettext_noop("A rota begins on a Monday."),
        "rota.weeks": gettext_noop("One to four weeks can be proposed at once."),
        "rota.published": gettext_noop("This week is published already; change its shifts one by one."),
        "rota.working": gettext_noop("A proposal for these weeks is being worked on."),
        "rota.empty": gettext_noop("No beat needs anybody in these weeks. Say first what the beats need."),
        "rota.over": gettext_noop("This week is over."),
        "shift.busy": gettext_noop("This person already has a shift at that time."),
        "shift.leave": gettext_noop("This person is on leave then."),
        "shift.team": gettext_noop("This person is not in the team of the beat on that day."),
        "shift.changed": gettext_noop("Somebody has changed this cell meanwhile. It now shows what stands."),
        "shift.past": gettext_noop("This shift has already begun."),
        "shift.beat": gettext_noop("This beat has been closed."),
        "swap.own": gettext_noop("A shift is swapped with one of somebody else."),
        "swap.team": gettext_noop("Shifts are swapped inside one team."),
        "swap.open": gettext_noop("One of these shifts is already in another open swap."),
        "swap.over": gettext_noop("This swap has been decided already."),
        "swap.not_yours": gettext_noop("This swap is not yours to decide."),
    }


# ---------------------------------------------------------------- the table


@dataclass(frozen=True, slots=True)
class Word:
    """One entry of the table in both languages."""

    code: str
    zh: str
    en: str

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of shift. `starts` and `ends` are minutes after midnight of its day; `ends` may pass 24:00."""

    code: str
    zh: str
    en: str
    short_zh: str
    short_en: str
    starts: int
    ends: int
    night: bool = False

    @property
    def minutes(self) -> int:
        return self.ends - self.starts

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def short(self, language: str) -> str:
        return self.short_en if language.startswith("en") else self.short_zh

    @property
    def times(self) -> str:
        return "–".join(f"{m // 60 % 24:02}:{m % 60:02}" for m in (self.starts, self.ends))

    def span(self, day: date) -> tuple[datetime, datetime]:
        """When a shift of this kind on `day` starts and ends, local time."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        return midnight + timedelta(minutes=self.starts), midnight + timedelta(minutes=self.ends)


@dataclass(frozen=True, slots=True)
class Limits:
    """Working time: hours between two shifts, days and nights in a row, hours from Monday to Sunday."""

    rest_hours: int
    days_in_row: int
    week_hours: int
    nights_in_row: int


@dataclass(frozen=True, slots=True)
class PatrolTable:
    templates: Mapping[str, Template]
    limits: Limits
    bases: Mapping[str, Word]
    origins: Mapping[str, Word]
    roles: Mapping[str, Word]
    duties: Mapping[str, Word]
    leave: Mapping[str, Word]

    def template(self, code: str) -> Template:
        """Raises `PatrolError` for a code that is not in the table."""
        if code not in self.templates:
            raise PatrolError("word.unknown", word=code[:40])
        return self.templates[code]


def known(words: Mapping[str, Word], code: str) -> str:
    """The code itself. Raises `PatrolError` for one that is not in the table."""
    if code not in words:
        raise PatrolError("word.unknown", word=code[:40])
    return code


def read_patrols(content: Mapping[str, Any]) -> PatrolTable:
    """Check `policies/patrols.yaml`. Raises `ValueError`, `KeyError`, `TypeError`."""
    limits = {name: _whole(name, row["value"]) for name, row in content["limits"].items()}
    bases = {
        name: Word(name, row["basis"]["zh"], row["basis"]["en"]) for name, row in content["limits"].items()
    }
    words = {
        kind: {code: Word(code, row["zh"], row["en"]) for code, row in content[kind].items()}
        for kind in ("origins", "roles", "duties", "leave")
    }
    templates = {code: _template(code, row) for code, row in content["templates"].items()}
    return PatrolTable(templates, Limits(**limits), bases, **words)


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or not 1 <= value <= 168:
        raise ValueError(f"{name}: {value} is not a whole number from 1 to 168")
    return value


def _template(code: str, row: Mapping[str, Any]) -> Template:
    starts, ends = _minutes(row["starts"]), _minutes(row["ends"])
    return Template(
        code, row["zh"], row["en"], row["short"]["zh"], row["short"]["en"], starts,
        ends + DAY if ends <= starts else ends, bool(row.get("night", False)),
    )  # fmt: skip


def _minutes(text: str) -> int:
    hours, minutes = (int(part) for part in text.split(":"))
    if not (0 <= hours < 24 and 0 <= minutes < 60):
        raise ValueError(f"{text} is no time of day")
    return hours * 60 + minutes


PATROLS = PolicyFile("patrols", read_patrols)


# ---------------------------------------------------------------- weeks


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week(first: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(7)]


# ---------------------------------------------------------------- working time


@dataclass(frozen=True, slots=True, order=True)
class Stint:
    """One shift of a person as working time sees it; `day` is the day it starts on."""

    starts: datetime
    ends: datetime
    day: date
    night: bool = False

    @property
    def minutes(self) -> int:
        return round((self.ends - self.starts).total_seconds() / 60)


BREACHES: Mapping[str, str] = {
    "rest": gettext_noop("only %(hours)s hours of rest before the shift on %(day)s; %(limit)s are needed"),
    "days": gettext_noop("%(count)s days in a row up to %(day)s; %(limit)s are allowed"),
    "nights": gettext_noop("%(count)s nights in a row up to %(day)s; %(limit)s are allowed"),
    "week": gettext_noop("%(hours)s hours in the week of %(day)s; %(limit)s are allowed"),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A working-time rule that does not hold: `code` of `BREACHES`, the day, the figure and the limit."""

    code: str
    day: date
    figure: int
    limit: int

    @property
    def msgid(self) -> str:
        return BREACHES[self.code]

    @property
    def params(self) -> dict[str, object]:
        figure = f"{self.figure / 60:g}" if self.code in {"rest", "week"} else str(self.figure)
        return {"hours": figure, "count": figure, "day": self.day, "limit": self.limit}


def breaches(stints: Iterable[Stint], limits: Limits) -> list[Breach]:
    """Every working-time rule that the shifts of one person break, by day."""
    ordered = sorted(stints)
    found = [*_short_rests(ordered, limits), *_long_weeks(ordered, limits)]
    found += _runs("days", {s.day for s in ordered}, limits.days_in_row)
    found += _runs("nights", {s.day for s in ordered if s.night}, limits.nights_in_row)
    return sorted(found, key=lambda breach: (breach.day, breach.code))


def _short_rests(ordered: Sequence[Stint], limits: Limits) -> Iterator[Breach]:
    for before, after in pairwise(ordered):
        rest = round((after.starts - before.ends).total_seconds() / 60)
        if rest < limits.rest_hours * 60:
            yield Breach("rest", after.day, max(0, rest), limits.rest_hours)


def _long_weeks(ordered: Sequence[Stint], limits: Limits) -> Iterator[Breach]:
    for first, stints in groupby(ordered, key=lambda stint: monday(stint.day)):
        minutes = sum(stint.minutes for stint in stints)
        if minutes > limits.week_hours * 60:
            yield Breach("week", first, minutes, limits.week_hours)


def _runs(code: str, days: set[date], most: int) -> Iterator[Breach]:
    """Runs of days longer than allowed, each told once, at its last day."""
    for last in sorted(day for day in days if day + timedelta(days=1) not in days):
        length = 0
        while last - timedelta(days=length) in days:
            length += 1
        if length > most:
            yield Breach(code, last, length, most)


def on_leave(starts: datetime, ends: datetime, first: date, last: date) -> bool:
    """Whether a shift touches a leave, whose days are whole local days."""
    begin = datetime(first.year, first.month, first.day, tzinfo=ZONE)
    over = datetime(last.year, last.month, last.day, tzinfo=ZONE) + timedelta(days=1)
    return starts < over and ends > begin
