"""Reads of the branches. Names leave this module only through members, links and open moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from weiwang.kernel.geo import Boundary
from weiwang.party.models import Area, Branch, Care, Link, Member, Move
from weiwang.party.rules import BRANCH_LEVELS, CARE_LEVELS
from weiwang.territory.models import Unit
from weiwang.territory.rules import Level

PAGE = 50


def _under(paths: Iterable[str], column: str) -> Q:
    return reduce(or_, (Q(**{f"{column}__startswith": path}) for path in paths), Q(pk__in=()))


# ---------------------------------------------------------------- numbers for everybody


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a part of the tree has, in numbers that name nobody."""

    grids: int
    grids_with_branch: int
    secretaries: int
    micro_grids: int
    micro_grids_in_care: int
    members: int
    without_branch: int


def coverage(*, paths: Iterable[str], on: date) -> Coverage:
    """Branches, care and members of some parts of the tree: two statements."""
    inside = _under(list(paths), "path")
    standing = Branch.objects.standing(on).filter(grid=OuterRef("pk"))
    cared = Care.objects.standing(on).filter(unit=OuterRef("pk"))
    units = Unit.objects.standing(on).filter(inside)
    found = units.annotate(
        has_branch=Exists(standing), has_secretary=Exists(standing.filter(secretary__isnull=False)),
        in_care=Exists(cared),
    ).aggregate(
        grids=Count("pk", filter=Q(level=Level.GRID)),
        grids_with_branch=Count("pk", filter=Q(level=Level.GRID, has_branch=True)),
        secretaries=Count("pk", filter=Q(has_secretary=True)),
        micro_grids=Count("pk", filter=Q(level=Level.MICRO_GRID)),
        micro_grids_in_care=Count("pk", filter=Q(level=Level.MICRO_GRID, in_care=True)),
    )  # fmt: skip
    counted = _members(paths, on).aggregate(
        members=Count("pk"), without_branch=Count("pk", filter=Q(branch=None))
    )
    return Coverage(**found, **counted)


def _members(paths: Iterable[str], on: date) -> "QuerySet[Member]":
    """Members of the branches of some parts of the tree, and those who live there without a branch."""
    paths = list(paths)
    present = Member.objects.filter(joined_on__lte=on).filter(Q(left_on=None) | Q(left_on__gt=on))
    return present.filter(
        _under(paths, "branch__grid__path")
        | (Q(branch=None) & _under(paths, "home__path"))
        | Q(branch=None, home=None, place__in=_heads(paths))
    )


def _heads(paths: Iterable[str]) -> list[int]:
    """The units at the end of some paths: a sub-district's own id is the `place` of what has no grid yet."""
    return [int(path.strip("/").rpartition("/")[2]) for path in paths if path.strip("/")]


@dataclass(frozen=True, slots=True)
class BranchLine:
    """A branch in numbers: what everybody who sees the tree may know."""

    id: int
    name: str
    grid_id: int
    grid_name: str
    path: str
    has_secretary: bool
    members: int
    cares: int
    links: int


def branches(*, paths: Iterable[str], on: date) -> list[BranchLine]:
    """The standing branches of some parts of the tree, in the order of the units: one statement."""
    present = Q(left_on=None) | Q(left_on__gt=on)
    members = Member.objects.filter(present, branch=OuterRef("pk"))
    links = Link.objects.standing(on).filter(member__branch=OuterRef("pk"))
    rows = (
        Branch.objects.standing(on)
        .filter(_under(list(paths), "grid__path"))
        .annotate(
            members_=_count(members, "branch"),
            cares_=_count(Care.objects.standing(on).filter(branch=OuterRef("pk")), "branch"),
            links_=_count(links, "member__branch"),
        )
        .order_by("grid__code")
        .values_list(
            "id",
            "name",
            "grid_id",
            "grid__name",
            "grid__path",
            "secretary_id",
            "members_",
            "cares_",
            "links_",
        )
    )
    return [
        BranchLine(row[0], row[1], row[2], row[3], row[4], row[5] is not None, row[6], row[7], row[8])
        for row in rows
    ]


def _count(rows: "QuerySet[Member] | QuerySet[Care] | QuerySet[Link]", by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def branch(branch_id: int) -> Branch | None:
    return Branch.objects.select_related("grid", "secretary").filter(pk=branch_id).first()


def branch_of_grid(grid_id: int) -> Branch | None:
    """The branch that stands on a grid now."""
    return Branch.objects.filter(grid=grid_id, ends_on=None).first()


@dataclass(frozen=True, slots=True)
class CareLine:
    """One unit in the care of a branch."""

    id: int
    unit_id: int
    unit_name: str


def cares_of(branch_id: int, on: date) -> list[CareLine]:
    rows = Care.objects.standing(on).filter(branch=branch_id).order_by("unit__code")
    return [CareLine(*row) for row in rows.values_list("id", "unit_id", "unit__name")]


def branch_of_care(care_id: int) -> int | None:
    """The id of the branch some care belongs to."""
    return Care.objects.filter(pk=care_id).values_list("branch_id", flat=True).first()


def branch_of_area(area_id: int) -> int | None:
    return Area.objects.filter(pk=area_id).values_list("branch_id", flat=True).first()


def member_of_link(link_id: int) -> int | None:
    return Link.objects.filter(pk=link_id).values_list("member_id", flat=True).first()


def areas_of(branch_id: int, on: date) -> list[tuple[Area, Boundary | None]]:
    """The responsibility areas of a branch with what the map draws."""
    rows = Area.objects.standing(on).filter(branch=branch_id).select_related("unit").order_by("id")
    return [(row, row.shape if row.unit is None else row.unit.boundary) for row in rows]


# ---------------------------------------------------------------- lists to fill


@dataclass(frozen=True, slots=True)
class Gap:
    """A unit, or a branch, that misses something."""

    id: int
    name: str
    path: str
    level: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is still to be filled, in the order of the tree; never a ranking."""

    without_branch: Sequence[Gap]
    without_secretary: Sequence[Gap]
    without_care: Sequence[Gap]
    members_without_branch: int


def gaps(*, paths: Iterable[str], on: date) -> Gaps:
    paths = list(paths)
    units = Unit.objects.standing(on).filter(_under(paths, "path")).order_by("code")
    bare = units.filter(level__in=BRANCH_LEVELS - {Level.DEDICATED_GRID}).exclude(
        pk__in=Branch.objects.standing(on).values("grid")
    )
    alone = units.filter(level__in=CARE_LEVELS - {Level.DEDICATED_GRID}).exclude(
        pk__in=Care.objects.standing(on).values("unit")
    )
    headless = Branch.objects.standing(on).filter(_under(paths, "grid__path"), secretary=None)
    return Gaps(
        [Gap(*row) for row in bare.values_list("id", "name", "path", "level")],
        [
            Gap(*row)
            for row in headless.order_by("grid__code").values_list("id", "name", "grid__path", "grid__level")
        ],
        [Gap(*row) for row in alone.values_list("id", "name", "path", "level")],
        _members(paths, on).filter(branch=None).count(),
    )


# ---------------------------------------------------------------- names


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member by name. Shown only after `party.see`, the yearly promise and an entry in the record."""

    id: int
    name: str
    home: str
    address: str
    door: str
    joined_on: date
    links: int
    is_secretary: bool


def members_of(branch_id: int, *, on: date, after: int = 0, limit: int = PAGE) -> list[MemberLine]:
    """One page of a branch's members, by id: one statement."""
    present = Member.objects.filter(branch=branch_id, pk__gt=after).filter(
        Q(left_on=None) | Q(left_on__gt=on)
    )
    links = Link.objects.standing(on).filter(member=OuterRef("pk"))
    rows = present.annotate(links_=_count(links, "member")).order_by("id").values_list(
        "id", "name", "home__name", "building__address", "door", "joined_on", "links_", "branch__secretary_id"
    )  # fmt: skip
    return [
        MemberLine(row[0], row[1], row[2] or "", row[3] or "", row[4], row[5], row[6], row[0] == row[7])
        for row in rows[:limit]
    ]


def unassigned(*, paths: Iterable[str], on: date, limit: int = PAGE) -> list[MemberLine]:
    """Members who live in some parts of the tree and belong to no branch yet."""
    rows = _members(paths, on).filter(branch=None).order_by("id").values_list(
        "id", "name", "home__name", "building__address", "door", "joined_on"
    )  # fmt: skip
    return [
        MemberLine(*row[:2], row[2] or "", row[3] or "", *row[4:], links=0, is_secretary=False)
        for row in rows[:limit]
    ]


def member(member_id: int) -> Member | None:
    return Member.objects.select_related("branch__grid", "home", "building").filter(pk=member_id).first()


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One household a member looks after."""

    id: int
    address: str
    door: str
    starts_on: date


def links_of(member_id: int, on: date) -> list[LinkLine]:
    rows = Link.objects.standing(on).filter(member=member_id).order_by("building__address", "door")
    return [LinkLine(*row) for row in rows.values_list("id", "building__address", "door", "starts_on")]


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A proposed move, for those who decide it."""

    id: int
    name: str
    from_name: str
    to_name: str
    to_path: str
    from_path: str
    to_id: int
    from_id: int


def open_moves(*, paths: Iterable[str]) -> list[MoveLine]:
    """Moves into or out of some parts of the tree that nobody has decided yet."""
    paths = list(paths)
    rows = Move.objects.filter(decided_at=None).filter(
        _under(paths, "to_branch__grid__path") | _under(paths, "from_branch__grid__path")
    )
    return [
        MoveLine(*row)
        for row in rows.order_by("proposed_at").values_list(
            "id", "member__name", "from_branch__name", "to_branch__name",
            "to_branch__grid__path", "from_branch__grid__path", "to_branch_id", "from_branch_id",
        )
    ]  # fmt: skip


# The building says where somebody lives; without one, the grid that was noted.
LIVES_IN = Case(
    When(building__unit__level=Level.MICRO_GRID, then=F("building__unit__parent_id")),
    When(building__unit__level__in=sorted(BRANCH_LEVELS), then=F("building__unit_id")),
    default=F("home_id"),
    output_field=BigIntegerField(),
)


def strays(*, place: int, grid_id: int | None = None) -> "QuerySet[Member]":
    """Members who live in another grid than that of their branch, with `to_branch_id`, nobody asked yet.

    What was declined once stays declined until the address is changed again.
    """
    there = Branch.objects.filter(grid=OuterRef("lives_in"), ends_on=None).values("pk")
    found = (
        Member.objects.filter(place=place, left_on=None, branch__isnull=False)
        .annotate(lives_in=LIVES_IN, to_branch_id=Subquery(there))
        .filter(to_branch_id__isnull=False)
        .exclude(branch=F("to_branch_id"))
    )
    asked = Move.objects.filter(member=OuterRef("pk"))
    found = found.exclude(Exists(asked.filter(decided_at=None)))
    found = found.exclude(Exists(asked.filter(accepted=False, to_branch=OuterRef("to_branch_id"))))
    return found if grid_id is None else found.filter(lives_in=grid_id)


def move(move_id: int) -> Move | None:
    return (
        Move.objects.select_related("to_branch__grid", "from_branch__grid", "member")
        .filter(pk=move_id)
        .first()
    )
