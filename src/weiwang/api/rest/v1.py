"""The public API, version 1: one object that knows every route, every refusal and the OpenAPI document."""

from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from weiwang.api.rest import (
    case_causes,
    case_duplicates,
    case_families,
    case_urgency,
    cases,
    lookups,
    problems,
    reports,
)

api = NinjaAPI(
    title="Weiwang",
    version="1",
    urls_namespace="v1",
    docs_url=None,  # its page would load scripts from outside
    openapi_url=None,  # served below, under the name space of the house
    description=(
        "Report something to a sub-district and follow what becomes of it, without an account; "
        "with a key, do what a post may do with its cases. "
        "Sentences come in the language of `Accept-Language` (`zh-Hans`, `en`); "
        "refusals are RFC 9457 problem documents with a stable `code`."
    ),
)
problems.attach(api)
api.add_router("", reports.router)
api.add_router("", lookups.router)
api.add_router("", cases.router)
api.add_router("", case_causes.router)
api.add_router("", case_duplicates.router)
api.add_router("", case_families.router)
api.add_router("", case_urgency.router)


def urls() -> tuple[list[Any], str, str]:
    """Every route, with a problem document for a method it does not take."""
    patterns, app, space = api.urls
    for pattern in patterns:
        pattern.callback = problems.with_methods(pattern.callback or unknown)
    return patterns, app, space


def unknown(request: HttpRequest, **_: Any) -> HttpResponse:  # noqa: ANN401 -- whatever stood in the address
    """Every other address under the version."""
    return problems.refused(request, problems.ApiError("path.unknown"))


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI document. Refusals are named by their media type; a photo is a JPEG, a paper a PDF."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {})
                if int(status) >= 400 and "application/json" in content:
                    content[problems.CONTENT_TYPE] = content.pop("application/json")
                elif path.endswith("/photos/{photo_id}") and int(status) == HTTPStatus.OK:
                    answer["content"] = {"image/jpeg": {}}
                elif path.endswith("/papers/{paper_id}") and int(status) == HTTPStatus.OK:
                    answer["content"] = {"application/pdf": {}}
    return document


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse(openapi(), json_dumps_params={"ensure_ascii": False})
