"""The two layouts: where the communities lie on the board, and the great lines that part them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from weiwang.demo.blocks import Block, Border, Side
from weiwang.demo.ground import Ground
from weiwang.demo.specs import Scale

Points = tuple[tuple[float, float], ...]
Style = Literal["tower", "walk_up", "courtyard"]


@dataclass(frozen=True, slots=True)
class Dedicated:
    """A dedicated grid; `weight` is its ground, counted in micro-grids of the same community."""

    kind: str
    name: str
    weight: float


@dataclass(frozen=True, slots=True)
class CommunityPlan:
    """A community or village: its ground, and how many micro-grids each of its grids has."""

    name: str
    kind: str  # community | village
    block: Block
    grids: tuple[int, ...]
    usual_households: float
    styles: tuple[Style, ...] = ()
    dedicated: tuple[Dedicated, ...] = ()


@dataclass(frozen=True, slots=True)
class GreatLine:
    """A river, railway, main road or bridge on the board."""

    kind: str
    name: str
    points: Points


@dataclass(frozen=True, slots=True)
class Layout:
    ground: Ground
    communities: tuple[CommunityPlan, ...]
    lines: tuple[GreatLine, ...]
    river_half_width: float


OPEN = Border(Side.OPEN)
RIVER = Border(Side.RIVER, "听溪河")
RAIL = Border(Side.RAIL)
NORTH_RING = Border(Side.MAIN, "北环路")
AVENUE = Border(Side.MAIN, "望禾大道")
WEST_AVENUE = Border(Side.MAIN, "梧桐大道")
EAST_AVENUE = Border(Side.MAIN, "砚池大道")

OLD: tuple[Style, ...] = ("walk_up", "walk_up", "courtyard", "tower")
MIXED: tuple[Style, ...] = ("walk_up", "tower")
NEW: tuple[Style, ...] = ("tower", "tower", "walk_up")


def _town(
    name: str, block: Block, grids: tuple[int, ...], styles: tuple[Style, ...], *dedicated: Dedicated
) -> CommunityPlan:
    return CommunityPlan(name, "community", block, grids, 92.0, styles, dedicated)


def _village(name: str, block: Block, grids: tuple[int, ...]) -> CommunityPlan:
    return CommunityPlan(name, "village", block, grids, 68.0)


_STREET_TOWN = (
    _town(
        "望棠社区",
        Block(0, 1750, 1250, 2500, OPEN, AVENUE, WEST_AVENUE, NORTH_RING),
        (9, 10, 9, 10, 9, 10, 9),
        OLD,
    ),
    _town(
        "云杉社区",
        Block(1250, 1750, 2450, 2500, WEST_AVENUE, AVENUE, EAST_AVENUE, NORTH_RING),
        (10, 9, 10, 9, 9, 10, 9),
        OLD,
        Dedicated("market", "禾新农贸市场", 3.2),
    ),
    _town(
        "禾新社区",
        Block(2450, 1750, 3700, 2500, EAST_AVENUE, AVENUE, RAIL, NORTH_RING),
        (9, 9, 9, 10, 9, 9, 9),
        MIXED,
        Dedicated("office_park", "禾新产业园", 4.5),
    ),
    _town(
        "听溪社区",
        Block(0, 1000, 1250, 1750, OPEN, RIVER, WEST_AVENUE, AVENUE),
        (10, 9, 10, 9, 9, 10, 9),
        MIXED,
    ),
    _town(
        "砚池社区",
        Block(1250, 1000, 2450, 1750, WEST_AVENUE, RIVER, EAST_AVENUE, AVENUE),
        (9, 9, 10, 9, 9, 9, 9),
        OLD,
        Dedicated("school", "栖禾中学", 4.0),
    ),
    _town(
        "朝霁社区",
        Block(2450, 1000, 3700, 1750, EAST_AVENUE, RIVER, RAIL, AVENUE),
        (9, 9, 9, 10, 9, 9, 9),
        NEW,
        Dedicated("school", "栖禾第二小学", 3.0),
    ),
    _town(
        "南浦社区",
        Block(2450, -200, 3700, 1000, EAST_AVENUE, OPEN, RAIL, RIVER),
        (9, 9, 9, 9, 10, 9, 9),
        NEW,
        Dedicated("office_park", "南浦科创园", 5.0),
    ),
)
_STREET_VILLAGES = (
    _village(
        "双槐村",
        Block(200, 2500, 2450, 3500, OPEN, NORTH_RING, EAST_AVENUE, OPEN),
        (8, 9, 8, 8, 9, 8, 8),
    ),
    _village(
        "柳堰村",
        Block(250, 0, 2450, 1000, OPEN, OPEN, EAST_AVENUE, RIVER),
        (8, 8, 8, 9, 8, 8, 8),
    ),
    _village(
        "石磨村",
        Block(3700, 1000, 4650, 2450, RAIL, RIVER, OPEN, OPEN),
        (8, 8, 9, 8, 8),
    ),
)
# 10 communities and villages, 68 grids, 610 micro-grids, 5 dedicated grids.
_STREET = Layout(
    ground=Ground(river_v=1000, swing=135, middle=(2250, 1650)),
    river_half_width=33,
    communities=_STREET_TOWN + _STREET_VILLAGES,
    lines=(
        GreatLine("river", "听溪河", ((-700, 1000), (5300, 1000))),
        GreatLine("main_road", "北环路", ((-500, 2500), (4300, 2500))),
        GreatLine("main_road", "望禾大道", ((-500, 1750), (5100, 1750))),
        GreatLine("main_road", "梧桐大道", ((1250, -450), (1250, 3950))),
        GreatLine("main_road", "砚池大道", ((2450, -650), (2450, 3950))),
        GreatLine("railway", "禾川铁路", ((3700, -700), (3700, 3950))),
        GreatLine("main_road", "梧桐大桥", ((1250, 940), (1250, 1060))),
        GreatLine("main_road", "砚池大桥", ((2450, 940), (2450, 1060))),
        GreatLine("road", "听溪桥", ((610, 820), (610, 1120))),
        GreatLine("road", "南浦桥", ((3080, 860), (3080, 1140))),
        GreatLine("road", "石磨桥", ((4180, 780), (4180, 1120))),
    ),
)

_TINY_ROAD = Border(Side.MAIN, "小满路")
_TINY = Layout(
    ground=Ground(river_v=0, swing=60, middle=(480, 190)),
    river_half_width=18,
    communities=(
        CommunityPlan(
            "小满社区",
            "community",
            Block(0, 0, 440, 420, OPEN, RIVER, _TINY_ROAD, OPEN),
            (3, 3),
            86.0,
            ("walk_up", "tower"),
            (Dedicated("school", "小满小学", 2.6),),
        ),
        CommunityPlan(
            "白露村", "village", Block(440, 0, 1040, 400, _TINY_ROAD, RIVER, OPEN, OPEN), (3, 3), 66.0
        ),
    ),
    lines=(
        GreatLine("river", "听溪河", ((-250, 0), (1300, 0))),
        GreatLine("main_road", "小满路", ((440, -200), (440, 600))),
        GreatLine("main_road", "小满桥", ((440, -40), (440, 40))),
    ),
)

LAYOUTS: Mapping[Scale, Layout] = {"tiny": _TINY, "street": _STREET}
