"""Saving the demo world: the same decisions as everywhere else, in bulk instead of one by one."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from django.contrib.auth.hashers import make_password
from django.db import connection

from weiwang.accounts.models import User
from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM
from weiwang.cases import queries as case_queries
from weiwang.cases.calendars import calendars, held
from weiwang.cases.models import Case
from weiwang.demo.aside import made_aside
from weiwang.demo.bodies import found_bodies
from weiwang.demo.causes import note_causes
from weiwang.demo.copying import write
from weiwang.demo.deciding import leave_to_decide
from weiwang.demo.duties import hand_out_duties
from weiwang.demo.families import bring_together
from weiwang.demo.lines import open_lines
from weiwang.demo.neighbours import meet
from weiwang.demo.papers import make_notices
from weiwang.demo.party import found_branches
from weiwang.demo.patrols import form_patrols
from weiwang.demo.plans import draft_grids
from weiwang.demo.posts import change_posts, keep_promises
from weiwang.demo.reporters import hear_reporters
from weiwang.demo.rows import Loaded, tables
from weiwang.demo.signins import PASSWORD
from weiwang.demo.specs import PostSpec, Scale, World
from weiwang.demo.story import CaseStory, tell
from weiwang.demo.whistles import blow_whistles
from weiwang.demo.world import build_world
from weiwang.kernel.fields import sealer
from weiwang.ledger.models import Building
from weiwang.territory.models import Appointment, BoundaryVersion, Department, MapFeature, Post, Unit
from weiwang.territory.queries import post_table
from weiwang.territory.rules import joined_name

CASES: Mapping[Scale, int] = {"tiny": 300, "street": 20_000}
BATCH = 1000
Say = Callable[[str], None]


def load(scale: Scale, *, at: datetime, say: Say, cases: int | None = None) -> int:
    """Save the whole demo in one transaction; returns the number of cases."""
    gc.disable()  # a million small values, none of them in cycles: collecting costs a fifth of the time
    try:
        return _load(scale, at=at, say=say, cases=cases)
    finally:
        gc.enable()


def _load(scale: Scale, *, at: datetime, say: Say, cases: int | None) -> int:
    world = build_world(scale)
    loaded = Loaded()
    with held(), recorded("demo.load", by=SYSTEM, at=at, place=0) as draft:
        _save_units(world, loaded, at)
        _save_ledger(world, loaded)
        open_lines(place=loaded.place, units=loaded.units)
        say(f"  {len(world.units)} units, {len(world.buildings)} buildings")
        _save_people(world, loaded, at)
        keep_promises(loaded.users.values(), at=at)
        found_bodies(world, place=loaded.place, units=loaded.units, users=loaded.users, at=at)
        found_branches(world, place=loaded.place, units=loaded.units, at=at)
        form_patrols(place=loaded.place, units=loaded.units, users=loaded.users, at=at)
        say(f"  {len(loaded.users)} people on {len(loaded.posts)} posts")
        stories = tell(
            world,
            count=cases or CASES[scale],
            until=at,
            categories=case_queries.categories(),
            calendar=calendars(loaded.place).base,
        )
        total = _save_all(stories, loaded, cases or CASES[scale])
        say(f"  {total} cases")
        meet(loaded.place, at=at)
        hear_reporters(loaded.place, at=at)
        note_causes(loaded.place, at=at)
        hand_out_duties(loaded.place, at=at)
        blow_whistles(place=loaded.place, users=loaded.users, at=at)
        bring_together(loaded.place, users=loaded.users, at=at)
        leave_to_decide(loaded.place, users=loaded.users, at=at)
        change_posts(loaded.place, at=at, known=world.sign_ins)
        draft_grids(loaded.place, at=at)
        draft.place = loaded.place
        draft.concerns("place", loaded.place, scale=scale, cases=total, fictional=True)
    return total


def _batches(stories: Iterable[CaseStory]) -> Iterator[list[CaseStory]]:
    source = iter(stories)
    while batch := list(islice(source, BATCH)):
        yield batch


# ---------------------------------------------------------------- territory and ledger


def _save_units(world: World, loaded: Loaded, at: datetime) -> None:
    start = (at - timedelta(days=420)).date()
    for level in ("subdistrict", "general_grid", "grid", "dedicated_grid", "micro_grid"):
        rows = [
            Unit(
                place=loaded.place, level=spec.level, kind=spec.kind, code=spec.code, name=spec.name, path="",
                parent=loaded.units.get(spec.parent_code or ""), official_code=spec.official_code or "",
                households=spec.households, boundary=spec.boundary, starts_on=start,
                is_demo=level == "subdistrict",
            )
            for spec in world.units_of(level)
        ]  # fmt: skip
        Unit.objects.bulk_create(rows, batch_size=BATCH)
        for row in rows:
            row.path = f"{row.parent.path if row.parent else '/'}{row.pk}/"
            if level == "subdistrict":
                loaded.place = row.place = row.pk
        Unit.objects.bulk_update(rows, ["path", "place"], batch_size=BATCH)
        loaded.units |= {row.code: row for row in rows}
    BoundaryVersion.objects.create(place=loaded.place)


def _save_ledger(world: World, loaded: Loaded) -> None:
    Building.objects.bulk_create(
        [
            Building(
                place=loaded.place, unit=loaded.units[spec.unit_code], code=spec.code, address=spec.address,
                name=spec.name, kind=spec.kind, floors=spec.floors, stairwells=spec.stairwells,
                households=spec.households, lon=spec.lon, lat=spec.lat, footprint=spec.footprint,
            )
            for spec in world.buildings
        ],
        batch_size=BATCH,
    )  # fmt: skip
    MapFeature.objects.bulk_create(
        [
            MapFeature(place=loaded.place, kind=spec.kind, name=spec.name, shape=spec.geometry)
            for spec in world.features
        ],
        batch_size=BATCH,
    )


# ---------------------------------------------------------------- people


def _save_people(world: World, loaded: Loaded, at: datetime) -> None:
    start = at - timedelta(days=400)
    loaded.departments = {
        row.code: row
        for row in Department.objects.bulk_create(
            Department(place=loaded.place, code=code, name=name) for code, name in world.departments.items()
        )
    }
    password = make_password(PASSWORD)  # one hash for all: nobody real signs in here
    users = [
        User(
            place=loaded.place, username=person.username, name=person.name, phone=person.phone,
            password=password, phone_index=sealer().blind_index(person.phone, "user.phone"), created_at=start,
        )
        for person in world.people
    ]  # fmt: skip
    loaded.users = {user.username: user for user in User.objects.bulk_create(users, batch_size=BATCH)}
    _save_posts(world, loaded)
    Appointment.objects.bulk_create(
        [
            Appointment(
                place=loaded.place,
                post=loaded.posts[spec],
                user=loaded.users[person.username],
                starts_at=start,
            )
            for person in world.people
            for spec in person.posts
        ],
        batch_size=BATCH,
    )


def _save_posts(world: World, loaded: Loaded) -> None:
    kinds = post_table().kinds
    specs = list(dict.fromkeys(spec for person in world.people for spec in person.posts))
    rows = Post.objects.bulk_create(
        [
            Post(
                place=loaded.place, kind=spec.kind, unit=loaded.units[spec.unit_code],
                department=loaded.departments.get(spec.department or ""),
                name=_post_name(spec, loaded, kinds[spec.kind].zh),
            )
            for spec in specs
        ],
        batch_size=BATCH,
    )  # fmt: skip
    loaded.posts = dict(zip(specs, rows, strict=True))
    for spec, post in loaded.posts.items():
        loaded.posts_of.setdefault(post.unit_id, []).append((spec, post))
    for person in world.people:
        for spec in person.posts:
            loaded.holders.setdefault(loaded.posts[spec].pk, set()).add(loaded.users[person.username].pk)


def _post_name(spec: PostSpec, loaded: Loaded, kind: str) -> str:
    if spec.department is not None:
        return f"{loaded.departments[spec.department].name}{kind.removeprefix('部门')}"
    unit = loaded.units[spec.unit_code]
    if unit.level == "subdistrict":
        return kind
    return joined_name(unit.name, kind)


# ---------------------------------------------------------------- cases


def _save_all(stories: Iterable[CaseStory], loaded: Loaded, count: int) -> int:
    """Write one batch while another process makes the next."""
    make_notices()
    serials, total = iter(_serials(count)), 0
    batches = (tables(batch, serials, loaded) for batch in _batches(stories))
    for made in made_aside(batches):
        write(made)
        total += len(made[Case])
    return total


def _serials(number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_serial') FROM generate_series(1, %s)", [number])
        return [row[0] for row in cursor.fetchall()]
