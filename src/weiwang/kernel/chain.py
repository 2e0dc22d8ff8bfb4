"""Verifiable histories: every entry is hashed together with the one before it.

The first entry has `seq` 1 and the previous hash `GENESIS`. Each later hash is

    sha256( previous hash | seq as 8 bytes, big endian | sha256(content) )

where `content` is the canonical text of the entry. Whoever keeps the last `Anchor` (seq and hash) outside
the database, on paper or with another body, can prove later that nothing up to it was changed, removed,
inserted or cut off. Texts that may have to be erased one day do not go into the content themselves: their
`sealed_note` does, so that text and salt can be destroyed and the chain still verifies.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final
from uuid import UUID

GENESIS: Final = bytes(32)
SALT_BYTES: Final = 16
# PostgreSQL's jsonb keeps these digit for digit; exponents and minus zero it rewrites.
_PLAIN_FLOAT: Final = re.compile(r"-?\d+\.\d+", re.ASCII)


class NotCanonicalError(ValueError):
    """The content holds something that has no single lasting spelling."""


class Why(StrEnum):
    GAP = "gap"  # a link is missing, doubled or out of order
    CHANGED = "changed"  # the content does not give the stored hash
    PREVIOUS = "previous"  # the link does not hang on the one before it
    TRUNCATED = "truncated"  # the chain ends before the expected head
    REWRITTEN = "rewritten"  # whole and sound, but not the chain the expected head belongs to


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place in a chain that is known to be right: the hash of link number `seq`."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """One stored entry: `content` is what `canonical` gives for it today, the rest is what was stored."""

    seq: int
    content: bytes
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """`seq` names the first place that does not hold, counted as it should be, not as it is stored."""

    seq: int
    why: Why


START: Final = Anchor(0, GENESIS)
_SPELL: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(content: Mapping[str, object]) -> bytes:
    """Return the one JSON spelling of `content`: sorted keys, no spaces, UTF-8.

    Moments become UTC with microseconds, UUIDs, Decimals, dates and enumerations their text, bytes
    hexadecimal, so that a value and its text in a JSON column give the same bytes. Raises
    `NotCanonicalError` for naive moments, keys that are not text, lone surrogates, and floats with an
    exponent, infinite or minus zero.
    """
    try:
        return _SPELL(_plain(content)).encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("text with half a character (lone surrogate)") from error


def link(previous: bytes, content: bytes, seq: int) -> bytes:
    """Return the 32-byte hash of link `seq` whose predecessor has the hash `previous`."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + hashlib.sha256(content).digest()).digest()


def sealed_note(text: str, salt: bytes) -> bytes:
    """Return 32 bytes that stand for `text` in a chain and tell nothing about it once `salt` is destroyed.

    `salt` is at least 16 random bytes kept beside the text, one for each text. Raises `ValueError` if
    shorter.
    """
    if len(salt) < SALT_BYTES:
        raise ValueError(f"a salt has at least {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + text.encode()).digest()


def verify(links: Iterable[Link], *, after: Anchor = START, head: Anchor | None = None) -> Broken | None:
    """Return the first broken place of the chain, or None if all of it holds.

    `links` come in their stored order and are read once, so a chain of any length fits. `after` continues
    from a place verified before. `head` is an anchor the chain must contain; links after it are fine.
    """
    known = after
    for stored in links:
        why = _fault(stored, known)
        if why is not None:
            return Broken(known.seq + 1, why)
        known = Anchor(stored.seq, stored.hash)
        if head is not None and known.seq == head.seq and known.hash != head.hash:
            return Broken(known.seq, Why.REWRITTEN)
    if head is not None and known.seq < head.seq:
        return Broken(known.seq + 1, Why.TRUNCATED)
    return None


def _fault(stored: Link, known: Anchor) -> Why | None:
    if stored.seq != known.seq + 1:
        return Why.GAP
    if stored.previous != known.hash:
        return Why.PREVIOUS
    if stored.hash != link(known.hash, stored.content, stored.seq):
        return Why.CHANGED
    return None


_AS_THEY_ARE: Final = frozenset({str, int, bool, type(None)})  # exactly these, not their subclasses
_SCALARS: Final = frozenset({datetime, UUID, bytes, float})


def _plain(value: object) -> object:
    if type(value) in _AS_THEY_ARE:
        return value
    if type(value) in _SCALARS:  # most of what is left, told at one look
        return _scalar(value)
    match value:
        case Enum():
            return _plain(value.value)
        case str():
            return str(value)
        case int():
            return int(value)
        case Mapping():
            return {
                key if type(key) is str else _key(key): item if type(item) in _AS_THEY_ARE else _plain(item)
                for key, item in value.items()
            }
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return _scalar(value)


def _scalar(value: object) -> object:
    match value:
        case datetime():
            return _moment(value)
        case float():
            return _float(value)
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
        case _:
            raise NotCanonicalError(f"no lasting spelling for {type(value).__name__}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise NotCanonicalError(f"a key is text, not {type(key).__name__}")
    return str(key)


def _float(value: float) -> float:
    if not _PLAIN_FLOAT.fullmatch(repr(value)) or (value == 0 and math.copysign(1, value) < 0):
        raise NotCanonicalError("a float without a lasting spelling; use text or Decimal")
    return value


def _moment(value: datetime) -> str:
    if value.utcoffset() is None:
        raise NotCanonicalError("a moment without a time zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
