"""Answering with a printed page: kept by the browser until a byte of it would change."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header, parse_etags

FRESH_SECONDS = 300


def pdf_answer(
    request: HttpRequest, *, tag: str, name: str, make: Callable[[], bytes], public: bool
) -> HttpResponse:
    """The PDF under a file name, or 304 when the browser has it already; `make` runs only when it is sent."""
    mark = f'"{tag}"'
    if is_known(request, tag):
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(make(), content_type="application/pdf")
        answer["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or ""
    answer["ETag"] = mark
    answer["Cache-Control"] = f"public, max-age={FRESH_SECONDS}" if public else "private, no-cache"
    return answer


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the browser says that it has this version."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or f'"{tag}"' in known or f'W/"{tag}"' in known
