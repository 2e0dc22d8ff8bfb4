"""Why matters arose, for programs with a key: the causes of a category, and noting one on a case."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Router, Schema
from ninja.params.functions import Query

from weiwang.api.rest.case_shapes import CaseOut, CauseIn
from weiwang.api.rest.cases import IDEMPOTENCY, READING, WRITING, done, file_of
from weiwang.api.rest.keys import Key, officer
from weiwang.api.rest.shapes import Problem
from weiwang.cases import queries
from weiwang.cases.actions import note_cause
from weiwang.cases.causes import causes_of

router = Router(tags=["cases"], auth=Key())


class CauseOut(Schema):
    code: str
    name: str


@router.get(
    "/causes", response={200: list[CauseOut], READING: Problem}, summary="Causes of a category",
    operation_id="causes",
)  # fmt: skip
def causes(
    request: HttpRequest, category: str = Query("", max_length=12, description="Code of a category.")
) -> list[dict[str, Any]]:
    """What may be noted for a category, the particular first; without one, what fits every case."""
    language = get_language() or ""
    return [
        {"code": cause.code, "name": cause.name(language)}
        for cause in causes_of(queries.causes(), category.replace("\0", ""))
    ]


@router.post(
    "/cases/{case_id}/cause", response={200: CaseOut, WRITING: Problem}, summary="Note the cause",
    operation_id="noteCause",
)  # fmt: skip
def cause(request: HttpRequest, case_id: UUID, body: CauseIn, key: str = IDEMPOTENCY) -> HttpResponse:
    """The one noted last counts. The case stays where it is, and so does its ETag."""
    file_of(request, case_id)
    deed = partial(
        note_cause, case_id=case_id, code=body.cause, words=body.words, by=officer(request),
        at=timezone.now(), submission=key,
    )  # fmt: skip
    return done(request, deed, about=case_id)
