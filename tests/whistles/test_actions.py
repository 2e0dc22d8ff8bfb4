"""Whistles and warnings through the real actions: who may, what climbs, two people at once."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.actions.clearing import CLEARED
from weiwang.cases.models import Case
from weiwang.cases.rules import Step
from weiwang.territory import actions as territory
from weiwang.territory.rules import NotAllowedError
from weiwang.whistles import actions, queries
from weiwang.whistles.actions import WhistleForm
from weiwang.whistles.models import Call, EarlyWarning, Note, Whistle
from weiwang.whistles.permissions import visible_to, warnings_to
from weiwang.whistles.rules import Answer, CallState, Side, WhistleError

HALF_HOUR = timedelta(minutes=30)


def form(town: Town, **changes: Any) -> WhistleForm:
    values: dict[str, Any] = {
        "kind": "emergency", "departments": [town.departments["city_management"].pk], "limit": "30m",
        "words": "围挡被风吹倒，占了半幅路。", "meeting_point": "枫川街口", **changes,
    }  # fmt: skip
    return WhistleForm(**values)


def blown(town: Town, by: str = "gridhead", case: Case | None = None, **changes: Any) -> Whistle:
    more: dict[str, Any] = {"case_id": case.pk} if case else {"unit_id": town.units["QH0101-1"].pk}
    return actions.blow(form=form(town, **changes), by=town.officer(by), at=town.at, **more)


def call_of(whistle: Whistle) -> Call:
    return Call.objects.get(whistle=whistle)


def answer(town: Town, call: Call, what: Answer, by: str = "city", words: str = "", minutes: int = 5) -> Call:
    at = town.at + timedelta(minutes=minutes)
    return actions.answer_call(call_id=call.pk, answer=what, by=town.officer(by), at=at, words=words)


def refusal(code: str) -> "pytest.RaisesExc[WhistleError]":
    return pytest.raises(WhistleError, check=lambda error: error.code == code)


# ---------------------------------------------------------------- blowing


def test_a_grid_leader_calls_departments_to_a_case_with_a_limit_by_the_clock(town: Town) -> None:
    case = town.report()
    whistle = blown(town, case=case)

    assert (whistle.case_id, whistle.unit_id, whistle.lon) == (case.pk, case.unit_id, case.lon)
    assert call_of(whistle).due_at == town.at + HALF_HOUR
    assert Entry.objects.get(action="whistle.blow").data["case"] == case.number


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "party"}, "whistle.kind"), ({"limit": "9d"}, "whistle.limit"),
        ({"departments": []}, "whistle.nobody"), ({"departments": [999_999]}, "whistle.department"),
        ({"departments": range(1, 20)}, "whistle.too_many"), ({"words": "  "}, "whistle.no_words"),
        ({"meeting_point": ""}, "whistle.no_place"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_nothing_is_kept(town: Town, changes: dict[str, Any], code: str) -> None:
    with refusal(code):
        blown(town, **changes)
    assert not Whistle.objects.exists()


def test_a_micro_grid_leader_blows_no_whistle_and_nobody_blows_elsewhere(town: Town) -> None:
    with pytest.raises(NotAllowedError):
        blown(town, by="leader")
    with pytest.raises(NotAllowedError):
        blown(town, by="community2")


def test_a_case_has_one_open_whistle_and_a_closed_case_none(town: Town) -> None:
    case = town.report()
    first = blown(town, case=case)
    with refusal("whistle.open"):
        blown(town, by="community", case=case)
    actions.end_whistle(whistle_id=first.pk, outcome="已扶正。", by=town.officer("gridhead"), at=town.at)
    blown(town, case=case)
    closed = town.walk(town.report(), Step.CLOSE)
    with refusal("whistle.closed_case"):
        blown(town, case=closed)


def test_the_same_submission_twice_is_one_whistle(town: Town) -> None:
    unit = town.units["QH0101-1"].pk
    for _ in range(2):
        with suppress(AlreadyDoneError):
            actions.blow(
                form=form(town), by=town.officer("gridhead"), at=town.at, unit_id=unit, submission="a"
            )
    assert Whistle.objects.count() == 1


def test_a_department_without_anybody_is_told_one_level_up_at_once(town: Town) -> None:
    territory.end_appointment(
        appointment_id=town.posts["housing"].appointments.get().pk, by=town.officer("admin"), at=town.at
    )
    whistle = blown(town, departments=[town.departments["housing"].pk])

    assert call_of(whistle).climbed_at == town.at
    assert Note.objects.filter(whistle=whistle, what="vacant").count() == 1


# ---------------------------------------------------------------- reporting in


def test_a_department_comes_and_the_board_shows_who_is_there(town: Town) -> None:
    call = call_of(blown(town))
    answer(town, call, Answer.ON_WAY)
    answer(town, call, Answer.ARRIVE, minutes=40)

    [line] = queries.running(visible_to(town.officer("gridhead")), at=town.at + timedelta(minutes=41))
    assert (line.there, line.calls[0].state, line.calls[0].late) == (1, CallState.ON_SITE, False)


def test_nobody_answers_for_another_department_or_twice(town: Town) -> None:
    call = call_of(blown(town))
    with pytest.raises(NotAllowedError):
        answer(town, call, Answer.ON_WAY, by="gridhead")
    answer(town, call, Answer.ON_WAY)
    with refusal("call.moved"):
        answer(town, call, Answer.DECLINE, words="晚了")


def test_what_is_declined_is_decided_one_level_up_and_the_limit_runs_anew(town: Town) -> None:
    call = call_of(blown(town))
    with refusal("call.reason"):
        answer(town, call, Answer.DECLINE)
    answer(town, call, Answer.DECLINE, words="不属本部门职责")
    with pytest.raises(NotAllowedError):
        answer(town, call, Answer.INSIST, by="gridhead", words="请到场")
    ruled = answer(town, call, Answer.INSIST, by="duty", words="请到场会商", minutes=10)

    assert (ruled.state, ruled.answered_at) == (CallState.CALLED, None)
    assert ruled.due_at == town.at + timedelta(minutes=40)


def test_who_does_not_report_in_by_the_limit_is_named_once_one_level_up(town: Town) -> None:
    call = call_of(blown(town))
    assert actions.climb(at=town.at + HALF_HOUR - timedelta(seconds=1)) == 0
    assert [actions.climb(at=town.at + HALF_HOUR), actions.climb(at=town.at + timedelta(days=1))] == [1, 0]
    call.refresh_from_db()

    assert call.climbed_at == town.at + HALF_HOUR
    assert Note.objects.filter(what="late").count() == 1


# ---------------------------------------------------------------- ending and judging


def test_the_end_needs_an_outcome_and_then_each_side_judges_the_matter_once(town: Town) -> None:
    whistle = blown(town)
    sides = {Side.GRID: ("gridhead", None), Side.DEPARTMENT: ("city", town.departments["city_management"].pk)}

    def judged(side: Side) -> None:
        who, department = sides[side]
        actions.judge(
            whistle_id=whistle.pk, side=side, result="settled", words="来得及时，路已通。", at=town.at,
            by=town.officer(who), department_id=department,
        )  # fmt: skip

    with refusal("whistle.not_ended"):
        judged(Side.GRID)
    with refusal("whistle.no_outcome"):
        actions.end_whistle(whistle_id=whistle.pk, outcome=" ", by=town.officer("gridhead"), at=town.at)
    actions.end_whistle(whistle_id=whistle.pk, outcome="已清走。", by=town.officer("gridhead"), at=town.at)
    judged(Side.GRID)
    judged(Side.DEPARTMENT)
    with refusal("judgement.given"):
        judged(Side.DEPARTMENT)
    with refusal("whistle.ended"):
        answer(town, call_of(whistle), Answer.ARRIVE)

    found = queries.whistle_file(visible_to(town.officer("city")), whistle.pk, at=town.at)
    assert found is not None
    assert [one.side for one in found.judgements] == [Side.GRID, Side.DEPARTMENT]


def test_a_whistle_is_seen_over_the_place_and_by_those_it_calls(town: Town) -> None:
    whistle = blown(town)
    seen = {
        name: visible_to(town.officer(name)).filter(pk=whistle.pk).exists()
        for name in ("gridhead", "community", "dispatcher", "city", "community2", "leader")
    }
    assert seen == {
        "gridhead": True, "community": True, "dispatcher": True, "city": True,
        "community2": False, "leader": False,
    }  # fmt: skip


# ---------------------------------------------------------------- warnings


def raised(town: Town, by: str = "leader") -> EarlyWarning:
    unit = town.units["QH0101-1"].pk
    return actions.raise_warning(unit_id=unit, words="河水涨到堤脚了。", by=town.officer(by), at=town.at)


def owner(warning_id: UUID) -> int:
    return EarlyWarning.objects.values_list("owner_post_id", flat=True).get(pk=warning_id)


def test_a_warning_reaches_the_post_above_and_climbs_until_somebody_takes_it(town: Town) -> None:
    ten = timedelta(minutes=10)
    warning = raised(town)
    way = [owner(warning.pk)]
    for minutes in (10, 20, 30):
        actions.climb(at=town.at + timedelta(minutes=minutes))
        way.append(owner(warning.pk))
    warning.refresh_from_db()

    posts = [town.posts[name].pk for name in ("gridhead", "community", "dispatcher", "dispatcher")]
    assert way == posts
    assert (warning.climbs, warning.due_at) == (2, None)  # nobody stands higher: it waits there
    assert actions.climb(at=town.at + 99 * ten) == 0
    actions.take_warning(
        warning_id=warning.pk, reply="马上到", by=town.officer("dispatcher"), at=town.at + 4 * ten
    )
    with refusal("warning.taken"):
        actions.take_warning(
            warning_id=warning.pk, reply="", by=town.officer("community"), at=town.at + 5 * ten
        )


def test_after_a_day_without_a_worker_a_warning_climbs_one_level_a_look(town: Town) -> None:
    warning = raised(town)
    late = town.at + timedelta(days=1)
    assert [actions.climb(at=late), actions.climb(at=late)] == [1, 0]
    assert owner(warning.pk) == town.posts["community"].pk


def test_a_taken_warning_climbs_no_more(town: Town) -> None:
    warning = raised(town)
    actions.take_warning(warning_id=warning.pk, reply="", by=town.officer("gridhead"), at=town.at)
    assert actions.climb(at=town.at + timedelta(hours=5)) == 0


def test_a_warning_is_seen_above_and_by_who_raised_it(town: Town) -> None:
    raised(town)
    names = ("leader", "gridhead", "community", "community2", "city")
    assert [len(queries.warnings(warnings_to(town.officer(name)), at=town.at)) for name in names] == [
        1,
        1,
        1,
        0,
        0,
    ]
    assert queries.waiting_for(posts=[town.posts["gridhead"].pk], departments=[]).warnings == 1


def test_an_empty_warning_and_one_from_elsewhere_are_refused(town: Town) -> None:
    with refusal("warning.no_words"):
        actions.raise_warning(
            unit_id=town.units["QH0101-1"].pk, words=" ", by=town.officer("leader"), at=town.at
        )
    with pytest.raises(NotAllowedError):
        actions.raise_warning(
            unit_id=town.units["QH0201-1"].pk, words="水涨了", by=town.officer("leader"), at=town.at
        )


@pytest.mark.parametrize("number", [1, 3])
def test_a_longer_board_asks_no_more(town: Town, number: int, django_assert_num_queries: object) -> None:
    for _ in range(number):
        blown(town)
    visible = visible_to(town.officer("gridhead"))
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert len(queries.running(visible, at=town.at)) == number


# ---------------------------------------------------------------- retention


def test_words_of_whistles_and_warnings_go_on_their_date_and_the_figures_stay(town: Town) -> None:
    whistle = blown(town)
    answer(town, call_of(whistle), Answer.ARRIVE, words="两人到场。")
    actions.end_whistle(whistle_id=whistle.pk, outcome="已清理。", by=town.officer("gridhead"), at=town.at)
    warning = actions.raise_warning(
        unit_id=town.units["QH0101-1"].pk, words="河水上涨很快。", by=town.officer("leader"), at=town.at
    )
    assert actions.clear_old(at=town.at + timedelta(days=1095)) == 0
    assert actions.clear_old(at=town.at + timedelta(days=1096)) == 1
    assert actions.clear_old(at=town.at + timedelta(days=1826)) == 1
    assert actions.clear_old(at=town.at + timedelta(days=1827)) == 0
    row = Whistle.objects.get(pk=whistle.pk)
    assert (row.meeting_point, row.lon, row.kind, row.ended_at) == ("", None, "emergency", town.at)
    said = [row.words, row.outcome, EarlyWarning.objects.get(pk=warning.pk).words]
    assert said == [CLEARED] * 3
    assert set(Note.objects.filter(whistle=whistle).values_list("words", flat=True)) == {""}
    assert call_of(whistle).arrived_at is not None
    assert Entry.objects.get(action="whistle.clear").data["cleared"] == [str(whistle.pk)]


def test_a_whistle_on_a_case_goes_with_the_case(town: Town) -> None:
    case = town.report()
    whistle = blown(town, case=case)
    actions.end_whistle(whistle_id=whistle.pk, outcome="已清理。", by=town.officer("gridhead"), at=town.at)
    later = town.at + timedelta(days=4000)
    assert actions.clear_old(at=later) == 0
    Case.objects.filter(pk=case.pk).update(cleared_on=later.date())
    assert actions.clear_old(at=later) == 1
