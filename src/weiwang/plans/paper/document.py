"""The report of a plan as a Word document that an office can go on writing in; it says what the PDF says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from weiwang.kernel.printing import rasterised
from weiwang.planning.limits import Language
from weiwang.plans.models import Part, Plan
from weiwang.plans.paper.report import facts

if TYPE_CHECKING:
    from docx.document import Document as Paper

FAMILY = "Microsoft YaHei"
WIDTH_MM, MARGIN_MM = 170, 20
WIDE = (0.24, 0.09, 0.11, 0.36, 0.20)
"""Shares of the width that the columns of a grid's table take."""


def document(plan: Plan, *, at: datetime, language: Language, part: Part | None = None) -> bytes:
    """Write the report of a plan, or of one community of it, as DOCX. Raises `PrintingError`."""
    said = facts(plan, at=at, language=language, part=part)
    paper = _blank(said, at)
    _head(paper, said)
    drawn = [one["map"] for one in _maps(said) if one["map"]]
    pictures = iter(rasterised(drawn, width_mm=WIDTH_MM))
    for community in said["communities"]:
        _community(paper, said["words"], community, pictures)
    written = BytesIO()
    paper.save(written)
    return written.getvalue()


def _maps(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything that may have a map, in the order of the report."""
    for community in said["communities"]:
        yield community
        yield from community["grids"]


def _blank(said: dict[str, Any], at: datetime) -> Paper:
    """An empty A4 document with our typeface and page numbers."""
    import docx  # noqa: PLC0415 -- only who wants a Word document waits for it
    from docx.oxml import OxmlElement  # noqa: PLC0415 -- as above
    from docx.oxml.ns import qn  # noqa: PLC0415 -- as above
    from docx.shared import Mm, Pt  # noqa: PLC0415 -- as above

    paper = docx.Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(MARGIN_MM)
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        style = paper.styles[name]
        style.font.name = FAMILY
        kinds = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            kinds.attrib.pop(qn(f"w:{theme}"), None)
        kinds.set(qn("w:eastAsia"), FAMILY)
    paper.styles["Normal"].font.size = Pt(10)
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    page.footer.paragraphs[0].alignment = 1
    page.footer.paragraphs[0]._p.append(number)  # noqa: SLF001 -- fields have no other way in
    about = paper.core_properties
    about.title, about.author, about.comments = f"{said['place']} {said['title']}", "", ""
    about.language = "zh-CN" if said["language"] == "zh" else "en-GB"
    about.created = about.modified = at
    return paper


def _head(paper: Paper, said: dict[str, Any]) -> None:
    words, low = said["words"], said["limits"]
    paper.add_heading(f"{said['place']} {words['title']}", 0)
    paper.add_paragraph().add_run(said["title"]).bold = True
    rows = [(words["state"], said["state"])]
    rows += [(words["from"], said["from"])] if said["from"] else []
    rows += [
        (words["rule"], f"{words['micro']} {low[0]}–{low[1]}，{words['grid']} {low[2]}–{low[3]}"),
        (words["printed"], said["date"]),
    ]
    for name, value in rows:
        line = paper.add_paragraph(f"{name}：{value}" if said["language"] == "zh" else f"{name}: {value}")
        line.paragraph_format.space_after = 0
    for sentence in said["answers"]:
        paper.add_paragraph(sentence)
    columns = ("community", "grids", "micros", "households", "micro", "cost")
    _table(paper, [words[name] for name in columns], said["figures"], numbers=range(1, 6))
    for heading, listed, empty in (
        (words["exceptions"], said["exceptions"], words["none"]), (words["pieces"], said["pieces"], ""),
    ):  # fmt: skip
        if listed or empty:
            paper.add_heading(heading, 1)
        for sentence in listed:
            paper.add_paragraph(sentence, style="List Bullet")
        if not listed and empty:
            paper.add_paragraph(empty)


def _community(
    paper: Paper, words: dict[str, str], community: dict[str, Any], pictures: Iterator[bytes]
) -> None:
    heading = paper.add_heading(community["name"], 1)
    heading.paragraph_format.page_break_before = True
    _picture(paper, community, pictures)
    for grid in community["grids"]:
        new = f"　{words['new']}" if grid["new"] else ""
        paper.add_heading(f"{grid['name']}　{grid['households']}{new}", 2)
        _picture(paper, grid, pictures)
        headings = [words[name] for name in ("micro", "households", "work", "buildings", "note")]
        _table(paper, headings, grid["rows"], numbers=(1, 2), shares=WIDE)
    if community["dedicated"]:
        paper.add_heading(words["dedicated"], 2)
        _table(paper, [words["grid"], words["households"]], community["dedicated"], numbers=(1,))


def _picture(paper: Paper, of: dict[str, Any], pictures: Iterator[bytes]) -> None:
    from docx.shared import Mm  # noqa: PLC0415 -- see `_blank`

    if of["map"]:
        shown = paper.add_picture(BytesIO(next(pictures)), width=Mm(WIDTH_MM))
        shown._inline.docPr.set("descr", of["name"])  # noqa: SLF001 -- what a screen reader says


def _table(
    paper: Paper, headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int],
    shares: Sequence[float] = (),
) -> None:  # fmt: skip
    """A table whose first row comes again on every page; columns of figures stand to the right."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 -- see `_blank`
    from docx.shared import Mm  # noqa: PLC0415 -- see `_blank`

    table = paper.add_table(rows=1 + len(rows), cols=len(headings))
    table.style = "Light Grid Accent 1"
    for row, values in zip(table.rows, [headings, *rows], strict=True):
        for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
            cell.text = value
            if place in numbers:
                cell.paragraphs[0].alignment = 2
            if shares:
                cell.width = Mm(round(WIDTH_MM * shares[place]))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 -- no other way
    paper.add_paragraph().paragraph_format.space_after = 0
