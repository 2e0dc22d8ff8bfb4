"""An administrator sets a place up in the browser; an auditor reads what was done."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import expect
from shapely.geometry import mapping
from tests.builders import Town
from tests.journeys.conftest import Visitor

from weiwang.accounts.models import User
from weiwang.territory import queries
from weiwang.territory.models import Unit

Visitors = Callable[..., Visitor]


@pytest.mark.django_db(transaction=True)
def test_a_micro_grid_is_added_drawn_and_given_a_leader(
    visitor: Visitors, town: Town, tmp_path: Path
) -> None:
    admin = visitor(language="en")
    page = admin.sign_in("admin")
    admin.open(f"/console/units/{town.units['QH0101'].pk}/")
    page.get_by_label("Code", exact=True).fill("QH0101-9")
    page.locator("#id_new-name").fill("第9微网格")
    page.get_by_role("button", name="Add the unit").click()
    expect(page.get_by_text("The unit was added")).to_be_visible()
    page.get_by_role("link", name="QH0101-9").click()
    page.get_by_role("link", name="Boundary").click()
    drawn = tmp_path / "b.geojson"
    drawn.write_text(json.dumps(mapping(shapely.box(104.0, 30.7, 104.0005, 30.701))))
    page.get_by_label("GeoJSON file").set_input_files(drawn)
    page.get_by_role("button", name="Check and draw").click()
    expect(page.get_by_text("overlap by")).to_be_visible()
    shape = mapping(shapely.box(103.9995, 30.7005, 104.0, 30.701))
    page.get_by_label("Boundary as GeoJSON or WKT").fill(json.dumps(shape))
    page.get_by_role("button", name="Check and draw").click()
    expect(page.get_by_text("beyond QH0101")).to_be_visible()

    admin.open("/console/people/new/")
    page.get_by_label("User name").fill("wanghong")
    page.get_by_label("Name", exact=True).fill("王红")
    page.get_by_role("button", name="Create the account").click()
    password = page.locator(".cs-password code").inner_text()
    assert User.objects.get(username="wanghong").check_password(password)

    admin.open("/console/posts/?unit=QH0101-9")
    page.locator("#id_new-kind").select_option("micro_grid_leader")
    page.get_by_role("button", name="Set up the post").click()
    admin.open("/console/posts/?unit=QH0101-9")
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_label("User name").fill("wanghong")
    page.get_by_role("button", name="Appoint", exact=True).click()
    expect(page.get_by_text("Access follows the dates")).to_be_visible()
    user, unit = User.objects.get(username="wanghong"), Unit.objects.get(code="QH0101-9")
    officer = queries.officer(user_id=user.pk, name=user.name, at=user.created_at.replace(year=2090))
    assert officer.may("case.handle", unit.path)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_looked_at_put_right_and_imported(visitor: Visitors, town: Town, tmp_path: Path) -> None:
    admin = visitor()
    page = admin.sign_in("admin")
    file = tmp_path / "staff.csv"
    admin.open("/console/import/")
    page.get_by_role("link", name="人员与岗位").click()
    file.write_text("用户名,姓名,岗位,单元\nwang,王五,园长,QH0102\n", encoding="gb18030")
    page.get_by_label("文件").first.set_input_files(file)
    page.get_by_role("button", name="查看文件内容").click()
    expect(page.get_by_text("第 2 行")).to_be_visible()
    expect(page.get_by_role("button", name="导入")).to_have_count(0)
    page.get_by_role("link", name="换一个文件").click()
    file.write_text("用户名,姓名,岗位,单元\nwang,王五,专职网格员,QH0102\n", encoding="gb18030")
    page.get_by_label("文件").first.set_input_files(file)
    page.get_by_role("button", name="查看文件内容").click()
    page.get_by_role("button", name="导入 1 行").click()
    expect(page.get_by_text("新增 1")).to_be_visible()
    assert User.objects.filter(username="wang").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phone", [False, True])
def test_no_page_of_the_console_has_a_serious_barrier(visitor: Visitors, town: Town, phone: bool) -> None:
    admin = visitor(phone=phone)
    admin.sign_in("admin")
    paths = ("", "units/", "posts/", "people/", "people/new/", "import/", "import/cases/", "policies/posts/")
    for path in (*paths, f"units/{town.units['QH0101-1'].pk}/boundary/"):
        admin.open(f"/console/{path}")
        assert admin.serious_axe_violations() == [], path
    auditor = visitor(phone=phone)
    auditor.sign_in("auditor")
    for path in ("record/", "record/chain/"):
        auditor.open(f"/console/{path}")
        assert auditor.serious_axe_violations() == [], path
