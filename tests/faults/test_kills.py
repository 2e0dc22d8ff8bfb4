"""Processes are killed hard while reports come in; processes of this test only, by their ids."""

import contextlib
import os
import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from benchmarks.client import Connection, message
from benchmarks.house import House
from benchmarks.kill import Answered, Senders, a_place, judge, trial

from weiwang.config.embedded import server_in

pytestmark = pytest.mark.fault


def report(house: House, key: str, text: str) -> tuple[int, bytes]:
    lon, lat = a_place(house.var)
    request = message(
        "POST",
        "/api/v1/reports",
        headers={"Idempotency-Key": key},
        body={"text": text, "lon": lon, "lat": lat},
    )
    connection = Connection(house.port)
    answer = connection.ask(request)
    connection.close()
    return answer


def soon_answered(house: House, text: str, *, seconds: float = 20) -> int:
    """Report until it is taken: each web worker finds out by itself that its old connections are gone."""
    key, deadline = str(uuid.uuid4()), time.monotonic() + seconds
    while (status := report(house, key, text)[0]) != 201 and time.monotonic() < deadline:
        time.sleep(0.5)
    return status


def test_whatever_is_killed_every_answered_report_is_there_once(house: House) -> None:
    outcome = trial(house, kills=6, senders=3, between=5)

    assert (outcome.lost, outcome.doubled, outcome.given_up) == ([], [], [])
    assert outcome.answered >= 30


def test_a_hundred_parallel_repetitions_make_one_case_and_get_one_answer(house: House) -> None:
    key, text = str(uuid.uuid4()), f"parallel {uuid.uuid4()}"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: report(house, key, text), range(100)))

    with psycopg.connect(server_in(house.var).url) as connection:
        rows = connection.execute("SELECT count(*) FROM cases_case WHERE text = %s", [text]).fetchone()
    assert rows == (1,)
    assert len(set(answers)) == 1
    assert answers[0][0] == 201


def test_without_the_database_reads_are_refused_soon_and_it_heals_by_itself(house: House) -> None:
    house.wait_until_ready()
    postmaster = house.postmaster
    os.kill(house.process.pid, signal.SIGSTOP)  # type: ignore[union-attr] # nobody starts it again yet
    os.kill(postmaster, signal.SIGKILL)
    time.sleep(0.5)

    statuses = []
    for path in ("/", "/readyz", "/api/v1/locate?lon=104&lat=30"):
        connection = Connection(house.port, timeout=10)
        statuses.append(connection.ask(message("GET", path))[0])
        connection.close()
    os.kill(house.process.pid, signal.SIGCONT)  # type: ignore[union-attr]
    house.wait_until_ready()

    assert statuses == [503, 503, 503]
    assert soon_answered(house, "after the fault") == 201


def test_a_planned_stop_under_load_answers_what_it_took(house: House) -> None:
    load = Senders(house.port, a_place(house.var))
    load.start(3)
    load.wait_for(5)
    stopping = threading.Thread(target=house.stop)
    stopping.start()
    stopping.join()
    house.start()
    load.wait_for(5)
    load.stop()

    outcome = judge(house, load.answered)

    assert (outcome.lost, outcome.doubled, outcome.given_up) == ([], [], [])


def test_a_stop_asked_for_many_times_over_stops(house: House) -> None:
    process = house.process
    assert process is not None
    for _ in range(2000):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)

    code = process.wait(25)
    house.start()

    assert code == 0


def test_the_judge_sees_a_lost_report(house: House) -> None:
    outcome = judge(house, Answered({"no such key": "QH2611-00001-X"}))

    assert outcome.lost == ["QH2611-00001-X"]
