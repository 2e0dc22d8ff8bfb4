"""Setting a place up: what is done, what is half done, what is still to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_safe

from weiwang.accounts.queries import account_count
from weiwang.ledger.queries import building_count
from weiwang.territory import queries as territory
from weiwang.territory import roster
from weiwang.territory.rules import LEAF_LEVELS, Level, Officer
from weiwang.web.console.frame import show
from weiwang.web.console.gates import POWERS, ConsoleRequest, needs
from weiwang.web.console.policies import Standing, standing_of

Progress = Literal["done", "part", "open"]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist. `href` is empty when this officer's posts do not open the page."""

    title: str
    progress: Progress
    words: str
    href: str
    action: str


@require_safe
@needs(*POWERS)
def home(request: ConsoleRequest) -> HttpResponse:
    items = list(checklist(request.place, request.officer))
    finished = sum(item.progress == "done" for item in items)
    head = territory.place_head(request.place)
    context = {"items": items, "finished": finished, "place": head}
    return show(request, "home", context, here="console:home")


def checklist(place: int, officer: Officer) -> Iterator[Item]:
    """The steps in the order a place is set up, each from one or two queries."""
    yield from _tree(place, officer)
    yield from _people(place, officer)
    for name, title in (
        ("calendars", _("Working calendar")), ("categories", _("Categories and limits")),
        ("retention", _("Privacy notice")),
    ):  # fmt: skip
        yield _policy(name, title, officer)
    yield Item(
        _("Backup"), "open", _("Not yet part of this version. Copy the data folder every day."), "", ""
    )


def _tree(place: int, officer: Officer) -> Iterator[Item]:
    head = territory.place_head(place)
    counts = roster.level_counts(place=place, on=timezone.localdate())
    empty = roster.LevelCount(0, 0, 0)
    communities = counts.get(Level.GENERAL_GRID, empty)
    leaves = [counts.get(level, empty) for level in LEAF_LEVELS]
    units, drawn = sum(leaf.units for leaf in leaves), sum(leaf.with_boundary for leaf in leaves)
    buildings = building_count(place)
    units_url, import_url = (
        _link(officer, "unit.edit", "console:units"),
        _link(officer, "import.run", "console:import"),
    )
    yield Item(
        pgettext("setting up", "Place"),
        "done",
        f"{head.name} · {head.code} {head.official_code}".strip(),
        units_url,
        _("Look"),
    )
    yield Item(
        _("Communities and villages"), "done" if communities.units else "open",
        ngettext("%(n)s community or village", "%(n)s communities and villages", communities.units)
        % {"n": communities.units}, import_url, _("Import divisions"),
    )  # fmt: skip
    yield Item(
        _("Buildings"), "done" if buildings else "open",
        ngettext("%(n)s building", "%(n)s buildings", buildings) % {"n": buildings}, import_url,
        _("Import buildings"),
    )  # fmt: skip
    yield Item(
        _("Grids with boundaries"), _progress(drawn, units),
        _("%(drawn)s of %(units)s micro-grids and dedicated grids have a boundary")
        % {"drawn": drawn, "units": units}, import_url, _("Import units"),
    )  # fmt: skip


def _people(place: int, officer: Officer) -> Iterator[Item]:
    posts, vacant = roster.post_counts(place=place, at=timezone.now())
    people = account_count(place)
    yield Item(
        _("Posts"), _progress(posts - vacant, posts),
        _("%(held)s of %(posts)s posts are held") % {"held": posts - vacant, "posts": posts},
        _link(officer, "staff.manage", "console:posts"), _("Fill posts"),
    )  # fmt: skip
    yield Item(
        _("People"), "done" if people > 1 else "part",
        ngettext("%(n)s account", "%(n)s accounts", people) % {"n": people},
        _link(officer, "staff.manage", "console:people"), _("Add people"),
    )  # fmt: skip


def _policy(name: str, title: str, officer: Officer) -> Item:
    found = standing_of(settings.POLICIES, name)
    words = {
        Standing.SIGNED: _("signed and in force"),
        Standing.EXAMPLE: _("the example is in force; nobody has signed it yet"),
        Standing.BROKEN: _("cannot be read"),
    }
    progress: Progress = (
        "done" if found is Standing.SIGNED else "part" if found is Standing.EXAMPLE else "open"
    )
    href = reverse("console:policy", args=[name]) if officer.may("policy.see") else ""
    return Item(title, progress, words[found], href, _("Look"))


def _progress(part: int, whole: int) -> Progress:
    if whole and part == whole:
        return "done"
    return "part" if part else "open"


def _link(officer: Officer, power: str, name: str) -> str:
    return reverse(name) if officer.may(power) else ""
