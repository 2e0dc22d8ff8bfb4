"""Calling hosts that somebody named: never inside, never elsewhere, never for ever."""

import ipaddress
import socket
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from weiwang.kernel.outbound import OutboundError, is_outside, judged_address, networks, read_url, send

LOCAL = networks(["127.0.0.1"])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "https://", "https://user:pass@example.org/",
        "//example.org",
        "https://example.org/a b", "https://example.org/\r\nHost: x", "http://[::1", "http://example.org:99999/",
        "gopher://127.0.0.1:25/", "",
    ],
)  # fmt: skip
def test_what_is_no_address_to_call_is_refused(url: str) -> None:
    with pytest.raises(OutboundError) as refused:
        read_url(url)
    assert refused.value.code == "outbound.address"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::a00:1",
        "64:ff9b:1::a00:1", "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1", "2001:0:7f00:1::", "240.0.0.1",
    ],
)  # fmt: skip
def test_addresses_inside_are_known_in_every_spelling(address: str) -> None:
    assert not is_outside(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_outside_are_called(address: str) -> None:
    assert is_outside(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1"])
def test_names_and_odd_numbers_of_this_machine_are_refused(host: str) -> None:
    with pytest.raises(OutboundError) as refused:
        judged_address(host, 80)
    assert refused.value.code in {"outbound.inside", "outbound.unreachable"}


def test_a_name_counts_as_inside_if_any_of_its_addresses_does(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(OutboundError):
        judged_address("two.example", 80)
    assert judged_address("two.example", 80, allowed=networks(["10.0.0.0/8"])) == "8.8.8.8"


@pytest.fixture(params=[b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: "])
def slow_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Answers one byte at a time, in the body or in a head, and never comes to an end."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            peer, _ = listener.accept()
            with peer:
                peer.sendall(request.param)
                while True:
                    peer.sendall(b"x")
                    time.sleep(0.02)
        except OSError:
            return

    thread = Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    listener.close()
    thread.join(1)


def test_a_host_that_never_ends_is_left_at_the_deadline(slow_server: str) -> None:
    began = time.monotonic()
    with pytest.raises(OutboundError) as refused:
        send(slow_server, body=b"", headers={}, allowed=LOCAL, seconds=0.2)
    assert refused.value.code == "outbound.slow"
    assert time.monotonic() - began < 2


def test_a_host_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(OutboundError) as refused:
        send(f"http://127.0.0.1:{port}/", body=b"", headers={}, allowed=LOCAL)
    assert refused.value.code == "outbound.unreachable"
