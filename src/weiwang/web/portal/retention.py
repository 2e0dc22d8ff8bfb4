"""Reading `policies/retention.yaml`, from which the public page on personal data is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from weiwang.kernel.policy import PolicyFile

CLASSES = frozenset({"general", "personal", "sensitive"})


@dataclass(frozen=True, slots=True)
class Words:
    """One thing in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Holding:
    """Some personal data we hold: what it is, why, by what right, for how long and who gets it."""

    model: str
    what: Words
    purpose: Words
    basis: Words
    kind: str
    keep: Words
    recipients: Words | None


@dataclass(frozen=True, slots=True)
class Notice:
    handler: Words
    contact: Words
    recipients: Words | None
    rights: Sequence[Words]
    holdings: Sequence[Holding]


def read_notice(content: Mapping[str, Any]) -> Notice:
    """Check the table as far as the public page needs it. Raises `KeyError`, `ValueError`."""
    recipients = content.get("recipients")
    return Notice(
        _words(content["handler"]), _words(content["contact"]), _words(recipients) if recipients else None,
        _list(content.get("rights")), [_holding(row) for row in content["fields"]],
    )  # fmt: skip


def _holding(row: Mapping[str, Any]) -> Holding:
    if row["class"] not in CLASSES:
        raise ValueError(f"{row['model']}: unknown class {row['class']}")
    recipients = row.get("recipients")
    return Holding(
        row["model"], _words(row["what"]), _words(row["purpose"]), _words(row["basis"]), row["class"],
        _words(row["keep"]), _words(recipients) if recipients else None,
    )  # fmt: skip


def _words(value: object) -> Words:
    """`{zh, en}`, with lists joined, or one text for both languages."""
    if isinstance(value, Mapping):
        return Words(_joined(value["zh"], "；"), _joined(value["en"], "; "))
    return Words(str(value), str(value))


def _joined(value: object, between: str) -> str:
    return between.join(map(str, value)) if isinstance(value, list) else str(value)


def _list(value: object) -> list[Words]:
    """`{zh: [...], en: [...]}` or a list of `{zh, en}`, as pairs."""
    if isinstance(value, Mapping):
        return [Words(str(zh), str(en)) for zh, en in zip(value["zh"], value["en"], strict=True)]
    return [_words(row) for row in value] if isinstance(value, list) else []


RETENTION = PolicyFile("retention", read_notice)
