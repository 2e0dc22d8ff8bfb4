import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.builders import Town

from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM, AlreadyDoneError
from weiwang.kernel.policy import PolicyError
from weiwang.ledger.actions import keep_public_line
from weiwang.ledger.models import PublicLine
from weiwang.ledger.notice.board import Board, board
from weiwang.ledger.notice.drawing import Area, Feature, Scene, draw
from weiwang.ledger.notice.scene import scene, short_name, short_names
from weiwang.ledger.notice.sheet import gathered, sheet
from weiwang.ledger.queries import public_line
from weiwang.ledger.rules import SERVICES, Line, PublicLineError, checked_phone, inherited, read_services
from weiwang.territory.actions import end_appointment
from weiwang.territory.models import Appointment

LINE = Line("028-5555 0101", "028-5555 0102", "8:30–18:00", "便民路1号")


def made(town: Town, *codes: str, size: str = "a3", language: str = "zh-hans") -> Board:
    units = [town.units[code] for code in codes]
    return board(
        units, at=town.at, size=size, language=language, link=lambda unit: f"http://x/report?unit={unit.code}"
    )


def text(page: Any) -> str:
    return str(page.extract_text()).replace("\n", "")


# ---------------------------------------------------------------- telephones


@pytest.mark.parametrize("words", ["12", "call me", "1" * 21, "-123-", "１２３４５"])
def test_what_is_no_telephone_number_is_refused(words: str) -> None:
    with pytest.raises(PublicLineError):
        checked_phone(words)


@pytest.mark.parametrize(
    ("words", "number"), [("12345", "12345"), (" 028－5555  0101 ", "028-5555 0101"), ("", ""), ("  ", "")]
)
def test_a_number_is_kept_as_it_will_be_printed(words: str, number: str) -> None:
    assert checked_phone(words) == number


def test_each_telephone_comes_from_the_nearest_unit_that_states_it() -> None:
    near, far = Line(supervision_phone="12388"), Line("12345", "99999", "9–17", "far")
    assert inherited([near, far]) == Line("12345", "12388", "9–17", "far")
    assert inherited([]) == Line()


def test_a_unit_shows_its_own_line_or_the_one_above(town: Town) -> None:
    keep_public_line(unit=town.unit, line=LINE, by=SYSTEM, at=town.at)
    keep_public_line(unit=town.units["QH01"], line=Line(duty_phone="12345"), by=SYSTEM, at=town.at)
    assert public_line(path=town.units["QH0101-1"].path) == Line("12345", "028-5555 0102")
    assert public_line(path=town.units["QH02"].path) == LINE


def test_entering_a_line_is_recorded_and_happens_once(town: Town) -> None:
    facts: dict[str, Any] = {"unit": town.unit, "by": SYSTEM, "at": town.at, "submission": "one"}
    keep_public_line(line=LINE, **facts)
    with pytest.raises(AlreadyDoneError):
        keep_public_line(line=Line("110"), **facts)
    assert PublicLine.objects.get().duty_phone == LINE.duty_phone
    assert Entry.objects.filter(action="line.keep").count() == 1


def test_a_line_without_any_number_is_refused_by_action_and_database(town: Town) -> None:
    with pytest.raises(PublicLineError, match="at least one"):
        keep_public_line(unit=town.unit, line=Line(hours="8–9"), by=SYSTEM, at=town.at)
    for numbers in ({}, {"duty_phone": "abc"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PublicLine.objects.create(place=town.place, unit=town.unit, **numbers)


# ---------------------------------------------------------------- services, addresses, names


def test_the_shipped_services_are_whole() -> None:
    table = SERVICES.read(Path("policies")).table
    assert len(table) == 12
    assert all(row.name.zh and row.by.en and row.takes.zh and row.bring.en for row in table)


def test_a_service_that_stands_twice_is_refused() -> None:
    words = {"zh": "甲", "en": "a"}
    row = {"code": "a", "name": words, "by": words, "takes": words, "bring": words}
    with pytest.raises(ValueError, match="twice"):
        read_services({"services": [row, row]})


def test_an_office_without_a_table_of_services_has_none(town: Town, settings: Any, tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        SERVICES._look(tmp_path)
    (tmp_path / "posts.yaml").write_bytes((settings.POLICIES / "posts.yaml").read_bytes())
    settings.POLICIES = tmp_path
    assert sheet(town.units["QH0101"], at=town.at).services == ()


def test_addresses_are_gathered_in_fewer_words() -> None:
    listed = ["竹影苑4栋", "竹影苑5栋", "竹影苑7栋", "竹影苑6栋", "锦川路2号商铺", "锦川路6号商铺", "水塔"]
    assert gathered(listed) == ["竹影苑4–7栋", "锦川路2、6号商铺", "水塔"]


@given(st.lists(st.integers(0, 60), min_size=1, unique=True))
def test_gathering_loses_no_number(numbers: list[int]) -> None:
    (words,) = gathered(f"院{number}栋" for number in numbers)
    runs = [run.split("–") for run in words.removeprefix("院").removesuffix("栋").split("、")]
    assert {n for run in runs for n in range(int(run[0]), int(run[-1]) + 1)} == set(numbers)


def test_a_map_says_names_shortly() -> None:
    assert short_name("梧桐社区第1网格", "梧桐社区") == "第1网格"
    assert short_name("竹影苑1-3栋微网格", "梧桐社区第1网格") == "竹影苑1-3栋"
    assert short_name("第1微网格", "第1网格") == "第1微网格"
    assert short_name("石磨村5组第1微网格", "石磨村第5网格") == "石磨村5组第1微网格"
    assert short_names(["石磨村5组第1微网格", "石磨村5组第2微网格"], "") == ["第1微网格", "第2微网格"]
    assert short_names(["竹影苑1-3栋微网格", "竹影苑4-6栋微网格"], "") == ["竹影苑1-3栋", "竹影苑4-6栋"]
    assert short_names(["石磨村5组第1微网格"], "") == ["石磨村5组第1微网格"]


# ---------------------------------------------------------------- the map


@given(
    st.floats(1e-5, 0.05),
    st.floats(1e-5, 0.05),
    st.sampled_from([1.2, 1.5]),
    st.text('网格<&"长', max_size=12),
)
def test_any_area_is_drawn_inside_its_frame(width: float, height: float, ratio: float, name: str) -> None:
    box = shapely.box(104, 30, 104 + width, 30 + height)
    road = shapely.LineString([(103.99, 30 + height / 2), (104.06, 30 + height / 2)])
    part = Area(name, shapely.box(104, 30, 104 + width / 2, 30 + height))
    beside = Area("邻", shapely.box(104 + width, 30, 104 + 2 * width, 30 + height))
    drawn = draw(
        Scene(Area(name, box), [part], [beside], [Feature("road", "锦川路", road)], [box]), ratio=ratio
    )
    from xml.etree import ElementTree as ET

    root = ET.fromstring(drawn)
    assert root.get("viewBox") == f"0 0 1000 {1000 / ratio:.0f}"
    own = next(path for path in root if path.get("class") == "nm-own").get("d", "")
    points = [tuple(map(float, pair.split())) for pair in own.strip("Mz").split("L")]
    assert all(-1 <= x <= 1001 and -1 <= y <= 1000 / ratio + 1 for x, y in points)


def test_the_scene_shows_parts_neighbours_and_houses(town: Town) -> None:
    found = scene(town.units["QH0101"], on=town.at.date(), ratio=1.2)
    assert found is not None
    assert [part.name for part in found.parts] == ["第1微网格", "第2微网格"]
    assert {near.name for near in found.neighbours} >= {"第2网格"}


def test_a_unit_without_a_boundary_has_a_board_without_a_map(town: Town) -> None:
    unit = town.units["QH0101"]
    unit.boundary = None
    unit.save()
    assert scene(unit, on=town.at.date(), ratio=1.2) is None
    assert len(PdfReader(io.BytesIO(made(town, "QH0101").print().pdf)).pages) == 1


# ---------------------------------------------------------------- the board


@pytest.mark.parametrize(("size", "width", "height"), [("a3", 297, 420), ("a4", 210, 297)])
def test_the_board_of_a_grid_says_everything_on_one_page(
    town: Town, size: str, width: float, height: float
) -> None:
    keep_public_line(unit=town.unit, line=LINE, by=SYSTEM, at=town.at)
    printed = made(town, "QH0101", size=size).print()
    (page,) = PdfReader(io.BytesIO(printed.pdf)).pages
    assert abs(float(page.mediabox.width) / 72 * 25.4 - width) < 0.5
    assert abs(float(page.mediabox.height) / 72 * 25.4 - height) < 0.5
    said = text(page)
    for words in (
        "第1网格", "梧桐社区", "清河湾街道", "网格公示牌", "张gridhead", "张worker", "张community",
        "第1微网格", "028-5555 0101", "028-5555 0102", "8:30–18:00", "便民路1号", "居住情况说明", "虚构演示",
        "2026年11月16日", "监督电话", "张leader",
    ):  # fmt: skip
        assert words in said
    for secret in ("张liaison", "张dispatcher", "13800000001"):
        assert secret not in said


def test_the_same_facts_give_the_same_bytes_and_the_same_tag(town: Town) -> None:
    first, second = made(town, "QH0101"), made(town, "QH0101")
    assert first.tag == second.tag
    assert first.print().pdf == second.print().pdf
    assert made(town, "QH0102").tag != first.tag
    assert made(town, "QH0101", size="a4").tag != first.tag


def test_a_post_that_ended_is_off_the_board_the_same_minute(town: Town) -> None:
    before = made(town, "QH0101-1")
    held = Appointment.objects.get(post=town.posts["leader"])
    end_appointment(appointment_id=held.pk, by=SYSTEM, at=town.at)
    after = made(town, "QH0101-1")
    assert after.tag != before.tag
    said = text(PdfReader(io.BytesIO(after.print().pdf)).pages[0])
    assert "张leader" not in said
    assert "暂缺" in said


def test_all_boards_of_a_community_are_one_file(town: Town) -> None:
    printed = made(town, "QH01", "QH0101", "QH0102", size="a4").print()
    pages = PdfReader(io.BytesIO(printed.pdf)).pages
    codes = ["QH01", "QH0101", "QH0102"]
    assert len(pages) == 3
    assert all(text(page).split("公示日期")[1].count(code) for page, code in zip(pages, codes, strict=True))


def test_an_english_board_has_no_untranslated_words(town: Town) -> None:
    said = text(PdfReader(io.BytesIO(made(town, "QH0101", language="en").print().pdf)).pages[0])
    assert "Notice board of the grid" in said
    assert "grid leader" in said
    assert "16 November 2026" in said


def test_a_board_asks_as_often_for_many_parts_as_for_few(town: Town, at: datetime) -> None:
    counts = []
    for code in ("QH0101", "QH01"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            sheet(town.units[code], at=at)
        counts.append(len(asked))
    assert counts[0] == counts[1]
