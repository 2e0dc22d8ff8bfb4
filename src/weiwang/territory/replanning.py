"""A plan of the grids comes into force: units begin, go on and end, with their posts and the people on them.

The plan itself is a higher domain's; here stands only what happens to the tree, and the values by which every
domain above makes its own part follow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, Value
from django.db.models.functions import Concat, Substr
from shapely.geometry.base import BaseGeometry

from weiwang.audit.rules import Actor
from weiwang.territory.actions import bump_boundaries, post_name
from weiwang.territory.models import Appointment, Deputy, Post, Unit
from weiwang.territory.queries import post_table
from weiwang.territory.rules import Level


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit as the plan wants it.

    `unit_id` where one goes on, else the `code` of the new one. `above` is the key of its parent; keys are
    the plan's own numbers.
    """

    key: int
    level: Level
    kind: str
    name: str
    above: int | None
    households: int
    boundary: BaseGeometry | None
    unit_id: int | None = None
    code: str = ""


@dataclass(slots=True)
class Change:
    """What a plan did to the tree, for the domains above.

    `units`: the unit of each key. `paths`: old and new path of units that lie elsewhere now. `heirs`: for a
    unit that ended, the unit that took most of its households. `posts`: for a post that ended, its heir.
    """

    place: int
    on: date
    at: datetime
    by: Actor
    units: dict[int, Unit] = field(default_factory=dict)
    begun: list[Unit] = field(default_factory=list)
    paths: dict[int, tuple[str, str]] = field(default_factory=dict)
    heirs: dict[int, int] = field(default_factory=dict)
    posts: dict[int, int] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)
    """Post and holder whose appointment ended because the unit did."""


def rebuild(
    *, place: int, communities: Mapping[int, Sequence[Wanted]], heirs: Mapping[int, int], on: date, by: Actor,
    at: datetime,
) -> Change:  # fmt: skip
    """Make the grids of some communities (by their unit ids) as wanted. Part of an action that is recorded.

    `heirs` maps a unit that is wanted no more to the key that takes most of its households.
    """
    change = Change(place, on, at, by)
    for community_id, wanted in communities.items():
        community = Unit.objects.get(pk=community_id)
        grids = [one for one in wanted if one.level is not Level.MICRO_GRID]
        _keep_or_begin(change, grids, {None: community})
        micros = [one for one in wanted if one.level is Level.MICRO_GRID]
        _keep_or_begin(change, micros, {key: change.units[key] for key in {one.key for one in grids}})
        _end(change, community, {change.units[one.key].pk for one in wanted}, heirs)
    _fill_new_units(change)
    bump_boundaries(place)
    return change


def _keep_or_begin(change: Change, wanted: Sequence[Wanted], parents: Mapping[int | None, Unit]) -> None:
    standing = {
        unit.pk: unit for unit in Unit.objects.filter(pk__in=[one.unit_id for one in wanted if one.unit_id])
    }
    for one in wanted:
        parent = parents[one.above]
        if one.unit_id is not None:
            unit = standing[one.unit_id]
            _go_on(change, unit, one, parent)
        else:
            unit = _begin(change, one, parent)
        change.units[one.key] = unit


def _go_on(change: Change, unit: Unit, wanted: Wanted, parent: Unit) -> None:
    before, renamed = unit.path, unit.name != wanted.name
    old_name = unit.name
    unit.name, unit.households, unit.boundary, unit.parent = (
        wanted.name,
        wanted.households,
        wanted.boundary,
        parent,
    )
    unit.path = f"{parent.path}{unit.pk}/"
    unit.save(update_fields=["name", "households", "boundary", "parent", "path"])
    if unit.path != before:
        change.paths[unit.pk] = (before, unit.path)
        below = Unit.objects.filter(path__startswith=before).exclude(pk=unit.pk)
        below.update(path=Concat(Value(unit.path), Substr("path", len(before) + 1)))
    if renamed:
        _rename_posts(unit, old_name)


def _rename_posts(unit: Unit, old_name: str) -> None:
    """Posts that are called after their unit follow its name."""
    kinds = post_table().kinds
    for post in Post.objects.filter(unit=unit, department=None, ends_at=None):
        old = Unit(name=old_name)
        if post.name == post_name(kinds[post.kind], old, None):
            post.name = post_name(kinds[post.kind], unit, None)
            post.save(update_fields=["name"])


def _begin(change: Change, wanted: Wanted, parent: Unit) -> Unit:
    unit = Unit.objects.create(
        place=change.place, parent=parent, path="", level=wanted.level, kind=wanted.kind, code=wanted.code,
        name=wanted.name, households=wanted.households, boundary=wanted.boundary, starts_on=change.on,
    )  # fmt: skip
    unit.path = f"{parent.path}{unit.pk}/"
    unit.save(update_fields=["path"])
    change.begun.append(unit)
    return unit


def _end(change: Change, community: Unit, kept: set[int], heirs: Mapping[int, int]) -> None:
    """End every grid and micro-grid of the community that is wanted no more, and pass on its posts."""
    levels = [Level.GRID, Level.MICRO_GRID]
    gone = Unit.objects.filter(path__startswith=community.path, level__in=levels, ends_on=None).exclude(
        pk__in=kept
    )
    for unit in gone.order_by("-level", "code"):
        heir = change.units.get(heirs.get(unit.pk, -1))
        if heir is not None:
            change.heirs[unit.pk] = heir.pk
        _pass_posts(change, unit, heir)
        unit.ends_on = change.on
        unit.save(update_fields=["ends_on"])


def _pass_posts(change: Change, unit: Unit, heir: Unit | None) -> None:
    """Posts that many may hold go to the heir; of those that one holds, the heir's own takes over."""
    kinds = post_table().kinds
    for post in Post.objects.filter(unit=unit, ends_at=None):
        if heir is not None and not kinds[post.kind].single:
            post.unit, post.name = heir, post_name(kinds[post.kind], heir, None)
            post.save(update_fields=["unit", "name"])
            continue
        _end_post(change, post)
        if heir is not None:
            own = Post.objects.filter(unit=heir, kind=post.kind, ends_at=None).order_by("pk").first()
            own = own or _new_post(change, heir, post.kind)
            change.posts[post.pk] = own.pk


def _end_post(change: Change, post: Post) -> None:
    open_ended = Q(ends_at=None) | Q(ends_at__gt=change.at)
    for held in Appointment.objects.filter(open_ended, post=post).select_related("user"):
        change.left.append((post.name, held.user.name))
        Deputy.objects.filter(appointment=held, starts_at__gte=change.at).delete()
        Deputy.objects.filter(appointment=held, ends_at__gt=change.at).update(ends_at=change.at)
        if held.starts_at >= change.at:
            held.delete()
            continue
        held.ends_at = change.at
        held.save(update_fields=["ends_at"])
    post.ends_at = change.at
    post.save(update_fields=["ends_at"])


def _new_post(change: Change, unit: Unit, kind: str) -> Post:
    row = post_table().kinds[kind]
    return Post.objects.create(place=change.place, kind=kind, unit=unit, name=post_name(row, unit, None))


def _fill_new_units(change: Change) -> None:
    """Every new unit gets the posts its level should have, vacant."""
    expected = [kind for kind in post_table().kinds.values() if kind.expected]
    there = set(Post.objects.filter(unit__in=change.begun, ends_at=None).values_list("unit_id", "kind"))
    Post.objects.bulk_create(
        Post(place=change.place, kind=kind.code, unit=unit, name=post_name(kind, unit, None))
        for unit in change.begun
        for kind in expected
        if kind.level == unit.level and (unit.pk, kind.code) not in there
    )
