"""Deputising for leave: who may, for how long, and never in a circle."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.builders import Town

from weiwang.accounts.actions import create_user, set_active
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.territory import queries
from weiwang.territory.actions import appoint, deputise, end_appointment, end_deputy, end_person
from weiwang.territory.models import Appointment, Deputy
from weiwang.territory.rules import Standin, TerritoryError, circle

HOUR = timedelta(hours=1)
START = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


def leave(town: Town, absent: str, deputy: str, **more: Any) -> Deputy:
    held = Appointment.objects.get(user=town.users[absent])
    options: dict[str, Any] = {
        "starts_at": town.at + HOUR, "ends_at": town.at + 5 * HOUR, "reason": "年休假", "by": SYSTEM,
        "at": town.at, **more,
    }  # fmt: skip
    return deputise(appointment_id=held.pk, user_id=town.users[deputy].pk, **options)


def refused(code: str, town: Town, absent: str, deputy: str, **more: Any) -> None:
    with pytest.raises(TerritoryError) as error:
        leave(town, absent, deputy, **more)
    assert error.value.code == code


# ---------------------------------------------------------------- authority


def test_a_deputy_holds_the_post_from_its_minute_to_its_minute(town: Town) -> None:
    leave(town, "gridhead", "worker")
    post, path = town.posts["gridhead"].pk, town.units["QH0101"].path
    for minutes, holds in ((59, False), (60, True), (299, True), (300, False)):
        moment = town.at + timedelta(minutes=minutes)
        officer = town.officer("worker", moment)
        assert officer.may("case.close", path) is holds
        assert officer.holds(post) is holds
        assert (post in queries.posts_held(user_id=town.users["worker"].pk, at=moment)) is holds
        people = [user for user, _ in queries.holders(post, moment)]
        assert people == [town.users[name].pk for name in ("gridhead", "worker")[: 1 + holds]]
        above = queries.posts_above(path=path, place=town.place, at=moment)
        assert next(p for p in above if p.post_id == post).holder_ids == tuple(people)


def test_the_record_says_that_a_deputy_acted(town: Town) -> None:
    leave(town, "gridhead", "worker")
    officer = town.officer("worker", town.at + 2 * HOUR)
    acting = officer.by_power("case.close", town.units["QH0101"].path)
    assert acting.label == f"{town.posts['gridhead'].name}（代理）"
    assert acting.post_id == town.posts["gridhead"].pk


def test_the_authority_of_a_deputy_ends_with_the_holders_appointment(town: Town) -> None:
    leave(town, "gridhead", "worker")
    held = Appointment.objects.get(user=town.users["gridhead"])
    end_appointment(appointment_id=held.pk, by=SYSTEM, at=town.at, ends_at=town.at + 2 * HOUR)
    post = town.posts["gridhead"].pk
    assert town.officer("worker", town.at + 2 * HOUR - timedelta(seconds=1)).holds(post)
    assert not town.officer("worker", town.at + 2 * HOUR).holds(post)


def test_reading_the_officer_stays_one_statement(town: Town, django_assert_num_queries: Any) -> None:
    leave(town, "gridhead", "worker")
    with django_assert_num_queries(1):
        assert len(town.officer("worker", town.at + 2 * HOUR).holdings) == 2


def test_a_deputyship_can_be_ended_early_or_called_off(town: Town) -> None:
    first = leave(town, "gridhead", "worker")
    end_deputy(deputy_id=first.pk, by=SYSTEM, at=town.at)
    assert not Deputy.objects.exists()
    second = leave(town, "gridhead", "worker")
    end_deputy(deputy_id=second.pk, by=SYSTEM, at=town.at + 2 * HOUR)
    assert not town.officer("worker", town.at + 2 * HOUR).holds(town.posts["gridhead"].pk)
    with pytest.raises(TerritoryError, match="over"):
        end_deputy(deputy_id=second.pk, by=SYSTEM, at=town.at + 3 * HOUR)
    assert Entry.objects.filter(action="post.deputise").count() == 2


# ---------------------------------------------------------------- refusals


def test_a_leave_out_of_order_or_past_is_refused(town: Town) -> None:
    refused("deputy.order", town, "gridhead", "worker", ends_at=town.at + HOUR)
    refused("deputy.order", town, "gridhead", "worker", starts_at=town.at - 3 * HOUR, ends_at=town.at)


def test_nobody_deputises_for_themselves_or_where_they_hold_the_post(town: Town) -> None:
    refused("deputy.self", town, "gridhead", "gridhead")
    appoint(post_id=town.posts["city"].pk, user_id=town.users["city2"].pk, by=SYSTEM, at=town.at)
    refused("deputy.holds", town, "city", "city2")


def test_a_deputy_needs_an_account_that_stays_open(town: Town) -> None:
    set_active(user_id=town.users["worker"].pk, active=False, by=SYSTEM, at=town.at)
    refused("deputy.no_account", town, "gridhead", "worker")
    town.users["short"] = create_user(
        place=town.place, username="short", name="短期", by=SYSTEM, at=town.at, works_until=town.at.date()
    )
    refused("deputy.no_account", town, "gridhead", "short", ends_at=town.at + 15 * HOUR)
    held = Appointment.objects.get(user=town.users["gridhead"])
    with pytest.raises(TerritoryError, match="needs an account"):
        deputise(
            appointment_id=held.pk, user_id=0, starts_at=town.at, ends_at=town.at + HOUR, reason="病假",
            by=SYSTEM, at=town.at,
        )  # fmt: skip
    assert leave(town, "gridhead", "short").pk


def test_a_leave_longer_than_the_appointment_is_refused(town: Town) -> None:
    Appointment.objects.filter(user=town.users["gridhead"]).update(ends_at=town.at + 3 * HOUR)
    refused("deputy.term", town, "gridhead", "worker")


def test_two_deputies_for_one_leave_are_refused_and_one_after_the_other_is_not(town: Town) -> None:
    leave(town, "gridhead", "worker")
    refused("deputy.overlap", town, "gridhead", "leader", starts_at=town.at + 4 * HOUR)
    leave(town, "gridhead", "leader", starts_at=town.at + 5 * HOUR, ends_at=town.at + 6 * HOUR)


def test_a_circle_of_any_length_is_refused(town: Town) -> None:
    leave(town, "gridhead", "worker")
    refused(
        "deputy.circle", town, "worker", "gridhead", starts_at=town.at + 4 * HOUR, ends_at=town.at + 9 * HOUR
    )
    leave(town, "worker", "leader")
    refused("deputy.circle", town, "leader", "gridhead")
    later = {"starts_at": town.at + 5 * HOUR, "ends_at": town.at + 6 * HOUR}
    assert leave(town, "worker", "gridhead", **later).pk


# ---------------------------------------------------------------- the rule

terms = st.builds(
    lambda deputy, absent, start, length: Standin(
        deputy, absent, START + start * HOUR, START + (start + length) * HOUR
    ),
    st.integers(0, 4), st.integers(0, 4), st.integers(0, 8), st.integers(1, 5),
)  # fmt: skip


def circle_at(rows: list[Standin], moment: datetime) -> bool:
    """The slow truth: follow every chain from every person."""
    pairs = [(row.deputy, row.absent) for row in rows if row.starts_at <= moment < row.ends_at]
    reach = set(pairs)
    while True:
        more = {(a, d) for a, b in reach for c, d in pairs if b == c} - reach
        if not more:
            return any(a == b for a, b in reach)
        reach |= more


@given(st.lists(terms, max_size=8), terms)
def test_a_circle_is_found_exactly_when_some_hour_has_one(known: list[Standin], new: Standin) -> None:
    hours = [START + n * HOUR for n in range(14)]
    calm = [row for row in known if row.deputy != row.absent]
    if any(circle_at(calm, hour) for hour in hours) or new.deputy == new.absent:
        return
    found = circle(new, calm)
    assert (found is not None) == any(circle_at([*calm, new], hour) for hour in hours)
    if found is not None:
        moment, people = found
        assert people[0] == people[-1] == new.deputy
        assert circle_at([*calm, new], moment)


def test_nobody_whose_account_is_closed_is_appointed(town: Town) -> None:
    user = town.users["housing"]
    end_person(user_id=user.pk, by=SYSTEM, at=town.at)

    with pytest.raises(TerritoryError, check=lambda error: error.code == "appointment.closed"):
        appoint(post_id=town.posts["housing"].pk, user_id=user.pk, by=SYSTEM, at=town.at)
