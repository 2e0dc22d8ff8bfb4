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
