"""Answers of GeoReport v2 as XML and as JSON: the same values, written by one rule each.

JSON follows the Spark convention: the name of the root is dropped and lists become arrays. XML has a
declaration and no name spaces; the element of a list is named after the list.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse

TYPES: Mapping[str, str] = {
    "xml": "text/xml; charset=utf-8",
    "json": "application/json; charset=utf-8",
}
ONE_OF: Mapping[str, str] = {
    "services": "service", "attributes": "attribute", "values": "value", "service_requests": "request",
    "errors": "error", "endpoints": "endpoint", "formats": "format",
    "service_request_updates": "request_update",
}  # fmt: skip
DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True)
class Answer:
    """What one call says: the root element of XML, and a list or a mapping below it."""

    root: str
    body: Sequence[Mapping[str, Any]] | Mapping[str, Any]
    status: int = 200
    wait: int | None = None  # seconds, for Retry-After


def written(answer: Answer, format_name: str) -> HttpResponse:
    data = _xml(answer) if format_name == "xml" else _json(answer)
    response = HttpResponse(data, status=answer.status, content_type=TYPES[format_name])
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "no-store"
    if answer.wait is not None:
        response["Retry-After"] = str(answer.wait)
    return response


def _json(answer: Answer) -> bytes:
    return json.dumps(answer.body, ensure_ascii=False).encode()


def _xml(answer: Answer) -> bytes:
    root = Element(answer.root)
    _fill(root, answer.body)
    inside: bytes = tostring(root, encoding="utf-8", xml_declaration=False)
    return DECLARATION + inside


def _fill(element: Element, value: object) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _fill(SubElement(element, name), inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _fill(SubElement(element, ONE_OF[element.tag]), inner)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = str(value)
