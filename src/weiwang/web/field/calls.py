"""What waits for my answer: early warnings to take, whistles that call my department; and the red bar."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.territory.rules import NotAllowedError
from weiwang.web.field.attention import attention
from weiwang.web.field.frame import frame
from weiwang.web.field.gate import FieldRequest, field_officer
from weiwang.web.ui.answers import refused, submission_key
from weiwang.web.ui.clocks import moment, until
from weiwang.web.ui.forms import Form
from weiwang.web.ui.pages import render_page
from weiwang.web.ui.parts import Tone
from weiwang.whistles import actions, permissions, queries
from weiwang.whistles.permissions import ANSWER, TAKE
from weiwang.whistles.queries import CallLine, WhistleLine
from weiwang.whistles.rules import ANSWER_NAMES, ANSWERS, CALL_NAMES, REASON, Answer, CallState

OVERTAKEN = frozenset({"call.moved", "whistle.ended", "warning.taken"})
TONES: Mapping[CallState, Tone] = {CallState.ON_SITE: "cleared", CallState.CALLED: "late"}
BY_PHONE = (Answer.ON_WAY, Answer.ARRIVE, Answer.DECLINE)


class WordsForm(Form):
    words = forms.CharField(
        label=gettext_lazy("A word to them (may be left empty)"), required=False, max_length=REASON
    )


@require_safe
@field_officer
def waiting(request: FieldRequest) -> HttpResponse:
    """The bar and the number of unread messages, asked for by open pages; nothing when `seen` still holds."""
    now = attention(request.officer)
    if request.GET.get("seen") == now.version:
        answer = HttpResponse(status=HTTPStatus.NO_CONTENT)
    else:
        answer = render_page(request, "field/parts/attention.html", {"attention": now, "asked": True})
    answer["Cache-Control"] = "private, no-store"
    return answer


@dataclass(frozen=True, slots=True)
class Call:
    """One whistle that calls my department, every word ready."""

    line: WhistleLine
    call: CallLine
    kind: str
    icon: str
    when: str
    state: str
    tone: Tone
    until: str
    answers: list[tuple[Answer, str, bool]]


@require_safe
@field_officer
def calls(request: FieldRequest) -> HttpResponse:
    return page(request)


def page(
    request: FieldRequest, *, form: WordsForm | None = None, about: str = "", status: int = HTTPStatus.OK
) -> HttpResponse:
    """`form` was refused for the warning or call `about`."""
    officer, at = request.officer, timezone.now()
    warnings = [
        {
            "line": line, "when": moment(line.raised_at, at), "id": str(line.id),
            "climbs": until(line.due_at, at) if line.due_at else "",
        }
        for line in queries.warnings(permissions.warnings_to(officer), at=at)
        if line.taken_at is None and officer.may(TAKE, line.unit_path)
    ]  # fmt: skip
    context = {
        **frame(officer, "calls"), "warnings": warnings, "whistles": mine(request), "form": form,
        "about": about, "blank": WordsForm(),
    }  # fmt: skip
    return render_page(request, "field/calls.html", context, status=status)


def mine(request: FieldRequest) -> list[Call]:
    """The open calls of my departments, those without an answer first."""
    officer, at = request.officer, timezone.now()
    own = officer.departments(ANSWER)
    lines = queries.running(permissions.visible_to(officer), at=at) if own else []
    found = [told(line, call) for line in lines for call in line.calls if call.department_id in own]
    return sorted(found, key=lambda one: not one.answers)


def told(line: WhistleLine, call: CallLine) -> Call:
    kind, language, at = queries.table().kinds.get(line.kind), get_language() or "", timezone.now()
    answers = [
        (answer, _(ANSWER_NAMES[answer]), ANSWERS[answer].needs_words)
        for answer in BY_PHONE
        if call.state in ANSWERS[answer].origins
    ]
    return Call(
        line, call, kind.name(language) if kind else line.kind, kind.icon if kind else "speakerphone",
        moment(line.blown_at, at), _(CALL_NAMES[call.state]), TONES.get(call.state, "near"),
        until(call.due_at, at) if call.answered_at is None else "", answers,
    )  # fmt: skip


@require_POST
@field_officer
def take(request: FieldRequest, warning_id: UUID) -> HttpResponse:
    def act(words: str) -> object:
        return actions.take_warning(
            warning_id=warning_id, reply=words, by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(
        request, TAKE, str(warning_id), act, _("You have taken the warning. It stays with you now.")
    )


@require_POST
@field_officer
def answer(request: FieldRequest, call_id: int) -> HttpResponse:
    given = request.POST.get("answer", "")
    if given not in BY_PHONE:
        raise Http404

    def act(words: str) -> object:
        return actions.answer_call(
            call_id=call_id, answer=Answer(given), words=words, by=request.officer, at=timezone.now(),
            submission=submission_key(request),
        )  # fmt: skip

    return carry_out(request, ANSWER, str(call_id), act, _("Noted. Whoever called can see it."))


def carry_out(
    request: FieldRequest, power: str, about: str, act: Callable[[str], object], done: str
) -> HttpResponse:
    if not request.officer.may(power):
        raise NotAllowedError(power)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return page(request, form=form, about=about, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        act(form.cleaned_data["words"])
    except AlreadyDoneError:
        return HttpResponseRedirect(reverse("field:calls"))
    except CodedError as error:
        status = refused(form, error, overtaken=OVERTAKEN, fields={"call.reason": "words"})
        return page(request, form=form, about=about, status=status)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("field:calls"))
