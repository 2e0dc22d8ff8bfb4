"""Casework for programs: what a face can do with a case, by the post of a key and within its scopes."""

import base64
import binascii
from collections.abc import Callable
from functools import partial
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from ninja.params.functions import Header, Query

from weiwang.api.rest.case_shapes import (
    CaseIn,
    CaseOut,
    CasesOut,
    EventOut,
    NoteIn,
    RerouteIn,
    StepIn,
    TargetOut,
)
from weiwang.api.rest.enclosed import papers, pictures
from weiwang.api.rest.keys import Key, officer, place
from weiwang.api.rest.places import unit_meant
from weiwang.api.rest.problems import ApiError
from weiwang.api.rest.shapes import Problem
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases import permissions, queries
from weiwang.cases.actions import Contact, Whereabouts, add_note, report_case, reroute_case, take_step
from weiwang.cases.actions.files import paper_path, photo_path
from weiwang.cases.actions.owners import candidates
from weiwang.cases.calendars import unannounced_year
from weiwang.cases.queries import CaseFile, Filters, Row
from weiwang.cases.questions import check_answers
from weiwang.cases.receipts import receipt_of
from weiwang.cases.rules import FINAL, LIFECYCLE, STATE_NAMES, STEP_NAMES, Next, State, Step
from weiwang.kernel.papers import download_headers
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError

router = Router(tags=["cases"], auth=Key())
IDEMPOTENCY = Header(
    alias="Idempotency-Key", min_length=16, max_length=200,
    description="New for every deed, for example a UUID. The same key again changes nothing and answers with "
    "the case as it is now.",
)  # fmt: skip
IF_MATCH = Header(
    None, alias="If-Match",
    description="The ETag of the case from which the deed was decided. Missing: 428. Moved on since: 412.",
)  # fmt: skip
READING: Any = (400, 401, 403, 404, 422, 429, 503)
WRITING: Any = (400, 401, 403, 404, 409, 412, 413, 422, 428, 429, 503)


# ---------------------------------------------------------------- reading


@router.get("/cases", response={200: CasesOut, READING: Problem}, summary="Cases", operation_id="listCases")
def list_cases(
    request: HttpRequest,
    view: Literal["mine", "open", "late", "closed", "all"] = "open",
    state: str = Query("", max_length=16),
    category: str = Query("", max_length=12, description="A code, or the letter of a group."),
    under: str = Query("", max_length=30, description="Code of a unit: it and everything below."),
    words: str = Query("", max_length=60, description="Words of the report, or a number."),
    channel: str = Query("", max_length=16),
    cause: str = Query("", max_length=24, description="Code of a cause that was noted."),
    post: int | None = Query(None, ge=1, lt=2**63, description="What this post has, or handled if it ended."),
    cursor: str = Query("", max_length=200),
    limit: int = Query(50, ge=1, le=100),
) -> HttpResponse:  # fmt: skip
    """What the post may see. Open ones come by due time, others newest first."""
    by = officer(request)
    filters = Filters(
        view=view, state=_state(state), category=category.replace("\0", ""), words=words.replace("\0", ""),
        channel=channel.replace("\0", ""), under=unit_meant(place(request), under).path if under else "",
        post=post, cause=cause.replace("\0", ""),
    )  # fmt: skip
    found = queries.worklist(
        permissions.visible_to(by), filters=filters, posts=[h.post_id for h in by.holdings],
        at=timezone.now(), cursor=_opened(cursor), limit=limit,
    )  # fmt: skip
    following = base64.urlsafe_b64encode(found.next.encode()).decode() if found.next else None
    return _private({"cases": [_row(row) for row in found.rows], "next": following})


def _state(name: str) -> str:
    if name and name not in set(State):
        raise ApiError("state.unknown")
    return name


def _opened(cursor: str) -> str:
    """A cursor as we gave it; whatever else somebody sends is refused instead of starting anew."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii")).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ApiError("cursor.unknown") from error
    moment, bar, row_id = text.partition("|")
    if text and not (bar and queries.is_cursor(moment, row_id)):
        raise ApiError("cursor.unknown")
    return text


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": str(row.id), "number": row.number, "title": row.title, "category": row.category,
        "state": row.state, "state_name": _(STATE_NAMES[State(row.state)]), "urgent": row.urgent,
        "unit_name": row.unit_name, "address": row.address, "lon": row.lon, "lat": row.lat,
        "owner": row.owner_name, "reported_at": moment(row.reported_at), "due_at": moment(row.due_at),
        "photo_count": row.photo_count, "paper_count": row.paper_count, "version": row.version,
    }  # fmt: skip


def moment(at: Any) -> str | None:  # noqa: ANN401 -- a moment or none
    return timezone.localtime(at).isoformat(timespec="seconds") if at is not None else None


@router.get(
    "/cases/{case_id}", response={200: CaseOut, READING: Problem}, summary="A case", operation_id="case"
)
def one_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The whole case with the steps the post may take now. The ETag is what `If-Match` of a step takes."""
    return _shown(request, case_id)


def file_of(request: HttpRequest, case_id: UUID) -> CaseFile:
    found = permissions.case_file(officer(request), case_id)
    if found is None:
        raise ApiError("case.hidden")
    return found


def _shown(request: HttpRequest, case_id: UUID, *, status: int = 200, replayed: bool = False) -> HttpResponse:
    """The case as it is now. Who moved it out of their own sight is told so and nothing more."""
    file = permissions.case_file(officer(request), case_id)
    if file is None:
        if status == 200 and request.method == "GET":
            raise ApiError("case.hidden")
        return HttpResponse(status=204)
    answer = _private(_whole(request, file), status=status)
    answer["ETag"] = etag(file.case.version)
    if replayed:
        answer["Idempotency-Replayed"] = "true"
    return answer


def etag(version: int) -> str:
    return f'"v{version}"'


def _whole(request: HttpRequest, file: CaseFile) -> dict[str, Any]:
    case, by = file.case, officer(request)
    return {
        "id": str(case.pk), "number": case.number, "title": case.title, "category": case.category,
        "state": case.state, "state_name": _(file.state_name), "urgent": case.urgent,
        "unit_name": case.unit_name, "address": case.address, "lon": case.lon, "lat": case.lat,
        "owner": case.owner_name, "reported_at": moment(case.reported_at), "due_at": moment(case.due_at),
        "photo_count": case.photo_count, "paper_count": case.paper_count, "version": case.version,
        "text": case.text, "answers": case.answers,
        "channel": case.channel, "source_ref": case.source_ref,
        "unit_code": territory.unit_code(case.unit_id), "match": case.match,
        "promised_at": moment(case.promised_at), "provisional": unannounced_year(case) is not None,
        "closed_at": moment(case.closed_at),
        "cause": file.cause, "cause_words": file.cause_words,
        "answer": case.answer, "satisfied": case.satisfied, "returned": case.returned,
        "reopened": case.reopened, "restricted": case.restricted, "has_reporter": file.has_reporter,
        "photos": [_photo(photo) for photo in file.photos],
        "papers": [_paper(paper) for paper in file.papers],
        "steps": [_offered(step) for step in permissions.steps_for(by, case)],
        "may_reroute": State(case.state) not in FINAL
        and "case.reroute" in permissions.powers_over(by, case),
        "merged_into": str(case.merged_into_id) if case.merged_into_id else None,
        "helpers": sorted(case.helping),
    }  # fmt: skip


def _photo(photo: Any) -> dict[str, Any]:  # noqa: ANN401 -- a photo
    url = reverse("rest:v1:photo", args=[photo.pk])
    return {
        "id": str(photo.pk), "stage": photo.stage, "width": photo.width, "height": photo.height, "url": url,
    }  # fmt: skip


def _paper(paper: Any) -> dict[str, Any]:  # noqa: ANN401 -- a paper
    url = reverse("rest:v1:paper", args=[paper.pk])
    return {
        "id": str(paper.pk), "stage": paper.stage, "pages": paper.pages, "size": paper.size, "url": url,
    }  # fmt: skip


def _offered(step: Step) -> dict[str, Any]:
    move = LIFECYCLE[step]
    return {
        "step": step.value, "name": _(STEP_NAMES[step]), "note": move.note.value,
        "target": move.next is Next.TARGET,
    }  # fmt: skip


@router.get(
    "/cases/{case_id}/events", response={200: list[EventOut], READING: Problem}, summary="Its history",
    operation_id="caseEvents",
)  # fmt: skip
def events(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Every entry of the history with the notes of the staff, oldest first."""
    rows = [
        {
            "at": moment(chapter.at), "step": chapter.step, "name": _(chapter.step_name),
            "state": chapter.to_state, "actor": chapter.actor, "note": chapter.note,
            "public": chapter.public, "data": dict(chapter.data),
        }
        for chapter in file_of(request, case_id).timeline
    ]  # fmt: skip
    return _private(rows)


@router.get(
    "/cases/{case_id}/targets", response={200: list[TargetOut], READING: Problem},
    summary="Posts it can be sent to", operation_id="caseTargets",
)  # fmt: skip
def targets(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The posts over the place that can handle it, nearest first."""
    case = file_of(request, case_id).case
    posts = candidates(path=case.unit_path, place=case.place, at=timezone.now())
    rows = [
        {
            "post": post.post_id, "name": post.name, "vacant": not post.holders,
            "suggested": post.post_id == case.suggested_post_id,
        }
        for post in posts
        if "case.handle" in post.allows
    ]  # fmt: skip
    return _private(rows)


@router.get(
    "/photos/{photo_id}", response={200: bytes, READING: Problem}, summary="A photo", operation_id="photo",
    url_name="photo",
)  # fmt: skip
def photo(request: HttpRequest, photo_id: UUID, *, small: bool = False) -> HttpResponse:
    """A photo of a case the post may see, as JPEG."""
    found = queries.photo(permissions.visible_to(officer(request)), photo_id)
    path = photo_path(found, small=small) if found else None
    if path is None or not path.is_file():
        raise ApiError("case.hidden")
    with path.open("rb") as file:
        answer = HttpResponse(file.read(), content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.get(
    "/papers/{paper_id}", response={200: bytes, READING: Problem}, summary="A paper", operation_id="paper",
    url_name="paper",
)  # fmt: skip
def paper(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """A paper of a case the post may see, as PDF."""
    found = queries.paper(permissions.visible_to(officer(request)), paper_id)
    path = paper_path(found) if found else None
    if found is None or path is None or not path.is_file():
        raise ApiError("case.hidden")
    name = f"{found.case.number}-{str(found.pk)[-4:]}.pdf"
    return HttpResponse(path.read_bytes(), content_type="application/pdf", headers=download_headers(name))


# ---------------------------------------------------------------- writing


@router.post(
    "/cases", response={201: CaseOut, 204: None, WRITING: Problem}, summary="Report by the post of the key",
    operation_id="reportCase",
)  # fmt: skip
def report(request: HttpRequest, report: CaseIn, key: str = IDEMPOTENCY) -> HttpResponse:
    by = officer(request).by_power("case.report")
    if (report.lon is None) != (report.lat is None):
        raise ApiError("position.half")
    unit = unit_meant(place(request), report.unit_code).pk if report.unit_code else None
    deed = partial(
        report_case,
        place=place(request), text=report.text, by=by, at=timezone.now(), channel="api",
        where=Whereabouts(report.lon, report.lat, unit, report.address), category=report.category,
        contact=Contact(**report.contact.model_dump()) if report.contact else None,
        photos=pictures(report.photos), papers=papers(report.papers), answers=_answers(report),
        settled=report.settled, submission=key,
    )  # fmt: skip
    return done(request, deed, status=201, words=report.text)


def _answers(report: CaseIn) -> dict[str, str | list[str]]:
    category = queries.categories().get(report.category)
    given = {
        code: values if isinstance(values, list) else [values] for code, values in report.answers.items()
    }
    answers, faults = check_answers(category.questions if category else (), given)
    if faults:
        raise faults[0]
    return answers


@router.post(
    "/cases/{case_id}/steps/{step}", response={200: CaseOut, 204: None, WRITING: Problem},
    summary="Take a step", operation_id="takeStep",
)  # fmt: skip
def step(
    request: HttpRequest, case_id: UUID, step: str, body: StepIn, key: str = IDEMPOTENCY,
    if_match: str | None = IF_MATCH,
) -> HttpResponse:  # fmt: skip
    """One step of the life of a case; `steps` of the case names those that are possible now."""
    wanted, seen = _step(step), seen_in(if_match)
    file_of(request, case_id)
    details = {
        name: value
        for name in ("longer", "review_on", "channel")
        if (value := getattr(body, name)) is not None
    }
    deed = partial(
        take_step,
        case_id=case_id, step=wanted, by=officer(request), at=timezone.now(), seen_version=seen,
        note=body.note, target_post=body.target, photos=pictures(body.photos),
        papers=papers(body.papers), submission=key, **details,
    )  # fmt: skip
    return done(request, deed, about=case_id)


def _step(name: str) -> Step:
    known = (step for step, move in LIFECYCLE.items() if State.DRAFT not in move.origins)
    found = next((step for step in known if step.value == name), None)
    if found is None:
        raise ApiError("step.unknown")
    return found


def seen_in(if_match: str | None) -> int:
    """The version named by `If-Match`. Raises `ApiError`: 428 without one, 412 for what is none of ours."""
    if if_match is None:
        raise ApiError("match.needed")
    text = if_match.strip().removeprefix("W/").strip('"')
    number = text.removeprefix("v")
    if not (text.startswith("v") and number.isascii() and number.isdecimal() and len(number) < 10):
        raise ApiError("match.unknown")
    return int(number)


@router.post(
    "/cases/{case_id}/notes", response={201: CaseOut, WRITING: Problem}, summary="Add a note",
    operation_id="addNote",
)  # fmt: skip
def note(request: HttpRequest, case_id: UUID, body: NoteIn, key: str = IDEMPOTENCY) -> HttpResponse:
    """Words for the staff, or for the reporter too; the case stays where it is, and so does its ETag."""
    file_of(request, case_id)
    deed = partial(
        add_note, case_id=case_id, note=body.note, public=body.public, by=officer(request), at=timezone.now(),
        source="api", papers=papers(body.papers), submission=key,
    )  # fmt: skip
    return done(request, lambda: deed()[0], status=201, about=case_id)


@router.post(
    "/cases/{case_id}/reroute", response={200: CaseOut, 204: None, WRITING: Problem},
    summary="Put category or place right", operation_id="rerouteCase",
)  # fmt: skip
def reroute(
    request: HttpRequest, case_id: UUID, body: RerouteIn, key: str = IDEMPOTENCY,
    if_match: str | None = IF_MATCH,
) -> HttpResponse:  # fmt: skip
    seen = seen_in(if_match)
    file_of(request, case_id)
    unit = unit_meant(place(request), body.unit_code).pk if body.unit_code else None
    deed = partial(
        reroute_case, case_id=case_id, by=officer(request), at=timezone.now(), seen_version=seen,
        reason=body.reason, category=body.category, unit_id=unit, submission=key,
    )  # fmt: skip
    return done(request, deed, about=case_id)


def done(
    request: HttpRequest, deed: Callable[[], Any], *, status: int = 200,
    about: UUID | None = None, words: str = "",
) -> HttpResponse:  # fmt: skip
    """Do it and show the case; the same key again shows it without doing anything.

    `about` is the case it is done to; where it makes a new one, `words` are those it is made of. Raises
    `ApiError` if the key was used for another: no program may believe that its second deed was done.
    """
    try:
        case_id = deed().pk
    except AlreadyDoneError as done:
        made = UUID(done.object_id)
        before = receipt_of(made) if about is None else None
        if made != about and not (before is not None and before.says(words)):
            raise ApiError("idempotency.reused") from done
        return _shown(request, made, status=status, replayed=True)
    except NotAllowedError as error:
        raise ApiError("not_allowed") from error
    return _shown(request, case_id, status=status)


def _private(body: object, *, status: int = 200) -> HttpResponse:
    answer = JsonResponse(body, status=status, safe=False, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "private, no-store"
    return answer
