"""Kinds of self-governance bodies, their terms, and where a body may stand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile

NOTICE = timedelta(days=90)  # a term is spoken of this long before and after its end
MAX_DOCUMENTS = 20  # for one body


class BodyError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "body.unknown": gettext_noop("This body is not there."),
        "body.unknown_kind": gettext_noop("There is no kind of body named %(kind)s."),
        "body.name_taken": gettext_noop("There is already a body with this name and kind here."),
        "body.term_order": gettext_noop("A term must end after it starts."),
        "body.no_scope": gettext_noop(
            "Choose at least one community, grid or micro-grid the body represents."
        ),
        "body.scope_crosses": gettext_noop(
            "A body of this kind stands in one community; these units lie in %(one)s and in %(other)s."
        ),
        "body.scope_place": gettext_noop("All units must lie in this sub-district."),
        "body.scope_level": gettext_noop("A body represents communities, grids or micro-grids."),
        "body.ended": gettext_noop("This body has ended; it is kept as it was."),
        "body.end_order": gettext_noop("A body cannot end before the day it began."),
        "body.stale": gettext_noop(
            "Somebody else has changed this body meanwhile. Open it again to see how it stands now."
        ),
        "body.reason_needed": gettext_noop("Please give a reason."),
        "body.phone": gettext_noop("This does not look like a telephone number."),
        "member.account": gettext_noop("There is no account with this user name here."),
        "member.order": gettext_noop("A member's time must end after it starts."),
        "member.twice": gettext_noop("This person is already a member for part of this time."),
        "document.kind": gettext_noop("Only PDF, JPG and PNG files can be kept."),
        "document.too_large": gettext_noop(
            "The file is larger than %(limit)s MB. Please choose a smaller one."
        ),
        "document.broken": gettext_noop("The file is damaged or incomplete. Please choose it again."),
        "document.too_many": gettext_noop("At most %(limit)s documents can be kept for one body."),
        "document.not_kept": gettext_noop("The file could not be kept. Please try again."),
        "document.unknown": gettext_noop("This document is not there."),
    }


# ---------------------------------------------------------------- kinds


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and English; empty where there is nothing to say."""

    zh: str = ""
    en: str = ""

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class BodyKind:
    """`years`, `least` and `most` are None where neither law nor custom sets them."""

    code: str
    name: Words
    spans: bool
    years: int | None
    term_law: Words
    least: int | None
    most: int | None
    odd: bool
    members_law: Words


KindTable = Mapping[str, BodyKind]


def read_kinds(content: Mapping[str, Any]) -> KindTable:
    """Check `policies/bodies.yaml`. Raises `ValueError` for numbers that contradict each other."""
    return {code: _kind(code, row) for code, row in content["kinds"].items()}


def _kind(code: str, row: Mapping[str, Any]) -> BodyKind:
    members = row.get("members") or {}
    least, most, years = members.get("least"), members.get("most"), row.get("years")
    if least is not None and most is not None and least > most:
        raise ValueError(f"{code}: least members above most members")
    if years is not None and not 1 <= years <= 20:
        raise ValueError(f"{code}: a term of {years} years")
    return BodyKind(
        code, Words(row["zh"], row["en"]), bool(row["spans"]), years, _words(row.get("term_law")),
        least, most, bool(members.get("odd")), _words(row.get("members_law")),
    )  # fmt: skip


def _words(row: Mapping[str, str] | None) -> Words:
    return Words(row["zh"], row["en"]) if row else Words()


KINDS = PolicyFile("bodies", read_kinds)


class Remark(StrEnum):
    """What is unusual about the members or the term of a body: said, never refused."""

    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    NOT_ODD = "not_odd"
    LONG_TERM = "long_term"
    NO_TERM = "no_term"


REMARKS: Mapping[Remark, str] = {
    Remark.TOO_FEW: gettext_noop("It has %(members)s members; %(least)s at least are usual."),
    Remark.TOO_MANY: gettext_noop("It has %(members)s members; %(most)s at most are usual."),
    Remark.NOT_ODD: gettext_noop("It has %(members)s members; an odd number is usual."),
    Remark.LONG_TERM: gettext_noop("The term is longer than the usual %(years)s years."),
    Remark.NO_TERM: gettext_noop("The end of its term is not known."),
}


def remarks(
    kind: BodyKind, *, members: int, starts_on: date, ends_on: date | None
) -> list[tuple[Remark, Mapping[str, int]]]:
    """What to look at again, each with the numbers of its sentence."""
    found: list[tuple[Remark, Mapping[str, int]]] = []
    if kind.least is not None and members < kind.least:
        found.append((Remark.TOO_FEW, {"members": members, "least": kind.least}))
    if kind.most is not None and members > kind.most:
        found.append((Remark.TOO_MANY, {"members": members, "most": kind.most}))
    if kind.odd and members and members % 2 == 0:
        found.append((Remark.NOT_ODD, {"members": members}))
    if kind.years is not None and ends_on is None:
        found.append((Remark.NO_TERM, {}))
    elif kind.years is not None and ends_on is not None and ends_on > years_later(starts_on, kind.years):
        found.append((Remark.LONG_TERM, {"years": kind.years}))
    return found


def years_later(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


# ---------------------------------------------------------------- terms


class TermState(StrEnum):
    OPEN = "open"  # without an end
    RUNNING = "running"
    ENDING = "ending"  # within 90 days
    OVER = "over"  # ended, nobody new yet
    LONG_OVER = "long_over"  # for more than 90 days


TERM_NAMES: Mapping[TermState, str] = {
    TermState.OPEN: gettext_noop("no end"),
    TermState.RUNNING: gettext_noop("term runs"),
    TermState.ENDING: gettext_noop("term ends soon"),
    TermState.OVER: gettext_noop("term is over"),
    TermState.LONG_OVER: gettext_noop("term over for more than 90 days"),
}


def term_state(ends_on: date | None, on: date) -> TermState:
    """`ends_on` is the last day of the term."""
    if ends_on is None:
        return TermState.OPEN
    if ends_on >= on:
        return TermState.ENDING if ends_on - on <= NOTICE else TermState.RUNNING
    return TermState.OVER if on - ends_on <= NOTICE else TermState.LONG_OVER


def refuse_term(starts_on: date, ends_on: date | None) -> None:
    """Raises `BodyError` for a term that ends before it starts."""
    if ends_on is not None and ends_on <= starts_on:
        raise BodyError("body.term_order")


# ---------------------------------------------------------------- scope


def refuse_scope(kind: BodyKind, communities: Collection[str | None]) -> None:
    """Raises `BodyError` when a scope is empty or lies in two communities where the kind has one.

    `communities` names the community of each unit of the scope, None for the whole sub-district.
    """
    if not communities:
        raise BodyError("body.no_scope")
    if None in communities:
        raise BodyError("body.scope_level")
    found = sorted({name for name in communities if name is not None})
    if len(found) > 1 and not kind.spans:
        raise BodyError("body.scope_crosses", one=found[0], other=found[1])


def looks_like_phone(text: str) -> bool:
    """Digits with the marks people put between them; empty is no number."""
    digits = sum(letter.isdigit() for letter in text)
    return 5 <= digits <= 15 and all(letter in "0123456789+-() 转" for letter in text)
