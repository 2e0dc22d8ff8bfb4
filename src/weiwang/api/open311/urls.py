from functools import partial

from django.http import HttpRequest
from django.urls import URLPattern, include, path, re_path, register_converter

from weiwang.api.open311 import requests, services, updates
from weiwang.api.open311.calls import answered, either
from weiwang.api.open311.formats import Answer
from weiwang.api.open311.refusals import Open311Error


class Suffix:
    """What stands behind the last dot; anything may, and is then answered in XML."""

    regex = "[A-Za-z0-9]{1,10}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(Suffix, "suffix")


def unknown(request: HttpRequest, **parts: object) -> Answer:
    """Everything else: an answer in the format of the specification."""
    raise Open311Error("path.unknown")


def calls(*, trial: bool) -> list[URLPattern]:
    """The calls of one endpoint; the test endpoint checks everything and keeps nothing."""
    create = partial(requests.create, trial=trial)
    write = either(requests.listed, create)
    read_updates = either(updates.listed, unknown if trial else updates.create)
    kind = "test" if trial else "production"
    return [
        path("", answered(unknown, "GET"), name=kind),
        path("discovery.<suffix:fmt>", answered(services.discovery, "GET"), name=f"{kind}-discovery"),
        path("services.<suffix:fmt>", answered(services.services, "GET"), name=f"{kind}-services"),
        path(
            "services/<path:code>.<suffix:fmt>",
            answered(services.definition, "GET"),
            name=f"{kind}-definition",
        ),
        path("requests.<suffix:fmt>", answered(write, "GET", "POST"), name=f"{kind}-requests"),
        path("requests/<path:number>.<suffix:fmt>", answered(requests.one, "GET"), name=f"{kind}-request"),
        path("tokens/<path:token>.<suffix:fmt>", answered(requests.token, "GET"), name=f"{kind}-token"),
        path(
            "servicerequestupdates.<suffix:fmt>",
            answered(read_updates, "GET", "POST"),
            name=f"{kind}-updates",
        ),
        path("<path:rest>.<suffix:fmt>", answered(unknown, "GET", "POST")),
        re_path(r"^.*$", answered(unknown, "GET", "POST")),
    ]


app_name = "open311"
urlpatterns = [
    path("discovery.<suffix:fmt>", answered(services.discovery, "GET"), name="discovery"),
    path("v2/", include(calls(trial=False))),
    path("test/v2/", include(calls(trial=True))),
    re_path(r"^.*$", answered(unknown, "GET", "POST")),
]
