"""The background worker is killed hard in the middle of its jobs: each is finished, and finished once."""

import json
import time
from typing import TypeAlias

import psycopg
import pytest
from benchmarks.house import House, kill

from weiwang.config.embedded import server_in

pytestmark = pytest.mark.fault
JOBS = 200
Rows: TypeAlias = "psycopg.Connection[tuple[int, ...]]"
FINISHED = """
CREATE TABLE IF NOT EXISTS finished (job bigint NOT NULL);
CREATE OR REPLACE FUNCTION note_finished() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO finished VALUES (OLD.id); RETURN OLD; END $$;
CREATE OR REPLACE TRIGGER finished AFTER DELETE ON procrastinate_jobs
  FOR EACH ROW WHEN (OLD.queue_name = 'default' AND OLD.args @> '{"timestamp": -1}')
  EXECUTE FUNCTION note_finished();
"""
DEFER = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
SELECT 'default', 'weiwang.web.portal.jobs.sweep_waiting_photos', '{"timestamp": -1}'
FROM generate_series(1, %s) RETURNING id
"""


def wait_for(connection: Rows, count: int, seconds: int) -> list[int]:
    """The finished jobs, once there are so many or the time is over."""
    end = time.monotonic() + seconds
    while True:
        found = [row[0] for row in connection.execute("SELECT job FROM finished ORDER BY job").fetchall()]
        if len(found) >= count or time.monotonic() > end:
            return found
        time.sleep(0.2)


def test_jobs_of_a_killed_worker_are_finished_and_none_twice(house: House) -> None:
    with psycopg.connect(server_in(house.var).url, autocommit=True) as connection:
        connection.execute(FINISHED)
        jobs = sorted(row[0] for row in connection.execute(DEFER, [JOBS]).fetchall())
        for share in (0.2, 0.5):
            wait_for(connection, int(JOBS * share), 60)
            kill(house.worker)

        finished = wait_for(connection, JOBS, 180)

    assert finished == jobs


# ---------------------------------------------------------------- in the middle of an adoption

STALL = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' WHERE id = ANY(%s)"
TAKE_UP = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
VALUES ('default', 'weiwang.config.jobs.retry_stalled', '{"timestamp": 0}')
"""
HELD_UP = """
SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE c.relname = 'patrols_team' AND NOT l.granted
"""
STANDING = """
SELECT count(*) FILTER (WHERE ends_on IS NULL), count(*) FROM territory_unit
WHERE level IN ('grid', 'micro_grid')
"""


def until(connection: Rows, question: str, answer: int, seconds: int = 120) -> None:
    end = time.monotonic() + seconds
    while connection.execute(question).fetchall() != [(answer,)]:
        assert time.monotonic() < end, question
        time.sleep(0.1)


def killed_in_the_middle(house: House, connection: Rows, task: str, **arguments: int) -> None:
    """Have a worker do it, kill the worker where it waits for the last table, let another take it up."""
    workers = [row[0] for row in connection.execute("SELECT id FROM procrastinate_workers").fetchall()]
    with psycopg.connect(server_in(house.var).url) as other:
        other.execute("LOCK TABLE patrols_team IN ACCESS EXCLUSIVE MODE")
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, %s)",
            [task, json.dumps(arguments)],
        )
        until(connection, HELD_UP, 1)
        kill(house.worker)
        other.rollback()
    until(connection, HELD_UP, 0)
    connection.execute(STALL, [workers])
    connection.execute(TAKE_UP)


def test_a_plan_killed_while_tried_out_or_carried_out_is_never_half_done(house: House) -> None:
    with psycopg.connect(server_in(house.var).url, autocommit=True) as connection:
        until(connection, "SELECT count(*) FROM plans_plan WHERE state = 'draft'", 1)
        plan, version = connection.execute(
            "SELECT id, version FROM plans_plan WHERE state = 'draft'"
        ).fetchall()[0]
        before = connection.execute(STANDING).fetchall()

        connection.execute("UPDATE plans_plan SET asked_version = version WHERE id = %s", [plan])
        killed_in_the_middle(
            house, connection, "weiwang.plans.jobs.review_draft", plan_id=plan, version=version
        )
        assert connection.execute(STANDING).fetchall() == before
        until(connection, f"SELECT reviewed_version - version FROM plans_plan WHERE id = {plan}", 0)
        assert connection.execute(STANDING).fetchall() == before

        connection.execute(
            "UPDATE plans_plan SET state = 'awaiting', starts_on = current_date WHERE id = %s", [plan]
        )
        killed_in_the_middle(house, connection, "weiwang.plans.jobs.take_force", plan_id=plan)
        assert connection.execute(STANDING).fetchall() == before
        until(connection, f"SELECT count(*) FROM plans_plan WHERE state = 'in_force' AND id = {plan}", 1)
        wanted = connection.execute(
            "SELECT count(*) FROM plans_group WHERE plan_id = %s AND houses > 0", [plan]
        ).fetchall()
        standing, _ = connection.execute(STANDING).fetchall()[0]
        entries = "SELECT count(*) FROM audit_entry WHERE action = 'plan.take_force'"
        assert [(standing,)] == wanted
        assert connection.execute(entries).fetchall() == [(1,)]
