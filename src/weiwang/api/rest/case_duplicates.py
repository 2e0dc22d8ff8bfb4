"""Duplicates and posts that help, for programs with a key."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema

from weiwang.api.rest.case_shapes import NOTE, CaseOut
from weiwang.api.rest.cases import IDEMPOTENCY, IF_MATCH, READING, WRITING, done, file_of, moment, seen_in
from weiwang.api.rest.keys import Key, officer
from weiwang.api.rest.shapes import Given, Problem
from weiwang.cases import neighbours, permissions
from weiwang.cases.actions import ask_to_help, end_help, merge_cases, unmerge_case

router = Router(tags=["cases"], auth=Key())


class AlikeOut(Schema):
    """An open case that may be the same, closest first, with the evidence."""

    id: UUID
    number: str
    title: str
    category: str
    state: str
    unit_name: str
    reported_at: datetime
    people: int = Field(description="How many people reported it.")
    metres: float | None = Field(description="How far apart; null where one has no point.")
    words: float = Field(description="Which part of the words they share, 0 to 1.")
    shared: list[str]


class MergeIn(Given):
    into: UUID = Field(description="The id of the open case that stays.")
    note: str = Field("", max_length=NOTE)


class UnmergeIn(Given):
    note: str = Field(min_length=1, max_length=NOTE)


class HelpIn(Given):
    """`post` is one of /targets; it reads `note` among its messages and sees the case."""

    post: int = Field(ge=1, le=2**53)
    note: str = Field(min_length=1, max_length=NOTE)


@router.get(
    "/cases/{case_id}/alike", response={200: list[AlikeOut], READING: Problem}, operation_id="alikeCases",
    summary="Open cases that may be the same",
)  # fmt: skip
def alike(request: HttpRequest, case_id: UUID) -> list[dict[str, Any]]:
    """Near in place, kind, words and time, among what the post sees. A person decides."""
    case = file_of(request, case_id).case
    found = neighbours.near_case(permissions.visible_to(officer(request)), case)
    return [_alike(one) for one in found]


def _alike(one: neighbours.Near) -> dict[str, Any]:
    return {
        "id": one.case_id, "number": one.number, "title": one.title, "category": one.category,
        "state": one.state, "unit_name": one.unit_name, "reported_at": moment(one.reported_at),
        "people": one.people, "metres": one.evidence.metres, "words": round(one.evidence.words, 3),
        "shared": list(one.evidence.shared),
    }  # fmt: skip


@router.post(
    "/cases/{case_id}/merge", response={200: CaseOut, 204: None, WRITING: Problem}, operation_id="mergeCase",
    summary="End it as a duplicate of another case",
)  # fmt: skip
def merge(
    request: HttpRequest, case_id: UUID, body: MergeIn, key: str = IDEMPOTENCY,
    if_match: str | None = IF_MATCH,
) -> HttpResponse:  # fmt: skip
    """Its reporter follows the other case from now on. `unmerge` takes it back whole."""
    seen = seen_in(if_match)
    file_of(request, case_id)
    file_of(request, body.into)
    deed = partial(
        merge_cases, duplicate=case_id, into=body.into, by=officer(request), at=timezone.now(),
        seen_version=seen, note=body.note, submission=key,
    )  # fmt: skip
    return done(request, deed, about=case_id)


@router.post(
    "/cases/{case_id}/unmerge", response={200: CaseOut, 204: None, WRITING: Problem},
    operation_id="unmergeCase", summary="Take a merge back",
)  # fmt: skip
def unmerge(
    request: HttpRequest, case_id: UUID, body: UnmergeIn, key: str = IDEMPOTENCY,
    if_match: str | None = IF_MATCH,
) -> HttpResponse:  # fmt: skip
    """State, owner and clock are again what they were."""
    seen = seen_in(if_match)
    file_of(request, case_id)
    deed = partial(
        unmerge_case, case_id=case_id, by=officer(request), at=timezone.now(), seen_version=seen,
        note=body.note, submission=key,
    )  # fmt: skip
    return done(request, deed, about=case_id)


@router.post(
    "/cases/{case_id}/helpers", response={200: CaseOut, WRITING: Problem}, operation_id="askToHelp",
    summary="Ask a post to help",
)  # fmt: skip
def help_asked(request: HttpRequest, case_id: UUID, body: HelpIn, key: str = IDEMPOTENCY) -> HttpResponse:
    """Who answers for the case does not change, nor does its ETag."""
    file_of(request, case_id)
    deed = partial(
        ask_to_help, case_id=case_id, post_id=body.post, note=body.note, by=officer(request),
        at=timezone.now(), submission=key,
    )  # fmt: skip
    return done(request, deed, about=case_id)


@router.delete(
    "/cases/{case_id}/helpers/{post}", response={200: CaseOut, WRITING: Problem}, operation_id="endHelp",
    summary="A post need not help any more",
)  # fmt: skip
def help_over(request: HttpRequest, case_id: UUID, post: int, key: str = IDEMPOTENCY) -> HttpResponse:
    file_of(request, case_id)
    deed = partial(
        end_help, case_id=case_id, post_id=post, by=officer(request), at=timezone.now(), submission=key
    )  # fmt: skip
    return done(request, deed, about=case_id)
