"""三纵三横 of a community on any day: committee, grids and micro-grids downwards, the bodies across them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.bodies import queries as bodies
from weiwang.bodies.queries import Standing
from weiwang.bodies.rules import TERM_NAMES, TermState
from weiwang.kernel.masking import mask_name
from weiwang.party import queries as party
from weiwang.territory import queries as territory
from weiwang.territory.roster import PostOn, people_on
from weiwang.territory.rules import Level, Officer
from weiwang.web.desk import places
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.chart_drawing import Across, Community, Grid, Micro, Seat, draw
from weiwang.web.desk.teams.frame import show_tab

DEDICATED = 0  # the key of the column that holds the dedicated grids
TONES = {TermState.ENDING: "near", TermState.OVER: "late", TermState.LONG_OVER: "late"}


@needs("body.see")
@require_safe
def charts(request: DeskRequest) -> HttpResponse:
    """The chart of the first community within reach."""
    found = communities(request.officer, timezone.localdate(timezone.now()))
    if not found:
        return show_tab(request, "desk/teams/chart.html", {"drawing": None}, tab="desk:charts")
    return HttpResponseRedirect(reverse("desk:chart", args=[found[0].id]))


@needs("body.see")
@require_safe
def chart(request: DeskRequest, unit_id: int) -> HttpResponse:
    """The community of a unit; `?on=` is a day, today without it."""
    now = timezone.now()
    unit = community_of(request.officer, unit_id)
    typed = request.GET.get("on", "")
    on, wrong = read_day(typed, timezone.localdate(now))
    community = gather(request.officer, unit, on=on, now=now)
    values = {
        "community": community,
        "drawing": draw(community) if community else None,
        "name": unit.name,
        "on": on,
        "is_today": on == timezone.localdate(now),
        "typed": typed or on.isoformat(),
        "wrong": wrong,
        "communities": communities(request.officer, timezone.localdate(now)),
        "unit_id": unit.pk,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return show_tab(request, "desk/teams/chart.html", values, tab="desk:charts", status=status)


def read_day(text: str, today: date) -> tuple[date, bool]:
    """The day asked for, today when it is none; and whether what was typed was wrong."""
    try:
        found = parse_date(text) if text else today
    except ValueError:
        found = None
    if found is None or not 1949 < found.year < 2100:
        return today, True
    return found, False


def communities(officer: Officer, on: date) -> list[places.Group]:
    """The communities an officer's posts reach into."""
    paths = officer.paths("body.see")
    return [group for place in officer.places for group in places.groups(places.grounds(place, on), paths)]


def community_of(officer: Officer, unit_id: int) -> Any:  # noqa: ANN401 -- a row of the tree
    """The community a unit is or lies in, if the officer's posts reach into it. Raises `Http404`."""
    paths = officer.paths("body.see")
    for place in officer.places:
        unit = territory.unit_in(place=place, unit_id=unit_id)
        if unit is not None and reaches(paths, unit.path):
            above = territory.ancestors(unit.path)
            found = next((one for one in above if one.level == Level.GENERAL_GRID), None)
            if found is not None:
                return found
    raise Http404


def reaches(paths: Iterable[str], path: str) -> bool:
    """Whether a unit lies on, above or below one of some paths."""
    return any(path.startswith(one) or one.startswith(path) for one in paths)


# ---------------------------------------------------------------- from the data of a day


def gather(officer: Officer, unit: Any, *, on: date, now: datetime) -> Community | None:  # noqa: ANN401 -- a row of the tree
    """Everything the chart shows; None on a day the community did not stand. A fixed number of statements."""
    paths = officer.paths("body.see")
    units = [one for one in territory.branch(unit.path, on) if reaches(paths, one.path)]
    if not any(one.pk == unit.pk for one in units):
        return None
    at = now if on == timezone.localdate(now) else timezone.make_aware(datetime.combine(on, time(12)))
    people = people_on(place=unit.place, unit_ids=[one.pk for one in units], at=at, now=now)
    seats = seated(officer, units, people)
    community = Community(unit.pk, unit.name, seats.get(unit.pk, ()), opened(officer, unit))
    community.grids = grids(officer, units, seats)
    branches = {line.grid_id: line.name for line in party.branches(paths=[unit.path], on=on)}
    for grid in community.grids:
        grid.branch = branches.get(grid.id, "")
    standing = bodies.standing_on(paths=paths, under=unit.path, on=on)
    community.bodies = across(standing, community)
    return community


Seats = dict[int, list[Seat]]


def seated(officer: Officer, units: Sequence[Any], people: Iterable[PostOn]) -> Seats:
    """The posts of each unit in the order of the policy, several of a kind as one.

    Names stand in full where the notice board shows them and for posts that keep the bodies there.
    """
    kinds, paths = territory.post_table().kinds, {unit.pk: unit.path for unit in units}
    held: dict[tuple[int, str], list[str]] = {
        (unit.pk, EXPECTED[unit.level]): [] for unit in units if unit.level in EXPECTED
    }
    for post in people:
        full = kinds[post.kind].on_board or officer.may("body.keep", paths[post.unit_id])
        shown = [name if full else mask_name(name) for name in post.names]
        held.setdefault((post.unit_id, post.kind), []).extend(shown)
    order = {code: number for number, code in enumerate(SHOWN)}
    english = (get_language() or "").startswith("en")
    found: Seats = {}
    for unit_id, kind in sorted((key for key in held if key[1] in order), key=lambda key: order[key[1]]):
        word = kinds[kind].en if english else kinds[kind].zh
        found.setdefault(unit_id, []).append(Seat(word, tuple(dict.fromkeys(held[unit_id, kind]))))
    return found


# The posts the chart names, the first of each unit in its box.
SHOWN = (
    "general_grid_leader", "liaison_leader", "grid_leader", "grid_worker", "micro_grid_leader",
    "micro_grid_member",
)  # fmt: skip

# Whom every unit should have; where not even the post was set up it is vacant.
EXPECTED = {
    Level.GENERAL_GRID: "general_grid_leader",
    Level.GRID: "grid_leader",
    Level.MICRO_GRID: "micro_grid_leader",
}


def opened(officer: Officer, unit: Any) -> str:  # noqa: ANN401 -- a row of the tree
    """Where pressing a unit leads, as far as the officer may go there."""
    return reverse("desk:grid", args=[unit.pk]) if officer.may("unit.see", unit.path) else ""


def grids(officer: Officer, units: Sequence[Any], seats: Seats) -> list[Grid]:
    """The grids with their micro-grids, then one column for the dedicated grids, by their codes."""
    found = {
        unit.pk: Grid(unit.pk, unit.name, seats.get(unit.pk, ()), opened(officer, unit))
        for unit in units
        if unit.level == Level.GRID
    }
    dedicated = Grid(DEDICATED, _("Dedicated grids"))
    for unit in units:
        micro = Micro(unit.pk, unit.name, seats.get(unit.pk, ()), opened(officer, unit))
        if unit.level == Level.DEDICATED_GRID:
            dedicated.micros.append(micro)
        elif unit.level == Level.MICRO_GRID and unit.parent_id in found:
            above = found[unit.parent_id]
            short = Micro(unit.pk, unit.name.removeprefix(above.name), micro.seats, micro.href)
            above.micros.append(short)
    return [*found.values(), *([dedicated] if dedicated.micros else [])]


def across(standing: Sequence[Standing], community: Community) -> list[Across]:
    """The bodies over the columns of what they stand for; one over the whole community covers all of them."""
    column_of = {grid.id: number for number, grid in enumerate(community.grids)}
    column_of |= {micro.id: n for n, grid in enumerate(community.grids) for micro in grid.micros}
    everything = frozenset(range(len(community.grids)))
    english = get_language() or ""
    found = []
    for body in standing:
        columns = everything if community.id in body.unit_ids else _columns(body.unit_ids, column_of)
        kind = bodies.kinds().get(body.kind)
        where = _(", ").join(community.grids[number].name for number in sorted(columns))
        tone = TONES.get(body.term, "")
        found.append(
            Across(
                body.id, body.name, body.kind, kind.name.in_language(english) if kind else body.kind,
                columns, where, tone, _(TERM_NAMES[body.term]) if tone else "",
            )
        )  # fmt: skip
    return found


def _columns(unit_ids: Collection[int], column_of: dict[int, int]) -> frozenset[int]:
    return frozenset(column_of[unit_id] for unit_id in unit_ids if unit_id in column_of)
