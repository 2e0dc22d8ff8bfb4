"""Planning in a real browser: from an office's Excel list to an adopted plan with its report."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import xlsxwriter
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader
from tests.builders import Town
from tests.journeys.conftest import Visitor
from tests.plans.places import drawn_plan, run_jobs, settle

from weiwang.demo.load import load
from weiwang.demo.signins import PASSWORD as DEMO_PASSWORD
from weiwang.demo.specs import World
from weiwang.demo.world import build_world
from weiwang.ledger.models import Building
from weiwang.plans.jobs import adopt_due, review_draft
from weiwang.plans.models import Group, Plan
from weiwang.plans.rules import GroupLevel, PlanState
from weiwang.territory.models import Unit
from weiwang.territory.rules import Level

Visitors = Callable[..., Visitor]


def office_list(world: World, path: Path) -> Path:
    """The list of buildings as an office keeps it: a title, its own headings, no ids, no places, a sum."""
    with_homes = [spec for spec in world.buildings if spec.households]
    names = {spec.code: spec.name for spec in world.units}
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("楼栋底册")
    sheet.merge_range(0, 0, 0, 7, "栖禾街道楼栋底册")
    sheet.write_row(1, 0, ("序号", "所属社区", "小区", "楼栋", "详细地址", "单元数", "层数", "户数"))
    for number, spec in enumerate(with_homes, 1):
        found = re.fullmatch(r"(.+?)(\d+栋)", spec.name)
        compound, block = found.groups() if found else ("", spec.name)
        held = spec.households + (3 if number == 1 else 0)  # since the last list somebody moved in
        community = names[spec.unit_code[:4]]
        sheet.write_row(
            number + 1, 0,
            (number, community, compound, block, spec.address, spec.stairwells, spec.floors, held),
        )  # fmt: skip
    total = sum(spec.households for spec in with_homes) + 3
    sheet.write_row(len(with_homes) + 2, 0, ("合计", "", "", "", "", "", "", total))
    book.close()
    return path


@pytest.mark.usefixtures("transactional_db")
def test_from_an_excel_list_to_an_adopted_plan(visitor: Visitors, tmp_path: Path) -> None:
    now = timezone.localtime()
    load("tiny", at=now, say=lambda _: None, cases=30)
    before = Building.objects.count()
    planner = visitor()
    planner.sign_in("admin", DEMO_PASSWORD)
    page = planner.open("/desk/plans/")
    page.get_by_role("link", name="楼栋清单").click()
    page.get_by_label("楼栋清单（Excel").set_input_files(
        office_list(build_world("tiny"), tmp_path / "底册.xlsx")
    )
    page.get_by_role("button", name="读取清单").click()
    expect(page.get_by_text("每一行都已读懂")).to_be_visible()
    expect(page.get_by_text("其中1栋户数有变")).to_be_visible()
    assert planner.serious_axe_violations() == []
    page.get_by_role("button", name="写入台账").click()
    expect(page.get_by_role("heading", name="编制草案")).to_be_visible()
    assert Building.objects.count() == before  # each was known by its address; none came twice
    page.get_by_role("button", name="开始划分").click()
    expect(page.get_by_text("划分进度")).to_be_visible()
    plan = run_jobs(Plan.objects.latest("pk"))
    page.wait_for_selector("[data-map][data-state=shown]")  # the page reads itself again

    wrong = page.locator(".pl-exceptions li").first
    expect(wrong).to_contain_text("最省的办法")
    wrong.get_by_role("button", name="在地图上查看").click()
    with page.expect_download() as report:
        page.evaluate(
            "document.querySelector('a[href$=\"report.pdf\"]').setAttribute('download', 'report.pdf')"
        )
        page.get_by_role("link", name="报告（PDF）").click()
    printed = "".join(leaf.extract_text() for leaf in PdfReader(report.value.path()).pages)
    assert "不符合规定的情况及原因" in printed

    page.get_by_role("link", name="生效影响").click()
    page.get_by_role("button", name="试算影响").click()
    expect(page.get_by_text("正在试算")).to_be_visible()
    assert review_draft.func(plan_id=plan.pk, version=plan.version) == "reviewed"
    expect(page.get_by_text("自动随之调整")).to_be_visible()
    assert planner.serious_axe_violations() == []
    day = now.date() + timedelta(days=3)
    page.get_by_label("生效日期").fill(day.isoformat())
    page.get_by_label("审议依据").fill("街道办公会第12次会议")
    page.get_by_role("button", name="批准方案").click()
    expect(page.get_by_text("已批准").first).to_be_visible()
    assert adopt_due(now + timedelta(days=3)) == 1
    plan.refresh_from_db()
    assert (plan.state, plan.starts_on) == (PlanState.IN_FORCE, day)
    micros = Group.objects.filter(plan=plan, level=GroupLevel.MICRO, houses__gt=0)
    standing = Unit.objects.filter(place=plan.place, level=Level.MICRO_GRID, ends_on=None)
    assert set(micros.values_list("unit_id", flat=True)) == set(standing.values_list("pk", flat=True))


def test_a_draft_is_changed_by_hand(town: Town, visitor: Visitors) -> None:
    plan = drawn_plan(town)
    planner = visitor(language="en")
    planner.sign_in("admin")
    page = planner.open(f"/desk/plans/{plan.pk}/")
    page.locator("tbody[data-rows] a").first.click()
    page.wait_for_selector("[data-lasso]:not([hidden])")
    assert planner.serious_axe_violations() == []
    page.locator("details.pl-micro").first.evaluate("box => { box.open = true; }")
    page.locator("input[name=piece]").first.check()
    page.get_by_label("Move to", exact=True).select_option("new")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    version = plan.version
    plan.refresh_from_db()
    assert plan.version == version + 1
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Redo")).to_be_enabled()


def test_the_pages_of_planning_fit_a_phone(town: Town, visitor: Visitors) -> None:
    settle(town)
    phone = visitor(phone=True)
    phone.sign_in("community")
    for path in ("", "compare/"):
        page = phone.open(f"/desk/plans/{path}")
        assert phone.serious_axe_violations() == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
