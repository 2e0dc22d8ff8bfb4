"""Worklist and search among a million cases: `python -m benchmarks.search [--write] [--cases N] [--var DIR]`.

A database of its own: the demo's street with 610 micro-grids, its closed cases copied until there are so
many, each copy with its own number, day, building number and words. Pages are asked through the whole house
(sessions, permissions, templates) in this process, one at a time, by somebody who sees all of the
sub-district, by the head of one community and by one handler. Beside them, as baseline, the same search as
`ILIKE`. On a machine that others use too, the clock says little: processor time of page and session
together is what counts. `EXPLAIN` is read for every statement of every page; a sequential scan fails.
"""

import argparse
import atexit
import os
import platform
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "search.md"
AIM_MS = 150.0
SEED_CASES = 4000
OPEN_COPIES = 3  # times the open cases of the demo are copied: the open part of a million is small
BATCH = 20  # copies of every case in one statement
SCAN = re.compile(r"Seq Scan on cases_case\b")

THINGS = (
    "快递柜", "充电桩", "晾衣杆", "花台", "雨棚", "门禁", "电表箱", "水管", "井盖", "护栏",
    "信报箱", "垃圾桶", "消防栓", "楼道灯", "健身器", "车棚", "石凳", "岗亭", "围墙", "台阶",
)  # fmt: skip
ROADS = ("青和路", "河湾巷", "梧桐街", "东顺路", "南苑路", "学府巷", "新桥街", "百合路", "金沙路", "锦城巷")
WAYS = (
    "在{a}号院{b}栋{thing}旁。", "{thing}附近，{b}栋{c}单元门口。", "{road}{a}号对面，靠近{thing}。",
    "从{day}号开始就这样，{thing}也坏了。", "{b}栋和{c}单元之间，挨着{other}。",
    "{road}口往里走，{thing}后面。",
    "上次{day}号来过人，{other}那边没看。", "{road}{a}号{b}栋。", "老人住在{c}单元，{thing}挡路。",
    "就在{other}和{thing}中间。", "每天{c}点以后最明显，{road}一带。", "物业说{thing}归社区管。",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One thing people ask for: a page, who asks, and the words of a search for the baseline."""

    name: str
    who: str
    asked: Sequence[str]  # query strings, taken in turn
    words: Sequence[str] = ()


# ---------------------------------------------------------------- a million cases


def build(cases: int) -> None:
    """Copy the demo's cases until there are `cases`; indexes are made again at the end."""
    from django.db import connection  # noqa: PLC0415 -- after the settings

    from weiwang.cases.models import Case  # noqa: PLC0415

    columns = [field.column for field in Case._meta.concrete_fields]  # noqa: SLF001 -- whatever they are now
    made = {
        "id": "gen_random_uuid()",
        "number": "split_part(c.number, '-', 1) || '-' || nextval('cases_serial') || '-X'",
        "source_ref": "NULL",
        "text": "c.text || ' ' || d.words",
        "address": "left(c.address || ' ' || (1 + k * 7 % 90) || '栋', 160)",
        "search": "c.search || to_tsvector('simple', d.pairs)",
        **{
            name: f"c.{name} - d.back"
            for name in columns
            if name.endswith("_at")
        },
    }  # fmt: skip
    picked = ", ".join(made.get(name, f"c.{name}") for name in columns)
    with connection.cursor() as cursor:
        _details(cursor)
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'cases_case'")
        kept = [(name, ddl) for name, ddl in cursor.fetchall() if "UNIQUE" not in ddl]
        for name, _ in kept:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("CREATE TABLE seed AS SELECT * FROM cases_case")
        cursor.execute("SELECT count(*) FILTER (WHERE closed_at IS NOT NULL), count(*) FROM seed")
        closed, whole = cursor.fetchone()
        times = -(-(cases - whole) // closed)
        for first in range(1, times + 1, BATCH):
            last = min(first + BATCH - 1, times)
            cursor.execute(
                f"INSERT INTO cases_case ({', '.join(columns)}) SELECT {picked} FROM seed c"
                f" CROSS JOIN generate_series({first}, {last}) k"
                " JOIN details d ON d.n = (hashtext(c.number) & 4095) # (k * 2654435761 % 4096)::int"
                f" WHERE c.closed_at IS NOT NULL OR k <= {OPEN_COPIES}"
            )
            print(f"  {last * closed:>9,} cases", flush=True)
        for _, ddl in kept:
            cursor.execute(ddl)
        cursor.execute(REPORTERS)
        cursor.execute("VACUUM ANALYZE")


REPORTERS = """
INSERT INTO cases_reporter (case_id, place, name, phone, phone_index, email, language, erase_on)
SELECT id, place, '', '', sha256(number::bytea), '', '', current_date + 700 FROM cases_case
WHERE channel = 'portal' AND NOT EXISTS (SELECT 1 FROM cases_reporter WHERE case_id = cases_case.id)
"""
"""Every report through the portal has somebody behind it, each with a telephone of their own."""


def _details(cursor: Any) -> None:  # noqa: ANN401 -- a cursor
    """Words that tell copies apart: a building, a thing and a day, with their pairs of characters."""
    from weiwang.kernel.text import bigrams  # noqa: PLC0415 -- after the settings

    dice, rows = random.Random(11), []
    for number in range(4096):
        words = dice.choice(WAYS).format(
            thing=dice.choice(THINGS), other=dice.choice(THINGS), road=dice.choice(ROADS),
            a=dice.randrange(1, 399), b=dice.randrange(1, 40), c=dice.randrange(1, 6),
            day=dice.randrange(1, 29),
        )  # fmt: skip
        rows.append((number, words, bigrams(words), dice.randrange(1, 5 * 365 * 24 * 60)))
    cursor.execute("CREATE TABLE details (n int PRIMARY KEY, words text, pairs text, back interval)")
    cursor.executemany("INSERT INTO details VALUES (%s, %s, %s, make_interval(mins => %s))", rows)


# ---------------------------------------------------------------- what is asked


def questions() -> list[Question]:
    from weiwang.cases.models import Case  # noqa: PLC0415 -- after the settings

    numbers = list(Case.objects.filter(number__endswith="-X").values_list("number", flat=True)[:400:20])
    serials = [number.split("-")[1] for number in numbers]
    usual = ("路灯不亮", "垃圾清运", "占用消防通道", "水管漏水", "噪声扰民", "井盖松动", "违章搭建", "流浪狗")
    rare = ("在38号院", "学府巷17号", "充电桩旁 路灯", "百合路口往里走，石凳", "岗亭 垃圾 金沙路")
    short, single = ("路灯", "小区", "电动车", "楼道"), ("车", "灯")
    everyone = ("duty", "community", "handler")
    facets = {
        "a rare category": "category=F02", "a rare state": "state=void", "a state of few": "state=handling",
        "three days": "since=2022-03-01&until=2022-03-03", "one grid": f"unit={a_grid()}",
        "a rare channel": "channel=hotline", "a department": "department=police_liaison",
    }  # fmt: skip
    found = [
        Question(f"worklist, {view}", who, [f"view={view}"]) for who in everyone for view in ("mine", "open")
    ]
    found += [
        Question("worklist, late", "duty", ["view=late"]),
        Question("worklist, everything", "duty", ["view=all"]),
        Question("worklist, closed", "community", ["view=closed"]),
        Question("worklist, one category", "duty", ["view=all&category=D02", "view=all&category=A01"]),
        Question("worklist, one state", "duty", ["view=all&state=rejected", "view=all&state=handling"]),
        Question("search, usual words", "duty", [f"q={w}" for w in usual], usual),
        Question("search, usual words", "community", [f"q={w}" for w in usual], usual),
        Question("search, rare words", "duty", [f"q={w}" for w in rare], rare),
        Question("search, rare words", "handler", [f"q={w}" for w in rare], rare),
        Question("search, very common words", "duty", [f"q={w}" for w in short], short),
        Question("search, very common words", "handler", [f"q={w}" for w in short], short),
        Question("search, one character", "handler", [f"q={w}" for w in single], single),
        Question("search, words and category", "duty", [f"q={w}&category=D02" for w in usual]),
        *(
            Question(f"search, common words and {what}", who, [f"q={w}&{facet}" for w in (*short, *single)])
            for what, facet in facets.items()
            for who in ("duty", "community")
        ),
        *(
            Question(f"worklist, {what}", who, [f"view=all&{facet}"])
            for what, facet in facets.items()
            for who in everyone
        ),
        Question("by telephone", "duty", [f"phone={phone}" for phone in phones()]),
        Question("search, part of a number", "duty", [f"q={serial}" for serial in serials], serials),
        Question("search, whole number", "duty", [f"q={number}" for number in whole_numbers()]),
        Question("search, nothing fits", "duty", ["q=量子纠缠", "q=99999999"], ("量子纠缠", "99999999")),
    ]  # fmt: skip
    return found


def whole_numbers() -> list[str]:
    from weiwang.cases.models import Case  # noqa: PLC0415 -- after the settings

    return list(Case.objects.exclude(number__endswith="-X").values_list("number", flat=True)[:20])


def a_grid() -> int:
    """A grid of the community whose head asks."""
    from weiwang.territory.models import Unit  # noqa: PLC0415 -- after the settings

    return Unit.objects.filter(level="grid").order_by("path").values_list("pk", flat=True)[1]


def phones() -> list[str]:
    """Telephones that stand in the demo, and one that nobody left."""
    from weiwang.cases.models import Reporter  # noqa: PLC0415 -- after the settings

    known = Reporter.objects.exclude(phone_index=None).order_by("pk")[:8]
    return [*(one.phone for one in known), "13900000000"]


def people() -> dict[str, int]:
    """User ids: who sees the whole sub-district, one community, only their own post's."""
    from django.utils import timezone  # noqa: PLC0415 -- after the settings

    from weiwang.territory.models import Appointment  # noqa: PLC0415

    kinds = {"duty": "duty_leader", "community": "general_grid_leader", "handler": "micro_grid_leader"}
    now = timezone.now()
    held = Appointment.objects.filter(starts_at__lte=now).exclude(ends_at__lte=now)
    return {
        who: held.filter(post__kind=kind).order_by("post_id").values_list("user_id", flat=True)[0]
        for who, kind in kinds.items()
    }


def measure(rounds: int) -> tuple[list[list[str]], list[str]]:
    """The rows of the table, and every statement that scans the cases from end to end."""
    from django.db import connection  # noqa: PLC0415 -- after the settings
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from weiwang.accounts.models import User  # noqa: PLC0415

    rows, scans, every = [], [], defaultdict(list)
    clients = {}
    for who, user in people().items():
        clients[who] = Client()
        clients[who].force_login(
            User.objects.get(pk=user), backend="weiwang.web.account.store.AccountBackend"
        )
    for one in questions():
        client = clients[one.who]
        for query in one.asked:
            with CaptureQueriesContext(connection) as seen:
                answer = ask(client, query)
            if answer.status_code != 200:
                raise RuntimeError(f"{query} answers {answer.status_code}")
            scans += [
                f"{one.name} ({one.who}), {query}" for said in seen.captured_queries if scanned(said["sql"])
            ]
        times, spent = timed([lambda q=query, c=client: ask(c, q) for query in one.asked], rounds)  # type: ignore[misc]
        plain = timed([lambda w=w: by_hand(w) for w in one.words][:2], 1) if one.words else ([], [])  # type: ignore[misc]
        rows.append(line(one, times, spent, plain))
        print("  " + " | ".join(rows[-1]), flush=True)
        every[one.name.split(",")[0]].append((times, spent))
    for kind in ("worklist", "search"):
        clock, cpu = ([one for found in every[kind] for one in found[which]] for which in (0, 1))
        rows.append(line(Question(f"{kind}, all of these", "all", ()), clock, cpu, ([], [])))
    return rows, scans


def ask(client: Any, query: str) -> Any:  # noqa: ANN401 -- Django's test client has no narrower words
    """One page of the worklist, or what comes of looking for a telephone, which is posted."""
    from django.urls import reverse  # noqa: PLC0415 -- after the settings

    name, _, phone = query.partition("phone=")
    if phone and not name:
        return client.post(reverse("desk:by-phone"), {"phone": phone})
    return client.get(f"{reverse('desk:worklist')}?{query}")


def scanned(sql: str) -> bool:
    """Whether PostgreSQL would read all cases for this statement."""
    from django.db import connection  # noqa: PLC0415 -- after the settings

    if "cases_case" not in sql or not sql.lstrip().upper().startswith("SELECT"):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}".replace("%", "%%"), [])
        return any(SCAN.search(row[0]) for row in cursor.fetchall())


def by_hand(words: str) -> None:
    """The baseline: the newest fifty whose text, address or number holds the words."""
    from django.db import connection  # noqa: PLC0415 -- after the settings

    like = f"%{words}%"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, number, title FROM cases_case"
            " WHERE text ILIKE %s OR address ILIKE %s OR number ILIKE %s"
            " ORDER BY reported_at DESC LIMIT 51",
            [like, like, like],
        )
        cursor.fetchall()


Times = tuple[list[float], list[float]]


def timed(works: Sequence[Callable[[], object]], rounds: int) -> Times:
    """Milliseconds by the clock, and of processor time of this process and its database session together."""
    clock, cpu, session = [], [], session_cpu()
    for _ in range(rounds):
        for work in works:
            began, spent = time.perf_counter(), time.process_time() + session()
            work()
            clock.append(1000 * (time.perf_counter() - began))
            cpu.append(1000 * (time.process_time() + session() - spent))
    return clock, cpu


def session_cpu() -> Callable[[], float]:
    """Reads the processor seconds of the one session this process holds."""
    from django.db import connection  # noqa: PLC0415 -- after the settings

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: int(path.read_text().split()[0]) / 1e9


def line(one: Question, times: list[float], spent: list[float], plain: Times) -> list[str]:
    p95, cpu = (statistics.quantiles(found, n=20)[-1] for found in (times, spent))
    return [
        one.name, one.who, f"{statistics.median(times):.0f}", f"{p95:.0f}", f"{cpu:.0f}",
        "yes" if cpu < AIM_MS else "**no**",
        *(f"{statistics.median(found):.0f}" if found else "" for found in plain),
    ]  # fmt: skip


def report(rows: list[list[str]], scans: list[str], facts: str) -> str:
    head = [
        "what",
        "who",
        "p50 ms",
        "p95 ms",
        "p95 CPU-ms",
        f"under {AIM_MS:.0f} CPU-ms",
        "`ILIKE` ms",
        "CPU-ms",
    ]
    table = ["| " + " | ".join(head) + " |", "| --- | --- | --: | --: | --: | --- | --: | --: |"]
    table += ["| " + " | ".join(row) + " |" for row in rows]
    said = "No statement of any of these pages scans the cases from end to end (`EXPLAIN`)."
    if scans:
        said = "Statements that scan the cases from end to end:\n" + "\n".join(f"- {scan}" for scan in scans)
    return f"# Search among a million cases\n\n{facts}\n\n" + "\n".join(table) + f"\n\n{said}\n"


def facts() -> str:
    from django.db import connection  # noqa: PLC0415 -- after the settings

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL),"
            " pg_size_pretty(pg_table_size('cases_case')),"
            " pg_size_pretty(pg_relation_size('cases_case_search')), current_setting('shared_buffers')"
            " FROM cases_case"
        )
        cases, still_open, table, index, buffers = cursor.fetchone()
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}, load average {os.getloadavg()[0]:.1f}."
        f" {cases:,} cases, {still_open:,} without an end, table {table}, search index {index},"
        f" shared_buffers {buffers}. Whole pages."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--var", type=Path, help="folder to keep and use again; a temporary one by default")
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    options = parser.parse_args()
    folder = options.var or Path(tempfile.mkdtemp(prefix="weiwang-search-"))
    if options.var is None:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the database has stopped by itself
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "WEIWANG_VAR": str(folder.resolve()), "DATABASE_URL": "", "WEIWANG_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "weiwang.config.settings",
    }  # fmt: skip
    prepare(folder, options.cases)
    rows, scans = measure(options.rounds)
    text = report(rows, scans, facts())
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")
    return 1 if scans else 0


def prepare(folder: Path, cases: int) -> None:
    import django  # noqa: PLC0415 -- after the folder is chosen
    from django.core.management import call_command  # noqa: PLC0415 -- as above

    from weiwang.config.translations import compile_all  # noqa: PLC0415 -- as above

    django.setup()
    compile_all()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if (folder / "built").exists():
        return
    call_command("demo", "--scale", "street", "--cases", str(SEED_CASES))
    began = time.monotonic()
    build(cases)
    print(f"built in {time.monotonic() - began:.0f} s")
    (folder / "built").touch()


if __name__ == "__main__":
    sys.exit(main())
