"""What an address says: compound or street, building, stairwell; and the order people would walk it in."""

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = r"(?:\d+|[零〇一二两三四五六七八九十]+)"
_BUILDING = re.compile(
    rf"(?P<head>.*?)(?P<number>{_NUMBER}|[A-Za-z]\d*|[A-Za-z]?\d+[A-Za-z]?)(?:栋|幢|号楼|座)"
)
_STAIRWELL = re.compile(rf"({_NUMBER})\s*(?:单元|门洞|梯)")
_STREET = re.compile(r"^.*?(?:路|街|巷|道|大道|弄|段)\s*(?:\d+\s*(?:号|弄)(?:附\d+号)?)?")
_PIECES = re.compile(r"\d+|[零〇一二两三四五六七八九十]+(?=栋|幢|号|座|单元|组|村|期|区|段|$)|[^\d]")


@dataclass(frozen=True, slots=True)
class Address:
    """Parts of an address; blank or 0 where it does not say."""

    compound: str = ""
    street: str = ""
    building: str = ""
    stairwell: int = 0


def clean(text: str) -> str:
    """One spelling: full-width made half, no spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def number(text: str) -> int | None:
    """The number a text begins with, in digits or Chinese numerals below 100; None when there is none."""
    digits = re.match(r"\d+", text)
    if digits:
        return int(digits[0])
    chinese = re.match(r"[零〇一二两三四五六七八九十]+", text)
    return _chinese(chinese[0]) if chinese else None


def _chinese(text: str) -> int:
    if "十" not in text:
        return int("".join(str(_DIGITS[c]) for c in text))
    tens, _, ones = text.partition("十")
    return 10 * (_DIGITS.get(tens, 1) if tens else 1) + (_DIGITS.get(ones, 0) if ones else 0)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts 2栋 before 10栋, and 二单元 after 一单元."""
    key = []
    for piece in _PIECES.findall(clean(text)):
        value = number(piece)
        key.append((1, 0, piece) if value is None else (0, value, ""))
    return tuple(key)


def parse(text: str) -> Address:
    """Read an address such as 锦川路8号竹影苑3栋2单元; nothing is invented."""
    plain = clean(text)
    well = _STAIRWELL.search(plain)
    stairwell = (number(well[1]) or 0) if well else 0
    found = _BUILDING.match(plain)
    if not found:
        head = plain[: well.start()] if well else plain
        street = _STREET.match(head)
        return Address("", street[0] if street else "", head, stairwell)
    head = found["head"]
    street = _STREET.match(head)
    rest = head[street.end() :] if street else head
    return Address(rest, street[0] if street else "", found["number"], stairwell)
