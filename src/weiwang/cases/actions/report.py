"""Taking a report in: clean, locate, route, number, record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from weiwang.audit.actions import Draft, recorded
from weiwang.audit.rules import Actor
from weiwang.cases.actions.clocks import begin, category_named, promise, recompute
from weiwang.cases.actions.files import keep_files, save_files
from weiwang.cases.actions.keeping import contact_due
from weiwang.cases.actions.moves import carry_out
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.telling import told_with
from weiwang.cases.events import CaseMoved
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, Event, Reporter
from weiwang.cases.questions import Answer
from weiwang.cases.routing import Choice, handler_for, nearest_with
from weiwang.cases.rules import (
    LIFECYCLE,
    CaseError,
    Category,
    State,
    Step,
    StepRefusedError,
    read_email,
    read_phone,
)
from weiwang.kernel.fields import sealer
from weiwang.kernel.geo import Match
from weiwang.kernel.ids import case_number, new_id
from weiwang.kernel.inserting import NewRow, made
from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.pictures import CleanPicture
from weiwang.kernel.text import bigrams, clean_text, first_line
from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer

TEXT_LIMIT = 4000
UNSORTED = "Z99"
KEEP_REPORTER = timedelta(days=3 * 365)  # policies/retention.yaml, cases.Reporter


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where something is: a point, a unit chosen from the list, words, or several of them.

    `version` is that of the boundaries when the caller has just read it; otherwise it is asked for.
    """

    lon: float | None = None
    lat: float | None = None
    unit_id: int | None = None
    address: str = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who may be called back or written to; all may be empty for an anonymous report."""

    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""

    @property
    def is_given(self) -> bool:
        return bool(self.name or self.phone or self.email)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a case was put, and how that was found out (`match`)."""

    unit_id: int
    path: str
    name: str
    match: str
    distance_m: float


def report_case(
    *, place: int, text: str, where: Whereabouts, by: Actor, at: datetime, channel: str, category: str = "",
    contact: Contact | None = None, photos: Sequence[CleanPicture] = (), papers: Sequence[CleanPaper] = (),
    settled: str = "",
    case_id: UUID | None = None, submission: str | None = None, accept_outside: bool = False,
    source_ref: str | None = None, reported_at: datetime | None = None, photos_shown: bool = False,
    answers: Mapping[str, Answer] | None = None,
    outer_due_at: datetime | None = None,
) -> Case:  # fmt: skip
    """Take a report: it gets a number, a place, an owner and a clock in one transaction.

    `settled` is the note of a matter settled on the spot: the case is closed at once by the same hand.
    `accept_outside` lets imports keep a point beyond the boundary, or none at all; people are asked to choose
    again. `source_ref` is the number in the system an import came from, unique in the sub-district;
    `reported_at` is when it was reported there. The clocks start at `at` all the same. With `photos_shown`
    the reporter lets neighbours who are about to report the same see the photos. `answers` were
    checked by `questions.check_answers`.
    `outer_due_at` is a limit from outside that counts where it ends earlier.
    Raises `CaseError`, `AlreadyDoneError` (same submission), `TextError`, `NotAllowedError`.
    """
    words = clean_text(text, TEXT_LIMIT)
    if not words:
        raise CaseError("case.no_words")
    kind = _category(category)
    spot = _spot(place, where, accept_outside=accept_outside)
    contact = read_contact(contact)
    posts = candidates(path=spot.path, place=place, at=at)
    duty, usual = nearest_with("case.register", posts), handler_for(kind, posts)
    if duty is None:
        raise CaseError("case.nobody")
    number = next_number(place, at)
    # What is asked is asked before: a report that only writes its rows is one statement and its own commit.
    with recorded("case.report", by=by, at=at, place=place, submission=submission) as draft:
        case = new_case(
            place=place, number=number, words=words, where=where, kind=kind, spot=spot, duty=duty,
            usual=usual, at=at,
        )  # fmt: skip
        case.id, case.channel, case.reported_by_id = case_id or new_id(), channel, by.user_id
        case.source_ref, case.reported_at = source_ref, reported_at or at
        case.answers = dict(answers or {})
        if outer_due_at is not None:
            case.outer_due_at, case.promised_at = outer_due_at, min(case.promised_at, outer_due_at)
            recompute(case)
        reachable = contact is not None and bool(contact.phone or contact.email)
        case.contact_due_at = contact_due(case, can_be_reached=reachable, at=at)
        files = keep_files(case, photos, papers, stage="report", at=at, draft=draft)
        case.photos_shown = photos_shown and bool(photos)
        history = [next_event(case, step=Step.REPORT, before=State.DRAFT, at=at, by=by, data=told(case))]
        if settled:
            history.append(_settle(case, settled, by, at))
        draft.rows += _rows(case, history)
        _keep_apart(case, contact, at)
        save_files(files)
        for event in history:
            draft.rows += map(NewRow, told_with(case, event, sorted(duty.post.holders)))
        _say(draft, case, history)
    return case


def _category(code: str) -> Category:
    found = category_named(code or UNSORTED)
    if found is None:
        raise CaseError("case.category", code=code)
    return found


def read_contact(contact: Contact | None) -> Contact | None:
    """The contact in clean form. Raises `CaseError` for what is no telephone number."""
    if contact is None:
        return None
    name, phone = clean_text(contact.name, 60), read_phone(contact.phone)
    return Contact(name, phone, read_email(contact.email), contact.language[:10])


def _spot(place: int, where: Whereabouts, *, accept_outside: bool) -> Spot:
    if where.unit_id is not None:
        unit = territory.unit_in(place=place, unit_id=where.unit_id)
        if unit is None:
            raise CaseError("case.no_place")
        return Spot(unit.pk, unit.path, unit.name, "chosen", 0.0)
    if where.lon is not None and where.lat is not None:
        landing = territory.locate(place=place, lon=where.lon, lat=where.lat, version=where.version)
        if landing.unit_id is not None and landing.path is not None:
            found = landing.located
            return Spot(landing.unit_id, landing.path, landing.name, found.match, found.distance_m)
        if not accept_outside:
            raise CaseError("case.outside")
    elif not where.address and not accept_outside:
        raise CaseError("case.no_place")
    whole = territory.place_head(place)
    match = Match.OUTSIDE if where.lon is not None else "words"
    return Spot(whole.pk, whole.path, whole.name, match, 0.0)


def foreseen(*, place: int, where: Whereabouts, at: datetime) -> tuple[Spot, str]:
    """Where a report would be put now, and the name of the post that would receive it. Raises `CaseError`."""
    spot = _spot(place, where, accept_outside=False)
    duty = nearest_with("case.register", candidates(path=spot.path, place=place, at=at))
    if duty is None:
        raise CaseError("case.nobody")
    return spot, duty.post.name


def new_case(
    *, place: int, number: str, words: str, where: Whereabouts, kind: Category, spot: Spot, duty: Choice,
    usual: Choice | None, at: datetime,
) -> Case:  # fmt: skip
    """A case as it stands right after the report, not yet saved and without its first event."""
    route = {
        "match": spot.match, "distance_m": round(spot.distance_m, 1), "category": kind.code,
        "owner_rule": duty.rule, "owner_climbed": list(duty.climbed),
        "handler_rule": usual.rule if usual else "", "handler_climbed": list(usual.climbed) if usual else [],
        "handler": usual.post.name if usual else "",
    }  # fmt: skip
    case = made(
        Case,
        place=place, number=number, state=State.REPORTED, category=kind.code,
        restricted=kind.restricted, urgent=kind.urgent, title=first_line(words, 60), text=words,
        unit_id=spot.unit_id, unit_path=spot.path, unit_name=spot.name, address=clean_text(where.address,
        160),
        lon=where.lon, lat=where.lat, match=spot.match, route=route, owner_post_id=duty.post.post_id,
        owner_name=duty.post.name, suggested_post_id=usual.post.post_id if usual else None,
        reported_at=at, step_at=at, version=1,
    )  # fmt: skip
    begin(case, LIFECYCLE[Step.REPORT].clock, kind, at)
    case.promised_at = promise(kind, case, start=at)
    return case


def next_number(place: int, at: datetime) -> str:
    return number_of(territory.unit_code(place), at, _serial())


_serials: list[int] = []  # drawn by this process and not used yet


def _serial() -> int:
    """The next serial. Drawn by dozens: those of a process that ends are left out, none comes twice."""
    try:
        return _serials.pop()
    except IndexError:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('cases_serial') FROM generate_series(1, 12)")
            first, *rest = (row[0] for row in cursor.fetchall())
        _serials.extend(reversed(rest))
        return int(first)


def number_of(place_code: str, at: datetime, serial: int) -> str:
    """`QH2611-00421-K`: letters of the sub-district, local month, serial, check character."""
    letters = "".join(c for c in place_code.upper() if "A" <= c <= "Z")[:4]
    return case_number(letters or "W", f"{timezone.localtime(at):%y%m}", serial)


def told(case: Case) -> dict[str, Any]:
    return {"category": case.category, "unit": case.unit_id, "owner": case.owner_post_id}


def _settle(case: Case, note: str, by: Actor, at: datetime) -> Event:
    move = LIFECYCLE[Step.SETTLE]
    if isinstance(by, Officer) and not by.may(move.power, case.unit_path):
        raise StepRefusedError("step.not_your_area")
    words = clean_text(note, TEXT_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    return carry_out(case, Step.SETTLE, move, by=by, at=at, note=words)


def _rows(case: Case, history: Sequence[Event]) -> list[NewRow]:
    case.search = searched(case)
    return [NewRow(case, {"search": "to_tsvector('simple', %s)"}), *map(NewRow, history)]


def _keep_apart(case: Case, contact: Contact | None, at: datetime) -> None:
    if contact is not None and contact.is_given:
        Reporter.objects.create(
            case=case, place=case.place, name=contact.name, phone=contact.phone,
            phone_index=sealer().blind_index(contact.phone, "reporter.phone") if contact.phone else None,
            email=contact.email, language=contact.language,
            erase_on=timezone.localdate(at + KEEP_REPORTER),
        )  # fmt: skip


def searched(case: Case) -> str:
    """What a case is found by, as pieces: its words, where it is, and the parts of its number."""
    return bigrams(f"{case.text} {case.address} {case.number}")


def _say(draft: Draft, case: Case, history: Sequence[Event]) -> None:
    draft.concerns("case", case.pk, number=case.number, history=case.history_digest.hex())
    for event in history:
        draft.events.append(CaseMoved(case.pk, case.place, event.step, event.to_state, case.owner_post_id))
