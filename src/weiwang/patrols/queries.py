"""Reads of teams, beats, leave and the rota."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any, TypeAlias
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet

from weiwang.accounts.models import User
from weiwang.accounts.rules import has_ended
from weiwang.patrols.models import (
    Beat,
    CalendarLink,
    Cover,
    Leave,
    Member,
    Proposal,
    Rota,
    Shift,
    Swap,
    Team,
)
from weiwang.patrols.rules import (
    OPEN_SWAPS,
    PATROLS,
    Breach,
    PatrolTable,
    ProposalState,
    RotaState,
    Stint,
    breaches,
    on_leave,
)
from weiwang.territory.models import Unit

TeamRow: TypeAlias = Team  # what faces may name without reaching for models
UnitRow: TypeAlias = Unit
SwapRow: TypeAlias = Swap
AROUND = timedelta(days=9)  # how far beside a week working time has to look
CARRIED = timedelta(weeks=4)  # whose nights and weekends count for the balance


def table() -> PatrolTable:
    return PATROLS.read(settings.POLICIES).table


def _inside(paths: Sequence[str], field: str) -> Q:
    return reduce(or_, (Q(**{f"{field}__startswith": path}) for path in paths), Q(pk__in=()))


# ---------------------------------------------------------------- teams and beats


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a team as a list shows them."""

    member_id: int
    user_id: int
    team_id: int
    name: str
    origin: str
    role: str
    grid: str
    duties: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    gone: bool = False  # the account is closed or has ended


def teams_in(*, place: int, paths: Sequence[str]) -> list[Team]:
    """The standing teams of some parts of the tree, with their units."""
    found = Team.objects.filter(_inside(paths, "unit__path"), place=place, ends_on=None)
    return list(found.select_related("unit").defer("unit__boundary").order_by("unit__path", "id"))


def teams_of(*, unit_id: int) -> list[Team]:
    """The standing teams of one unit."""
    return list(Team.objects.filter(unit=unit_id, ends_on=None).order_by("id"))


def planned_unit(*, unit_id: int) -> Unit | None:
    """A standing unit that has teams, without its boundary."""
    found = Unit.objects.filter(pk=unit_id, ends_on=None, pk__in=Team.objects.values("unit")).defer(
        "boundary"
    )
    return found.first()


def team(*, team_id: int) -> Team | None:
    return Team.objects.select_related("unit").defer("unit__boundary").filter(pk=team_id).first()


def team_units(*, place: int, paths: Sequence[str]) -> list[tuple[int, str, str]]:
    """The units that have teams: id, name, path."""
    found = Team.objects.filter(_inside(paths, "unit__path"), place=place, ends_on=None)
    rows = found.values_list("unit_id", "unit__name", "unit__path").distinct()
    return sorted(rows, key=lambda row: row[2])


def people(*, teams: Iterable[int], first: date, last: date) -> list[Person]:
    """Who belongs to some teams on any of these days: leaders first, then by the day they came."""
    found = Member.objects.during(first, last).filter(team__in=list(teams))
    rows = (
        found.select_related("user", "grid")
        .defer("grid__boundary", "user__phone")
        .order_by("team", "starts_on", "id")
    )
    order = list(table().roles)
    return sorted(
        (
            Person(
                row.pk, row.user_id, row.team_id, row.user.name, row.origin, row.role,
                row.grid.name if row.grid else "", tuple(row.duties), row.starts_on, row.ends_on,
                not row.user.is_active or has_ended(row.user.works_until, first),
            )
            for row in rows
        ),
        key=lambda person: (person.team_id, order.index(person.role) if person.role in order else 9),
    )  # fmt: skip


def member(*, member_id: int) -> Member | None:
    return Member.objects.select_related("team__unit").filter(pk=member_id).first()


@dataclass(frozen=True, slots=True)
class Walk:
    """A beat with what it needs."""

    id: int
    team_id: int
    name: str
    unit_id: int
    unit_name: str
    needs: Mapping[str, int]
    shape: Any = None

    @property
    def heads(self) -> int:
        return sum(self.needs.values())


def beats(*, teams: Iterable[int], shapes: bool = False) -> list[Walk]:
    found = Beat.objects.filter(team__in=list(teams), ends_on=None).select_related("unit")
    found = found.defer("unit__boundary") if shapes else found.defer("unit__boundary", "shape")
    rows = list(found.order_by("team", "id"))
    needs: dict[int, dict[str, int]] = defaultdict(dict)
    for cover in Cover.objects.filter(beat__in=[row.pk for row in rows]):
        needs[cover.beat_id][cover.template] = cover.needed
    return [
        Walk(
            row.pk, row.team_id, row.name, row.unit_id, row.unit.name, needs[row.pk],
            row.shape if shapes else None,
        )
        for row in rows
    ]  # fmt: skip


def beat(*, beat_id: int) -> Beat | None:
    return Beat.objects.select_related("team__unit").filter(pk=beat_id).first()


# ---------------------------------------------------------------- leave


@dataclass(frozen=True, slots=True)
class Away:
    id: int
    user_id: int
    name: str
    first: date
    last: date
    kind: str


def leave_of(*, users: Iterable[int], first: date, last: date) -> list[Away]:
    """Leave of some people that touches these days, by its first day."""
    found = Leave.objects.filter(user__in=list(users), first__lte=last, last__gte=first)
    rows = found.order_by("first", "id").values_list("id", "user_id", "user__name", "first", "last", "kind")
    return [Away(*row) for row in rows]


def leave(*, leave_id: int) -> Leave | None:
    return Leave.objects.filter(pk=leave_id).first()


# ---------------------------------------------------------------- the rota


@dataclass(frozen=True, slots=True)
class Cell:
    """One shift as the grid shows it."""

    id: UUID
    user_id: int
    beat_id: int
    beat: str
    team_id: int
    day: date
    template: str
    starts_at: datetime
    ends_at: datetime
    locked: bool
    rota_id: int
    unit_id: int
    stands: bool = True  # False: its person has left the team or the house, so it covers nothing


def rota(*, unit_id: int, week: date) -> Rota | None:
    return Rota.objects.filter(unit=unit_id, week=week).first()


def rotas(*, unit_id: int, first: date, weeks: int) -> dict[date, Rota]:
    last = first + timedelta(weeks=weeks)
    found = Rota.objects.filter(unit=unit_id, week__gte=first, week__lt=last)
    return {row.week: row for row in found}


_CELL = (
    "id", "user_id", "beat_id", "beat__name", "beat__team_id", "day", "template", "starts_at", "ends_at",
    "locked", "rota_id", "rota__unit_id",
)  # fmt: skip


def _cells(shifts: "QuerySet[Shift]") -> list[Cell]:
    rows = list(
        shifts.order_by("starts_at", "id").values_list(*_CELL, "user__is_active", "user__works_until")
    )
    terms: dict[tuple[int, int], list[tuple[date, date | None]]] = defaultdict(list)
    wanted = Member.objects.filter(user__in={row[1] for row in rows}, team__in={row[4] for row in rows})
    for user, group, start, end in wanted.values_list("user_id", "team_id", "starts_on", "ends_on"):
        terms[user, group].append((start, end))
    return [_cell(row, terms[row[1], row[4]]) for row in rows]


def _cell(row: Sequence[Any], terms: Iterable[tuple[date, date | None]]) -> Cell:
    values: list[Any] = [*row[: len(_CELL)], _stands(row[5], row[-2], row[-1], terms)]
    return Cell(*values)


def _stands(
    day: date,
    active: object,
    works_until: date | None,
    terms: Iterable[tuple[date, date | None]],
) -> bool:
    """Whether a shift still covers its beat: the account is open and the person in the team that day."""
    if not active or has_ended(works_until, day):
        return False
    return any(start <= day and (end is None or day <= end) for start, end in terms)


def cells(*, unit_id: int, first: date, last: date) -> list[Cell]:
    """The shifts of the rotas of one unit, drafts too."""
    return _cells(Shift.objects.filter(rota__unit=unit_id).between(first, last))


def cells_of(*, users: Iterable[int], first: date, last: date) -> list[Cell]:
    """Every shift of some people, whichever unit planned it."""
    return _cells(Shift.objects.filter(user__in=list(users)).between(first, last))


def shift(*, shift_id: UUID) -> Shift | None:
    found = Shift.objects.select_related("rota__unit", "beat__team", "user")
    return found.defer("rota__unit__boundary", "beat__shape", "user__phone").filter(pk=shift_id).first()


@dataclass(frozen=True, slots=True)
class Short:
    """A shift of a beat with fewer people than it needs."""

    beat_id: int
    beat: str
    day: date
    template: str
    needed: int
    planned: int


def uncovered(*, walks: Iterable[Walk], cells: Iterable[Cell], days: Iterable[date]) -> list[Short]:
    """What the shifts do not cover, by day; a shift whose person has left covers nothing."""
    there = Counter((c.beat_id, c.day, c.template) for c in cells if c.stands)
    order, given = list(table().templates), list(walks)
    return [
        Short(walk.id, walk.name, day, code, walk.needs[code], there[walk.id, day, code])
        for day in days
        for code in order
        for walk in given
        if there[walk.id, day, code] < walk.needs.get(code, 0)
    ]


def stints(cells: Iterable[Cell]) -> dict[int, list[Stint]]:
    """The shifts of each person as working time sees them."""
    nights = {code for code, template in table().templates.items() if template.night}
    found: dict[int, list[Stint]] = defaultdict(list)
    for cell in cells:
        found[cell.user_id].append(Stint(cell.starts_at, cell.ends_at, cell.day, cell.template in nights))
    return found


def warnings(*, users: Iterable[int], first: date, last: date) -> list[tuple[int, Breach]]:
    """Working-time rules broken in these days, with who it is; the days beside them count."""
    around = cells_of(users=users, first=first - AROUND, last=last + AROUND)
    return _within(stints(cell for cell in around if cell.stands), first, last)


def _within(found: Mapping[int, Sequence[Stint]], first: date, last: date) -> list[tuple[int, Breach]]:
    limits = table().limits
    return [
        (user, breach)
        for user, own in found.items()
        for breach in breaches(own, limits)
        if first <= breach.day <= last
    ]


def worse_after(*, moves: Mapping[UUID, int], first: date, last: date) -> list[tuple[int, Breach]]:
    """The working-time rules that giving these shifts to these people would newly break."""
    touched = {*moves.values(), *Shift.objects.filter(pk__in=moves).values_list("user_id", flat=True)}
    around = cells_of(users=touched, first=first - AROUND, last=last + AROUND)
    before = set(_within(stints(around), first - AROUND, last + AROUND))
    moved = [_given(cell, moves.get(cell.id, cell.user_id)) for cell in around]
    return [row for row in _within(stints(moved), first - AROUND, last + AROUND) if row not in before]


def _given(cell: Cell, user: int) -> Cell:
    return Cell(
        cell.id, user, cell.beat_id, cell.beat, cell.team_id, cell.day, cell.template, cell.starts_at,
        cell.ends_at, cell.locked, cell.rota_id, cell.unit_id, cell.stands,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clash:
    """A shift that cannot stand as it is: `kind` is leave or gone."""

    kind: str
    user_id: int
    cell: Cell


def clashes(*, cells: Iterable[Cell], away: Iterable[Away]) -> list[Clash]:
    """Shifts of people on leave, and of people who have left since."""
    given = list(away)
    found = []
    for cell in cells:
        if not cell.stands:
            found.append(Clash("gone", cell.user_id, cell))
        elif any(
            a.user_id == cell.user_id and on_leave(cell.starts_at, cell.ends_at, a.first, a.last)
            for a in given
        ):
            found.append(Clash("leave", cell.user_id, cell))
    return found


# ---------------------------------------------------------------- one's own


@dataclass(frozen=True, slots=True)
class OwnShift:
    """A published shift as its person sees it."""

    id: UUID
    beat: str
    team: str
    unit: str
    day: date
    template: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime

    def word(self, language: str) -> str:
        known = table().templates.get(self.template)
        return known.name(language) if known else self.template


def shifts_of(*, user_id: int, start: datetime, end: datetime) -> list[OwnShift]:
    """The published shifts of one person that touch a span of time, in order; for My day and the calendar."""
    found = Shift.objects.shown().filter(user=user_id, user__is_active=True).touching(start, end)
    found = found.filter(
        Q(beat__team__members__user=user_id),
        Q(beat__team__members__starts_on__lte=F("day")),
        Q(beat__team__members__ends_on=None) | Q(beat__team__members__ends_on__gte=F("day")),
    )
    rows = found.order_by("starts_at", "id").values_list(
        "id", "beat__name", "beat__team__name", "beat__unit__name", "day", "template", "starts_at", "ends_at",
        "changed_at",
    )  # fmt: skip
    return [OwnShift(*row) for row in rows]


def is_patrolling(*, user_id: int, on: date) -> bool:
    """Whether somebody belongs to any team."""
    return Member.objects.during(on, on).filter(user=user_id).exists()


# ---------------------------------------------------------------- swaps


def swaps_of(*, user_id: int, since: datetime) -> list[Swap]:
    """The swaps of one person, open ones and those decided since a moment."""
    mine = Swap.objects.filter(Q(by_user=user_id) | Q(to_user=user_id))
    return _told(mine.filter(Q(state__in=OPEN_SWAPS) | Q(decided_at__gte=since)))


def swaps_in(*, place: int, paths: Sequence[str], since: datetime) -> list[Swap]:
    """The swaps of some parts of the tree, open ones and those decided since a moment."""
    found = Swap.objects.filter(_inside(paths, "shift__rota__unit__path"), place=place)
    return _told(found.filter(Q(state__in=OPEN_SWAPS) | Q(decided_at__gte=since)))


def swap(*, swap_id: int) -> Swap | None:
    return next(iter(_told(Swap.objects.filter(pk=swap_id))), None)


def _told(found: "QuerySet[Swap]") -> list[Swap]:
    rows = found.select_related("shift__beat", "other__beat", "by_user", "to_user", "shift__rota__unit")
    return list(rows.order_by("-id"))


def swap_breaks(swap: Swap) -> list[str]:
    """The working-time rules this swap would newly break: their codes."""
    days = sorted((swap.shift.day, swap.other.day))
    moves = {swap.shift_id: swap.to_user_id, swap.other_id: swap.by_user_id}
    return [breach.code for _, breach in worse_after(moves=moves, first=days[0], last=days[1])]


def swappable(*, shift_id: UUID, at: datetime) -> list[tuple[UUID, str, str, datetime, datetime, str]]:
    """Published later shifts of others in the team of a shift: id, person, beat, start, end, template."""
    mine = Shift.objects.select_related("beat").get(pk=shift_id)
    found = Shift.objects.shown().filter(beat__team=mine.beat.team_id, starts_at__gt=at)
    near = found.filter(day__gte=mine.day - timedelta(days=7), day__lte=mine.day + timedelta(days=7))
    free = (
        near.exclude(user=mine.user_id)
        .exclude(offered__state__in=OPEN_SWAPS)
        .exclude(wanted__state__in=OPEN_SWAPS)
    )
    fields = ("id", "user__name", "beat__name", "starts_at", "ends_at", "template")
    return list(free.order_by("starts_at", "user__name").values_list(*fields)[:200])


# ---------------------------------------------------------------- proposals, calendar, overview


def proposal(*, proposal_id: int) -> Proposal | None:
    return Proposal.objects.select_related("unit").defer("unit__boundary").filter(pk=proposal_id).first()


def last_proposal(*, unit_id: int, week: date) -> Proposal | None:
    """The latest proposal that covers a week."""
    rows = Proposal.objects.filter(unit=unit_id, first__lte=week).order_by("-id")[:8]
    return next((row for row in rows if week < row.first + timedelta(weeks=row.weeks)), None)


def is_worked_on(proposal: Proposal) -> bool:
    return proposal.state in (ProposalState.WAITING, ProposalState.WORKING)


def link_digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def calendar_owner(*, token: str, on: date) -> int | None:
    """Whose calendar an address opens: None when it never stood, was taken back, or its account has ended."""
    found = CalendarLink.objects.filter(digest=link_digest(token), ended_at=None, user__is_active=True)
    row = found.values_list("user_id", "user__works_until").first()
    return None if row is None or has_ended(row[1], on) else int(row[0])


def home_place(*, user_id: int) -> int:
    """The sub-district that keeps an account."""
    return int(User.objects.values_list("place", flat=True).get(pk=user_id))


def calendar_link(*, user_id: int) -> CalendarLink | None:
    return CalendarLink.objects.filter(user=user_id, ended_at=None).first()


@dataclass(frozen=True, slots=True)
class Summary:
    """The patrol force at a glance: places and shifts, never persons."""

    teams: int
    people: int
    beats: int
    uncovered: int  # heads missing in the published shifts of the week
    open_swaps: int


def summary(*, place: int, paths: Sequence[str], on: date) -> Summary:
    """The patrol force of some parts of the tree in the week of a day."""
    first = on - timedelta(days=on.weekday())
    last = first + timedelta(days=6)
    teams = teams_in(place=place, paths=paths)
    ids = [row.pk for row in teams]
    walks = beats(teams=ids)
    shown = _cells(Shift.objects.shown().filter(beat__team__in=ids).between(first, last))
    published = set(
        Rota.objects.filter(week=first, state=RotaState.PUBLISHED).values_list("unit_id", flat=True)
    )
    out = {row.pk for row in teams if row.unit_id in published}
    missing = uncovered(
        walks=[walk for walk in walks if walk.team_id in out],
        cells=shown,
        days=[first + timedelta(n) for n in range(7)],
    )
    members = Member.objects.during(on, on).filter(team__in=ids)
    return Summary(
        len(teams), members.values("user").distinct().count(), len(walks),
        sum(row.needed - row.planned for row in missing),
        Swap.objects.filter(shift__beat__team__in=ids, state__in=OPEN_SWAPS).count(),
    )  # fmt: skip
