"""The rota of one week as a grid of people and days, with what does not hold beside it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from weiwang.patrols import planning, queries
from weiwang.patrols.queries import Away, Cell, Person, UnitRow
from weiwang.patrols.rules import SATURDAY, PatrolTable
from weiwang.patrols.rules import week as week_of
from weiwang.patrols.solving import Gap, gaps
from weiwang.web.desk.teams.patrols_frame import day_words, language

MOST_GAPS = 40  # that are explained one by one
# What keeps people of the team from a shift, in the order in which a planner thinks of it.
REASONS = {
    "leave": gettext_noop("%(count)s on leave"),
    "busy": gettext_noop("%(count)s on duty that day"),
    "rest": gettext_noop("%(count)s resting"),
    "days": gettext_noop("%(count)s due for a day off"),
    "nights": gettext_noop("%(count)s after their nights"),
    "week": gettext_noop("%(count)s with full hours"),
    "free": gettext_noop("%(count)s free"),
}


@dataclass(slots=True)
class Mark:
    """One shift in a cell."""

    cell: Cell
    short: str
    template: str
    night: bool
    wrong: str = ""


@dataclass(slots=True)
class Square:
    """One person on one day."""

    day: date
    marks: list[Mark] = field(default_factory=list)
    leave: str = ""
    elsewhere: bool = False
    outside: bool = False  # not in the team that day
    breach: bool = False


@dataclass(slots=True)
class Line:
    """One person of one team."""

    person: Person
    squares: list[Square]
    nights: int = 0
    weekends: int = 0
    hours: float = 0


@dataclass(slots=True)
class Block:
    """One team."""

    name: str
    lines: list[Line]


@dataclass(slots=True)
class Grid:
    """Everything the page of a week shows."""

    days: list[date]
    blocks: list[Block]
    notes: list[tuple[str, str]]  # tone and sentence
    missing: list[str]
    missing_heads: int
    more_missing: int
    shifts: int


def build(unit: UnitRow, week: date, *, plan: bool) -> Grid:
    """Read one week; planners see the kinds of leave and why cover is missing."""
    table, days = queries.table(), week_of(week)
    teams = queries.teams_of(unit_id=unit.pk)
    people = queries.people(teams=[t.pk for t in teams], first=days[0], last=days[-1])
    users = {person.user_id for person in people}
    cells = queries.cells(unit_id=unit.pk, first=days[0], last=days[-1])
    others = queries.cells_of(users=users, first=days[0], last=days[-1])
    away = queries.leave_of(users=users, first=days[0], last=days[-1] + timedelta(days=1))
    broken = queries.warnings(users=users, first=days[0], last=days[-1])
    wrong = {clash.cell.id: clash.kind for clash in queries.clashes(cells=cells, away=away)}
    squares = _Squares(table, cells, others, away, {(u, b.day) for u, b in broken}, wrong, plan=plan)
    blocks = [
        Block(team.name, [squares.line(person, days) for person in people if person.team_id == team.pk])
        for team in teams
    ]
    names = {person.user_id: person.name for person in people}
    notes = [*_clash_notes(cells, wrong, names, table), *_breach_notes(broken, names)]
    walks = queries.beats(teams=[t.pk for t in teams])
    short = queries.uncovered(walks=walks, cells=cells, days=days)
    heads = sum(row.needed - row.planned for row in short)
    missing = told_gaps(unit, days, beat_names(unit)) if plan else [_told(s) for s in short[:MOST_GAPS]]
    return Grid(days, blocks, notes, missing, heads, max(0, len(short) - MOST_GAPS), len(cells))


class _Squares:
    """Finds what stands in each cell."""

    def __init__(
        self, table: PatrolTable, cells: Iterable[Cell], others: Iterable[Cell], away: Sequence[Away],
        broken: set[tuple[int, date]], wrong: Mapping[Any, str], *, plan: bool,
    ) -> None:  # fmt: skip
        self.table, self.away, self.broken, self.wrong, self.plan = table, away, broken, wrong, plan
        self.own: dict[tuple[int, int, date], list[Cell]] = defaultdict(list)
        self.busy: dict[tuple[int, date], set[int]] = defaultdict(set)
        for cell in cells:
            self.own[cell.user_id, cell.team_id, cell.day].append(cell)
        for cell in others:
            self.busy[cell.user_id, cell.day].add(cell.team_id)

    def line(self, person: Person, days: Sequence[date]) -> Line:
        line = Line(person, [self.square(person, day) for day in days])
        for square in line.squares:
            for mark in square.marks:
                line.nights += mark.night
                line.weekends += square.day.weekday() >= SATURDAY
                line.hours += (mark.cell.ends_at - mark.cell.starts_at).total_seconds() / 3600
        return line

    def square(self, person: Person, day: date) -> Square:
        here = self.own.get((person.user_id, person.team_id, day), [])
        return Square(
            day, [self.mark(cell) for cell in here], self.leave(person.user_id, day),
            elsewhere=not here and bool(self.busy.get((person.user_id, day))),
            outside=day < person.starts_on or (person.ends_on is not None and day > person.ends_on),
            breach=(person.user_id, day) in self.broken,
        )  # fmt: skip

    def mark(self, cell: Cell) -> Mark:
        kind = self.table.templates.get(cell.template)
        short = kind.short(language()) if kind else cell.template[:2]
        return Mark(cell, short, cell.template, bool(kind and kind.night), self.wrong.get(cell.id, ""))

    def leave(self, user: int, day: date) -> str:
        found = next((a for a in self.away if a.user_id == user and a.first <= day <= a.last), None)
        if found is None:
            return ""
        known = self.table.leave.get(found.kind)
        return known.name(language()) if self.plan and known else _("away")


def _clash_notes(
    cells: Iterable[Cell], wrong: Mapping[Any, str], names: Mapping[int, str], table: PatrolTable
) -> list[tuple[str, str]]:
    found = []
    for cell in cells:
        kind = wrong.get(cell.id)
        if kind:
            sentence = (
                _("%(name)s is on leave: %(shift)s.")
                if kind == "leave"
                else _("%(name)s has left: %(shift)s is not covered.")
            )
            where = f"{day_words(cell.day)} {_template(table, cell.template)} {cell.beat}"
            found.append(("late", sentence % {"name": names.get(cell.user_id, "—"), "shift": where}))
    return found


def _breach_notes(broken: Iterable[tuple[int, Any]], names: Mapping[int, str]) -> list[tuple[str, str]]:
    rows = sorted(broken, key=lambda row: (row[1].day, row[0]))
    return [
        ("near", _("%(name)s: %(what)s.") % {"name": names.get(user, "—"), "what": _breach(breach)})
        for user, breach in rows
    ]


def _breach(breach: Any) -> str:  # noqa: ANN401 -- a breach of the rules
    return _(breach.msgid) % {**breach.params, "day": day_words(breach.day)}


def _template(table: PatrolTable, code: str) -> str:
    known = table.templates.get(code)
    return known.name(language()) if known else code


def _told(short: queries.Short) -> str:
    return missing_words(short.day, short.template, short.beat, short.needed, short.planned, {})


def beat_names(unit: UnitRow) -> dict[int, str]:
    """The beats of a unit by id; with the team in front where there are several."""
    teams = {team.pk: team.name for team in queries.teams_of(unit_id=unit.pk)}
    walks = queries.beats(teams=teams)
    return {w.id: w.name if len(teams) == 1 else f"{teams[w.team_id]} {w.name}" for w in walks}


def told_gaps(unit: UnitRow, days: Sequence[date], beats: Mapping[int, str]) -> list[str]:
    """What is not covered as the week stands now, and why nobody of the team can."""
    problem = planning.problem(unit_id=unit.pk, first=days[0], last=days[-1], as_it_stands=True)
    return [gap_words(gap, days[0], beats) for gap in gaps(problem, ())[:MOST_GAPS]]


def gap_words(gap: Gap, first: date, beats: Mapping[int, str]) -> str:
    day = first + timedelta(days=gap.day)
    return missing_words(day, gap.template, beats.get(gap.beat, "—"), gap.needed, gap.planned, gap.reasons)


def missing_words(
    day: date, template: str, beat: str, needed: int, planned: int, reasons: Mapping[str, int]
) -> str:
    """`11月26日 周四 夜班 三号巡线：需要2人，已排1人。3人休假，2人间隔不足。`."""
    values = {
        "day": day_words(day), "shift": _template(queries.table(), template), "beat": beat, "needed": needed,
        "planned": planned,
    }  # fmt: skip
    sentence = _("%(day)s, %(shift)s, %(beat)s: %(needed)s needed, %(planned)s planned.") % values
    why = [_(REASONS[code]) % {"count": reasons[code]} for code in REASONS if reasons.get(code)]
    return f"{sentence} {_(', ').join(why)}" if why else sentence
