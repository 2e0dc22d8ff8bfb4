"""The least a Django view can do for a report: no session, three inserts in one transaction.

The baseline of `benchmarks.serving`, which starts it with `BARE_DATABASE` set.
"""

import json
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

TABLES = """
CREATE TABLE bare_case (id bigserial PRIMARY KEY, text text NOT NULL, lon float8, lat float8);
CREATE TABLE bare_event (id bigserial PRIMARY KEY, case_id bigint NOT NULL, step text NOT NULL);
CREATE TABLE bare_entry (id bigserial PRIMARY KEY, case_id bigint NOT NULL, action text NOT NULL);
"""


def _application() -> Callable[..., Any]:
    url = urlsplit(os.environ["BARE_DATABASE"])
    settings.configure(
        ROOT_URLCONF="benchmarks.bare", ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="bare", MIDDLEWARE=[],
        DATABASES={"default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": url.path.lstrip("/"), "USER": url.username,
            "HOST": dict(parse_qsl(url.query))["host"], "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 8}},
        }},
    )  # fmt: skip
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 -- after the settings

    found: Callable[..., Any] = get_wsgi_application()
    return found


def _view() -> Callable[..., Any]:
    from django.db import models, transaction  # noqa: PLC0415 -- after the settings
    from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: PLC0415 -- as above

    meta = {"app_label": "bare", "managed": False}
    kinds = {
        "case": {"text": models.TextField(), "lon": models.FloatField(), "lat": models.FloatField()},
        "event": {"case_id": models.BigIntegerField(), "step": models.TextField()},
        "entry": {"case_id": models.BigIntegerField(), "action": models.TextField()},
    }
    made: dict[str, Any] = {
        name: type(
            name, (models.Model,),
            {**fields, "id": models.BigAutoField(primary_key=True), "__module__": __name__,
             "Meta": type("Meta", (), {**meta, "db_table": f"bare_{name}"})},
        )
        for name, fields in kinds.items()
    }  # fmt: skip

    def create(request: HttpRequest) -> HttpResponse:
        data = json.loads(request.body)
        with transaction.atomic():
            case = made["case"].objects.create(text=data["text"], lon=data["lon"], lat=data["lat"])
            made["event"].objects.create(case_id=case.pk, step="report")
            made["entry"].objects.create(case_id=case.pk, action="case.report")
        return JsonResponse({"id": case.pk}, status=201)

    return create


if "BARE_DATABASE" in os.environ:
    application = _application()
    from django.urls import path

    urlpatterns = [path("reports", _view())]
