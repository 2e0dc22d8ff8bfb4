"""Every write of the patrol force: teams, beats, leave, the rota, swaps, calendar links."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import shapely
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Case, Value, When
from django.utils import timezone
from procrastinate.contrib.django import app
from shapely.geometry.base import BaseGeometry

from weiwang.accounts.queries import user_named
from weiwang.accounts.rules import has_ended
from weiwang.audit.actions import forget, recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.kernel import ids
from weiwang.kernel.retention import kept_file
from weiwang.kernel.text import clean_text
from weiwang.patrols import queries
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
    MAX_WEEKS,
    OPEN_SWAPS,
    PatrolError,
    ProposalState,
    RotaState,
    SwapState,
    known,
    monday,
    on_leave,
)
from weiwang.patrols.solving import Plan, Problem
from weiwang.territory import queries as territory
from weiwang.territory.models import Unit

PROPOSE = "weiwang.patrols.jobs.propose_rota"
MOST_NEEDED = 20
LEAVE = kept_file("patrols.Leave", "kind")
MEMBERS = kept_file("patrols.Member", "duties")
LONGEST_LEAVE = timedelta(days=366)
LINES = frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"})


# ---------------------------------------------------------------- teams


def create_team(*, unit: Unit, name: str, by: Actor, at: datetime, submission: str | None = None) -> Team:
    """Set up a team of a unit."""
    place = unit.place or 0
    with recorded("patrol.team", by=by, at=at, place=place, submission=submission) as draft:
        team = Team.objects.create(place=place, unit=unit, name=clean_text(name, 60, required=True))
        draft.concerns("patrol_team", team.pk, unit=unit.code)
    return team


def add_member(
    *, team_id: int, username: str, origin: str, role: str, by: Actor, at: datetime, starts_on: date,
    ends_on: date | None = None, grid_id: int | None = None, duties: Iterable[str] = (),
    submission: str | None = None,
) -> Member:  # fmt: skip
    """Take somebody into a team. Raises `PatrolError` (unknown word or person, twice, no grid)."""
    table, team = queries.table(), _standing_team(team_id)
    given = [known(table.duties, code) for code in dict.fromkeys(duties)]
    if ends_on is not None and ends_on < starts_on:
        raise PatrolError("member.order")
    grid = _grid(team, grid_id) if role == "auxiliary" else None
    if role == "auxiliary" and not (grid and given):
        raise PatrolError("member.grid")
    user = user_named(username)
    if (
        user is None
        or user.place != team.place
        or not user.is_active
        or has_ended(user.works_until, starts_on)
    ):
        raise PatrolError("member.person")
    with recorded("patrol.join", by=by, at=at, place=team.place, submission=submission) as draft:
        member = Member(
            place=team.place, team=team, user=user, origin=known(table.origins, origin),
            role=known(table.roles, role), grid=grid, duties=given if grid else [], starts_on=starts_on,
            ends_on=ends_on,
        )  # fmt: skip
        _save(member.save, "member.twice")
        draft.concerns("patrol_member", member.pk, team=team.pk, user=user.pk, role=role)
    return member


def _standing_team(team_id: int) -> Team:
    team = Team.objects.select_related("unit").get(pk=team_id)
    if team.ends_on is not None:
        raise PatrolError("team.ended")
    return team


def _grid(team: Team, grid_id: int | None) -> Unit | None:
    if grid_id is None:
        return None
    grid = territory.unit_in(place=team.place, unit_id=grid_id)
    if grid is None or not grid.path.startswith(team.unit.path):
        raise PatrolError("member.grid_outside")
    return grid


def _save(save: Callable[[], object], code: str) -> None:
    """Let the database decide between two at once. Raises `PatrolError` with this code."""
    try:
        with transaction.atomic():
            save()
    except IntegrityError as error:
        raise PatrolError(code) from error


def end_member(
    *, member_id: int, last: date, by: Actor, at: datetime, submission: str | None = None
) -> Member:
    """Let a membership end with a day; shifts after it cover nothing from then on and are listed."""
    member = Member.objects.get(pk=member_id)
    with recorded("patrol.leave_team", by=by, at=at, place=member.place, submission=submission) as draft:
        if member.ends_on is not None and member.ends_on < timezone.localdate(at):
            raise PatrolError("member.ended")
        if last < member.starts_on:
            raise PatrolError("member.order")
        member.ends_on = last
        member.save(update_fields=["ends_on"])
        draft.concerns("patrol_member", member.pk, team=member.team_id, user=member.user_id)
    return member


# ---------------------------------------------------------------- beats


def keep_beat(
    *, team_id: int, unit_id: int, name: str, needs: Mapping[str, int], by: Actor, at: datetime,
    shape: BaseGeometry | None = None, beat_id: int | None = None, submission: str | None = None,
) -> Beat:  # fmt: skip
    """Set up a beat, or change the one given; without a shape the one it has stays. Raises `PatrolError`."""
    team = _standing_team(team_id)
    unit = territory.unit_in(place=team.place, unit_id=unit_id)
    if unit is None or not unit.path.startswith(team.unit.path):
        raise PatrolError("beat.unit")
    wanted = _needs(needs)
    if shape is not None:
        _refuse_shape(shape, team.place)
    with recorded("patrol.beat", by=by, at=at, place=team.place, submission=submission) as draft:
        beat = Beat.objects.get(pk=beat_id, team=team) if beat_id is not None else Beat(team=team)
        beat.place, beat.unit, beat.name = team.place, unit, clean_text(name, 60, required=True)
        beat.shape = shape if shape is not None else beat.shape
        beat.save()
        Cover.objects.filter(beat=beat).delete()
        Cover.objects.bulk_create(
            Cover(place=team.place, beat=beat, template=code, needed=count) for code, count in wanted.items()
        )
        draft.concerns("patrol_beat", beat.pk, team=team.pk, needs=wanted)
    return beat


def _needs(needs: Mapping[str, int]) -> dict[str, int]:
    table = queries.table()
    for code, count in needs.items():
        table.template(code)
        if not 0 <= count <= MOST_NEEDED:
            raise PatrolError("beat.need")
    return {code: count for code, count in needs.items() if count}


def _refuse_shape(shape: BaseGeometry, place: int) -> None:
    if shape.geom_type not in LINES or shape.is_empty or not shape.is_valid:
        raise PatrolError("beat.shape")
    bounds = territory.unit(place).boundary
    if bounds is not None and not shapely.intersects(bounds, shape):
        raise PatrolError("beat.outside")


def end_beat(*, beat_id: int, by: Actor, at: datetime, submission: str | None = None) -> Beat:
    """Walk a beat no more from today; its later shifts go."""
    beat, today = Beat.objects.get(pk=beat_id), timezone.localdate(at)
    with recorded("patrol.end_beat", by=by, at=at, place=beat.place, submission=submission) as draft:
        beat.ends_on = today
        beat.save(update_fields=["ends_on"])
        gone, _ = Shift.objects.filter(beat=beat, starts_at__gt=at).delete()
        draft.concerns("patrol_beat", beat.pk, shifts=gone)
    return beat


# ---------------------------------------------------------------- leave


def grant_leave(
    *, place: int, user_id: int, first: date, last: date, kind: str, by: Actor, at: datetime,
    submission: str | None = None,
) -> Leave:  # fmt: skip
    """Enter that somebody is away. Shifts they have then stay and are shown as conflicts."""
    if last < first:
        raise PatrolError("leave.order")
    if last - first > LONGEST_LEAVE:
        raise PatrolError("leave.long")
    word = known(queries.table().leave, kind)
    with recorded("patrol.leave", by=by, at=at, place=place, submission=submission) as draft:
        leave = Leave(place=place, user_id=user_id, first=first, last=last, kind=word)
        _save(leave.save, "leave.twice")
        draft.concerns("patrol_leave", leave.pk, user=user_id)
    return leave


def cancel_leave(*, leave_id: int, by: Actor, at: datetime, submission: str | None = None) -> None:
    """Take a leave back."""
    leave = Leave.objects.get(pk=leave_id)
    with recorded("patrol.cancel_leave", by=by, at=at, place=leave.place, submission=submission) as draft:
        draft.concerns("patrol_leave", leave.pk, user=leave.user_id)
        leave.delete()


def forget_old(*, at: datetime) -> int:
    """Delete leave and memberships that ended longer ago than `policies/retention.yaml` says."""
    today = timezone.localdate(at)
    leave = Leave.objects.filter(last__lt=today - LEAVE.read(settings.POLICIES).table)
    members = Member.objects.filter(ends_on__lt=today - MEMBERS.read(settings.POLICIES).table)
    return forget("patrol.forget_leave", leave, kind="patrol_leave", at=at) + forget(
        "patrol.forget_member", members, kind="patrol_member", at=at
    )


# ---------------------------------------------------------------- the rota


def _draft_rota(unit: Unit, week: date) -> Rota:
    rota, _ = Rota.objects.get_or_create(unit=unit, week=week, defaults={"place": unit.place or 0})
    return rota


def set_shift(
    *, unit: Unit, user_id: int, day: date, template: str, beat_id: int | None, by: Actor, at: datetime,
    seen: UUID | None = None, submission: str | None = None,
) -> Shift | None:  # fmt: skip
    """Put somebody on a beat on a day, or on nothing (`beat_id` None).

    `seen` is the shift that is replaced, as the planner saw it. The cell is locked: a new proposal leaves
    it. Raises `PatrolError`: overtaken, busy, away, not in the team.
    """
    with recorded("patrol.shift", by=by, at=at, place=unit.place or 0, submission=submission) as draft:
        rota = Rota.objects.select_for_update().get(pk=_draft_rota(unit, monday(day)).pk)
        old = _seen(rota, user_id, day, seen)
        if old is not None:
            if rota.state == RotaState.PUBLISHED and old.ends_at <= at:
                raise PatrolError("shift.past")
            old.delete()
        made = _placed(rota, user_id, day, template, beat_id, at) if beat_id is not None else None
        draft.concerns("patrol_rota", rota.pk, user=user_id, day=day.isoformat(), beat=beat_id)
    return made


def _seen(rota: Rota, user_id: int, day: date, seen: UUID | None) -> Shift | None:
    """The shift the planner looked at. Raises `PatrolError` when somebody changed the cell meanwhile."""
    there = list(Shift.objects.filter(rota=rota, user=user_id, day=day))
    if seen is None and there and len(there) == 1:
        raise PatrolError("shift.changed")
    if seen is None:
        return None
    found = next((shift for shift in there if shift.pk == seen), None)
    if found is None:
        raise PatrolError("shift.changed")
    return found


def _placed(rota: Rota, user_id: int, day: date, template: str, beat_id: int, at: datetime) -> Shift:
    kind = queries.table().template(template)
    beat = Beat.objects.select_related("team").filter(pk=beat_id, team__unit=rota.unit_id).first()
    if beat is None or beat.ends_on is not None:
        raise PatrolError("shift.beat")
    starts, ends = kind.span(day)
    if ends <= at:
        raise PatrolError("shift.past")
    _refuse_absent(beat, user_id, day, starts, ends)
    shift = Shift(
        place=rota.place, rota=rota, beat=beat, user_id=user_id, day=day, template=kind.code,
        starts_at=starts, ends_at=ends, locked=True, changed_at=at,
    )  # fmt: skip
    _save(lambda: shift.save(force_insert=True), "shift.busy")
    return shift


def _refuse_absent(beat: Beat, user_id: int, day: date, starts: datetime, ends: datetime) -> None:
    inside = Member.objects.during(day, day).filter(team=beat.team_id, user=user_id, user__is_active=True)
    if not inside.exists():
        raise PatrolError("shift.team")
    away = queries.leave_of(users=[user_id], first=day, last=timezone.localdate(ends))
    if any(on_leave(starts, ends, leave.first, leave.last) for leave in away):
        raise PatrolError("shift.leave")


def lock_shift(
    *, shift_id: UUID, locked: bool, by: Actor, at: datetime, submission: str | None = None
) -> None:
    """Keep a cell when the rota is proposed anew, or give it free."""
    shift = Shift.objects.get(pk=shift_id)
    with recorded("patrol.lock", by=by, at=at, place=shift.place, submission=submission) as draft:
        Shift.objects.filter(pk=shift_id).update(locked=locked)
        draft.concerns("patrol_rota", shift.rota_id, shift=str(shift_id), locked=locked)


def publish_rota(*, unit: Unit, week: date, by: Actor, at: datetime, submission: str | None = None) -> Rota:
    """Show a week to its people. Raises `PatrolError` when it is published already, or still worked on."""
    with recorded("patrol.publish", by=by, at=at, place=unit.place or 0, submission=submission) as draft:
        rota = Rota.objects.select_for_update().get(pk=_draft_rota(unit, _a_monday(week)).pk)
        if rota.state == RotaState.PUBLISHED:
            raise PatrolError("rota.published")
        _refuse_working(unit, week, 1)
        rota.state, rota.published_at = RotaState.PUBLISHED, at
        rota.save(update_fields=["state", "published_at"])
        Shift.objects.filter(rota=rota).update(changed_at=at)
        draft.concerns("patrol_rota", rota.pk, week=week.isoformat(), shifts=rota.shifts.count())
    return rota


def _a_monday(day: date) -> date:
    if day.weekday() != 0:
        raise PatrolError("rota.monday")
    return day


def _refuse_working(unit: Unit, first: date, weeks: int) -> None:
    last = first + timedelta(weeks=weeks)
    for row in Proposal.objects.filter(
        unit=unit, state__in=[ProposalState.WAITING, ProposalState.WORKING], first__lt=last
    ):
        if first < row.first + timedelta(weeks=row.weeks):
            raise PatrolError("rota.working")


# ---------------------------------------------------------------- proposals


def ask_proposal(
    *, unit: Unit, first: date, weeks: int, by: Actor, at: datetime, submission: str | None = None
) -> Proposal:
    """Ask for one to four weeks to be proposed; a background job does it. Raises `PatrolError`."""
    if not 1 <= weeks <= MAX_WEEKS:
        raise PatrolError("rota.weeks")
    if first + timedelta(weeks=weeks) <= timezone.localdate(at):
        raise PatrolError("rota.over")
    _a_monday(first)
    with recorded("patrol.propose", by=by, at=at, place=unit.place or 0, submission=submission) as draft:
        Unit.objects.select_for_update().only("pk").get(pk=unit.pk)  # one after another
        _refuse_working(unit, date.min + timedelta(days=7), 500_000)
        if Rota.objects.filter(
            unit=unit, week__gte=first, week__lt=first + timedelta(weeks=weeks), state=RotaState.PUBLISHED
        ).exists():
            raise PatrolError("rota.published")
        if not Cover.objects.filter(
            beat__team__unit=unit, beat__ends_on=None, beat__team__ends_on=None
        ).exists():
            raise PatrolError("rota.empty")
        proposal = Proposal.objects.create(
            place=unit.place or 0, unit=unit, first=first, weeks=weeks, asked_at=at
        )
        app.configure_task(PROPOSE).defer(proposal_id=proposal.pk)  # in this transaction: both or neither
        draft.concerns("patrol_proposal", proposal.pk, first=first.isoformat(), weeks=weeks)
    return proposal


def begin_proposal(*, proposal_id: int, at: datetime) -> bool:
    """Say that it is being worked on; False when it is over already, so that a job may run twice."""
    proposal = Proposal.objects.get(pk=proposal_id)
    if not queries.is_worked_on(proposal):
        return False
    with recorded("patrol.begin", by=SYSTEM, at=at, place=proposal.place) as draft:
        Proposal.objects.filter(pk=proposal_id).update(state=ProposalState.WORKING)
        draft.concerns("patrol_proposal", proposal_id)
    return True


def keep_proposal(*, proposal_id: int, problem: Problem, plan: Plan, at: datetime) -> Proposal:
    """Write what was proposed into the drafts: unlocked cells are replaced, locked ones stay.

    What cannot stand any more because somebody worked on the rota meanwhile is left out.
    """
    proposal = Proposal.objects.select_related("unit").get(pk=proposal_id)
    with recorded("patrol.proposed", by=SYSTEM, at=at, place=proposal.place) as draft:
        proposal = Proposal.objects.select_related("unit").select_for_update(of=("self",)).get(pk=proposal_id)
        draft.concerns("patrol_proposal", proposal.pk, shifts=len(plan.duties), status=plan.status)
        if not queries.is_worked_on(proposal):
            return proposal
        rotas = _rotas_for(proposal)
        replaced = Shift.objects.filter(rota__in=rotas.values(), locked=False)
        replaced.filter(rota__state=RotaState.DRAFT, day__gte=problem.first).delete()
        left_out = _write_duties(rotas, problem, plan, at)
        proposal.state, proposal.done_at = ProposalState.DONE, at
        proposal.outcome = _outcome(problem, plan, left_out)
        proposal.save(update_fields=["state", "done_at", "outcome"])
    return proposal


def _rotas_for(proposal: Proposal) -> dict[date, Rota]:
    weeks = [proposal.first + timedelta(weeks=n) for n in range(proposal.weeks)]
    return {week: _draft_rota(proposal.unit, week) for week in weeks}


def _write_duties(rotas: Mapping[date, Rota], problem: Problem, plan: Plan, at: datetime) -> int:
    kinds = queries.table().templates
    rows = []
    for duty in plan.duties:
        day = problem.first + timedelta(days=duty.day)
        rota, (starts, ends) = rotas[monday(day)], kinds[duty.template].span(day)
        if rota.state == RotaState.DRAFT:
            rows.append(Shift(
                place=rota.place, rota=rota, beat_id=duty.beat, user_id=duty.person, day=day,
                template=duty.template, starts_at=starts, ends_at=ends, changed_at=at,
            ))  # fmt: skip
    try:
        with transaction.atomic():
            Shift.objects.bulk_create(rows)
    except IntegrityError:
        return sum(not _saved_alone(row) for row in rows)
    return 0


def _saved_alone(row: Shift) -> bool:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _outcome(problem: Problem, plan: Plan, left_out: int) -> dict[str, Any]:
    """What the page of the proposal tells: how good it is, and what it could not cover and why."""
    gaps = [
        {
            "day": (problem.first + timedelta(days=gap.day)).isoformat(), "template": gap.template,
            "beat": gap.beat, "needed": gap.needed, "planned": gap.planned, "reasons": dict(gap.reasons),
        }
        for gap in plan.gaps
    ]  # fmt: skip
    return {
        "status": plan.status, "shifts": len(plan.duties), "missing": plan.missing, "gaps": gaps,
        "seconds": round(plan.seconds, 1), "left_out": left_out,
    }  # fmt: skip


def fail_proposal(*, proposal_id: int, at: datetime) -> None:
    """Say that nothing came of it; the drafts stay as they were."""
    proposal = Proposal.objects.get(pk=proposal_id)
    with recorded("patrol.failed", by=SYSTEM, at=at, place=proposal.place) as draft:
        draft.concerns("patrol_proposal", proposal_id)
        Proposal.objects.filter(pk=proposal_id).update(state=ProposalState.FAILED, done_at=at)


# ---------------------------------------------------------------- swaps


def propose_swap(
    *, shift_id: UUID, other_id: UUID, by: Actor, at: datetime, submission: str | None = None
) -> Swap:
    """Offer one's own later shift for another's in the same team. Raises `PatrolError`."""
    shifts = Shift.objects.shown().select_related("beat")
    mine, other = shifts.get(pk=shift_id), shifts.get(pk=other_id)
    if mine.user_id != by.user_id:
        raise PatrolError("swap.not_yours")
    with recorded("patrol.swap", by=by, at=at, place=mine.place, submission=submission) as draft:
        _refuse_swap(mine, other, at)
        taken = Swap.objects.filter(state__in=OPEN_SWAPS)
        if taken.filter(shift__in=[mine, other]).exists() or taken.filter(other__in=[mine, other]).exists():
            raise PatrolError("swap.open")
        swap = Swap(
            place=mine.place, shift=mine, other=other, by_user_id=mine.user_id, to_user_id=other.user_id,
            asked_at=at,
        )  # fmt: skip
        _save(swap.save, "swap.open")
        draft.concerns("patrol_swap", swap.pk)
    return swap


def _refuse_swap(mine: Shift, other: Shift, at: datetime) -> None:
    if mine.user_id == other.user_id:
        raise PatrolError("swap.own")
    if mine.beat.team_id != other.beat.team_id:
        raise PatrolError("swap.team")
    if min(mine.starts_at, other.starts_at) <= at:
        raise PatrolError("shift.past")


def answer_swap(
    *, swap_id: int, accept: bool, by: Actor, at: datetime, submission: str | None = None
) -> Swap:
    """The other says yes or no. A yes that breaks a working-time rule waits for the planner."""
    with recorded(
        "patrol.answer_swap", by=by, at=at, place=_place_of(swap_id), submission=submission
    ) as draft:
        swap = _open_swap(swap_id, SwapState.PROPOSED)
        if swap.to_user_id != by.user_id:
            raise PatrolError("swap.not_yours")
        draft.concerns("patrol_swap", swap.pk, accept=accept)
        if not accept:
            return _decided(swap, SwapState.DECLINED, at)
        if queries.swap_breaks(swap):
            swap.state = SwapState.WAITING
            swap.save(update_fields=["state"])
            return swap
        return _carried_out(swap, at)


def decide_swap(
    *, swap_id: int, approve: bool, by: Actor, at: datetime, submission: str | None = None
) -> Swap:
    """The planner lets a swap pass that breaks a rule, or does not."""
    with recorded(
        "patrol.decide_swap", by=by, at=at, place=_place_of(swap_id), submission=submission
    ) as draft:
        swap = _open_swap(swap_id, SwapState.WAITING)
        draft.concerns("patrol_swap", swap.pk, approve=approve)
        return _carried_out(swap, at) if approve else _decided(swap, SwapState.DECLINED, at)


def withdraw_swap(*, swap_id: int, by: Actor, at: datetime, submission: str | None = None) -> Swap:
    """Take one's own open offer back."""
    with recorded(
        "patrol.withdraw_swap", by=by, at=at, place=_place_of(swap_id), submission=submission
    ) as draft:
        swap = _open_swap(swap_id, SwapState.PROPOSED, SwapState.WAITING)
        if swap.by_user_id != by.user_id:
            raise PatrolError("swap.not_yours")
        draft.concerns("patrol_swap", swap.pk)
        return _decided(swap, SwapState.WITHDRAWN, at)


def _place_of(swap_id: int) -> int:
    return int(Swap.objects.values_list("place", flat=True).get(pk=swap_id))


def _open_swap(swap_id: int, *states: SwapState) -> Swap:
    swap = Swap.objects.select_for_update().get(pk=swap_id)
    if swap.state not in states:
        raise PatrolError("swap.over")
    return swap


def _decided(swap: Swap, state: SwapState, at: datetime) -> Swap:
    swap.state, swap.decided_at = state, at
    swap.save(update_fields=["state", "decided_at"])
    return swap


def _carried_out(swap: Swap, at: datetime) -> Swap:
    shifts = {
        s.pk: s for s in Shift.objects.select_for_update().filter(pk__in=[swap.shift_id, swap.other_id])
    }
    mine, other = shifts[swap.shift_id], shifts[swap.other_id]
    if (mine.user_id, other.user_id) != (swap.by_user_id, swap.to_user_id):
        raise PatrolError("swap.over")  # the planner has changed one of them since
    if min(mine.starts_at, other.starts_at) <= at:
        raise PatrolError("shift.past")
    for shift, user in ((mine, swap.to_user_id), (other, swap.by_user_id)):
        _refuse_absent(Beat.objects.get(pk=shift.beat_id), user, shift.day, shift.starts_at, shift.ends_at)
    holder = Case(
        When(pk=mine.pk, then=Value(swap.to_user_id)), default=Value(swap.by_user_id),
        output_field=BigIntegerField(),
    )  # fmt: skip
    both = Shift.objects.filter(pk__in=shifts)
    _save(lambda: both.update(user=holder, changed_at=at), "shift.busy")
    return _decided(swap, SwapState.DONE, at)


# ---------------------------------------------------------------- the calendar


def open_calendar(*, place: int, user_id: int, by: Actor, at: datetime, submission: str | None = None) -> str:
    """Make a new private address for one's calendar and answer with its secret; the old one ends."""
    with recorded("patrol.calendar", by=by, at=at, place=place, submission=submission) as draft:
        CalendarLink.objects.filter(user=user_id, ended_at=None).update(ended_at=at)
        secret = ids.token()
        link = CalendarLink.objects.create(
            place=place, user_id=user_id, digest=queries.link_digest(secret), made_at=at
        )
        draft.concerns("patrol_calendar", link.pk, user=user_id)
    return secret


def close_calendar(
    *, place: int, user_id: int, by: Actor, at: datetime, submission: str | None = None
) -> None:
    """Take the private address of one's calendar back."""
    with recorded("patrol.close_calendar", by=by, at=at, place=place, submission=submission) as draft:
        ended = CalendarLink.objects.filter(user=user_id, ended_at=None).update(ended_at=at)
        draft.concerns("patrol_calendar", user_id, ended=ended)
