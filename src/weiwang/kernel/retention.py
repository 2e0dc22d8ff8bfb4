"""How long `policies/retention.yaml` keeps what stands in a column."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from weiwang.kernel.policy import PolicyFile


def kept(model: str, field: str) -> Callable[[Mapping[str, Any]], timedelta]:
    """A reader of the table for one column, such as `kept("cases.Case", "text")`.

    The reader raises `ValueError` without a row for the column, or with less than a day.
    """

    def read(content: Mapping[str, Any]) -> timedelta:
        for row in content["fields"]:
            if row["model"] == model and field in row["fields"]:
                days = int(row["keep"]["days"])
                if days < 1:
                    raise ValueError(f"{model}.{field}: keep must be a day at least")
                return timedelta(days=days)
        raise ValueError(f"{model}.{field} stands in no row")

    return read


def kept_file(model: str, field: str) -> PolicyFile[timedelta]:
    """The signed table, read for one column."""
    return PolicyFile("retention", kept(model, field))
