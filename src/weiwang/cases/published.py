"""What anybody may read of cases by Open311: never a restricted category, a reporter, a name or a photo.

The words pass a filter (telephone, ID and card numbers masked, links left out). Where a category usually
happens at home (`at_home` of its group in `policies/categories.yaml`), the address is left out and the
position is rounded to a thousandth of a degree, about a hundred metres. What staff write is not published;
the answer goes only to the program that brought the report.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from weiwang.cases.models import Case, Event
from weiwang.cases.queries import categories
from weiwang.cases.rules import FINAL, LIFECYCLE, Category, State, Step
from weiwang.kernel.masking import mask_text

COARSE = 3  # decimals of a degree for what happens at home
FINE = 6
_LINK = re.compile(r"\b(?:https?|ftp)://\S+", re.IGNORECASE)
LINK_LEFT_OUT = "（链接略）"
ENDINGS = frozenset({Step.SETTLE, Step.REJECT, Step.CLOSE})


def publishable(text: str) -> str:
    """Words of a resident as everybody may read them."""
    return mask_text(_LINK.sub(LINK_LEFT_OUT, text))


@dataclass(frozen=True, slots=True)
class Published:
    """One case as everybody may read it. `updated_at` of a closed case is when it was closed."""

    case_id: UUID
    number: str
    state: State
    category: Category
    text: str
    address: str
    lon: float | None
    lat: float | None
    responsible: str
    requested_at: datetime
    updated_at: datetime
    expected_at: datetime

    @property
    def is_closed(self) -> bool:
        return self.state in FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases. `numbers` overrides everything else; `closed` None means open and closed ones."""

    numbers: Sequence[str] = ()
    codes: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    closed: bool | None = None


_FIELDS = (
    "pk", "number", "state", "category", "text", "address", "lon", "lat", "owner_name", "department__name",
    "reported_at", "step_at", "closed_at", "promised_at",
)  # fmt: skip


def open_categories() -> dict[str, Category]:
    """The categories that may be published, by code."""
    return {code: category for code, category in categories().items() if not category.restricted}


def _public(places: Iterable[int]) -> "QuerySet[Case]":
    found = Case.objects.filter(place__in=list(places), restricted=False, parent=None, cleared_on=None)
    return found.filter(category__in=list(open_categories())).exclude(state=State.DRAFT)


def published(*, places: Iterable[int], wanted: Wanted, skip: int = 0, limit: int) -> list[Published]:
    """Newest first, one query."""
    found = _public(places)
    found = found.filter(number__in=list(wanted.numbers)) if wanted.numbers else _narrowed(found, wanted)
    rows = found.order_by("-reported_at", "-id").values_list(*_FIELDS)[skip : skip + limit]
    known = open_categories()
    return [_published(row, known) for row in rows]


def _narrowed(found: "QuerySet[Case]", wanted: Wanted) -> "QuerySet[Case]":
    conditions = Q()
    if wanted.codes:
        conditions &= Q(category__in=list(wanted.codes))
    if wanted.since is not None:
        conditions &= Q(reported_at__gte=wanted.since)
    if wanted.until is not None:
        conditions &= Q(reported_at__lte=wanted.until)
    if wanted.closed is not None:
        ended = Q(state__in=sorted(FINAL))
        conditions &= ended if wanted.closed else ~ended
    return found.filter(conditions)


def _published(row: Sequence[object], known: dict[str, Category]) -> Published:
    (
        pk,
        number,
        state,
        code,
        text,
        address,
        lon,
        lat,
        owner,
        department,
        reported,
        stepped,
        closed,
        promised,
    ) = row
    category = known[str(code)]
    decimals = COARSE if category.at_home else FINE
    return Published(
        UUID(str(pk)), str(number), State(str(state)), category, publishable(str(text)),
        "" if category.at_home else publishable(str(address)),
        _rounded(lon, decimals), _rounded(lat, decimals), str(department or owner or ""),
        _moment(reported), _moment(closed if State(str(state)) in FINAL and closed else stepped),
        _moment(promised),
    )  # fmt: skip


def _rounded(degrees: object, decimals: int) -> float | None:
    return None if degrees is None else round(float(str(degrees)), decimals)


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError(value)
    return value


# ---------------------------------------------------------------- what became of them


@dataclass(frozen=True, slots=True)
class Update:
    """One public step of a case. `tells` is a msgid; `answer` is filled only for who may read it."""

    id: str
    number: str
    state: State
    step: Step
    at: datetime
    tells: str
    answer: str


def updates(
    *, places: Iterable[int], since: datetime, until: datetime, reader: int | None, skip: int = 0, limit: int
) -> list[Update]:
    """The public steps in a window, oldest first, one query.

    `reader` is the account of the program that asks; it reads the answers to the reports it brought.
    """
    steps = [step.value for step in LIFECYCLE if step is not Step.REPORT]
    found = Event.objects.filter(case__in=_public(places), public=True, step__in=steps)
    found = found.filter(at__gte=since, at__lte=until).order_by("at", "id")
    rows = found.values_list(
        "seq", "case__number", "to_state", "step", "at", "note", "case__reported_by"
    )[skip : skip + limit]  # fmt: skip
    return list(_updates(rows, reader))


def _updates(rows: Iterable[Sequence[object]], reader: int | None) -> Iterator[Update]:
    for seq, number, state, name, at, note, brought_by in rows:
        step = Step(str(name))
        mine = reader is not None and brought_by == reader and step in ENDINGS
        yield Update(
            f"{number}-{seq}", str(number), State(str(state)), step, _moment(at), LIFECYCLE[step].tells,
            publishable(str(note or "")) if mine else "",
        )  # fmt: skip


def case_numbered(*, places: Iterable[int], number: str) -> UUID | None:
    """The id of a published case."""
    return _public(places).filter(number=number).values_list("pk", flat=True).first()
