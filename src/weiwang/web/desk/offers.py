"""The steps somebody may take now, each with its effect on the clock and what the reporter will read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from weiwang.cases.actions.owners import candidates
from weiwang.cases.answering import Filled, texts_for
from weiwang.cases.offering import Details, Effect, details, effect, needs_acceptance_of
from weiwang.cases.queries import CaseFile
from weiwang.cases.routing import Candidate
from weiwang.cases.rules import (
    LIFECYCLE,
    STEP_NAMES,
    Category,
    Next,
    Note,
    Step,
)
from weiwang.web.desk import words
from weiwang.web.ui.attached import CleanPapersField
from weiwang.web.ui.clocks import limit_words
from weiwang.web.ui.effects import clock_sentence
from weiwang.web.ui.forms import Form, PhotosField

# The step that usually comes next stands first and open.
USUAL = (
    Step.DISPATCH,
    Step.SIGN,
    Step.START,
    Step.HANDLE,
    Step.VERIFIED,
    Step.REGISTER,
    Step.CHECK,
    Step.CLOSE,
    Step.FOLLOW_UP,
)
ICONS: Mapping[Step, str] = {
    Step.SETTLE: "circle-check",
    Step.VERIFY: "eye",
    Step.VERIFIED: "message",
    Step.REGISTER: "clipboard-list",
    Step.REJECT: "circle-x",
    Step.DISPATCH: "send",
    Step.SIGN: "user-check",
    Step.START: "walk",
    Step.HANDLE: "clipboard-check",
    Step.RETURN: "arrow-back-up",
    Step.RECALL: "arrow-back-up",
    Step.CHECK: "checklist",
    Step.REWORK: "repeat",
    Step.CLOSE: "circle-check",
    Step.FOLLOW_UP: "thumb-up",
    Step.REOPEN: "history",
    Step.ASK_EXTEND: "clock",
    Step.GRANT_EXTEND: "check",
    Step.REFUSE_EXTEND: "x",
    Step.ASK_SUSPEND: "player-pause",
    Step.GRANT_SUSPEND: "player-pause",
    Step.REFUSE_SUSPEND: "x",
    Step.ASK_RESUME: "refresh",
    Step.GRANT_RESUME: "refresh",
    Step.REFUSE_RESUME: "x",
    Step.ASK_REPORTER: "message-circle",
    Step.ANSWERED: "phone",
    Step.GO_ON: "refresh",
    Step.ESCALATE: "arrow-up",
    Step.REMIND: "bell",
    Step.SUPERVISE: "flag",
    Step.HAND_OVER: "external-link",
    Step.VOID: "trash",
}
# What is not done every day is shown when it is asked for, below the rest.
RARE = frozenset(
    {
        Step.ASK_EXTEND, Step.ASK_SUSPEND, Step.ASK_REPORTER, Step.ESCALATE, Step.REMIND, Step.SUPERVISE,
        Step.HAND_OVER, Step.VOID, Step.RECALL,
    }
)  # fmt: skip
FOLDED = RARE | {Step.FOLLOW_UP}  # somebody has to have been called first: never open by itself
WITH_PHOTOS = frozenset({Step.HANDLE, Step.VERIFIED, Step.SETTLE, Step.CHECK})
SHOWS_CLOSING = frozenset({Step.HANDLE, Step.CHECK, Step.SETTLE, Step.CLOSE})

NOTE_FOR_COLLEAGUES = gettext_noop("Note for colleagues")
NOTE_LABELS: Mapping[Step, str] = {
    Step.HANDLE: gettext_noop("Result of handling"),
    Step.VERIFIED: gettext_noop("What was found there"),
    Step.CHECK: gettext_noop("What the check showed"),
    Step.RETURN: gettext_noop("Why it is returned"),
    Step.RECALL: gettext_noop("Why it is taken back"),
    Step.REWORK: gettext_noop("What is still to be done"),
    Step.REOPEN: gettext_noop("Why it is reopened"),
    Step.CLOSE: gettext_noop("Answer to the reporter"),
    Step.REJECT: gettext_noop("Why it cannot be accepted, and where to turn instead"),
    Step.SETTLE: gettext_noop("What was done on the spot"),
    Step.ASK_EXTEND: gettext_noop("Why it needs more time"),
    Step.REFUSE_EXTEND: gettext_noop("Why not"),
    Step.ASK_SUSPEND: gettext_noop("Why it cannot be settled now"),
    Step.REFUSE_SUSPEND: gettext_noop("Why not"),
    Step.ASK_RESUME: gettext_noop("Why it can resume now"),
    Step.REFUSE_RESUME: gettext_noop("Why not"),
    Step.ASK_REPORTER: gettext_noop("Question to the reporter"),
    Step.ANSWERED: gettext_noop("What the reporter said"),
    Step.ESCALATE: gettext_noop("Why this level cannot settle it"),
    Step.SUPERVISE: gettext_noop("What is expected, and by when"),
    Step.HAND_OVER: gettext_noop("Why it belongs there"),
    Step.VOID: gettext_noop("Why it is taken off the list"),
}


class ResultFiles(Form):
    """The photos and papers that may come with a step."""

    photos = PhotosField(required=False, max_photos=3, label=gettext_lazy("Photos of the result"))
    papers = CleanPapersField(required=False)


class NoteFiles(Form):
    """The papers that may come with a note."""

    papers = CleanPapersField(required=False)


@dataclass(frozen=True, slots=True)
class Target:
    """One post a case can be sent to."""

    post_id: str
    name: str
    note: str
    chosen: bool
    suggested: bool
    beyond_list: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """One entry of a list to choose from."""

    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody wrote into a step that was refused."""

    step: str = ""
    note: str = ""
    target: int | None = None
    error: str = ""
    submission: str = ""
    longer: str = ""
    review_on: str = ""
    channel: str = ""
    public: bool = False
    preview: object = None  # what the reporter would get
    tried: bool = False  # a preview was asked for, nothing more


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    step: str
    name: str
    icon: str
    is_open: bool
    clock: str
    tells: str
    closing: str
    note_label: str
    note_help: str
    note_required: bool
    takes_note: bool
    note: str
    error: str
    submission: str
    targets: Sequence[Target] = ()
    beyond_list: bool = False  # one of the targets needs the sub-district's acceptance
    longer: Sequence[Pick] = ()
    channels: Sequence[Pick] = ()
    review: Details | None = None
    review_on: str = ""
    files: ResultFiles | None = None
    replies: Sequence[Filled] = ()
    asks_first: bool = False  # the words go out: they are looked at before
    preview: object = None
    tried: bool = False


RESULT_OF_PART = gettext_noop("Result of the part, for whoever has the main case")


def offers(file: CaseFile, steps: Sequence[Step], *, at: datetime, typed: Typed) -> list[Offer]:
    """The steps in their order, the usual one first; one stands open: the refused one, else the usual one."""
    fitting = [step for step in steps if step is not Step.SETTLE or file.category.self_handled]
    fitting.sort(key=lambda step: (step in RARE, USUAL.index(step) if step in USUAL else len(USUAL)))
    usual = fitting[0] if fitting and fitting[0] not in FOLDED else ""
    first = typed.step if typed.step in fitting else usual
    texts = texts_for(file.case, fitting, reader=get_language() or "")
    return [
        replace(_offer(file, step, is_open=step == first, at=at, typed=typed), replies=texts.get(step, ()))
        for step in fitting
    ]


def _offer(file: CaseFile, step: Step, *, is_open: bool, at: datetime, typed: Typed) -> Offer:
    move, language = LIFECYCLE[step], get_language() or ""
    mine = typed if typed.step == step else Typed()
    does, more = effect(file.case, file.category, step, at), details(step, at)
    label, is_part = NOTE_LABELS.get(step, NOTE_FOR_COLLEAGUES), file.case.parent_id is not None
    posts = targets(file, mine.target, at) if move.next is Next.TARGET else ()
    return Offer(
        step=step.value,
        name=_(STEP_NAMES[step]),
        icon=ICONS[step],
        is_open=is_open,
        clock=clock_words(does, at),
        tells=_(does.tells) if does.tells else "",
        closing=_closing(file.category) if step in SHOWS_CLOSING else "",
        note_label=_(RESULT_OF_PART if is_part and step is Step.CLOSE else label),
        note_help=_("The reporter reads this.") if does.goes_out else _("The reporter does not read this."),
        note_required=move.note is Note.REQUIRED,
        takes_note=move.note is not Note.NONE,
        note=mine.note,
        error=mine.error,
        submission=mine.submission,
        longer=[Pick(text, limit_words(text), text == mine.longer) for text in more.longer],
        channels=[
            Pick(found.code, f"{found.name(language)} · {found.where(language)}", found.code == mine.channel)
            for found in more.channels
        ],
        review=more if more.review_to else None,
        review_on=mine.review_on,
        targets=posts,
        beyond_list=any(post.beyond_list for post in posts),
        files=ResultFiles(auto_id=f"{step.value}-%s") if step in WITH_PHOTOS else None,
        asks_first=does.goes_out and step not in WITH_PHOTOS,
        preview=mine.preview,
        tried=mine.tried,
    )


def clock_words(does: Effect, at: datetime) -> str:
    """What a step does to the clock, in a sentence or two."""
    until = words.moment_words(does.due_at) if does.due_at else ""
    passed = does.due_at is not None and does.due_at < at
    return clock_sentence(does.clock, limit=does.limit, until=until, passed=passed)


def _closing(category: Category) -> str:
    return category.closing_en if (get_language() or "").startswith("en") else category.closing_zh


def targets(file: CaseFile, wanted: int | None, at: datetime) -> list[Target]:
    """The posts that may handle it here: the suggested one first and chosen, then from near to far."""
    case = file.case
    posts = [p for p in candidates(path=case.unit_path, place=case.place, at=at) if "case.handle" in p.allows]
    posts.sort(key=lambda post: post.post_id != case.suggested_post_id)
    sent_back = (
        {told.post_id for told in file.timeline if told.step == Step.RETURN} if case.returned else set()
    )
    return [_target(file, post, wanted, sent_back=post.post_id in sent_back) for post in posts]


def _target(file: CaseFile, post: Candidate, wanted: int | None, *, sent_back: bool) -> Target:
    suggested = post.post_id == file.case.suggested_post_id
    chosen = post.post_id == wanted if wanted else suggested
    beyond_list = needs_acceptance_of(file.case, post)
    notes = (
        _("suggested") if suggested else "",
        _("sent it back") if sent_back else "",
        "" if post.holders else _("vacant"),
        _("not on the admission list") if beyond_list else "",
    )
    said = " · ".join(filter(None, notes))
    return Target(str(post.post_id), post.name, said, chosen, suggested, beyond_list)
