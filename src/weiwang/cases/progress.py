"""What the reporter of a case may read about it: steps, posts and answers, no names and no internal notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from weiwang.cases.actions.keeping import promises
from weiwang.cases.links import code_fits, token_fits
from weiwang.cases.models import Case, Event, Joined, Paper, Photo
from weiwang.cases.queries import case_by_code, case_by_token, papers_of, photos_of
from weiwang.cases.relations import split_from
from weiwang.cases.rules import FINAL, HELD, LIFECYCLE, State, Step
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.ids import read_case_number
from weiwang.kernel.text import first_line

# The notes written to the reporter. Every other note of staff is internal, whatever the step.
ANSWERS = frozenset({Step.SETTLE, Step.REJECT, Step.CLOSE, Step.ASK_REPORTER, Step.HAND_OVER, Step.VOID})

# What is still to come on the ordinary way, from each state on.
_WAY = (
    (
        frozenset({State.DRAFT, State.REPORTED, State.VERIFYING}),
        gettext_noop("It is accepted and registered"),
    ),
    (frozenset({State.REGISTERED}), gettext_noop("It is sent to those who handle it")),
    (frozenset({State.DISPATCHED, State.SIGNED, State.HANDLING}), gettext_noop("It is dealt with")),
    (frozenset({State.HANDLED}), gettext_noop("Somebody else checks the result")),
    (frozenset({State.CHECKED}), gettext_noop("You get the answer")),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One step as the reporter reads it; `step` is None for what is written to them beside the steps.

    `tells` is a msgid; `who` is a post and never a person.
    """

    at: datetime
    step: Step | None
    tells: str
    who: str
    note: str
    by_reporter: bool


def story(case: Case) -> list[Told]:
    """The public steps in their order: one query."""
    events = Event.objects.filter(
        case=case, public=True, step__in=[*(step.value for step in LIFECYCLE), *_BESIDE]
    )
    fields = events.order_by("seq").values_list("at", "step", "actor", "note", "user_id")
    return [_told(at, step, actor, note or "", user_id) for at, step, actor, note, user_id in fields]


_BESIDE: Mapping[str, str] = {
    "note": gettext_noop("A message from those who work on it."),
    "split_off": gettext_noop("A second matter in your report goes its own way, under its own number."),
}
"""What is written to one reporter beside the steps; whoever joined reads none of it."""


def _told(at: datetime, name: str, actor: str, note: str, user_id: int | None) -> Told:
    if name in _BESIDE:
        return Told(at, None, _BESIDE[name], actor, note if name == "note" else "", by_reporter=False)
    step = Step(name)
    by_reporter = user_id is None and step in {Step.REPORT, Step.FOLLOW_UP, Step.REOPEN, Step.ANSWERED}
    shown = note if by_reporter or step in ANSWERS else ""
    return Told(at, step, LIFECYCLE[step].tells, "" if by_reporter else actor, shown, by_reporter)


def still_to_come(state: State, held_from: str = "") -> Sequence[str]:
    """Msgids of what happens next on the ordinary way; nothing once a case is final."""
    if state in FINAL:
        return ()
    if state in HELD:
        return [_HELD_FIRST[state], *still_to_come(State(held_from))]
    start = next(number for number, (states, _) in enumerate(_WAY) if state in states)
    return [sentence for _, sentence in _WAY[start:]]


_HELD_FIRST: Mapping[State, str] = {
    State.WAITING: gettext_noop("You answer our question"),
    State.SUSPENDED: gettext_noop("Work resumes as soon as possible"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the reporter may read of a case, and nothing else of it.

    `since` is when the present promise began: the report, or the last time it was opened again.
    `owner` is the post that has it now. Photos and papers of the result come with the
    answer only.
    """

    case_id: UUID
    place: int
    number: str
    title: str
    text: str
    state: State
    held_from: str
    category: str
    unit_name: str
    address: str
    reported_at: datetime
    since: datetime
    promised_at: datetime
    owner: str
    answer: str
    satisfied: bool | None
    objections_until: datetime | None
    story: Sequence[Told]
    report_photos: Sequence[Photo]
    result_photos: Sequence[Photo]
    reply_photos: Sequence[Photo]
    papers: Sequence[
        Paper
    ] = ()  # of the report, of answers and of notes to the reporter; at the end of the result
    split_off: Sequence[tuple[UUID, str]] = ()  # id and number of each matter that became a case of its own
    merged_into: str = ""  # the number of the case it was put to: state, steps to come and answer are its
    joined: bool = False  # read by somebody who joined: `case_id` is then the id of their own link

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def to_come(self) -> Sequence[str]:
        return still_to_come(self.state, self.held_from)

    @property
    def question(self) -> str:
        """What the reporter is asked now; empty when nothing is."""
        asked = [word.note for word in self.story if word.step is Step.ASK_REPORTER]
        return asked[-1] if asked and self.state is State.WAITING else ""

    @property
    def may_be_thanked(self) -> bool:
        """Whether the reporter may say that they are satisfied."""
        return self._may_speak and self.state in LIFECYCLE[Step.FOLLOW_UP].origins

    def objections_over(self, at: datetime) -> bool:
        """Whether the days for objections have passed."""
        return self.objections_until is not None and at > self.objections_until

    @property
    def may_be_reopened(self) -> bool:
        """Whether the reporter may say that they are not."""
        return self._may_speak and self.state in LIFECYCLE[Step.REOPEN].origins

    @property
    def _may_speak(self) -> bool:
        return self.satisfied is not True and not self.joined and not self.merged_into


MERGED = gettext_noop("It was merged with another report about the same matter and continues there.")


def progress(case: Case) -> Progress:
    """What the reporter sees of a case: two queries, or those of the case it was put to as well."""
    return _progress(case) if case.merged_into_id is None else _merged(case)


def _merged(case: Case) -> Progress:
    """One's own words, and how the other case goes; nothing that its reporter wrote or sent."""
    mine = _progress(case)
    main = Case.objects.defer("search").get(merged=case)
    there = _progress(main)
    met = Told(case.step_at, Step.REPORT, MERGED, "", "", by_reporter=False)
    later = [
        replace(word, note="" if word.by_reporter else word.note, by_reporter=False)
        for word in there.story
        if word.at > case.step_at and word.step is not None
    ]
    return replace(
        mine, state=there.state, owner=there.owner, answer=there.answer, promised_at=there.promised_at,
        satisfied=there.satisfied, story=[*mine.story, met, *later], result_photos=there.result_photos,
        papers=[*mine.papers, *(paper for paper in there.papers if paper.stage == "result")],
        merged_into=main.number,
    )  # fmt: skip


_OPEN = frozenset({"report", "reply", "told"})
_ENDED = _OPEN | {"result"}


def _progress(case: Case) -> Progress:
    told = story(case)
    photos = photos_of(case)
    opened = [word.at for word in told if word.step is Step.REOPEN]
    final = State(case.state) in FINAL
    return Progress(
        case_id=case.pk, place=case.place, number=case.number, title=case.title, text=case.text,
        state=State(case.state), held_from=case.held_from, category=case.category,
        unit_name=case.unit_name, address=case.address,
        reported_at=case.reported_at, since=opened[-1] if opened else case.reported_at,
        promised_at=case.promised_at, owner=case.owner_name, answer=case.answer if final else "",
        satisfied=case.satisfied,
        objections_until=case.closed_at + promises().reopen_within if final and case.closed_at else None,
        story=told,
        split_off=split_from(case) if any(word.step is None for word in told) else (),
        report_photos=[photo for photo in photos if photo.stage == "report"],
        reply_photos=[photo for photo in photos if photo.stage == "reply"],
        result_photos=[photo for photo in photos if photo.stage == "result" and final],
        papers=[paper for paper in papers_of(case) if paper.stage in (_ENDED if final else _OPEN)],
    )  # fmt: skip


JOINED = gettext_noop("You joined a matter that others had reported before.")


def progress_for_joined(joined: Joined) -> Progress:
    """The same for somebody who joined: their own words, nothing the first reporter wrote or sent."""
    seen = progress(joined.case)
    told = [
        replace(word, note="" if word.by_reporter else word.note, by_reporter=False)
        for word in seen.story
        if word.step is not None
    ]
    own = Told(joined.joined_at, Step.REPORT, JOINED, "", "", by_reporter=True)
    return replace(
        seen, case_id=joined.pk, title=first_line(joined.words, 60), text=joined.words, address="",
        story=sorted([*told, own], key=lambda word: word.at), report_photos=(),
        papers=[paper for paper in seen.papers if paper.stage == "result"], split_off=(), joined=True,
    )  # fmt: skip


def by_token(case_id: UUID, token: str) -> Progress | None:
    """The case of a private link, a reporter's or that of somebody who joined; None when it was changed."""
    case = case_by_token(case_id, token)
    if case is not None:
        return progress(case)
    if not token_fits(case_id, token):
        return None
    joined = Joined.objects.filter(pk=case_id).select_related("case").defer("case__search").first()
    return progress_for_joined(joined) if joined is not None else None


@dataclass(frozen=True, slots=True)
class Head:
    """One report as its reporter's own list shows it. The title of a restricted category is left out."""

    page_id: UUID
    number: str
    title: str
    category: str
    state: State
    asked: bool
    reported_at: datetime
    promised_at: datetime


def heads(page_ids: Sequence[UUID]) -> list[Head]:
    """The reports behind some private pages, in the order given: two queries. What is gone is left out.

    Whoever calls has made sure that the reader holds the private links.
    """
    rows = Case.objects.filter(pk__in=page_ids, parent=None).select_related("merged_into")
    own = {case.pk: _head(case, case.pk, case.title, case.reported_at) for case in rows}
    others = Joined.objects.filter(pk__in=set(page_ids) - own.keys()).select_related("case__merged_into")
    own |= {
        one.pk: _head(one.case, one.pk, first_line(one.words, 60), one.joined_at)
        for one in others.defer("name", "phone", "email")
    }
    return [own[page_id] for page_id in page_ids if page_id in own]


def _head(case: Case, page_id: UUID, title: str, reported_at: datetime) -> Head:
    there = case.merged_into or case
    state = State(there.state)
    return Head(
        page_id, case.number, "" if case.restricted else title, case.category, state,
        state is State.WAITING, reported_at, there.promised_at,
    )  # fmt: skip


def by_code(number: str, code: str) -> Progress | None:
    """The case of a number and a query code. Raises `NumberError` when it is no case number."""
    case = case_by_code(number, code)
    if case is not None:
        return progress(case)
    others = Joined.objects.filter(case__number=read_case_number(number))
    mine = next((pk for pk in others.values_list("pk", flat=True) if code_fits(pk, code)), None)
    return progress_for_joined(Joined.objects.select_related("case").get(pk=mine)) if mine else None
