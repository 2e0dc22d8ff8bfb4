"""Who holds which post, for those who keep the list: with accounts, terms and vacancies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from weiwang.territory.models import Appointment, Department, Deputy, HandoverSheet, Post, Unit
from weiwang.territory.queries import post_table
from weiwang.territory.rules import Level, PostKind

PAGE = 60


@dataclass(frozen=True, slots=True)
class Holder:
    """One appointment in force or still to begin."""

    appointment_id: int
    user_id: int
    username: str
    name: str
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post with where it stands and who holds it."""

    id: int
    kind: str
    name: str
    unit_id: int
    unit_code: str
    unit_name: str
    unit_path: str
    department: str
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """One appointment of a person, in force or still to begin."""

    id: int
    post_id: int
    kind: str
    post_name: str
    unit_code: str
    unit_name: str
    starts_at: datetime
    ends_at: datetime | None


_POST = (
    "id", "kind", "name", "unit_id", "unit__code", "unit__name", "unit__path", "department__name",
)  # fmt: skip
_HOLDER = ("post_id", "id", "user_id", "user__username", "user__name", "starts_at", "ends_at")
_HELD = (
    "id",
    "post_id",
    "post__kind",
    "post__name",
    "post__unit__code",
    "post__unit__name",
    "starts_at",
    "ends_at",
)


def _standing(place: int, at: datetime) -> "QuerySet[Post]":
    posts = Post.objects.filter(place=place, unit__ends_on=None)
    return posts.filter(Q(ends_at=None) | Q(ends_at__gt=at))


def _vacant(posts: "QuerySet[Post]", at: datetime) -> "QuerySet[Post]":
    held = Appointment.objects.in_force(at).filter(post=OuterRef("pk"), user__is_active=True)
    return posts.filter(~Exists(held))


def posts_under(
    *, place: int, path: str, at: datetime, kind: str = "", vacant: bool = False, after: str = "",
    limit: int | None = None,
) -> list[PostLine]:  # fmt: skip
    """Posts of a part of the tree by unit code: two queries. `after` is `code|id` of the last one seen."""
    posts = _standing(place, at).filter(unit__path__startswith=path)
    if kind:
        posts = posts.filter(kind=kind)
    if vacant:
        posts = _vacant(posts, at)
    code, _, last = after.rpartition("|")
    if code and last.isdecimal():
        posts = posts.filter(Q(unit__code__gt=code) | Q(unit__code=code, pk__gt=int(last)))
    return _lines(posts.order_by("unit__code", "pk")[:limit], at)


def posts_at(*, unit_id: int, place: int, at: datetime) -> list[PostLine]:
    """The posts of one unit."""
    return _lines(_standing(place, at).filter(unit=unit_id).order_by("pk"), at)


def post_line(*, place: int, post_id: int, at: datetime) -> PostLine | None:
    """One standing post of a sub-district."""
    return next(iter(_lines(_standing(place, at).filter(pk=post_id), at)), None)


def _lines(posts: "QuerySet[Post]", at: datetime) -> list[PostLine]:
    rows: list[Any] = list(posts.values_list(*_POST))
    held: dict[int, list[Holder]] = {}
    current = Appointment.objects.filter(post_id__in=[row[0] for row in rows], user__is_active=True)
    current = current.filter(Q(ends_at=None) | Q(ends_at__gt=at)).order_by("starts_at", "pk")
    for post, *holder in current.values_list(*_HOLDER):
        held.setdefault(post, []).append(Holder(*holder))
    return [_line(*row, tuple(held.get(row[0], ()))) for row in rows]


def _line(*values: Any) -> PostLine:  # noqa: ANN401 -- the columns of `_POST` and the holders
    *rest, department, holders = values
    arguments = (*rest, department or "", holders)
    return PostLine(*arguments)


def appointment(*, place: int, appointment_id: int) -> Appointment | None:
    """An appointment with its post and unit."""
    found = Appointment.objects.select_related("post__unit", "user").defer(
        "post__unit__boundary", "user__phone"
    )
    return found.filter(place=place, pk=appointment_id).first()


def appointments_of(user_id: int, *, at: datetime) -> list[Held]:
    """What a person holds now or will hold."""
    found = Appointment.objects.filter(user=user_id).filter(Q(ends_at=None) | Q(ends_at__gt=at))
    return [Held(*row) for row in found.order_by("starts_at", "pk").values_list(*_HELD)]


def posts_of_users(user_ids: Iterable[int], *, at: datetime) -> dict[int, list[str]]:
    """The names of the posts that people hold now: one query."""
    found = Appointment.objects.in_force(at).filter(user__in=list(user_ids))
    names: dict[int, list[str]] = {}
    for user, name in found.order_by("post__unit__path", "pk").values_list("user_id", "post__name"):
        names.setdefault(user, []).append(name)
    return names


def seat(*, unit: Unit, kind: PostKind, department: Department | None, at: datetime) -> Post | None:
    """The post of a kind on a unit: of several the vacant one, None when there is none at all."""
    posts = _standing(unit.place or 0, at).filter(unit=unit, kind=kind.code, department=department)
    if kind.single:
        return _vacant(posts, at).order_by("pk").first() or posts.order_by("pk").first()
    return posts.order_by("pk").first()


# ---------------------------------------------------------------- counts for setting up


@dataclass(frozen=True, slots=True)
class LevelCount:
    """Standing units of one level."""

    units: int
    with_boundary: int
    households: int


def level_counts(*, place: int, on: date) -> dict[Level, LevelCount]:
    """How far the tree has come: one query."""
    rows = Unit.objects.of(place).standing(on).values("level")
    counted = rows.annotate(
        units=Count("pk"), drawn=Count("pk", filter=Q(boundary__isnull=False)), homes=Sum("households")
    )
    return {Level(r["level"]): LevelCount(r["units"], r["drawn"], r["homes"] or 0) for r in counted}


def post_counts(*, place: int, at: datetime) -> tuple[int, int]:
    """All posts, and the vacant ones among them."""
    posts = _standing(place, at)
    return posts.count(), _vacant(posts, at).count()


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit right below another."""

    id: int
    code: str
    name: str
    level: Level
    households: int | None
    has_boundary: bool
    below: int


def branches(*, parent: int, place: int, on: date) -> list[Branch]:
    """The standing units right below one, by level and code: one query."""
    rows: Any = Unit.objects.of(place).standing(on).filter(parent=parent)
    rows = rows.annotate(
        drawn=Q(boundary__isnull=False), below=Count("children", filter=Q(children__ends_on=None))
    ).order_by("level", "code")
    found = rows.values_list("id", "code", "name", "level", "households", "drawn", "below")
    return [Branch(r[0], r[1], r[2], Level(r[3]), r[4], r[5], r[6]) for r in found]


@dataclass(frozen=True, slots=True)
class PostOn:
    """A post of a unit with the names of those who held it at a moment."""

    kind: str
    unit_id: int
    names: tuple[str, ...]


def people_on(*, place: int, unit_ids: Iterable[int], at: datetime, now: datetime) -> list[PostOn]:
    """Who held the posts of some units at a moment, also one long past, by post: two statements.

    A closed account counts no more today, but its past appointments stay in what was.
    """
    posts = Post.objects.filter(place=place, unit_id__in=list(unit_ids), department=None)
    posts = posts.filter(Q(ends_at=None) | Q(ends_at__gt=at))
    rows = list(posts.order_by("id").values_list("id", "kind", "unit_id"))
    held: dict[int, list[str]] = {}
    in_force = Appointment.objects.in_force(at).filter(post_id__in=[row[0] for row in rows])
    if at >= now:
        in_force = in_force.filter(user__is_active=True)
    for post_id, name in in_force.order_by("starts_at", "id").values_list("post_id", "user__name"):
        held.setdefault(post_id, []).append(name)
    return [PostOn(kind, unit_id, tuple(held.get(post_id, ()))) for post_id, kind, unit_id in rows]


# ---------------------------------------------------------------- a part of the tree, as the desk reads it


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody deputises for the holder of a post, now or later."""

    id: int
    appointment_id: int
    post_id: int
    post_name: str
    unit_path: str
    deputy: str
    absent: str
    starts_at: datetime
    ends_at: datetime
    reason: str


_LEAVE = (
    "id", "appointment_id", "appointment__post_id", "appointment__post__name",
    "appointment__post__unit__path", "user__name", "appointment__user__name", "starts_at", "ends_at",
    "reason",
)  # fmt: skip


def inside(paths: Iterable[str], field: str) -> Q:
    """A condition: `field` is one of some parts of the tree, or below one; nothing without any."""
    return reduce(or_, (Q(**{f"{field}__startswith": path}) for path in paths), Q(pk__in=()))


def posts_in(
    *, paths: Iterable[str], at: datetime, words: str = "", kind: str = "", after: str = "",
    limit: int = PAGE,
) -> list[PostLine]:  # fmt: skip
    """Posts of some parts of the tree by unit code: two queries.

    `words`: in the name of post or unit, or the beginning of a unit code or of a holder's name. `after` is
    `code|id` of the last one seen.
    """
    posts = Post.objects.filter(inside(paths, "unit__path"), unit__ends_on=None)
    posts = posts.filter(Q(ends_at=None) | Q(ends_at__gt=at))
    if kind:
        posts = posts.filter(kind=kind)
    if words:
        posts = posts.filter(_found_by(words, at))
    code, _, last = after.rpartition("|")
    if code and last.isdecimal():
        posts = posts.filter(Q(unit__code__gt=code) | Q(unit__code=code, pk__gt=int(last)))
    return _lines(posts.order_by("unit__code", "pk")[:limit], at)


def _found_by(words: str, at: datetime) -> Q:
    held = Appointment.objects.in_force(at).filter(post=OuterRef("pk"), user__name__startswith=words)
    named = Q(name__contains=words) | Q(unit__name__contains=words) | Q(unit__code__startswith=words.upper())
    return named | Q(Exists(held))


def post_in(*, paths: Iterable[str], post_id: int, at: datetime) -> PostLine | None:
    """One standing post, if it lies in one of some parts of the tree."""
    posts = Post.objects.filter(inside(paths, "unit__path"), pk=post_id, unit__ends_on=None)
    return next(iter(_lines(posts.filter(Q(ends_at=None) | Q(ends_at__gt=at)), at)), None)


def leaves(
    *, at: datetime, paths: Iterable[str] | None = None, post_ids: Iterable[int] | None = None,
    limit: int = 200,
) -> list[Leave]:  # fmt: skip
    """Deputyships in force or still to begin, the earliest end first; of some parts of the tree, or posts."""
    found = Deputy.objects.filter(ends_at__gt=at)
    found = found.filter(Q(appointment__ends_at=None) | Q(appointment__ends_at__gt=at))
    if paths is not None:
        found = found.filter(inside(paths, "appointment__post__unit__path"))
    if post_ids is not None:
        found = found.filter(appointment__post__in=list(post_ids))
    return [Leave(*row) for row in found.order_by("ends_at", "pk").values_list(*_LEAVE)[:limit]]


def leave_in(*, paths: Iterable[str], deputy_id: int) -> Leave | None:
    """One deputyship of a part of the tree, over or not."""
    found = Deputy.objects.filter(inside(paths, "appointment__post__unit__path"), pk=deputy_id)
    return next((Leave(*row) for row in found.values_list(*_LEAVE)), None)


# ---------------------------------------------------------------- vacancies


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A unit that should have a post of this kind filled, and has not, from `since` on."""

    unit_id: int
    code: str
    name: str
    level: Level
    path: str
    kind: str
    since: datetime
    post_id: int | None

    @property
    def key(self) -> str:
        return f"{self.path}|{self.kind}"


def vacancies(
    *, paths: Iterable[str], at: datetime, soon: datetime, after: str = "", limit: int = PAGE
) -> list[Vacancy]:
    """Standing units without a holder of an expected post at some moment from `at` to `soon`.

    Ordered down the tree, so that every community comes in one piece; `after` is the key of the last one.
    """
    return vacancy_page(paths=paths, at=at, soon=soon, after=after, limit=limit)[0]


def vacancy_page(
    *, paths: Iterable[str], at: datetime, soon: datetime, after: str = "", limit: int = PAGE
) -> tuple[list[Vacancy], int]:
    """A page of `vacancies`, and how many there are in all: one statement."""
    path, _, kind = after.rpartition("|")
    with connection.cursor() as cursor:
        cursor.execute(_VACANCIES, {**_expected(paths, at, soon), "path": path, "kind": kind, "limit": limit})
        rows = cursor.fetchall()
    found = [Vacancy(row[0], row[1], row[2], Level(row[3]), *row[4:8]) for row in rows]
    return found, rows[0][8] if rows else 0


def vacancy_count(*, paths: Iterable[str], at: datetime, soon: datetime) -> int:
    """How many such gaps there are: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_VACANCY_COUNT, _expected(paths, at, soon))
        return int(cursor.fetchone()[0])


def vacant_by_kind(*, paths: Iterable[str], at: datetime) -> dict[str, int]:
    """How many units lack a holder of each expected kind of post now, every kind named: one statement."""
    values = _expected(paths, at, at + timedelta(microseconds=1))
    with connection.cursor() as cursor:
        cursor.execute(_BY_KIND, values)
        return dict.fromkeys(values["kinds"], 0) | dict(cursor.fetchall())


def _expected(paths: Iterable[str], at: datetime, soon: datetime) -> dict[str, Any]:
    kinds = [kind for kind in post_table().kinds.values() if kind.expected]
    return {
        "levels": [kind.level.value for kind in kinds], "kinds": [kind.code for kind in kinds],
        "paths": [f"{path}%" for path in paths], "at": at, "soon": soon,
    }  # fmt: skip


# First every unit whose post nobody holds for all of the time, then the exact gap of those few.
_GAPS = """
WITH wanting AS MATERIALIZED (
  SELECT unit.id, unit.code, unit.name, unit.level, unit.path, expected.kind
  FROM territory_unit unit
  JOIN unnest(%(levels)s::text[], %(kinds)s::text[]) AS expected(level, kind) ON expected.level = unit.level
  WHERE unit.ends_on IS NULL AND unit.path LIKE ANY(%(paths)s) AND NOT EXISTS (
    SELECT FROM territory_post post
    JOIN territory_appointment held ON held.post_id = post.id
    JOIN accounts_user person ON person.id = held.user_id
    WHERE post.unit_id = unit.id AND post.kind = expected.kind AND person.is_active
      AND (post.ends_at IS NULL OR post.ends_at >= %(soon)s)
      AND held.starts_at <= %(at)s AND (held.ends_at IS NULL OR held.ends_at >= %(soon)s)
  )
), gaps AS (
  SELECT wanting.*, gap.since, gap.post_id
  FROM wanting CROSS JOIN LATERAL (
    SELECT min(post.id) AS post_id, lower(
      tstzmultirange(tstzrange(%(at)s, %(soon)s))
      - coalesce(range_agg(tstzrange(held.starts_at, held.ends_at)) FILTER (WHERE person.is_active),
                 '{}'::tstzmultirange)
    ) AS since
    FROM territory_post post
    LEFT JOIN territory_appointment held
      ON held.post_id = post.id AND held.starts_at < %(soon)s
      AND (held.ends_at IS NULL OR held.ends_at > %(at)s)
    LEFT JOIN accounts_user person ON person.id = held.user_id
    WHERE post.unit_id = wanting.id AND post.kind = wanting.kind
      AND (post.ends_at IS NULL OR post.ends_at > %(at)s)
  ) gap
  WHERE gap.since IS NOT NULL
)
"""
_VACANCIES = """GAPS
SELECT id, code, name, level, path, kind, since, post_id, whole.number
FROM gaps CROSS JOIN (SELECT count(*) AS number FROM gaps) whole
WHERE (path COLLATE "C", kind COLLATE "C") > (%(path)s, %(kind)s)
ORDER BY path COLLATE "C", kind COLLATE "C" LIMIT %(limit)s
""".replace("GAPS", _GAPS)
_COUNTED = "SELECT count(*) FROM gaps"
_KINDS_COUNTED = "SELECT kind, count(*) FROM gaps GROUP BY kind"
_BY_KIND = _GAPS + _KINDS_COUNTED
_VACANCY_COUNT = _GAPS + _COUNTED


def communities(paths: Iterable[str]) -> dict[int, str]:
    """The names of the communities that some paths run through, by id: one query."""
    ids = {int(part) for path in paths for part in path.strip("/").split("/")}
    found = Unit.objects.filter(pk__in=ids, level=Level.GENERAL_GRID)
    return dict(found.values_list("pk", "name"))


# ---------------------------------------------------------------- handover sheets


def handovers(*, paths: Iterable[str], post_id: int | None = None, limit: int = PAGE) -> list[HandoverSheet]:
    """The sheets of a part of the tree, latest first."""
    found = HandoverSheet.objects.filter(inside(paths, "post__unit__path"))
    if post_id is not None:
        found = found.filter(post=post_id)
    people = found.select_related("post", "from_user", "to_user").defer("from_user__phone", "to_user__phone")
    return list(people.order_by("-at", "-pk")[:limit])


def handover_sheet(
    *, sheet_id: int, paths: Iterable[str], user_id: int | None = None
) -> HandoverSheet | None:
    """One sheet, of a part of the tree, or that a person signed on either side."""
    found = HandoverSheet.objects.filter(pk=sheet_id)
    mine = Q(from_user=user_id) | Q(to_user=user_id) if user_id is not None else Q(pk__in=())
    found = found.filter(inside(paths, "post__unit__path") | mine)
    people = found.select_related("post__unit", "from_user", "to_user")
    return people.defer("from_user__phone", "to_user__phone", "post__unit__boundary").first()
