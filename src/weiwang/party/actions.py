"""Every write of the branches: secretary, members and homes, care, households, areas, moves."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from weiwang.audit.actions import forget, record, recorded
from weiwang.audit.rules import Actor
from weiwang.kernel.retention import kept_file
from weiwang.kernel.text import clean_text
from weiwang.ledger.models import Building
from weiwang.party.models import Area, Branch, Care, Link, Member, Move
from weiwang.party.permissions import keeper, reader
from weiwang.party.queries import strays
from weiwang.party.rules import (
    DOOR,
    NAME,
    REASON,
    PartyError,
    community_of,
    grid_of,
    needs_move,
    refuse_branch_on,
    refuse_care,
    refuse_leaving,
)
from weiwang.territory.models import Unit
from weiwang.territory.rules import Level, Officer

LINKS = kept_file("party.Link", "door")


@contextmanager
def _taken_as(code: str, **words: object) -> Iterator[None]:
    """What a unique constraint refuses, in words: two people at once, and the second sees the first."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise PartyError(code, **words) from error


def _unit(place: int, unit_id: int) -> Unit:
    found = Unit.objects.of(place).filter(pk=unit_id, ends_on=None).first()
    if found is None:
        raise PartyError("unit.unknown")
    return found


def _standing(branch_id: int) -> Branch:
    """The branch, locked. Raises `PartyError` when it is not there or has ended."""
    rows = Branch.objects.select_for_update(of=("self",)).select_related("grid")
    found: Branch | None = rows.filter(pk=branch_id).first()
    if found is None:
        raise PartyError("branch.unknown")
    if found.ends_on is not None:
        raise PartyError("branch.ended")
    return found


def _present(member_id: int) -> Member:
    """The member, locked. Raises `PartyError` for somebody who has left."""
    rows = Member.objects.select_for_update(of=("self",)).select_related("branch__grid", "home")
    found = rows.filter(pk=member_id).first()
    if found is None:
        raise PartyError("member.unknown")
    if found.left_on is not None:
        raise PartyError("member.left")
    return found


def _path_of(member: Member) -> str:
    """The grid that decides who keeps a member: that of the branch, else that of the home."""
    grid = member.branch.grid if member.branch is not None else member.home
    return grid.path if grid is not None else Unit.objects.values_list("path", flat=True).get(pk=member.place)


# ---------------------------------------------------------------- branches


def create_branch(
    *, place: int, grid_id: int, name: str, by: Officer, at: datetime, submission: str | None = None
) -> Branch:
    """Found the branch of a grid; members who live there without a branch join it. Raises `PartyError`."""
    grid = _unit(place, grid_id)
    refuse_branch_on(grid.level)
    actor, on = keeper(by, grid.path), timezone.localdate(at)
    words = clean_text(name, 80) or f"{grid.name}党支部"
    with recorded("party.branch", by=actor, at=at, place=place, submission=submission) as draft:
        with _taken_as("branch.taken", grid=grid.name):
            branch = Branch.objects.create(place=place, grid=grid, name=words, starts_on=on)
        joined = Member.objects.filter(home=grid, branch=None, left_on=None).update(branch=branch)
        proposed = _propose(strays(place=place, grid_id=grid.pk), at)
        draft.concerns("branch", branch.pk, grid=grid.code, joined=joined, proposed=proposed)
    return branch


def end_branch(
    *, branch_id: int, by: Officer, at: datetime, reason: str, submission: str | None = None
) -> Branch:
    """End a branch without members, with its care and areas; nothing is left hanging. Raises `PartyError`."""
    seen, words = _standing_path(branch_id), clean_text(reason, REASON)
    actor, on = keeper(by, seen.grid.path), timezone.localdate(at)
    with recorded(
        "party.branch_end", by=actor, at=at, place=seen.place, submission=submission, reason=words
    ) as draft:
        branch = _standing(branch_id)
        members = Member.objects.filter(branch=branch, left_on=None).count()
        if members:
            raise PartyError("branch.has_members", count=members)
        if on <= branch.starts_on:
            raise PartyError("branch.order")
        branch.ends_on = on
        branch.save(update_fields=["ends_on"])
        for rows in (Care.objects.filter(branch=branch), Area.objects.filter(branch=branch)):
            rows.filter(ends_on=None, starts_on__lt=on).update(ends_on=on)
            rows.filter(ends_on=None).delete()  # given and taken on one day: it never stood
        draft.concerns("branch", branch.pk)
    return branch


def _standing_path(branch_id: int) -> Branch:
    found: Branch | None = Branch.objects.select_related("grid").filter(pk=branch_id).first()
    if found is None:
        raise PartyError("branch.unknown")
    return found


def name_secretary(
    *, branch_id: int, member_id: int, by: Officer, at: datetime, submission: str | None = None
) -> Branch:
    """Make a member the secretary of their branch. Raises `PartyError`."""
    seen = _standing_path(branch_id)
    actor = keeper(by, seen.grid.path)
    with recorded("party.secretary", by=actor, at=at, place=seen.place, submission=submission) as draft:
        branch = _standing(branch_id)
        if not Member.objects.filter(pk=member_id, branch=branch, left_on=None).exists():
            raise PartyError("member.secretary")
        branch.secretary_id = member_id
        branch.save(update_fields=["secretary"])
        draft.concerns("branch", branch.pk, member=member_id)
    return branch


# ---------------------------------------------------------------- members


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a member lives: a grid, and if known the building and the door."""

    grid_id: int
    building_id: int | None = None
    door: str = ""


def add_member(
    *, place: int, name: str, home: Home, consent_on: date | None, by: Officer, at: datetime,
    submission: str | None = None,
) -> Member:  # fmt: skip
    """Take in a member, into the branch of the grid they live in if it stands. Raises `PartyError`."""
    grid, words = _unit(place, home.grid_id), clean_text(name, NAME, required=True)
    refuse_branch_on(grid.level)
    actor, on = keeper(by, grid.path), timezone.localdate(at)
    if consent_on is None or consent_on > on:
        raise PartyError("member.consent")
    with recorded("party.member", by=actor, at=at, place=place, submission=submission) as draft:
        member = Member.objects.create(
            place=place, name=words, branch=Branch.objects.filter(grid=grid, ends_on=None).first(), home=grid,
            building=_building_in(grid, home.building_id), door=clean_text(home.door, DOOR),
            consent_on=consent_on, joined_on=on,
        )  # fmt: skip
        draft.concerns("party_member", member.pk, grid=grid.code)
    return member


def keep_members(*, place: int, rows: Sequence[Member], by: Actor, at: datetime, source: str) -> int:
    """Take in many members at once, each into the branch of their grid; one entry in the record."""
    branches = dict(Branch.objects.filter(place=place, ends_on=None).values_list("grid", "pk"))
    with recorded("party.import", by=by, at=at, place=place) as draft:
        for member in rows:
            member.branch_id = branches.get(member.home_id or 0)
        Member.objects.bulk_create(rows, batch_size=1000)
        draft.concerns("party_member", place, members=len(rows), source=source)
    return len(rows)


def _building_in(grid: Unit, building_id: int | None) -> Building | None:
    """The building of a home. Raises `PartyError` for one that stands in another grid."""
    found = _building(grid.place or 0, building_id)
    unit = found.unit if found is not None else None
    if unit is not None:
        stands_in = grid_of(level=unit.level, unit_id=unit.pk, parent_id=unit.parent_id)
        if stands_in not in {None, grid.pk}:
            raise PartyError("member.building_grid")
    return found


def _building(place: int, building_id: int | None) -> Building | None:
    if building_id is None:
        return None
    found = Building.objects.filter(place=place, pk=building_id).first()
    if found is None:
        raise PartyError("member.building")
    return found


def change_home(
    *, member_id: int, home: Home, by: Officer, at: datetime, submission: str | None = None
) -> Move | None:
    """Note where a member lives now. In another grid this proposes a move; nobody is moved silently.

    Returns the proposal, None when nothing needs to move. Raises `PartyError`, `NotAllowedError`.
    """
    seen = Member.objects.select_related("branch__grid", "home").filter(pk=member_id).first()
    if seen is None:
        raise PartyError("member.unknown")
    actor = keeper(by, _path_of(seen))
    grid = _unit(seen.place, home.grid_id)
    refuse_branch_on(grid.level)
    with recorded("party.home", by=actor, at=at, place=seen.place, submission=submission) as draft:
        member = _present(member_id)
        member.home, member.door = grid, clean_text(home.door, DOOR)
        member.building = _building_in(grid, home.building_id)
        move = _proposed(member, grid, at, may_take_in=by.may("party.keep", grid.path))
        member.save(update_fields=["home", "door", "building", "branch"])
        draft.concerns("party_member", member.pk, grid=grid.code, proposed=move is not None)
    return move


def _proposed(member: Member, grid: Unit, at: datetime, *, may_take_in: bool) -> Move | None:
    there = Branch.objects.filter(grid=grid, ends_on=None).first()
    opened = Move.objects.filter(member=member, decided_at=None)
    if member.branch is None:
        member.branch = there if may_take_in else None  # else they wait in the list of the grid they live in
        return None
    if there is None or not needs_move(home_grid=grid.pk, branch_grid=member.branch.grid_id):
        opened.delete()  # they came back before anybody decided
        return None
    opened.exclude(to_branch=there).delete()
    found, _made = Move.objects.get_or_create(
        member=member, decided_at=None,
        defaults={
            "place": member.place, "from_branch": member.branch, "to_branch": there, "proposed_at": at,
        },
    )  # fmt: skip
    return found


def propose_moves(*, place: int, by: Actor, at: datetime) -> int:
    """Propose the moves that follow from changed boundaries; returns how many. Nobody is moved by this."""
    found = strays(place=place)
    if not found.exists():
        return 0
    with recorded("party.propose", by=by, at=at, place=place) as draft:
        proposed = _propose(strays(place=place), at)
        draft.concerns("place", place, proposed=proposed)
    return proposed


def _propose(found: Any, at: datetime) -> int:  # noqa: ANN401 -- the queryset of `strays`
    rows = [
        Move(
            place=member.place, member=member, from_branch_id=member.branch_id,
            to_branch_id=member.to_branch_id, proposed_at=at,
        )
        for member in found.select_for_update(of=("self",))
    ]  # fmt: skip
    Move.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def decide_move(
    *, move_id: int, accept: bool, reason: str, by: Officer, at: datetime, submission: str | None = None
) -> Move:
    """Take somebody over, or decline; decided by who keeps the receiving branch. Raises `PartyError`."""
    seen = Move.objects.select_related("to_branch__grid").filter(pk=move_id).first()
    if seen is None:
        raise PartyError("member.unknown")
    actor, words = keeper(by, seen.to_branch.grid.path), clean_text(reason, REASON)
    with recorded(
        "party.move", by=actor, at=at, place=seen.place, submission=submission, reason=words
    ) as draft:
        move = Move.objects.select_for_update().get(pk=move_id)
        if move.decided_at is not None:
            raise PartyError("move.done")
        member = _present(move.member_id)
        move.decided_at, move.accepted, move.reason = at, accept, words
        move.save(update_fields=["decided_at", "accepted", "reason"])
        if accept:
            _step_down(member)
            member.branch_id = _standing(move.to_branch_id).pk
            member.save(update_fields=["branch"])
        draft.concerns("party_member", member.pk, accepted=accept)
    return move


def _step_down(member: Member) -> None:
    """Who leaves a branch is no longer its secretary, and the areas there are nobody's for now."""
    Branch.objects.filter(secretary=member, ends_on=None).update(secretary=None)
    Area.objects.filter(member=member, ends_on=None).update(member=None)


def member_leaves(
    *, member_id: int, on: date, by: Officer, at: datetime, submission: str | None = None
) -> Member:
    """End a membership, or follow a consent that was taken back. Households go back to the branch's list.

    Raises `PartyError`.
    """
    seen = Member.objects.select_related("branch__grid", "home").filter(pk=member_id).first()
    if seen is None:
        raise PartyError("member.unknown")
    actor = keeper(by, _path_of(seen))
    with recorded("party.leave", by=actor, at=at, place=seen.place, submission=submission) as draft:
        member = _present(member_id)
        refuse_leaving(member.joined_on, on, timezone.localdate(at))
        member.left_on = on
        member.name = member.door = ""  # what was held for the assignment goes with it
        member.building = member.user = None
        member.save(update_fields=["left_on", "name", "door", "building", "user"])
        _step_down(member)
        ended = _end_links(Q(member=member), timezone.localdate(at))
        Move.objects.filter(member=member, decided_at=None).delete()
        draft.concerns("party_member", member.pk, households=ended)
    return member


def names_were_shown(*, branch_id: int, by: Officer, at: datetime) -> None:
    """Write down that somebody opened the names of a branch: one entry for a page."""
    branch = _standing_path(branch_id)
    record(
        "party.look",
        by=reader(by, branch.grid.path),
        at=at,
        place=branch.place,
        about=("branch", str(branch.pk)),
    )


def waiting_names_were_shown(*, by: Officer, at: datetime) -> None:
    """Write down that somebody opened the names of members without a branch: one entry for each place."""
    for path in by.paths("party.see"):
        place = next(h.place for h in by.holdings if h.covers("party.see", path))
        record("party.look", by=reader(by, path), at=at, place=place, about=("unit", path))


# ---------------------------------------------------------------- care, households, areas


def give_care(
    *, branch_id: int, unit_id: int, by: Officer, at: datetime, submission: str | None = None
) -> Care:
    """Put a micro-grid of the same community into the care of a branch. Raises `PartyError`."""
    seen = _standing_path(branch_id)
    actor, unit = keeper(by, seen.grid.path), _unit(seen.place, unit_id)
    refuse_care(unit=unit.name, level=unit.level, path=unit.path, community_path=community_of(seen.grid.path))
    with recorded("party.care", by=actor, at=at, place=seen.place, submission=submission) as draft:
        branch = _standing(branch_id)
        other = Care.objects.filter(unit=unit, ends_on=None).select_related("branch").first()
        if other is not None:
            raise PartyError("care.taken", unit=unit.name, branch=other.branch.name)
        with _taken_as("care.taken", unit=unit.name, branch=branch.name):
            care = Care.objects.create(
                place=branch.place, branch=branch, unit=unit, starts_on=timezone.localdate(at)
            )
        draft.concerns("branch", branch.pk, unit=unit.code)
    return care


def end_care(*, care_id: int, by: Officer, at: datetime, submission: str | None = None) -> None:
    """Take a micro-grid out of a branch's care; it then stands on the list to fill."""
    care = Care.objects.select_related("branch__grid").filter(pk=care_id, ends_on=None).first()
    if care is None:
        raise PartyError("branch.unknown")
    actor, on = keeper(by, care.branch.grid.path), timezone.localdate(at)
    with recorded("party.care_end", by=actor, at=at, place=care.place, submission=submission) as draft:
        draft.concerns("branch", care.branch_id, unit=care.unit_id)
        _end(Care.objects.filter(pk=care_id), on)


def _end(rows: Any, on: date) -> int:  # noqa: ANN401 -- a queryset of dated rows
    """End rows today; those that began today never stood and are taken out."""
    standing = rows.filter(ends_on=None)
    gone, _each = standing.filter(starts_on__gte=on).delete()
    return int(gone) + int(standing.filter(starts_on__lt=on).update(ends_on=on))


def _end_links(which: Q, on: date) -> int:
    return _end(Link.objects.filter(which), on)


def link_household(
    *, member_id: int, building_id: int, door: str, by: Officer, at: datetime, submission: str | None = None
) -> Link:
    """Give a household into the care of a member: a door of a building. Raises `PartyError`."""
    seen = Member.objects.select_related("branch__grid", "home").filter(pk=member_id).first()
    if seen is None:
        raise PartyError("member.unknown")
    actor, words = keeper(by, _path_of(seen)), clean_text(door, DOOR)
    if not words:
        raise PartyError("link.door")
    with recorded("party.link", by=actor, at=at, place=seen.place, submission=submission) as draft:
        member = _present(member_id)
        with _taken_as("link.taken"):
            link = Link.objects.create(
                place=member.place, member=member, building=_required(member.place, building_id), door=words,
                starts_on=timezone.localdate(at),
            )  # fmt: skip
        draft.concerns("party_member", member.pk, link=link.pk)
    return link


def _required(place: int, building_id: int) -> Building:
    found = _building(place, building_id)
    if found is None:
        raise PartyError("member.building")
    return found


def unlink_household(*, link_id: int, by: Officer, at: datetime, submission: str | None = None) -> None:
    link = Link.objects.select_related("member__branch__grid", "member__home").filter(pk=link_id).first()
    if link is None or link.ends_on is not None:
        raise PartyError("member.unknown")
    actor = keeper(by, _path_of(link.member))
    with recorded("party.unlink", by=actor, at=at, place=link.place, submission=submission) as draft:
        draft.concerns("party_member", link.member_id, link=link.pk)
        _end_links(Q(pk=link_id), timezone.localdate(at))


def add_area(
    *, branch_id: int, name: str, by: Officer, at: datetime, unit_id: int | None = None,
    shape: BaseGeometry | None = None, member_id: int | None = None, submission: str | None = None,
) -> Area:  # fmt: skip
    """Set a responsibility area: a micro-grid of the grid, or a polygon inside it. Raises `PartyError`."""
    seen = _standing_path(branch_id)
    actor, words = keeper(by, seen.grid.path), clean_text(name, NAME, required=True)
    unit = _unit(seen.place, unit_id) if unit_id is not None else None
    _refuse_outside(seen.grid, unit, shape)
    with recorded("party.area", by=actor, at=at, place=seen.place, submission=submission) as draft:
        branch = _standing(branch_id)
        if (
            member_id is not None
            and not Member.objects.filter(pk=member_id, branch=branch, left_on=None).exists()
        ):
            raise PartyError("member.unknown")
        area = Area.objects.create(
            place=branch.place, branch=branch, name=words, unit=unit, shape=shape, member_id=member_id,
            starts_on=timezone.localdate(at),
        )  # fmt: skip
        draft.concerns("branch", branch.pk, area=area.pk)
    return area


SLACK = 1e-5  # about a metre, in degrees: what a drawn line may stand over the edge


def _refuse_outside(grid: Unit, unit: Unit | None, shape: BaseGeometry | None) -> None:
    """Raises `PartyError` unless the area lies inside the grid."""
    if unit is not None and not (unit.path.startswith(grid.path) and unit.level in set(Level)):
        raise PartyError("area.outside")
    if unit is None and (shape is None or shape.is_empty or not shape.is_valid):
        raise PartyError("area.shape")
    if shape is not None and grid.boundary is not None and not grid.boundary.buffer(SLACK).covers(shape):
        raise PartyError("area.outside")


def end_area(*, area_id: int, by: Officer, at: datetime, submission: str | None = None) -> None:
    area = Area.objects.select_related("branch__grid").filter(pk=area_id, ends_on=None).first()
    if area is None:
        raise PartyError("branch.unknown")
    actor = keeper(by, area.branch.grid.path)
    with recorded("party.area_end", by=actor, at=at, place=area.place, submission=submission) as draft:
        draft.concerns("branch", area.branch_id, area=area.pk)
        _end(Area.objects.filter(pk=area_id), timezone.localdate(at))


def forget_links(*, at: datetime) -> int:
    """Delete which doors a member looked after, once that ended longer ago than the table says."""
    old = Link.objects.filter(ends_on__lt=timezone.localdate(at) - LINKS.read(settings.POLICIES).table)
    return forget("party.forget", old, kind="party_member", at=at)
