"""What may be reported, with the questions of each service; and where all this is found."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from weiwang.api.open311 import reading
from weiwang.api.open311.calls import now, places, reader
from weiwang.api.open311.formats import TYPES, Answer
from weiwang.api.open311.refusals import Open311Error
from weiwang.cases.published import open_categories
from weiwang.cases.queries import category_policy
from weiwang.cases.questions import Question
from weiwang.cases.rules import Category

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def discovery(request: HttpRequest) -> Answer:
    """The changeset is the day from which the table of categories is in force."""
    changed = f"{category_policy().valid_from}T00:00:00+08:00"
    endpoints = [
        {
            "specification": SPECIFICATION,
            "url": request.build_absolute_uri(reverse(f"open311:{kind}")),
            "changeset": changed, "type": kind, "formats": [one.partition(";")[0] for one in TYPES.values()],
        }
        for kind in ("production", "test")
    ]  # fmt: skip
    body = {
        "changeset": changed,
        "contact": _("The sub-district office. What is processed and who answers for it: %(address)s")
        % {"address": request.build_absolute_uri(reverse("portal:privacy"))},
        "key_service": _("Keys are given by the administrator of the sub-district office."),
        "endpoints": endpoints,
    }
    return Answer("discovery", body)


def services(request: HttpRequest) -> Answer:
    given = reading.query(request)
    places(given, reader(request, given, at=now()))
    language = get_language() or ""
    return Answer("services", [_service(row, language) for row in open_categories().values()])


def _service(row: Category, language: str) -> dict[str, Any]:
    english = language.startswith("en")
    return {
        "service_code": row.slug, "service_name": row.public_name(language),
        "description": row.closing_en if english else row.closing_zh, "metadata": bool(row.questions),
        "type": "realtime", "keywords": ",".join(row.keywords),
        "group": row.major_en if english else row.major_zh,
    }  # fmt: skip


def definition(request: HttpRequest, code: str) -> Answer:
    """The questions of a service; an empty list where it has none."""
    given = reading.query(request)
    places(given, reader(request, given, at=now()))
    row, language = service(code), get_language() or ""
    attributes = [_attribute(number, one, language) for number, one in enumerate(row.questions, 1)]
    return Answer("service_definition", {"service_code": row.slug, "attributes": attributes})


def _attribute(order: int, question: Question, language: str) -> dict[str, Any]:
    return {
        "variable": True, "code": question.code, "datatype": question.kind.in_open311,
        "required": question.required, "datatype_description": question.hint(language), "order": order,
        "description": question.words(language),
        "values": [{"key": one.key, "name": one.name(language)} for one in question.options],
    }  # fmt: skip


def service(code: str) -> Category:
    """The category of a service code. Raises `Open311Error` for one that is unknown or restricted."""
    found = next((row for row in open_categories().values() if row.slug == code), None)
    if found is None:
        raise Open311Error("service.unknown")
    return found
