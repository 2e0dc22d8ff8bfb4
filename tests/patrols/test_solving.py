"""A proposal keeps every rule, is the best where that can be tried out, and says what is missing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.patrols.oracle import every_rota, faults

from weiwang.patrols.rules import DAY, Limits, Template
from weiwang.patrols.solving import Beat, Book, Duty, Problem, Staff, cost_of, gaps, greedy, parts, propose

EARLY = Template("early", "早班", "early", "早", "E", 7 * 60, 15 * 60)
LATE = Template("late", "晚班", "late", "晚", "L", 15 * 60, 23 * 60)
NIGHT = Template("night", "夜班", "night", "夜", "N", 23 * 60, DAY + 7 * 60, night=True)
LIMITS = Limits(11, 6, 40, 3)
MONDAY = date(2026, 11, 30)


def problem(
    people: int,
    days: int,
    needs: dict[str, int],
    *,
    limits: Limits = LIMITS,
    leave: dict[int, set[int]] | None = None,
) -> Problem:
    staff = [
        Staff(n, {1: frozenset(range(days))}, frozenset((leave or {}).get(n, ())))
        for n in range(1, people + 1)
    ]
    return Problem(MONDAY, days, (EARLY, LATE, NIGHT), limits, tuple(staff), (Beat(1, 1, needs),))


@st.composite
def problems(draw: st.DrawFn, *, people: int, days: int, templates: int, beats: int) -> Problem:
    """Small instances with leave, people in one or two teams, any limits, and shifts already fixed."""
    length = draw(st.integers(1, days))
    kinds = (EARLY, NIGHT, LATE)[: draw(st.integers(1, templates))]
    some_days = st.frozensets(st.integers(0, length - 1))
    staff = tuple(
        Staff(
            number,
            {
                team: frozenset(range(length)) - draw(some_days)
                for team in draw(st.sets(st.integers(1, 2), min_size=1))
            },
            draw(some_days) if draw(st.booleans()) else frozenset(),
            draw(st.integers(0, 3)), draw(st.integers(0, 3)),
        )
        for number in range(1, draw(st.integers(1, people)) + 1)
    )  # fmt: skip
    walked = tuple(
        Beat(10 + n, draw(st.integers(1, 2)), {kind.code: draw(st.integers(0, 2)) for kind in kinds})
        for n in range(draw(st.integers(1, beats)))
    )
    limits = Limits(
        draw(st.integers(1, 20)), draw(st.integers(1, 6)), draw(st.integers(8, 48)), draw(st.integers(1, 3))
    )
    first = date.fromordinal(MONDAY.toordinal() + draw(st.integers(0, 6)))
    cell = st.tuples(st.integers(-2, length + 1), st.integers(1, len(staff)))
    fixed = tuple(
        Duty(
            day,
            draw(st.sampled_from(kinds)).code,
            draw(st.sampled_from([0, *(b.id for b in walked)])),
            person,
        )
        for day, person in draw(st.sets(cell, max_size=4))
    )
    return Problem(first, length, kinds, limits, staff, walked, fixed)


@settings(max_examples=60, deadline=None)
@given(problems(people=5, days=9, templates=3, beats=3))
def test_every_proposal_keeps_every_hard_rule(drawn: Problem) -> None:
    for plan in (greedy(drawn), propose(drawn, work=0.2)):
        assert faults(drawn, plan.duties) == []
        assert plan.cost == cost_of(drawn, plan.duties)


@settings(max_examples=40, deadline=None)
@given(problems(people=2, days=3, templates=2, beats=2))
def test_a_tiny_rota_is_the_best_of_all_rotas(drawn: Problem) -> None:
    plan = propose(drawn, work=2)
    allowed = (duties for duties in every_rota(drawn) if not faults(drawn, duties))
    assert plan.status == "optimal"
    assert plan.cost == min(cost_of(drawn, duties) for duties in allowed)
    assert plan.bound == pytest.approx(plan.cost)


@settings(max_examples=20, deadline=None)
@given(problems(people=4, days=7, templates=3, beats=2))
def test_a_proposal_is_never_worse_than_the_plain_way_and_always_the_same(drawn: Problem) -> None:
    plan = propose(drawn, work=0.2)
    assert plan.cost <= greedy(drawn).cost
    assert plan.bound <= plan.cost + 1e-6
    assert propose(drawn, work=0.2).duties == plan.duties


@settings(max_examples=60, deadline=None)
@given(problems(people=5, days=7, templates=3, beats=3))
def test_what_is_missing_is_counted_and_explained_for_every_member(drawn: Problem) -> None:
    plan = greedy(drawn)
    there = [*plan.duties, *drawn.fixed]
    for gap in plan.gaps:
        assert gap.planned == sum(
            (d.day, d.template, d.beat) == (gap.day, gap.template, gap.beat) for d in there
        )
        team = next(beat.team for beat in drawn.beats if beat.id == gap.beat)
        members = [p for p in drawn.staff if gap.day in p.member.get(team, ())]
        assert sum(gap.reasons.values()) == len(members)
        assert "member" not in gap.reasons


def test_six_people_cover_one_beat_around_the_clock_for_a_week() -> None:
    plan = propose(problem(6, 7, {"early": 1, "late": 1, "night": 1}))
    assert plan.gaps == ()
    nights = sorted(sum(d.person == n and d.template == "night" for d in plan.duties) for n in range(1, 7))
    assert nights[-1] - nights[0] <= 1


def test_a_night_that_cannot_be_covered_says_who_is_away_and_who_rests() -> None:
    """Three needed: one on leave, one walks the late shift, one may not walk more nights."""
    drawn = replace(
        problem(3, 1, {"night": 2}, leave={1: {0}}),
        fixed=(
            Duty(0, "late", 0, 2),
            Duty(-1, "night", 0, 3),
            Duty(-2, "night", 0, 3),
            Duty(-3, "night", 0, 3),
        ),
    )
    (gap,) = propose(drawn).gaps
    assert (gap.needed, gap.planned, dict(gap.reasons)) == (2, 0, {"leave": 1, "busy": 1, "nights": 1})


def test_a_night_before_leave_reaches_into_it() -> None:
    (gap,) = gaps(problem(1, 1, {"night": 1}, leave={1: {1}}), ())
    assert gap.reasons == {"leave": 1}


def test_locked_cells_stay_and_count_for_the_cover() -> None:
    locked = Duty(0, "early", 1, 1)
    plan = propose(replace(problem(3, 2, {"early": 1}), fixed=(locked,)))
    assert plan.gaps == ()
    assert [duty.day for duty in plan.duties] == [1]


def test_every_beat_gets_one_before_any_gets_two() -> None:
    beats = (Beat(1, 1, {"early": 2}), Beat(2, 1, {"early": 1}))
    plan = propose(replace(problem(2, 1, {}), beats=beats))
    assert {duty.beat for duty in plan.duties} == {1, 2}


def test_teams_that_share_nobody_are_searched_apart() -> None:
    everyday = frozenset({0})
    beats = tuple(Beat(number, number, {"early": 1}) for number in (1, 2, 3))
    staff = (Staff(1, {1: everyday}), Staff(2, {2: everyday, 3: everyday}), Staff(3, {3: everyday}))
    found = parts(replace(problem(0, 1, {}), beats=beats, staff=staff))
    assert [sorted(beat.team for beat in part.beats) for part in found] == [[1], [2, 3]]


def test_somebody_free_may_take_a_shift() -> None:
    drawn = problem(1, 7, {"early": 1})
    assert Book(drawn).why_not(drawn.staff[0], 1, 0, EARLY) == ""
