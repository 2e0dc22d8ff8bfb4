"""Reads of the casework: worklists, one case, progress, zero board, chains."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import groupby
from operator import and_
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.base import ModelState
from django.utils import timezone

from weiwang.cases import facets
from weiwang.cases.causes import CAUSES, Cause
from weiwang.cases.composed import Seen, composed
from weiwang.cases.dispatching import QUEUES, queue
from weiwang.cases.history import event_content
from weiwang.cases.links import code_fits, token_fits
from weiwang.cases.models import Case, Event, Joined, Paper, Photo
from weiwang.cases.other_names import OTHER_NAMES
from weiwang.cases.rules import (
    CATEGORIES,
    FINAL,
    LIFECYCLE,
    OPEN,
    STATE_NAMES,
    STEP_NAMES,
    Category,
    Move,
    State,
    Step,
)
from weiwang.cases.timing import Running, running
from weiwang.kernel.chain import Anchor, Broken, Link, Why, sealed_note, verify
from weiwang.kernel.ids import NumberError, part_of_case_number, read_case_number
from weiwang.kernel.policy import Policy
from weiwang.kernel.text import has_beginnings, query_bigrams
from weiwang.territory.queries import departments_called, post_names
from weiwang.territory.rules import Holding

PAGE = 50
VERIFY_AT_ONCE = 1000
# By plain text: a history also holds corrections, which are no steps of the table.
_NAMES: Mapping[str, str] = {step.value: name for step, name in STEP_NAMES.items()} | dict(OTHER_NAMES)
_MOVES: Mapping[str, Move] = {step.value: move for step, move in LIFECYCLE.items()}


def categories() -> Mapping[str, Category]:
    return CATEGORIES.read(settings.POLICIES).table


def category_policy() -> Policy[Mapping[str, Category]]:
    return CATEGORIES.read(settings.POLICIES)


def causes() -> Mapping[str, Cause]:
    return CAUSES.read(settings.POLICIES).table


def cause_policy() -> Policy[Mapping[str, Cause]]:
    return CAUSES.read(settings.POLICIES)


# ---------------------------------------------------------------- worklist


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the worklist is narrowed to. `view` is mine, open, closed, all or a queue of the dispatch desk."""

    view: str = "mine"
    state: str = ""
    category: str = ""
    under: str = ""  # unit path
    words: str = ""
    channel: str = ""
    department: str = ""  # code
    since: date | None = None  # first and last day of the report
    until: date | None = None
    cause: str = ""  # a code, as staff noted it
    post: int | None = None  # that has the case now, or handled it if it has ended


class Row(NamedTuple):
    """One line of the worklist, ready to show; a tuple, because fifty are made for a page."""

    id: UUID
    number: str
    title: str
    category: str
    state: str
    urgent: bool
    unit_name: str
    address: str
    owner_name: str
    reported_at: datetime
    step_at: datetime
    due_at: datetime | None
    clock: str
    clock_at: datetime | None
    clock_limit: str
    clock_extra: list[str]
    clock_pauses: list[datetime]
    paused_at: datetime | None
    paused_until: datetime | None
    place: int
    department_id: int | None
    unit_path: str
    photo_count: int
    paper_count: int
    last_word: str
    lon: float | None
    lat: float | None
    version: int
    parent_id: UUID | None
    owner_post_id: int | None
    reminded: int
    supervised: int

    def running(self) -> Running | None:
        """The clock as plain values; None when no limit runs."""
        if self.clock_at is None:
            return None
        return running(
            self.clock_limit, self.clock_at, self.clock_extra, self.clock_pauses, self.paused_at,
            self.paused_until,
        )  # fmt: skip


_ROW = Row._fields


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str = ""  # cursor of the following page, empty at the end


def worklist(
    visible: "QuerySet[Case]",
    *,
    filters: Filters,
    posts: Sequence[int],
    at: datetime,
    cursor: str = "",
    limit: int = PAGE,
) -> Page:
    """One page of cases: open ones by due time, others newest first.

    One query; two where newest first is asked of few among many.
    """
    by_due = filters.view in {"mine", "open", *QUEUES} and not filters.words
    key = "due_at" if by_due else "reported_at"

    def found(at: datetime) -> "QuerySet[Case]":
        cases = narrowed(visible, filters=filters, posts=posts, at=at)
        return _after(cases, key, cursor, descending=not by_due) if cursor else cases

    def ordered(at: datetime) -> "QuerySet[Case, Any]":
        order = (key, "id") if by_due else (f"-{key}", "-id")
        return found(at).order_by(*order).values_list(*_ROW)[: limit + 1]

    if not by_due and _narrows(filters) and not _number_in(filters.words):
        plain = narrowed(visible, filters=replace(filters, words=""), posts=posts, at=at)
        plain = _after(plain, key, cursor, descending=True) if cursor else plain
        rows = _newest(plain, filters, _scope(visible), cursor, limit + 1)
    elif cursor or filters.words:  # rarely asked twice
        rows = list(map(Row._make, ordered(at)))
    else:
        statement = composed(visible, ("worklist", filters, tuple(posts), limit), ordered)
        rows = list(map(Row._make, statement.rows(at)))
    if len(rows) <= limit:
        return Page(rows)
    last = rows[limit - 1]
    return Page(rows[:limit], f"{getattr(last, key).isoformat()}|{last.id}")


def rows_of(visible: "QuerySet[Case]", ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Single cases as lines of a list, as far as they are visible."""
    found = map(Row._make, visible.filter(pk__in=list(ids)).values_list(*_ROW))
    return {row.id: row for row in found}


def _narrows(filters: Filters) -> bool:
    """Whether something is asked for of which there may be few among very many."""
    f = filters
    return any((f.words, f.category, f.state, f.channel, f.under, f.post, f.department, f.cause))


def _scope(visible: "QuerySet[Case]") -> tuple[Holding, ...]:
    return (visible.scope if isinstance(visible, Seen) else None) or ()


def _rows(found: "QuerySet[Case]", limit: int) -> list[Row]:
    return list(map(Row._make, found.values_list(*_ROW)[:limit]))


LATEST = 4000  # cases of a sub-district looked through before the index of words and facets is asked


def _latest(places: Iterable[int], cursor: str) -> datetime | None:
    """The moment from which on the latest cases were reported; None where there are fewer."""
    rows = Case.objects.filter(place__in=places)
    rows = _after(rows, "reported_at", cursor, descending=True) if cursor else rows
    moments = rows.order_by("-reported_at").values_list("reported_at", flat=True)
    return next(iter(moments[LATEST : LATEST + 1]), None)


def _newest(
    plain: "QuerySet[Case]", filters: Filters, scope: Sequence[Holding], cursor: str, limit: int
) -> list[Row]:
    """The newest that pass, in bounded time whether they are common or rare; `plain` is without the words.

    What is common is soon found among the latest cases, row by row. What is not is rare enough to be
    gathered whole by the index of words and facets and sorted. PostgreSQL itself guesses from each condition
    alone, and would walk through all cases in order for what is common by itself and rare together.
    """
    places = {holding.place for holding in scope}
    edge = _latest(places, cursor)
    unindexed = ExpressionWrapper(F("reported_at") + Value(timedelta(0)), output_field=DateTimeField())
    gathered = _gathered(plain, filters, scope).order_by(unindexed.desc(), "-id")
    if edge is None:
        return _rows(gathered, limit)
    near = plain.filter(_said(filters.words), reported_at__gte=edge)
    return _full_or(near.order_by("-reported_at", "-id"), gathered, limit)


def _full_or(first: "QuerySet[Case]", other: "QuerySet[Case]", limit: int) -> list[Row]:
    """The rows of `first` if they fill the page, else those of `other`, which is gathered only then.

    One statement, so that a page asks as many whether it finds much or nothing.
    """
    asked = [found.values_list(*_ROW)[:limit].query for found in (first, other)]
    try:
        (near, near_values), (rest, rest_values) = [query.sql_with_params() for query in asked]
    except EmptyResultSet:  # nothing can have such words
        return _rows(other, limit)
    with connection.cursor() as cursor:
        sql = _FULL_OR.format(near=near, rest=rest, limit=limit)
        cursor.execute(sql, [*near_values, *rest_values])
        rows = list(map(Row._make, cursor.fetchall()))
    return sorted(rows, key=lambda row: (row.reported_at, row.id), reverse=True)


_FULL_OR = """
WITH near AS MATERIALIZED ({near}), page AS (SELECT count(*) = {limit} AS is_full FROM near)
SELECT near.* FROM near WHERE (SELECT is_full FROM page)
UNION ALL
SELECT * FROM ({rest}) rest WHERE NOT (SELECT is_full FROM page)
"""


def _gathered(plain: "QuerySet[Case]", filters: Filters, scope: Sequence[Holding]) -> "QuerySet[Case]":
    codes = facets.asked_for(
        category=filters.category, state=filters.state, channel=filters.channel, under=filters.under,
        post=filters.post,
    )  # fmt: skip
    narrow = Q(facets__contains=codes) if codes else Q()
    if filters.department:
        narrow &= Q(facets__overlap=[f"d{pk}" for pk in departments_called(filters.department)])
    if seen := facets.seen_through(scope):
        narrow &= Q(facets__overlap=seen)
    words = _said(filters.words) if _is_few_days(filters) else _having(filters.words)
    return plain.alias(facets=facets.Facets()).filter(narrow, words)


FEW_DAYS = 31


def _is_few_days(filters: Filters) -> bool:
    """Whether the reports of these days are fewer than all pairs that begin with the one character sought."""
    if filters.since is None or filters.until is None:
        return False
    return (filters.until - filters.since).days < FEW_DAYS and has_beginnings(filters.words)


def _after(found: "QuerySet[Case]", key: str, cursor: str, *, descending: bool) -> "QuerySet[Case]":
    moment, _, row_id = cursor.partition("|")
    try:
        since, last = datetime.fromisoformat(moment), UUID(row_id)
    except ValueError:
        return found
    if since.tzinfo is None:
        return found
    beyond = "lt" if descending else "gt"
    return found.filter(Q(**{f"{key}__{beyond}": since}) | Q(**{key: since, f"id__{beyond}": last}))


def is_cursor(moment: str, row_id: str) -> bool:
    """Whether the two halves of a cursor can be what `worklist` gave."""
    try:
        UUID(row_id)
        return datetime.fromisoformat(moment).tzinfo is not None
    except ValueError:
        return False


def narrowed(
    visible: "QuerySet[Case]", *, filters: Filters, posts: Sequence[int], at: datetime
) -> "QuerySet[Case]":
    """The cases that pass the filters. A whole case number is looked up whatever they say."""
    number = _number_in(filters.words)
    return visible.filter(number=number) if number else visible.filter(_passes(filters, posts, at))


def _passes(filters: Filters, posts: Sequence[int], at: datetime) -> Q:
    exact = {"state": filters.state, "channel": filters.channel, "department__code": filters.department,
             "cause__code": filters.cause}  # fmt: skip
    conditions = [_view(filters.view, posts, at), *(Q(**{name: one}) for name, one in exact.items() if one)]
    if filters.category:
        starts = len(filters.category) == 1
        conditions.append(
            Q(category__startswith=filters.category) if starts else Q(category=filters.category)
        )
    if filters.under:
        conditions.append(Q(unit_path__startswith=filters.under))
    if filters.post:
        conditions.append(_of_post(filters.post))
    conditions += _days(filters.since, filters.until)
    if filters.words:
        conditions.append(_having(filters.words))
    return reduce(and_, conditions)


def open_counts(
    visible: "QuerySet[Case]", kept: Sequence[Filters], *, posts: Sequence[int], at: datetime
) -> list[int | None]:
    """How many open cases pass each of these filters, in one query; None for one that names a single case."""
    asked = {
        f"kept_{place}": Count("pk", filter=_passes(filters, posts, at))
        for place, filters in enumerate(kept)
        if not _number_in(filters.words)
    }
    if not asked:
        return [None] * len(kept)
    found = visible.filter(~Q(state__in=FINAL)).order_by().aggregate(**asked)
    return [found.get(f"kept_{place}") for place in range(len(kept))]


def _of_post(post: int) -> Q:
    """An ended case has no owner; it is with whoever handled it."""
    return Q(owner_post=post) | Q(state__in=FINAL, handler_post=post)


def _days(since: date | None, until: date | None) -> list[Q]:
    """Reports of these days, both included, as days pass in the sub-district."""
    found = [Q(reported_at__gte=_midnight(since))] if since else []
    return [*found, Q(reported_at__lt=_midnight(until + timedelta(days=1)))] if until else found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _view(view: str, posts: Sequence[int], at: datetime) -> Q:
    is_open = ~Q(state__in=FINAL)
    views = {
        "mine": is_open & Q(owner_post__in=posts),
        "open": is_open,
        "closed": Q(state__in=FINAL),
    }
    return views.get(view) or queue(view, at)


def _number_in(words: str) -> str:
    """The case number these words are, if they are one."""
    try:
        return read_case_number(words)
    except NumberError:
        return ""


def _having(words: str) -> Q:
    """All the words, or the part of a number that they may be; nothing where there is neither.

    Texts, addresses and numbers are one index of neighbouring characters (`kernel.text`). What it is too
    dear to look up there is compared on the rows that it finds.
    """
    exact, wide = _query(words), _query(words, wide=True)
    if exact is None or wide is None:
        return Q() if not words else Q(pk__in=())
    return Q(search=wide) if exact == wide else Q(search=wide) & _said(words)


def _said(words: str) -> Q:
    """The same, compared row by row: this function of PostgreSQL's asks no index."""
    exact = _query(words)
    if exact is None:
        return Q() if not words else Q(pk__in=())
    return Q(Func(F("search"), exact, function="ts_match_vq", output_field=BooleanField()))


def _query(words: str, *, wide: bool = False) -> SearchQuery | None:
    part = part_of_case_number(words)
    found = [query_bigrams(one, wide=wide) for one in (words, part.strip("-") if part else "")]
    query = " | ".join(f"({one})" for one in dict.fromkeys(found) if one)
    return SearchQuery(query, config="simple", search_type="raw") if query else None


def counts(
    visible: "QuerySet[Case]", *, posts: Sequence[int], at: datetime, of_post: int | None = None
) -> dict[str, int]:
    """How many cases each tab holds, of one post if it is named: one query."""

    def compose(at: datetime) -> "QuerySet[Case, Any]":
        cases = visible.filter(owner_post=of_post) if of_post else visible
        found = cases.filter(~Q(state__in=FINAL)).order_by().values(everything=Value(1))
        return found.annotate(
            mine=Count("pk", filter=Q(owner_post__in=list(posts))),
            open=Count("*"),
            late=Count("pk", filter=Q(due_at__lt=at)),
        ).values_list("mine", "open", "late")

    rows = composed(visible, ("counts", tuple(posts), of_post), compose).rows(at)
    found = rows[0] if rows else (0, 0, 0)
    return dict(zip(("mine", "open", "late"), found, strict=True))


# ---------------------------------------------------------------- one case


@dataclass(frozen=True, slots=True)
class Chapter:
    """One entry of the timeline, in words that a face translates."""

    at: datetime
    step: str
    step_name: str
    to_state: str
    actor: str
    note: str
    data: Mapping[str, Any]
    public: bool
    tells: str = ""
    post_id: int | None = None  # of who took the step


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything the case page shows."""

    case: Case
    category: Category
    state_name: str
    timeline: list[Chapter]
    photos: list[Photo]
    papers: list[Paper]
    has_reporter: bool
    joined: Sequence[Joined] = ()
    answerable: str = ""
    asked_by: str = ""
    helpers: Mapping[int, str] = field(default_factory=dict)
    cause: str = ""  # a code, and what was said beside it
    cause_words: str = ""


def case_file(case_id: UUID, *, seen_by: Callable[[Case], bool]) -> CaseFile | None:
    """The case with its timeline and photos in a fixed number of queries; None if it is not to be seen."""
    with connection.cursor() as cursor:
        cursor.execute(_CASE, [case_id])
        row = cursor.fetchone()
    if row is None:
        return None
    case, (contact, people, answerable, asker, cause, cause_words) = _read(row), row[len(_READ) :]
    if not seen_by(case):
        return None
    return CaseFile(
        case, categories()[case.category], STATE_NAMES[State(case.state)], timeline(case), photos_of(case),
        papers_of(case), contact, joined_to(case) if people else [], answerable or "", asker or "",
        post_names(case.helping) if case.helping else {}, cause or "", cause_words or "",
    )  # fmt: skip


def _read(row: Sequence[Any]) -> Case:
    """A case from the columns of `_READ`; what JSON holds comes as text."""
    values = list(row[: len(_READ)])
    for place in _JSON:
        values[place] = json.loads(values[place])
    case: Case = Case.from_db(connection.alias, [field.attname for field in _READ], values)
    return case


def joined_to(case: Case) -> list[Joined]:
    """Those who joined a case, without their contacts."""
    return list(Joined.objects.filter(case=case).order_by("joined_at").defer("name", "phone"))


def case_joined(joined_id: UUID) -> UUID | None:
    """The case somebody joined."""
    return Joined.objects.filter(pk=joined_id).values_list("case_id", flat=True).first()


# Written out: composing forty columns for every page takes longer than reading them.
_READ = [f for f in Case._meta.concrete_fields if f.name != "search"]  # noqa: SLF001 -- Django's own way
_JSON = [place for place, f in enumerate(_READ) if isinstance(f, JSONField)]
_CASE = (
    f"SELECT {', '.join(f'cases_case.{f.column}' for f in _READ)}, "  # noqa: S608 -- our own column names
    "EXISTS(SELECT 1 FROM cases_reporter WHERE case_id = cases_case.id) OR EXISTS(SELECT 1 FROM cases_joined"
    " WHERE case_id = cases_case.id AND octet_length(name) + octet_length(phone) > 0) AS contact,"
    " (SELECT count(*) FROM cases_joined WHERE case_id = cases_case.id) AS people,"
    " (SELECT name FROM territory_post WHERE id = answerable_post_id) AS answerable,"
    " (SELECT name FROM territory_post WHERE id = asked_post_id) AS asker,"
    " noted.code AS cause_code, noted.words AS cause_words"
    " FROM cases_case LEFT JOIN cases_causenoted noted ON noted.case_id = id WHERE id = %s"
)


def sketch(case: Case) -> Case:
    """The case once more, to try on it what a step would make of it; it is never saved."""
    twin = Case.__new__(Case)
    twin.__dict__.update(case.__dict__, _state=ModelState())
    return twin


def timeline(case: Case) -> list[Chapter]:
    with connection.cursor() as cursor:
        cursor.execute(_STORY, [case.pk])
        return [
            _chapter(*told, public=public, post_id=post_id) for *told, public, post_id in cursor.fetchall()
        ]


_TOLD = ("at", "step", "to_state", "actor", "note", "data", "public", "post_id")
_STORY = f"SELECT {', '.join(_TOLD)} FROM cases_event WHERE case_id = %s ORDER BY seq"  # noqa: S608 -- our own


def _chapter(  # the columns of `_TOLD`
    at: datetime,
    step: str,
    to_state: str,
    actor: str,
    note: str | None,
    data: Mapping[str, Any] | str,  # as the column comes
    *,
    public: bool,
    post_id: int | None,
) -> Chapter:
    facts = json.loads(data) if isinstance(data, str) else data
    name = _NAMES.get(step, step)
    return Chapter(at, step, name, to_state, actor, note or "", facts, public, post_id=post_id)


def photos_of(case: Case) -> list[Photo]:
    return list(Photo.objects.filter(case=case).order_by("added_at", "id")) if case.photo_count else []


def papers_of(case: Case) -> list[Paper]:
    return list(Paper.objects.filter(case=case).order_by("added_at", "id")) if case.paper_count else []


def photo(visible: "QuerySet[Case]", photo_id: UUID) -> Photo | None:
    return Photo.objects.filter(_shown_with(visible), pk=photo_id).first()


def paper(visible: "QuerySet[Case]", paper_id: UUID) -> Paper | None:
    return Paper.objects.filter(_shown_with(visible), pk=paper_id).first()


def _shown_with(visible: "QuerySet[Case]") -> Q:
    """What belongs to a visible case, or to the report that a visible part belongs to."""
    return Q(case__in=visible) | Q(case__parts__in=visible, stage="report")


def case_by_token(case_id: UUID, token: str) -> Case | None:
    """The case of a private link; None when the link was changed."""
    found = Case.objects.defer("search").filter(pk=case_id, parent=None)
    return found.first() if token_fits(case_id, token) else None


def case_by_code(number: str, code: str) -> Case | None:
    """The case of a number and its query code. Raises `NumberError` when it is no case number."""
    case = Case.objects.defer("search").filter(number=read_case_number(number), parent=None).first()
    return case if case is not None and code_fits(case.pk, code) else None


def reported_by(user_id: int, *, limit: int = PAGE) -> list[Row]:
    """What somebody reported from the field, newest first."""
    found = Case.objects.filter(reported_by=user_id).order_by("-reported_at", "-id")
    return list(map(Row._make, found.values_list(*_ROW)[:limit]))


def titles(visible: "QuerySet[Case]", case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The titles of those among some cases that are visible: one query."""
    return dict(visible.filter(pk__in=list(case_ids)).values_list("pk", "title"))


def source_refs(*, place: int, among: Iterable[str]) -> set[str]:
    """Which of these numbers of another system were imported before."""
    found = Case.objects.filter(place=place, source_ref__in=list(among))
    return {ref for ref in found.values_list("source_ref", flat=True) if ref}


def most_used_categories(*, place: int, since: datetime, limit: int) -> list[str]:
    """The codes reported most in a sub-district since a moment, most first."""
    found = Case.objects.filter(place=place, reported_at__gte=since).values("category")
    counted = found.annotate(times=Count("pk")).order_by("-times", "category")
    return list(counted.values_list("category", flat=True)[:limit])


@dataclass(frozen=True, slots=True)
class News:
    """One thing somebody else did to a case, for those who reported or handled it."""

    case_id: UUID
    number: str
    title: str
    may_open: bool
    chapter: Chapter


def news(
    visible: "QuerySet[Case]", *, user_id: int, posts: Sequence[int], before: datetime, limit: int = PAGE
) -> list[News]:
    """What others did to the cases this person reported or their posts handled, newest first: one query.

    A case that was reported by this person but is not theirs to see is told about without its notes.
    """
    mine = Case.objects.filter(Q(reported_by=user_id) | Q(handler_post__in=list(posts)))
    events = Event.objects.filter(case__in=mine, at__lt=before).exclude(user_id=user_id)
    told = events.exclude(step=Step.REPORT)
    seen = told.annotate(may_open=Exists(visible.filter(pk=OuterRef("case_id")))).select_related("case")
    rows = seen.defer("case__search", "case__text").order_by("-at", "-id")[:limit]
    return [
        News(row.case_id, row.case.number, row.case.title, row.may_open, _told(row, may_open=row.may_open))
        for row in rows
    ]


def _event_chapter(event: Event) -> Chapter:
    return _chapter(
        event.at, event.step, event.to_state, event.actor, event.note, event.data,
        public=event.public, post_id=event.post_id,
    )  # fmt: skip


def _told(event: Event, *, may_open: bool) -> Chapter:
    move = _MOVES.get(event.step)
    chapter = replace(_event_chapter(event), tells=move.tells if move else "")
    return chapter if may_open else replace(chapter, note="")


@dataclass(frozen=True, slots=True)
class Reported:
    """One report as it is compared with others of its month; `people` counts those who joined it too."""

    id: UUID
    number: str
    title: str
    text: str
    category: str
    unit_name: str
    reported_at: datetime
    people: int
    state: str


def reported_between(
    visible: "QuerySet[Case]", *, since: datetime, until: datetime, most: int
) -> tuple[list[Reported], int]:
    """The latest reports of a time, at most so many, and how many there were; refused ones left out."""
    found = visible.filter(reported_at__gte=since, reported_at__lt=until, parent=None)
    found = found.exclude(state__in=[State.REJECTED, State.DRAFT])
    rows = found.order_by("-reported_at", "-id").annotate(people=1 + Count("joined"))
    fields = ("id", "number", "title", "text", "category", "unit_name", "reported_at", "people", "state")
    return [Reported(*values) for values in rows.values_list(*fields)[:most]], found.count()


# ---------------------------------------------------------------- the board and the map


@dataclass(slots=True)
class Tile:
    """One unit on the zero board."""

    unit_id: int
    open: int = 0
    due: int = 0
    late: int = 0
    children: list["Tile"] = field(default_factory=list)

    @property
    def cleared(self) -> bool:
        return self.open == 0


def open_by_unit(visible: "QuerySet[Case]", *, at: datetime, soon: datetime) -> dict[int, Tile]:
    """Open, due before `soon` and late cases of every unit that has any: one query over the open cases."""
    rows = visible.filter(state__in=OPEN).values("unit_id").annotate(
        open=Count("*"), due=Count("pk", filter=Q(due_at__gte=at, due_at__lt=soon)),
        late=Count("pk", filter=Q(due_at__lt=at)),
    )  # fmt: skip
    return {row["unit_id"]: Tile(row["unit_id"], row["open"], row["due"], row["late"]) for row in rows}


def open_points(visible: "QuerySet[Case]", *, limit: int = 5000) -> list[Mapping[str, Any]]:
    found = visible.filter(state__in=OPEN, lon__isnull=False)
    return list(
        found.order_by("due_at").values("id", "number", "title", "state", "lon", "lat", "due_at")[:limit]
    )


def public_pulse(place: int, *, since: datetime) -> dict[str, int]:
    """What the sub-district may say about itself in public: numbers only."""
    recent = Case.objects.filter(place=place, reported_at__gte=since, parent=None)
    return recent.aggregate(reported=Count("pk"), closed=Count("pk", filter=Q(state__in=FINAL)))


# ---------------------------------------------------------------- proof


@dataclass(frozen=True, slots=True)
class HistoryFault:
    case_id: UUID
    number: str
    broken: Broken


def verify_histories() -> Iterator[HistoryFault | Case]:
    """Recompute the history of every case against its kept head; yields each case or its first fault.

    Work goes on meanwhile: entries written after a head was read are left to the next look.
    """
    heads = Case.objects.only("id", "number", "history_length", "history_digest").order_by("id")
    after = None
    while batch := list((heads.filter(id__gt=after) if after else heads)[:VERIFY_AT_ONCE]):
        after = batch[-1].pk
        events = Event.objects.filter(case__in=batch).order_by("case_id", "seq")
        known = {case: list(found) for case, found in groupby(events, key=lambda event: event.case_id)}
        for case in batch:
            yield _verified(case, known.get(case.pk, []))


def _verified(case: Case, events: Sequence[Event]) -> HistoryFault | Case:
    """A head older than the entries is asked for again: one that stays behind was not written with them."""
    if events and events[-1].seq > case.history_length:
        case.refresh_from_db(fields=["history_length", "history_digest"])
    known = [event for event in events if event.seq <= case.history_length]
    broken = verify(map(_link, known), head=Anchor(case.history_length, bytes(case.history_digest)))
    reworded = next((event.seq for event in known if not _says_what_was_sealed(event)), None)
    if reworded is not None and (broken is None or reworded < broken.seq):
        broken = Broken(reworded, Why.CHANGED)
    if broken is None and events and events[-1].seq > case.history_length:
        broken = Broken(case.history_length + 1, Why.GAP)
    return case if broken is None else HistoryFault(case.pk, case.number, broken)


def _says_what_was_sealed(event: Event) -> bool:
    """Whether the words are those of the chained seal, or were erased as a whole."""
    if event.note is None:
        return True
    seal, salt = event.note_seal, event.note_salt
    return bool(seal and salt and sealed_note(event.note, bytes(salt)) == bytes(seal))


def _link(event: Event) -> Link:
    return Link(event.seq, event_content(event), bytes(event.previous), bytes(event.digest))
