from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.builders import Town, contact

from weiwang.audit.rules import RESIDENT
from weiwang.cases.actions import give_feedback
from weiwang.cases.links import private_token, query_code
from weiwang.cases.models import Case
from weiwang.cases.progress import Progress, by_code, by_token, progress, still_to_come, story
from weiwang.cases.rules import FINAL, LIFECYCLE, State, Step, Way
from weiwang.kernel.pictures import CleanPicture


def test_the_reporter_reads_steps_and_posts_but_no_names_and_no_internal_notes(town: Town) -> None:
    case = town.report(contact=contact(), by=RESIDENT)
    town.step(case, Step.REGISTER, "community", "先内部协调一下")
    town.step(case, Step.DISPATCH, "community", "请城管尽快", target_post=town.posts["city"].pk)
    told = story(case)
    assert [word.step for word in told] == [Step.REPORT, Step.REGISTER, Step.DISPATCH]
    assert [word.note for word in told] == ["", "", ""]
    assert told[0].by_reporter
    assert told[1].who == town.posts["community"].name
    everything = " ".join(f"{word.who}{word.note}{word.tells}" for word in told)
    assert not any(user.name in everything for user in town.users.values())


def test_the_answer_and_what_the_reporter_said_are_told(town: Town) -> None:
    case = town.walk(town.report(by=RESIDENT), until=Step.CLOSE)
    give_feedback(case_id=case.pk, satisfied=False, remark="灯又坏了", at=town.at)
    told = {word.step: word for word in story(case)}
    assert told[Step.CLOSE].note.startswith("您反映的路灯已修好")
    assert told[Step.HANDLE].note == ""
    assert told[Step.REOPEN].note == "灯又坏了"
    assert told[Step.REOPEN].by_reporter


def test_what_is_not_public_is_not_told(town: Town) -> None:
    from weiwang.cases.actions import reroute_case

    case = town.report()
    reroute_case(
        case_id=case.pk,
        by=town.officer("community"),
        at=town.at,
        seen_version=1,
        reason="类别不对",
        category="A01",
    )
    assert [word.step for word in story(case)] == [Step.REPORT]


@pytest.mark.parametrize("state", list(State))
def test_every_state_knows_what_is_still_to_come(state: State) -> None:
    assert (not still_to_come(state, State.HANDLING)) == (state in FINAL)


def test_every_step_that_changes_the_state_says_something_to_the_reporter() -> None:
    silent = {step for step, move in LIFECYCLE.items() if move.to is not Way.STAYS and not move.tells}
    assert silent == {Step.PART}  # the reporter never hears of a part


def test_photos_of_the_result_are_shown_with_the_answer_only(town: Town) -> None:
    picture = CleanPicture(b"jpeg", 4, 3, b"small", "0" * 64)
    case = town.walk(town.report(photos=[picture]), until=Step.START)
    town.step(case, Step.HANDLE, "city", "换好了。", photos=[picture])
    assert [len(shown) for shown in _photos(case)] == [1, 0]
    town.step(case, Step.CHECK, "community")
    town.step(case, Step.CLOSE, "community", "换好了，谢谢。")
    assert [len(shown) for shown in _photos(case)] == [1, 1]


def test_the_reporter_may_speak_when_there_is_an_answer(town: Town) -> None:
    case = town.report()
    assert not _seen(case).may_be_thanked
    assert not _seen(case).may_be_reopened
    town.walk(case, until=Step.CLOSE)
    assert _seen(case).may_be_thanked
    assert _seen(case).may_be_reopened
    give_feedback(case_id=case.pk, satisfied=True, remark="", at=town.at)
    assert not _seen(case).may_be_reopened


def test_a_case_opened_again_counts_its_promise_from_then_and_hides_the_old_answer(town: Town) -> None:
    case = town.walk(town.report(), until=Step.CLOSE)
    later = town.at + timedelta(days=2)
    give_feedback(case_id=case.pk, satisfied=False, remark="灯又坏了", at=later)
    assert _seen(case).since == later
    assert _seen(case).answer == ""


def test_a_changed_link_or_code_opens_nothing(town: Town) -> None:
    case = town.report()
    token = private_token(case.pk)
    assert by_token(case.pk, token) is not None
    assert by_token(case.pk, token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert by_code(case.number, query_code(case.pk)) is not None
    assert by_code(case.number, "x") is None


def _seen(case: Case) -> Progress:
    return progress(Case.objects.get(pk=case.pk))


def _photos(case: Case) -> tuple[Sequence[object], Sequence[object]]:
    seen = _seen(case)
    return seen.report_photos, seen.result_photos
