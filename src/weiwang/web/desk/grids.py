"""The tree to look at: sizes as bars against what is usual, posts and who holds them, the map."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.ledger import queries as ledger
from weiwang.ledger.notice.sheet import BOARD_LEVELS
from weiwang.territory import queries as territory
from weiwang.territory.queries import PostPeople
from weiwang.territory.rules import LEVEL_NAMES, USUAL_SIZE, Level, NotAllowedError, Officer, size_is_unusual
from weiwang.web.desk import maps, places
from weiwang.web.desk.frame import show
from weiwang.web.desk.gates import DeskRequest, needs

BAR = 200  # the width of a size bar in its own units


@dataclass(frozen=True, slots=True)
class Bar:
    """A size against what is usual, in units of a bar 200 wide."""

    size: int
    usual_from: int
    usual_width: int
    unusual: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """One unit below the one shown."""

    id: int
    name: str
    code: str
    level: str
    households: int | None
    bar: Bar | None
    posts: int
    vacant: int


@dataclass(frozen=True, slots=True)
class Seat:
    """One post and who holds it."""

    name: str
    names: str


@needs("unit.see")
@require_safe
def grids(request: DeskRequest) -> HttpResponse:
    """The uppermost unit this officer may see."""
    path = request.officer.paths("unit.see")[0]
    return HttpResponseRedirect(reverse("desk:grid", args=[int(path.strip("/").split("/")[-1])]))


@needs("unit.see")
@require_safe
def grid(request: DeskRequest, unit_id: int) -> HttpResponse:
    at = timezone.now()
    unit = next(
        filter(None, (territory.unit_in(place=place, unit_id=unit_id) for place in request.officer.places)),
        None,
    )
    if unit is None or unit.place is None:
        raise Http404
    if not request.officer.may("unit.see", unit.path):
        raise NotAllowedError("unit.see")
    below = territory.children(unit, timezone.localdate(at))
    people = territory.people_of(place=unit.place, unit_ids=[unit.pk, *(one.pk for one in below)], at=at)
    values = {
        "unit": unit,
        "level": level_word(unit.level),
        "usual": usual_words(unit.level),
        "unusual": size_is_unusual(Level(unit.level), unit.households),
        "branches": branches(below, people),
        "seats": seats(people, unit.pk),
        "tree": tree(request.officer, unit.place, at, unit.path),
        "up": upper(request.officer, unit.path, unit.place, at),
        "unit_base": reverse("desk:grid", args=[0]),
        "has_board": unit.level in BOARD_LEVELS,
        "line": ledger.public_line(path=unit.path),
        "may_see_board": request.officer.may("board.see", unit.path),
    }
    return show(request, "desk/grids.html", values, here="desk:grids")


def level_word(level: str) -> str:
    return _(LEVEL_NAMES[Level(level)])


def usual_words(level: str) -> str:
    usual = USUAL_SIZE.get(Level(level))
    return (
        _("usual are %(low)s to %(high)s households") % {"low": usual[0], "high": usual[1]} if usual else ""
    )


class UnitLike(Protocol):
    """What is shown of a unit."""

    pk: int
    name: str
    code: str
    level: str
    households: int | None


def branches(units: Sequence[UnitLike], people: Iterable[PostPeople]) -> list[Branch]:
    posts: dict[int, list[bool]] = {}
    for post in people:
        posts.setdefault(post.unit_id, []).append(not post.names)
    most = max((unit.households or 0 for unit in units), default=0)
    return [
        Branch(
            unit.pk,
            unit.name,
            unit.code,
            level_word(unit.level),
            unit.households,
            bar(unit.level, unit.households, most),
            len(posts.get(unit.pk, ())),
            sum(posts.get(unit.pk, ())),
        )
        for unit in units
    ]


def bar(level: str, households: int | None, most: int) -> Bar | None:
    """The usual range lies in the middle of the bar; where none is usual, the largest neighbour fills it."""
    if households is None:
        return None
    low, high = USUAL_SIZE.get(Level(level), (0, 0))
    whole = max(high * 2, 1) if high else max(most, 1)
    size = min(BAR, round(BAR * households / whole))
    return Bar(
        size, BAR * low // whole, BAR * (high - low) // whole, size_is_unusual(Level(level), households)
    )


def seats(people: Iterable[PostPeople], unit_id: int) -> list[Seat]:
    return [Seat(post.name, _(", ").join(post.names)) for post in people if post.unit_id == unit_id]


def tree(officer: Officer, place: int, at: datetime, path: str) -> list[Mapping[str, object]]:
    """Communities with their grids, as far as this officer sees; `path` is the unit shown."""
    shown = places.groups(places.grounds(place, timezone.localdate(at)), officer.paths("unit.see"))
    return [
        {
            "id": group.id,
            "name": group.name,
            "units": group.units,
            "is_open": f"/{group.id}/" in path,
            "may_open": officer.may("unit.see", group.path),
        }
        for group in shown
    ]


def upper(officer: Officer, path: str, place: int, at: datetime) -> places.Ground | None:
    """The unit above, if this officer may see it."""
    above = path.rstrip("/").rpartition("/")[0] + "/"
    if above == "/" or not officer.may("unit.see", above):
        return None
    return next((g for g in places.grounds(place, timezone.localdate(at)) if g.path == above), None)


@needs("unit.see")
@require_safe
def map_config(request: DeskRequest) -> HttpResponse:
    answer = JsonResponse(maps.plan(request.officer.places[0], [], {}))
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Language"] = get_language() or "zh-hans"
    return answer
