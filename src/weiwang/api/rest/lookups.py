"""What a program needs to know before it reports: the categories, and where a position lies."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from ninja import Router
from ninja.params.functions import Query

from weiwang.api.rest.places import place_at, places
from weiwang.api.rest.shapes import CategoryOut, LocatedOut, Problem
from weiwang.cases import queries as cases
from weiwang.cases.rules import Category
from weiwang.territory import queries as territory
from weiwang.territory.rules import Level

router = Router(tags=["lookups"])


@router.get(
    "/categories",
    response={200: list[CategoryOut]},
    summary="Categories of reports",
    operation_id="listCategories",
)
def categories(request: HttpRequest) -> HttpResponse:
    language = get_language() or ""
    answer = _json([_category(row, language) for row in cases.categories().values()])
    answer["ETag"] = f'"{cases.category_policy().digest[:20]}-{language}"'
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def _category(row: Category, language: str) -> dict[str, Any]:
    return {
        "code": row.code, "slug": row.slug, "name": row.name(language), "major": row.major,
        "public_name": row.public_name(language),
        "major_name": row.major_en if language.startswith("en") else row.major_zh, "urgent": row.urgent,
    }  # fmt: skip


@router.get(
    "/locate",
    response={200: LocatedOut, (400, 422, 503): Problem},
    summary="The micro-grid at a position",
    operation_id="locate",
)
def locate(
    request: HttpRequest, lon: float = Query(ge=-180, le=180), lat: float = Query(ge=-90, le=90)
) -> HttpResponse:
    """WGS84 degrees. Edges belong to the unit with the smallest code; gaps to the nearest unit."""
    found = place_at(places(), lon, lat)
    if found is None:
        return _unkept({"match": "outside", "place": "", "unit_code": "", "names": [], "distance_m": None})
    place, landing = found
    names = [unit.name for unit in territory.ancestors(landing.path or place.path) if unit.level in _SHOWN]
    return _unkept(
        {
            "match": landing.located.match.value, "place": place.code, "unit_code": landing.located.key or "",
            "names": names, "distance_m": round(landing.located.distance_m, 1),
        }
    )  # fmt: skip


_SHOWN = frozenset(Level) - {Level.DISTRICT, Level.SUBDISTRICT}


def _json(body: object) -> HttpResponse:
    return JsonResponse(body, safe=False, json_dumps_params={"ensure_ascii": False})


def _unkept(body: object) -> HttpResponse:
    """A position is nobody else's business, so no cache keeps it."""
    answer = _json(body)
    answer["Cache-Control"] = "private, no-store"
    return answer
