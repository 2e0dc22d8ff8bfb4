"""The steps somebody may take now, each with its effect on the clock and what the reporter will read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, gettext_noop
from django.utils.translation import gettext as _

from weiwang.cases.actions.owners import candidates
from weiwang.cases.answering import Filled, texts_for
from weiwang.cases.offering import Details, Effect, details, effect, needs_acceptance_of
from weiwang.cases.pairs import PAIRS, Pair
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
from weiwang.web.desk.offer_parts import effect_list, note_field, note_head, preview_button, target_list
from weiwang.web.ui.attached import CleanPapersField
from weiwang.web.ui.clocks import limit_words
from weiwang.web.ui.effects import clock_sentence
from weiwang.web.ui.forms import Form, PhotosField
from weiwang.web.ui.templatetags.ui import icon

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
    sign: str  # the icon as HTML
    is_open: bool
    effects: str  # the next three, as HTML
    clock: str
    tells: Sequence[str]  # what the reporter reads, step by step
    closing: str
    note_label: str
    note_head: str  # its label and who reads it, as HTML
    note_field: str
    note_required: bool
    takes_note: bool
    note: str
    error: str
    submission: str
    targets: Sequence[Target] = ()
    target_list: str = ""  # the same, as HTML
    beyond_list: bool = False  # one of the targets needs the sub-district's acceptance
    longer: Sequence[Pick] = ()
    channels: Sequence[Pick] = ()
    review: Details | None = None
    review_on: str = ""
    files: ResultFiles | None = None
    replies: Sequence[Filled] = ()
    preview_button: str = ""  # as HTML
    asks_first: bool = False  # the words go out: they are looked at before
    preview: object = None
    tried: bool = False


RESULT_OF_PART = gettext_noop("Result of the part, for whoever has the main case")


READS = gettext_noop("The reporter reads this.")
READS_NOT = gettext_noop("The reporter does not read this.")
Deed = Step | Pair


def offers(
    file: CaseFile,
    steps: Sequence[Step],
    *,
    at: datetime,
    typed: Typed,
    pairs: Sequence[Pair] = (),
    hidden: Collection[Step] = (),
    pressing: Collection[Step] = (),
    unfolds: Collection[Step] = (),
) -> list[Offer]:
    """The steps in their order, the usual one first; one stands open: the refused one, else the usual one.

    A pair stands before the step it begins with, which may be `hidden` beside it. What is `pressing` stands
    before all that is rare; what `unfolds` stands open if it comes first, though it is not done every day.
    """
    rare = RARE.difference(pressing)
    fitting = [step for step in steps if step is not Step.SETTLE or file.category.self_handled]
    fitting.sort(key=lambda step: (step in rare, USUAL.index(step) if step in USUAL else len(USUAL)))
    begins = {pair.first: pair for pair in pairs}
    deeds = [deed for step in fitting for deed in (begins.get(step), step) if deed is not None]
    deeds = [deed for deed in deeds if deed not in hidden]
    usual = code_of(deeds[0]) if deeds and _steps_of(deeds[0])[0] not in FOLDED.difference(unfolds) else ""
    first = typed.step if typed.step in map(code_of, deeds) else usual
    texts = texts_for(file.case, [*map(speaking, deeds)], reader=get_language() or "")
    return [
        replace(
            _offer(file, deed, is_open=code_of(deed) == first, at=at, typed=typed),
            replies=texts.get(speaking(deed), ()),
        )
        for deed in deeds
    ]


def code_of(deed: Deed) -> str:
    """What the form of a step or a pair sends as its name."""
    return deed.code if isinstance(deed, Pair) else deed.value


def begins_with(code: str) -> str:
    """The step that a step or a pair of this name begins with."""
    return PAIRS[code].first if code in PAIRS else code


def _steps_of(deed: Deed) -> Sequence[Step]:
    return deed.steps if isinstance(deed, Pair) else (deed,)


def speaking(deed: Deed) -> Step:
    """The step that gets the words."""
    return deed.speaks if isinstance(deed, Pair) else deed


def _offer(file: CaseFile, deed: Deed, *, is_open: bool, at: datetime, typed: Typed) -> Offer:
    steps, step, code, language = _steps_of(deed), speaking(deed), code_of(deed), get_language() or ""
    move, mine = LIFECYCLE[step], typed if typed.step == code else Typed()
    does = {one: effect(file.case, file.category, one, at) for one in steps}
    more, posts = details(step, at), _targets(file, steps, mine.target, at)
    clock, tells = clock_words(does[steps[-1]], at), [_(one.tells) for one in does.values() if one.tells]
    label, needs = _note_label(file, step), move.note is Note.REQUIRED
    first, url = does[step].goes_out and deed not in WITH_PHOTOS, reverse("desk:step", args=[file.case.pk])
    reads = READS if does[step].goes_out else READS_NOT
    closing = _closing(file.category) if not SHOWS_CLOSING.isdisjoint(steps) else ""
    return Offer(
        step=code,
        name=_(deed.name if isinstance(deed, Pair) else STEP_NAMES[deed]),
        icon=ICONS[steps[-1]],
        sign=icon(ICONS[steps[-1]]),
        is_open=is_open,
        effects=effect_list(clock, tells, closing),
        clock=clock,
        tells=tells,
        closing=closing,
        note_label=label,
        note_head=note_head(code, label, _(reads), required=needs),
        note_field=note_field(code, mine.note, required=needs),
        note_required=needs,
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
        target_list=target_list(posts),
        beyond_list=any(post.beyond_list for post in posts),
        files=ResultFiles(auto_id=f"{code}-%s") if deed in WITH_PHOTOS else None,
        asks_first=first,
        preview_button=preview_button(code, url, first=first, primary=first and not mine.preview)
        if tells
        else "",
        preview=mine.preview,
        tried=mine.tried,
    )


def _note_label(file: CaseFile, step: Step) -> str:
    is_part = file.case.parent_id is not None
    return _(RESULT_OF_PART if is_part and step is Step.CLOSE else NOTE_LABELS.get(step, NOTE_FOR_COLLEAGUES))


def clock_words(does: Effect, at: datetime) -> str:
    """What a step does to the clock, in a sentence or two."""
    until = words.moment_words(does.due_at) if does.due_at else ""
    passed = does.due_at is not None and does.due_at < at
    return clock_sentence(does.clock, limit=does.limit, until=until, passed=passed)


def _closing(category: Category) -> str:
    return category.closing_en if (get_language() or "").startswith("en") else category.closing_zh


def _targets(file: CaseFile, steps: Sequence[Step], wanted: int | None, at: datetime) -> list[Target]:
    """The posts to choose from, if a step needs one; what is taken back goes to another post."""
    if all(LIFECYCLE[step].next is not Next.TARGET for step in steps):
        return []
    had = str(file.case.owner_post_id) if Step.RECALL in steps else ""
    return [post for post in targets(file, wanted, at) if post.post_id != had]


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
