"""Nothing answered is lost, nothing happens twice: `python -m benchmarks.kill [KILLS]`, 20 by default.

While reports come in, web workers, the background worker and the database are killed hard (`kill -9`), one
after another. Every client repeats its request under the same key until it is answered. At the end every
answered number must be there once, no report twice, and every chain must hold.
"""

import random
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks.client import Connection, message
from benchmarks.house import House, kill
from weiwang.config.embedded import server_in

PATIENCE = 90  # seconds a client goes on repeating one report
Target = str
TARGETS: tuple[Target, ...] = ("web worker", "database", "background worker")


@dataclass
class Answered:
    """The reports that were answered with 201: key -> number. `repeated` counts requests sent again."""

    numbers: dict[str, str] = field(default_factory=dict)
    repeated: int = 0
    given_up: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    """What was found afterwards. All three lists are empty when the promise was kept."""

    answered: int
    repeated: int
    lost: list[str]
    doubled: list[str]
    given_up: list[str]
    chains: str


@dataclass
class Senders:
    """Clients that report until they are told to stop; each text is its key, so doubles can be seen."""

    port: int
    where: tuple[float, float]
    answered: Answered = field(default_factory=Answered)
    stopping: threading.Event = field(default_factory=threading.Event)
    pause: float = 0.01
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, count: int) -> None:
        self.threads = [threading.Thread(target=self._send_until_stopped) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def wait_for(self, more: int, *, seconds: float = PATIENCE) -> None:
        """Until that many more reports are answered."""
        goal, end = len(self.answered.numbers) + more, time.monotonic() + seconds
        while len(self.answered.numbers) < goal and time.monotonic() < end:
            time.sleep(0.02)

    def _send_until_stopped(self) -> None:
        while not self.stopping.is_set():
            key = str(uuid.uuid4())
            number = self._send(key)
            if number:
                self.answered.numbers[key] = number
            else:
                self.answered.given_up.append(key)
            time.sleep(self.pause)

    def _send(self, key: str) -> str:
        lon, lat = self.where
        body = {"text": f"kill {key}", "lon": lon, "lat": lat}
        request = message("POST", "/api/v1/reports", headers={"Idempotency-Key": key}, body=body)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            number = ask_once(self.port, request)
            if number:
                return number
            self.answered.repeated += 1
            time.sleep(0.1)
        return ""


def ask_once(port: int, request: bytes) -> str:
    """The number of the report, or nothing when it was not answered with 201."""
    try:
        connection = Connection(port, timeout=15)
    except OSError:
        return ""
    try:
        status, body = connection.ask(request)
        if status != 201:
            return ""
        number, _rest = body.split(b'"number": "', 1)[1].split(b'"', 1)
        return number.decode()
    except (OSError, ValueError, IndexError):  # also an answer cut off in the middle: it is asked for again
        return ""
    finally:
        connection.close()


def strike(house: House, target: Target) -> None:
    if target == "web worker":
        kill(random.choice(house.web_workers))
    elif target == "database":
        kill(house.postmaster)
    else:
        kill(house.worker)


def trial(house: House, *, kills: int, senders: int = 4, between: int = 20) -> Outcome:
    """Kill something that often during a load of reports, then count."""
    load = Senders(house.port, a_place(house.var))
    load.start(senders)
    for number in range(kills):
        load.wait_for(between)
        house.wait_until_ready()
        strike(house, TARGETS[number % len(TARGETS)])
    load.wait_for(between)
    load.stop()
    house.wait_until_ready()
    return judge(house, load.answered)


def a_place(var: Path) -> tuple[float, float]:
    """Some point inside the demo: where a case lies already."""
    with psycopg.connect(server_in(var).url) as connection:
        row = connection.execute("SELECT lon, lat FROM cases_case WHERE match = 'exact' LIMIT 1").fetchone()
    if row is None:
        raise RuntimeError("the demo has no case with a position")
    return float(row[0]), float(row[1])


def judge(house: House, answered: Answered) -> Outcome:
    with psycopg.connect(server_in(house.var).url) as connection:
        rows = connection.execute("SELECT text, number FROM cases_case WHERE text LIKE 'kill %'").fetchall()
    kept: dict[str, list[str]] = {}
    for text, number in rows:
        kept.setdefault(text.removeprefix("kill "), []).append(number)
    lost = [number for key, number in answered.numbers.items() if kept.get(key) != [number]]
    doubled = [key for key, numbers in kept.items() if len(numbers) > 1]
    return Outcome(
        len(answered.numbers), answered.repeated, lost, doubled, answered.given_up, house.weiwang("verify")
    )


def main(kills: int = 20) -> None:
    with tempfile.TemporaryDirectory(prefix="weiwang-kill-") as folder:
        Path(folder).chmod(0o711)
        house = House(Path(folder))
        house.weiwang("migrate")
        house.weiwang("demo", "--scale", "tiny", "--cases", "50")
        house.start()
        try:
            outcome = trial(house, kills=kills)
        finally:
            house.stop()
    print(f"{kills} kills, {outcome.answered} reports answered, {outcome.repeated} requests repeated")
    print(f"lost {len(outcome.lost)}, doubled {len(outcome.doubled)}, given up {len(outcome.given_up)}")
    print(outcome.chains)
    sys.exit(bool(outcome.lost or outcome.doubled or outcome.given_up))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
