"""One whistle: who is there, what may be answered, its story, the end and both judgements."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import UUID

from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from weiwang.territory.rules import Officer
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.whistles.forms import AnswerForm, EndForm, JudgeForm
from weiwang.web.desk.whistles.frame import ShownCall, carry_out, language, show_page, shown
from weiwang.web.ui.answers import submission_key
from weiwang.web.ui.clocks import limit_words
from weiwang.web.ui.parts import Entry, Tone
from weiwang.whistles import actions, permissions, queries
from weiwang.whistles.permissions import ANSWER, BLOW, RULE, SEE
from weiwang.whistles.queries import WhistleFile
from weiwang.whistles.rules import ANSWER_NAMES, ANSWERS, Answer, Side

STORY: Mapping[str, tuple[str, str, Tone]] = {
    "blown": (gettext_noop("The whistle was blown"), "speakerphone", "action"),
    "vacant": (gettext_noop("%(department)s has nobody on duty: told one level up"), "user-off", "near"),
    "late": (
        gettext_noop("%(department)s did not report in by the limit: told one level up"),
        "alarm",
        "late",
    ),
    "on_way": (gettext_noop("%(department)s is on the way"), "walk", "near"),
    "arrive": (gettext_noop("%(department)s is on site"), "map-pin", "cleared"),
    "decline": (gettext_noop("%(department)s declined"), "circle-x", "late"),
    "insist": (gettext_noop("%(department)s must come"), "arrow-back-up", "action"),
    "release": (gettext_noop("%(department)s need not come"), "circle-check", "quiet"),
    "ended": (gettext_noop("The whistle has ended"), "check", "cleared"),
}


@needs(SEE, ANSWER)
@require_safe
def whistle(request: DeskRequest, whistle_id: UUID) -> HttpResponse:
    return page(request, file_for(request, whistle_id))


def file_for(request: DeskRequest, whistle_id: UUID) -> WhistleFile:
    """A whistle within reach. Raises `Http404`."""
    visible = permissions.visible_to(request.officer)
    found = queries.whistle_file(visible, whistle_id, at=timezone.now())
    if found is None:
        raise Http404
    return found


def page(
    request: DeskRequest, file: WhistleFile, *, forms: Mapping[str, BaseForm] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    """`forms` are those that were refused, by their name. A script gets the live part alone."""
    at, officer, row = timezone.now(), request.officer, file.row
    one = shown(file.line, at)
    given = forms or {}
    values = {
        "file": file, "row": row, "one": one, "limit": limit_words(row.limit),
        "calls": [(call, offers(officer, file, call)) for call in one.calls],
        "story": story(file), "is_open": row.ended_at is None,
        "may_end": row.ended_at is None and permissions.leads(officer, row),
        "judgements": [judgement(each) for each in file.judgements],
        "sides": sides(officer, file, given) if row.ended_at is not None else [],
        "answer_form": given.get("answer"), "end_form": given.get("end") or EndForm(),
    }  # fmt: skip
    return show_page(request, "desk/whistles/page.html", values, part="live", status=status)


def offers(officer: Officer, file: WhistleFile, call: ShownCall) -> list[dict[str, object]]:
    """The answers this officer may give to one call now."""
    if file.row.ended_at is not None:
        return []
    own = call.department_id in officer.departments(ANSWER)
    rules = officer.may(RULE, file.row.unit_path)
    return [
        {"answer": answer, "name": _(ANSWER_NAMES[answer]), "needs_words": move.needs_words}
        for answer, move in ANSWERS.items()
        if call.state in move.origins and (own if move.power == ANSWER else rules)
    ]


def story(file: WhistleFile) -> list[Entry]:
    found = []
    for note in file.notes:
        words, icon, tone = STORY.get(note.what, (note.what, "circle-dot", "quiet"))
        said = _(words) % {"department": note.department.name if note.department else ""}
        found.append(Entry(at=note.at, label=said, who=note.actor, body=note.words, icon=icon, tone=tone))
    return found


def judgement(row: queries.Judged) -> dict[str, str]:
    result = queries.table().results.get(row.result)
    return {
        "side": row.department.name if row.department else _("The grid"),
        "result": result.name(language()) if result else row.result,
        "words": row.words, "who": row.actor,
    }  # fmt: skip


def sides(officer: Officer, file: WhistleFile, given: Mapping[str, BaseForm]) -> list[dict[str, object]]:
    """The judgements this officer may still write, one for each side they stand for."""
    found: list[dict[str, object]] = []
    if officer.may(BLOW, file.row.unit_path) and not file.judged(Side.GRID):
        form = given.get("judge-") or JudgeForm(auto_id="j-%s")
        found.append({"side": Side.GRID, "name": _("The grid"), "department": "", "form": form})
    for call in file.line.calls:
        if call.department_id in officer.departments(ANSWER) and not file.judged(
            Side.DEPARTMENT, call.department_id
        ):
            key = str(call.department_id)
            form = given.get(f"judge-{key}") or JudgeForm(auto_id=f"j{key}-%s")
            found.append({"side": Side.DEPARTMENT, "name": call.department, "department": key, "form": form})
    return found


@needs(ANSWER, RULE)
@require_POST
def answer(request: DeskRequest, whistle_id: UUID, call_id: int) -> HttpResponse:
    file, form = file_for(request, whistle_id), AnswerForm(request.POST)
    given = request.POST.get("answer", "")
    if given not in set(Answer) or call_id not in {call.id for call in file.line.calls}:
        raise Http404
    return carry_out(
        request, form, lambda: actions.answer_call(
            call_id=call_id, answer=Answer(given), words=form.cleaned_data["words"], by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("Noted. Everybody who was called can see it."), to=address(whistle_id),
        again=lambda status: page(
            request, file_for(request, whistle_id), forms={"answer": form}, status=status
        ),
    )  # fmt: skip


@needs(BLOW, RULE)
@require_POST
def end(request: DeskRequest, whistle_id: UUID) -> HttpResponse:
    file, form = file_for(request, whistle_id), EndForm(request.POST)
    return carry_out(
        request, form, lambda: actions.end_whistle(
            whistle_id=file.row.pk, outcome=form.cleaned_data["outcome"], by=request.officer,
            at=timezone.now(), submission=submission_key(request),
        ),
        words=_("The whistle has ended. Both sides can write their judgement now."), to=address(whistle_id),
        again=lambda status: page(request, file_for(request, whistle_id), forms={"end": form}, status=status),
    )  # fmt: skip


@needs(BLOW, ANSWER)
@require_POST
def judge(request: DeskRequest, whistle_id: UUID) -> HttpResponse:
    file, form = file_for(request, whistle_id), JudgeForm(request.POST)
    given = request.POST.get("department", "")
    department = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    side = Side.GRID if department is None else Side.DEPARTMENT
    return carry_out(
        request, form, lambda: actions.judge(
            whistle_id=file.row.pk, side=side, department_id=department, result=form.cleaned_data["result"],
            words=form.cleaned_data["words"], by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        ),
        words=_("The judgement was written."), to=address(whistle_id),
        again=lambda status: page(
            request, file_for(request, whistle_id), forms={f"judge-{department or ''}": form}, status=status
        ),
    )  # fmt: skip


def address(whistle_id: UUID) -> str:
    return reverse("desk:whistle", args=[whistle_id])
