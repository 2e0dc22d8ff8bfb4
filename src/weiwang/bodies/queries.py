"""Reads of the bodies: lists by part of the tree, terms that end, the scope on any day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from weiwang.bodies.models import Body, BodyUnit, Document, Member
from weiwang.bodies.rules import KINDS, NOTICE, KindTable, TermState, term_state
from weiwang.territory.models import Unit
from weiwang.territory.rules import Level


def kinds() -> KindTable:
    return KINDS.read(settings.POLICIES).table


# ---------------------------------------------------------------- what lies where


@dataclass(frozen=True, slots=True)
class ScopeUnit:
    """One unit a body stands for; `community` names the general grid it lies in, "" above those."""

    id: int
    path: str
    level: str
    name: str
    community_id: int | None = None
    community: str = ""
    grid: str = ""  # the grid it is or lies in, without the name of the community

    @property
    def label(self) -> str:
        """The community with the unit, the unit alone where it is the community."""
        return self.name if self.name == self.community else f"{self.community}{self.name}"


def scope_units(units: Iterable[Unit]) -> list[ScopeUnit]:
    """Units with the communities they lie in: one statement."""
    found = list(units)
    ids = {int(part) for unit in found for part in unit.path.strip("/").split("/")}
    rows = Unit.objects.filter(pk__in=ids, level__in=[Level.GENERAL_GRID, Level.GRID])
    names = {pk: (level, name) for pk, level, name in rows.values_list("pk", "level", "name")}
    return [_scope_unit(unit, names) for unit in found]


def _scope_unit(unit: Unit, names: Mapping[int, tuple[str, str]]) -> ScopeUnit:
    above = [int(part) for part in unit.path.strip("/").split("/")]
    found = next((pk for pk in above if names.get(pk, ("", ""))[0] == Level.GENERAL_GRID), None)
    community = names[found][1] if found else ""
    above_it = names.get(unit.parent_id or 0, ("", ""))
    full = above_it[1] if above_it[0] == Level.GRID else ""
    grid = (full or unit.name).removeprefix(community)
    name = grid + unit.name.removeprefix(full) if full else grid or unit.name
    return ScopeUnit(unit.pk, unit.path, unit.level, name, found, community, "" if unit.pk == found else grid)


def units_of(*, place: int, unit_ids: Collection[int]) -> list[ScopeUnit]:
    """Standing units of one sub-district, for a scope; those that are not there are left out."""
    found = Unit.objects.of(place).filter(pk__in=unit_ids, ends_on=None).defer("boundary").order_by("code")
    return scope_units(found)


def reaching(paths: Iterable[str]) -> "QuerySet[Body]":
    """The bodies that stand for something on, above or below some paths."""
    present = BodyUnit.objects.filter(_touching(paths), body=OuterRef("pk"), ends_on=None)
    return Body.objects.filter(Exists(present))


def _touching(paths: Iterable[str]) -> Q:
    return reduce(or_, (_touches(path) for path in paths), Q(pk__in=()))


def _touches(path: str) -> Q:
    above = [int(part) for part in path.strip("/").split("/")]
    return Q(unit__path__startswith=path) | Q(unit_id__in=above)


# ---------------------------------------------------------------- lists


@dataclass(frozen=True, slots=True)
class BodyLine:
    """One body in a list. `members` are those of the day asked for."""

    id: int
    name: str
    kind: str
    compound: str
    term_starts_on: date
    term_ends_on: date | None
    ended_on: date | None
    term: TermState
    members: int
    scope: Sequence[ScopeUnit]

    @property
    def communities(self) -> list[str]:
        return list(dict.fromkeys(unit.community for unit in self.scope))


def bodies(
    *, paths: Iterable[str], on: date, kind: str = "", under: str = "", ended: bool = False
) -> list[BodyLine]:
    """The bodies reaching into some paths, by name: three statements; `under` narrows to one unit's path."""
    over = Q(ended_on__lte=on)
    found = reaching(paths).filter(over if ended else Q(ended_on=None) | ~over)
    if under:
        found = found.filter(pk__in=reaching([under]))
    if kind:
        found = found.filter(kind=kind)
    return _lines(found.order_by("name", "pk"), on)


def terms_ending(*, paths: Iterable[str], on: date) -> list[BodyLine]:
    """Standing bodies whose term ends within 90 days or is over, the most pressing first."""
    found = reaching(paths).exclude(ended_on__lte=on).filter(term_ends_on__lte=on + NOTICE)
    return _lines(found.order_by("term_ends_on", "name", "pk"), on)


def _lines(found: "QuerySet[Body]", on: date) -> list[BodyLine]:
    rows = list(found.annotate(number=_member_count(on)).defer("phone"))
    scope = _scopes([row.pk for row in rows], Q(ends_on=None))
    return [
        BodyLine(
            row.pk, row.name, row.kind, row.compound, row.term_starts_on, row.term_ends_on, row.ended_on,
            term_state(row.term_ends_on, on), row.number, tuple(scope.get(row.pk, ())),
        )
        for row in rows
    ]  # fmt: skip


def _member_count(on: date) -> Coalesce:
    members = Member.objects.filter(body=OuterRef("pk"), starts_on__lte=on).exclude(ends_on__lte=on)
    counted = members.order_by().values("body").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _scopes(body_ids: Collection[int], when: Q) -> dict[int, list[ScopeUnit]]:
    rows = list(
        BodyUnit.objects.filter(when, body_id__in=body_ids)
        .select_related("unit")
        .defer("unit__boundary")
        .order_by("unit__code")
    )
    found: dict[int, list[ScopeUnit]] = {}
    for row, unit in zip(rows, scope_units([row.unit for row in rows]), strict=True):
        found.setdefault(row.body_id, []).append(unit)
    return found


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of standing bodies: by kind, and how many terms end soon or are over."""

    by_kind: Mapping[str, int]
    ending: int
    over: int

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())


def summary(*, paths: Iterable[str], on: date) -> Summary:
    """How many bodies of each kind stand within reach of some paths: one statement, every kind named."""
    found = reaching(paths).exclude(ended_on__lte=on).values("kind").order_by()
    soon = Q(term_ends_on__gte=on, term_ends_on__lte=on + NOTICE)
    rows = found.annotate(
        number=Count("pk"),
        ending=Count("pk", filter=soon),
        over=Count("pk", filter=Q(term_ends_on__lt=on)),
    )
    known = list(rows.values_list("kind", "number", "ending", "over"))
    return Summary(
        dict.fromkeys(kinds(), 0) | {row[0]: row[1] for row in known},
        sum(row[2] for row in known), sum(row[3] for row in known),
    )  # fmt: skip


# ---------------------------------------------------------------- one body


def body(*, paths: Iterable[str], body_id: int) -> Body | None:
    """One body, if it reaches into some paths."""
    return reaching(paths).filter(pk=body_id).first()


def scope_of(body_id: int) -> list[ScopeUnit]:
    return _scopes([body_id], Q(ends_on=None)).get(body_id, [])


def members_of(body_id: int) -> list[Member]:
    """Present and former members, in the order they came."""
    return list(Member.objects.filter(body=body_id).order_by("starts_on", "pk"))


def members_on(body_id: int, on: date) -> int:
    return Member.objects.filter(body=body_id, starts_on__lte=on).exclude(ends_on__lte=on).count()


def documents_of(body_id: int) -> list[Document]:
    """The papers that are kept, newest first."""
    return list(Document.objects.filter(body=body_id, withdrawn_at=None).order_by("-added_at", "-pk"))


def document(*, paths: Iterable[str], document_id: UUID) -> Document | None:
    """A kept paper of a body that reaches into some paths."""
    return Document.objects.filter(pk=document_id, withdrawn_at=None, body__in=reaching(paths)).first()


# ---------------------------------------------------------------- on a day


@dataclass(frozen=True, slots=True)
class Standing:
    """A body as it stood on a day."""

    id: int
    name: str
    kind: str
    term: TermState
    unit_ids: frozenset[int]


def standing_on(*, paths: Iterable[str], under: str, on: date) -> list[Standing]:
    """The bodies that stood on a day for something on or below a path, within some paths: two statements."""
    found = Body.objects.filter(founded_on__lte=on).exclude(ended_on__lte=on)
    rows = BodyUnit.objects.standing(on).filter(
        _touching(paths), body__in=found, unit__path__startswith=under
    )
    units: dict[int, set[int]] = {}
    for body_id, unit_id in rows.values_list("body_id", "unit_id"):
        units.setdefault(body_id, set()).add(unit_id)
    order = list(kinds())
    known = Body.objects.filter(pk__in=units).order_by("name", "pk")
    lines = [
        Standing(pk, name, kind, term_state(ends_on, on), frozenset(units[pk]))
        for pk, name, kind, ends_on in known.values_list("pk", "name", "kind", "term_ends_on")
    ]
    return sorted(lines, key=lambda line: order.index(line.kind) if line.kind in order else len(order))
