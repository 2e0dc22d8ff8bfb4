"""What the case page shows of a case's family: its parts, or the case it is a part of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from weiwang.cases import permissions, relations
from weiwang.cases.calendars import CalendarOf
from weiwang.cases.queries import CaseFile, papers_of, photos_of
from weiwang.cases.rules import FINAL, State
from weiwang.territory.rules import Officer
from weiwang.web.desk import words
from weiwang.web.desk.worklist import category_name
from weiwang.web.ui.attached import PaperLine, paper_lines
from weiwang.web.ui.clocks import Clockface, Clockfaces

Case = Any  # faces do not import models


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part. `href` is empty where it is not this reader's to open; then `title` and `answer` are too."""

    number: str
    href: str
    title: str
    category: str
    state: words.StateWord
    owner: str
    clock: Clockface | None
    ended: str
    answer: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """The parts of one case; `sum` says in words how many are open."""

    case_id: str
    lines: Sequence[PartLine]
    sum: str
    all_ended: bool
    news: str
    may_look: bool


ALONE: dict[str, object] = {"pieces": None, "main_case": None, "deeds": ()}


def family(officer: Officer, file: CaseFile, at: datetime, *, more: bool) -> dict[str, object]:
    """The values of the cards and of what can be done; nothing is asked for a case that has no family."""
    case = file.case
    if not more and case.open_parts is None and case.parent_id is None:
        return ALONE
    parts = relations.parts_of([case.pk]).get(case.pk, []) if case.open_parts is not None else []
    return {
        "pieces": pieces(officer, case, parts, at) if parts else None,
        "main_case": _main_case(officer, case),
        "deeds": _deeds(officer, case) if more else (),
    }


def pieces(officer: Officer, case: Case, parts: Sequence[Case], at: datetime) -> Pieces:
    faces, badges = Clockfaces(at, CalendarOf()), words.state_words()
    whole = officer.holds(case.owner_post_id)  # whoever writes the one answer reads what the parts answered
    return Pieces(
        str(case.pk), [_line(officer, part, faces, badges, whole=whole) for part in parts], _sum(case, parts),
        case.open_parts == 0, words.moment_words(case.parts_news_at) if case.parts_news_at else "",
        permissions.may_look(officer, case),
    )  # fmt: skip


def _line(
    officer: Officer, part: Case, faces: Clockfaces, badges: dict[str, words.StateWord], *, whole: bool
) -> PartLine:
    sees = permissions.may_see(officer, part)
    reads = sees or whole
    ended = words.moment_words(part.closed_at or part.step_at) if State(part.state) in FINAL else ""
    return PartLine(
        part.number, reverse("desk:case", args=[part.pk]) if sees else "", part.title if reads else "",
        category_name(part.category) if reads else "", badges[part.state], part.owner_name, faces.of(part),
        ended, part.answer if reads else "",
    )  # fmt: skip


def _sum(case: Case, parts: Sequence[Case]) -> str:
    """`2 of 3 parts are open`."""
    count = {"open": case.open_parts or 0, "all": len(parts)}
    said = ngettext("%(open)s of %(all)s part is open", "%(open)s of %(all)s parts are open", count["all"])
    return said % count


@dataclass(frozen=True, slots=True)
class MainCase:
    """The case a part belongs to, as whoever handles the part has to know it."""

    number: str
    href: str
    text: str
    state: words.StateWord
    photos: Sequence[tuple[str, str]]
    papers: Sequence[PaperLine]


def _main_case(officer: Officer, part: Case) -> MainCase | None:
    case = relations.parent_of(part)
    if case is None:
        return None
    whole = [reverse("desk:photo", args=[photo.pk]) for photo in photos_of(case) if photo.stage == "report"]
    papers = [paper for paper in papers_of(case) if paper.stage == "report"]
    return MainCase(
        case.number, reverse("desk:case", args=[case.pk]) if permissions.may_see(officer, case) else "",
        case.text, words.state_words()[case.state], [(f"{url}?small=1", url) for url in whole],
        paper_lines(papers, lambda paper_id: reverse("desk:paper", args=[paper_id])),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One linked case; a number and a state where it is not this reader's to see."""

    case_id: str
    number: str
    href: str
    title: str
    state: words.StateWord
    words: str
    may_end: bool


def links(officer: Officer, case: Case) -> list[LinkLine]:
    """The links of a case in both directions: one query."""
    may_link, badges = permissions.may_link(officer, case), words.state_words()
    return [_link(officer, one, badges, may_link=may_link) for one in relations.links_of(case)]


def _link(
    officer: Officer, one: relations.Linked, badges: dict[str, words.StateWord], *, may_link: bool
) -> LinkLine:
    sees = permissions.may_see(officer, one.case)
    split = _("this matter was split off from it") if one.is_origin else _("split off from this case")
    said = [split if one.is_split else "", f"“{one.reason}”" if sees and one.reason else "", one.made_by]
    return LinkLine(
        str(one.case.pk), one.case.number, reverse("desk:case", args=[one.case.pk]) if sees else "",
        one.case.title if sees else "", badges[one.case.state], " ".join(filter(None, said)),
        may_link and not one.is_split,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that can be done on a page of its own."""

    href: str
    icon: str
    name: str
    help: str


def _deeds(officer: Officer, case: Case) -> list[Way]:
    ways = (
        (permissions.may_part, "desk:part", "stack-2", _("Give a part to another office"),
         _("Several offices work at once, each with its own limit. Only this case speaks to the reporter.")),
        (permissions.may_split, "desk:split", "copy", _("Split off a second matter"),
         _("Two matters in one report become two cases. The reporter hears of both.")),
        (permissions.may_link, "desk:link", "paperclip", _("Link to another case"),
         _("Both cases show the other one with the reason. Nothing else changes.")),
    )  # fmt: skip
    return [
        Way(reverse(name, args=[case.pk]), icon, word, said)
        for may, name, icon, word, said in ways
        if may(officer, case)
    ]
