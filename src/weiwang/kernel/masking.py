"""What is shown of a person when the whole is not needed (GB/T 35273 section 7.2, display with restriction).

A mask has always the same length for the same kind of thing and says no more than the examples:
138****0001, 028****0000, 张*, 510***********0017.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

STAR: Final = "*"
# Surnames of two characters in use today; everybody else is taken to have one of one character.
_TWO_CHARACTER_SURNAMES: Final = (
    "欧阳 上官 司马 诸葛 夏侯 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 司徒 司空 端木 东方 南宫 西门 独孤 轩辕 "
    "申屠 呼延 钟离 闻人 太史 澹台 公冶 宗政 濮阳 淳于 单于 拓跋 赫连 完颜 耶律 万俟 鲜于 闾丘 亓官 司寇 "
    "仲孙 公羊 第五 左丘 百里 东郭 南门 羊舌 微生 梁丘 谷梁 宰父 夹谷 段干 漆雕 乐正 公良 巫马 "
    "歐陽 司馬 諸葛 皇甫 尉遲 公孫 東方 南宮"
)
TWO_CHARACTER_SURNAMES: Final = frozenset(_TWO_CHARACTER_SURNAMES.split())

# Digits as people write them to be read and not found: any script, circled, raised, Chinese.
_OTHER_DIGITS: Final = dict(zip("〇零一二三四五六七八九幺", "001234567891", strict=True))
_DIGIT: Final = r"[\d⁰¹²³⁴-⁹₀-₉①-⑨⓪❶-❾➀-➈➊-➒" + "".join(_OTHER_DIGITS) + "]"
_GAP: Final = r"[\s\-\u2010-\u2015\u2212\u30fc\uff0d_.．·•\u00ad\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]{0,3}"
_RUN: Final = re.compile(rf"{_DIGIT}(?:{_GAP}{_DIGIT})*(?:{_GAP}[xXｘＸ])?")
_MOBILE: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
_ID_NUMBER: Final = re.compile(
    r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII
)
_LONG: Final = range(15, 20)  # digits of old and new ID numbers and of bank cards
_PREFIXES: Final = frozenset({"", "0", "86", "086", "0086"})
_LANDLINE: Final = re.compile(
    r"(?<!\d)(0\d{2,3})[\s\-\u2010-\u2015－()（）]{0,2}([2-9]\d{2,3}[\s\-－]?\d{4})(?!\d)"
)


def mask_phone(phone: str) -> str:
    """Return `138****0001`; of numbers shorter than 10 digits only the last two are shown."""
    digits = "".join(c for c in _ascii_digits(phone) if c.isdigit())
    if len(digits) > 11 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) >= 10:
        return f"{digits[:3]}{STAR * 4}{digits[-4:]}"
    return STAR * 4 + (digits[-2:] if len(digits) >= 7 else "")


def mask_email(address: str) -> str:
    """Return the first letter, three stars and the domain (`l***@example.org`); only stars without an @."""
    name, at, domain = address.strip().rpartition("@")
    return f"{name[:1]}{STAR * 3}@{domain}" if at else STAR * 3


def mask_name(name: str) -> str:
    """Return the surname and one star (`张*`, `欧阳*`), or the first letter and one star (`W*`)."""
    name = name.strip()
    if len(name) < 2:
        return STAR * len(name)
    if len(name) > 2 and name[:2] in TWO_CHARACTER_SURNAMES:
        return name[:2] + STAR
    return name[0] + STAR


def mask_id_number(number: str) -> str:
    """Return the first three and last four characters with stars between (`510***********0017`).

    Numbers shorter than 15 characters (passports, permits) show the first and the last character at most.
    """
    number = "".join(_ascii_digits(number).split()).upper()
    if len(number) >= _LONG.start:
        return number[:3] + STAR * (len(number) - 7) + number[-4:]
    if len(number) > 4:
        return number[0] + STAR * (len(number) - 2) + number[-1]
    return STAR * len(number)


def mask_text(text: str) -> str:
    """Return `text` with every mobile, landline with area code, ID and bank card number in it masked.

    Found in any width and script of digits, with up to three spaces, dashes or dots between any two of them.
    When in doubt it masks: a mobile number inside a longer row of digits is masked too. Names are not found.
    """
    masked = _masked_once(text)
    # What stays visible at the end of one mask may begin another number with the digits after it.
    while masked != text:
        text, masked = masked, _masked_once(masked)
    return masked


def _masked_once(text: str) -> str:
    return _LANDLINE.sub(lambda found: mask_phone(found[0]), _RUN.sub(_mask_run, text))


def _mask_run(found: re.Match[str]) -> str:
    run = found[0]
    places = [i for i, c in enumerate(run) if _digit(c)]
    digits = "".join(_digit(run[i]) for i in places)
    pieces, shown = [], 0
    for start, end in _numbers(digits, places):
        pieces += [run[shown : places[start]], _mask_number(digits[start:end])]
        shown = places[end - 1] + 1
    return "".join([*pieces, run[shown:]])


def _mask_number(digits: str) -> str:
    return mask_phone(digits) if len(digits) == 11 else mask_id_number(digits)


def _numbers(digits: str, places: list[int]) -> Iterator[tuple[int, int]]:
    """Yield where numbers start and end in `digits`, from left to right, never overlapping."""
    starts = [i for i, place in enumerate(places) if i == 0 or places[i - 1] + 1 != place]
    group_of = _Groups(starts, len(digits))
    at = 0
    while at < len(digits):
        length = _length_at(digits, at, group_of)
        if length:
            yield at, at + length
        at += length or 1


class _Groups:
    """Which unbroken group of digits a position belongs to."""

    def __init__(self, starts: list[int], count: int) -> None:
        self._start: list[int] = []
        self._end: list[int] = []
        for start, end in zip(starts, [*starts[1:], count], strict=True):
            self._start += [start] * (end - start)
            self._end += [end] * (end - start)

    def whole(self, at: int) -> int:
        """Return the length of the group that begins at `at`, 0 if none begins there."""
        return self._end[at] - at if self._start[at] == at else 0

    def holds(self, digits: str, start: int, end: int) -> bool:
        """Tell whether the window lies in one group, or spans groups without cutting the last or first."""
        if self._end[start] >= end:
            return True
        # A letter x behind a number is not part of it.
        rest = digits[end : self._end[end - 1]]
        return rest in {"", "X"} and digits[self._start[start] : start] in _PREFIXES


def _length_at(digits: str, at: int, groups: _Groups) -> int:
    if groups.whole(at) in _LONG:
        return groups.whole(at)
    for pattern in (_ID_NUMBER, _MOBILE):
        found = pattern.match(digits, at)
        if found and groups.holds(digits, at, found.end()):
            return found.end() - at
    return 0


def _ascii_digits(text: str) -> str:
    return "".join(_digit(c) or c for c in unicodedata.normalize("NFKC", text))


def _digit(character: str) -> str:
    """Return the digit 0-9 or X that `character` stands for, empty if none."""
    if character in "xXｘＸ":
        return "X"
    if character in _OTHER_DIGITS:
        return _OTHER_DIGITS[character]
    value = unicodedata.digit(character, None)
    return "" if value is None else str(value)
