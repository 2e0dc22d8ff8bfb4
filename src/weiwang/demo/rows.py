"""What the stories of the demo become: rows, made by the same decisions as everywhere else."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from django.db.models import Model

from weiwang.accounts.models import User
from weiwang.audit.rules import SYSTEM, Actor
from weiwang.cases import queries as case_queries
from weiwang.cases.actions.files import paper_path, photo_path
from weiwang.cases.actions.moves import carry_out
from weiwang.cases.actions.report import KEEP_REPORTER, Spot, Whereabouts, new_case, number_of, searched, told
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Event, Paper, Photo, Reporter
from weiwang.cases.routing import Candidate, handler_for, nearest_with
from weiwang.cases.rules import LIFECYCLE, State, Step
from weiwang.demo.asked import answers_in
from weiwang.demo.copying import Values, values_of
from weiwang.demo.papers import notice, notice_of
from weiwang.demo.pictures import draw
from weiwang.demo.specs import PostSpec
from weiwang.demo.story import CaseStory, StepStory
from weiwang.kernel.fields import sealer
from weiwang.kernel.ids import new_id
from weiwang.kernel.pictures import CleanPicture, clean_picture
from weiwang.territory.models import Department, Post, Unit
from weiwang.territory.queries import post_table


@dataclass
class Loaded:
    """What was saved so far, by the codes and names of the world."""

    place: int = 0
    units: dict[str, Unit] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    posts: dict[PostSpec, Post] = field(default_factory=dict)
    holders: dict[int, set[int]] = field(default_factory=dict)
    posts_of: dict[int, list[tuple[PostSpec, Post]]] = field(default_factory=dict)  # by the id of the unit
    ways_up: dict[str, list[Candidate]] = field(default_factory=dict)


def tables(
    stories: Sequence[CaseStory], serials: Iterator[int], loaded: Loaded
) -> Mapping[type[Model], Values]:
    """What one batch of stories becomes, in the order in which it can be saved."""
    rows: dict[type[Model], list[Model]] = {Case: [], Event: [], Photo: [], Paper: [], Reporter: []}
    for story in stories:
        case, history = _case(story, next(serials), loaded)
        rows[Event] += history
        rows[Photo] += _photos(case, story)
        rows[Paper] += _papers(case, story)
        rows[Reporter] += _reporter(case, story)
        case.search = searched(case)
        rows[Case].append(case)
    return {model: values_of(model, found) for model, found in rows.items()}


def _way_up(path: str, loaded: Loaded) -> list[Candidate]:
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


def _case(story: CaseStory, serial: int, loaded: Loaded) -> tuple[Case, list[Event]]:
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


def _step(case: Case, story: StepStory, posts: Sequence[Candidate], loaded: Loaded) -> Event:
    target = loaded.posts[story.owner].pk if story.step is Step.DISPATCH and story.owner else None
    return carry_out(
        case, story.step, LIFECYCLE[story.step], by=_actor(story, loaded), at=story.at, note=story.note,
        posts=posts, wish=replace(story.wish, target_post=target),
    )  # fmt: skip


def _actor(step: StepStory, loaded: Loaded) -> Actor:
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


# ---------------------------------------------------------------- photos and papers

_pictures: dict[str, CleanPicture] = {}
_masters: dict[tuple[str, str], Path] = {}
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
        _keep(photo_path(photo, small=small), (name, "small" if small else "full"), data)
    return photo


def _papers(case: Case, story: CaseStory) -> list[Paper]:
    name = notice_of(story)
    if not name:
        return []
    at = next(step.at for step in story.steps if step.picture == name)
    found = notice(name)
    paper = Paper(
        id=new_id(), case=case, place=case.place, stage="result", sha256=found.sha256, pages=found.pages,
        size=len(found.pdf), added_at=at,
    )  # fmt: skip
    _keep(paper_path(paper), (name, "pdf"), found.pdf)
    case.paper_count = 1
    return [paper]


def _keep(path: Path, key: tuple[str, str], data: bytes) -> None:
    """The few pictures and notices of the demo are shared by many cases: one file on the disk, many names."""
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
