import pytest

from tests.builders import Town, contact
from weiwang.audit.rules import RESIDENT
from weiwang.cases.actions import give_feedback
from weiwang.cases.progress import pictures, still_to_come, story
from weiwang.cases.rules import FINAL, LIFECYCLE, State, Step


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
    assert (not still_to_come(state)) == (state in FINAL)


def test_every_step_of_the_table_says_something_to_the_reporter() -> None:
    assert all(move.tells for move in LIFECYCLE.values())


def test_photos_of_the_result_are_shown_with_the_answer_only(town: Town) -> None:
    case = town.walk(town.report(), until=Step.HANDLE)
    assert list(pictures(case).result) == []
