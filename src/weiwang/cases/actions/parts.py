"""One case for several offices: parts that go their own way, and a second matter that becomes a case.

A part (子案件) is a case of its own with owner and clock. It has no reporter: only the main case speaks to
them, and it ends after its parts. A matter that is split off (拆分) has the reporter of the first, who hears
of both.
"""

from datetime import datetime
from uuid import UUID

from weiwang.audit.actions import Draft, recorded
from weiwang.audit.rules import DEPLOYMENT
from weiwang.cases.actions.clocks import category_named, promise, recompute
from weiwang.cases.actions.family import PART_MADE, note_on_parent
from weiwang.cases.actions.moves import NOTE_LIMIT, acting, carry_out, locked_case, refuse_merged
from weiwang.cases.actions.owners import candidates
from weiwang.cases.actions.report import Spot, Whereabouts, new_case, next_number, searched, told
from weiwang.cases.actions.telling import tell
from weiwang.cases.events import CaseMoved
from weiwang.cases.history import next_event
from weiwang.cases.models import Case, CaseLink, Event, Reporter
from weiwang.cases.permissions import may_look, standing
from weiwang.cases.routing import handler_for, nearest_with
from weiwang.cases.rules import (
    FINAL,
    LIFECYCLE,
    CaseError,
    Category,
    State,
    Step,
    StepRefusedError,
    refuse_unless_parted,
)
from weiwang.kernel.ids import new_id
from weiwang.kernel.inserting import NewRow
from weiwang.kernel.text import clean_text, first_line
from weiwang.territory.rules import NotAllowedError, Officer

CHANNEL = "part"
SPLIT_OFF = "split_off"


def add_part(
    *, case_id: UUID, post_id: int, note: str, by: Officer, at: datetime, category: str = "",
    submission: str | None = None,
) -> Case:  # fmt: skip
    """Give a part of a case to one office: `note` says what it is to do. Returns the part, dispatched.

    The part is of the case's category unless another is named. Raises `StepRefusedError` (too early, too
    late, too many, no words, a post that cannot), `NotAllowedError`, `CaseError`, `AlreadyDoneError`.
    """
    words = clean_text(note, NOTE_LIMIT)
    if not words:
        raise StepRefusedError("step.note_needed")
    with recorded("case.part", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        parent = locked_case(case_id)
        refuse_merged(parent)
        actor = acting(by, parent, LIFECYCLE[Step.PART].power, at=at)
        refuse_unless_parted(standing(parent), parent.parts.count())
        part = _part_of(parent, _known(category or parent.category), words, at)
        event = carry_out(
            part, Step.PART, LIFECYCLE[Step.PART], by=actor, at=at, note=words, target_post=post_id
        )
        part.suggested_post_id = part.owner_post_id
        line = note_on_parent(parent, part, PART_MADE, event)
        parent.open_parts = (parent.open_parts or 0) + 1
        parent.save(update_fields=["open_parts", "history_length", "history_digest"])
        line.save(force_insert=True)
        _take_in(draft, part, event)
        draft.place, draft.by = parent.place, actor
        draft.concerns(
            "case", part.pk, number=part.number, parent=parent.number, history=part.history_digest.hex()
        )
    return part


def _known(code: str) -> Category:
    found = category_named(code)
    if found is None:
        raise CaseError("case.category", code=code)
    return found


def _part_of(parent: Case, kind: Category, words: str, at: datetime) -> Case:
    """A part as a draft: what it is to do, at the place of its parent, within the parent's limits."""
    return Case(
        id=new_id(), place=parent.place, number=next_number(parent.place, at), state=State.DRAFT,
        channel=CHANNEL, category=kind.code, restricted=kind.restricted or parent.restricted,
        urgent=kind.urgent or parent.urgent, title=first_line(words, 60), text=words,
        unit_id=parent.unit_id, unit_path=parent.unit_path, unit_name=parent.unit_name,
        address=parent.address, lon=parent.lon, lat=parent.lat, match=parent.match,
        route={key: parent.route[key] for key in ("match", "distance_m") if key in parent.route},
        reported_at=at, step_at=at, promised_at=parent.promised_at, outer_due_at=parent.outer_due_at,
        parent=parent,
    )  # fmt: skip


def _take_in(draft: Draft, case: Case, event: Event) -> None:
    """Save a case that was made here, with its first link of history, and tell of it."""
    case.search = searched(case)
    draft.rows += [NewRow(case, {"search": "to_tsvector('simple', %s)"}), NewRow(event)]
    tell(case, event)
    draft.events.append(CaseMoved(case.pk, case.place, event.step, case.state, case.owner_post_id))


def look_at_parts(*, case_id: UUID, by: Officer, at: datetime, submission: str | None = None) -> Case:
    """Whoever has the main case has seen what its parts did: they are no news until they move again.

    Raises `StepRefusedError` (no news), `NotAllowedError`, `CaseError`, `AlreadyDoneError`.
    """
    with recorded("case.parts_seen", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        case = locked_case(case_id)
        if not may_look(by, case):
            raise NotAllowedError("case.close")
        actor = acting(by, case, "case.see", at=at)
        if case.parts_news_at is None:
            raise StepRefusedError("parts.none")
        draft.place, draft.by = case.place, actor
        draft.concerns("case", case.pk, number=case.number, until=case.parts_news_at.isoformat())
        case.parts_news_at = None
        case.save(update_fields=["parts_news_at"])
    return case


# ---------------------------------------------------------------- two matters in one report


def split_case(
    *, case_id: UUID, text: str, category: str, by: Officer, at: datetime, seen_version: int, note: str = "",
    submission: str | None = None,
) -> Case:  # fmt: skip
    """Make the second matter of a report a case of its own; returns it, as reported.

    It has its own number and page, the reporter and place of the first, and no earlier promise than theirs.
    Putting it to the first (`merge_cases`) takes it back. Raises `StepRefusedError`, `NotAllowedError`,
    `CaseError`, `TextError`, `AlreadyDoneError`.
    """
    words, kind = clean_text(text, NOTE_LIMIT), _known(category)
    if not words:
        raise CaseError("case.no_words")
    reason = clean_text(note, NOTE_LIMIT)
    with recorded("case.split", by=by, at=at, place=DEPLOYMENT, submission=submission) as draft:
        first = locked_case(case_id)
        refuse_merged(first)
        actor = acting(by, first, LIFECYCLE[Step.SPLIT].power, at=at)
        _refuse_unless_split(first, seen_version)
        second = _second_of(first, kind, words, at)
        event = next_event(
            second, step=Step.SPLIT, before=State.DRAFT, at=at, by=actor,
            data=told(second) | {"number": first.number, "case": str(first.pk)},
        )  # fmt: skip
        line = next_event(
            first, step=SPLIT_OFF, before=first.state, at=at, by=actor, note=reason,
            data={"case": str(second.pk), "number": second.number}, public=True,
        )  # fmt: skip
        first.save(update_fields=["history_length", "history_digest"])
        line.save(force_insert=True)
        _same_reporter(first, second)
        CaseLink.objects.create(
            place=first.place, one=first, other=second, is_split=True, reason=reason, at=at,
            made_by=actor.label,
        )  # fmt: skip
        _take_in(draft, second, event)
        draft.place, draft.by, draft.reason = first.place, actor, reason
        draft.concerns(
            "case", second.pk, number=second.number, first=first.number, history=second.history_digest.hex()
        )
    return second


def _refuse_unless_split(first: Case, seen_version: int) -> None:
    if first.version != seen_version:
        raise StepRefusedError("step.stale")
    if first.parent_id is not None:
        raise StepRefusedError("parts.of_part")
    if State(first.state) in FINAL:
        raise StepRefusedError("split.ended")


def _second_of(first: Case, kind: Category, words: str, at: datetime) -> Case:
    posts = candidates(path=first.unit_path, place=first.place, at=at)
    duty, usual = nearest_with("case.register", posts), handler_for(kind, posts)
    if duty is None:
        raise CaseError("case.nobody")
    spot = Spot(
        first.unit_id, first.unit_path, first.unit_name, first.match, first.route.get("distance_m", 0.0)
    )
    case = new_case(
        place=first.place, number=next_number(first.place, at), words=words,
        where=Whereabouts(first.lon, first.lat, first.unit_id, first.address), kind=kind, spot=spot,
        duty=duty, usual=usual, at=at,
    )  # fmt: skip
    case.id, case.channel, case.reported_by_id = new_id(), first.channel, first.reported_by_id
    case.reported_at, case.outer_due_at = first.reported_at, first.outer_due_at
    case.promised_at = max(first.promised_at, promise(kind, case, start=first.reported_at))
    case.contact_due_at, case.contacted_at = first.contact_due_at, first.contacted_at
    recompute(case)
    return case


def _same_reporter(first: Case, second: Case) -> None:
    reporter = Reporter.objects.filter(case=first).first()
    if reporter is not None:
        reporter.pk = second.pk
        reporter.save(force_insert=True)
