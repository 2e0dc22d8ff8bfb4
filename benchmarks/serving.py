"""How fast a sub-district is served: `python -m benchmarks.serving [--write] [--scale tiny] [--cases N]`.

Starts a Weiwang of its own with the demo loaded, two web workers and the embedded PostgreSQL with fsync on,
and drives it from this machine. Processor time is that of the web server and the database together, from
/proc; what the client uses is not counted. In the same run, as baselines: a bare Django view that makes three
inserts, and the same three inserts through psycopg alone.
"""

import argparse
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg

from benchmarks.bare import TABLES
from benchmarks.client import Connection, Request, Tally, drive, message, signed_in
from benchmarks.house import House, below, ended_children_seconds, free_port, own_seconds
from weiwang.config.embedded import server_in

RESULTS = Path(__file__).parent / "results" / "serving.md"
WORDS = "小区门口的路灯不亮，晚上走路看不见，请尽快派人修理。"
IDLE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str
    tally: Tally
    cpu: float  # seconds
    aim: str = ""

    def cells(self) -> list[str]:
        tally, count = self.tally, max(1, len(self.tally.seconds))
        wrong = sum(n for status, n in tally.statuses.items() if status >= 300)
        return [
            self.name, f"{tally.per_second:.0f}", f"{1000 * self.cpu / count:.1f}",
            *(f"{tally.percentile(share):.0f}" for share in (0.5, 0.95, 0.99)), str(wrong), self.aim,
        ]  # fmt: skip


HEAD = ["what", "a second", "CPU-ms each", "p50 ms", "p95 ms", "p99 ms", "failed", "aim"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the requests are made of: read once from the demo."""

    points: list[tuple[float, float]]
    cases: list[str]
    numbers: list[str]
    cookie: str


def main() -> None:
    options = _options()
    with _folder(options.var) as var:
        house = House(var)
        if not (var / "loaded").exists():
            house.weiwang("migrate")
            house.weiwang("demo", "--scale", options.scale, "--cases", str(options.cases))
            (var / "loaded").touch()
        started = house.start()
        try:
            text = _report(house, options.seconds, started)
        finally:
            house.stop()
    print(text)
    if options.write:
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text, encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--write", action="store_true", help="keep the table in benchmarks/results/serving.md"
    )
    parser.add_argument("--scale", default="street", choices=["street", "tiny"])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=10, help="how long each line is driven")
    parser.add_argument("--var", type=Path, help="folder to keep and use again; a temporary one by default")
    return parser.parse_args()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    made = Path(tempfile.mkdtemp(prefix="weiwang-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


# ---------------------------------------------------------------- the run


def _report(house: House, seconds: float, started: float) -> str:
    first_page = _first(house.port, message("GET", "/"))
    facts = _facts(house)
    first_case = _first(house.port, _create(facts, random.Random(1))())
    drawing = _until_idle(house)
    rows = [
        _measured(house, "create a case (API)", _create(facts), 4, seconds, "≥ 200/s, ≤ 6 CPU-ms, p95 < 60"),
        _measured(house, "worklist, 50 rows", _worklist(facts), 4, seconds, "≥ 80/s, ≤ 15 CPU-ms"),
        _measured(house, "case page", _case_page(facts), 4, seconds, "≥ 100/s, ≤ 12 CPU-ms"),
        _measured(
            house, "the least answer, /healthz", lambda: message("GET", "/healthz"), 4, seconds / 2, ""
        ),
    ]
    memory, each = house.megabytes(), max(house.web_worker_megabytes())
    rows += [_bare(house.var, seconds), _raw(house.var, seconds)]
    counts = ", ".join(f"{n} rows: {q}" for n, q in _query_counts(facts))
    lines = [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {_machine()} · Python {platform.python_version()}",
        f"{len(facts.cases):,} cases, {len(facts.points)} micro-grids; load average {os.getloadavg()[0]:.1f}",
        "", _table(rows), "",
        f"- from the command to ready, with data there: {started:.1f} s",
        f"- first request after ready: a page {first_page:.0f} ms, a report {first_case:.0f} ms (aim ≤ 300)",
        f"- web server and worker: {memory:.0f} MB PSS after this load (aim ≤ 400)",
        f"- the larger web worker: {each:.0f} MB PSS after this load (aim < 250)",
        f"- before it, while the worker drew the plans of the demo: at most {drawing:.0f} MB",
        f"- statements for a worklist page: {counts} (aim ≤ 10, the same for all)",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _until_idle(house: House) -> float:
    """Wait until the worker has done what the demo left it to do; tells the most memory meanwhile, in MB."""
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' OR (status = 'todo' AND "
    waiting += "coalesce(scheduled_at, now()) <= now())"
    most, quiet, end = 0.0, 0, time.monotonic() + IDLE_SECONDS
    with psycopg.connect(server_in(house.var).url, autocommit=True) as connection:
        while quiet < 30 and time.monotonic() < end:  # so long that a worker that had grown has begun anew
            row = connection.execute(waiting).fetchone()
            quiet = 0 if row and row[0] else quiet + 1
            most = max(most, house.megabytes())
            time.sleep(1)
    return most


def _first(port: int, request: bytes) -> float:
    connection, began = Connection(port), time.perf_counter()
    status, body = connection.ask(request)
    taken = time.perf_counter() - began
    connection.close()
    if status >= 400:
        raise RuntimeError(f"{status}: {body[:300]!r}")
    return 1000 * taken


def _measured(house: House, name: str, make: Request, connections: int, seconds: float, aim: str) -> Row:
    drive(house.port, make, connections=connections, seconds=min(2, seconds))  # both workers are warm
    before = house.cpu_seconds()
    tally = drive(house.port, make, connections=connections, seconds=seconds)
    return Row(name, tally, house.cpu_seconds() - before, aim)


def _create(facts: Facts, dice: random.Random | None = None) -> Request:
    chance = dice or random.Random(7)

    def make() -> bytes:
        lon, lat = chance.choice(facts.points)
        body = {"text": WORDS, "category": "D02", "lon": lon, "lat": lat}
        return message("POST", "/api/v1/reports", headers={"Idempotency-Key": str(uuid.uuid4())}, body=body)

    return make


def _worklist(facts: Facts) -> Request:
    return lambda: message("GET", "/desk/cases/?view=all", headers={"Cookie": facts.cookie})


def _case_page(facts: Facts) -> Request:
    chance = random.Random(9)
    return lambda: message(
        "GET", f"/desk/cases/{chance.choice(facts.cases)}/", headers={"Cookie": facts.cookie}
    )


# ---------------------------------------------------------------- what is in the house


def _facts(house: House) -> Facts:
    """Read points, cases and a session of the dispatcher through the product itself."""
    os.environ |= {"WEIWANG_VAR": str(house.var), "DJANGO_SETTINGS_MODULE": "weiwang.config.settings"}
    import django  # noqa: PLC0415 -- after the environment

    django.setup()
    from weiwang.cases.models import Case  # noqa: PLC0415 -- as above
    from weiwang.territory import queries as territory  # noqa: PLC0415 -- as above
    from weiwang.territory.rules import LEAF_LEVELS  # noqa: PLC0415 -- as above

    place = territory.places()[0].pk
    shapes = [shape for _, shape in territory.boundaries(place=place, levels=LEAF_LEVELS, on=date.today())]  # noqa: DTZ011 -- any day will do
    inside = [shape.representative_point() for shape in shapes]
    ids = Case.objects.filter(place=place).values_list("pk", "number")
    return Facts(
        [(point.x, point.y) for point in inside], [str(pk) for pk, _ in ids], [number for _, number in ids],
        signed_in(house.port, "dispatcher", "weiwang-demo"),
    )  # fmt: skip


def _query_counts(facts: Facts) -> list[tuple[int, int]]:
    """Statements of one worklist page with 1 row, a few and 50."""
    from django.db import connection  # noqa: PLC0415 -- Django is set up by now
    from django.test import Client  # noqa: PLC0415 -- as above
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 -- as above

    client = Client(headers={"cookie": facts.cookie, "host": "127.0.0.1"})
    found = []
    for rows, query in ((1, f"view=all&q={facts.numbers[0]}"), (50, "view=all")):
        client.get(f"/desk/cases/?{query}")
        with CaptureQueriesContext(connection) as seen:
            page = client.get(f"/desk/cases/?{query}")
        if page.status_code != 200:
            raise RuntimeError(f"the worklist answered {page.status_code}")
        found.append((rows, len(seen)))
    return found


# ---------------------------------------------------------------- baselines


def _bare(var: Path, seconds: float) -> Row:
    url = _bare_database(var)
    port = free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2",
        "--blocking-threads", "2", "--no-access-log", "--log-level", "warning", "benchmarks.bare:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, "BARE_DATABASE": url, "PYTHONPATH": "."})
    try:
        make = _bare_request
        _wait(port, make)
        drive(port, make, connections=4, seconds=1)
        cpu = _cpu_of(server.pid, var)
        before = cpu()
        tally = drive(port, make, connections=4, seconds=seconds)
        return Row("baseline: bare Django, three inserts", tally, cpu() - before)
    finally:
        server.terminate()
        server.wait(20)


def _bare_request() -> bytes:
    return message("POST", "/reports", body={"text": WORDS, "lon": 104.0, "lat": 30.7})


def _wait(port: int, make: Request) -> None:
    for _ in range(200):
        try:
            connection = Connection(port)
            connection.ask(make())
            connection.close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the bare server did not start")


def _cpu_of(pid: int, var: Path) -> Callable[[], float]:
    base = server_in(var).postmaster_pid or 0

    def used() -> float:
        pids = [pid, *below(pid), base, *below(base)]
        return sum(own_seconds(one) for one in pids) + ended_children_seconds(base)

    return used


def _bare_database(var: Path) -> str:
    server = server_in(var)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bare")
        connection.execute("CREATE DATABASE bare")
    url = server.url.replace("/weiwang?", "/bare?")
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
    return url


def _raw(var: Path, seconds: float) -> Row:
    """Three inserts and a commit, one connection, nothing else."""
    tally, cpu = Tally(), _cpu_of(os.getpid(), var)
    with psycopg.connect(server_in(var).url.replace("/weiwang?", "/bare?")) as connection:
        before, began = cpu(), time.perf_counter()
        while time.perf_counter() - began < seconds / 2:
            start = time.perf_counter()
            _three_inserts(connection)
            tally.seconds.append(time.perf_counter() - start)
        tally.wall = time.perf_counter() - began
        return Row("baseline: psycopg, three inserts, one connection", tally, cpu() - before)


def _three_inserts(connection: "psycopg.Connection[tuple[int, ...]]") -> None:
    made = connection.execute(
        "INSERT INTO bare_case (text, lon, lat) VALUES (%s, 104, 30.7) RETURNING id", [WORDS]
    ).fetchone()
    connection.execute("INSERT INTO bare_event (case_id, step) VALUES (%s, 'report')", made)
    connection.execute("INSERT INTO bare_entry (case_id, action) VALUES (%s, 'case.report')", made)
    connection.commit()


# ---------------------------------------------------------------- the table


def _table(rows: list[Row]) -> str:
    lines = [HEAD, ["---"] + ["--:"] * (len(HEAD) - 2) + ["---"], *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _machine() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.machine()
    return f"{os.cpu_count()} cores, {name}"


if __name__ == "__main__":
    main()
