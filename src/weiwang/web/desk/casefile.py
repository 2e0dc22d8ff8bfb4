"""The case page as plain values: header, why here, facts, photos, the story, and the steps offered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from weiwang.cases import permissions
from weiwang.cases.calendars import CalendarOf, unannounced_year
from weiwang.cases.offering import legal_channel
from weiwang.cases.queries import CaseFile, Chapter
from weiwang.cases.rules import CLOCK_NAMES, FINAL, FIRST_RECEIVER, NUDGES, Clock, State, Step
from weiwang.cases.urging import urged_in
from weiwang.territory.rules import Officer
from weiwang.web.desk import cause_lists, places, words
from weiwang.web.desk.aside import BESIDE, beside, helping
from weiwang.web.desk.causes import around
from weiwang.web.desk.family import family
from weiwang.web.desk.offers import ICONS, RARE, Typed, begins_with, offers
from weiwang.web.desk.reporters import telling
from weiwang.web.desk.worklist import category_name
from weiwang.web.ui.addresses import address
from weiwang.web.ui.attached import paper_lines
from weiwang.web.ui.clocks import Clockfaces, provisional
from weiwang.web.ui.effects import asked_sentence, kept_sentence
from weiwang.web.ui.parts import Entry, Fact, Tone, term
from weiwang.web.ui.urged import sentence

STORY_TONES: Mapping[str, Tone] = {
    Step.RETURN: "near",
    Step.RECALL: "near",
    Step.REWORK: "near",
    Step.REOPEN: "near",
    Step.REJECT: "quiet",
    Step.CLOSE: "cleared",
    Step.SETTLE: "cleared",
    Step.FOLLOW_UP: "cleared",
    Step.SUPERVISE: "near",
    Step.REMIND: "near",
    Step.ASK_REPORTER: "near",
    Step.GRANT_SUSPEND: "quiet",
    Step.HAND_OVER: "quiet",
    Step.VOID: "quiet",
}
STORY_ICONS: Mapping[str, str] = {step.value: icon for step, icon in ICONS.items()} | {
    "contact_changed": "edit", "join": "users",
    "merge": "git-merge", "unmerge": "arrow-back-up", "merged_here": "git-merge",
    "unmerged_here": "arrow-back-up", "note": "message", "help": "users", "help_over": "users",
    "part": "stack-2", "part_made": "stack-2", "part_ended": "circle-check", "part_again": "arrow-back-up",
    "split": "copy", "split_off": "copy", "linked": "paperclip", "unlinked": "paperclip",
    "cause": "help-circle", "urgency": "urgent",
}  # fmt: skip
STAGES: Mapping[str, str] = {
    "joined": gettext_noop("Photo of somebody who joined"),
    "report": gettext_noop("Photo of the report"),
    "reply": gettext_noop("Photo of an answer"),
    "result": gettext_noop("Photo of the result"),
}
PRESSING = frozenset({"near", "late"})
"""Tones of a clock with which a reminder stands beside the steps of every day."""
MATCHES: Mapping[str, str] = {
    "exact": gettext_noop("The place lies in %(unit)s."),
    "approximate": gettext_noop("The place lies %(metres)s m from the edge of %(unit)s, the nearest unit."),
    "outside": gettext_noop("The place lies outside every grid, so it stands with %(unit)s."),
    "chosen": gettext_noop("%(unit)s was chosen from the list."),
    "words": gettext_noop("The place is given in words only, so it stands with %(unit)s."),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One photo of the case: small picture, whole picture, and what it is of."""

    small: str
    whole: str
    label: str


def page(
    officer: Officer,
    file: CaseFile,
    *,
    at: datetime,
    typed: Typed | None = None,
    reporter: object = None,
    more: bool = False,
) -> dict[str, object]:
    """Everything the template sets; `reporter` is the contact in clear, once asked for with a reason.

    `more` shows the steps too that are not taken every day, and what is written beside the steps.
    """
    case = file.case
    state = words.state_words()[case.state]
    powers = permissions.powers_over(officer, case)
    is_final = State(case.state) in FINAL
    typed = typed or Typed()
    steps, begun = permissions.steps_for(officer, case), begins_with(typed.step)
    more = more or typed.step in BESIDE
    clock, story = Clockfaces(at, CalendarOf()).of(case), [moment(chapter) for chapter in file.timeline]
    pressing = NUDGES.intersection(steps) if clock and clock.tone in PRESSING else frozenset[Step]()
    urged = urged_in(file)
    at_hand = [step for step in steps if more or step not in RARE - pressing or step == begun]
    pairs = permissions.pairs_for(officer, case, at_hand)
    hidden = () if more else {pair.first for pair in pairs if pair.is_usual} - {begun}
    return {
        "file": file,
        "case": case,
        "case_id": str(case.pk),
        "step_url": reverse("desk:step", args=[case.pk]),
        "category_name": file.category.name(get_language() or ""),
        "state": state,
        "clock": clock,
        "promise": promise_words(file, at),
        "urged": sentence(urged, at),
        "urges_me": officer.holds(case.owner_post_id),
        "asked": asked_sentence(case.asked, case.asked_for, file.asked_by),
        "why": why_here(file),
        "facts": facts(file, timezone.localdate(at)),
        "photos": shown_photos(file),
        "papers": paper_lines(file.papers, lambda paper_id: reverse("desk:paper", args=[paper_id])),
        "story": story,
        "latest": latest(story),
        "asked_why": asked_why(file),
        "offers": offers(
            file,
            at_hand,
            at=at,
            typed=typed,
            pairs=pairs,
            hidden=hidden,
            pressing=pressing,
            unfolds=() if urged else pressing,
        ),
        "only_waits": bool(pressing) and pressing.issuperset(at_hand),
        "rare_url": "" if more else f"{reverse('desk:case', args=[case.pk])}?more=1",
        **beside(officer, file, at, typed, more=more),
        "typed": typed,
        "may_correct": file.has_reporter and permissions.may_correct_contact(officer, case),
        "may_reveal": file.has_reporter and permissions.may_reveal(officer, case),
        "may_set_urgency": not is_final and case.merged_into_id is None and "case.urgency" in powers,
        "may_reroute": not is_final and "case.reroute" in powers,
        "reporter": reporter,
        "is_final": is_final,
        **telling.about(officer, file, at),
        **cause_lists.about(officer, file),
        "here_url": reverse("desk:case", args=[case.pk]),
        **around(officer, file),
        **family(officer, file, at, more=more),
    }


def latest(story: Sequence[Entry]) -> str:
    """The last moment of the story in a line: what, who, when."""
    if not story:
        return ""
    last = story[-1]
    return " · ".join(filter(None, (last.label, last.who, words.moment_words(last.at))))


def promise_words(file: CaseFile, at: datetime) -> str:
    """When the present step is due and what the reporter was promised, in words."""
    case = file.case
    if case.due_at is None:
        closed = case.closed_at or case.step_at
        return _("Ended %(moment)s.") % {"moment": words.moment_words(closed)}
    parts = {
        "step": _(CLOCK_NAMES[Clock(case.clock)]), "due": words.moment_words(case.due_at),
        "promised": words.moment_words(case.promised_at),
    }  # fmt: skip
    if case.due_at <= at:
        return _("Was due %(due)s: %(step)s. The reporter was promised an answer by %(promised)s.") % parts
    said = _("Next, by %(due)s: %(step)s. The reporter was promised an answer by %(promised)s.") % parts
    return " ".join(filter(None, (said, provisional(unannounced_year(case)))))


def why_here(file: CaseFile) -> str:
    """One line: how the place and the category led here, and which empty chairs were passed by."""
    case, route = file.case, file.case.route
    sentence = MATCHES.get(case.match, MATCHES["chosen"])
    said = [_(sentence) % {"unit": case.unit_name, "metres": route.get("distance_m", 0)}]
    if route.get("overruled"):
        said.append(_("Place or category was corrected by hand."))
    if route.get("handler"):
        names = {"category": category_name(case.category), "post": route["handler"]}
        said.append(_("“%(category)s” here is usually handled by %(post)s.") % names)
    empty = [*route.get("owner_climbed", ()), *route.get("handler_climbed", ())]
    if empty:
        said.append(_("Passed by because vacant: %(posts)s.") % {"posts": _(", ").join(dict.fromkeys(empty))})
    return " ".join(said)


def facts(file: CaseFile, on: Any) -> list[Fact]:  # noqa: ANN401 -- a date
    case = file.case
    names = places.named_path(places.grounds(case.place, on), case.unit_path)
    if not names or names[-1] != case.unit_name:
        names.append(case.unit_name)
    rows = [
        Fact(label=_("Category"), value=file.category.name(get_language() or "")),
        Fact(label=_("Place"), value=" › ".join(names)),
        Fact(label=_("Address"), value=case.address or _("not given")),
        Fact(label=_("Reported on"), value=words.moment_words(case.reported_at)),
        Fact(label=_("Reported via"), value=words.channel_word(case.channel)),
        Fact(label=_("Now with"), value=_owner(case.owner_post_id, case.owner_name)),
    ]
    rows += _answered(file)
    if file.answerable:
        rows.append(Fact(label=term(_("First receiver"), _(FIRST_RECEIVER)), value=file.answerable))
    rows += helping(file.helpers)
    if case.legal_channel:
        channel = legal_channel(case.legal_channel)
        name = channel.name(get_language() or "") if channel else case.legal_channel
        rows.append(Fact(label=_("Legal channel"), value=name))
    if so_far(file):
        rows.append(Fact(label=_("So far"), value=_(", ").join(so_far(file))))
    if case.satisfied is not None:
        rows.append(
            Fact(label=_("The reporter is"), value=_("satisfied") if case.satisfied else _("not satisfied"))
        )
    return rows


def _owner(post_id: int | None, name: str) -> str:
    """The post that has it, as the way to its worklist."""
    if post_id is None:
        return _("nobody: it is closed")
    return format_html('<a href="{}?post={}">{}</a>', address("desk:worklist"), post_id, name)


def _answered(file: CaseFile) -> list[Fact]:
    """The extra questions of the category that were answered."""
    language, answers = get_language() or "", file.case.answers
    asked = [question for question in file.category.questions if question.code in answers]
    return [Fact(label=one.words(language), value=one.said(answers[one.code], language)) for one in asked]


def asked_why(file: CaseFile) -> str:
    """The words of the request that waits for an answer."""
    asked = [chapter.note for chapter in file.timeline if chapter.step.startswith("ask_")]
    return asked[-1] if asked and file.case.asked else ""


TO_POST: Mapping[str, str] = {
    Step.REMIND: gettext_noop("Reminder sent to %(post)s."),
    Step.SUPERVISE: gettext_noop("To %(post)s:"),
    "help": gettext_noop("%(post)s helps from now on."),
    "help_over": gettext_noop("%(post)s no longer helps."),
}
TIMES: Mapping[str, str] = {
    "returned": gettext_noop("returned %(times)s× (last: “%(words)s”)"),
    "reopened": gettext_noop("reopened %(times)s×"),
    "extended": gettext_noop("more time granted %(times)s×"),
    "reminded": gettext_noop("reminded %(times)s×"),
    "supervised": gettext_noop("supervised %(times)s×"),
}


def so_far(file: CaseFile) -> list[str]:
    """What happened several times, in words, with the reason of the last return."""
    back = [chapter.note for chapter in file.timeline if chapter.step == Step.RETURN]
    words = back[-1] if back else ""
    counted = ((sentence, getattr(file.case, field)) for field, sentence in TIMES.items())
    return [_(sentence) % {"times": times, "words": words} for sentence, times in counted if times]


def shown_photos(file: CaseFile) -> list[Shown]:
    found = []
    for number, photo in enumerate(file.photos, 1):
        whole = reverse("desk:photo", args=[photo.pk])
        label = f"{_(STAGES.get(photo.stage, photo.stage))} {number}"
        found.append(Shown(f"{whole}?small=1", whole, label))
    return found


def moment(chapter: Chapter) -> Entry:
    """One step as a sentence of the story: who did what, to whom it went, what was said."""
    said = [chapter.note] if chapter.note else []
    if chapter.data.get("owner_name"):
        said.insert(0, _("Now with %(post)s.") % {"post": chapter.data["owner_name"]})
    if chapter.data.get("post"):
        said.insert(0, _(TO_POST.get(chapter.step, "%(post)s")) % {"post": chapter.data["post"]})
    if chapter.step == "note" and chapter.public:
        said.insert(0, _("Written to the reporter:"))
    if chapter.step in SAYS:
        said.insert(0, SAYS[chapter.step](chapter.data))
    said.insert(0, kept_sentence(chapter.step, str(chapter.data.get("kept", ""))))
    return Entry(
        at=timezone.localtime(chapter.at),
        label=_story_word(chapter.step, chapter.step_name),
        who=_actor(chapter.actor),
        body="\n".join(filter(None, said)),
        icon=STORY_ICONS.get(chapter.step, "circle-dot"),
        tone=STORY_TONES.get(chapter.step, "action"),
    )


def _due_moved(data: Mapping[str, Any]) -> str:
    was, now = (words.moment_words(datetime.fromisoformat(data[name])) for name in ("was", "now"))
    return _("Due %(now)s instead of %(was)s.") % {"now": now, "was": was}


STORY_WORDS: Mapping[str, str] = {
    Step.REPORT: gettext_noop("Received"),
    Step.PART: gettext_noop("Given to an office as a part"),
    Step.SPLIT: gettext_noop("Split off as a matter of its own"),
    Step.SETTLE: gettext_noop("Settled on the spot"),
    Step.VERIFY: gettext_noop("Site visit requested"),
    Step.VERIFIED: gettext_noop("Site visit done"),
    Step.REGISTER: gettext_noop("Registered"),
    Step.REJECT: gettext_noop("Not accepted"),
    Step.DISPATCH: gettext_noop("Dispatched"),
    Step.SIGN: gettext_noop("Signed for"),
    Step.START: gettext_noop("Work started"),
    Step.HANDLE: gettext_noop("Reported as handled"),
    Step.RETURN: gettext_noop("Returned"),
    Step.RECALL: gettext_noop("Taken back"),
    Step.CHECK: gettext_noop("Checked and approved"),
    Step.REWORK: gettext_noop("Sent back for rework"),
    Step.CLOSE: gettext_noop("Closed with an answer"),
    Step.FOLLOW_UP: gettext_noop("Reporter satisfied"),
    Step.REOPEN: gettext_noop("Reopened"),
    "join": gettext_noop("Somebody else reported the same"),
    "contact_changed": gettext_noop("Reporter's contact corrected"),
    "merge": gettext_noop("Merged into another case"),
    "unmerge": gettext_noop("Separated from the other case again"),
    "merged_here": gettext_noop("A duplicate was merged into this case"),
    "unmerged_here": gettext_noop("A merged duplicate was separated again"),
    Step.ASK_EXTEND: gettext_noop("Asked for more time"),
    Step.GRANT_EXTEND: gettext_noop("More time granted"),
    Step.REFUSE_EXTEND: gettext_noop("More time refused"),
    Step.ASK_SUSPEND: gettext_noop("Asked to put it on hold"),
    Step.GRANT_SUSPEND: gettext_noop("Put on hold"),
    Step.REFUSE_SUSPEND: gettext_noop("Not put on hold"),
    Step.ASK_RESUME: gettext_noop("Asked to resume"),
    Step.GRANT_RESUME: gettext_noop("Resumed"),
    Step.REFUSE_RESUME: gettext_noop("Left on hold"),
    Step.ASK_REPORTER: gettext_noop("Asked the reporter"),
    Step.ANSWERED: gettext_noop("The reporter answered"),
    Step.GO_ON: gettext_noop("Continued without an answer"),
    Step.ESCALATE: gettext_noop("Passed to the level above"),
    Step.REMIND: gettext_noop("Reminder sent"),
    Step.SUPERVISE: gettext_noop("Under supervision"),
    Step.HAND_OVER: gettext_noop("Handed over to a legal channel"),
    Step.VOID: gettext_noop("Voided"),
    Step.LAPSE: gettext_noop("Filed without an answer"),
}
ACTORS: Mapping[str, str] = {"resident": gettext_noop("resident"), "system": gettext_noop("system")}


def _story_word(step: str, step_name: str) -> str:
    return _(STORY_WORDS.get(step, step_name))


def _actor(label: str) -> str:
    return _(ACTORS[label]) if label in ACTORS else label


def _changes(data: Mapping[str, Any]) -> str:
    was, now = data.get("was", {}), data.get("now", {})
    said: Sequence[str] = [
        _("Category: %(was)s → %(now)s.")
        % {"was": category_name(was["category"]), "now": category_name(now["category"])}
        if was.get("category") != now.get("category")
        else "",
        _("Place changed.") if was.get("unit") != now.get("unit") else "",
    ]
    return " ".join(filter(None, said))


def _other_number(data: Mapping[str, Any]) -> str:
    """The number of the other case, and whom it is with if it is a part."""
    return " · ".join(filter(None, (str(data["number"]), str(data.get("part") or ""))))


def _urgency(data: Mapping[str, Any]) -> str:
    said = _("Urgent from now on.") if data["urgent"] else _("No longer urgent.")
    return f"{said} {_due_moved(data)}" if "now" in data else said


# What an entry says beside its words, by its step.
SAYS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "merge": _other_number, "unmerge": _other_number, "merged_here": _other_number,
    "unmerged_here": _other_number, "calendar": _due_moved, "reroute": _changes, "contact": telling.noted,
    "urgency": _urgency,
    "cause": lambda data: cause_lists.cause_name(str(data["cause"])),
    "part_made": _other_number, "part_ended": _other_number, "part_again": _other_number,
    "split": _other_number, "split_off": _other_number, "linked": _other_number, "unlinked": _other_number,
}  # fmt: skip
