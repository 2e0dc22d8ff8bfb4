"""The OpenAPI document is part of the product: whoever changes it sees it change."""

import json
from pathlib import Path
from typing import Any

from django.test import Client


def openapi() -> dict[str, Any]:
    """Imported here, because Django is not set up yet when this file is run."""
    from weiwang.api.rest.v1 import openapi as document

    return document()


SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "build" / "openapi.json"


def test_the_snapshot_is_what_the_code_says() -> None:
    """Renew it with `python -m tests.api.test_openapi` when the change is meant."""
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == json.loads(json.dumps(openapi()))


def test_the_document_is_served_and_names_no_address_outside(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")

    assert answer.json() == json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    assert b"://" not in answer.content


def test_there_is_no_page_that_loads_scripts_from_outside(client: Client) -> None:
    assert client.get("/api/v1/docs").status_code == 404


def renew() -> None:
    SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(openapi(), ensure_ascii=False, indent=2, sort_keys=True)
    SNAPSHOT.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    import django

    django.setup()
    renew()
