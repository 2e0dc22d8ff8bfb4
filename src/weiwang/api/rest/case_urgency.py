"""How urgent a case is, for programs with a key."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router

from weiwang.api.rest.case_shapes import CaseOut, UrgencyIn
from weiwang.api.rest.cases import IDEMPOTENCY, IF_MATCH, WRITING, done, file_of, seen_in
from weiwang.api.rest.keys import Key, officer
from weiwang.api.rest.shapes import Problem
from weiwang.cases.actions import set_urgency

router = Router(tags=["cases"], auth=Key())


@router.post(
    "/cases/{case_id}/urgency", response={200: CaseOut, 204: None, WRITING: Problem},
    summary="Make it urgent or ordinary", operation_id="setUrgency",
)  # fmt: skip
def urgency(
    request: HttpRequest, case_id: UUID, body: UrgencyIn, key: str = IDEMPOTENCY,
    if_match: str | None = IF_MATCH,
) -> HttpResponse:  # fmt: skip
    """The limit that runs is counted again from when it began."""
    seen = seen_in(if_match)
    file_of(request, case_id)
    deed = partial(
        set_urgency, case_id=case_id, urgent=body.urgent, reason=body.reason, by=officer(request),
        at=timezone.now(), seen_version=seen, submission=key,
    )  # fmt: skip
    return done(request, deed, about=case_id)
