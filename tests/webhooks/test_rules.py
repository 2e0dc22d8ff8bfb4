"""Where news may go, how they are signed, when they are tried again."""

import hmac
from datetime import timedelta
from hashlib import sha256

import pytest

from weiwang.webhooks.rules import (
    WebhookError,
    may_be_reached,
    read_networks,
    read_url,
    signature,
    wait_after,
)

INSIDE = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
    "fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1",
)  # fmt: skip
OUTSIDE = ("8.8.8.8", "223.5.5.5", "2400:3200::1", "::ffff:8.8.8.8")


def test_no_address_inside_is_reached_unless_its_network_was_allowed() -> None:
    assert [one for one in INSIDE if may_be_reached(one, ())] == []
    assert [one for one in OUTSIDE if not may_be_reached(one, ())] == []
    allowed = read_networks("10.0.0.0/8, ::1/128")
    reached = {one for one in INSIDE if may_be_reached(one, allowed)}
    assert reached == {"10.0.0.1", "::ffff:10.0.0.1", "::1"}


@pytest.mark.parametrize("text", ["10.0.0.0/33", "intranet", "10.0.0.1/8"])
def test_a_network_that_is_none_is_refused_at_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_networks(text)


GOOD = ("https://example.org/a?b=c", "http://example.org:8080", "http://10.0.0.1/x")
BAD = (
    "", "example.org", "ftp://example.org", "file:///etc/passwd", "https://", "https://user:pw@example.org",
    "https://exa mple.org", "https://例.org", "https://[::1", "http://x:99999", "http://x:0",
    "https://example.org/" + "a" * 500,
)  # fmt: skip


def test_addresses_that_can_be_kept() -> None:
    assert [read_url(f" {url}\n") for url in GOOD] == list(GOOD)
    for url in BAD:
        with pytest.raises(WebhookError):
            read_url(url)


def test_what_is_sent_is_signed_with_its_moment() -> None:
    expected = hmac.new(b"whsec_x", b"1700000000.{}", sha256).hexdigest()
    assert signature("whsec_x", timestamp=1_700_000_000, body=b"{}") == f"sha256={expected}"
    assert signature("whsec_x", timestamp=1_700_000_001, body=b"{}") != f"sha256={expected}"


def test_waits_grow_and_end_within_a_day() -> None:
    waits = [wait_after(number, status=500) for number in range(1, 8)]
    known = [wait for wait in waits if wait is not None]
    assert (len(known), waits[-1]) == (6, None)
    assert known == sorted(known)
    assert sum(known, timedelta()) < timedelta(days=1)
    assert wait_after(1, status=410) is None
