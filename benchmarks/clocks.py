"""What the clocks cost with 100,000 open cases: `python -m benchmarks.clocks [--write] [CASES]`.

A database of its own in a temporary folder holds the tiny demo, whose open cases are multiplied. Measured in
this process: counting every deadline again after a change of the calendar (only looked at, and with the rows
and histories that move), one run of the ladder two days later, and a second run that has nothing to say. The
baseline is one UPDATE of all the rows by the database alone, in the same minutes; the last column says how
many times as long each took. On a machine that others use too, that column and the processor time say most.
"""

import argparse
import atexit
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

OPEN = 100_000
RESULTS = Path(__file__).parent / "results" / "clocks.md"
RECOUNT_SECONDS, LADDER_SECONDS = 20.0, 30.0

MULTIPLY = """
INSERT INTO cases_case ({columns})
SELECT {values} FROM (SELECT * FROM cases_case WHERE clock_at IS NOT NULL ORDER BY id LIMIT %s) AS c,
  generate_series(1, %s) AS n ORDER BY c.reported_at
"""


BASELINE = "UPDATE cases_case SET due_at = due_at + '1 microsecond' WHERE clock_at IS NOT NULL"


def multiply(number: int) -> int:
    """Copy the open cases until there are about so many; each copy begins with an empty history.

    Copies get ids like those the product makes, in the order they were reported.
    """
    from django.db import connection  # noqa: PLC0415 -- after the settings

    from weiwang.cases.models import Case  # noqa: PLC0415

    own = {
        "id": "uuidv7(c.reported_at - clock_timestamp())", "number": "c.number || '-' || n",
        "source_ref": "NULL", "history_length": "0", "history_digest": "decode(repeat('00', 32), 'hex')",
    }  # fmt: skip
    columns = [field.column for field in Case._meta.concrete_fields]  # noqa: SLF001 -- Django's own way
    there = Case.objects.exclude(clock="").count()
    statement = MULTIPLY.format(
        columns=", ".join(columns), values=", ".join(own.get(column, f"c.{column}") for column in columns)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [there, max(1, round(number / there) - 1)])
        cursor.execute("ANALYZE cases_case")
    return Case.objects.exclude(clock="").count()


def timed(deed: Callable[[], object]) -> tuple[float, float, object]:
    """Seconds by the clock, seconds of this process, and what came of it."""
    began, used = time.perf_counter(), time.process_time()
    found = deed()
    return time.perf_counter() - began, time.process_time() - used, found


def measure(number: int) -> list[tuple[str, int, float, float, float | None]]:
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from weiwang.cases.actions import escalate  # noqa: PLC0415
    from weiwang.cases.actions.recounting import moves_by, recount_deadlines  # noqa: PLC0415
    from weiwang.cases.calendars import read_calendars  # noqa: PLC0415
    from weiwang.cases.models import CalendarDay, CalendarVersion, Case  # noqa: PLC0415
    from weiwang.cases.rules import CALENDAR  # noqa: PLC0415

    now = datetime.now(UTC)
    count = multiply(number)
    place = Case.objects.values_list("place", flat=True)[0]

    def baseline() -> int:
        with connection.cursor() as cursor:
            cursor.execute(BASELINE)
            return cursor.rowcount

    rows = [("baseline: one UPDATE of every row", count, *timed(baseline)[:2], None)]
    first = Case.objects.exclude(clock="").order_by("clock_at").values_list("clock_at", flat=True)[0]
    days = [first.date() + timedelta(days=n) for n in range((now.date() - first.date()).days + 9)]
    CalendarDay.objects.bulk_create(CalendarDay(place=place, day=d, kind="off") for d in days[-9:])
    CalendarVersion.objects.create(place=place, version=1)
    tables = read_calendars(place, CALENDAR.read(settings.POLICIES).table)
    wall, used, _looked = timed(lambda: moves_by(place, tables))
    rows.append(("look: every deadline counted again", count, wall, used, RECOUNT_SECONDS))
    wall, used, moved = timed(lambda: recount_deadlines(place=place, at=now))
    rows.append((f"count again and keep, {moved} moved and logged", count, wall, used, RECOUNT_SECONDS))
    CalendarDay.objects.filter(place=place).delete()
    CalendarVersion.objects.filter(place=place).update(version=2)
    # a Monday at ten in the morning there
    noon = now.replace(hour=2, minute=0) + timedelta(days=14 - now.weekday())
    wall, used, told = timed(lambda: escalate(at=noon))
    rows.append((f"the ladder, {told} cases told of", count, wall, used, LADDER_SECONDS))
    wall, used, told = timed(lambda: escalate(at=noon))
    rows.append((f"the ladder once more, {told} told of", count, wall, used, LADDER_SECONDS))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("cases", nargs="?", type=int, default=OPEN)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="weiwang-clocks-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ |= {
        "WEIWANG_VAR": folder, "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "weiwang.config.settings",
    }  # fmt: skip
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo", scale="tiny", cases=2000, verbosity=0)
    rows = measure(options.cases)
    said = "\n".join(lines(rows))
    print(said)
    if options.write:
        RESULTS.write_text(said + "\n", encoding="utf-8")


def lines(rows: list[tuple[str, int, float, float, float | None]]) -> list[str]:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    told = f"{datetime.now(UTC):%Y-%m-%d}, {machine}, load average {os.getloadavg()[0]:.1f}."
    heads = [
        "| what | cases | seconds | CPU s of Python | aim | reached | baselines |",
        f"| --- {'| --: ' * 4}| --- | --: |",
    ]
    base = rows[0][2]
    table = [
        f"| {what} | {count} | {wall:.1f} | {used:.1f} | {aim or ''} | {_reached(wall, aim)}"
        f" | {wall / base:.1f} |"
        for what, count, wall, used, aim in rows
    ]
    return ["# Clocks of 100,000 open cases", "", told, "", *heads, *table]


def _reached(wall: float, aim: float | None) -> str:
    return "" if aim is None else "yes" if wall < aim else "**no**"


if __name__ == "__main__":
    main()
