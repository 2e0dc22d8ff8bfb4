"""A duplicate is put to the case that is there; taken back, it is again what it was."""

from datetime import timedelta

import pytest
from tests.builders import Town

from weiwang.cases.actions import give_feedback, merge_cases, unmerge_case
from weiwang.cases.actions.feedback import file_unanswered
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import steps_for
from weiwang.cases.progress import by_token
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import CaseError, Step, StepRefusedError
from weiwang.territory.rules import NotAllowedError

CLOCK = ("state", "owner_post_id", "owner_name", "due_at", "clock", "clock_at", "clock_limit", "near_at",
         "promised_at", "closed_at", "handler_users", "last_word")  # fmt: skip


def merge(town: Town, case: Case, main: Case, who: str = "community", **more: object) -> Case:
    seen = Case.objects.get(pk=case.pk).version
    options = {"at": town.at, "seen_version": seen, **more}
    return merge_cases(duplicate=case.pk, into=main.pk, by=town.officer(who), **options)  # type: ignore[arg-type]


def standing(case: Case) -> list[object]:
    now = Case.objects.get(pk=case.pk)
    return [getattr(now, name) for name in CLOCK]


def test_taking_a_merge_back_restores_state_owner_and_clock(town: Town) -> None:
    main, case = town.report(), town.walk(town.report("东门路灯坏了"), until=Step.SIGN)
    before, going_on = standing(case), standing(main)
    merged = merge(town, case, main)
    assert (merged.state, merged.owner_post_id, merged.due_at, merged.merged_into_id) == (
        "closed", None, None, main.pk,
    )  # fmt: skip
    unmerge_case(
        case_id=case.pk, by=town.officer("community"), at=town.at + timedelta(days=2),
        seen_version=merged.version, note="不是同一盏灯",
    )  # fmt: skip
    assert (standing(case), standing(main)) == (before, going_on)
    assert [type(found) for found in verify_histories()] == [Case, Case]
    told = [
        list(Event.objects.filter(case=one).order_by("seq").values_list("step", flat=True))
        for one in (case, main)
    ]
    assert told[0][-2:] == ["merge", "unmerge"]
    assert told[1][-2:] == ["merged_here", "unmerged_here"]


def test_the_reporter_of_a_duplicate_reads_how_the_other_case_goes(town: Town) -> None:
    main, case = town.report("主件的话"), town.report("我自己的话")
    merge(town, case, main)
    town.walk(main, until=Step.CLOSE)
    seen = by_token(case.pk, private_token(case.pk))
    assert seen is not None
    assert (seen.text, seen.number, seen.merged_into) == ("我自己的话", case.number, main.number)
    assert seen.answer == Case.objects.get(pk=main.pk).answer
    assert "主件的话" not in str(seen)


def test_what_was_put_to_another_case_is_worked_on_there(town: Town) -> None:
    main, case = town.report(), town.report("东门路灯坏了")
    merge(town, case, main)
    with pytest.raises(CaseError, match="merged into another"):
        give_feedback(case_id=case.pk, satisfied=False, remark="还没好", at=town.at)
    with pytest.raises(CaseError, match="merged into another"):
        town.step(case, Step.REOPEN, "duty", "还没好")
    ended = Case.objects.get(pk=case.pk)
    assert [steps_for(town.officer(who), ended) for who in ("community", "dispatcher", "duty")] == [
        [],
        [],
        [],
    ]
    assert file_unanswered(at=town.at + timedelta(days=60)) == 0


def test_the_same_an_ended_or_an_old_page_is_refused(town: Town) -> None:
    main, case, ended = town.report(), town.report("东门路灯坏了"), town.walk(town.report(), until=Step.CLOSE)
    with pytest.raises(StepRefusedError, match="same case"):
        merge(town, case, case)
    with pytest.raises(StepRefusedError, match="have to be open"):
        merge(town, case, ended)
    with pytest.raises(StepRefusedError, match="moved this case on"):
        merge(town, case, main, seen_version=99)
    with pytest.raises(NotAllowedError):
        merge(town, case, main, who="leader")
    with pytest.raises(StepRefusedError, match="not merged"):
        unmerge_case(case_id=case.pk, by=town.officer("community"), at=town.at, seen_version=1, note="x")
    assert Case.objects.filter(merged_into__isnull=False).count() == 0
