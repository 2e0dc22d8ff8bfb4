"""Putting a duplicate to the case that is there, and taking that back, from the case page."""

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from weiwang.cases.actions import merge_cases, unmerge_case
from weiwang.web.desk.cases import carried_out, read_typed, refused
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.intake import read_id
from weiwang.web.desk.whereabouts import number


@needs("case.register")
@require_POST
def merge(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """End this case as a duplicate of another one."""
    asked = read_typed(request)

    def put() -> str:
        merge_cases(
            duplicate=case_id, into=read_id(request.POST.get("into", "")), by=request.officer,
            at=timezone.now(), seen_version=number(request.POST.get("seen_version", "")) or 0,
            note=asked.note, submission=asked.submission or None,
        )  # fmt: skip
        return _("Merged. The reporter now follows the other case. You can undo this.")

    return carried_out(request, case_id, put, partial(refused, request, case_id, asked))


@needs("case.register")
@require_POST
def unmerge(request: DeskRequest, case_id: UUID) -> HttpResponse:
    """Take a merge back, with a reason."""
    asked = read_typed(request)

    def take_back() -> str:
        unmerge_case(
            case_id=case_id, by=request.officer, at=timezone.now(),
            seen_version=number(request.POST.get("seen_version", "")) or 0, note=asked.note,
            submission=asked.submission or None,
        )  # fmt: skip
        return _("Undone. State, owner and clock are as they were before.")

    return carried_out(request, case_id, take_back, partial(refused, request, case_id, asked))
