"""Answering with a printed page: kept by the browser until a byte of it would change."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header, parse_etags

FRESH_SECONDS = 300


PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def paper_answer(
    request: HttpRequest, *, tag: str, name: str, make: Callable[[], bytes], public: bool, kind: str = PDF
) -> HttpResponse:
    """The file under its name, or 304 when the browser has it already; `make` runs only when it is sent.

    A PDF is shown by the browser, anything else is kept as a file.
    """
    mark = f'"{tag}"'
    if is_known(request, tag):
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(make(), content_type=kind)
        header = content_disposition_header(as_attachment=kind != PDF, filename=name)
        answer["Content-Disposition"] = header or ""
    answer["ETag"] = mark
    answer["Cache-Control"] = f"public, max-age={FRESH_SECONDS}" if public else "private, no-cache"
    return answer


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether the browser says that it has this version."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or f'"{tag}"' in known or f'W/"{tag}"' in known
