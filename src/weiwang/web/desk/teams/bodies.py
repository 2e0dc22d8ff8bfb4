"""Self-governance bodies by community, and the terms that end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.bodies import queries
from weiwang.bodies.queries import BodyLine, ScopeUnit
from weiwang.bodies.rules import TERM_NAMES, BodyKind, TermState
from weiwang.territory.rules import Level
from weiwang.web.desk import places
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.desk.teams.chart import TONES, communities
from weiwang.web.desk.teams.frame import show_tab
from weiwang.web.desk.whereabouts import number
from weiwang.web.ui.parts import Tab

PRESSING = frozenset(TONES)
VIEWS = ("standing", "ending", "ended")


@dataclass(frozen=True, slots=True)
class Row:
    """One body, ready to show."""

    line: BodyLine
    kind: str
    where: str
    term: str
    tone: str


@dataclass(frozen=True, slots=True)
class Block:
    """The bodies of one community."""

    name: str
    rows: Sequence[Row]


def kind_name(code: str) -> str:
    """A kind in the reader's language; one the policy no longer has keeps its code."""
    kind = queries.kinds().get(code)
    return kind.name.in_language(get_language() or "") if kind else code


def kind_choices() -> list[tuple[str, str]]:
    return [(code, kind_name(code)) for code in queries.kinds()]


def kind_of(code: str) -> BodyKind | None:
    return queries.kinds().get(code)


@needs("body.see")
@require_safe
def bodies(request: DeskRequest) -> HttpResponse:
    """`?view=` standing, ending or ended; `?kind=` and `?unit=` (a community) narrow."""
    on = timezone.localdate(timezone.now())
    paths = request.officer.paths("body.see")
    wanted = {name: request.GET.get(name, "") for name in ("view", "kind", "unit")}
    view = wanted["view"] if wanted["view"] in VIEWS else "standing"
    known = communities(request.officer, on)
    chosen = next((one for one in known if one.id == number(wanted["unit"])), None)
    ending = (
        None
        if view == "standing"
        else narrowed(queries.terms_ending(paths=paths, on=on), wanted["kind"], chosen)
    )
    lines = (
        ending or []
        if view == "ending"
        else queries.bodies(
            paths=paths,
            on=on,
            kind=wanted["kind"],
            under=chosen.path if chosen else "",
            ended=view == "ended",
        )
    )
    values = {
        "blocks": [Block("", rows(lines))] if view == "ending" and lines else blocks(lines),
        "view": view,
        "views": views(
            wanted, view, sum(line.term in PRESSING for line in lines) if ending is None else len(ending)
        ),
        "kinds": kind_choices(),
        "kind": wanted["kind"],
        "communities": known,
        "unit": chosen.id if chosen else None,
        "filtered": bool(wanted["kind"] or chosen),
        "may_keep": request.officer.may("body.keep"),
    }
    return show_tab(request, "desk/teams/bodies.html", values, tab="desk:bodies")


def narrowed(lines: Sequence[BodyLine], kind: str, community: places.Group | None) -> list[BodyLine]:
    """The same filters as of the other views, on a list that is short anyway."""
    return [
        line
        for line in lines
        if (not kind or line.kind == kind)
        and (community is None or any(unit.community_id == community.id for unit in line.scope))
    ]


def views(wanted: Mapping[str, str], view: str, ending: int) -> list[Tab]:
    words = {"standing": _("Standing"), "ending": _("Terms ending"), "ended": _("Ended")}
    return [
        Tab(
            label=word, href=address({**wanted, "view": name}), current=name == view,
            count=ending if name == "ending" else None,
            tone="near" if name == "ending" and ending else "quiet",
        )
        for name, word in words.items()
    ]  # fmt: skip


def address(wanted: Mapping[str, str]) -> str:
    return f"{reverse('desk:bodies')}?{urlencode({k: v for k, v in wanted.items() if v})}"


def blocks(lines: Sequence[BodyLine]) -> list[Block]:
    """By community in the order of the tree; those of several communities stand last, together."""
    found: dict[str, list[BodyLine]] = {}
    for line in sorted(lines, key=_first_unit):
        several = len(line.communities) > 1
        found.setdefault("" if several else "".join(line.communities), []).append(line)
    last = found.pop("", [])
    named = [Block(name, rows(some)) for name, some in found.items()]
    return [*named, Block(_("Several communities"), rows(last))] if last else named


def _first_unit(line: BodyLine) -> tuple[int, ...]:
    """Where it stands in the tree: the ids on the way down, which grow with the codes."""
    return min((tuple(map(int, unit.path.strip("/").split("/"))) for unit in line.scope), default=())


def rows(lines: Sequence[BodyLine]) -> list[Row]:
    return [row(line) for line in lines]


def row(line: BodyLine) -> Row:
    tone = "" if line.ended_on else TONES.get(line.term, "")
    return Row(
        line, kind_name(line.kind), where_words(line.scope),
        term_words(line.term) if not line.ended_on else _("ended"), tone,
    )  # fmt: skip


def where_words(scope: Sequence[ScopeUnit]) -> str:
    """The communities where there are several; in one its grids, with the number of micro-grids of each."""
    communities = list(dict.fromkeys(unit.community for unit in scope))
    if len(communities) > 1:
        return _(", ").join(communities)
    micros = Counter(unit.grid for unit in scope if unit.level == Level.MICRO_GRID)
    whole = [unit.grid or unit.name for unit in scope if unit.level != Level.MICRO_GRID]
    counted = [
        ngettext("%(grid)s (%(count)s micro-grid)", "%(grid)s (%(count)s micro-grids)", number)
        % {"grid": grid, "count": number}
        for grid, number in micros.items()
    ]
    return _(", ").join([*whole, *counted])


def term_words(state: TermState) -> str:
    return _(TERM_NAMES[state])
