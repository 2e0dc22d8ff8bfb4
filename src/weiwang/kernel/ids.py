"""Identifiers: row ids, secrets for links, and the case numbers people read to each other on the phone."""

import re
import secrets
import unicodedata
import uuid
from collections.abc import Mapping
from typing import ClassVar, Final

from uuid_utils.compat import uuid7

from weiwang.kernel.faults import CodedError, gettext_noop

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TOKEN_BYTES: Final = 24
_PARTS: Final = re.compile(r"([A-Z]{1,8})(\d{2}(?:0[1-9]|1[0-2]))(\d{5,12})([0-9A-Z])", re.ASCII)
_PARTIAL: Final = re.compile(r"([A-Z]{1,8}\d{4})?(\d{5,8})", re.ASCII)
# What people and input methods put between the parts: any space, any dash, the mathematical minus,
# the katakana long mark some Chinese keyboards give for a dash, and zero-width marks from copied web text.
_BETWEEN: Final = frozenset("\u2212\u30fc\u200b\u200c\u200d\u2060\ufeff_.·")


class NumberError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "number.form": gettext_noop("This is not a case number. It looks like QH2611-00448-K."),
        "number.check": gettext_noop("One character of this case number is wrong. Please compare it again."),
    }


def new_id() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562): unique everywhere, ordered by the time it was made."""
    return uuid7()


def token() -> str:
    """Return a secret of 192 bits, 32 characters safe in a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def check_character(text: str) -> str:
    """Return the ISO 7064 MOD 37,36 check character of `text` (0-9, A-Z).

    Every single wrong character is found, and all but a few swaps of neighbours.
    """
    rest = 36
    for character in text:
        rest = (rest + ALPHABET.index(character)) % 36 or 36
        rest = rest * 2 % 37
    return ALPHABET[(37 - rest) % 36]


def case_number(prefix: str, year_month: str, serial: int) -> str:
    """Return a number such as `QH2611-00448-K`.

    `prefix` is 1-8 letters A-Z of the sub-district, `year_month` is `yymm`, `serial` counts from 1 within
    both and is shown with at least five digits. Raises `NumberError` for anything else.
    """
    body = f"{prefix}{year_month}{serial:05d}"
    if serial < 1 or not _PARTS.fullmatch(body + "0"):
        raise NumberError("number.form")
    return f"{prefix}{year_month}-{serial:05d}-{check_character(body)}"


def read_case_number(text: str) -> str:
    """Return the number as `case_number` writes it, whatever case, width, spaces or dashes it was typed with.

    Raises `NumberError`: `number.form` if it is no case number, `number.check` if a character must be wrong.
    """
    parts = _PARTS.fullmatch(_squeezed(text[:100]))
    if parts is None:
        raise NumberError("number.form")
    prefix, year_month, serial, check = parts.groups()
    if check_character(prefix + year_month + serial) != check:
        raise NumberError("number.check")
    return case_number(prefix, year_month, int(serial))


def part_of_case_number(text: str) -> str | None:
    """What every number holds whose serial, with or without what stands before it, was typed; else nothing.

    `20001` gives `-20001-`, `qh2611-20001` gives `QH2611-20001-`.
    """
    parts = _PARTIAL.fullmatch(_squeezed(text[:100]))
    return f"{parts[1] or ''}-{parts[2]}-" if parts else None


def _squeezed(text: str) -> str:
    narrow = unicodedata.normalize("NFKC", text).upper()
    return "".join(
        c for c in narrow if c not in _BETWEEN and unicodedata.category(c) not in {"Zs", "Pd", "Cc"}
    )
