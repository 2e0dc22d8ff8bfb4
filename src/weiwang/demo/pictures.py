"""Drawn pictures that stand in for photos: one scene a kind, no people, each marked 演示 demo."""

from collections.abc import Callable, Mapping

from weiwang.demo import scenes_home as home
from weiwang.demo import scenes_street as outside
from weiwang.demo.dice import Dice
from weiwang.demo.drawing import Sheet

PICTURES: Mapping[str, Callable[[Sheet], None]] = {
    "lamp-out": outside.lamp_out,
    "lamp-lit": outside.lamp_lit,
    "bins-full": outside.bins_full,
    "bins-clean": outside.bins_clean,
    "rubble": outside.rubble,
    "leaves": outside.leaves,
    "branch": outside.branch,
    "fumes": outside.fumes,
    "flyposting": outside.flyposting,
    "goods-outside": outside.goods_outside,
    "stall": outside.stall,
    "parked": outside.parked,
    "cars-cleared": outside.cars_cleared,
    "bikes": outside.bikes,
    "shed": outside.shed,
    "manhole": outside.manhole,
    "manhole-fixed": outside.manhole_fixed,
    "pothole": outside.pothole,
    "road-mended": outside.road_mended,
    "leak": outside.leak,
    "fire-lane": outside.fire_lane,
    "flood": outside.flood,
    "facade": outside.facade,
    "playground": outside.playground,
    "green-yard": outside.green_yard,
    "dog-lead": outside.dog_lead,
    "clutter": home.clutter,
    "clutter-gone": home.clutter_gone,
    "lift": home.lift,
    "lift-works": home.lift_works,
    "crack": home.crack,
    "cable-charging": home.cable_charging,
    "charging-shed": home.charging_shed,
    "stove": home.stove,
    "wires": home.wires,
    "pests": home.pests,
    "water-stain": home.water_stain,
    "speaker": home.speaker,
    "table": home.table,
    "papers": home.papers,
}

# What is shown with a report of each category, and with its result; categories about people show nothing.
_SHOWN: Mapping[str, tuple[str, str]] = {
    "A01": ("bins-full", "bins-clean"),
    "A02": ("rubble", "green-yard"),
    "A03": ("leaves", "green-yard"),
    "A04": ("branch", "green-yard"),
    "A05": ("fumes", "papers"),
    "A06": ("flyposting", "clutter-gone"),
    "B01": ("goods-outside", "cars-cleared"),
    "B02": ("stall", "cars-cleared"),
    "B03": ("parked", "cars-cleared"),
    "B04": ("bikes", "cars-cleared"),
    "B05": ("clutter", "clutter-gone"),
    "B06": ("speaker", "table"),
    "C01": ("shed", "papers"),
    "C02": ("crack", "papers"),
    "D01": ("manhole", "manhole-fixed"),
    "D02": ("lamp-out", "lamp-lit"),
    "D03": ("pothole", "road-mended"),
    "D04": ("leak", "road-mended"),
    "D05": ("lift", "lift-works"),
    "D06": ("playground", "green-yard"),
    "E01": ("crack", "papers"),
    "E02": ("fire-lane", "cars-cleared"),
    "E03": ("cable-charging", "charging-shed"),
    "E04": ("stove", "papers"),
    "E05": ("wires", "papers"),
    "E06": ("facade", "green-yard"),
    "E07": ("flood", "road-mended"),
    "E08": ("clutter", "clutter-gone"),
    "F01": ("water-stain", "table"),
    "F03": ("lift", "table"),
    "H03": ("parked", "table"),
    "I03": ("dog-lead", "green-yard"),
    "J02": ("pests", "green-yard"),
}
_SHARE_WITH_PICTURE = {"portal": 0.5, "field": 0.82, "desk": 0.0}


def draw(name: str) -> bytes:
    """The picture of this name as a JPEG of 960 × 720, the same bytes each time on one machine."""
    sheet = Sheet(name)
    PICTURES[name](sheet)
    return sheet.jpeg()


def pictures_of(category: str, channel: str, dice: Dice) -> tuple[str, ...]:
    """The pictures somebody sends with a report; often none."""
    shown = _SHOWN.get(category)
    return (shown[0],) if shown and dice.chance(_SHARE_WITH_PICTURE[channel]) else ()


def result_picture(category: str, dice: Dice) -> str | None:
    """The picture shown with a result, if one was taken."""
    shown = _SHOWN.get(category)
    return shown[1] if shown and dice.chance(0.55) else None
