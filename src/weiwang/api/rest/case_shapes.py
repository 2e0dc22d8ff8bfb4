"""What goes in and comes out about cases, for programs with a key."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from weiwang.api.rest.shapes import ADDRESS, CODE, ContactIn, Given

NOTE = 2000
PHOTO = 700_000  # characters of base64, half a megabyte of picture: a request holds three of them
PHOTOS: Any = Field(
    default_factory=list,
    max_length=3,
    description="Up to three pictures as base64, at most 500 kB each; JPEG, PNG, WebP or GIF.",
)

PAPERS: Any = Field(
    default_factory=list,
    max_length=3,
    description="Up to three PDF files as base64. A request holds one of the full size, 10 MB unless set "
    "otherwise.",
)


class CaseRowOut(Schema):
    id: UUID
    number: str
    title: str
    category: str
    state: str
    state_name: str
    urgent: bool
    unit_name: str
    address: str
    lon: float | None
    lat: float | None
    owner: str = Field(description="The post that has it now; empty at the end.")
    reported_at: datetime
    due_at: datetime | None
    photo_count: int
    paper_count: int
    version: int


class CasesOut(Schema):
    cases: list[CaseRowOut]
    next: str | None = Field(description="Cursor of the following page; null at the end.")


class StepOffered(Schema):
    """One step that the post of the key may take now. `note` and `target` say what has to come with it."""

    step: str
    name: str
    note: Literal["none", "optional", "required"]
    target: bool


class PhotoOut(Schema):
    id: UUID
    stage: str
    width: int
    height: int
    url: str


class PaperOut(Schema):
    id: UUID
    stage: str
    pages: int
    size: int = Field(description="In bytes.")
    url: str


class CaseOut(CaseRowOut):
    text: str
    answers: dict[str, str | list[str]]
    channel: str
    source_ref: str | None
    unit_code: str
    match: str
    promised_at: datetime
    provisional: bool = Field(
        description="Whether `due_at` rests on a year whose holidays are not announced yet; it may move."
    )
    closed_at: datetime | None
    answer: str
    satisfied: bool | None
    returned: int
    reopened: int
    cause: str = Field(description="Code of the cause that was noted; empty while none is.")
    cause_words: str
    restricted: bool
    has_reporter: bool = Field(description="Whether somebody left a contact. Keys never open it.")
    photos: list[PhotoOut]
    papers: list[PaperOut]
    steps: list[StepOffered]
    may_reroute: bool
    merged_into: UUID | None = Field(description="The case that stays, where this one was a duplicate.")
    helpers: list[int] = Field(description="Posts that were asked to help.")


class EventOut(Schema):
    at: datetime
    step: str
    name: str
    state: str
    actor: str = Field(description="A post, `resident` or `system`; never a person.")
    note: str
    public: bool
    data: dict[str, Any]


class TargetOut(Schema):
    post: int
    name: str
    vacant: bool
    suggested: bool


class CaseIn(Given):
    """A report by the post of the key. `settled` closes it at once: it was settled on the spot."""

    text: str
    category: str = Field("", max_length=12)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    unit_code: str | None = Field(None, max_length=CODE)
    address: str = Field("", max_length=ADDRESS)
    contact: ContactIn | None = None
    answers: dict[str, str | list[str]] = Field(
        default_factory=dict, description="To the questions of the category, by their codes."
    )
    settled: str = Field("", max_length=NOTE)
    photos: list[str] = PHOTOS
    papers: list[str] = PAPERS


class StepIn(Given):
    """`target` is a post of /targets; `longer`, `review_on`, `channel` go with steps that ask for them."""

    note: str = Field("", max_length=NOTE)
    target: int | None = Field(None, ge=1, le=2**53)
    longer: str | None = Field(None, max_length=20, description="More time, such as 3wd.")
    review_on: date | None = None
    channel: str | None = Field(None, max_length=40, description="Code of a legal channel.")
    photos: list[str] = PHOTOS
    papers: list[str] = PAPERS


class CauseIn(Given):
    """One of /causes for the category of the case; `words` are needed with `other`."""

    cause: str = Field(min_length=1, max_length=24)
    words: str = Field("", max_length=200)


class UrgencyIn(Given):
    """Whether a case is urgent, whatever its category says; `reason` stays in the history."""

    urgent: bool
    reason: str = Field(min_length=1, max_length=NOTE)


class NoteIn(Given):
    note: str = Field(min_length=1, max_length=NOTE)
    public: bool = Field(default=False, description="The reporter reads it too, under the name of the post.")
    papers: list[str] = PAPERS


class RerouteIn(Given):
    """Another category, another unit, or both; `reason` stays in the history."""

    reason: str = Field(min_length=1, max_length=NOTE)
    category: str = Field("", max_length=12)
    unit_code: str | None = Field(None, max_length=CODE)
