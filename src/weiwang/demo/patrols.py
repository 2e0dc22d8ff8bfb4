"""The patrol force of the demo place: merged teams, beats, two published weeks, leave, one open swap."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import shapely
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from weiwang.accounts.models import User
from weiwang.demo.dice import Dice
from weiwang.patrols import planning
from weiwang.patrols.models import Beat, Cover, Leave, Member, Rota, Shift, Swap, Team
from weiwang.patrols.queries import table
from weiwang.patrols.rules import RotaState, monday
from weiwang.patrols.solving import greedy
from weiwang.territory.models import Appointment, MapFeature, Post, Unit

TEAMS = ("一中队", "二中队", "三中队")
SIZE = 8
# Who is needed on the four beats of a team, every day.
COVER: tuple[Mapping[str, int], ...] = (
    {"early": 1, "night": 1}, {"early": 1}, {"late": 1}, {"late": 1},
)  # fmt: skip
DEPARTMENT_STAFF = ("governance", "city2", "governance2", "city", "police", "emergency2")
ORIGINS = {
    "governance": "governance",
    "police": "governance",
    "emergency": "governance",
    "city": "city_management",
}
SHORT_STREET = 0.0008  # degrees, about eighty metres
MARGIN = 0.00025


@dataclass
class _Force:
    """What was made so far."""

    place: int
    units: Mapping[str, Unit]
    users: Mapping[str, User]
    at: datetime
    dice: Dice
    teams: list[Team] = field(default_factory=list)

    @property
    def today(self) -> date:
        return timezone.localdate(self.at)

    @property
    def whole(self) -> Unit:
        return next(unit for unit in self.units.values() if unit.level == "subdistrict")

    @property
    def grids(self) -> list[Unit]:
        return [unit for unit in self.units.values() if unit.level == "grid"]


def form_patrols(*, place: int, units: Mapping[str, Unit], users: Mapping[str, User], at: datetime) -> int:
    """Form the teams and publish this week and the next; returns the number of shifts."""
    force = _Force(place, units, users, at, Dice("patrols"))
    force.teams = Team.objects.bulk_create(Team(place=place, unit=force.whole, name=name) for name in TEAMS)
    _captain(force)
    _members(force)
    _beats(force)
    _leave(force)
    shifts = _two_weeks(force)
    _open_swap(force, shifts)
    return len(shifts)


def _captain(force: _Force) -> None:
    """One of comprehensive governance is captain as well (一人多岗)."""
    post = Post.objects.create(
        place=force.place, kind="patrol_captain", unit=force.whole, name=f"{force.whole.name}巡查队长"
    )
    Appointment.objects.create(
        place=force.place, post=post, user=force.users["governance"], starts_at=force.at - timedelta(days=200)
    )


def _members(force: _Force) -> None:
    """Two of the departments in each team, then grid workers; the last two of each are fixed to a grid."""
    workers = [name for name in force.users if name.startswith(("worker", "gridhead"))]
    workers += [name for name in force.users if name.startswith("leader")]
    rows = []
    for number, team in enumerate(force.teams):
        own = [*DEPARTMENT_STAFF[2 * number : 2 * number + 2], *workers[number :: len(TEAMS)][: SIZE - 2]]
        rows += [_member(force, team, name, seat) for seat, name in enumerate(own)]
    Member.objects.bulk_create(rows)


def _member(force: _Force, team: Team, name: str, seat: int) -> Member:
    role = "leader" if seat == 0 else "auxiliary" if seat >= SIZE - 2 else "member"
    fixed = role == "auxiliary"
    return Member(
        place=force.place, team=team, user=force.users[name], role=role,
        origin=ORIGINS.get(name.rstrip("0123456789"), "community"),
        grid=force.dice.choice(force.grids) if fixed else None,
        duties=force.dice.sample(sorted(table().duties), 3) if fixed else [],
        starts_on=force.today - timedelta(days=200),
    )  # fmt: skip


# ---------------------------------------------------------------- beats


def _beats(force: _Force) -> None:
    roads = [f for f in MapFeature.objects.filter(place=force.place, kind="road") if f.name]
    wanted = len(force.teams) * len(COVER)
    grids = (force.grids * wanted)[
        : wanted * max(1, len(force.grids) // wanted) : max(1, len(force.grids) // wanted)
    ]
    rows: list[Beat] = []
    for number, grid in enumerate(grids[:wanted]):
        name, shape = _walk(grid, roads, along=number % 2 == 0)
        team = force.teams[number * len(force.teams) // wanted]
        same = sum(row.name.startswith(name) and row.team == team for row in rows)
        name = f"{name}{same + 1}段" if same else name
        rows.append(Beat(place=force.place, team=team, unit=grid, name=name, shape=shape))
    beats = Beat.objects.bulk_create(rows)
    Cover.objects.bulk_create(
        Cover(place=force.place, beat=beat, template=code, needed=count)
        for number, beat in enumerate(beats)
        for code, count in COVER[number % len(COVER)].items()
    )


def _walk(grid: Unit, roads: Sequence[MapFeature], *, along: bool) -> tuple[str, BaseGeometry]:
    """The longest street of the grid, or the grid itself a little inside its border."""
    area = grid.boundary
    pieces = [(road.name, _longest(shapely.intersection(road.shape, area))) for road in roads if along]
    best = max(pieces, key=lambda piece: (piece[1].length, piece[0]), default=None)
    if best is not None and best[1].length > SHORT_STREET:
        return f"{best[0]}巡线", best[1]
    inside = shapely.buffer(area, -MARGIN)
    return f"{_short(grid.name)}片区", inside if not inside.is_empty else area


def _short(name: str) -> str:
    """`望棠6` for 望棠社区第6网格: a cell of the rota is narrow."""
    found = re.fullmatch(r"(.+?)(?:社区|村)第(\d+)网格", name)
    return f"{found[1]}{found[2]}" if found else name


def _longest(shape: BaseGeometry) -> BaseGeometry:
    merged = shapely.line_merge(shape) if "LineString" in shape.geom_type else shape
    lines = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]
    return max(lines, key=lambda line: line.length, default=shapely.LineString())


# ---------------------------------------------------------------- leave, weeks, a swap


def _leave(force: _Force) -> None:
    first = monday(force.today) + timedelta(days=7)
    people = [member.user_id for member in Member.objects.filter(team=force.teams[0], role="member")[1:3]]
    rows = zip(people, ((0, 4, "annual"), (2, 3, "training")), strict=False)
    Leave.objects.bulk_create(
        Leave(
            place=force.place, user_id=user, first=first + timedelta(days=start),
            last=first + timedelta(days=end), kind=kind,
        )
        for user, (start, end, kind) in rows
    )  # fmt: skip


def _two_weeks(force: _Force) -> list[Shift]:
    """Publish the present week and the next, planned the plain way; a better one is left to propose."""
    first = monday(force.today)
    rotas = {
        week: Rota.objects.create(
            place=force.place, unit=force.whole, week=week, state=RotaState.PUBLISHED,
            published_at=force.at - timedelta(days=4),
        )
        for week in (first, first + timedelta(days=7))
    }  # fmt: skip
    problem = planning.problem(unit_id=force.whole.pk, first=first, last=first + timedelta(days=13))
    rows = []
    for duty in greedy(problem).duties:
        day = first + timedelta(days=duty.day)
        starts, ends = table().templates[duty.template].span(day)
        rows.append(Shift(
            place=force.place, rota=rotas[monday(day)], beat_id=duty.beat, user_id=duty.person, day=day,
            template=duty.template, starts_at=starts, ends_at=ends, changed_at=force.at - timedelta(days=4),
        ))  # fmt: skip
    return Shift.objects.bulk_create(rows)


def _open_swap(force: _Force, shifts: Sequence[Shift]) -> None:
    """Somebody asks the worker of the sign-ins to change next week."""
    worker, later = force.users["worker"].pk, force.at + timedelta(days=3)
    team = {member.user_id for member in Member.objects.filter(team__members__user=worker)}
    ahead = [shift for shift in shifts if shift.starts_at > later]
    own = next((shift for shift in ahead if shift.user_id == worker), None)
    days = {shift.day for shift in shifts if shift.user_id == worker}
    other = next(
        (s for s in ahead if s.user_id in team - {worker} and s.day not in days and s.template == "early"),
        None,
    )
    if own is not None and other is not None:
        Swap.objects.create(
            place=force.place, shift=other, other=own, by_user_id=other.user_id, to_user_id=worker,
            asked_at=force.at - timedelta(hours=5),
        )  # fmt: skip
