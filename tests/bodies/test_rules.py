"""Kinds, terms and scopes as plain rules."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from weiwang.bodies.rules import (
    KINDS,
    NOTICE,
    BodyError,
    BodyKind,
    Remark,
    TermState,
    looks_like_phone,
    read_kinds,
    refuse_scope,
    refuse_term,
    remarks,
    term_state,
    years_later,
)

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2060, 12, 31))


def kind(code: str = "owners_committee") -> BodyKind:
    return KINDS.read(settings.POLICIES).table[code]


def test_the_policy_names_the_six_kinds_and_which_may_span_communities() -> None:
    table = KINDS.read(settings.POLICIES).table
    assert len(table) == 6
    assert {code for code, row in table.items() if row.spans} == {"property_company", "social_organisation"}


def test_a_policy_that_contradicts_itself_is_refused() -> None:
    row = {"zh": "组", "en": "group", "spans": False}
    with pytest.raises(ValueError, match="least"):
        read_kinds({"kinds": {"a": {**row, "members": {"least": 5, "most": 3}}}})
    with pytest.raises(ValueError, match="years"):
        read_kinds({"kinds": {"a": {**row, "years": 0}}})


@given(DAYS, DAYS)
def test_a_term_that_ends_before_it_starts_is_refused(start: date, end: date) -> None:
    if end > start:
        refuse_term(start, end)
    else:
        with pytest.raises(BodyError, match="end after it starts"):
            refuse_term(start, end)


@given(DAYS, st.integers(-400, 400))
def test_a_term_is_spoken_of_ninety_days_before_and_after_its_end(end: date, away: int) -> None:
    state = term_state(end, end + timedelta(days=away))
    expected = {
        away < -NOTICE.days: TermState.RUNNING,
        -NOTICE.days <= away <= 0: TermState.ENDING,
        0 < away <= NOTICE.days: TermState.OVER,
        away > NOTICE.days: TermState.LONG_OVER,
    }
    assert state is expected[True]


def test_a_term_without_an_end_is_open() -> None:
    assert term_state(None, date(2026, 11, 16)) is TermState.OPEN


@given(st.lists(st.sampled_from(["梧桐社区", "桃源社区", "听雨社区"]), min_size=1))
def test_only_kinds_that_span_may_cross_communities(communities: list[str]) -> None:
    refuse_scope(kind("property_company"), communities)
    if len(set(communities)) == 1:
        refuse_scope(kind(), communities)
        return
    with pytest.raises(BodyError) as caught:
        refuse_scope(kind(), communities)
    first, second = sorted(set(communities))[:2]
    assert first in str(caught.value)
    assert second in str(caught.value)


def test_a_body_needs_a_place_below_the_sub_district() -> None:
    with pytest.raises(BodyError, match="at least one"):
        refuse_scope(kind(), [])
    with pytest.raises(BodyError, match="communities, grids or micro-grids"):
        refuse_scope(kind("property_company"), [None])


def test_unusual_members_and_terms_are_remarked() -> None:
    day = date(2024, 2, 29)

    def found(members: int, ends_on: date | None) -> list[Remark]:
        return [one for one, _ in remarks(kind(), members=members, starts_on=day, ends_on=ends_on)]

    assert found(7, years_later(day, 5)) == []
    assert found(4, date(2027, 1, 1)) == [Remark.TOO_FEW, Remark.NOT_ODD]
    assert found(13, years_later(day, 6)) == [Remark.TOO_MANY, Remark.LONG_TERM]
    assert found(5, None) == [Remark.NO_TERM]


def test_years_later_knows_leap_days() -> None:
    assert years_later(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert years_later(date(2024, 2, 29), 4) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "is_phone"),
    [("028-8888 1234", True), ("13800000001", True), ("12", False), ("call me 12345", False), ("", False)],
)
def test_what_a_telephone_number_looks_like(text: str, is_phone: bool) -> None:
    assert looks_like_phone(text) is is_phone
