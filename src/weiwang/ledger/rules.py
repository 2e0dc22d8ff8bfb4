"""What an office says about itself in public: its telephones, and the services it offers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile

PHONE = r"^[0-9][0-9 -]{1,18}[0-9]$"  # 12345, 028-8555 0101, 138 0000 0000


_NUMBER = re.compile(r"\d+(?:[-–—之]\d+)?[号栋幢座组]|[A-Za-z]\d*[栋幢座]|\d+(?:[-–]\d+)?$")


def house_number(name: str, address: str) -> str:
    """What stands on the house: `3栋`, `12-1号`; the last number of its name, else of its address."""
    for words in (name, address):
        found = _NUMBER.findall(words.strip())
        if found:
            return str(found[-1])
    return ""


class PublicLineError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "line.phone": gettext_noop("A telephone number has 3 to 20 digits, spaces and dashes."),
        "line.empty": gettext_noop("Give at least one of the two telephone numbers."),
    }


def checked_phone(words: str) -> str:
    """A number as it will stand on the board; empty stays empty. Raises `PublicLineError`."""
    number = " ".join(words.replace("－", "-").replace("—", "-").split())
    if number and not re.match(PHONE, number):
        raise PublicLineError("line.phone")
    return number


@dataclass(frozen=True, slots=True)
class Line:
    """The telephones that stand on the notice boards of a unit and of those below it without their own."""

    duty_phone: str = ""
    supervision_phone: str = ""
    hours: str = ""
    office: str = ""


def inherited(lines: Sequence[Line]) -> Line:
    """One line out of several, the nearest unit first: each fact from the nearest unit that states it."""

    def nearest(name: str) -> str:
        return next((value for line in lines if (value := getattr(line, name))), "")

    by = next(
        (line for line in lines if line.duty_phone), Line()
    )  # hours and office belong to that telephone
    return Line(by.duty_phone, nearest("supervision_phone"), by.hours, by.office)


# ---------------------------------------------------------------- services


@dataclass(frozen=True, slots=True)
class Words:
    """One thing in both languages."""

    zh: str
    en: str

    def speak(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Service:
    """Something people can have done in their community."""

    code: str
    name: Words
    by: Words  # on whose behalf the community does it
    takes: Words
    bring: Words
    on_board: bool


def read_services(content: Mapping[str, Any]) -> Sequence[Service]:
    """Check `policies/services.yaml`: every service has all its words, and a code of its own."""
    found = [_service(row) for row in content["services"]]
    codes = [service.code for service in found]
    if len(set(codes)) != len(codes):
        raise ValueError("a code stands twice")
    return found


def _service(row: Mapping[str, Any]) -> Service:
    name, by, takes, bring = (_words(row[part]) for part in ("name", "by", "takes", "bring"))
    return Service(str(row["code"]), name, by, takes, bring, bool(row.get("on_board", True)))


def _words(row: Mapping[str, str]) -> Words:
    return Words(str(row["zh"]), str(row["en"]))


SERVICES = PolicyFile("services", read_services)


_STEM = re.compile(r"\d+(?:[-–—之]\d+)?(?:号楼|号院|[号栋幢座组])?[^\d]{0,4}$|[A-Za-z]\d*[栋幢座]$")
HOUSE = 1000
_HOUSE_SAID = re.compile(r"\s*第?(\d+|[一二三四五六七八九十]{1,3})(?=\D|$)")
_ENDS = {one: value for value, one in enumerate("零一二三四五六七八九")}


def stem(words: str) -> str:
    """What all houses of a compound or street have in common: `丰泽小区` of `丰泽小区2栋`."""
    return _STEM.sub("", words.strip()).strip()


def house_said(said: str, among: str) -> str | None:
    """The number of the house somebody named right after `among`, without its word; "" when none follows.

    None where `among` does not stand in what was said.
    """
    _before, found, after = said.partition(among)
    if not among or not found:
        return None
    number = _HOUSE_SAID.match(after)
    return _digits(number[1]) if number else ""


def _digits(number: str) -> str:
    """`十二` as `12`; digits as they are."""
    if number.isdigit() and number.isascii():
        return number
    tens, ten, ones = number.rpartition("十")
    return str((_ENDS.get(tens, 1) * 10 if ten else 0) + _ENDS.get(ones, 0))


def nearness(said: str, *, name: str, address: str) -> int:
    """How surely somebody means a building: 0 not at all, `HOUSE` and more when its very number was said."""
    return max(_nearness(said, words) for words in (name, address))


def _nearness(said: str, words: str) -> int:
    among = stem(words)
    if len(among) < 2 or among not in said:
        return 0
    number = re.search(r"\d+", house_number(words, ""))
    is_it = number is not None and number[0] == house_said(said, among)
    return len(among) + (HOUSE if is_it else 0)
