"""Going to look: what the verifier finds comes back to whoever decides."""

import pytest
from tests.builders import Town

from weiwang.audit.rules import SYSTEM
from weiwang.cases import permissions, queries
from weiwang.cases.actions import Whereabouts, report_case
from weiwang.cases.models import Case
from weiwang.cases.rules import State, Step, StepRefusedError
from weiwang.territory import queries as territory


def test_the_verifier_says_what_was_found_and_the_case_goes_back_to_whoever_decides(town: Town) -> None:
    case = town.report()
    decider = case.owner_post_id
    case = town.step(case, Step.VERIFY, "gridhead")
    assert case.owner_post_id == town.posts["leader"].pk
    assert permissions.steps_for(town.officer("leader"), case) == [Step.VERIFIED, Step.ASK_REPORTER]
    due = case.due_at
    case = town.step(case, Step.VERIFIED, "leader", "到现场看过，三盏灯不亮。")
    assert (case.state, case.owner_post_id, case.due_at) == (State.REPORTED, decider, due)
    assert case.last_word == "到现场看过，三盏灯不亮。"


def test_only_the_post_that_was_asked_says_what_was_found(town: Town) -> None:
    case = town.step(town.report(), Step.VERIFY, "gridhead")
    with pytest.raises(StepRefusedError, match="another post"):
        town.step(case, Step.VERIFIED, "worker", "我也看过。")


def test_a_finding_needs_words(town: Town) -> None:
    case = town.step(town.report(), Step.VERIFY, "gridhead")
    with pytest.raises(StepRefusedError, match="write down"):
        town.step(case, Step.VERIFIED, "leader")


def test_nobody_settles_on_the_spot_outside_their_area(town: Town) -> None:
    with pytest.raises(StepRefusedError, match="outside your area"):
        report_case(
            place=town.place, text="楼道有小广告", category="A06",
            where=Whereabouts(lon=104.0035, lat=30.7015),
            by=town.officer("leader"), at=town.at, channel="field", settled="已清除。",
        )  # fmt: skip
    assert not Case.objects.exists()


def test_the_categories_used_most_come_first(town: Town) -> None:
    for category in ("D02", "A01", "D02", "A03", "A01", "D02"):
        town.report(category=category)
    assert queries.most_used_categories(place=town.place, since=town.at, limit=2) == ["D02", "A01"]


def test_news_tell_what_others_did_to_a_case_and_never_what_one_did_oneself(town: Town) -> None:
    leader = town.officer("leader")
    case = town.report(by=leader)
    town.report(by=SYSTEM)
    town.step(case, Step.REGISTER, "community")
    posts = [holding.post_id for holding in leader.holdings]
    found = queries.news(
        permissions.visible_to(leader), user_id=leader.user_id, posts=posts, before=town.at.replace(hour=23)
    )
    assert [(item.number, item.chapter.step, item.may_open) for item in found] == [
        (case.number, "register", True)
    ]
    assert found[0].chapter.tells == "Your report was accepted and registered."


def test_the_people_of_a_unit_are_named_with_their_posts(town: Town) -> None:
    unit = town.units["QH0101-1"]
    found = territory.people_of(place=town.place, unit_ids=[unit.pk, town.units["QH0101"].pk], at=town.at)
    assert [(post.kind, post.names) for post in found] == [
        ("micro_grid_leader", ("张leader",)),
        ("grid_leader", ("张gridhead",)),
        ("grid_worker", ("张worker",)),
    ]
