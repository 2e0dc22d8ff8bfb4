"""How fast the territory is in a whole district: `python -m benchmarks.territory [--write] [ROUNDS]`.

14 towns, 200 communities, 1,700 grids, 15,000 micro-grids and 30,000 appointments in a database of its own,
in a temporary folder. Every page is asked through the whole house (sessions, middleware, templates) in this
process, one request at a time, by those who see the most of it: the leader on duty of one town, and somebody
on duty in all fourteen. What the network and the web server add is measured by `benchmarks.serving`.
"""

import argparse
import atexit
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

TOWNS, COMMUNITIES, GRIDS, MICRO_GRIDS, APPOINTMENTS = 14, 200, 1_700, 15_000, 30_000
EMPTY_EVERY = 40  # every fortieth micro-grid has no leader
RESULTS = Path(__file__).parent / "results" / "territory.md"
PAGE_MS, SCOPE_MS = 200.0, 5.0


def build(at: datetime) -> tuple[int, int, int]:
    """Save the district; returns who is on duty everywhere, who in one town, and its administrator."""
    from weiwang.accounts.models import User  # noqa: PLC0415 -- after the settings
    from weiwang.territory.models import Appointment, BoundaryVersion, Post, Unit  # noqa: PLC0415
    from weiwang.territory.queries import post_table  # noqa: PLC0415
    from weiwang.territory.rules import joined_name  # noqa: PLC0415

    start, kinds = at - timedelta(days=400), post_table().kinds

    def save(level: str, parents: list[Unit], number: int, name: str) -> list[Unit]:
        rows = [
            Unit(
                parent=parents[n % len(parents)], level=level, kind=level, name=f"第{n + 1}{name}", path="",
                place=parents[n % len(parents)].place or 0, code=f"{level[:2].upper()}{n:05}",
                starts_on=start.date(), households=60,
            )
            for n in range(number)
        ]  # fmt: skip
        Unit.objects.bulk_create(rows, batch_size=2000)
        for row in rows:
            row.path = f"{row.parent.path}{row.pk}/"  # type: ignore[union-attr]
            row.place = row.place or row.pk
        Unit.objects.bulk_update(rows, ["path", "place"], batch_size=2000)
        return rows

    top = Unit.objects.create(
        level="district", kind="district", code="D", name="区", path="", starts_on=start.date()
    )
    Unit.objects.filter(pk=top.pk).update(path=f"/{top.pk}/")
    top.path = f"/{top.pk}/"
    towns = save("subdistrict", [top], TOWNS, "街道")
    BoundaryVersion.objects.bulk_create(BoundaryVersion(place=town.pk) for town in towns)
    communities = save("general_grid", towns, COMMUNITIES, "社区")
    grids = save("grid", communities, GRIDS, "网格")
    micro = save("micro_grid", grids, MICRO_GRIDS, "微网格")
    led = [unit for number, unit in enumerate(micro) if number % EMPTY_EVERY]
    seats = [(unit, "dispatcher") for unit in towns] + [(unit, "duty_leader") for unit in towns]
    seats += [(unit, "administrator") for unit in towns]
    seats += [(unit, "general_grid_leader") for unit in communities]
    seats += [(unit, "grid_leader") for unit in grids] + [(unit, "grid_worker") for unit in grids]
    seats += [(unit, "micro_grid_leader") for unit in led]
    seats += [(unit, "building_head") for unit in micro][: APPOINTMENTS - len(seats) - TOWNS]
    posts = Post.objects.bulk_create(
        [Post(place=u.place or 0, kind=k, unit=u, name=joined_name(u.name, kinds[k].zh)) for u, k in seats],
        batch_size=2000,
    )
    users = User.objects.bulk_create(
        [User(place=p.place, username=f"u{n}", name=f"张{n}", created_at=start) for n, p in enumerate(posts)],
        batch_size=2000,
    )
    rows = [
        Appointment(place=post.place, post=post, user=user, starts_at=start)
        for post, user in zip(posts, users, strict=True)
    ]
    everywhere = next(n for n, (_, kind) in enumerate(seats) if kind == "duty_leader")
    rows += [
        Appointment(place=post.place, post=post, user=users[everywhere], starts_at=start)
        for post, (_, kind) in zip(posts, seats, strict=True)
        if kind == "duty_leader" and post != posts[everywhere]
    ]
    Appointment.objects.bulk_create(rows, batch_size=2000)
    return users[everywhere].pk, users[everywhere + 1].pk, users[everywhere + 1 + TOWNS].pk


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round, after two that warm up."""
    found = []
    for number in range(rounds + 2):
        began = time.perf_counter()
        work()
        if number > 1:
            found.append(1000 * (time.perf_counter() - began))
    return found


def line(name: str, times: list[float], aim: float) -> list[str]:
    p95 = statistics.quantiles(times, n=20)[-1]
    return [
        name, f"{statistics.median(times):.1f}", f"{p95:.1f}", f"{aim:.0f}", "yes" if p95 < aim else "**no**",
    ]  # fmt: skip


def measure(people: tuple[int, int, int], rounds: int) -> list[list[str]]:
    from django.test import Client  # noqa: PLC0415 -- after the settings
    from django.urls import reverse  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from weiwang.accounts.models import User  # noqa: PLC0415
    from weiwang.territory import queries  # noqa: PLC0415
    from weiwang.territory.models import Unit  # noqa: PLC0415

    everywhere, town, admin = people
    rows = []
    for who, user in (("one town", town), ("14 towns", everywhere)):
        times = timed(lambda user=user: queries.officer(user_id=user, name="", at=timezone.now()), rounds)  # type: ignore[misc]
        rows.append(line(f"permission scope, duty in {who}", times, SCOPE_MS))
    head = User.objects.get(pk=admin)
    grid = Unit.objects.filter(place=head.place, level="grid").earliest("pk")
    vacant = reverse("desk:posts-vacant")
    pages = [
        ("desk: grids, a town", town, reverse("desk:grid", args=[head.place])),
        ("desk: grids, a grid", town, reverse("desk:grid", args=[grid.pk])),
        ("desk: people and duties", everywhere, reverse("desk:teams")),
        ("desk: posts, a town", town, reverse("desk:posts")),
        ("desk: posts, 14 towns", everywhere, reverse("desk:posts")),
        ("desk: posts, late page", everywhere, f"{reverse('desk:posts')}?after=MI14000|1"),
        ("desk: posts, search by name", everywhere, f"{reverse('desk:posts')}?q=张12345"),
        ("desk: posts, one kind", everywhere, f"{reverse('desk:posts')}?kind=grid_leader"),
        ("desk: vacancies, a town", town, vacant), ("desk: vacancies, 14 towns", everywhere, vacant),
        ("console: units", admin, reverse("console:units")),
        ("console: posts", admin, reverse("console:posts")),
        ("console: vacant posts", admin, f"{reverse('console:posts')}?vacant=1"),
    ]  # fmt: skip
    for name, user, address in pages:
        client = Client()
        client.force_login(User.objects.get(pk=user), backend="weiwang.web.account.store.AccountBackend")

        def ask(client: Client = client, address: str = address) -> None:
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answers {answer.status_code}: {answer.headers}")

        rows.append(line(name, timed(ask, rounds), PAGE_MS))
    return rows


def report(rows: list[list[str]], built: float) -> str:
    head = ["what", "p50 ms", "p95 ms", "aim", "reached"]
    table = ["| " + " | ".join(head) + " |", "| --- | --: | --: | --: | --- |"]
    table += ["| " + " | ".join(row) + " |" for row in rows]
    cores = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    load = f"load average {os.getloadavg()[0]:.1f}"
    facts = (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {cores}, {load}. "
        f"{TOWNS} towns, {COMMUNITIES} communities, {GRIDS:,} grids, {MICRO_GRIDS:,} micro-grids, "
        f"{APPOINTMENTS:,} appointments, saved in {built:.0f} s."
    )
    return f"# A whole district\n\n{facts}\n\n" + "\n".join(table) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=40)
    parser.add_argument("--write", action="store_true", help="keep the table in benchmarks/results")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="weiwang-territory-"))
    os.environ |= {
        "WEIWANG_VAR": str(folder), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "weiwang.config.settings",
        "WEIWANG_HOSTS": "testserver",
    }  # fmt: skip
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the database has stopped by itself
    import django  # noqa: PLC0415 -- after the folder is chosen
    from django.core.management import call_command  # noqa: PLC0415 -- as above

    from weiwang.config.translations import compile_all  # noqa: PLC0415 -- as above

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    compile_all()
    began = time.monotonic()
    people = build(datetime.now(UTC))
    analyse()
    built = time.monotonic() - began
    text = report(measure(people, options.rounds), built)
    print(text)
    if options.write:
        RESULTS.write_text(text, encoding="utf-8")


def analyse() -> None:
    from django.db import connection  # noqa: PLC0415 -- after the settings

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
