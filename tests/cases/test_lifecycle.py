"""Every step from every state by every kind of hand, against a table written down apart from the product."""

from itertools import product

import pytest
from tests.cases.oracle import FINAL as FINAL_NAMES
from tests.cases.oracle import HELD as HELD_NAMES
from tests.cases.oracle import OPEN, ORACLE, PARTED, SPEAKS, UNACCEPTED, WISHES, leads

from weiwang.cases.climbing import higher
from weiwang.cases.routing import Candidate
from weiwang.cases.rules import (
    FINAL,
    HELD,
    LIFECYCLE,
    PARTS,
    Ask,
    Hand,
    Note,
    Standing,
    State,
    Step,
    StepRefusedError,
    reason_against,
    refuse_unless_parted,
    refuse_unless_possible,
    stands,
)
from weiwang.cases.rules import OPEN as OPEN_STATES

OWNER_POST, ASKER_POST, OTHER_POST = 1, 2, 3
HANDLER, ASKER, SOMEBODY = 10, 20, 30
OWNERS = {"owner", "owner-or-registrar"}  # where the owner's hand is a right one


def test_the_table_is_the_one_written_down() -> None:
    assert {step.value for step in Step} == set(ORACLE) == {step.value for step in LIFECYCLE}
    for step, move in LIFECYCLE.items():
        row = ORACLE[step]
        assert {state.value for state in move.origins} == set(row.states.split()), step
        assert move.who.value.replace("_", "-").replace("anyone", "any") == row.who, step
        assert (move.note is Note.REQUIRED, move.clock.value, bool(move.tells)) == (
            row.words, row.clock, row.told,
        ), step  # fmt: skip


def test_the_kinds_of_states_are_the_ones_written_down() -> None:
    assert {state.value for state in FINAL} == FINAL_NAMES
    assert {state.value for state in HELD} == HELD_NAMES
    assert {state.value for state in OPEN_STATES} == set(OPEN.split())


def test_each_step_leads_where_it_should_and_nowhere_else() -> None:
    for step, state, held in product(Step, State, sorted(OPEN_STATES - HELD)):
        wanted = leads(step, state, held)
        case = Standing(state, OWNER_POST, frozenset(), LIFECYCLE[step].settles, ASKER, ASKER_POST)
        row = ORACLE[step]
        hand = Hand(SOMEBODY, row.who in OWNERS, frozenset({OTHER_POST}))
        if wanted is None:
            with pytest.raises(StepRefusedError) as refused:
                refuse_unless_possible(step, case, hand, note="写明")
            assert refused.value.code == "step.wrong_state"
            continue
        move = refuse_unless_possible(step, case, hand, note="写明")
        assert move.leads(state, held) == wanted, (step, state)


def test_no_step_leads_out_of_the_states_or_loses_the_clock() -> None:
    for step, move in LIFECYCLE.items():
        for state in move.origins:
            after = move.leads(state, State.HANDLING)
            assert (move.clock.value == "none") == (after in FINAL), step
            assert (move.clock.value == "pause") == (after in HELD and state not in HELD), step
            assert (move.clock.value == "resume") == (state in HELD and after not in HELD | FINAL), step


@pytest.mark.parametrize(
    ("who", "hand", "code"),
    [
        ("owner", Hand(SOMEBODY, holds_owner=False, posts=frozenset({OTHER_POST})), "step.not_owner"),
        ("owner-or-registrar", Hand(SOMEBODY, posts=frozenset({OTHER_POST})), "step.not_owner"),
        ("not-owner", Hand(SOMEBODY, holds_owner=True, posts=frozenset({OWNER_POST})), "step.own_case"),
        ("not-handler", Hand(HANDLER, posts=frozenset({OTHER_POST})), "step.same_person"),
        ("not-asker", Hand(ASKER, posts=frozenset({OTHER_POST})), "step.own_request"),
        ("not-asker", Hand(SOMEBODY, posts=frozenset({ASKER_POST})), "step.own_request"),
        ("not-asker", Hand(SOMEBODY, posts=frozenset()), "step.own_request"),
    ],
)
def test_the_wrong_hand_is_refused_whatever_the_state(who: str, hand: Hand, code: str) -> None:
    for step, move in LIFECYCLE.items():
        if ORACLE[step].who != who:
            continue
        for state in move.origins:
            case = Standing(state, OWNER_POST, frozenset({HANDLER}), move.settles, ASKER, ASKER_POST)
            with pytest.raises(StepRefusedError) as refused:
                refuse_unless_possible(step, case, hand, note="写明")
            assert refused.value.code == code, (step, state)


def test_before_acceptance_whoever_may_register_asks_and_takes_up_again_as_the_owner_does() -> None:
    registrar = Hand(SOMEBODY, posts=frozenset({OTHER_POST}), may_register=True)
    for step, held in product(Step, sorted(OPEN_STATES - HELD)):
        if ORACLE[step].who != "owner-or-registrar":
            continue
        move = LIFECYCLE[step]
        for state in move.origins:
            at = held if state in HELD else state
            case = Standing(
                state, OWNER_POST, frozenset(), move.settles, held=held if state in HELD else None
            )  # fmt: skip
            refusal = reason_against(move, case, registrar)
            wanted = "" if at.value in UNACCEPTED else "step.not_owner"
            assert (refusal.code if refusal else "") == wanted, (step, state, held)


def test_words_are_missed_where_they_are_needed_and_only_there() -> None:
    for step, move in LIFECYCLE.items():
        case = Standing(next(iter(move.origins)), OWNER_POST, frozenset(), move.settles, ASKER, ASKER_POST)
        hand = Hand(SOMEBODY, ORACLE[step].who in OWNERS, frozenset({OTHER_POST}))
        if ORACLE[step].words:
            with pytest.raises(StepRefusedError, match="write down"):
                refuse_unless_possible(step, case, hand, note="")
        else:
            assert refuse_unless_possible(step, case, hand, note="") is move


def test_nothing_is_granted_that_was_not_asked_and_nothing_asked_twice() -> None:
    hand = Hand(SOMEBODY, holds_owner=True, posts=frozenset({OTHER_POST}))
    for name, wish in WISHES.items():
        for state in LIFECYCLE[Step(name)].origins:
            for other in {None, *Ask} - {Ask(wish)}:
                case = Standing(state, OWNER_POST, frozenset(), other, ASKER, ASKER_POST)
                for answer in (f"grant_{wish}", f"refuse_{wish}"):
                    with pytest.raises(StepRefusedError) as refused:
                        refuse_unless_possible(Step(answer), case, hand, note="写明")
                    assert refused.value.code == "step.not_asked"
            for already in Ask:
                case = Standing(state, OWNER_POST, frozenset(), already, ASKER, ASKER_POST)
                with pytest.raises(StepRefusedError) as refused:
                    refuse_unless_possible(Step(name), case, hand, note="写明")
                assert refused.value.code == "step.asked_already"


def test_no_case_ends_before_its_parts() -> None:
    for step, move in LIFECYCLE.items():
        for state in move.origins:
            case = Standing(state, OWNER_POST, frozenset(), move.settles, ASKER, ASKER_POST, open_parts=1)
            hand = Hand(SOMEBODY, ORACLE[step].who in OWNERS, frozenset({OTHER_POST}))
            refusal = reason_against(move, case, hand)
            ends = leads(step.value, state.value, "handling") in FINAL_NAMES
            assert (refusal.code if refusal else "") == ("parts.open" if ends else ""), (step, state)


def test_a_part_says_nothing_to_the_reporter_and_lives_no_longer_than_its_case() -> None:
    for step, move in LIFECYCLE.items():
        for state, parent_ended in product(move.origins, (False, True)):
            case = Standing(
                state, OWNER_POST, frozenset(), move.settles, ASKER, ASKER_POST, is_part=True,
                parent_ended=parent_ended,
            )  # fmt: skip
            hand = Hand(SOMEBODY, ORACLE[step].who in OWNERS, frozenset({OTHER_POST}))
            refusal = reason_against(move, case, hand)
            over = parent_ended and state.value in FINAL_NAMES
            wanted = "parts.silent" if step.value in SPEAKS else "parts.parent_ended" if over else ""
            assert (refusal.code if refusal else "") == wanted, (step, state)


def test_a_case_is_given_to_several_offices_from_some_states_and_to_ten_at_most() -> None:
    for state, is_part, parts in product(State, (False, True), (0, PARTS - 1, PARTS)):
        case = Standing(state, OWNER_POST, frozenset(), is_part=is_part)
        if state.value in PARTED.split() and not is_part and parts < PARTS:
            refuse_unless_parted(case, parts)
        else:
            with pytest.raises(StepRefusedError):
                refuse_unless_parted(case, parts)


def test_a_request_falls_when_nobody_could_grant_it_any_more() -> None:
    assert [state.value for state in State if stands(Ask.EXTEND, state)] == ["signed", "handling"]
    assert [state.value for state in State if stands(Ask.RESUME, state)] == ["suspended"]
    assert not any(stands(None, state) for state in State)


def _post(number: int, path: str, kind: str = "leader", department: str = "") -> Candidate:
    return Candidate(
        number, kind, f"岗位{number}", path, frozenset({"case.dispatch", "case.register"}), department, None,
        frozenset({number}),
    )  # fmt: skip


def test_above_stand_the_next_level_then_the_dispatchers_then_the_leader_on_duty_and_then_nobody() -> None:
    grid, community = _post(1, "/1/2/3/"), _post(2, "/1/2/")
    desk, duty = _post(3, "/1/", "dispatcher"), _post(4, "/1/", "duty_leader")
    office = _post(5, "/1/", "department_handler", "housing")
    posts = [grid, community, desk, duty, office]
    found = [higher(posts, post, "case.dispatch") for post in (grid, community, office, desk, duty)]
    assert [choice.post if choice else None for choice in found] == [community, desk, desk, duty, None]
