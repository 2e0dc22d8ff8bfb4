"""When it is tried again, how fast it may leave, what a table of texts may hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from weiwang.notices.rules import (
    GIVE_UP_AFTER,
    MESSAGES,
    RETRY_AFTER,
    VARIABLES,
    Words,
    next_slot,
    next_try,
    read_messages,
    rest_until,
)

AT = datetime(2026, 11, 16, 10, tzinfo=UTC)


def test_each_try_waits_longer_than_the_one_before_and_the_last_gives_up() -> None:
    waits = [next_try(n, at=AT, queued_at=AT) for n in range(1, len(RETRY_AFTER) + 1)]
    assert [wait - AT for wait in waits if wait] == list(RETRY_AFTER)
    assert list(RETRY_AFTER) == sorted(RETRY_AFTER)
    assert next_try(len(RETRY_AFTER) + 1, at=AT, queued_at=AT) is None
    assert next_try(1, at=AT + GIVE_UP_AFTER, queued_at=AT) is None


def test_a_channel_rests_ten_minutes_at_most() -> None:
    rests = [(rest_until(n, at=AT) - AT).total_seconds() for n in range(1, 12)]
    assert rests == sorted(rests)
    assert rests[0] == 30
    assert rests[-1] == 600


def test_messages_leave_at_the_pace_of_their_channel() -> None:
    first = next_slot(None, per_minute=60, at=AT)
    second = next_slot(first, per_minute=60, at=AT)
    assert (first, second) == (AT, AT + timedelta(seconds=1))
    assert next_slot(first, per_minute=60, at=AT + timedelta(hours=1)) == AT + timedelta(hours=1)


def row(**changes: Any) -> dict[str, Any]:
    words = {"zh": "{number}", "en": "{number}"}
    whole = {"zh": "a", "en": "a", "after": ["close"], "to": "reporter", "channels": ["sms"],
             "subject": words, "text": words, "short": words, **changes}  # fmt: skip
    return {"messages": {"one": whole}}


@pytest.mark.parametrize(
    "changes",
    [
        {"to": "everybody"}, {"channels": ["fax"]}, {"text": {"zh": "{phone}", "en": "x"}},
        {"short": {"zh": "长" * 141, "en": "x"}}, {"subject": {"zh": "a\nBcc: b", "en": "x"}},
        {"subject": {"zh": "a"}},
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_said_is_refused(changes: dict[str, Any]) -> None:
    assert read_messages(row())["one"].said("en", {"number": "7"}).short == "7"
    with pytest.raises((ValueError, KeyError)):
        read_messages(row(**changes))


def test_only_the_named_variables_are_filled_and_nothing_is_evaluated() -> None:
    words = Words("{number} {unknown}", "{number.__class__} {0}", "{number!r}")
    assert words.filled({"number": "Q{link}"}) == Words("Q{link} ", "{number.__class__} ", "{number!r}")


def test_the_shipped_table_uses_every_language_and_says_nothing_of_what_was_reported() -> None:
    table = MESSAGES.read(settings.POLICIES).table
    assert {"received", "registered", "question", "answered", "rejected", "assigned"} <= set(table)
    values = dict.fromkeys(VARIABLES, "·")
    for kind in table.values():
        for language in ("zh", "en"):
            said = kind.said(language, values)
            assert all((said.subject, said.text, said.short)), kind.code
            assert "{" not in said.subject + said.text + said.short
