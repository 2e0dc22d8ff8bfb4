"""Reads about hotline orders: sources, what is open, and the answers to hand back in their columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone

from weiwang.cases.models import Order, OrderSource
from weiwang.cases.rules import FINAL
from weiwang.kernel.faults import gettext_noop

PAGE = 50
_FINAL = sorted(state.value for state in FINAL)

# What can be handed back, with the usual heading of a sheet; their sheets are Chinese.
ANSWERS: Mapping[str, tuple[str, str]] = {
    "number": ("工单编号", gettext_noop("their number")),
    "ours": ("受理编号", gettext_noop("our number")),
    "state": ("办理状态", gettext_noop("state")),
    "contacted": ("首次联系时间", gettext_noop("first contact")),
    "closed": ("办结时间", gettext_noop("closed on")),
    "answer": ("答复内容", gettext_noop("answer")),
    "unit": ("承办社区", gettext_noop("place")),
    "satisfied": ("满意度", gettext_noop("how it went")),
}
DEFAULT_ANSWERS = tuple((heading, name) for name, (heading, _) in ANSWERS.items())
_STATES = {True: "已办结", False: "办理中"}
_SATISFIED = {True: "满意", False: "不满意", None: "未评价"}
_VALUES: Mapping[str, Callable[[Order], object]] = {
    "number": lambda order: order.number,
    "ours": lambda order: order.case.number,
    "state": lambda order: _STATES[order.case.state in _FINAL],
    "contacted": lambda order: _wall(order.case.contacted_at),
    "closed": lambda order: _wall(order.case.closed_at),
    "answer": lambda order: order.case.answer if order.case.state in _FINAL else "",
    "unit": lambda order: order.case.unit_name,
    "satisfied": lambda order: _SATISFIED[order.case.satisfied],
}


def _wall(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


@dataclass(frozen=True, slots=True)
class Source:
    """One source with its figures. `ready` are answers not handed back yet."""

    id: int
    place: int
    code: str
    name: str
    columns: Mapping[str, str]
    categories: Mapping[str, str]
    answers: Sequence[Sequence[str]]
    open: int
    late: int
    ready: int


def sources(places: Iterable[int], *, at: datetime) -> list[Source]:
    is_open = ~Q(orders__case__state__in=_FINAL) & Q(orders__isnull=False)
    found = OrderSource.objects.filter(place__in=list(places)).annotate(
        open=Count("orders", filter=is_open),
        late=Count("orders", filter=is_open & Q(orders__case__due_at__lt=at)),
        ready=Count("orders", filter=Q(orders__case__state__in=_FINAL, orders__answered_back_at=None)),
    )
    return [
        Source(
            row.pk, row.place, row.code, row.name, row.columns, row.categories,
            row.answers or DEFAULT_ANSWERS, row.open, row.late, row.ready,
        )
        for row in found.order_by("code")
    ]  # fmt: skip


def source_coded(*, place: int, code: str) -> OrderSource | None:
    return OrderSource.objects.filter(place=place, code=code).first()


@dataclass(frozen=True, slots=True)
class Known:
    case_id: UUID
    fingerprint: str


def known_orders(*, source_id: int, among: Iterable[str]) -> dict[str, Known]:
    """The orders of a source that were imported before, by their number."""
    found = Order.objects.filter(source=source_id, number__in=list(among))
    rows = found.values_list("number", "case", "fingerprint")
    return {number: Known(case, mark) for number, case, mark in rows}


@dataclass(frozen=True, slots=True)
class Line:
    """One order as the list shows it."""

    case_id: UUID
    source: str
    number: str
    our_number: str
    title: str
    state: str
    owner_name: str
    due_at: datetime | None
    outer_due_at: datetime | None
    pressed: int
    answered_back_at: datetime | None


def latest(places: Iterable[int], *, limit: int = PAGE) -> list[Line]:
    """Open orders first, the most pressing on top; then those that are finished, newest first."""
    found = Order.objects.filter(place__in=list(places))
    fields = (
        "case_id", "source__name", "number", "case__number", "case__title", "case__state", "case__owner_name",
        "case__due_at", "due_at", "pressed", "answered_back_at",
    )  # fmt: skip
    rows = found.order_by(F("case__due_at").asc(nulls_last=True), "-received_at").values_list(*fields)
    return [Line(*row) for row in rows[:limit]]


def answer_orders(*, source_id: int, place: int, everything: bool) -> list[Order]:
    """The orders an export holds: finished ones not handed back yet, or all of the source."""
    found = Order.objects.filter(source=source_id, place=place).select_related("case").defer("case__search")
    if not everything:
        found = found.filter(case__state__in=_FINAL, answered_back_at=None)
    return list(found.order_by("received_at", "number"))


def answer_rows(orders: Iterable[Order], answers: Sequence[Sequence[str]]) -> Iterator[list[object]]:
    """One row an order, in the columns of the source."""
    for order in orders:
        yield [_VALUES[name](order) for _, name in answers if name in _VALUES]
