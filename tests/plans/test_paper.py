"""The report of a plan as a Word document: opened again, it says what the PDF says."""

from io import BytesIO

import docx
import pytest
import shapely
from django.test import Client
from django.utils import translation
from PIL import Image
from tests.builders import Town
from tests.plans.places import drawn_plan

from weiwang.kernel.printing import rasterised
from weiwang.planning.limits import Language
from weiwang.plans import queries
from weiwang.plans.models import Group
from weiwang.plans.paper.document import document
from weiwang.plans.paper.report import facts
from weiwang.plans.rules import GroupLevel

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><rect width="100" height="50"/></svg>'


def test_drawings_become_pictures_of_the_width_asked_for() -> None:
    sizes = [Image.open(BytesIO(png)).size for png in rasterised([SVG, SVG], width_mm=25.4, ppi=100)]
    assert sizes == [(100, 50), (100, 50)]
    assert len(rasterised([SVG], width_mm=10)) == 1
    assert rasterised([], width_mm=10) == []


@pytest.mark.parametrize(("language", "deep"), [("zh", False), ("en", True)])
def test_the_document_says_what_the_report_says(town: Town, language: Language, deep: bool) -> None:
    plan = drawn_plan(town)
    part = plan.parts.order_by("position")[0] if deep else None
    with translation.override("en" if language == "en" else "zh-hans"):
        told = facts(plan, at=town.at, language=language, part=part)
        paper = docx.Document(BytesIO(document(plan, at=town.at, language=language, part=part)))
    words = "\n".join(line.text for line in paper.paragraphs)
    assert told["title"] in words
    assert all(sentence in words for sentence in [*told["exceptions"], *told["answers"]])
    grids = [grid for community in told["communities"] for grid in community["grids"]]
    assert [grid["name"] in words for grid in grids] == [True] * len(grids)
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    for wanted in [*told["figures"], *(row for grid in grids for row in grid["rows"])]:
        assert wanted in rows
    maps = [one for c in told["communities"] for one in (c, *c["grids"]) if one["map"]]
    assert len(paper.inline_shapes) == len(maps) > 0
    assert paper.inline_shapes[0]._inline.docPr.get("descr") == maps[0]["name"]


def test_what_is_drawn_in_pieces_is_said_on_the_page_and_in_the_report(town: Town, client: Client) -> None:
    plan = drawn_plan(town)
    assert queries.in_pieces(plan) == []
    row = Group.objects.filter(plan=plan, level=GroupLevel.MICRO, houses__gt=0).order_by("pk")[0]
    far = shapely.affinity.translate(row.shape, 0.5)
    Group.objects.filter(pk=row.pk).update(shape=shapely.MultiPolygon([row.shape, far]))
    assert [(found.pk, count) for found, count in queries.in_pieces(plan)] == [(row.pk, 2)]
    client.force_login(town.users["admin"], backend="weiwang.web.account.store.AccountBackend")
    assert f'data-show="g{row.pk}"' in client.get(f"/desk/plans/{plan.pk}/").content.decode()
    with translation.override("en"):
        assert row.name in facts(plan, at=town.at, language="en")["pieces"][0]
