"""Groups that the map forces out of the rules: which, why, by how much, and the cheapest remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from weiwang.planning.limits import Language, Level, SizeRange


class Code(StrEnum):
    """Why a group could not keep the rules."""

    ISOLATED = "ISOLATED"
    POCKET = "POCKET"
    ATTACHED = "ATTACHED"
    GAP = "GAP"


BARRIERS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "river": ("河道", "the river", "在此建一座步行桥", "a footbridge there"),
    "railway": ("铁路", "the railway", "在此设一处人行通道", "a pedestrian crossing there"),
    "main_road": ("主干道", "the main road", "在此设一处过街设施", "a pedestrian crossing there"),
    "wall": ("围墙", "a compound wall", "在此开一道门", "a gate there"),
}
NAMES: Final[Mapping[Level, tuple[str, str]]] = {"micro": ("微网格", "micro-grid"), "grid": ("网格", "grid")}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The nearest building a pocket could join: its id and community, metres to it, the barrier between."""

    building: str
    community: str
    metres: float
    barrier: str = ""
    barrier_id: str = ""


@dataclass(frozen=True, slots=True)
class GroupException:
    """One group out of range or in several parts.

    `households`: of the group. `pocket`: of the part that is cut off (ATTACHED), or of all that hangs
    together on foot there (GAP, ISOLATED). `blocked_by`: households of the smallest building next to a
    POCKET. `near`: the nearest building of the same community, `abroad`: of another one.
    """

    level: Level
    group: str
    code: Code
    households: int
    sizes: SizeRange
    pocket: int = 0
    blocked_by: int = 0
    near: Neighbour | None = None
    abroad: Neighbour | None = None

    def sentence(self, language: Language) -> str:
        """Say it to a community secretary: the number, the barrier, the cheapest remedy."""
        write = _CHINESE if language == "zh" else _ENGLISH
        return write[self.code](self)


def _zh_where(near: Neighbour | None) -> str:
    if near is None:
        return "本社区内没有步行可达的邻楼"
    head = f"最近的邻楼{near.building}在{near.metres:.0f}米外"
    if near.barrier:
        return f"{head}，中间隔着{BARRIERS[near.barrier][0]}{near.barrier_id}"
    return f"{head}，中间没有步行通道"


def _en_where(near: Neighbour | None) -> str:
    if near is None:
        return "nothing else in the community can be reached on foot"
    if near.barrier:
        what = f"{BARRIERS[near.barrier][1]} {near.barrier_id}".strip()
        return f"the nearest building, {near.building}, is {near.metres:.0f} m away beyond {what}"
    return f"the nearest building, {near.building}, is {near.metres:.0f} m away with no way on foot"


def _zh_remedy(e: GroupException) -> str:
    ways = []
    if e.near is not None:
        ways.append(BARRIERS[e.near.barrier][2] if e.near.barrier else f"修通约{e.near.metres:.0f}米步道")
    if e.abroad is not None and (e.near is None or e.abroad.metres < e.near.metres):
        ways.insert(0, f"划入{e.abroad.community}（相距{e.abroad.metres:.0f}米）")
    return f"最省的办法：{'，或'.join(ways)}。" if ways else "建议按现状保留。"


def _en_remedy(e: GroupException) -> str:
    ways = []
    if e.near is not None:
        ways.append(
            BARRIERS[e.near.barrier][3] if e.near.barrier else f"a footpath of about {e.near.metres:.0f} m"
        )
    if e.abroad is not None and (e.near is None or e.abroad.metres < e.near.metres):
        ways.insert(0, f"let community {e.abroad.community}, {e.abroad.metres:.0f} m away, take it in")
    return f"Cheapest remedy: {', or '.join(ways)}." if ways else "Best left as it is."


def _zh_isolated(e: GroupException) -> str:
    name, low = NAMES[e.level][0], e.sizes.low
    head = f"{name}{e.group}只有{e.households}户，比规定的{low}户少{low - e.households}户"
    return f"{head}：{_zh_where(e.near)}。{_zh_remedy(e)}"


def _en_isolated(e: GroupException) -> str:
    name, low = NAMES[e.level][1], e.sizes.low
    return (
        f"{name.capitalize()} {e.group} has {e.households} households, {low - e.households} fewer than "
        f"the {low} required: {_en_where(e.near)}. {_en_remedy(e)}"
    )


def _zh_pocket(e: GroupException) -> str:
    name, sizes = NAMES[e.level][0], e.sizes
    head = f"{name}{e.group}只有{e.households}户，不足{sizes.low}户"
    if not e.blocked_by:
        return f"{head}：往外的每条路都要经过过大的楼栋。{_zh_remedy(e)}"
    both = e.households + e.blocked_by
    return (
        f"{head}：出去必须经过相邻的{e.blocked_by}户楼栋，合在一起是{both}户，超过{sizes.high}户。"
        f"最省的办法：允许这里不足{sizes.low}户，或允许合并为{both}户。"
    )


def _en_pocket(e: GroupException) -> str:
    name, sizes = NAMES[e.level][1], e.sizes
    head = f"{name.capitalize()} {e.group} has {e.households} households, under {sizes.low}"
    if not e.blocked_by:
        return f"{head}: every way out leads through something too big. {_en_remedy(e)}"
    both = e.households + e.blocked_by
    return (
        f"{head}: the way out leads through a neighbour of {e.blocked_by}, together {both}, over "
        f"{sizes.high}. Cheapest remedy: accept fewer than {sizes.low} here, or accept {both}."
    )


def _zh_attached(e: GroupException) -> str:
    name = NAMES[e.level][0]
    if not e.pocket:
        head = f"{name}{e.group}共{e.households}户，其中有无人居住、不能步行到达的楼栋"
        return f"{head}：{_zh_where(e.near)}，就近并入。"
    return (
        f"{name}{e.group}共{e.households}户，其中{e.pocket}户与其余部分不能步行相连：{_zh_where(e.near)}；"
        f"这{e.pocket}户单独不足{e.sizes.low}户，只能就近并入。{_zh_remedy(e)}"
    )


def _en_attached(e: GroupException) -> str:
    name = NAMES[e.level][1]
    if not e.pocket:
        head = f"{name.capitalize()} {e.group} has {e.households} households"
        return f"{head} and takes in an uninhabited building cut off from the rest: {_en_where(e.near)}."
    return (
        f"{name.capitalize()} {e.group} has {e.households} households, {e.pocket} of them cut off from the "
        f"rest: {_en_where(e.near)}. Alone they are fewer than {e.sizes.low}, so they were joined from afar. "
        f"{_en_remedy(e)}"
    )


def _fewest(e: GroupException) -> tuple[int, int, int]:
    """Groups that are one too few, households over with them, households missing with one more."""
    few = max(1, e.pocket // e.sizes.low)
    return few, e.pocket - few * e.sizes.high, (few + 1) * e.sizes.low - e.pocket


def _zh_gap(e: GroupException) -> str:
    name, sizes = NAMES[e.level][0], e.sizes
    few, over, short = _fewest(e)
    if over <= 0:
        head = f"{name}{e.group}有{e.households}户，不在{sizes.low}至{sizes.high}户之间"
        return f"{head}，且无法再分。建议补全各层户数后重排。"
    return (
        f"{name}{e.group}有{e.households}户：这一片共{e.pocket}户步行相连，"
        f"分成{few}个多{over}户，分成{few + 1}个少{short}户，不能都在{sizes.low}至{sizes.high}户之间。"
        f"最省的办法：允许一个{name}超出{over}户，或从邻近社区划入{short}户。"
    )


def _en_gap(e: GroupException) -> str:
    name, sizes = NAMES[e.level][1], e.sizes
    few, over, short = _fewest(e)
    if over <= 0:
        return (
            f"{name.capitalize()} {e.group} has {e.households} households, outside {sizes.low} to "
            f"{sizes.high}, and cannot be cut further. Fill in the households of each floor and plan again."
        )
    return (
        f"{name.capitalize()} {e.group} has {e.households} households: {e.pocket} hang together here, {over} "
        f"too many for {few}, {short} too few for {few + 1} of {sizes.low} to {sizes.high}. Cheapest remedy: "
        f"allow {over} more in one {name}, or take in {short} households from a neighbouring community."
    )


_CHINESE: Final = {
    Code.ISOLATED: _zh_isolated,
    Code.POCKET: _zh_pocket,
    Code.ATTACHED: _zh_attached,
    Code.GAP: _zh_gap,
}
_ENGLISH: Final = {
    Code.ISOLATED: _en_isolated,
    Code.POCKET: _en_pocket,
    Code.ATTACHED: _en_attached,
    Code.GAP: _en_gap,
}
