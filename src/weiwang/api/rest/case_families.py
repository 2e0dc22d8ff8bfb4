"""Parts of a case, a second matter split off, and links, for programs with a key."""

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
from weiwang.cases import permissions, relations
from weiwang.cases.actions import add_part, link_cases, look_at_parts, split_case, unlink_cases
from weiwang.territory.rules import Officer

router = Router(tags=["cases"], auth=Key())


class MemberOut(Schema):
    """A case of the family. Title and answer are empty where the post of the key does not see it."""

    id: UUID
    number: str
    title: str
    state: str
    owner: str
    due_at: str | None
    answer: str


class LinkOut(MemberOut):
    reason: str
    split: str = Field(description="`off` for a matter that was split off, `from` for where it came from.")


class FamilyOut(Schema):
    parent: MemberOut | None = Field(description="The case this one is a part of.")
    parts: list[MemberOut]
    open_parts: int = Field(description="The case does not end before they have ended.")
    news_at: str | None = Field(description="When a part moved that nobody has looked at since.")
    links: list[LinkOut]


class PartIn(Given):
    """`target` is a post of /targets; `note` says what it is to do. Without a category: that of the case."""

    target: int = Field(ge=1, le=2**53)
    note: str = Field(min_length=1, max_length=NOTE)
    category: str = Field("", max_length=12)


class SplitIn(Given):
    text: str = Field(min_length=1, max_length=NOTE, description="The second matter; its reporter reads it.")
    category: str = Field(max_length=12)
    note: str = Field("", max_length=NOTE)


class LinkIn(Given):
    number: str = Field(max_length=40)
    reason: str = Field(min_length=1, max_length=NOTE)


@router.get(
    "/cases/{case_id}/family", response={200: FamilyOut, READING: Problem}, summary="Parts and links",
    operation_id="caseFamily",
)  # fmt: skip
def family(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """The case it is a part of, its own parts, and the cases it is linked to."""
    by, case = officer(request), file_of(request, case_id).case
    parent, whole = relations.parent_of(case), by.holds(case.owner_post_id)
    return {
        "parent": _member(by, parent) if parent is not None else None,
        "parts": [_member(by, one, whole=whole) for one in relations.parts_of([case.pk]).get(case.pk, ())],
        "open_parts": case.open_parts or 0,
        "news_at": moment(case.parts_news_at),
        "links": [_linked(by, one) for one in relations.links_of(case)],
    }


def _member(by: Officer, case: Any, *, whole: bool = False) -> dict[str, Any]:  # noqa: ANN401 -- a case
    reads = whole or permissions.may_see(by, case)
    return {
        "id": case.pk, "number": case.number, "title": case.title if reads else "", "state": case.state,
        "owner": case.owner_name, "due_at": moment(case.due_at), "answer": case.answer if reads else "",
    }  # fmt: skip


def _linked(by: Officer, one: relations.Linked) -> dict[str, Any]:
    reason = one.reason if permissions.may_see(by, one.case) else ""
    split = ("from" if one.is_origin else "off") if one.is_split else ""
    return _member(by, one.case) | {"reason": reason, "split": split}


@router.post(
    "/cases/{case_id}/parts", response={201: CaseOut, 204: None, WRITING: Problem},
    summary="Give a part to another office", operation_id="addPart",
)  # fmt: skip
def part(request: HttpRequest, case_id: UUID, body: PartIn, key: str = IDEMPOTENCY) -> HttpResponse:
    """The part is a case with owner and clock of its own; the answer is the part."""
    file_of(request, case_id)
    deed = partial(
        add_part, case_id=case_id, post_id=body.target, note=body.note, category=body.category,
        by=officer(request), at=timezone.now(), submission=key,
    )  # fmt: skip
    return done(request, deed, status=201, words=body.note)


@router.post(
    "/cases/{case_id}/parts/seen", response={200: CaseOut, WRITING: Problem},
    summary="The news of the parts have been seen", operation_id="partsSeen",
)  # fmt: skip
def seen(request: HttpRequest, case_id: UUID, key: str = IDEMPOTENCY) -> HttpResponse:
    file_of(request, case_id)
    deed = partial(
        look_at_parts, case_id=case_id, by=officer(request), at=timezone.now(), submission=key
    )  # fmt: skip
    return done(request, deed, about=case_id)


@router.post(
    "/cases/{case_id}/split", response={201: CaseOut, WRITING: Problem}, summary="Split off a second matter",
    operation_id="splitCase",
)  # fmt: skip
def split(
    request: HttpRequest, case_id: UUID, body: SplitIn, key: str = IDEMPOTENCY,
    if_match: str | None = IF_MATCH,
) -> HttpResponse:  # fmt: skip
    """The second matter becomes a case of its own; the answer is that case. Its reporter hears of both."""
    version = seen_in(if_match)
    file_of(request, case_id)
    deed = partial(
        split_case, case_id=case_id, text=body.text, category=body.category, note=body.note,
        by=officer(request), at=timezone.now(), seen_version=version, submission=key,
    )  # fmt: skip
    return done(request, deed, status=201, words=body.text)


@router.post(
    "/cases/{case_id}/links", response={200: CaseOut, WRITING: Problem}, summary="Link to another case",
    operation_id="linkCase",
)  # fmt: skip
def link(request: HttpRequest, case_id: UUID, body: LinkIn, key: str = IDEMPOTENCY) -> HttpResponse:
    file_of(request, case_id)
    deed = partial(
        link_cases, case_id=case_id, number=body.number, reason=body.reason, by=officer(request),
        at=timezone.now(), submission=key,
    )  # fmt: skip
    return done(request, deed, about=case_id)


@router.delete(
    "/cases/{case_id}/links/{other}", response={200: CaseOut, WRITING: Problem}, summary="Take a link back",
    operation_id="unlinkCase",
)  # fmt: skip
def unlink(request: HttpRequest, case_id: UUID, other: UUID, key: str = IDEMPOTENCY) -> HttpResponse:
    file_of(request, case_id)
    deed = partial(
        unlink_cases, case_id=case_id, other=other, by=officer(request), at=timezone.now(), submission=key
    )
    return done(request, deed, about=case_id)
