from tests.planning.places import House, place, row_of

from weiwang.planning.engine import plan
from weiwang.planning.exceptions import Code, GroupException
from weiwang.planning.instance import Instance


def only(instance: Instance, level: str) -> GroupException:
    (found,) = (e for e in plan(instance).exceptions if e.level == level)
    return found


def street(*more: House, links: tuple[tuple[str, str, str], ...] = ()) -> Instance:
    houses = [House(f"H{i}", i * 10.0, 25) for i in range(16)]
    return place([*houses, *more], [*((f"H{i}", f"H{i + 1}", "open") for i in range(15)), *links])


def test_a_lone_hamlet_is_isolated_with_its_number_and_its_distance() -> None:
    found = only(street(House("far", 5000.0, 12)), "micro")
    assert (found.code, found.households) == (Code.ISOLATED, 12)
    assert found.near is not None
    assert (found.near.building, found.near.metres) == ("H15", 4850.0)
    assert found.sentence("en") == (
        f"Micro-grid {found.group} has 12 households, 18 fewer than the 30 required: the nearest building, "
        "H15, is 4850 m away with no way on foot. Cheapest remedy: a footpath of about 4850 m."
    )
    assert found.sentence("zh") == (
        f"微网格{found.group}只有12户，比规定的30户少18户：最近的邻楼H15在4850米外，中间没有步行通道。"
        "最省的办法：修通约4850米步道。"
    )


def test_the_river_in_between_is_named_and_a_nearer_community_proposed() -> None:
    instance = street(House("far", 1000.0, 12), House("other", 1100.0, 400, community="C2"))
    instance.barriers.append(("RIV", "river", "LINESTRING(600 -100, 600 100)"))
    found = next(e for e in plan(instance).exceptions if e.level == "micro" and e.households == 12)
    assert found.sentence("zh").endswith(
        "中间隔着河道RIV。最省的办法：划入C2（相距100米），或在此建一座步行桥。"
    )
    assert "beyond the river RIV" in found.sentence("en")
    assert "let community C2, 100 m away, take it in, or a footbridge there" in found.sentence("en")


def test_a_pocket_behind_a_full_building_is_a_pocket() -> None:
    big = House("big", 200.0, 95)
    behind = House("behind", 210.0, 12)
    found = only(street(big, behind, links=(("H15", "big", "open"), ("big", "behind", "open"))), "micro")
    assert (found.code, found.households, found.blocked_by) == (Code.POCKET, 12, 95)
    assert "合在一起是107户，超过100户" in found.sentence("zh")
    assert "together 107, over 100" in found.sentence("en")


def test_a_part_too_small_for_a_grid_is_attached_from_afar() -> None:
    found = only(street(House("far", 1000.0, 40)), "grid")
    assert (found.code, found.pocket, found.households) == (Code.ATTACHED, 40, 440)
    assert "其中40户与其余部分不能步行相连" in found.sentence("zh")
    assert "40 of them cut off from the rest" in found.sentence("en")


def test_a_total_that_cannot_be_cut_is_a_gap() -> None:
    found = only(row_of([25] * 22), "grid")
    assert (found.code, found.households, found.pocket) == (Code.GAP, 550, 550)
    assert "分成1个多50户，分成2个少50户" in found.sentence("zh")
    assert "50 too many for 1, 50 too few for 2" in found.sentence("en")
