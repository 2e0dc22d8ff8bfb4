"""Lists by version, admission, tasks of the present period, events, done and taken back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM, AlreadyDoneError
from weiwang.duties import actions, queries
from weiwang.duties.models import Duty, DutyList, Task
from weiwang.duties.rules import DutyError, DutyText, NotAdmittedError, Recurrence
from weiwang.territory import actions as territory
from weiwang.territory.rules import NotAllowedError

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def weekly(town: Town, text: str = "走一遍微网格", **more: object) -> DutyText:
    values: dict[str, object] = {
        "text_zh": text, "recurrence": Recurrence.WEEKLY, "days": 4, "owner": "社区", "basis": "《消防法》",
        "review_on": town.at.date() + timedelta(days=365), **more,
    }  # fmt: skip
    return DutyText(**values)  # type: ignore[arg-type]


def drafted(town: Town, *duties: DutyText, kind: str = "micro_grid_leader", unit: str = "") -> DutyList:
    by = town.officer("dispatcher")
    found = actions.start_draft(
        place=town.place, kind=kind, by=by, at=town.at, unit_id=town.units[unit].pk if unit else None
    )
    for duty in duties:
        actions.keep_duty(list_id=found.pk, form=duty, by=by, at=town.at)
    return found


def published(town: Town, *duties: DutyText, **more: str) -> DutyList:
    found = drafted(town, *duties, **more)
    return actions.publish_list(
        list_id=found.pk, valid_from=town.at.date(), by=town.officer("dispatcher"), at=town.at
    )


def mine(town: Town, username: str) -> list[queries.TaskLine]:
    return queries.tasks_of(post_ids=[town.posts[username].pk], at=town.at)


def test_publishing_gives_every_post_of_the_kind_its_task_at_once(town: Town) -> None:
    published(town, weekly(town))
    assert Task.objects.count() == 3
    (task,) = mine(town, "leader")
    assert task.due_at.isoformat() == "2026-11-20T17:00:00+08:00" or task.due_at.day == 20
    assert mine(town, "worker") == []


def test_making_tasks_again_makes_none(town: Town) -> None:
    published(town, weekly(town))
    assert actions.make_tasks(place=town.place, at=town.at) == 0
    assert actions.make_tasks(place=town.place, at=town.at + timedelta(days=1)) == 0


def test_weeks_without_the_job_are_not_made_up_for(town: Town) -> None:
    published(town, weekly(town))
    assert actions.make_tasks(place=town.place, at=town.at + 6 * WEEK) == 3
    assert Task.objects.count() == 6


def test_a_task_of_last_week_leaves_the_day_quietly(town: Town) -> None:
    published(town, weekly(town))
    later = town.at + WEEK
    assert queries.tasks_of(post_ids=[town.posts["leader"].pk], at=later) == []
    with pytest.raises(DutyError, match="over"):
        actions.record_done(task_id=Task.objects.all()[0].pk, by=_holder(town), at=later)


def _holder(town: Town):  # type: ignore[no-untyped-def]  # noqa: ANN202
    post = Task.objects.all()[0].post_id
    return next(town.officer(name) for name, row in town.posts.items() if row.pk == post)


def test_done_needs_no_words_and_can_be_taken_back_the_same_day(town: Town) -> None:
    published(town, weekly(town))
    by, task = town.officer("leader"), mine(town, "leader")[0]
    actions.record_done(task_id=task.id, by=by, at=town.at, submission="once")
    with pytest.raises(AlreadyDoneError):
        actions.record_done(task_id=task.id, by=by, at=town.at, submission="once")
    with pytest.raises(DutyError, match="already"):
        actions.record_done(task_id=task.id, by=by, at=town.at)
    with pytest.raises(DutyError, match="day"):
        actions.take_back(task_id=task.id, by=by, at=town.at + timedelta(days=1))
    actions.take_back(task_id=task.id, by=by, at=town.at)
    assert mine(town, "leader")[0].done_at is None


def test_nobody_records_the_task_of_another_post(town: Town) -> None:
    published(town, weekly(town))
    with pytest.raises(DutyError, match="not there"):
        actions.record_done(task_id=mine(town, "leader")[0].id, by=town.officer("leader2"), at=town.at)


def test_what_is_missing_is_said_duty_by_duty(town: Town) -> None:
    found = drafted(town, weekly(town), weekly(town, "填一张表", owner="", basis="", review_on=None))
    with pytest.raises(NotAdmittedError) as refused:
        actions.publish_list(
            list_id=found.pk, valid_from=town.at.date(), by=town.officer("dispatcher"), at=town.at
        )
    assert refused.value.gaps == (("填一张表", ["duty.no_owner", "duty.no_basis", "duty.no_review"]),)
    assert Task.objects.count() == 0


def test_departments_keep_duties_without_admission(town: Town) -> None:
    published(town, weekly(town, owner="", basis="", review_on=None), kind="department_handler")
    assert len(mine(town, "city")) == 1


def test_a_new_version_keeps_tasks_that_stay_and_withdraws_those_that_go(town: Town) -> None:
    published(town, weekly(town), weekly(town, "贴通知"))
    kept, gone = mine(town, "leader")
    actions.record_done(task_id=kept.id, by=town.officer("leader"), at=town.at)
    draft = drafted(town)
    by = town.officer("dispatcher")
    first, second = queries.duties_of(draft.pk)
    actions.drop_duty(list_id=draft.pk, duty_id=second.pk, by=by, at=town.at)
    actions.keep_duty(list_id=draft.pk, duty_id=first.pk, form=weekly(town, "看一遍"), by=by, at=town.at)
    actions.publish_list(list_id=draft.pk, valid_from=town.at.date(), by=by, at=town.at)
    assert [task.id for task in mine(town, "leader")] == [kept.id]
    assert mine(town, "leader2")[0].text_zh == "看一遍"
    assert not Task.objects.filter(pk=gone.id).exists()
    old = DutyList.objects.get(version=1)
    assert [row.text_zh for row in queries.duties_of(old.pk)] == ["走一遍微网格", "贴通知"]


def test_a_published_list_is_never_changed_and_has_one_draft(town: Town) -> None:
    found = published(town, weekly(town))
    with pytest.raises(DutyError, match="published"):
        actions.keep_duty(list_id=found.pk, form=weekly(town), by=town.officer("dispatcher"), at=town.at)
    drafted(town)
    with pytest.raises(DutyError, match="already a draft"):
        drafted(town)


def test_a_micro_grid_adds_to_the_list_of_its_kind(town: Town) -> None:
    published(town, weekly(town))
    published(town, weekly(town, "看水位"), unit="QH0101-2")
    assert [len(mine(town, name)) for name in ("leader", "leader2")] == [1, 2]


def test_a_list_of_the_place_is_not_kept_by_a_community(town: Town) -> None:
    with pytest.raises(NotAllowedError):
        actions.start_draft(place=town.place, kind="grid_worker", by=town.officer("community"), at=town.at)


def test_an_event_gives_its_task_to_the_posts_below_and_nowhere_else(town: Town) -> None:
    rain = weekly(town, "查看低洼处", recurrence=Recurrence.EVENT, event="暴雨预警", days=0)
    published(town, rain)
    assert Task.objects.count() == 0
    by, unit = town.officer("community"), town.units["QH01"]
    assert actions.start_event(unit_id=unit.pk, event="暴雨预警", by=by, at=town.at) == 2
    assert actions.start_event(unit_id=unit.pk, event="暴雨预警", by=by, at=town.at) == 0
    assert mine(town, "far") == []
    assert actions.make_tasks(place=town.place, at=town.at) == 0
    assert len(mine(town, "leader")) == 1
    with pytest.raises(DutyError):
        actions.start_event(unit_id=unit.pk, event="地震", by=by, at=town.at)
    with pytest.raises(NotAllowedError):
        actions.start_event(unit_id=town.unit.pk, event="暴雨预警", by=by, at=town.at)


def test_a_handover_lists_the_open_tasks_and_they_stay_with_the_post(town: Town) -> None:
    published(town, weekly(town))
    term = town.posts["leader"].appointments.get()
    sheet = territory.hand_over(
        appointment_id=term.pk, to_user=town.users["leader2"].pk, by=town.officer("admin"), at=town.at
    )
    assert {"heading": "Open duties", "lines": [["走一遍微网格", "2026-11-20"]]} in sheet.parts
    later = town.officer("leader2", town.at + timedelta(minutes=1))
    actions.record_done(task_id=mine(town, "leader")[0].id, by=later, at=town.at + timedelta(minutes=1))


def test_the_lists_of_the_policy_are_taken_over_once(town: Town) -> None:
    made = actions.import_lists(place=town.place, by=SYSTEM, at=town.at)
    assert made == len(queries.seed().lists)
    assert actions.import_lists(place=town.place, by=SYSTEM, at=town.at) == 0
    for row in DutyList.objects.all():
        assert queries.gaps(row, valid_from=town.at.date()) == []


def test_a_sample_whose_review_has_passed_is_not_admitted_for_an_office(town: Town) -> None:
    later = town.at.replace(year=town.at.year + 5)
    with pytest.raises(NotAdmittedError):
        actions.import_lists(place=town.place, by=town.officer("dispatcher"), at=later)
    assert not DutyList.objects.exists()
    assert actions.import_lists(place=town.place, by=SYSTEM, at=later)  # the demo, some years on


def test_progress_counts_places_and_totals_the_whole(town: Town) -> None:
    published(town, weekly(town))
    actions.record_done(task_id=mine(town, "leader")[0].id, by=town.officer("leader"), at=town.at)
    rows = queries.progress(place=town.place, path=town.unit.path, on=town.at.date())
    assert [(row.unit, row.open, row.done) for row in rows] == [("梧桐社区", 1, 1), ("桃源社区", 1, 0)]
    (grid,) = queries.progress(place=town.place, path=town.units["QH0101"].path, on=town.at.date())
    assert (grid.unit, grid.open, grid.done) == ("第1网格", 1, 1)  # never a micro-grid: that is one person
    found = queries.totals(place=town.place, paths=[town.units["QH01"].path], on=town.at.date())
    assert (found.lists, found.duties, found.open, found.done) == (1, 1, 1, 1)


def test_tasks_are_made_in_the_same_few_statements_for_one_duty_or_five(town: Town) -> None:
    published(town, weekly(town))
    numbers = []
    for _time in range(2):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            actions.make_tasks(place=town.place, at=town.at)
        numbers.append(len(seen))
        rows = [weekly(town, f"第{number}项") for number in range(4)]
        Duty.objects.bulk_create(
            Duty(place=town.place, list=DutyList.objects.get(version=1), position=9, text_zh=row.text_zh,
                 recurrence=row.recurrence) for row in rows
        )  # fmt: skip
    assert numbers[0] == numbers[1]


def test_who_recorded_a_task_stands_in_the_record_alone(town: Town) -> None:
    published(town, weekly(town))
    actions.record_done(task_id=mine(town, "leader")[0].id, by=town.officer("leader"), at=town.at)
    assert Entry.objects.filter(action="duty.done", user_id=town.users["leader"].pk).count() == 1
    assert not {"user", "by", "done_by"} & {field.name for field in Task._meta.get_fields()}


def test_a_draft_may_begin_with_the_policy_and_be_given_up(town: Town) -> None:
    by = town.officer("dispatcher")
    made = actions.start_draft(
        place=town.place, kind="micro_grid_leader", by=by, at=town.at, from_sample=True
    )
    assert len(queries.duties_of(made.pk)) == len(queries.seed().lists["micro_grid_leader"])
    actions.discard_draft(list_id=made.pk, by=by, at=town.at)
    assert not DutyList.objects.exists()


def test_the_note_of_a_task_goes_two_years_after_its_period(town: Town) -> None:
    published(town, weekly(town))
    task = mine(town, "leader")[0]
    actions.record_done(task_id=task.id, by=town.officer("leader"), at=town.at, note="三号楼没走。")
    over = Task.objects.get(pk=task.id).period_to + timedelta(days=730)
    early = town.at.replace(year=over.year, month=over.month, day=over.day)
    assert actions.forget_notes(at=early) == 0
    assert actions.forget_notes(at=early + timedelta(days=1)) == 1
    assert (Task.objects.get(pk=task.id).note, Task.objects.get(pk=task.id).done_at) == ("", town.at)
