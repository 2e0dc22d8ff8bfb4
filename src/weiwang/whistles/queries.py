"""Reads for the board of whistles, one whistle, the history, and what waits for an officer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from weiwang.whistles.models import Call, EarlyWarning, Judgement, Note, Whistle
from weiwang.whistles.rules import TABLE, CallState, Side, WhistleTable, is_late

PAGE = 50
Judged = Judgement  # what faces are handed
KEPT_ON_BOARD = timedelta(hours=24)  # an answered warning stays in sight for a day


def table() -> WhistleTable:
    return TABLE.read(settings.POLICIES).table


@dataclass(frozen=True, slots=True)
class CallLine:
    id: int
    whistle_id: UUID
    department_id: int
    department: str
    state: CallState
    due_at: datetime
    answered_at: datetime | None
    arrived_at: datetime | None
    late: bool


@dataclass(slots=True)
class WhistleLine:
    """A whistle with its calls, as the board shows it."""

    id: UUID
    kind: str
    unit: str
    unit_path: str
    words: str
    meeting_point: str
    post: str
    blown_at: datetime
    ended_at: datetime | None
    outcome: str
    case_id: UUID | None
    case_number: str
    judgements: int
    calls: list[CallLine] = field(default_factory=list)

    @property
    def there(self) -> int:
        return sum(call.state is CallState.ON_SITE for call in self.calls)


_ROW = (
    "id", "kind", "unit__name", "unit_path", "words", "meeting_point", "post__name", "blown_at", "ended_at",
    "outcome", "case_id", "case_number", "judged",
)  # fmt: skip


def _lines(rows: QuerySet[Whistle], at: datetime) -> list[WhistleLine]:
    """Whistles with their calls: two statements."""
    found = rows.annotate(judged=Count("judgements"), case_number=Coalesce("case__number", Value("")))
    lines = [WhistleLine(*row) for row in found.values_list(*_ROW)]
    by_whistle = {line.id: line for line in lines}
    for call in calls_of(by_whistle, at):
        by_whistle[call.whistle_id].calls.append(call)
    return lines


def calls_of(whistles: Iterable[UUID], at: datetime) -> list[CallLine]:
    rows = Call.objects.filter(whistle__in=list(whistles)).order_by("department__code").values_list(
        "id", "whistle_id", "department_id", "department__name", "state", "due_at", "answered_at",
        "arrived_at", "whistle__ended_at",
    )  # fmt: skip
    return [
        CallLine(
            *row[:4],
            CallState(row[4]),
            *row[5:8],
            late=is_late(CallState(row[4]), row[5], row[6], row[8] or at),
        )
        for row in rows
    ]


def running(visible: QuerySet[Whistle], *, at: datetime) -> list[WhistleLine]:
    """Every open whistle somebody sees, the newest first."""
    return _lines(visible.filter(ended_at=None).order_by("-blown_at"), at)


def open_count(visible: QuerySet[Whistle], warnings: QuerySet[EarlyWarning]) -> int:
    """How many whistles are open and how many warnings wait, together."""
    return visible.filter(ended_at=None).count() + warnings.filter(taken_at=None).count()


def ended(
    visible: QuerySet[Whistle], *, first: datetime, last: datetime, at: datetime, limit: int = 200
) -> list[WhistleLine]:
    """What was called for between two moments and has ended, the newest first: for the monthly meeting."""
    rows = visible.filter(blown_at__gte=first, blown_at__lt=last, ended_at__isnull=False)
    return _lines(rows.order_by("-blown_at")[:limit], at)


def of_case(case_id: UUID, *, at: datetime) -> list[WhistleLine]:
    return _lines(Whistle.objects.filter(case=case_id).order_by("-blown_at"), at)


@dataclass(frozen=True, slots=True)
class WhistleFile:
    """One whistle with everything its page shows."""

    row: Whistle
    line: WhistleLine
    notes: Sequence[Note]
    judgements: Sequence[Judgement]

    def judged(self, side: Side, department_id: int | None = None) -> bool:
        return any(one.side == side and one.department_id == department_id for one in self.judgements)


def whistle_file(visible: QuerySet[Whistle], whistle_id: UUID, *, at: datetime) -> WhistleFile | None:
    row = visible.select_related("unit", "post", "case").filter(pk=whistle_id).first()
    if row is None:
        return None
    [line] = _lines(Whistle.objects.filter(pk=whistle_id), at)
    notes = Note.objects.filter(whistle=row).select_related("department").order_by("at", "pk")
    judgements = Judgement.objects.filter(whistle=row).select_related("department").order_by("at", "pk")
    return WhistleFile(row, line, list(notes), list(judgements))


# ---------------------------------------------------------------- early warnings


@dataclass(frozen=True, slots=True)
class WarningLine:
    id: UUID
    unit: str
    unit_path: str
    words: str
    post: str
    raised_at: datetime
    owner: str
    owner_post: int
    due_at: datetime | None
    climbs: int
    taken_at: datetime | None
    taken_by: str
    reply: str
    lon: float | None
    lat: float | None


_WARNING = (
    "id", "unit__name", "unit_path", "words", "post__name", "raised_at", "owner_post__name", "owner_post_id",
    "due_at", "climbs", "taken_at", "taken_by", "reply", "lon", "lat",
)  # fmt: skip


def warnings(visible: QuerySet[EarlyWarning], *, at: datetime) -> list[WarningLine]:
    """What waits, and what was taken within a day; what waits first."""
    rows = visible.filter(Q(taken_at=None) | Q(taken_at__gte=at - KEPT_ON_BOARD))
    found = [WarningLine(*row) for row in rows.order_by("-raised_at").values_list(*_WARNING)[:PAGE]]
    return sorted(found, key=lambda line: line.taken_at is not None)


def raised_by(user_id: int, *, limit: int = 10) -> list[WarningLine]:
    rows = EarlyWarning.objects.filter(raised_by=user_id).order_by("-raised_at").values_list(*_WARNING)
    return [WarningLine(*row) for row in rows[:limit]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What calls for an answer of this officer now, in numbers."""

    warnings: int
    calls: int

    def __bool__(self) -> bool:
        return bool(self.warnings or self.calls)


def waiting_for(*, posts: Sequence[int], departments: Sequence[int]) -> Waiting:
    """Two counts over partial indexes: cheap enough to be asked every half minute."""
    warnings_ = EarlyWarning.objects.filter(owner_post__in=posts, taken_at=None).count() if posts else 0
    called = Call.objects.filter(department__in=departments, state=CallState.CALLED, whistle__ended_at=None)
    return Waiting(warnings_, called.count() if departments else 0)
