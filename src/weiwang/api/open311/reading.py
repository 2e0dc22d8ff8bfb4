"""Reading what a client sent: forms of both kinds, dates with zones, windows, pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.datastructures import MultiValueDict

from weiwang.api.open311.refusals import Open311Error, RefusedError

MAX_BODY = 20_000_000  # three photos and a form
WINDOW = timedelta(days=90)
ROWS = 1000
MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](?:\[\d*\])?")
_ZONE_LOST = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)$")  # a plus sign that was not encoded arrives as a space


@dataclass(frozen=True, slots=True)
class Given:
    """The values of a request; an empty one counts as not given."""

    values: Mapping[str, Sequence[str]]
    files: Sequence[Any] = field(default_factory=tuple)

    def get(self, name: str) -> str:
        """The last value, without spaces around it."""
        found = self.values.get(name) or ("",)
        return found[-1].strip()

    def commas(self, name: str) -> list[str]:
        """All values of a comma list, in their order, each once."""
        parts = (part.strip() for value in self.values.get(name, ()) for part in value.split(","))
        return list(dict.fromkeys(part for part in parts if part))

    def attributes(self) -> dict[str, list[str]]:
        """`attribute[CODE]` and `attribute[CODE][]` by code."""
        found: dict[str, list[str]] = {}
        for name, values in self.values.items():
            if match := _ATTRIBUTE.fullmatch(name):
                found.setdefault(match[1], []).extend(values)
        return found


def query(request: HttpRequest) -> Given:
    """What the address carries. Raises `RefusedError`: a filter left out would answer with too much."""
    if not all(_is_readable(values) for _name, values in request.GET.lists()):
        raise RefusedError(Open311Error("query.unreadable"))
    return Given(dict(request.GET.lists()))


def body(request: HttpRequest) -> Given:
    """What a POST carries; the address may carry values too, the body counts first. Raises `RefusedError`."""
    try:
        values, files = _parts(request)
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
        raise RefusedError(Open311Error("body.too_large")) from error
    except (
        MultiPartParserError,
        SuspiciousOperation,
        UnreadablePostError,
        UnicodeError,
        ValueError,
    ) as error:
        raise RefusedError(Open311Error("body.unreadable")) from error
    if not all(_is_readable(found) for _name, found in values.lists()):
        raise RefusedError(Open311Error("body.unreadable"))
    return Given({**query(request).values, **dict(values.lists())}, files.getlist("media"))


def _is_readable(values: Sequence[str]) -> bool:
    return not any("\0" in value or "\ufffd" in value for value in values)


def _parts(request: HttpRequest) -> tuple[QueryDict, MultiValueDict[str, Any]]:
    kind = (request.content_type or "").lower()
    if kind not in {FORM, MULTIPART}:
        raise RefusedError(Open311Error("body.type"))
    raw = request.read(MAX_BODY + 1)
    if len(raw) > MAX_BODY:
        raise RequestDataTooBig
    if len(raw) < int(request.META.get("CONTENT_LENGTH") or 0):
        raise ValueError("ended too early")
    if kind == FORM:
        return QueryDict(raw, encoding="utf-8"), MultiValueDict()
    return _multipart(request, raw)


def _multipart(request: HttpRequest, raw: bytes) -> tuple[QueryDict, MultiValueDict[str, Any]]:
    """An upload without its closing line was cut off: half a description would be kept without a word."""
    boundary = (request.content_params or {}).get("boundary", "")
    if not boundary or not raw.rstrip().endswith(f"--{boundary}--".encode()):
        raise ValueError("ended too early")
    meta = request.META | {"CONTENT_LENGTH": str(len(raw))}
    parser = MultiPartParser(meta, BytesIO(raw), request.upload_handlers, "utf-8")
    return parser.parse()


# ---------------------------------------------------------------- dates and pages


def moment(given: Given, name: str) -> datetime | None:
    """A moment with its zone, None when not given. Raises `RefusedError`."""
    text = given.get(name)
    if not text:
        return None
    try:
        found = datetime.fromisoformat(_ZONE_LOST.sub(r"\1+\2", text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or "T" not in text or not 1900 <= found.year <= 9998:
        raise RefusedError(Open311Error("date.zone", name=name))
    return found


def window(given: Given, *, at: datetime) -> tuple[datetime, datetime]:
    """`start_date` to `end_date`: 90 days at most, the last 90 when not given. Raises `RefusedError`."""
    start, end = moment(given, "start_date"), moment(given, "end_date")
    if start is None and end is None:
        return at - WINDOW, at
    if start is None:
        return (end or at) - WINDOW, end or at
    if end is None:
        return start, start + WINDOW
    if start > end:
        raise RefusedError(Open311Error("date.order"))
    if end - start > WINDOW:
        raise RefusedError(Open311Error("date.span", days=WINDOW.days))
    return start, end


def page(given: Given) -> tuple[int, int]:
    """How many rows to skip and how many to give. Raises `RefusedError`."""
    texts = given.get("page") or "1", given.get("page_size") or str(ROWS)
    if not all(text.isascii() and text.isdecimal() and len(text) < 7 for text in texts):
        raise RefusedError(Open311Error("page", limit=ROWS))
    number, size = map(int, texts)
    if number < 1 or not 1 <= size <= ROWS:
        raise RefusedError(Open311Error("page", limit=ROWS))
    return (number - 1) * size, size
