"""One case in the field: what it is, what happened, and the steps I may take now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from shapely import Point

from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import queries
from weiwang.cases.actions import take_step
from weiwang.cases.actions.files import paper_path, photo_path
from weiwang.cases.actions.previewing import preview
from weiwang.cases.answering import Filled, texts_for
from weiwang.cases.calendars import CalendarOf, unannounced_year
from weiwang.cases.offering import Effect, details, effect
from weiwang.cases.permissions import case_file, steps_for, visible_to
from weiwang.cases.queries import CaseFile, Chapter
from weiwang.cases.replies import inserted
from weiwang.cases.rules import (
    FINAL,
    FIRST_RECEIVER,
    HELD,
    LIFECYCLE,
    STEP_NAMES,
    CaseError,
    Next,
    Note,
    State,
    Step,
    StepRefusedError,
)
from weiwang.cases.urging import urged_in
from weiwang.kernel.faults import gettext_noop
from weiwang.kernel.geo import feature_collection
from weiwang.kernel.text import TextError
from weiwang.notices.rules import CHANNEL_NAMES
from weiwang.territory import queries as territory
from weiwang.territory.rules import Officer
from weiwang.web.field.family import family
from weiwang.web.field.forms import StepForm
from weiwang.web.field.frame import frame
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.field.today import NEXT_ACTION
from weiwang.web.ui.attached import paper_file, paper_lines
from weiwang.web.ui.clocks import Clockfaces, moment, provisional
from weiwang.web.ui.effects import asked_sentence, clock_sentence, kept_sentence
from weiwang.web.ui.faults import said
from weiwang.web.ui.pages import error_page, render_page, wants_part
from weiwang.web.ui.parts import Entry, Fact, Tone, term
from weiwang.web.ui.replying import INSERT, Shown, shown, wants_preview
from weiwang.web.ui.urged import sentence

SHORT = 4  # moments of the history shown at once
OVERTAKEN = frozenset(
    {"step.stale", "step.wrong_state", "step.not_owner", "step.not_asked", "step.asked_already"}
)
MAP_REACH = 0.003  # degrees around a case on its map, some 300 m

STEP_ICONS = {
    Step.SETTLE: "circle-check", Step.VERIFY: "walk", Step.VERIFIED: "walk", Step.REGISTER: "clipboard-check",
    Step.REJECT: "circle-x", Step.DISPATCH: "send", Step.SIGN: "pencil", Step.START: "arrow-right",
    Step.HANDLE: "check", Step.RETURN: "arrow-back-up", Step.RECALL: "arrow-back-up",
    Step.CHECK: "eye", Step.REWORK: "repeat",
    Step.CLOSE: "message", Step.FOLLOW_UP: "thumb-up", Step.REOPEN: "refresh",
    Step.ASK_EXTEND: "clock", Step.GRANT_EXTEND: "check", Step.REFUSE_EXTEND: "x",
    Step.ASK_SUSPEND: "player-pause", Step.GRANT_SUSPEND: "player-pause", Step.REFUSE_SUSPEND: "x",
    Step.ASK_RESUME: "refresh", Step.GRANT_RESUME: "refresh", Step.REFUSE_RESUME: "x",
    Step.ASK_REPORTER: "message-circle", Step.ANSWERED: "phone", Step.GO_ON: "arrow-right",
    Step.ESCALATE: "arrow-up", Step.REMIND: "bell", Step.SUPERVISE: "flag",
    Step.HAND_OVER: "external-link", Step.VOID: "trash",
}  # fmt: skip

STEP_HINTS = {
    Step.SETTLE: gettext_noop("Say what was done. These words close the case, and the reporter reads them."),
    Step.VERIFY: gettext_noop("The micro-grid leader or grid worker is asked to go and look."),
    Step.VERIFIED: gettext_noop("Say what you found. It goes back to whoever decides on the case."),
    Step.REGISTER: gettext_noop("The matter is taken on and goes to whoever dispatches it."),
    Step.REJECT: gettext_noop("Say why, and where the reporter can turn instead. The reporter reads this."),
    Step.DISPATCH: gettext_noop("The post has to sign for it in time."),
    Step.SIGN: gettext_noop("From now on the time for handling is running."),
    Step.HANDLE: gettext_noop("Say what was done, best with a photo. Somebody else checks it."),
    Step.RETURN: gettext_noop("Say why it does not belong with you."),
    Step.RECALL: gettext_noop("Say why. It comes back and can be sent to somebody else."),
    Step.CHECK: gettext_noop("The result is good. Next comes the answer to the reporter."),
    Step.REWORK: gettext_noop("Say what is still missing. It goes back to whoever handled it."),
    Step.CLOSE: gettext_noop("This is the answer the reporter reads: what was found, what was done."),
    Step.REOPEN: gettext_noop("Say what is not settled. It goes to the next level up."),
    Step.ASK_EXTEND: gettext_noop("Say why it takes longer. A post above decides."),
    Step.REFUSE_EXTEND: gettext_noop("Say why not. The time for handling stays as it is."),
    Step.ASK_SUSPEND: gettext_noop("Say what has to be waited for. A post above decides."),
    Step.REFUSE_SUSPEND: gettext_noop("Say why not. Work goes on."),
    Step.ASK_RESUME: gettext_noop("Say why it can go on. A post above decides."),
    Step.REFUSE_RESUME: gettext_noop("Say why it stays on hold."),
    Step.ASK_REPORTER: gettext_noop("The reporter reads this question and can answer on its page."),
    Step.ANSWERED: gettext_noop("Write what you were told on the telephone or in person."),
    Step.ESCALATE: gettext_noop("Say why this level cannot settle it."),
    Step.SUPERVISE: gettext_noop("Say what you expect, and by when. Whoever has the case sees it at once."),
    Step.HAND_OVER: gettext_noop("The reporter reads where to turn, and your reason."),
    Step.VOID: gettext_noop("For mistakes and what was reported twice. The reporter reads the reason."),
}  # fmt: skip


# A part speaks to nobody outside: what its steps say is read by whoever has the main case.
PART_HINTS = {
    Step.SETTLE: gettext_noop("Say what was done. Whoever has the main case reads it."),
    Step.REJECT: gettext_noop("Say why. Whoever has the main case reads it."),
    Step.CLOSE: gettext_noop("Say what was found and what was done. The main case gives the one answer."),
    Step.CHECK: gettext_noop("The result is good. The main case gives the one answer."),
    Step.HAND_OVER: gettext_noop("Say why. Whoever has the main case reads it."),
    Step.VOID: gettext_noop("For mistakes. Whoever has the main case reads the reason."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A step I may take now. Without anything to fill in it is a single button."""

    step: Step
    label: str
    icon: str
    hint: str
    form: StepForm
    submission: str
    at_once: bool
    main: bool
    open: bool
    careful: bool
    clock: str
    tells: str
    rare: bool
    asks_first: bool
    replies: Sequence[Filled] = ()
    preview: Shown | None = None
    preview_error: str = ""


@dataclass(slots=True)
class Typed:
    """A step that was refused or looked at before it is sent, with what had been typed."""

    step: Step
    form: StepForm
    submission: str
    preview: Shown | None = None
    preview_error: str = ""


@require_safe
@field_officer
def case_page(request: FieldRequest, case_id: UUID) -> HttpResponse:
    return show(request, found(request.officer, case_id))


def found(officer: Officer, case_id: UUID) -> CaseFile:
    file = case_file(officer, case_id)
    if file is None:
        raise Http404
    return file


def show(
    request: FieldRequest, file: CaseFile, *, typed: Typed | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    offered = offers(request.officer, file, now, typed)
    lost = typed is not None and typed.step not in {offer.step for offer in offered}
    context = {
        **frame(request.officer, ""),
        **told(file, now),
        **family(request.officer, file),
        "urges_me": request.officer.holds(file.case.owner_post_id),
        "offers": offered,
        "has_rare": any(offer.rare for offer in offered),
        "problem": problem,
        "photos_lost": typed is not None and bool(request.FILES),
        "unused_words": typed.form.data.get("note", "") if typed and lost else "",
    }
    return render_page(request, "field/case.html", context, status=status)


def told(file: CaseFile, at: datetime) -> dict[str, object]:
    """The case in words."""
    case, state = file.case, State(file.case.state)
    story = [entry(chapter) for chapter in reversed(file.timeline)]
    return {
        "case": case,
        "category": file.category,
        "category_name": file.category.name(translation.get_language() or ""),
        "state_name": _(file.state_name),
        "state_tone": tone(state),
        "clock": Clockfaces(at, CalendarOf()).of(case),
        "provisional": provisional(unannounced_year(case)),
        "closing": closing(file),
        "facts": facts(file, at),
        "photos": [photo for photo in file.photos if photo.stage == "report"],
        "result_photos": [photo for photo in file.photos if photo.stage != "report"],
        "urged": sentence(urged_in(file), at),
        "papers": paper_lines(file.papers, lambda paper_id: reverse("field:paper", args=[paper_id])),
        "asked": asked_sentence(case.asked, case.asked_for, file.asked_by),
        "story": story[:SHORT],
        "story_before": story[SHORT:],
        "has_point": case.lon is not None,
    }


def tone(state: State) -> Tone:
    if state in {State.CLOSED, State.FOLLOWED_UP}:
        return "cleared"
    return "quiet" if state in FINAL | HELD else "action"


def facts(file: CaseFile, at: datetime) -> list[Fact]:
    case = file.case
    lines = [
        (_("Place"), " · ".join(filter(None, (case.unit_name, case.address)))),
        (_("Now with"), case.owner_name),
        (term(_("First receiver"), _(FIRST_RECEIVER)), file.answerable),
        (_("Reported"), moment(case.reported_at, at)),
        (_("Reporter"), _reporter(file)),
    ]
    return [Fact(label=label, value=value) for label, value in lines if value]


def _reporter(file: CaseFile) -> str:
    if file.case.parent_id is not None:
        return _("Stands with the main case, which alone answers.")
    return _("Left a contact; only the centre can see it.") if file.has_reporter else ""


def closing(file: CaseFile) -> str:
    english = (translation.get_language() or "").startswith("en")
    return file.category.closing_en if english else file.category.closing_zh


def entry(chapter: Chapter) -> Entry:
    icons: dict[str, str] = {step.value: icon for step, icon in STEP_ICONS.items()}
    kept = kept_sentence(chapter.step, str(chapter.data.get("kept", "")))
    return Entry(
        at=timezone.localtime(chapter.at), label=_(chapter.step_name), who=who(chapter.actor),
        body="\n".join(filter(None, (kept, chapter.note))), icon=icons.get(chapter.step, "circle-dot"),
    )  # fmt: skip


def who(label: str) -> str:
    """A post by its name; a resident and the system in the reader's language."""
    return {"resident": _("resident"), "system": _("the system")}.get(label, label)


# ---------------------------------------------------------------- steps


def offers(officer: Officer, file: CaseFile, at: datetime, typed: Typed | None) -> list[Offer]:
    steps = [
        step
        for step in steps_for(officer, file.case)
        if step is not Step.SETTLE or file.category.self_handled
    ]
    action = NEXT_ACTION.get(State(file.case.state))
    usual = [step for step in steps if step not in RARE]
    main = action.step if action and action.step in steps else next(iter(usual), None)
    steps.sort(key=lambda step: (step is not main, step in RARE))
    texts = texts_for(file.case, steps, reader=translation.get_language() or "")
    return [
        replace(offer(step, file, at, main=step is main, typed=typed), replies=texts.get(step, ()))
        for step in steps
    ]


def offer(step: Step, file: CaseFile, at: datetime, *, main: bool, typed: Typed | None) -> Offer:
    was_typed = typed is not None and typed.step is step
    form = typed.form if typed and was_typed else blank(step, file, at)
    does = effect(file.case, file.category, step, at)
    hint = (PART_HINTS if file.case.parent_id else {}).get(step, STEP_HINTS.get(step, ""))
    return Offer(
        step=step, label=_(STEP_NAMES[step]), icon=STEP_ICONS[step], hint=_(hint) if hint else "", form=form,
        submission=typed.submission if typed and was_typed else "", at_once=needs_nothing(step), main=main,
        open=was_typed, careful=step in CAREFUL, clock=clock_words(does, at),
        tells=_(does.tells) if does.tells else "", rare=step in RARE and not main and not was_typed,
        asks_first=does.goes_out, preview=typed.preview if typed and was_typed else None,
        preview_error=typed.preview_error if typed and was_typed else "",
    )  # fmt: skip


CAREFUL = frozenset({Step.REJECT, Step.RETURN, Step.RECALL, Step.REWORK, Step.HAND_OVER, Step.VOID})
# What is not done every day stands folded behind one line, below the rest.
RARE = frozenset(
    {
        Step.RETURN, Step.ASK_EXTEND, Step.ASK_SUSPEND, Step.ASK_REPORTER, Step.ESCALATE, Step.REMIND,
        Step.SUPERVISE, Step.HAND_OVER, Step.VOID,
    }
)  # fmt: skip


def clock_words(does: Effect, at: datetime) -> str:
    """What a step does to the clock, in one sentence."""
    until = moment(does.due_at, at) if does.due_at else ""
    passed = does.due_at is not None and does.due_at < at
    return clock_sentence(does.clock, limit=does.limit, until=until, passed=passed)


def needs_nothing(step: Step) -> bool:
    """Steps for which a single press is enough."""
    return LIFECYCLE[step].note is Note.NONE or step in {Step.START, Step.GO_ON, Step.REMIND}


def blank(step: Step, file: CaseFile, at: datetime, data: Any = None, files: Any = None) -> StepForm:  # noqa: ANN401 -- as Django's forms
    move = LIFECYCLE[step]
    choices = targets(file, at) if move.next is Next.TARGET else ()
    initial = {"version": file.case.version, "target": file.case.suggested_post_id}
    return StepForm(
        data, files, step=step, targets=choices, needs_note=move.note is Note.REQUIRED,
        more=details(step, at), initial=initial,
    )  # fmt: skip


def targets(file: CaseFile, at: datetime) -> Sequence[tuple[int, str]]:
    """Posts that can handle a case of this place, the usual one first."""
    case, kinds = file.case, territory.post_table().kinds
    posts = territory.posts_above(path=case.unit_path, place=case.place, at=at)
    able = [post for post in posts if "case.handle" in kinds[post.kind].allows]
    able.sort(key=lambda post: post.post_id != case.suggested_post_id)
    return [(post.post_id, _vacant(post.name) if post.is_vacant else post.name) for post in able]


def _vacant(name: str) -> str:
    return _("%(post)s (vacant)") % {"post": name}


@require_POST
@field_officer
def case_step(request: FieldRequest, case_id: UUID, name: str) -> HttpResponse:
    """Take one step. A second press answers like the first."""
    try:
        wanted = Step(name)
    except ValueError as error:
        raise Http404 from error
    file = found(request.officer, case_id)
    form = blank(wanted, file, timezone.now(), request.POST, request.FILES)
    typed = Typed(wanted, form, request.POST.get("submission_key", ""))
    if request.POST.get("do") == INSERT:
        return show(request, file, typed=with_text(request, file, typed))
    if wants_preview(request.POST):
        return looked_at(request, file, typed)
    if not form.is_valid():
        return show(request, file, typed=typed, status=422)
    try:
        case = carry_out(request, case_id, typed, at=timezone.now())
    except AlreadyDoneError:
        return onward(request, case_id)
    except (CaseError, TextError) as error:
        return refused(request, case_id, typed, error)
    words = {"step": _(STEP_NAMES[wanted]), "owner": case.owner_name}
    done = _("Done: %(step)s. The case is now with %(owner)s.") if case.owner_name else _("Done: %(step)s.")
    messages.success(request, done % words)
    return onward(request, case_id)


def with_text(request: FieldRequest, file: CaseFile, typed: Typed) -> Typed:
    """The words so far with the chosen text below them: for pages without scripts."""
    language = translation.get_language() or ""
    texts = texts_for(file.case, [typed.step], reader=language).get(typed.step, ())
    found = next((one.text for one in texts if one.code == request.POST.get("reply")), "")
    note = inserted(request.POST.get("note", ""), found)
    data = {**request.POST.dict(), "note": note}
    return Typed(typed.step, blank(typed.step, file, timezone.now(), data), typed.submission)


def looked_at(request: FieldRequest, file: CaseFile, typed: Typed) -> HttpResponse:
    """What the reporter would get: for scripts that part alone, without them the page around it."""
    at = timezone.now()
    deed = partial(carry_out, request, file.case.pk, typed, at=at, looks=True)
    if typed.form.is_valid():
        try:
            found = preview(deed, file.case.history_length, at=at)
            typed.preview = shown(found, note=request.POST.get("note", ""), channels=CHANNEL_NAMES)
        except AlreadyDoneError:
            return onward(request, file.case.pk)
        except (CaseError, TextError) as error:
            typed.preview_error = said(error)
    else:
        typed.preview_error = " ".join(str(each[0]) for each in typed.form.errors.values())
    status = 422 if typed.preview_error else 200
    if not wants_part(request):
        return show(request, file, typed=typed, status=status)
    about = offer(typed.step, file, at, main=False, typed=typed)
    return render(request, "field/parts/preview.html", {"offer": about}, status=status)


def carry_out(
    request: FieldRequest, case_id: UUID, typed: Typed, *, at: datetime, looks: bool = False
) -> Any:  # noqa: ANN401 -- a case; faces do not import models
    """The step itself; of one that is only looked at no photo is written."""
    data = typed.form.cleaned_data
    return take_step(
        case_id=case_id, step=typed.step, by=request.officer, at=at, seen_version=data["version"],
        note=data["note"], target_post=data.get("target"), photos=() if looks else data.get("photos") or (),
        papers=() if looks else data.get("papers") or (), longer=data.get("longer") or "",
        review_on=data.get("review_on"), channel=data.get("channel") or "",
        submission=typed.submission or None,
    )  # fmt: skip


def refused(request: FieldRequest, case_id: UUID, typed: Typed, error: CaseError | TextError) -> HttpResponse:
    """Why not, beside the case as it stands now and everything that was typed."""
    overtaken = isinstance(error, StepRefusedError) and error.code in OVERTAKEN
    file = case_file(request.officer, case_id)
    if file is None:
        return error_page(request, 409, message=said(error))
    typed.form.data = {**request.POST.dict(), "version": str(file.case.version)}
    return show(request, file, typed=typed, problem=said(error), status=409 if overtaken else 422)


def onward(request: FieldRequest, case_id: UUID) -> HttpResponse:
    """Back to where the step was taken; a case that is no longer ours to see ends at the list."""
    if wants_part(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse("field:case", args=[case_id])
        return answer
    if request.POST.get("next") == "today" or case_file(request.officer, case_id) is None:
        return HttpResponseRedirect(reverse("field:today"))
    return HttpResponseRedirect(reverse("field:case", args=[case_id]))


# ---------------------------------------------------------------- photos and the map


@require_safe
@field_officer
def photo(request: FieldRequest, photo_id: UUID) -> HttpResponse:
    """A photo of a case that is mine to see; `?small` is its thumbnail."""
    picture = queries.photo(visible_to(request.officer), photo_id)
    if picture is None:
        raise Http404
    try:
        jpeg = photo_path(picture, small="small" in request.GET).read_bytes()
    except FileNotFoundError as error:
        raise Http404 from error
    answer = HttpResponse(jpeg, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=3600"
    return answer


@require_safe
@field_officer
def paper(request: FieldRequest, paper_id: UUID) -> HttpResponseBase:
    """A paper of a case that is mine to see, to be kept as a file."""
    kept = queries.paper(visible_to(request.officer), paper_id)
    if kept is None or not paper_path(kept).is_file():
        raise Http404
    return paper_file(kept.pk, paper_path(kept), kept.case.number)


@require_safe
@field_officer
def case_map(request: FieldRequest, case_id: UUID) -> HttpResponse:
    """What the map of one case shows: the streets around it and the case itself."""
    case = found(request.officer, case_id).case
    if case.lon is None or case.lat is None:
        raise Http404
    base = (("water", "water"), ("buildings", "building"), ("roads", "road"), ("units-micro", "boundary"))
    layers = [
        {"id": name, "kind": kind, "url": reverse("rest:map-layer", args=[case.place, name])}
        for name, kind in base
    ]
    layers.append({"id": "cases", "kind": "points", "url": reverse("field:case-point", args=[case_id])})
    bounds = [case.lon - MAP_REACH, case.lat - MAP_REACH, case.lon + MAP_REACH, case.lat + MAP_REACH]
    answer = JsonResponse({"bounds": bounds, "layers": layers, "labels": {"tone-action": _("This case")}})
    answer["Cache-Control"] = "private, no-cache"
    return answer


@require_safe
@field_officer
def case_point(request: FieldRequest, case_id: UUID) -> HttpResponse:
    case = found(request.officer, case_id).case
    if case.lon is None or case.lat is None:
        raise Http404
    here = {"id": case.number, "name": case.title, "tone": "action"}
    answer = JsonResponse(feature_collection([(Point(case.lon, case.lat), here)]))
    answer["Cache-Control"] = "private, no-cache"
    return answer
