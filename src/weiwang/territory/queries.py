"""Reads of the tree, of posts and of who holds them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q

from weiwang.kernel import glance
from weiwang.kernel.geo import Boundary, Located, PlaceIndex
from weiwang.territory.models import Appointment, Client, Department, MapFeature, Post, Unit
from weiwang.territory.rules import (
    LEAF_LEVELS,
    POSTS,
    Holding,
    Level,
    Officer,
    PostKind,
    PostTable,
    as_program,
    key_digest,
)

NEAR_M = 60.0  # a point in a gap this close to a unit is routed there and marked approximate


def post_table() -> PostTable:
    return POSTS.read(settings.POLICIES).table


# ---------------------------------------------------------------- authority


def officer(*, user_id: int, name: str, at: datetime, address: str | None = None) -> Officer:
    """The person with the posts they hold at this moment: one query, asked again for every request."""
    with (
        connection.cursor() as cursor
    ):  # written out: composing it for every request cost more than its answer
        asked = glance.columns("held.place")
        cursor.execute(_HOLDINGS.replace("NUMBERS", asked.sql), {"user": user_id, "at": at})
        rows = cursor.fetchall()
    holdings = tuple(_holding(row[:-1]) for row in rows)
    label = holdings[0].label if holdings else name
    numbers = {holding.place: asked.named(row[-1]) for holding, row in zip(holdings, rows, strict=True)}
    return Officer(
        label=label, user_id=user_id, address=address, name=name, holdings=holdings, numbers=numbers
    )


_HELD = """
SELECT post_id, place, FALSE AS deputy
FROM territory_appointment
WHERE user_id = %(user)s AND starts_at <= %(at)s AND (ends_at IS NULL OR ends_at > %(at)s)
UNION ALL
SELECT absent.post_id, absent.place, TRUE
FROM territory_deputy standin JOIN territory_appointment absent ON absent.id = standin.appointment_id
WHERE standin.user_id = %(user)s AND standin.starts_at <= %(at)s AND standin.ends_at > %(at)s
  AND absent.starts_at <= %(at)s AND (absent.ends_at IS NULL OR absent.ends_at > %(at)s)
UNION ALL
SELECT post_id, place, FALSE
FROM territory_client
WHERE user_id = %(user)s AND revoked_at IS NULL AND ends_at > %(at)s
"""

_HOLDINGS = """
SELECT post.id, post.name, post.kind, held.place, unit.id, unit.code, unit.name, unit.path, unit.level,
       post.department_id, head.name, head.is_demo, held.deputy, NUMBERS
FROM (SELECT post_id, place, bool_and(deputy) AS deputy FROM (HELD) every GROUP BY post_id, place) held
JOIN accounts_user person ON person.id = %(user)s
JOIN territory_post post ON post.id = held.post_id
JOIN territory_unit unit ON unit.id = post.unit_id
LEFT JOIN territory_unit head ON head.id = held.place
WHERE person.is_active AND unit.ends_on IS NULL AND (post.ends_at IS NULL OR post.ends_at > %(at)s)
ORDER BY unit.path, post.id
""".replace("HELD", _HELD)


def _holding(row: Sequence[object]) -> Holding:
    post, name, kind, place, unit, code, unit_name, path, level, department, place_name, is_demo, deputy = row
    allowed: PostKind = post_table().kinds[str(kind)]
    return Holding(
        int(str(post)), str(name), str(kind), allowed.allows, allowed.reach, int(str(place)), int(str(unit)),
        str(code), str(unit_name), str(path), Level(str(level)),
        int(str(department)) if department is not None else None, allowed.needs_second_factor,
        str(place_name), bool(is_demo), bool(deputy),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Another program with a good key: the officer it acts as, and how often it may ask."""

    client_id: int
    name: str
    per_minute: int
    officer: Officer


def caller(*, key: str, at: datetime, address: str | None = None) -> Caller | None:
    """Who a key lets in at a moment; None for one unknown, over or taken back, or whose post ended."""
    found = Client.objects.filter(key_digest=key_digest(key), revoked_at=None, ends_at__gt=at)
    row = found.select_related("user").defer("user__phone").first()
    return _caller(row, at=at, address=address) if row is not None else None


def caller_by_id(client_id: int, *, at: datetime) -> Caller | None:
    """The same for a program we speak to by ourselves."""
    found = Client.objects.filter(pk=client_id, revoked_at=None, ends_at__gt=at)
    row = found.select_related("user").defer("user__phone").first()
    return _caller(row, at=at, address=None) if row is not None else None


def _caller(row: Client, *, at: datetime, address: str | None) -> Caller | None:
    whole = officer(user_id=row.user_id, name=row.name, at=at, address=address)
    if not whole.holdings:
        return None
    held = as_program(whole.holdings[0], name=row.name, scopes=row.scopes)
    narrow = replace(whole, label=held.label, name=row.name, post_id=held.post_id, holdings=(held,))
    return Caller(row.pk, row.name, row.per_minute, narrow)


def clients(*, place: int) -> list[Client]:
    """The programs of a sub-district with their posts, those that work first."""
    found = Client.objects.filter(place=place).select_related("post", "post__unit")
    return list(found.order_by(F("revoked_at").desc(nulls_first=True), "-id").defer("post__unit__boundary"))


def client(*, place: int, client_id: int) -> Client | None:
    found = Client.objects.filter(place=place, pk=client_id).select_related("post", "post__unit")
    return found.defer("post__unit__boundary").first()


def posts_of_place(place: int, *, at: datetime) -> list[Post]:
    """The posts of the sub-district itself and its departments: those by which programs usually act."""
    found = Post.objects.filter(place=place, unit=place).filter(Q(ends_at=None) | Q(ends_at__gt=at))
    return list(found.order_by("kind", "id"))


@dataclass(frozen=True, slots=True)
class Incumbent:
    """A post as the next step needs it: where it stands and whether somebody holds it."""

    post_id: int
    kind: str
    name: str
    unit_path: str
    department_id: int | None
    holder_ids: tuple[int, ...]
    department: str = ""  # its code, while the department stands

    @property
    def is_vacant(self) -> bool:
        return not self.holder_ids


def posts_above(*, path: str, place: int, at: datetime) -> list[Incumbent]:
    """Every post on the unit of `path` and on the units above it, nearest first, with its holders."""
    return posts_at(unit_ids=[int(part) for part in path.strip("/").split("/")], place=place, at=at)


def posts_at(*, unit_ids: Iterable[int], place: int, at: datetime) -> list[Incumbent]:
    """Every post on some units, smallest unit first, with its holders: one statement.

    Written out, because every report asks it, and composing it anew takes longer than answering it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_POSTS_AT, {"place": place, "units": list(unit_ids), "at": at})
        rows = cursor.fetchall()
    return [
        Incumbent(post, kind, name, path, department, tuple(held), code or "")
        for post, kind, name, path, department, held, code in rows
    ]


# Who holds `post` now: first by appointment, then for somebody on leave.
_HOLDERS = """
SELECT who.user_id, person.name
FROM (
  SELECT held.user_id, held.starts_at AS since, 0 AS standin
  FROM territory_appointment held
  WHERE held.post_id = {post} AND held.starts_at <= %(at)s AND (held.ends_at IS NULL OR held.ends_at > %(at)s)
  UNION ALL
  SELECT standin.user_id, standin.starts_at, 1
  FROM territory_deputy standin JOIN territory_appointment held ON held.id = standin.appointment_id
  WHERE held.post_id = {post} AND held.starts_at <= %(at)s AND (held.ends_at IS NULL OR held.ends_at > %(at)s)
    AND standin.starts_at <= %(at)s AND standin.ends_at > %(at)s
) who JOIN accounts_user person ON person.id = who.user_id AND person.is_active
ORDER BY who.standin, who.since, who.user_id
"""

# The same for many posts; two plain lists, because planning a union for every report costs more than both.
_POSTS_AT = """
SELECT post.id, post.kind, post.name, unit.path, post.department_id,
       ARRAY(
         SELECT held.user_id
         FROM territory_appointment held JOIN accounts_user person ON person.id = held.user_id
         WHERE held.post_id = post.id AND person.is_active
           AND held.starts_at <= %(at)s AND (held.ends_at IS NULL OR held.ends_at > %(at)s)
         ORDER BY held.starts_at, held.user_id
       ) || ARRAY(
         SELECT standin.user_id
         FROM territory_deputy standin
         JOIN territory_appointment held ON held.id = standin.appointment_id
         JOIN accounts_user person ON person.id = standin.user_id
         WHERE held.post_id = post.id AND person.is_active
           AND held.starts_at <= %(at)s AND (held.ends_at IS NULL OR held.ends_at > %(at)s)
           AND standin.starts_at <= %(at)s AND standin.ends_at > %(at)s
         ORDER BY standin.starts_at, standin.user_id
       ), department.code
FROM territory_post post
JOIN territory_unit unit ON unit.id = post.unit_id
LEFT JOIN territory_department department ON department.id = post.department_id AND department.ends_on IS NULL
WHERE post.place = %(place)s AND post.unit_id = ANY(%(units)s) AND unit.ends_on IS NULL
  AND (post.ends_at IS NULL OR post.ends_at > %(at)s)
ORDER BY length(unit.path) DESC, post.id
"""


def post_names(post_ids: Iterable[int]) -> dict[int, str]:
    return dict(Post.objects.filter(pk__in=list(post_ids)).values_list("pk", "name"))


def posts_held(*, user_id: int, at: datetime) -> frozenset[int]:
    """The posts a person holds at a moment, by appointment or for somebody on leave."""
    with connection.cursor() as cursor:
        cursor.execute(_POSTS_HELD, {"user": user_id, "at": at})
        return frozenset(row[0] for row in cursor.fetchall())


_POSTS_HELD = """
SELECT held.post_id
FROM (HELD) held JOIN accounts_user person ON person.id = %(user)s
WHERE person.is_active
""".replace("HELD", _HELD)


def holders(post_id: int, at: datetime) -> list[tuple[int, str]]:
    """Id and name of everybody who may act for a post at a moment, deputies last."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS.format(post="%(post)s"), {"post": post_id, "at": at})
        return list(dict.fromkeys(cursor.fetchall()))


def holders_of(post_ids: Iterable[int], at: datetime) -> dict[int, tuple[str, list[int]]]:
    """Name and holders of some posts at a moment, deputies last: one query. Vacant posts are left out."""
    found: dict[int, tuple[str, list[int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS_OF, {"posts": list(post_ids), "at": at})
        for post, name, user in cursor.fetchall():
            users = found.setdefault(post, (name, []))[1]
            if user not in users:
                users.append(user)
    return found


_HOLDERS_OF = """
SELECT post.id, post.name, holder.user_id
FROM territory_post post CROSS JOIN LATERAL (HOLDERS) holder WHERE post.id = ANY(%(posts)s)
""".replace("HOLDERS", _HOLDERS.format(post="post.id"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a post stands: the code of its department, and of its unit and all units above it."""

    department: str
    units: frozenset[str]


def standing_of(post_id: int) -> Standing:
    post = Post.objects.filter(pk=post_id)
    path, department = post.values_list("unit__path", "department__code").get()
    units = Unit.objects.filter(pk__in=[int(part) for part in path.strip("/").split("/")])
    return Standing(department or "", frozenset(units.values_list("code", flat=True)))


def vacant_among(post_ids: Iterable[int], at: datetime) -> list[int]:
    """Those of some posts that nobody holds now, by appointment or for somebody on leave."""
    with connection.cursor() as cursor:
        cursor.execute(_VACANT, {"posts": list(post_ids), "at": at})
        return [row[0] for row in cursor.fetchall()]


_VACANT = """
SELECT post.id FROM territory_post post WHERE post.id = ANY(%(posts)s) AND NOT EXISTS (HOLDERS)
""".replace("HOLDERS", _HOLDERS.format(post="post.id"))


@dataclass(frozen=True, slots=True)
class Term:
    """A post somebody holds, held or will hold; `ends_at` None has no end yet."""

    post_name: str
    unit_name: str
    starts_at: datetime
    ends_at: datetime | None

    def is_in_force(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or self.ends_at > at)


def terms_of(user_id: int) -> list[Term]:
    """The appointments of one person, latest first."""
    rows = Appointment.objects.filter(user=user_id).order_by("-starts_at", "-id")
    return [Term(*row) for row in rows.values_list("post__name", "post__unit__name", "starts_at", "ends_at")]


@dataclass(frozen=True, slots=True)
class PostPeople:
    """A post with the names of those who hold it now, as on the notice board of the grid."""

    post_id: int
    kind: str
    name: str
    unit_id: int
    names: tuple[str, ...]


def people_of(*, place: int, unit_ids: Iterable[int], at: datetime) -> list[PostPeople]:
    """The posts of some units with their holders, smallest unit first: two queries."""
    posts = Post.objects.filter(place=place, unit_id__in=list(unit_ids), department=None)
    posts = posts.filter(Q(ends_at=None) | Q(ends_at__gt=at)).annotate(path=F("unit__path"))
    rows = list(posts.values_list("id", "kind", "name", "unit_id", "path").order_by("id"))
    held: dict[int, list[str]] = {}
    in_force = Appointment.objects.in_force(at).filter(user__is_active=True)
    in_force = in_force.filter(post_id__in=[row[0] for row in rows])
    for post_id, name in in_force.order_by("starts_at", "id").values_list("post_id", "user__name"):
        held.setdefault(post_id, []).append(name)
    rows.sort(key=lambda row: -len(row[4].split("/")))
    return [PostPeople(*row[:4], names=tuple(held.get(row[0], ()))) for row in rows]


# ---------------------------------------------------------------- the tree


def unit(unit_id: int) -> Unit:
    return Unit.objects.get(pk=unit_id)


def unit_in(*, place: int, unit_id: int) -> Unit | None:
    """A standing unit of one sub-district, without its boundary."""
    return Unit.objects.of(place).filter(pk=unit_id, ends_on=None).defer("boundary").first()


def place_head(place: int) -> Unit:
    """The sub-district itself, without its boundary."""
    return Unit.objects.defer("boundary").get(pk=place)


def codes_up(path: str) -> list[str]:
    """The codes of the units on the way up from `path`, nearest first: one query."""
    ids = [int(part) for part in path.strip("/").split("/")]
    known = dict(Unit.objects.filter(pk__in=ids).values_list("pk", "code"))
    return [known[unit_id] for unit_id in reversed(ids) if unit_id in known]


def unit_by_code(*, place: int, code: str) -> Unit | None:
    if not code.isprintable():  # no column can hold a NUL, so the database would not even look
        return None
    return Unit.objects.of(place).filter(code=code, ends_on=None).first()


_codes: dict[int, str] = {}


def unit_code(unit_id: int) -> str:
    """The short code of a unit. A code never changes, so every process asks once for a whole sub-district."""
    if unit_id not in _codes:
        of_place = Unit.objects.filter(pk=unit_id).values("place")
        rows = Unit.objects.filter(Q(pk=unit_id) | Q(place__in=of_place))
        _codes.update(rows.values_list("pk", "code"))
    return _codes[unit_id]


def codes_of(unit_ids: Iterable[int]) -> dict[int, str]:
    """The short codes of standing units by their ids."""
    return dict(Unit.objects.filter(pk__in=list(unit_ids), ends_on=None).values_list("pk", "code"))


def places() -> list[Unit]:
    """The sub-districts of this deployment, without their boundaries."""
    return list(Unit.objects.filter(level=Level.SUBDISTRICT, ends_on=None).defer("boundary").order_by("code"))


def first_place() -> Unit | None:
    """The sub-district, where there is only one; the first by code, where there are several."""
    found = Unit.objects.filter(level=Level.SUBDISTRICT, ends_on=None).defer("boundary")
    return found.order_by("code").first()


@dataclass(frozen=True, slots=True)
class PlaceKey:
    """A standing sub-district, and the version of its boundaries at the moment of asking."""

    id: int
    code: str
    path: str
    boundary_version: int
    numbers: Mapping[str, int]  # `kernel.glance`


def place_keys() -> list[PlaceKey]:
    """The standing sub-districts by code; for faces that need no more of them."""
    with connection.cursor() as cursor:
        asked = glance.columns("unit.id")
        cursor.execute(_PLACE_KEYS.replace("NUMBERS", asked.sql))
        return [
            PlaceKey(place, code, path, version, asked.named(numbers))
            for place, code, path, version, numbers in cursor.fetchall()
        ]


# Every sub-district is its own place. Without parameters, so that it is planned once a connection.
_PLACE_KEYS = f"""
SELECT unit.id, unit.code, unit.path, coalesce(known.version, 0), NUMBERS
FROM territory_unit unit LEFT JOIN territory_boundaryversion known ON known.place = unit.id
WHERE unit.level = '{Level.SUBDISTRICT.value}' AND unit.ends_on IS NULL
ORDER BY unit.code
"""  # noqa: S608 -- our own word


def children(parent: Unit, on: date) -> list[Unit]:
    return list(Unit.objects.standing(on).filter(parent=parent).defer("boundary").order_by("level", "code"))


def branch(path: str, on: date) -> list[Unit]:
    """A unit and everything below it, without boundaries, ordered by code."""
    return list(Unit.objects.standing(on).under(path).defer("boundary").order_by("code"))


def units_at(*, place: int, levels: Iterable[Level], on: date, under: str = "") -> list[Unit]:
    """The units of some levels, without boundaries, ordered by code; `under` is a path."""
    found = Unit.objects.of(place).standing(on).filter(level__in=list(levels))
    if under:
        found = found.under(under)
    return list(found.defer("boundary").order_by("code"))


def standing_by_level(*, paths: Iterable[str], on: date) -> dict[str, int]:
    """How many units of each level stand below some paths, every level named: one statement."""
    inside = reduce(or_, (Q(path__startswith=path) for path in paths), Q(pk__in=()))
    rows = Unit.objects.standing(on).filter(inside).values_list("level").annotate(number=Count("pk"))
    return {level.value: 0 for level in Level} | dict(rows)


def ancestors(path: str) -> list[Unit]:
    ids = [int(part) for part in path.strip("/").split("/")]
    return list(Unit.objects.filter(pk__in=ids).defer("boundary").order_by("path"))


def boundaries(
    *, place: int, levels: Iterable[Level], on: date, under: str = ""
) -> list[tuple[Unit, Boundary]]:
    found = Unit.objects.of(place).standing(on).filter(level__in=list(levels), boundary__isnull=False)
    if under:
        found = found.under(under)
    return [(unit, unit.boundary) for unit in found.order_by("code")]


def map_features(*, place: int) -> list[MapFeature]:
    return list(MapFeature.objects.filter(place=place).order_by("id"))


def departments(place: int) -> list[Department]:
    return list(Department.objects.filter(place=place, ends_on=None).order_by("id"))


def departments_called(code: str) -> list[int]:
    """The ids of every department with this code, ended ones too."""
    return list(Department.objects.filter(code=code).values_list("pk", flat=True))


# ---------------------------------------------------------------- from a point to a unit

_indexes: dict[int, tuple[int, PlaceIndex, dict[str, tuple[int, str, str]]]] = {}


def boundary_version(place: int) -> int:
    with connection.cursor() as cursor:  # asked before every look at the map; composing it would cost more
        cursor.execute("SELECT version FROM territory_boundaryversion WHERE place = %s", [place])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _index(place: int, version: int | None = None) -> tuple[PlaceIndex, dict[str, tuple[int, str, str]]]:
    if version is None:
        version = boundary_version(place)
    known = _indexes.get(place)
    if known is None or known[0] != version:
        leaves = Unit.objects.of(place).filter(level__in=LEAF_LEVELS, ends_on=None, boundary__isnull=False)
        rows = list(leaves.order_by("code").values_list("code", "boundary", "id", "path", "name"))
        index = PlaceIndex([(code, shape) for code, shape, *_ in rows if shape is not None], near_m=NEAR_M)
        known = _indexes[place] = (version, index, {row[0]: row[2:] for row in rows})
    return known[1], known[2]


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a point falls. `unit_id` and `path` are None outside every unit."""

    located: Located
    unit_id: int | None
    path: str | None
    name: str = ""


def locate(*, place: int, lon: float, lat: float, version: int | None = None) -> Landing:
    """The micro-grid or dedicated grid at a point; an edited boundary counts at once in every process.

    `version` is that of the boundaries, by callers who have just read it (`place_keys`).
    """
    index, known = _index(place, version)
    found = index.locate(lon, lat)
    return Landing(found, *known[found.key]) if found.key is not None else Landing(found, None, None)


def place_index(place: int) -> PlaceIndex:
    """The index itself, for work in bulk."""
    return _index(place)[0]
