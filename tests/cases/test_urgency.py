"""One case made urgent by hand: its limit is counted again, and no time that was used is given back."""

from datetime import timedelta

import pytest
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.cases import queries
from weiwang.cases.actions import reroute_case, set_urgency
from weiwang.cases.models import Case, Event
from weiwang.cases.queries import HistoryFault
from weiwang.cases.rules import Step, StepRefusedError
from weiwang.territory.rules import NotAllowedError


def put(
    town: Town, case: Case, *, urgent: bool, by: str = "dispatcher", after: int = 0, reason: str = "有老人"
) -> Case:
    seen = Case.objects.get(pk=case.pk).version
    return set_urgency(
        case_id=case.pk, urgent=urgent, reason=reason, by=town.officer(by), seen_version=seen,
        at=town.at + timedelta(minutes=after),
    )  # fmt: skip


def test_the_shorter_limit_counts_from_when_the_step_began(town: Town) -> None:
    case = town.walk(town.report(category="C01"), Step.SIGN)  # 15 working days to handle
    usual = Case.objects.get(pk=case.pk).due_at
    made = put(town, case, urgent=True, after=60)
    assert made.due_at == town.at + timedelta(hours=24)
    assert (made.urgent, made.clock_limit) == (True, "24h")
    back = put(town, case, urgent=False, after=90)
    assert (back.due_at, back.urgent) == (usual, False)


def test_steps_that_come_later_have_the_limits_of_urgent_matters(town: Town) -> None:
    case = town.report(category="C01")
    put(town, case, urgent=True)
    case = town.walk(case, Step.REGISTER)
    assert (case.clock_limit, case.due_at) == ("30m", town.at + timedelta(minutes=30))


def test_a_shorter_limit_of_the_category_stays(town: Town) -> None:
    case = town.walk(town.report(category="A03"), Step.SIGN)  # two working hours to handle
    usual = Case.objects.get(pk=case.pk).due_at
    assert put(town, case, urgent=True).due_at == usual


def test_it_stands_in_the_history_for_staff_alone_and_the_chain_holds(town: Town) -> None:
    case = town.walk(town.report(category="C01"), Step.SIGN)
    put(town, case, urgent=True)
    told = Event.objects.get(case=case, step="urgency")
    assert (told.data["urgent"], told.note, told.public) == (True, "有老人", False)
    assert told.data["was"] > told.data["now"]
    assert Entry.objects.filter(action="case.urgency").count() == 1
    assert not [one for one in queries.verify_histories() if isinstance(one, HistoryFault)]


def test_another_category_leaves_what_was_set_by_hand(town: Town) -> None:
    case = town.report(category="C01")
    put(town, case, urgent=True)
    seen = Case.objects.get(pk=case.pk).version
    moved = reroute_case(
        case_id=case.pk, by=town.officer("dispatcher"), at=town.at, seen_version=seen, reason="类别不对",
        category="D02",
    )  # fmt: skip
    assert (moved.category, moved.urgent) == ("D02", True)


def test_only_posts_with_the_right_and_only_once_and_only_open(town: Town) -> None:
    case = town.report(category="C01")
    for username in ("leader", "auditor", "community2"):
        with pytest.raises(NotAllowedError):
            put(town, case, urgent=True, by=username)
    with pytest.raises(StepRefusedError) as refused:
        put(town, case, urgent=True, reason=" ")
    assert refused.value.code == "step.note_needed"
    put(town, case, urgent=True)
    with pytest.raises(StepRefusedError) as refused:
        put(town, case, urgent=True)
    assert refused.value.code == "step.stale"
    done = town.walk(town.report(), Step.CLOSE)
    with pytest.raises(StepRefusedError) as refused:
        put(town, done, urgent=True)
    assert refused.value.code == "step.wrong_state"
