"""On the phone: which part of which case this is, or how far the parts of this case are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from weiwang.cases import permissions, relations
from weiwang.cases.queries import CaseFile, papers_of, photos_of
from weiwang.cases.rules import FINAL, STATE_NAMES, State
from weiwang.territory.rules import Officer
from weiwang.web.ui.attached import PaperLine, paper_lines


class Picture(NamedTuple):
    id: UUID


@dataclass(frozen=True, slots=True)
class PartOf:
    """The case this one is a part of; `href` is empty for what is not theirs to open."""

    position: int
    count: int
    number: str
    href: str
    text: str
    pictures: Sequence[Picture]
    papers: Sequence[PaperLine]


@dataclass(frozen=True, slots=True)
class Piece:
    number: str
    owner: str
    state: str
    ended: bool
    href: str


def family(officer: Officer, file: CaseFile) -> dict[str, object]:
    """Nothing is asked for a case that has no family; two or three queries for one that has."""
    case = file.case
    return {
        "part_of": _part_of(officer, file) if case.parent_id is not None else None,
        "pieces": _pieces(officer, file) if case.open_parts is not None else [],
        "open_parts": case.open_parts or 0,
    }


def _part_of(officer: Officer, file: CaseFile) -> PartOf | None:
    main = relations.parent_of(file.case)
    if main is None:
        return None
    parts = [part.pk for part in relations.parts_of([main.pk]).get(main.pk, [])]
    href = reverse("field:case", args=[main.pk]) if permissions.may_see(officer, main) else ""
    photos = [Picture(photo.pk) for photo in photos_of(main) if photo.stage == "report"]
    papers = paper_lines(
        [paper for paper in papers_of(main) if paper.stage == "report"],
        lambda paper_id: reverse("field:paper", args=[paper_id]),
    )
    return PartOf(parts.index(file.case.pk) + 1, len(parts), main.number, href, main.text, photos, papers)


def _pieces(officer: Officer, file: CaseFile) -> list[Piece]:
    return [
        Piece(
            part.number, part.owner_name, _(STATE_NAMES[State(part.state)]), State(part.state) in FINAL,
            reverse("field:case", args=[part.pk]) if permissions.may_see(officer, part) else "",
        )
        for part in relations.parts_of([file.case.pk]).get(file.case.pk, [])
    ]  # fmt: skip
