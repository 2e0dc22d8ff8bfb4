"""Cases when the grids are divided anew: each goes to the unit where it happened, and to a post there."""

from collections.abc import Mapping, Sequence
from functools import cache

from weiwang.cases.actions.corrections import DUTY_OF
from weiwang.cases.actions.owners import candidates
from weiwang.cases.history import next_event
from weiwang.cases.models import Case
from weiwang.cases.routing import Candidate, nearest_with
from weiwang.cases.rules import (
    FINAL,
    State,
)
from weiwang.kernel.geo import PlaceIndex
from weiwang.territory.handover import Line
from weiwang.territory.models import Unit
from weiwang.territory.replanning import Change
from weiwang.territory.rules import LEAF_LEVELS

REPLANNED = "网格重新划分，随地点转入新的网格。"  # a note of the place, in its language as all notes are
NEAR_M = 60.0


def follow_plan(change: Change) -> list[Line]:
    """Move the open cases of units that changed, each with an entry in its history; closed ones stay.

    A case with a point goes where the point lies, another to the heir of its unit. A post that still covers
    the place keeps it; otherwise the heir of the post, or whoever is to take the next step there. Part of an
    action that is recorded.
    """
    for unit_id, (_, path) in change.paths.items():
        Case.objects.filter(place=change.place, unit=unit_id).update(unit_path=path)
    units = {unit.pk: unit for unit in change.units.values()}
    leaves = {f"{unit.pk}": unit for unit in units.values() if unit.level in LEAF_LEVELS and unit.boundary}
    index = PlaceIndex([(key, unit.boundary) for key, unit in leaves.items() if unit.boundary], near_m=NEAR_M)

    @cache
    def posts_over(path: str) -> Sequence[Candidate]:
        return candidates(path=path, place=change.place, at=change.at)

    concerned = [*units, *change.heirs]
    found = Case.objects.filter(place=change.place, unit__in=concerned).exclude(
        state__in=[*FINAL, State.DRAFT]
    )
    moved = []
    for case in found.select_for_update(of=("self",), no_key=True).order_by("due_at", "id"):
        there = _unit_of(case, change, units, leaves, index)
        if there is None or (there.pk == case.unit_id and case.owner_post_id not in change.posts):
            continue
        moved.append(_move(case, there, change, posts_over(there.path)))
    return moved


def _unit_of(
    case: Case, change: Change, units: Mapping[int, Unit], leaves: Mapping[str, Unit], index: PlaceIndex
) -> Unit | None:
    """Where a case belongs now; one that lay at a whole grid stays there while the grid does."""
    if case.unit_id in units and units[case.unit_id].level not in LEAF_LEVELS:
        return units[case.unit_id]
    if case.lon is not None and case.lat is not None:
        located = index.locate(case.lon, case.lat)
        if located.key is not None:
            return leaves[located.key]
    return units.get(case.unit_id) or units.get(change.heirs.get(case.unit_id, 0))


def _move(case: Case, there: Unit, change: Change, posts: Sequence[Candidate]) -> Line:
    was = {"unit": case.unit_id, "owner": case.owner_post_id}
    case.unit, case.unit_path, case.unit_name = there, there.path, there.name
    owner = _owner(case, change, posts)
    if owner is not None:
        case.owner_post_id, case.owner_name = owner.post_id, owner.name
    case.version += 1
    now = {"unit": there.pk, "owner": case.owner_post_id}
    event = next_event(
        case, step="reroute", before=case.state, at=change.at, by=change.by, note=REPLANNED,
        data={"was": was, "now": now}, public=False,
    )  # fmt: skip
    case.save(
        update_fields=[
            "unit", "unit_path", "unit_name", "owner_post", "owner_name", "version", "history_length",
            "history_digest",
        ]
    )  # fmt: skip
    event.save(force_insert=True)
    return Line(case.number, f"→ {there.name}" + (f" · {owner.name}" if owner else ""))


def _owner(case: Case, change: Change, posts: Sequence[Candidate]) -> Candidate | None:
    """The post that takes the case over, None when its own keeps it."""
    if any(post.post_id == case.owner_post_id for post in posts):
        return None
    heir = change.posts.get(case.owner_post_id or 0)
    follows = next((post for post in posts if post.post_id == heir and post.holders), None)
    if follows is not None:
        return follows
    power = DUTY_OF.get(State(case.state))
    ended = case.owner_post_id in change.posts
    if power is None and not ended:
        return None  # whoever is handling it finishes it
    choice = nearest_with(power or "case.handle", posts, avoid_users=frozenset(case.handler_users))
    return choice.post if choice else None
