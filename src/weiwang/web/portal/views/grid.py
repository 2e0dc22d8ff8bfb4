"""Which grid am I in, who is responsible for it, and its notice board to print."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import segno
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from weiwang.kernel.allowance import Allowance
from weiwang.ledger import queries as ledger
from weiwang.ledger.notice.board import SIZES, board
from weiwang.ledger.notice.scene import picture
from weiwang.ledger.notice.sheet import BOARD_LEVELS, Part, Rung, Seat, gathered, leaders, sheet
from weiwang.territory import queries as territory
from weiwang.territory.rules import LEVEL_NAMES, Level
from weiwang.web.portal.frame import show
from weiwang.web.portal.limits import address
from weiwang.web.portal.places import Place, in_a_place
from weiwang.web.portal.spots import NOWHERE, communities, find_buildings, where_words
from weiwang.web.ui.pages import error_page
from weiwang.web.ui.papers import is_known, paper_answer

BOARDS = Allowance("portal.board", times=40, seconds=600)  # boards made for one address


@require_http_methods(["GET", "HEAD", "POST"])
@in_a_place
def grid(request: HttpRequest, place: Place) -> HttpResponse:
    """By position (posted, so that it stands in no log), or by address from the list."""
    if request.method == "POST":
        return _by_position(request, place)
    return _page(request, place)


def _by_position(request: HttpRequest, place: Place) -> HttpResponse:
    spot = where_words(request.POST, place)
    if spot == NOWHERE or spot.place is None:
        return _page(request, place, outside=True, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    more = {"in": spot.place.code} | ({"near": "1"} if spot.approximate else {})
    return HttpResponseRedirect(f"{reverse('portal:unit', args=[spot.code])}?{urlencode(more)}")


def _page(
    request: HttpRequest, place: Place, *, outside: bool = False, status: int = HTTPStatus.OK
) -> HttpResponse:
    finding = find_buildings(place, request.GET)
    units = {one.unit_id for one in finding.buildings if one.unit_id is not None}
    codes = territory.codes_of(units)
    rows = [(one.label, codes[one.unit_id]) for one in finding.buildings if one.unit_id in codes]
    context = {
        "finding": finding, "rows": rows, "outside": outside, "communities": communities(place),
        "unit": request.GET.get("unit", ""),
        "line": ledger.public_line(path=place.path) if outside else None,
    }  # fmt: skip
    return show(request, place, "grid.html", context, part="found", status=status)


# ---------------------------------------------------------------- the page of one grid


@require_safe
@in_a_place
def unit(request: HttpRequest, place: Place, code: str) -> HttpResponse:
    """The public page of a grid: its area, the people on its board, telephones, services."""
    found = _found(place, code)
    facts = sheet(found, at=timezone.now())
    language = get_language() or ""
    link = request.build_absolute_uri(_report_link(found, place))
    context = {
        "unit": found, "rungs": [_rung(rung) for rung in facts.rungs], "near": "near" in request.GET,
        "parts": [_part(part, found.name) for part in facts.parts], "addresses": gathered(facts.addresses),
        "line": facts.line, "map": picture(found, on=timezone.localdate()),
        "services": [
            {name: getattr(row, name).speak(language) for name in ("name", "by", "takes", "bring")}
            for row in facts.services
        ],
        "report": _report_link(found, place), "boards": [(size, _board_link(found, size)) for size in SIZES],
        "qr": segno.make(link, error="m").svg_data_uri(scale=4, border=3, dark="#000", light="#fff"),
    }  # fmt: skip
    return show(request, place, "unit.html", context)


def _found(place: Place, code: str) -> Any:  # noqa: ANN401 -- a row of the tree
    """The unit of an address. Raises `Http404`."""
    found = territory.unit_by_code(place=place.id, code=code)
    if found is None or found.level not in BOARD_LEVELS:
        raise Http404
    return found


def _report_link(found: Any, place: Place) -> str:  # noqa: ANN401 -- a row of the tree
    more = {"unit": found.code} | ({} if place.is_only else {"in": place.code})
    return f"{reverse('portal:report')}?{urlencode(more)}"


def _board_link(found: Any, size: str) -> str:  # noqa: ANN401 -- a row of the tree
    return (
        f"{reverse('portal:board', args=[found.code])}?{urlencode({'size': size, 'l': get_language() or ''})}"
    )


def _rung(rung: Rung) -> Mapping[str, object]:
    """One unit on the way up, with those whose names stand on its notice board."""
    level, found = _(LEVEL_NAMES[Level(rung.unit.level)]), rung.unit
    people = [(seat.name, _names([seat])) for seat in rung.seats]
    return {"level": level, "name": found.name, "code": found.code, "people": people}


def _names(seats: Iterable[Seat]) -> str:
    names = [name for seat in seats for name in seat.names]
    return _(", ").join(names) or _("vacant at present")


def _part(part: Part, above: str) -> Mapping[str, str]:
    who = _names(leaders(part.seats)) if part.seats else ""
    name = part.unit.name.removeprefix(above) or part.unit.name
    return {"name": name, "code": part.unit.code, "who": who}


# ---------------------------------------------------------------- the board on paper


@require_safe
@in_a_place
def notice_board(request: HttpRequest, place: Place, code: str) -> HttpResponse:
    """The notice board as PDF: `?size=a3|a4`, `?l=` the language of its words."""
    found = _found(place, code)
    size = request.GET.get("size", "")
    sheet_of_paper = board(
        [found], at=timezone.now(), size=size if size in SIZES else SIZES[0],
        language="en" if request.GET.get("l", "").startswith("en") else "zh-hans",
        link=lambda one: request.build_absolute_uri(_report_link(one, place)),
    )  # fmt: skip
    at = timezone.now()
    if not is_known(request, sheet_of_paper.tag) and not BOARDS.take(address(request), at=at):
        return error_page(request, HTTPStatus.TOO_MANY_REQUESTS, retry_after=BOARDS.wait(at=at))
    name = _("Notice board %(name)s") % {"name": found.name}
    return paper_answer(
        request,
        tag=sheet_of_paper.tag,
        name=f"{name}.pdf",
        make=lambda: sheet_of_paper.print().pdf,
        public=True,
    )
