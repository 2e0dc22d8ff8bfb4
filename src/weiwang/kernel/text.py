"""Text people typed: cleaned on the way in, cut into pieces that PostgreSQL can find again.

Chinese has no spaces, so it is indexed as overlapping pairs of characters: 路灯坏了 is `路灯 灯坏 坏了 了`.
Any part of it, two characters or twenty, is then a row of neighbouring pairs; the last character stands
alone, so that single characters are found as the beginning of a pair or by themselves. Words of letters and
digits are indexed whole. No dictionary, and nothing is missed.

    to_tsvector('simple', bigrams(text)) @@ to_tsquery('simple', query_bigrams(words))
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import ClassVar, Final

from weiwang.kernel.faults import CodedError, gettext_noop

# Han with its extensions, kana and hangul.
_CJK: Final = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
)
_PIECES: Final = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_IS_CJK: Final = re.compile(rf"[{_CJK}]")
# What NFKC would leave alone or turn into other punctuation, which separates pieces all the same.
_PLAIN: Final = re.compile(r"[\x00-\x7f\u2018-\u201d\u3000-\u3003\u3008-\u3011\u4e00-\u9fff！，：；？（）]*")
_BEGINS: Final = ":*"
_WORD: Final = 64  # longer "words" are junk; PostgreSQL refuses them beyond 2,046 bytes
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_NEW_LINES: Final = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# Marks that steer the direction of writing. Phones put them around copied numbers; they can forge a text too.
_STEERING: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]")


class TextError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "text.empty": gettext_noop("Please write something here."),
        "text.too_long": gettext_noop(
            "This is too long: %(length)s characters. At most %(limit)s are possible."
        ),
        "text.control": gettext_noop(
            "Character %(place)s is a control character. Please type the text again."
        ),
        "text.half_character": gettext_noop(
            "Character %(place)s is only half a character. Please type the text again."
        ),
    }


def clean_text(text: str, limit: int, *, required: bool = False) -> str:
    """Return `text` as it is stored: NFC, one kind of line end, no marks of writing direction.

    Raises `TextError` for control characters (tab and line ends are none), lone surrogates, more than `limit`
    characters, and for nothing left if it is `required`.
    """
    text = _STEERING.sub("", _NEW_LINES.sub("\n", text))
    _refuse(_HALF, "text.half_character", text)
    _refuse(_CONTROL, "text.control", text)
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > limit:
        raise TextError("text.too_long", length=len(text), limit=limit)
    if required and not text:
        raise TextError("text.empty")
    return text


def first_line(text: str, length: int) -> str:
    """Return the first line with anything on it, cut to `length` characters of which the last is then `…`."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= length else line[: max(length - 1, 0)].rstrip() + "…"


def bigrams(text: str) -> str:
    """Return the pieces of `text` in their order, separated by spaces, for `to_tsvector('simple', …)`."""
    pieces: list[str] = []
    for run in _PIECES.findall(_folded(text)):
        pieces += _pairs(run) if _IS_CJK.match(run) else [run[:_WORD]]
    return " ".join(pieces)


def query_bigrams(text: str, *, wide: bool = False) -> str:
    """Return the query that finds texts with all of `text`, for `to_tsquery('simple', …)`; empty for nothing.

    Parts separated by spaces may stand anywhere, each part must stand as it is written. Holds nothing but
    pieces and operators of its own, so any text is safe. A `wide` one finds all that and may find more: a
    single last character, for which an index gathers every pair that begins with it, is left out where two
    other pieces are enough to look for.
    """
    phrases = [_phrase(_PIECES.findall(part)) for part in _folded(text).split()]
    if wide:
        phrases = _without_beginnings(phrases)
    return " & ".join(f"({' <-> '.join(phrase)})" for phrase in phrases if phrase)


def has_beginnings(text: str) -> bool:
    """Whether even the wide query looks for a single character, which an index answers slowly."""
    return _BEGINS in query_bigrams(text, wide=True)


def _without_beginnings(phrases: list[list[str]]) -> list[list[str]]:
    whole = [[piece for piece in phrase if not piece.endswith(_BEGINS)] for phrase in phrases]
    return whole if sum(map(len, whole)) > 1 else phrases


def _phrase(runs: list[str]) -> list[str]:
    pieces: list[str] = []
    for number, run in enumerate(runs, 1):
        if not _IS_CJK.match(run):
            pieces.append(run[:_WORD])
        elif number < len(runs):
            pieces += _pairs(run)
        else:
            # The text may go on where the query ends, so its last character is no piece of its own.
            pieces += _pairs(run)[:-1] or [f"{run}{_BEGINS}"]
    return pieces


def _pairs(run: str) -> list[str]:
    """Return `路灯 灯坏 坏` for `路灯坏`."""
    return [run[i : i + 2] for i in range(len(run))]


def _folded(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        text = unicodedata.normalize("NFKC", text)
    return text.lower()


def _refuse(pattern: re.Pattern[str], code: str, text: str) -> None:
    if found := pattern.search(text):
        raise TextError(code, place=found.start() + 1)
