"""Every column that can hold words is declared in `policies/retention.yaml`; what it says is what happens."""

from collections import Counter
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from weiwang.cases.actions.report import KEEP_REPORTER
from weiwang.kernel.fields import GeometryField, SealedTextField
from weiwang.territory import queries as territory

WORDS = (
    models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField, models.BinaryField,
    models.FileField, SealedTextField, GeometryField, SearchVectorField,
)  # fmt: skip


def table() -> dict[str, Any]:
    text = (settings.POLICIES / "retention.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def declared() -> Counter[str]:
    rows = [*table()["fields"], *table()["not_personal"]]
    return Counter(f"{row['model']}.{field}" for row in rows for field in row["fields"])


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("weiwang.")]


def test_every_column_that_can_hold_words_is_declared_once() -> None:
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in ours()
        for field in model._meta.concrete_fields
        if isinstance(field, WORDS)
    }
    counted = declared()
    assert sorted(columns - set(counted)) == []
    assert [name for name, times in counted.items() if times > 1] == []


def test_every_declared_column_exists() -> None:
    there = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
    }
    there |= {
        f"{model._meta.label}.{field.attname}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
    }
    assert sorted(set(declared()) - there) == []


def test_every_row_says_everything_in_both_languages() -> None:
    for row in table()["fields"]:
        for key in ("what", "purpose", "basis", "keep", "recipients"):
            assert row[key]["zh"], (row["model"], key)
            assert row[key]["en"], (row["model"], key)
        assert row["class"] in {"general", "personal", "sensitive"}
        assert row["shown"] in {"plain", "masked", "never"}


def test_a_sealed_column_is_never_shown_plain() -> None:
    shown = {f"{row['model']}.{field}": row["shown"] for row in table()["fields"] for field in row["fields"]}
    sealed = [
        f"{model._meta.label}.{field.name}"
        for model in ours()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField)
    ]
    assert sealed
    assert [name for name in sealed if shown.get(name, "plain") == "plain"] == []


def test_contacts_are_erased_when_the_table_says() -> None:
    row = next(row for row in table()["fields"] if row["model"] == "cases.Reporter")
    assert row["keep"]["days"] == KEEP_REPORTER.days


def test_party_members_are_named_to_the_posts_the_table_names() -> None:
    kinds = territory.post_table().kinds.values()
    assert sorted(kind.code for kind in kinds if "party.see" in kind.allows) == [
        "duty_leader", "general_grid_leader", "grid_leader", "party_officer",
    ]  # fmt: skip
