from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from weiwang.kernel.allowance import Allowance, neighbourhood

NOON = datetime(2026, 11, 16, 4, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_what_goes_beyond_the_allowance_is_refused_until_the_next_window() -> None:
    tries = Allowance("tries", times=3, seconds=600)
    assert [tries.take("192.0.2.7", at=NOON) for _ in range(5)] == [True, True, True, False, False]
    assert tries.is_used_up("192.0.2.7", at=NOON)
    assert tries.take("192.0.2.7", at=NOON + timedelta(seconds=tries.wait(at=NOON)))


def test_one_address_does_not_use_up_the_allowance_of_another() -> None:
    tries = Allowance("tries", times=1, seconds=600)
    assert tries.take("192.0.2.7", at=NOON)
    assert tries.take("192.0.2.8", at=NOON)
    assert Allowance("reports", times=1, seconds=600).take("192.0.2.7", at=NOON)


def test_looking_at_an_allowance_uses_nothing_of_it() -> None:
    tries = Allowance("tries", times=1, seconds=600)
    assert not any(tries.is_used_up("192.0.2.7", at=NOON) for _ in range(3))
    assert tries.take("192.0.2.7", at=NOON)


def test_the_wait_ends_with_the_window() -> None:
    assert Allowance("tries", times=1, seconds=600).wait(at=NOON) == 570


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        (None, "", True),
        ("QH2611-00001-A", "QH2611-00002-B", False),
    ],
)
def test_a_household_counts_as_one_address(one: str | None, other: str, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is same


def test_no_address_is_kept_in_the_cache() -> None:
    Allowance("tries", times=1, seconds=600).take("192.0.2.7", at=NOON)
    assert not any("192.0.2.7" in str(key) for key in getattr(cache, "_cache", {}))
