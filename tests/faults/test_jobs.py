"""The background worker is killed hard in the middle of its jobs: each is finished, and finished once."""

import time

import psycopg
import pytest
from benchmarks.house import House, kill

from weiwang.config.embedded import server_in

pytestmark = pytest.mark.fault
JOBS = 200
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


def wait_for(connection: "psycopg.Connection[tuple[int, ...]]", count: int, seconds: int) -> list[int]:
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
