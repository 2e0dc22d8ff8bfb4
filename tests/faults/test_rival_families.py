"""Several people at one case and its parts at the same moment: real threads on committed data.

Which of them is first differs from run to run; what must hold afterwards does not.
"""

import threading
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from django.db import connection
from tests.builders import Town, build_town
from tests.cases.oracle import FINAL, ORACLE, leads

from weiwang.audit.queries import verify_chain
from weiwang.cases.actions import add_part
from weiwang.cases.models import Case, Event
from weiwang.cases.permissions import steps_for
from weiwang.cases.queries import verify_histories
from weiwang.cases.rules import CaseError, Step
from weiwang.territory.rules import NotAllowedError

pytestmark = pytest.mark.fault
PEOPLE = ("dispatcher", "duty", "city", "housing", "community", "gridhead")


@pytest.fixture
def town(transactional_db: None, at: Any) -> Town:
    """Committed, so that all threads see it."""
    return build_town(at)


def race(deeds: Sequence[Callable[[], object]]) -> list[str]:
    """Do all of them at once; what came of each, in their order: `done` or the code of the refusal."""
    together, results = threading.Barrier(len(deeds)), ["broken"] * len(deeds)

    def run(number: int) -> None:
        together.wait()
        try:
            deeds[number]()
            results[number] = "done"
        except CaseError as error:
            results[number] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def part(town: Town, main: Case, office: str = "housing") -> Case:
    return add_part(
        case_id=main.pk, post_id=town.posts[office].pk, note="请查。", by=town.officer("dispatcher"),
        at=town.at,
    )  # fmt: skip


def checked(town: Town, case: Case, office: str = "housing") -> Case:
    for step, who, note in (
        (Step.SIGN, office, ""), (Step.HANDLE, office, "查了。"), (Step.CHECK, "community", ""),
    ):  # fmt: skip
        case = town.step(case, step, who, note)
    return case


def whole(town: Town) -> None:
    """No case without owner and limit, no end before its parts, no move outside the table, no gap."""
    for case in Case.objects.all():
        is_open = case.state not in FINAL
        assert (case.owner_post_id is not None, case.due_at is not None) == (is_open, is_open)
        assert (case.open_parts or 0) == case.parts.exclude(state__in=FINAL).count()
        assert is_open or not case.open_parts
    for event in Event.objects.filter(step__in=ORACLE).exclude(from_state="draft"):
        assert event.to_state == leads(event.step, event.from_state, event.to_state), event.step
    assert all(isinstance(found, Case) for found in verify_histories())
    assert verify_chain(town.place).broken is None


def a_case_is_made_void_or_gets_a_part_and_never_both(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    void, given = race(
        [lambda: town.step(main, Step.VOID, "duty", "误报。"), lambda: part(town, main)]
    )  # fmt: skip
    assert (void, given) in {("done", "step.wrong_state"), ("parts.open", "done")}
    whole(town)


def two_parts_that_end_at_once_leave_none_open(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one, two = checked(town, part(town, main)), checked(town, part(town, main, "city2"), "city2")
    ends = race([lambda case=case: town.step(case, Step.CLOSE, "community", "好了。") for case in (one, two)])  # type: ignore[misc]
    assert ends == ["done", "done"]
    assert Case.objects.get(pk=main.pk).open_parts == 0
    assert Event.objects.filter(case=main, step="part_ended").count() == 2
    whole(town)


def a_case_ends_after_its_last_part_or_waits_for_it(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one = checked(town, part(town, main))
    main = town.walk_on(main, Step.CHECK)
    ended, closed = race(
        [
            lambda: town.step(one, Step.CLOSE, "community", "好了。"),
            lambda: town.step(main, Step.CLOSE, "dispatcher", "都好了。"),
        ]
    )
    assert (ended, closed) in {("done", "done"), ("done", "parts.open")}
    whole(town)


def a_part_is_opened_again_or_its_case_closed_and_never_both(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    one = town.step(checked(town, part(town, main)), Step.CLOSE, "community", "好了。")
    main = town.walk_on(main, Step.CHECK)
    again, closed = race(
        [
            lambda: town.step(one, Step.REOPEN, "dispatcher", "没好。"),
            lambda: town.step(main, Step.CLOSE, "community", "都好了。"),
        ]
    )
    assert (again, closed) in {("done", "parts.open"), ("parts.parent_ended", "done")}
    whole(town)


def test_whoever_is_first_a_case_outlives_its_parts(town: Town) -> None:
    a_case_is_made_void_or_gets_a_part_and_never_both(town)
    two_parts_that_end_at_once_leave_none_open(town)
    a_case_ends_after_its_last_part_or_waits_for_it(town)
    a_part_is_opened_again_or_its_case_closed_and_never_both(town)


def test_whoever_does_what_at_the_same_time_the_rules_hold(town: Town) -> None:
    main = town.walk(town.report(), Step.SIGN)
    cases = [main, part(town, main), part(town, main, "city2")]

    def work(seed: int) -> None:
        dice = Random(seed)
        for _ in range(14):
            case, who = Case.objects.get(pk=dice.choice(cases).pk), dice.choice(PEOPLE)
            steps = [step for step in steps_for(town.officer(who), case) if step is not Step.VOID]
            if not steps:
                continue
            try:
                town.step(
                    case, dice.choice(steps), who, "办了。", target_post=town.posts["housing"].pk,
                    longer="1wd", review_on=town.at.date().replace(day=28), channel="petition",
                )  # fmt: skip
            except (CaseError, NotAllowedError):
                continue

    assert race([lambda: work(1), lambda: work(2)]) == ["done", "done"]
    whole(town)
