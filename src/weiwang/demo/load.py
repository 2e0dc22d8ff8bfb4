"""Saving the demo world: the same decisions as everywhere else, in bulk instead of one by one."""

import gc
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, JSONField, Model

from weiwang.accounts.models import User
from weiwang.audit.actions import recorded
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.cases import queries as case_queries
from weiwang.cases.actions.moves import carry_out
from weiwang.cases.actions.photos import photo_path
from weiwang.cases.actions.report import KEEP_REPORTER, Spot, Whereabouts, new_case, number_of, searched, told
from weiwang.cases.calendars import calendars, held
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Event, Photo, Reporter
from weiwang.cases.routing import Candidate, handler_for, nearest_with
from weiwang.cases.rules import (
    LIFECYCLE,
    State,
    Step,
)
from weiwang.demo.asked import answers_in
from weiwang.demo.bodies import found_bodies
from weiwang.demo.causes import note_causes
from weiwang.demo.duties import hand_out_duties
from weiwang.demo.families import bring_together
from weiwang.demo.lines import open_lines
from weiwang.demo.neighbours import meet
from weiwang.demo.party import found_branches
from weiwang.demo.patrols import form_patrols
from weiwang.demo.pictures import draw
from weiwang.demo.plans import draft_grids
from weiwang.demo.posts import change_posts, keep_promises
from weiwang.demo.reporters import hear_reporters
from weiwang.demo.signins import PASSWORD
from weiwang.demo.specs import PostSpec, Scale, World
from weiwang.demo.story import CaseStory, StepStory, tell
from weiwang.demo.whistles import blow_whistles
from weiwang.demo.world import build_world
from weiwang.kernel.fields import SealedTextField, sealer
from weiwang.kernel.ids import new_id
from weiwang.kernel.pictures import CleanPicture, clean_picture
from weiwang.ledger.models import Building
from weiwang.territory.models import (
    Appointment,
    BoundaryVersion,
    Department,
    MapFeature,
    Post,
    Unit,
)
from weiwang.territory.queries import post_table
from weiwang.territory.rules import joined_name

CASES: Mapping[Scale, int] = {"tiny": 300, "street": 20_000}
BATCH = 1000
Say = Callable[[str], None]


@dataclass
class _Loaded:
    """What was saved so far, by the codes and names of the world."""

    place: int = 0
    units: dict[str, Unit] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    posts: dict[PostSpec, Post] = field(default_factory=dict)
    holders: dict[int, set[int]] = field(default_factory=dict)
    posts_of: dict[int, list[tuple[PostSpec, Post]]] = field(default_factory=dict)  # by the id of the unit
    ways_up: dict[str, list[Candidate]] = field(default_factory=dict)


def load(scale: Scale, *, at: datetime, say: Say, cases: int | None = None) -> int:
    """Save the whole demo in one transaction; returns the number of cases."""
    gc.disable()  # a million small values, none of them in cycles: collecting costs a fifth of the time
    try:
        return _load(scale, at=at, say=say, cases=cases)
    finally:
        gc.enable()


def _load(scale: Scale, *, at: datetime, say: Say, cases: int | None) -> int:
    world = build_world(scale)
    loaded = _Loaded()
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
        total = _save_all(stories, _serials(cases or CASES[scale]), loaded)
        say(f"  {total} cases")
        meet(loaded.place, at=at)
        hear_reporters(loaded.place, at=at)
        note_causes(loaded.place, at=at)
        hand_out_duties(loaded.place, at=at)
        blow_whistles(place=loaded.place, users=loaded.users, at=at)
        bring_together(loaded.place, users=loaded.users, at=at)
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


def _save_units(world: World, loaded: _Loaded, at: datetime) -> None:
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


def _save_ledger(world: World, loaded: _Loaded) -> None:
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


def _save_people(world: World, loaded: _Loaded, at: datetime) -> None:
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


def _save_posts(world: World, loaded: _Loaded) -> None:
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


def _post_name(spec: PostSpec, loaded: _Loaded, kind: str) -> str:
    if spec.department is not None:
        return f"{loaded.departments[spec.department].name}{kind.removeprefix('部门')}"
    unit = loaded.units[spec.unit_code]
    if unit.level == "subdistrict":
        return kind
    return joined_name(unit.name, kind)


def _way_up(path: str, loaded: _Loaded) -> list[Candidate]:
    """The posts on the way up from a unit, as `cases.actions.owners.candidates` would find them."""
    if path not in loaded.ways_up:
        kinds, ids = post_table().kinds, map(int, path.strip("/").split("/"))
        found = [
            Candidate(
                post.pk, post.kind, post.name, loaded.units[spec.unit_code].path, kinds[post.kind].allows,
                spec.department or "", post.department_id, frozenset(loaded.holders[post.pk]),
            )
            for unit_id in ids
            for spec, post in loaded.posts_of.get(unit_id, ())
        ]  # fmt: skip
        loaded.ways_up[path] = sorted(found, key=lambda post: (-len(post.path), post.post_id))
    return loaded.ways_up[path]


# ---------------------------------------------------------------- cases


@dataclass(slots=True)
class _Rows:
    """What one batch of stories becomes."""

    cases: list[Case] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    reporters: list[Reporter] = field(default_factory=list)


def _save_all(stories: Iterable[CaseStory], serials: Iterator[int], loaded: _Loaded) -> int:
    """Write one batch while the next is made: the database works on the second core."""
    total, writing = 0, None
    shared = connections[DEFAULT_DB_ALIAS]
    shared.inc_thread_sharing()
    with ThreadPoolExecutor(max_workers=1) as writer:
        for batch in _batches(stories):
            rows = _rows(batch, serials, loaded)
            total += len(rows.cases)
            if writing is not None:
                writing.result()
            writing = writer.submit(_write, rows, shared)
        if writing is not None:
            writing.result()
    shared.dec_thread_sharing()
    return total


def _rows(stories: Sequence[CaseStory], serials: Iterator[int], loaded: _Loaded) -> _Rows:
    rows = _Rows()
    for story in stories:
        case, history = _case(story, next(serials), loaded)
        rows.cases.append(case)
        rows.events += history
        rows.photos += _photos(case, story)
        rows.reporters += _reporter(case, story)
    return rows


def _write(rows: _Rows, connection: BaseDatabaseWrapper) -> None:
    """Save one batch; nobody else uses the connection meanwhile."""
    _copy_cases(rows.cases, connection)
    _copy(Event, rows.events, connection)
    _copy(Photo, rows.photos, connection)
    _copy(Reporter, rows.reporters, connection)


def _copy_cases(cases: Sequence[Case], connection: BaseDatabaseWrapper) -> None:
    """Save cases with what they are found by: we make the character pairs, the database the vector.

    They pass through a table of the session, so that each is written once, with all its indexes.
    """
    for case in cases:
        case.search = searched(case)
    columns = ", ".join(f'"{field.column}"' for field in _fields(Case))
    words = columns.replace('"search"', "search::text AS search")
    vector = columns.replace('"search"', "to_tsvector('simple', search)")
    with connection.cursor() as cursor:
        table = f"demo_cases ON COMMIT DROP AS SELECT {words} FROM cases_case WITH NO DATA"  # noqa: S608 -- names of our own
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table}")
        cursor.execute("TRUNCATE demo_cases")
    _copy(Case, cases, connection, into="demo_cases")
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO cases_case ({columns}) SELECT {vector} FROM demo_cases")  # noqa: S608 -- names of our own


def _fields(model: type[Model]) -> "list[Field[Any, Any]]":
    """What is written of a row: all but the number the database gives itself."""
    table = model._meta  # noqa: SLF001 -- Django's own way
    return [field for field in table.concrete_fields if not isinstance(field, AutoField)]


def _copy(
    model: type[Model], rows: Sequence[Model], connection: BaseDatabaseWrapper, *, into: str = ""
) -> None:
    """Save rows by COPY: several times faster than INSERT when there are thousands."""
    fields = _fields(model)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    getters = [(attrgetter(field.attname), field.get_db_prep_save, _plain(field)) for field in fields]
    statement = f'COPY "{into or model._meta.db_table}" ({columns}) FROM STDIN'  # noqa: SLF001 -- Django's own way
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(
                [get(row) if plain else prepare(get(row), connection) for get, prepare, plain in getters]
            )


def _plain(field: "Field[Any, Any]") -> bool:
    """Whether the driver understands the value as it is."""
    return not isinstance(field, JSONField | SealedTextField)


def _serials(number: int) -> Iterator[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_serial') FROM generate_series(1, %s)", [number])
        yield from (row[0] for row in cursor.fetchall())


def _case(story: CaseStory, serial: int, loaded: _Loaded) -> tuple[Case, list[Event]]:
    unit = loaded.units[story.unit_code]
    posts = _way_up(unit.path, loaded)
    kind = case_queries.categories()[story.category]
    duty = nearest_with("case.register", posts)
    if duty is None:
        raise LookupError(f"nobody registers cases of {unit.code}")
    report = story.steps[0]
    by = _actor(report, loaded)
    case = new_case(
        place=loaded.place, number=number_of(next(iter(loaded.units)), story.reported_at, serial),
        words=story.text, where=Whereabouts(story.lon, story.lat, address=story.address), kind=kind,
        spot=Spot(unit.pk, unit.path, unit.name, "exact", 0.0), duty=duty, usual=handler_for(kind, posts),
        at=story.reported_at,
    )  # fmt: skip
    case.id, case.channel, case.reported_by_id = new_id(), story.channel, by.user_id
    case.answers = answers_in(story.text, kind.questions, story.reported_at)
    history = [next_event(case, step=Step.REPORT, before=State.DRAFT, at=report.at, by=by, data=told(case))]
    history += [_step(case, step, posts, loaded) for step in story.steps[1:]]
    return case, history


def _step(case: Case, story: StepStory, posts: Sequence[Candidate], loaded: _Loaded) -> Event:
    target = loaded.posts[story.owner].pk if story.step is Step.DISPATCH and story.owner else None
    return carry_out(
        case, story.step, LIFECYCLE[story.step], by=_actor(story, loaded), at=story.at, note=story.note,
        posts=posts, wish=replace(story.wish, target_post=target),
    )  # fmt: skip


def _actor(step: StepStory, loaded: _Loaded) -> Actor:
    if step.step is Step.LAPSE:
        return SYSTEM
    if step.username is None or step.post is None:
        return Actor(label="resident")
    post = loaded.posts[step.post]
    return Actor(label=post.name, user_id=loaded.users[step.username].pk, post_id=post.pk)


def _reporter(case: Case, story: CaseStory) -> list[Reporter]:
    if not story.contact_phone and not story.contact_name:
        return []
    index = sealer().blind_index(story.contact_phone, "reporter.phone") if story.contact_phone else None
    erase_on = (story.reported_at + KEEP_REPORTER).date()
    return [
        Reporter(
            case=case,
            place=case.place,
            name=story.contact_name,
            phone=story.contact_phone,
            phone_index=index,
            erase_on=erase_on,
        )
    ]


# ---------------------------------------------------------------- photos

_pictures: dict[str, CleanPicture] = {}
_masters: dict[tuple[str, bool], Path] = {}
_folders: set[Path] = set()


def _photos(case: Case, story: CaseStory) -> list[Photo]:
    wanted = [("report", name, story.reported_at) for name in story.pictures]
    wanted += [("result", step.picture, step.at) for step in story.steps if step.picture]
    case.photo_count = len(wanted)
    return [_photo(case, stage, name, at) for stage, name, at in wanted]


def _photo(case: Case, stage: str, name: str, at: datetime) -> Photo:
    if name not in _pictures:
        _pictures[name] = clean_picture(draw(name))
    found = _pictures[name]
    photo = Photo(
        id=new_id(), case=case, place=case.place, stage=stage, sha256=found.sha256, width=found.width,
        height=found.height, added_at=at,
    )  # fmt: skip
    for small, data in ((False, found.jpeg), (True, found.thumbnail)):
        _keep(photo_path(photo, small=small), (name, small), data)
    return photo


def _keep(path: Path, key: tuple[str, bool], data: bytes) -> None:
    """The few pictures of the demo are shared by many photos: one file on the disk, many names."""
    if path.parent not in _folders:
        path.parent.mkdir(parents=True, exist_ok=True)
        _folders.add(path.parent)
    master = _masters.get(key)
    if master is None:
        path.write_bytes(data)
        _masters[key] = path
        return
    try:
        os.link(master, path)
    except OSError:  # too many links, or a file system without them
        shutil.copyfile(master, path)
