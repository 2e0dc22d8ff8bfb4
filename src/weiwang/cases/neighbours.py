"""Open cases that may be the same matter, and cases that come again: found by index, judged by `alike`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from weiwang.cases import alike
from weiwang.cases.alike import Evidence, Matter
from weiwang.cases.models import Case, Photo
from weiwang.cases.rules import FINAL, OPEN, State
from weiwang.cases.suggestions import SHORTEST, hints
from weiwang.territory import queries as territory

SHOWN = 3
READ = 1000  # characters of what is being written
LOOKED_AT = 200  # open cases compared for one report
AGAIN_LOOKED_AT = 20_000  # cases of thirty days


@dataclass(frozen=True, slots=True)
class Near:
    """An open case that may be the same. `photo` is one that may be shown to whoever asked."""

    case_id: UUID
    number: str
    title: str
    category: str
    state: str
    unit_name: str
    address: str
    reported_at: datetime
    people: int
    photo: UUID | None
    evidence: Evidence


def public_open(place: int) -> "QuerySet[Case]":
    """What a resident may be told of, without any words: open, and of no restricted category."""
    return Case.objects.filter(place=place, restricted=False, parent=None, state__in=OPEN)


def all_cases(place: int) -> "QuerySet[Case]":
    """Every case of a sub-district, for whoever has the machine."""
    return Case.objects.filter(place=place)


def near_words(
    among: "QuerySet[Case]", *, place: int, text: str, category: str, lon: float | None, lat: float | None,
    unit_id: int | None, at: datetime, public: bool,
) -> list[Near]:  # fmt: skip
    """The same for what is being written; without a chosen category the likeliest one is compared."""
    words = text.strip()[:READ]
    if len(words) < SHORTEST:
        return []
    if lon is not None and lat is not None:
        unit_id = territory.locate(place=place, lon=lon, lat=lat).unit_id
    elif unit_id is None:
        return []
    kind = category or next((hint.code for hint in hints(words)), "")
    return near(among, Matter(words, kind, unit_id, lon, lat, at), public=public)


def near(among: "QuerySet[Case]", matter: Matter, *, public: bool) -> list[Near]:
    """The open cases most like a matter, closest first; two queries and one more for photos.

    With `public`, titles, addresses and photos that are not to be shown to neighbours are left out.
    """
    found = [(case, case_matter(case)) for case in _around(among, matter)]
    judged = [(case, old, alike.compared(matter, old)) for case, old in found]
    alikes = [(case, old, seen) for case, old, seen in judged if seen is not None and alike.is_alike(seen)]
    alikes.sort(key=lambda one: -alike.closeness(one[2]))
    best = alikes[:SHOWN]
    photos = _photos([case for case, _, _ in best], public=public)
    return [
        _near(case, replace(seen, shared=alike.shared_words(matter.text, old.text)), photos, public=public)
        for case, old, seen in best
    ]


def near_case(among: "QuerySet[Case]", case: Case) -> list[Near]:
    """Open cases that may be the same as one that is there."""
    return near(among.exclude(pk=case.pk), case_matter(case), public=False)


def number_of(case_id: UUID) -> str:
    return Case.objects.values_list("number", flat=True).get(pk=case_id)


def merged_to(case: Case) -> list[Case]:
    """The duplicates that were put to a case, newest first."""
    return list(case.merged.only(*_AGAIN).order_by("-reported_at"))


def _around(among: "QuerySet[Case]", matter: Matter) -> Iterable[Case]:
    since = matter.at - timedelta(days=alike.NEAR_DAYS)
    found = among.exclude(state__in=FINAL).filter(reported_at__gte=since, parent=None)
    if matter.lon is not None and matter.lat is not None:
        west, south, east, north = alike.box_around(matter.lon, matter.lat, alike.NEAR_METRES)
        here = Q(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
        here |= Q(lon__isnull=True, unit=matter.unit_id)
    else:
        here = Q(unit=matter.unit_id)
    rows = found.filter(here).annotate(people=Count("joined")).defer("search")
    return rows.order_by("-reported_at")[:LOOKED_AT]


def case_matter(case: Case) -> Matter:
    return Matter(case.text, case.category, case.unit_id, case.lon, case.lat, case.reported_at)


def _near(case: Case, evidence: Evidence, photos: Mapping[UUID, UUID], *, public: bool) -> Near:
    return Near(
        case.pk, case.number, "" if public else case.title, case.category, case.state, case.unit_name,
        "" if public else case.address, case.reported_at, 1 + getattr(case, "people", 0),
        photos.get(case.pk), evidence,
    )  # fmt: skip


def _photos(cases: Sequence[Case], *, public: bool) -> dict[UUID, UUID]:
    """The first photo of each report; for neighbours only of reports whose photos may be shown to them."""
    shown = [case.pk for case in cases if case.photo_count and (case.photos_shown or not public)]
    if not shown:
        return {}
    rows = Photo.objects.filter(case__in=shown, stage="report").order_by("-added_at", "-id")
    return {case: photo for photo, case in rows.values_list("id", "case_id")}


def public_photo(place: int, photo_id: UUID) -> Photo | None:
    """A photo of an open report that its reporter lets neighbours see."""
    cases = public_open(place).filter(photos_shown=True)
    return Photo.objects.filter(pk=photo_id, stage="report", case__in=cases).first()


# ---------------------------------------------------------------- the same again


@dataclass(frozen=True, slots=True)
class Repeat:
    """Cases of one category that come again at one spot within thirty days, newest first."""

    category: str
    unit_id: int
    unit_name: str
    cases: Sequence[Case]

    @property
    def days(self) -> int:
        """Days from the first to the last, at least one."""
        return max(1, (self.cases[0].reported_at - self.cases[-1].reported_at).days)

    @property
    def open(self) -> int:
        return sum(case.state not in FINAL for case in self.cases)


_AGAIN = ("id", "number", "title", "category", "state", "unit_id", "unit_name", "address", "lon", "lat",
          "reported_at", "owner_name")  # fmt: skip


def repeats(visible: "QuerySet[Case]", *, at: datetime, days: int = alike.AGAIN_DAYS) -> list[Repeat]:
    """What came again in the last days, most often first: candidates for a look at the cause. One query."""
    since = at - timedelta(days=days)
    rows = visible.filter(reported_at__gte=since, reported_at__lte=at, parent=None)
    rows = rows.exclude(state__in=[State.REJECTED, State.DRAFT]).only(*_AGAIN)
    spots: dict[tuple[str, int], list[Case]] = {}
    for case in rows.order_by("-reported_at")[:AGAIN_LOOKED_AT]:
        spots.setdefault((case.category, case.unit_id), []).append(case)
    found = [repeat for spot in spots.values() for repeat in _repeats_at(spot)]
    return sorted(found, key=lambda one: (-len(one.cases), one.cases[0].number))


def _repeats_at(cases: Sequence[Case]) -> Iterable[Repeat]:
    if len(cases) < alike.AGAIN_LEAST:
        return
    matters = [_where_and_when(case) for case in cases]
    for group in alike.again(matters):
        members = sorted((cases[place] for place in group), key=lambda case: case.reported_at, reverse=True)
        yield Repeat(members[0].category, members[0].unit_id, members[0].unit_name, members)


def _where_and_when(case: Case) -> Matter:
    return Matter("", case.category, case.unit_id, case.lon, case.lat, case.reported_at)


def came_before(visible: "QuerySet[Case]", case: Case) -> list[Case]:
    """Other cases of this category at this spot within thirty days before or after it, newest first.

    None for a part: it is not the matter that came again.
    """
    if case.parent_id is not None:
        return []
    span = timedelta(days=alike.AGAIN_DAYS)
    rows = visible.filter(
        unit=case.unit_id, category=case.category, reported_at__gte=case.reported_at - span,
        reported_at__lte=case.reported_at + span, parent=None,
    )  # fmt: skip
    rows = rows.exclude(pk=case.pk).exclude(state__in=[State.REJECTED, State.DRAFT]).only(*_AGAIN)
    mine = _where_and_when(case)
    return [row for row in rows.order_by("-reported_at") if alike.is_again(mine, _where_and_when(row))]
