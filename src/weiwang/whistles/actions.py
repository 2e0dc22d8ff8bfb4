"""Every write: blow a whistle, answer a call, end it, judge the matter; raise, pass up and take a warning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from weiwang.audit.actions import recorded
from weiwang.audit.queries import places_of
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.cases.actions.clearing import CLEARED
from weiwang.cases.actions.owners import candidates
from weiwang.cases.models import Case
from weiwang.cases.rules import FINAL, State
from weiwang.kernel.retention import kept_file
from weiwang.kernel.text import clean_text
from weiwang.territory.models import Department, Unit
from weiwang.territory.rules import Officer
from weiwang.whistles.models import Call, EarlyWarning, Judgement, Note, Whistle
from weiwang.whistles.permissions import ANSWER, BLOW, RAISE, RULE, TAKE, for_department, leads, over
from weiwang.whistles.queries import table
from weiwang.whistles.rules import (
    MOST_DEPARTMENTS,
    PLACE_WORDS,
    REASON,
    WORDS,
    Answer,
    CallState,
    Rung,
    Side,
    WhistleError,
    minutes_of,
    next_above,
    refuse_answer,
)
from weiwang.whistles.telling import (
    CLIMBED,
    TAKEN,
    tell_called,
    tell_declined,
    tell_late,
    tell_raiser,
    tell_warned,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhistleForm:
    """What is asked of whoever blows. `limit` is one of the table's, by the clock; lon and lat in WGS-84."""

    kind: str
    departments: Sequence[int]
    words: str
    meeting_point: str
    limit: str
    lon: float | None = None
    lat: float | None = None


def blow(
    *, form: WhistleForm, by: Officer, at: datetime, case_id: UUID | None = None, unit_id: int | None = None,
    submission: str | None = None,
) -> Whistle:  # fmt: skip
    """Call departments to an open case or to a unit. Raises `WhistleError`, `NotAllowedError`.

    A case has one open whistle at most. When nobody holds an answering post of a department, the level above
    is told at once.
    """
    words, point = _checked(form)
    case = Case.objects.filter(pk=case_id, place__in=by.places).first() if case_id else None
    unit = _unit(by, case, unit_id)
    if case is not None and State(case.state) in FINAL:
        raise WhistleError("whistle.closed_case")
    actor = over(by, BLOW, unit.path)
    called = _departments(unit, form.departments)
    with recorded(
        "whistle.blow", by=actor, at=at, place=unit.place or unit.pk, submission=submission
    ) as draft:
        whistle = _begin(form, unit, case, actor, at, words, point, draft.place)
        _note(whistle, "blown", at, actor, words=words)
        calls = _call(whistle, called, at)
        tell_called(whistle, calls, by=by.user_id, at=at)
        draft.concerns("whistle", whistle.pk, kind=form.kind, departments=[one.code for one in called])
        if case is not None:
            draft.data["case"] = case.number
    return whistle


def _call(whistle: Whistle, called: Sequence[Department], at: datetime) -> list[Call]:
    posts = candidates(path=whistle.unit_path, place=whistle.place, at=at)
    manned = {post.department_id for post in posts if ANSWER in post.allows and post.holders}
    due = at + minutes_of(whistle.limit)
    calls = Call.objects.bulk_create(
        Call(
            place=whistle.place, whistle=whistle, department=one, state=CallState.CALLED, due_at=due,
            climbed_at=None if one.pk in manned else at,
        )
        for one in called
    )  # fmt: skip
    for one in called:
        if one.pk not in manned:
            _note(whistle, "vacant", at, SYSTEM, department=one.pk)
    return calls


def _checked(form: WhistleForm) -> tuple[str, str]:
    words, point = clean_text(form.words, WORDS), clean_text(form.meeting_point, PLACE_WORDS)
    faults = {
        "whistle.kind": form.kind not in table().kinds,
        "whistle.limit": form.limit not in table().limits,
        "whistle.nobody": not form.departments,
        "whistle.no_words": not words,
        "whistle.no_place": not point,
    }
    for code, wrong in faults.items():
        if wrong:
            raise WhistleError(code)
    if len(set(form.departments)) > MOST_DEPARTMENTS:
        raise WhistleError("whistle.too_many", most=MOST_DEPARTMENTS)
    return words, point


def _unit(by: Officer, case: Case | None, unit_id: int | None) -> Unit:
    key = case.unit_id if case is not None else unit_id
    found = Unit.objects.filter(pk=key, ends_on=None).first() if key is not None else None
    if found is None or (found.place or found.pk) not in by.places:
        raise WhistleError("whistle.unknown")
    return found


def _departments(unit: Unit, wanted: Sequence[int]) -> list[Department]:
    rows = Department.objects.filter(place=unit.place or unit.pk, pk__in=set(wanted), ends_on=None)
    found = list(rows.order_by("pk"))
    if len(found) != len(set(wanted)):
        raise WhistleError("whistle.department")
    return found


def _begin(
    form: WhistleForm, unit: Unit, case: Case | None, actor: Officer, at: datetime, words: str, point: str,
    place: int,
) -> Whistle:  # fmt: skip
    lon, lat = (case.lon, case.lat) if case is not None and form.lon is None else (form.lon, form.lat)
    try:
        with transaction.atomic():
            return Whistle.objects.create(
                place=place,
                kind=form.kind,
                case=case,
                unit=unit,
                unit_path=unit.path,
                words=words,
                meeting_point=point,
                lon=lon,
                lat=lat,
                limit=form.limit,
                post_id=_post_of(actor),
                blown_at=at,
            )
    except IntegrityError as error:
        raise WhistleError("whistle.open") from error


def _post_of(actor: Actor) -> int:
    """The post an officer acts by: `over` has chosen one."""
    if actor.post_id is None:
        raise WhistleError("whistle.unknown")
    return actor.post_id


def _note(
    whistle: Whistle, what: str, at: datetime, by: Actor, *, words: str = "", department: int | None = None
) -> None:
    Note.objects.create(
        whistle=whistle, place=whistle.place, at=at, what=what, actor=by.label, words=words,
        department_id=department,
    )  # fmt: skip


def _open(whistle_id: UUID, by: Officer) -> Whistle:
    """The whistle, locked, still running. Raises `WhistleError`."""
    found = Whistle.objects.select_for_update().filter(pk=whistle_id, place__in=by.places).first()
    if found is None:
        raise WhistleError("whistle.unknown")
    if found.ended_at is not None:
        raise WhistleError("whistle.ended")
    return found


def answer_call(
    *, call_id: int, answer: Answer, by: Officer, at: datetime, words: str = "", submission: str | None = None
) -> Call:
    """A department reports in or declines; the leader on duty decides what was declined.

    Raises `WhistleError`, `NotAllowedError`.
    """
    reason = clean_text(words, REASON)
    seen = Call.objects.select_related("whistle").filter(pk=call_id, place__in=by.places).first()
    if seen is None:
        raise WhistleError("whistle.unknown")
    with recorded(f"whistle.{answer}", by=by, at=at, place=seen.place, submission=submission) as draft:
        whistle = _open(seen.whistle_id, by)
        call = Call.objects.select_for_update().get(pk=call_id)
        actor = (
            over(by, RULE, whistle.unit_path)
            if answer in {Answer.INSIST, Answer.RELEASE}
            else for_department(by, call.department_id)
        )
        move = refuse_answer(answer, CallState(call.state), words=reason)
        _apply(call, answer, at, whistle)
        call.state = move.to
        call.save(update_fields=["state", "answered_at", "arrived_at", "due_at", "climbed_at"])
        _note(whistle, answer, at, actor, words=reason, department=call.department_id)
        draft.by = actor
        draft.concerns("whistle", whistle.pk, call=call.pk)
        if answer is Answer.INSIST:
            tell_called(whistle, [call], by=by.user_id, at=at)
        if answer is Answer.DECLINE:
            tell_declined(whistle, call, by=by.user_id, at=at)
    return call


def _apply(call: Call, answer: Answer, at: datetime, whistle: Whistle) -> None:
    """The moments that an answer leaves on the call."""
    if answer in {Answer.ON_WAY, Answer.ARRIVE, Answer.DECLINE}:
        call.answered_at = call.answered_at or at
    if answer is Answer.ARRIVE:
        call.arrived_at = at
    if answer is Answer.INSIST:  # the limit runs anew
        call.answered_at, call.climbed_at, call.due_at = None, None, at + minutes_of(whistle.limit)


def end_whistle(
    *, whistle_id: UUID, outcome: str, by: Officer, at: datetime, submission: str | None = None
) -> Whistle:
    """End it with what came of it; calls stay as they stand. Raises `WhistleError`, `NotAllowedError`."""
    words = clean_text(outcome, WORDS)
    with recorded("whistle.end", by=by, at=at, place=0, submission=submission) as draft:
        whistle = _open(whistle_id, by)
        actor = over(by, BLOW, whistle.unit_path) if leads(by, whistle) else over(by, RULE, whistle.unit_path)
        if not words:
            raise WhistleError("whistle.no_outcome")
        whistle.ended_at, whistle.outcome = at, words
        whistle.save(update_fields=["ended_at", "outcome"])
        _note(whistle, "ended", at, actor, words=words)
        draft.place, draft.by = whistle.place, actor
        draft.concerns("whistle", whistle.pk)
    return whistle


def judge(
    *, whistle_id: UUID, side: Side, result: str, words: str, by: Officer, at: datetime,
    department_id: int | None = None, submission: str | None = None,
) -> Judgement:  # fmt: skip
    """One side's judgement about this matter, written once. Raises `WhistleError`, `NotAllowedError`."""
    said = clean_text(words, REASON)
    whistle = Whistle.objects.filter(pk=whistle_id, place__in=by.places).first()
    if whistle is None:
        raise WhistleError("whistle.unknown")
    actor = _for_side(whistle, side, department_id, by)
    if whistle.ended_at is None:
        raise WhistleError("whistle.not_ended")
    if result not in table().results:
        raise WhistleError("judgement.result")
    if not said:
        raise WhistleError("judgement.no_words")
    with recorded("whistle.judge", by=actor, at=at, place=whistle.place, submission=submission) as draft:
        try:
            with transaction.atomic():
                found = Judgement.objects.create(
                    whistle=whistle, place=whistle.place, side=side, department_id=department_id,
                    result=result, words=said, actor=actor.label, at=at,
                )  # fmt: skip
        except IntegrityError as error:
            raise WhistleError("judgement.given") from error
        draft.concerns("whistle", whistle.pk, side=side, result=result)
    return found


def _for_side(whistle: Whistle, side: Side, department_id: int | None, by: Officer) -> Officer:
    if side is Side.GRID:
        return over(by, BLOW, whistle.unit_path)
    if department_id is None or not whistle.calls.filter(department=department_id).exists():
        raise WhistleError("whistle.unknown")
    return for_department(by, department_id)


# ---------------------------------------------------------------- early warnings


def raise_warning(
    *, unit_id: int, words: str, by: Officer, at: datetime, lon: float | None = None,
    lat: float | None = None, submission: str | None = None,
) -> EarlyWarning:  # fmt: skip
    """Tell the nearest post above that takes warnings. Raises `WhistleError`, `NotAllowedError`."""
    said = clean_text(words, WORDS)
    unit = Unit.objects.filter(pk=unit_id, ends_on=None, place__in=by.places).first()
    if unit is None:
        raise WhistleError("warning.unknown")
    actor = over(by, RAISE, unit.path)
    if not said:
        raise WhistleError("warning.no_words")
    ways = candidates(path=unit.path, place=unit.place or unit.pk, at=at)
    owner = next_above(ways, power=TAKE, below=None, avoid=by.user_id)
    if owner is None:
        raise WhistleError("warning.nobody")
    with recorded(
        "warning.raise", by=actor, at=at, place=unit.place or unit.pk, submission=submission
    ) as draft:
        warning = EarlyWarning.objects.create(
            place=draft.place, unit=unit, unit_path=unit.path, words=said, lon=lon, lat=lat,
            post_id=_post_of(actor), raised_by_id=by.user_id, raised_at=at, owner_post_id=owner.post_id,
            owner_path=owner.path, due_at=_due(ways, owner, at),
        )  # fmt: skip
        tell_warned(warning, by=by.user_id, at=at)
        draft.concerns("warning", warning.pk, owner=owner.post_id)
    return warning


def _due(ways: Sequence[Rung], owner: Rung, at: datetime) -> datetime | None:
    """When it climbs; never at the top, where nobody stands higher."""
    higher = next_above(ways, power=TAKE, below=owner.path)
    return at + table().warning_limit if higher is not None else None


def take_warning(
    *, warning_id: UUID, reply: str, by: Officer, at: datetime, submission: str | None = None
) -> EarlyWarning:
    """Acknowledge it: from now on it is the taker's. Raises `WhistleError`, `NotAllowedError`."""
    said = clean_text(reply, REASON)
    with recorded("warning.take", by=by, at=at, place=0, submission=submission) as draft:
        rows = EarlyWarning.objects.select_for_update().filter(pk=warning_id, place__in=by.places)
        warning = rows.first()
        if warning is None:
            raise WhistleError("warning.unknown")
        actor = over(by, TAKE, warning.unit_path)
        if warning.taken_at is not None:
            raise WhistleError("warning.taken")
        warning.taken_at, warning.taken_by, warning.reply, warning.due_at = at, actor.label, said, None
        warning.save(update_fields=["taken_at", "taken_by", "reply", "due_at"])
        tell_raiser(warning, TAKEN, by=by.user_id, at=at)
        draft.place, draft.by = warning.place, actor
        draft.concerns("warning", warning.pk)
    return warning


def climb(*, at: datetime) -> int:
    """Pass up what nobody answered in time, one level at a time; returns how many.

    After hours without a worker each warning climbs one level and waits its limit there: no flood.
    """
    late = EarlyWarning.objects.filter(taken_at=None, due_at__lte=at).values_list("pk", flat=True)
    climbed = sum(_climb_one(pk, at) for pk in list(late))
    calls = Call.objects.filter(
        state=CallState.CALLED, climbed_at=None, due_at__lte=at, whistle__ended_at=None
    ).values_list("pk", flat=True)
    return climbed + sum(_tell_above(pk, at) for pk in list(calls))


def _climb_one(pk: UUID, at: datetime) -> int:
    with recorded("warning.climb", by=SYSTEM, at=at, place=0) as draft:
        warning = EarlyWarning.objects.select_for_update().get(pk=pk)
        draft.place = warning.place
        draft.concerns("warning", warning.pk)
        if warning.taken_at is not None or warning.due_at is None or warning.due_at > at:
            return 0
        ways = candidates(path=warning.unit_path, place=warning.place, at=at)
        owner = next_above(ways, power=TAKE, below=warning.owner_path)
        if owner is None:  # the posts above have gone meanwhile: it stays where it is
            warning.due_at = None
            warning.save(update_fields=["due_at"])
            return 0
        warning.owner_post_id, warning.owner_path = owner.post_id, owner.path
        warning.climbs, warning.due_at = warning.climbs + 1, _due(ways, owner, at)
        warning.save(update_fields=["owner_post", "owner_path", "climbs", "due_at"])
        tell_warned(warning, by=None, at=at)
        tell_raiser(warning, CLIMBED, by=None, at=at)
        draft.data["owner"] = owner.post_id
    return 1


def _tell_above(pk: int, at: datetime) -> int:
    with recorded("whistle.late", by=SYSTEM, at=at, place=0) as draft:
        call = Call.objects.select_for_update().select_related("whistle").get(pk=pk)
        draft.place = call.place
        draft.concerns("whistle", call.whistle_id, call=call.pk)
        if call.state != CallState.CALLED or call.climbed_at is not None:
            return 0
        call.climbed_at = at
        call.save(update_fields=["climbed_at"])
        _note(call.whistle, "late", at, SYSTEM, department=call.department_id)
        tell_late(call.whistle, call, by=None, at=at)
    return 1


# ---------------------------------------------------------------- retention

WHISTLES = kept_file("whistles.Whistle", "words")
WARNINGS = kept_file("whistles.EarlyWarning", "words")


def clear_old(*, at: datetime) -> int:
    """Take words and points out of whistles and warnings whose time has come; returns of how many.

    A whistle on a case goes with its case: whoever holds the case back holds both. When it was, who was
    called and when they came stays for the figures. Killed in the middle it goes on with the next run.
    """
    with_case = Q(case__cleared_on__isnull=False, ended_at__isnull=False)
    alone = Q(case=None, ended_at__lt=at - WHISTLES.read(settings.POLICIES).table)
    whistles = Whistle.objects.filter(with_case | alone, cleared_on=None)
    old = at - WARNINGS.read(settings.POLICIES).table
    warnings = EarlyWarning.objects.filter(raised_at__lt=old, cleared_on=None)
    return sum(
        _clear_whistles(whistles.filter(place=place), place, at) for place in places_of(whistles)
    ) + sum(_clear_warnings(warnings.filter(place=place), place, at) for place in places_of(warnings))


def _clear_whistles(rows: "QuerySet[Whistle]", place: int, at: datetime) -> int:
    with recorded("whistle.clear", by=SYSTEM, at=at, place=place) as draft:
        found = [one.pk for one in rows.select_for_update(of=("self",)).order_by("pk")]
        day = timezone.localdate(at)
        Whistle.objects.filter(pk__in=found).update(
            words=CLEARED, meeting_point="", outcome=CLEARED, lon=None, lat=None, cleared_on=day
        )
        Note.objects.filter(whistle__in=found).exclude(words="").update(words="")
        Judgement.objects.filter(whistle__in=found).exclude(words="").update(words="")
        draft.concerns("place", place, cleared=[str(pk) for pk in found])
    return len(found)


def _clear_warnings(rows: "QuerySet[EarlyWarning]", place: int, at: datetime) -> int:
    with recorded("warning.clear", by=SYSTEM, at=at, place=place) as draft:
        found = [one.pk for one in rows.select_for_update(of=("self",)).order_by("pk")]
        day = timezone.localdate(at)
        EarlyWarning.objects.filter(pk__in=found).update(
            words=CLEARED, reply="", lon=None, lat=None, cleared_on=day
        )
        draft.concerns("place", place, cleared=[str(pk) for pk in found])
    return len(found)
