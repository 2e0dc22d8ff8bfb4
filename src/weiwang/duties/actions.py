"""Every write of duty lists and their tasks."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from weiwang.audit.actions import Draft, forget, recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.duties.models import Duty, DutyList, Task
from weiwang.duties.permissions import START, keeper, list_path
from weiwang.duties.queries import calendar, duties_in_force, duties_of, gaps, present_period, seed
from weiwang.duties.rules import (
    EVENT_LASTS,
    DutyError,
    DutyText,
    NotAdmittedError,
    Period,
    Recurrence,
    due_at,
)
from weiwang.kernel.ids import new_id
from weiwang.kernel.retention import kept_file
from weiwang.kernel.text import clean_text
from weiwang.kernel.worktime import ZONE
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level, NotAllowedError, Officer

_COLUMNS = ("text_zh", "text_en", "recurrence", "season_from", "season_to", "event", "days", "owner", "basis",
            "ends_on", "review_on")  # fmt: skip

NOTES = kept_file("duties.Task", "note")

# ---------------------------------------------------------------- lists


def import_lists(*, place: int, by: Actor, at: datetime, submission: str | None = None) -> int:
    """Publish the lists of `policies/duties.yaml` for kinds that have none yet; returns how many.

    Raises `NotAdmittedError` as for every other list; only the demo, which has no officer, may be looked at
    after the days of review have passed. Raises `NotAllowedError`.
    """
    on = date.min
    if isinstance(by, Officer):
        by, on = keeper(by, territory.unit(place).path), timezone.localdate(at)
    with recorded("duty.import", by=by, at=at, place=place, submission=submission) as draft:
        known = set(DutyList.objects.filter(place=place, unit=None).values_list("kind", flat=True))
        fresh = {kind: rows for kind, rows in seed().lists.items() if kind not in known}
        for kind, rows in fresh.items():
            _refuse_gaps(_save_list(place, kind, rows, at), on)
        made = _make_tasks(place, at)
        draft.concerns("place", place, kinds=sorted(fresh), tasks=made)
    return len(fresh)


def _save_list(place: int, kind: str, rows: Sequence[DutyText], at: datetime) -> DutyList:
    found = DutyList.objects.create(
        place=place, kind=kind, version=1, valid_from=timezone.localdate(at), published_at=at
    )
    _write(found, rows)
    return found


def _refuse_gaps(found: DutyList, valid_from: date) -> None:
    lacks = gaps(found, valid_from=valid_from)
    if lacks:
        raise NotAdmittedError((row.text_zh, codes) for row, codes in lacks)


def _write(found: DutyList, rows: Sequence[DutyText]) -> None:
    Duty.objects.bulk_create(
        Duty(place=found.place, list=found, position=number, **asdict(row))
        for number, row in enumerate(rows, 1)
    )


def start_draft(
    *, place: int, kind: str, by: Officer, at: datetime, unit_id: int | None = None,
    from_sample: bool = False, submission: str | None = None,
) -> DutyList:  # fmt: skip
    """Begin the next version of a list with the duties of the last; the first may begin with the policy.

    Raises `DutyError`, `NotAllowedError`.
    """
    if kind not in territory.post_table().kinds:
        raise DutyError("list.unknown")
    actor = keeper(by, _path_for(place, unit_id))
    with recorded("duty.draft", by=actor, at=at, place=place, submission=submission) as draft:
        before = DutyList.objects.filter(place=place, kind=kind, unit=unit_id).order_by("-version").first()
        try:
            with transaction.atomic():
                found = DutyList.objects.create(
                    place=place, kind=kind, unit_id=unit_id, version=before.version + 1 if before else 1
                )
        except IntegrityError as error:
            raise DutyError("list.drafted") from error
        if before is None and from_sample:
            _write(found, seed().lists.get(kind, ()))
        _copy(before, found)
        draft.concerns("duty_list", found.pk, kind=kind, version=found.version)
    return found


def _path_for(place: int, unit_id: int | None) -> str:
    if unit_id is None:
        return str(territory.unit(place).path)
    unit = territory.unit_in(place=place, unit_id=unit_id)
    if unit is None or unit.level != Level.MICRO_GRID:
        raise DutyError("list.unit")
    return str(unit.path)


def _copy(before: DutyList | None, found: DutyList) -> None:
    rows = duties_of(before.pk) if before else []
    Duty.objects.bulk_create(
        Duty(
            place=found.place, list=found, key=row.key, position=row.position,
            **{name: getattr(row, name) for name in _COLUMNS},
        )
        for row in rows
    )  # fmt: skip


def _draft_of(list_id: int, by: Officer) -> tuple[DutyList, Officer]:
    """A draft and the officer who keeps it. Raises `DutyError`, `NotAllowedError`."""
    found = DutyList.objects.filter(pk=list_id).first()
    if found is None:
        raise DutyError("list.unknown")
    actor = keeper(by, list_path(found))
    return found, actor


def _locked_draft(list_id: int) -> DutyList:
    locked = DutyList.objects.select_for_update().get(pk=list_id)
    if locked.published_at is not None:
        raise DutyError("list.published")
    return locked


def keep_duty(
    *, list_id: int, form: DutyText, by: Officer, at: datetime, duty_id: int | None = None,
    submission: str | None = None,
) -> Duty:  # fmt: skip
    """Add a duty to a draft or change one. Raises `DutyError`, `TextError`, `NotAllowedError`."""
    found, actor = _draft_of(list_id, by)
    form.refuse()
    values = _clean(form)
    with recorded("duty.keep", by=actor, at=at, place=found.place, submission=submission) as draft:
        locked = _locked_draft(list_id)
        duty = _kept(locked, duty_id, values)
        draft.concerns("duty_list", list_id, duty=duty.pk, text=duty.text_zh)
    return duty


def _clean(form: DutyText) -> dict[str, object]:
    """The columns; a rhythm keeps only the words that belong to it."""
    values: dict[str, object] = asdict(form)
    values["text_zh"] = clean_text(form.text_zh, 200, required=True)
    values["text_en"] = clean_text(form.text_en, 300)
    values["owner"], values["basis"] = clean_text(form.owner, 60), clean_text(form.basis, 200)
    values["event"] = clean_text(form.event, 40) if form.recurrence is Recurrence.EVENT else ""
    if form.recurrence is not Recurrence.SEASON:
        values["season_from"] = values["season_to"] = ""
    return values


def _kept(locked: DutyList, duty_id: int | None, values: dict[str, object]) -> Duty:
    rows = {row.pk: row for row in duties_of(locked.pk)}
    if duty_id is None:
        position = max((row.position for row in rows.values()), default=0) + 1
        return Duty.objects.create(place=locked.place, list=locked, position=position, **values)
    duty = rows.get(duty_id)
    if duty is None:
        raise DutyError("duty.unknown")
    rhythm = ("recurrence", "season_from", "season_to", "event")
    if any(getattr(duty, name) != values[name] for name in rhythm):
        duty.key = new_id()  # another rhythm: tasks of the old one are none of the new one
    for name, value in values.items():
        setattr(duty, name, value)
    duty.save()
    return duty


def drop_duty(
    *, list_id: int, duty_id: int, by: Officer, at: datetime, submission: str | None = None
) -> None:
    """Take a duty out of a draft. Raises `DutyError`, `NotAllowedError`."""
    found, actor = _draft_of(list_id, by)
    with recorded("duty.drop", by=actor, at=at, place=found.place, submission=submission) as draft:
        _locked_draft(list_id)
        deleted, _rows = Duty.objects.filter(pk=duty_id, list=list_id).delete()
        if not deleted:
            raise DutyError("duty.unknown")
        draft.concerns("duty_list", list_id, duty=duty_id)


def discard_draft(*, list_id: int, by: Officer, at: datetime, submission: str | None = None) -> None:
    """Give a draft up. Raises `DutyError`, `NotAllowedError`."""
    found, actor = _draft_of(list_id, by)
    with recorded("duty.discard", by=actor, at=at, place=found.place, submission=submission) as draft:
        locked = _locked_draft(list_id)
        locked.delete()
        draft.concerns("duty_list", list_id, kind=found.kind, version=found.version)


def publish_list(
    *, list_id: int, valid_from: date, by: Officer, at: datetime, submission: str | None = None
) -> DutyList:
    """Publish a draft; its tasks are there at once if it is in force today.

    Raises `NotAdmittedError` with what each duty lacks, `DutyError`, `NotAllowedError`.
    """
    found, actor = _draft_of(list_id, by)
    with recorded("duty.publish", by=actor, at=at, place=found.place, submission=submission) as draft:
        locked = _locked_draft(list_id)
        _refuse_publishing(locked, valid_from, at)
        locked.valid_from, locked.published_at = valid_from, at
        locked.save(update_fields=["valid_from", "published_at"])
        made = _make_tasks(locked.place, at)
        draft.concerns("duty_list", list_id, kind=locked.kind, version=locked.version, tasks=made)
    return locked


def _refuse_publishing(locked: DutyList, valid_from: date, at: datetime) -> None:
    if valid_from < timezone.localdate(at):
        raise DutyError("list.valid_past")
    same = DutyList.objects.filter(place=locked.place, kind=locked.kind, unit=locked.unit_id)
    last = same.exclude(published_at=None).order_by("-version").first()
    if last is not None and last.valid_from is not None and last.valid_from > valid_from:
        raise DutyError("list.valid_order", day=last.valid_from)
    if last is None and not duties_of(locked.pk):
        raise DutyError("list.empty")
    _refuse_gaps(locked, valid_from)


# ---------------------------------------------------------------- tasks


def make_tasks(*, place: int, at: datetime) -> int:
    """Give every post the tasks of the present periods, once; returns how many are new.

    Older periods are never made up for. Open tasks of duties no longer in force are withdrawn.
    """
    with recorded("duty.tasks", by=SYSTEM, at=at, place=place) as draft:
        made = _make_tasks(place, at)
        draft.concerns("place", place, tasks=made)
    return made


_INSERT = """
INSERT INTO duties_task (id, place, duty_id, key, post_id, period_from, period_to, due_at, by_event, note)
SELECT gen_random_uuid(), %(place)s, row.duty, row.key, post.id, row.first, row.after, row.due, %(event)s, ''
FROM unnest(%(duty)s::bigint[], %(key)s::uuid[], %(kind)s::text[], %(unit)s::bigint[],
            %(first)s::date[], %(after)s::date[], %(due)s::timestamptz[])
     AS row (duty, key, kind, unit, first, after, due)
JOIN territory_post post ON post.place = %(place)s AND post.kind = row.kind
JOIN territory_unit unit ON unit.id = post.unit_id
WHERE (row.unit IS NULL OR post.unit_id = row.unit) AND unit.ends_on IS NULL AND unit.path LIKE %(below)s
  AND (post.ends_at IS NULL OR post.ends_at > %(at)s)
ON CONFLICT (key, post_id, period_from) DO UPDATE SET duty_id = EXCLUDED.duty_id
  WHERE duties_task.done_at IS NULL AND duties_task.duty_id <> EXCLUDED.duty_id
RETURNING (xmax = 0)
"""


def _make_tasks(place: int, at: datetime) -> int:
    on = timezone.localdate(at)
    duties = duties_in_force(place=place, on=on)
    keys = [duty.key for duty in duties]
    stale = Task.objects.filter(place=place, done_at=None, by_event=False, period_to__gt=on)
    stale.exclude(key__in=keys).delete()
    days = calendar()
    rows = []
    for duty in duties:
        span = present_period(duty, on)
        if span is not None:
            period = Period(*span)
            rows.append((duty, period, due_at(period, duty.days, days, since=_since(duty))))
    return _insert(place, rows, at, below="/", event=False)


def _since(duty: Duty) -> date | None:
    """From when days count for a list that is new in this period; a later version changes nothing."""
    return duty.list.valid_from if duty.list.version == 1 else None


def _insert(
    place: int, rows: Sequence[tuple[Duty, Period, datetime]], at: datetime, *, below: str, event: bool
) -> int:
    """All tasks of all posts in one statement; those that are there keep what was recorded."""
    given: dict[str, Any] = {
        "place": place, "at": at, "event": event, "below": f"{below}%",
        "duty": [duty.pk for duty, _, _ in rows], "key": [duty.key for duty, _, _ in rows],
        "kind": [duty.list.kind for duty, _, _ in rows], "unit": [duty.list.unit_id for duty, _, _ in rows],
        "first": [period.first for _, period, _ in rows], "after": [period.after for _, period, _ in rows],
        "due": [ends for _, _, ends in rows],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, given)
        return sum(bool(row[0]) for row in cursor.fetchall())


def start_event(*, unit_id: int, event: str, by: Officer, at: datetime, submission: str | None = None) -> int:
    """Call an event over a unit: every post below whose list names it gets the task at once.

    Returns how many tasks are new. Raises `DutyError`, `NotAllowedError`.
    """
    unit = territory.unit(unit_id)
    if not by.may(START, unit.path) or unit.place is None:
        raise NotAllowedError(START)
    actor, on = by.by_power(START, unit.path), timezone.localdate(at)
    with recorded("duty.event", by=actor, at=at, place=unit.place, submission=submission) as draft:
        duties = duties_in_force(place=unit.place, on=on)
        called = [duty for duty in duties if duty.recurrence == Recurrence.EVENT and duty.event == event]
        if not called:
            raise DutyError("event.unknown")
        period, days = Period(on, on + EVENT_LASTS), calendar()
        rows = [(duty, period, due_at(period, duty.days, days)) for duty in called]
        made = _insert(unit.place, rows, at, below=unit.path, event=True)
        draft.concerns("unit", unit_id, event=event, tasks=made)
    return made


def _own_task(task_id: UUID, by: Officer) -> tuple[Task, Officer]:
    task = Task.objects.filter(pk=task_id).first()
    held = {holding.post_id: holding for holding in by.holdings}
    if task is None or task.post_id not in held:
        raise DutyError("task.unknown")
    return task, by.acting_as(held[task.post_id])


def record_done(
    *, task_id: UUID, by: Officer, at: datetime, note: str = "", submission: str | None = None
) -> Task:
    """Record a task of one's own post as done, with a few words or none. Raises `DutyError`, `TextError`."""
    task, actor = _own_task(task_id, by)
    words = clean_text(note, 200)
    with recorded("duty.done", by=actor, at=at, place=task.place, submission=submission) as draft:
        locked = Task.objects.select_for_update().get(pk=task_id)
        if locked.done_at is not None:
            raise DutyError("task.done")
        if locked.period_to <= timezone.localdate(at):
            raise DutyError("task.over")
        _mark(locked, at, words, draft)
    return locked


def take_back(*, task_id: UUID, by: Officer, at: datetime, submission: str | None = None) -> Task:
    """Open a task again on the day it was recorded. Raises `DutyError`."""
    task, actor = _own_task(task_id, by)
    with recorded("duty.undone", by=actor, at=at, place=task.place, submission=submission) as draft:
        locked = Task.objects.select_for_update().get(pk=task_id)
        midnight = datetime.combine(timezone.localdate(at), time.min, ZONE)
        if locked.done_at is None or locked.done_at < midnight:
            raise DutyError("task.kept")
        _mark(locked, None, "", draft)
    return locked


def _mark(locked: Task, done_at: datetime | None, note: str, draft: Draft) -> None:
    locked.done_at, locked.note = done_at, note
    locked.save(update_fields=["done_at", "note"])
    draft.concerns("duty_task", locked.pk, duty=locked.duty_id)


def forget_notes(*, at: datetime) -> int:
    """Take the note off tasks whose period ended longer ago than `policies/retention.yaml` says."""
    old = Task.objects.filter(period_to__lt=timezone.localdate(at) - NOTES.read(settings.POLICIES).table)
    return forget("duty.forget", old.exclude(note=""), kind="duty_task", at=at, blank={"note": ""})
