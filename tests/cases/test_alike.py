"""When two reports may be about the same matter, and when something comes again."""

from datetime import UTC, datetime, timedelta

import pytest

from weiwang.cases.alike import (
    Matter,
    again,
    box_around,
    compared,
    is_alike,
    metres_between,
    overlap,
    shared_words,
    without_place,
)

AT = datetime(2026, 11, 16, 2, tzinfo=UTC)
LAMP = "小区东门口的路灯不亮，晚上很黑。"


def matter(
    text: str = LAMP, category: str = "D02", east: float = 0.0, days: float = 0, unit: int = 1
) -> Matter:
    """`east` is in metres."""
    return Matter(text, category, unit, 104 + east / 95_718, 30.7, AT - timedelta(days=days))


def alike(one: Matter, other: Matter) -> bool:
    found = compared(one, other)
    return found is not None and is_alike(found)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (matter("东门路灯坏了，很黑"), True),
        (matter("东门路灯坏了，很黑", east=120), True),
        (matter("东门路灯坏了，很黑", east=170), False),
        (matter("东门路灯坏了，很黑", days=70), False),
        (matter("三栋楼下垃圾没人清", category="A01"), False),
        (matter("小区东门口的路灯不亮了", category="Z99", east=100), True),
        (matter("路灯太亮影响睡觉，请调低一点好吗", east=140), False),
        (matter("夜里看不见台阶", east=25, days=3), True),  # of one kind, close by, this week
        (matter("夜里看不见台阶", east=25, days=20), False),
    ],
)
def test_place_kind_words_and_time_decide_together(other: Matter, *, is_same: bool) -> None:
    assert alike(matter(), other) == is_same


def test_a_house_in_common_is_a_matter_of_place_and_not_of_words() -> None:
    """What the desk showed wrongly: one address and two matters, one phrase and two addresses."""
    door, wire = "石磨村2组48号门前的草地上全是狗屎", "石磨村2组48号门前电线裸露，已围挡并报电力"
    assert not alike(matter(door, "I03"), matter(wire, "E05", east=26))
    car = "旁边两辆越野车违停，已电话通知挪车"
    assert not alike(matter(f"青禾小区5栋{car}", "B03"), matter(f"松溪街4号{car}", "B03", east=116))
    assert alike(matter(f"青禾小区5栋{car}", "B03"), matter(f"青禾小区5栋门口{car}", "B03", east=60))
    assert alike(
        matter("和顺小区报修没动静", "F03"), matter("我们联名反映和顺小区报修没动静", "F03", east=120)
    )


def test_what_is_said_of_the_place_is_left_out_of_the_words() -> None:
    assert without_place("桂川街16号旁边路灯坏了").strip() == "路灯坏了"
    assert without_place("溪山小区3栋2单元门口，灯不亮").strip() == "，灯不亮"
    assert without_place("路灯坏了三天") == "路灯坏了三天"


def test_without_a_point_only_the_same_unit_is_near() -> None:
    here = Matter(LAMP, "D02", 1, None, None, AT)
    assert alike(here, matter("东门口路灯不亮"))
    assert not alike(here, matter("东门口路灯不亮", unit=2))


def test_overlap_is_one_for_the_same_words_and_nothing_for_others() -> None:
    assert overlap(LAMP, LAMP) == pytest.approx(1)
    assert overlap(LAMP, "垃圾桶满了") == 0
    assert overlap("", LAMP) == 0


def test_shared_words_stand_in_both_texts() -> None:
    found = shared_words(LAMP, "东门口路灯不亮，王阿姨摔倒了，电话13800000001")
    assert found == ("路灯不亮", "东门口")
    assert all(word in LAMP for word in found)


def test_metres_and_the_box_agree() -> None:
    metres = metres_between(matter(), matter(east=100))
    assert metres == pytest.approx(100, abs=0.5)
    west, south, east, north = box_around(104, 30.7, 150)
    assert (east - west) * 95_718 == pytest.approx(300, abs=1)
    assert (north - south) * 111_320 == pytest.approx(300, abs=1)


def test_what_comes_again_at_one_spot_within_thirty_days_is_one_group() -> None:
    cases = [
        matter(days=0), matter(days=20, east=40), matter(days=45, east=30), matter(days=1, east=500),
        matter(days=2, category="A01"), matter(days=90),
    ]  # fmt: skip
    assert again(cases) == [[2, 1, 0]]
