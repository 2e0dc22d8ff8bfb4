"""Fixed grid, person and duty on one page: what there is, who stands for it, what is still to be filled.

Places and posts are counted, never what persons do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.bodies import queries as bodies
from weiwang.duties import queries as duties
from weiwang.party import queries as party
from weiwang.patrols import queries as patrols
from weiwang.territory import queries as territory
from weiwang.territory import roster
from weiwang.territory.rules import Level, Officer
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.ui.parts import Tone


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its name; `href` leads to the list it counts."""

    label: str
    value: int
    note: str = ""
    tone: Tone = "quiet"
    href: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One of the three fixed things."""

    title: str
    icon: str
    figures: Sequence[Figure]


@needs("unit.see")
@require_safe
def overview(request: DeskRequest) -> HttpResponse:
    """The officer's part of the tree in numbers."""
    officer, at = request.officer, timezone.now()
    counts = territory.standing_by_level(paths=officer.paths("unit.see"), on=timezone.localdate(at))
    chapters = [_grids(counts), _people(officer, counts, at), _duties(officer, at)]
    return show_tab(request, "desk/teams/overview.html", {"chapters": chapters}, tab="desk:teams")


def _grids(counts: dict[str, int]) -> Chapter:
    href = reverse("desk:grids")
    return Chapter(
        _("Fixed grid"),
        "sitemap",
        [
            Figure(_("Communities"), counts[Level.GENERAL_GRID], href=href),
            Figure(_("Grids"), counts[Level.GRID], href=href),
            Figure(_("Micro-grids"), counts[Level.MICRO_GRID], href=href),
            Figure(_("Dedicated grids"), counts[Level.DEDICATED_GRID], href=href),
        ],
    )


def _people(officer: Officer, counts: dict[str, int], at: datetime) -> Chapter:
    paths, on = officer.paths("unit.see"), timezone.localdate(at)
    cover = party.coverage(paths=paths, on=on)
    figures = [
        *_held(paths, counts, at),
        full(_("Grids with a branch"), cover.grids_with_branch, cover.grids, reverse("desk:party")),
        full(_("Micro-grids in care"), cover.micro_grids_in_care, cover.micro_grids, reverse("desk:party")),
        Figure(_("Party members"), cover.members, href=reverse("desk:party")),
    ]
    if officer.may("body.see"):
        found = bodies.summary(paths=officer.paths("body.see"), on=on)
        ending = found.ending + found.over
        note = _("%(count)s terms end") % {"count": ending} if ending else ""
        figures.append(Figure(_("Self-governance bodies"), found.total, note, href=reverse("desk:bodies")))
    return Chapter(_("Fixed person"), "users", figures)


def _held(paths: Sequence[str], counts: dict[str, int], at: datetime) -> list[Figure]:
    """For every kind of post that each unit of a level should have: how many have its holder."""
    vacant = roster.vacant_by_kind(paths=paths, at=at)
    words = {
        "general_grid_leader": (_("Communities with a leader"), Level.GENERAL_GRID),
        "grid_leader": (_("Grids with a leader"), Level.GRID),
        "micro_grid_leader": (_("Micro-grids with a leader"), Level.MICRO_GRID),
    }
    return [
        full(word, counts[level] - vacant[kind], counts[level], reverse("desk:posts-vacant"))
        for kind, (word, level) in words.items()
        if kind in vacant
    ]


def full(label: str, value: int, whole: int, href: str) -> Figure:
    """A number that should reach the whole: green when it does, amber with what is missing when not."""
    tone: Tone = "cleared" if value >= whole else "near"
    return Figure(label, value, _("of %(whole)s") % {"whole": whole}, tone if whole else "quiet", href)


def _uncovered(missing: int) -> Figure:
    tone: Tone = "near" if missing else "cleared"
    return Figure(_("Shifts not covered this week"), missing, tone=tone, href=reverse("desk:rota"))


def _duties(officer: Officer, at: datetime) -> Chapter:
    on, place = timezone.localdate(at), officer.places[0]
    figures = []
    if officer.may("duty.see"):
        found = duties.totals(place=place, paths=officer.paths("duty.see"), on=on)
        href = reverse("desk:duties")
        figures += [
            Figure(_("Duty lists published"), found.lists, href=href),
            Figure(_("Duties on them"), found.duties, href=href),
            Figure(_("Tasks open in this period"), found.open, href=href),
            Figure(_("Tasks done in this period"), found.done, href=href),
        ]
    if officer.may("patrol.see"):
        force = patrols.summary(place=place, paths=officer.paths("patrol.see"), on=on)
        href = reverse("desk:patrols")
        figures += [
            Figure(_("Patrol teams"), force.teams, href=href),
            Figure(_("Beats"), force.beats, href=href),
            _uncovered(force.uncovered),
        ]
    return Chapter(_("Fixed duty"), "clipboard-check", figures)
