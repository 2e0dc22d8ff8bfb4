"""A small client on the loopback: a fixed number of connections, each sending one request after another."""

import json
import re
import socket
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar

Request = Callable[[], bytes]


@dataclass
class Tally:
    """What came back: seconds of every answered request, and how many had which status."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    wall: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.wall if self.wall else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        ranked = sorted(self.seconds)
        return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def message(
    method: str, path: str, *, headers: Mapping[str, str] | None = None, body: object = None
) -> bytes:
    """One HTTP/1.1 request."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{k}: {v}" for k, v in (headers or {}).items()),
    ]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content


class Connection:
    """A kept-alive connection that understands just enough HTTP."""

    def __init__(self, port: int, *, timeout: float = 30) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Raises `OSError` when the server goes away."""
        self._socket.sendall(request)
        first = self._file.readline()
        if not first:
            raise ConnectionError("closed")
        length, chunked = 0, False
        while (line := self._file.readline().strip().lower()) != b"":
            name, _, value = line.partition(b":")
            if name == b"content-length":
                length = int(value)
            chunked = chunked or (name == b"transfer-encoding" and b"chunked" in value)
        return int(first.split()[1]), self._chunks() if chunked else self._file.read(length)

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self._file.readline(), 16):
            parts.append(self._file.read(size))
            self._file.readline()
        self._file.readline()
        return b"".join(parts)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def signed_in(port: int, username: str, password: str) -> str:
    """Sign in as a browser does; returns the cookies to send with every request."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = f"http://127.0.0.1:{port}/account/login/"
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', browser.open(page, timeout=30).read())
    if token is None:
        raise RuntimeError("the page for signing in has no form")
    form = {"login": username, "password": password, "csrfmiddlewaretoken": token[1].decode()}
    browser.open(page, urllib.parse.urlencode(form).encode(), timeout=30).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def drive(port: int, make: Request, *, connections: int, seconds: float) -> Tally:
    """Ask for a while over several connections at once."""
    tally, lock, end = Tally(), threading.Lock(), time.monotonic() + seconds

    def one() -> None:
        connection = Connection(port)
        taken: list[float] = []
        statuses: dict[int, int] = {}
        while time.monotonic() < end:
            began = time.perf_counter()
            status, _ = connection.ask(make())
            taken.append(time.perf_counter() - began)
            statuses[status] = statuses.get(status, 0) + 1
        connection.close()
        with lock:
            tally.seconds += taken
            for status, count in statuses.items():
                tally.statuses[status] = tally.statuses.get(status, 0) + count

    began = time.perf_counter()
    threads = [threading.Thread(target=one) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.wall = time.perf_counter() - began
    return tally
