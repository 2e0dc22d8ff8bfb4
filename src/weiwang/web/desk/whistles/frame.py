"""What the pages of whistles share: words of the table, tabs, carrying out, one call as it is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.audit.rules import AlreadyDoneError
from weiwang.kernel.faults import CodedError
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest
from weiwang.web.ui.answers import refused
from weiwang.web.ui.clocks import moment, until
from weiwang.web.ui.parts import Tab, Tone
from weiwang.whistles import queries
from weiwang.whistles.queries import CallLine, WhistleLine
from weiwang.whistles.rules import CALL_NAMES, CallState

HERE = "desk:whistles"
# What somebody else did meanwhile, rather than what was typed.
OVERTAKEN = frozenset({"call.moved", "whistle.ended", "whistle.open", "judgement.given", "warning.taken"})
FIELDS = {
    "whistle.kind": "kind", "whistle.limit": "limit", "whistle.nobody": "departments",
    "whistle.too_many": "departments", "whistle.department": "departments", "whistle.no_words": "words",
    "whistle.no_place": "meeting_point", "whistle.no_outcome": "outcome", "judgement.no_words": "words",
    "judgement.result": "result",
}  # fmt: skip
TONES: Mapping[CallState, Tone] = {
    CallState.CALLED: "action", CallState.ON_WAY: "near", CallState.ON_SITE: "cleared",
    CallState.DECLINED: "late", CallState.RELEASED: "quiet",
}  # fmt: skip


def language() -> str:
    return get_language() or ""


@dataclass(frozen=True, slots=True)
class ShownCall:
    """One department's call, every word ready."""

    id: int
    department_id: int
    department: str
    state: CallState
    tone: Tone
    words: str
    when: str
    late: bool


def shown_call(call: CallLine, at: datetime) -> ShownCall:
    when = until(call.due_at, at) if call.state is CallState.CALLED else ""
    if call.arrived_at is not None:
        when = _("since %(moment)s") % {"moment": moment(call.arrived_at, at)}
    elif call.answered_at is not None:
        when = moment(call.answered_at, at)
    late = call.late and call.state is not CallState.DECLINED
    return ShownCall(
        call.id, call.department_id, call.department, call.state,
        "late" if late and call.state is CallState.CALLED else TONES[call.state],
        _(CALL_NAMES[call.state]), when, late,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownWhistle:
    line: WhistleLine
    kind: str
    icon: str
    when: str
    calls: list[ShownCall]


def shown(line: WhistleLine, at: datetime) -> ShownWhistle:
    kind = queries.table().kinds.get(line.kind)
    return ShownWhistle(
        line, kind.name(language()) if kind else line.kind, kind.icon if kind else "speakerphone",
        moment(line.blown_at, at), [shown_call(call, at) for call in line.calls],
    )  # fmt: skip


def tabs(current: str) -> list[Tab]:
    rows = ((HERE, _("Who is there now")), ("desk:whistle-history", _("Ended whistles")))
    return [Tab(label=word, href=reverse(name), current=name == current) for name, word in rows]


def show_page(
    request: DeskRequest, template: str, context: Mapping[str, object], *, part: str | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    return show(request, template, context, here=HERE, part=part, status=status)


def carry_out(
    request: DeskRequest, form: BaseForm, act: Callable[[], object], *, words: str,
    to: str | Callable[[object], str], again: Callable[[int], HttpResponse],
) -> HttpResponse:  # fmt: skip
    """Do it and go to `to` with a word of success, or show the form `again` with what is wrong."""
    if not form.is_valid():
        return again(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        done = act()
    except AlreadyDoneError as before:  # a second press answers as the first did
        return HttpResponseRedirect(
            to if isinstance(to, str) else reverse("desk:whistle", args=[before.object_id])
        )
    except CodedError as error:
        return again(refused(form, error, overtaken=OVERTAKEN, fields=FIELDS))
    messages.success(request, words)
    return HttpResponseRedirect(to if isinstance(to, str) else to(done))
