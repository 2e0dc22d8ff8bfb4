"""Who holds which post, for those who keep the list: with accounts, terms and vacancies."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from weiwang.territory.models import Appointment, Department, Post, Unit
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
