"""Noting why a matter arose, from its page."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.cases.actions import note_cause
from weiwang.web.desk.cases import carried_out, read_typed, refused
from weiwang.web.desk.gates import DeskRequest, needs


@needs("case.see")
@require_POST
def note(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Note the cause; back to the case."""
    asked = read_typed(request)

    def write() -> str:
        note_cause(
            case_id=case_id, code=request.POST.get("cause", "")[:24], words=asked.note, by=request.officer,
            at=timezone.now(), submission=asked.submission or None,
        )  # fmt: skip
        return _("The cause has been recorded.")

    return carried_out(request, case_id, write, partial(refused, request, case_id, asked))
