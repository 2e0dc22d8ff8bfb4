"""Requests made from the OpenAPI document: no 5xx, and every answer as it is described."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck
from schemathesis import checks
from tests.api.test_cases import ALL
from tests.builders import Town
from tests.territory.test_clients import KEY, let_in

from weiwang.api.rest.v1 import openapi
from weiwang.cases.models import Case

EXAMPLES = 4  # for each operation; enough to meet every branch over some days, little enough for every run
CHECKS = [
    checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance, checks.response_headers_conformance,
]  # fmt: skip


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """The application runs in this thread and must leave the connection of the test alone."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def tried(operation: Any, headers: dict[str, str], case_id: UUID | None) -> None:
    app = get_wsgi_application()

    @hypothesis.given(case=operation.as_strategy())
    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[hypothesis.Phase.generate],
    )  # fmt: skip
    def run(case: Any) -> None:
        if case_id is not None and "case_id" in (case.path_parameters or {}):
            case.path_parameters["case_id"] = str(case_id)
        answer = case.call(app=app, base_url="http://localhost", headers=headers)
        case.validate_response(answer, checks=CHECKS)

    run()


@pytest.mark.usefixtures("_one_connection")
def test_no_request_breaks_the_api_and_no_answer_leaves_its_description(town: Town, settings: Any) -> None:
    settings.REPORTS_PER_HOUR = 100_000
    let_in(town, "community", scopes=ALL, days=1095, per_minute=6000)
    case = town.report()
    schema: Any = schemathesis.openapi.from_dict(openapi())
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 13
    for operation in operations:
        tried(operation, {"Authorization": f"Bearer {KEY}"}, case.pk)
        tried(operation, {}, None)
    assert Case.objects.filter(pk=case.pk).exists()
