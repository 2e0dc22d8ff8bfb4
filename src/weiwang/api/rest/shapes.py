"""What goes in and comes out of the public API, as its OpenAPI document shows it."""

from datetime import datetime

from ninja import Field, Schema
from pydantic import ConfigDict

TEXT, ADDRESS, NAME, PHONE, EMAIL, CODE = 4000, 160, 60, 40, 120, 30


class Given(Schema):
    """A field that is not known is refused: a mistyped name would otherwise be lost without a word."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ContactIn(Given):
    name: str = Field("", max_length=NAME)
    phone: str = Field("", max_length=PHONE)
    email: str = Field("", max_length=EMAIL)


class ReportIn(Given):
    """One report. `lon` and `lat` (WGS84), `unit_code` or `address` say where; several of them may be given.

    The unit counts before the point, the point before the words.
    """

    text: str = Field(description="What it is about, at most 4000 characters.", examples=["路灯不亮"])
    category: str = Field("", max_length=12, description="A code of /categories; empty if not known.")
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    unit_code: str | None = Field(
        None, max_length=CODE, description="Code of a community, grid or micro-grid."
    )
    address: str = Field("", max_length=ADDRESS, description="The place in words.")
    place: str | None = Field(
        None,
        max_length=CODE,
        description="Code of the sub-district; needed for words alone where there are several.",
    )
    contact: ContactIn | None = Field(
        None, description="Who may be called back; leave out to stay anonymous."
    )


class UnitOut(Schema):
    """`match`: exact, approximate (in a gap, nearest unit), chosen, or words (the whole sub-district)."""

    code: str
    name: str
    match: str


class ReceiptOut(Schema):
    number: str
    private_url: str = Field(description="Opens everything the reporter may read and do; keep it private.")
    query_code: str = Field(description="Six digits that open the progress together with the number.")
    promised_at: datetime
    unit: UnitOut
    why: list[str] = Field(description="Why it landed there and with whom, in the language asked for.")


class StepOut(Schema):
    at: datetime
    step: str
    text: str
    who: str = Field(description="A post, never a person; empty for the reporter.")
    note: str


class ProgressOut(Schema):
    number: str
    title: str
    state: str
    state_name: str
    category: str
    unit: str
    reported_at: datetime
    promised_at: datetime
    owner: str = Field(description="The post that has it now; empty at the end.")
    steps: list[StepOut]
    to_come: list[str]
    answer: str
    satisfied: bool | None


class CategoryOut(Schema):
    code: str
    slug: str
    name: str = Field(description="As staff say it.")
    public_name: str = Field(description="As residents say it; the same where the table has no other.")
    major: str
    major_name: str
    urgent: bool


class LocatedOut(Schema):
    """`match`: exact, approximate or outside; outside, everything else is empty."""

    match: str
    place: str
    unit_code: str
    names: list[str] = Field(description="Community, grid, micro-grid.")
    distance_m: float | None


class FieldProblem(Schema):
    field: str
    message: str


class Problem(Schema):
    """RFC 9457. `code` is stable and for programs, `title` and `detail` are for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] = []
