"""Two steps at once: both or neither, offered to whoever may do both."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.builders import Town, contact

from weiwang.audit.models import Entry
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions import Contact, take_pair
from weiwang.cases.actions.previewing import Quiet, preview, why_quiet
from weiwang.cases.models import Case, Event
from weiwang.cases.pairs import PAIRS, REGISTER_AND_DISPATCH
from weiwang.cases.permissions import pairs_for, steps_for
from weiwang.cases.rules import LIFECYCLE, Note, State, Step, StepRefusedError
from weiwang.territory.rules import NotAllowedError


def pairs(town: Town, who: str, case: Case) -> list[str]:
    by = town.officer(who)
    return [pair.code for pair in pairs_for(by, case, steps_for(by, case))]


def taking(town: Town, case: Case, who: str, code: str, **more: Any) -> Callable[[], Case]:
    def deed() -> Case:
        return take_pair(
            case_id=case.pk, pair=PAIRS[code], by=town.officer(who), at=town.at, seen_version=case.version,
            **more,
        )  # fmt: skip

    return deed


def test_a_pair_is_two_steps_that_follow_each_other_and_one_field_of_words() -> None:
    for pair in PAIRS.values():
        first, then = LIFECYCLE[pair.first], LIFECYCLE[pair.then]
        assert all(first.leads(state, None) in then.origins for state in first.origins)
        assert (first.note, then.note) != (Note.REQUIRED, Note.REQUIRED)
        assert (first.detail, then.detail) == ("", "")
    assert len({pair.first for pair in PAIRS.values()}) == len(PAIRS)


@pytest.mark.parametrize(
    ("until", "who", "wanted"),
    [
        (None, "dispatcher", ["register-dispatch"]),
        (None, "community", ["register-dispatch"]),
        (None, "city", []),
        (Step.REGISTER, "dispatcher", []),
        (Step.SIGN, "dispatcher", ["recall-dispatch"]),
        (Step.HANDLE, "community", ["check-close"]),
        (Step.HANDLE, "city", []),
    ],
)
def test_a_pair_is_offered_to_whoever_may_take_both_steps(
    town: Town, until: Step | None, who: str, wanted: list[str]
) -> None:
    case = town.report() if until is None else town.walk(town.report(), until)
    assert pairs(town, who, case) == wanted


def test_both_steps_have_their_entry_and_their_link_of_history_and_are_done_once(town: Town) -> None:
    case, city = town.report(), town.posts["city"].pk
    deed = taking(town, case, "dispatcher", "register-dispatch", target_post=city, submission="one")
    done = deed()
    assert (done.state, done.owner_post_id) == (State.DISPATCHED, city)
    assert list(Event.objects.filter(case=case).values_list("step", flat=True)) == [
        "report", "register", "dispatch",
    ]  # fmt: skip
    assert Entry.objects.filter(action__in=("case.register", "case.dispatch")).count() == 2
    with pytest.raises(AlreadyDoneError):
        deed()
    assert Event.objects.filter(case=case).count() == 3


def test_what_the_second_step_refuses_takes_the_first_back(town: Town) -> None:
    case, far = town.report(), town.posts["far"].pk
    before = Entry.objects.count()
    with pytest.raises(StepRefusedError):
        taking(town, case, "dispatcher", "register-dispatch", target_post=far, submission="one")()
    with pytest.raises(NotAllowedError):
        taking(town, case, "city", "register-dispatch")()
    after = Case.objects.get(pk=case.pk)
    assert (after.state, after.version, after.history_length) == (State.REPORTED, case.version, 1)
    assert Entry.objects.count() == before


def test_a_preview_shows_what_both_steps_tell_and_leaves_nothing(town: Town) -> None:
    case = town.report(contact=contact())
    deed = taking(town, case, "dispatcher", REGISTER_AND_DISPATCH.code)
    seen = preview(deed, case.history_length, at=town.at)
    assert [one.tells for one in seen.told] == [
        "Your report was accepted and registered.", "It was sent to those who handle it.",
    ]  # fmt: skip
    assert (seen.messages, seen.quiet) == ([], Quiet.NOT_SET_UP)
    assert Case.objects.get(pk=case.pk).state == State.REPORTED


def test_the_one_reason_why_no_message_goes_out_is_said(town: Town) -> None:
    left, nothing = town.report(contact=contact()), town.report()
    landline = town.report(contact=Contact("李四", "02881234567"))
    assert why_quiet(left, {"dispatch"})[0] is Quiet.STEP
    assert why_quiet(nothing, {"close"})[0] is Quiet.NOBODY
    assert why_quiet(landline, {"close"})[0] is Quiet.LANDLINE
    assert why_quiet(left, {"report"})[0] is Quiet.OTHER_WAY
    assert why_quiet(left, {"close"})[0] is Quiet.NOT_SET_UP
    left.channel = "import"
    assert why_quiet(left, {"close"})[0] is Quiet.IMPORTED
