"""Printing notice boards: one, or all of a community in one file."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weiwang.ledger.notice.board import SIZES, Board, board
from weiwang.ledger.notice.sheet import BOARD_LEVELS
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError
from weiwang.web.desk.gates import DeskRequest, needs
from weiwang.web.ui.papers import paper_answer

PAGES = 60  # of one file; a community has ten grids, a grid twenty micro-grids


@needs("unit.see")
@require_safe
def one(request: DeskRequest, unit_id: int) -> HttpResponse:
    """The board of a unit: `?size=a3|a4`, `?l=` the language of its words."""
    unit = board_unit(request, unit_id)
    return _answer(request, [unit], _("Notice board %(name)s") % {"name": unit.name})


@needs("unit.see")
@require_safe
def below(request: DeskRequest, unit_id: int) -> HttpResponse:
    """The boards of a unit and of everything right below it, a page each."""
    unit = board_unit(request, unit_id)
    units = [unit, *territory.children(unit, timezone.localdate())][:PAGES]
    return _answer(request, units, _("Notice boards %(name)s") % {"name": unit.name})


def board_unit(request: DeskRequest, unit_id: int) -> Any:  # noqa: ANN401 -- a row of the tree
    """A unit that has a board, with its boundary. Raises `Http404`, `NotAllowedError`."""
    places = request.officer.places
    found = next(filter(None, (territory.unit_in(place=place, unit_id=unit_id) for place in places)), None)
    if found is None or found.level not in BOARD_LEVELS:
        raise Http404
    if not request.officer.may("unit.see", found.path):
        raise NotAllowedError("unit.see")
    return found


def _answer(request: DeskRequest, units: list[Any], name: str) -> HttpResponse:
    size = request.GET.get("size", "")
    made: Board = board(
        units, at=timezone.now(), size=size if size in SIZES else SIZES[0],
        language="en" if request.GET.get("l", "").startswith("en") else "zh-hans",
        link=lambda unit: report_link(request, unit),
    )  # fmt: skip
    return paper_answer(
        request, tag=made.tag, name=f"{name}.pdf", make=lambda: made.print().pdf, public=False
    )


def report_link(request: HttpRequest, unit: Any) -> str:  # noqa: ANN401 -- a row of the tree
    """Where the QR code of a board leads: the residents' form with this place set."""
    more = {"unit": unit.code}
    if len(territory.place_keys()) > 1:
        more["in"] = territory.unit_code(unit.place)
    return request.build_absolute_uri(f"{reverse('portal:report')}?{urlencode(more)}")
