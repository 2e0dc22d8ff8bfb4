"""Answers to a whistle, lateness and the way up of a warning: tables against an oracle written by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from weiwang.whistles.rules import (
    ANSWERS,
    Answer,
    CallState,
    WhistleError,
    is_late,
    minutes_of,
    next_above,
    read_whistles,
    refuse_answer,
)

# What the reference says in words: who is called may come, arrive or decline; the leader decides the rest.
ALLOWED = {
    (CallState.CALLED, Answer.ON_WAY): CallState.ON_WAY,
    (CallState.CALLED, Answer.ARRIVE): CallState.ON_SITE,
    (CallState.CALLED, Answer.DECLINE): CallState.DECLINED,
    (CallState.CALLED, Answer.RELEASE): CallState.RELEASED,
    (CallState.ON_WAY, Answer.ARRIVE): CallState.ON_SITE,
    (CallState.DECLINED, Answer.INSIST): CallState.CALLED,
    (CallState.DECLINED, Answer.RELEASE): CallState.RELEASED,
}
NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("state", CallState)
@pytest.mark.parametrize("answer", Answer)
def test_only_what_the_reference_allows_is_possible(state: CallState, answer: Answer) -> None:
    if (state, answer) in ALLOWED:
        assert refuse_answer(answer, state, words="因雨改道").to == ALLOWED[state, answer]
    else:
        with pytest.raises(WhistleError) as refused:
            refuse_answer(answer, state, words="因雨改道")
        assert refused.value.code == "call.moved"


@pytest.mark.parametrize("answer", [answer for answer, move in ANSWERS.items() if move.needs_words])
def test_who_declines_or_decides_says_why(answer: Answer) -> None:
    with pytest.raises(WhistleError) as refused:
        refuse_answer(answer, next(iter(ANSWERS[answer].origins)), words="")
    assert refused.value.code == "call.reason"


@pytest.mark.parametrize(
    ("state", "answered", "now", "late"),
    [
        (CallState.CALLED, None, 30, False),  # the last minute still counts
        (CallState.CALLED, None, 31, True),
        (CallState.ON_WAY, 29, 500, False),
        (CallState.ON_SITE, 31, 500, True),
        (CallState.DECLINED, 10, 500, False),
        (CallState.RELEASED, None, 500, False),
    ],
)
def test_lateness(state: CallState, answered: int | None, now: int, *, late: bool) -> None:
    def minute(number: int) -> datetime:
        return NOON + timedelta(minutes=number)

    moment = None if answered is None else minute(answered)
    assert is_late(state, minute(30), moment, minute(now)) is late


@dataclass(frozen=True)
class Post:
    post_id: int
    path: str
    allows: frozenset[str]
    holders: frozenset[int]


@st.composite
def ways(draw: st.DrawFn) -> list[Post]:
    """Posts on the way up from /1/2/3/4/, nearest first."""
    paths = sorted(draw(st.lists(st.sampled_from(["/1/2/3/4/", "/1/2/3/", "/1/2/", "/1/"]), max_size=6)))
    return [
        Post(
            number, path, frozenset({"warning.take"} if draw(st.booleans()) else ()),
            draw(st.frozensets(st.integers(1, 3), max_size=2)),
        )
        for number, path in enumerate(reversed(paths))
    ]  # fmt: skip


@given(ways(), st.sampled_from([None, "/1/2/3/4/", "/1/2/3/", "/1/2/", "/1/"]), st.integers(1, 3))
def test_a_warning_climbs_to_the_nearest_post_above_with_somebody_on_it(
    posts: list[Post], below: str | None, person: int
) -> None:
    found = next_above(posts, power="warning.take", below=below, avoid=person)
    depth = len(below.split("/")) if below else 99
    fitting = [
        post for post in posts
        if "warning.take" in post.allows and post.holders - {person} and len(post.path.split("/")) < depth
    ]  # fmt: skip
    deepest = max((len(post.path.split("/")) for post in fitting), default=0)
    assert (found is None) == (not fitting)
    assert found is None or (found in fitting and len(found.path.split("/")) == deepest)


def content() -> dict[str, object]:
    loaded: dict[str, object] = yaml.safe_load(Path(ROOT / "policies/whistles.yaml").read_text("utf-8"))
    return loaded


def test_the_table_that_ships_is_sound() -> None:
    table = read_whistles(content())
    assert table.kinds["emergency"].limit == "30m"
    assert table.warning_limit == timedelta(minutes=10)


@pytest.mark.parametrize("limit", ["3wd", "4wh", "5d", "soon"])
def test_a_limit_for_reporting_in_runs_by_the_clock(limit: str) -> None:
    with pytest.raises(ValueError, match=limit):
        minutes_of(limit)


def test_a_kind_with_a_limit_that_cannot_be_chosen_is_refused() -> None:
    wrong = content() | {"limits": ["15m"]}
    with pytest.raises(ValueError, match="30m"):
        read_whistles(wrong)
