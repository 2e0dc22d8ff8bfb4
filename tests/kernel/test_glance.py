"""Numbers that come with a statement count for the sub-district and the time they were read for."""

from weiwang.kernel import glance


def test_a_number_is_at_hand_only_inside_and_only_for_its_place() -> None:
    with glance.at_hand({1: {"a": 4, "b": 0}}):
        assert glance.number("a", 1) == 4
        assert glance.number("b", 1) == 0
        assert glance.number("c", 1) is None  # registered after the statement was composed
        assert glance.number("a", 2) is None
        with glance.at_hand({2: {"a": 5}}):
            assert (glance.number("a", 1), glance.number("a", 2)) == (None, 5)
        assert glance.number("a", 1) == 4
    assert glance.number("a", 1) is None


def test_the_columns_say_what_their_values_mean() -> None:
    asked = glance.columns("unit.id")

    assert {"cases.calendars", "webhooks.listeners"} <= set(asked.names)
    assert "unit.id" in asked.sql
    assert asked.named(range(len(asked.names)))[asked.names[1]] == 1
