"""The area map of a board as SVG: boundary, what is inside, the neighbours, roads, water, buildings.

Drawn in metres with north up. Colours are attributes, so that it prints by itself; every shape also has a
class, so that a page can colour it anew in the dark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from math import atan2, degrees, log10

import shapely
from shapely.geometry.base import BaseGeometry

from weiwang.kernel.geo import LocalMetres

WIDTH = 1000.0  # of the picture, in its own units
MARGIN = 0.10  # of the unit's size, on every side
TINTS = ("#dbe7f3", "#e9efe0", "#f5ead8", "#e6e3f1", "#dceeea", "#f3e3e3")
ROADS = {"main_road": (15.0, "#ffffff"), "road": (9.5, "#ffffff"), "lane": (5.0, "#ffffff")}
FAMILY = "Weiwang Sans, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True, slots=True)
class Feature:
    """A thing of the base map, in degrees."""

    kind: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Area:
    """A unit to draw, in degrees, and the word on it."""

    name: str
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Scene:
    """What one map shows. `parts` are coloured and named; `neighbours` are outlined and named in grey."""

    unit: Area
    parts: Sequence[Area] = ()
    neighbours: Sequence[Area] = ()
    features: Sequence[Feature] = ()
    buildings: Sequence[BaseGeometry] = ()


def frame(shape: BaseGeometry, *, ratio: float) -> tuple[float, float, float, float]:
    """The frame around a unit in degrees: west, south, east, north; `ratio` is width by height."""
    metres = LocalMetres.around(shape)
    half_width, half_height = _half(metres.to_metres(shape), ratio)
    box = metres.to_degrees(shapely.box(-half_width, -half_height, half_width, half_height))
    west, south, east, north = box.bounds
    return west, south, east, north


def _half(shape: BaseGeometry, ratio: float) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    width, height = max(east - west, 20.0), max(north - south, 20.0)
    width, height = width * (1 + 2 * MARGIN), height * (1 + 2 * MARGIN)
    width, height = max(width, height * ratio), max(height, width / ratio)
    return width / 2, height / 2


@dataclass
class Picture:
    """The drawing in progress: metres become picture units, north goes up."""

    metres: LocalMetres
    box: BaseGeometry
    scale: float
    height: float
    lines: list[str] = field(default_factory=list)
    taken: list[BaseGeometry] = field(default_factory=list)  # where words stand already

    def place(self, shape: BaseGeometry) -> BaseGeometry:
        """A shape in degrees as picture units, cut to the frame."""
        shape = shapely.intersection(shapely.make_valid(self.metres.to_metres(shape)), self.box)
        return shapely.transform(shape, lambda c: (c * (1, -1)) * self.scale + (WIDTH / 2, self.height / 2))

    def draw(self, shape: BaseGeometry, attributes: str) -> None:
        path = _path(shape)
        if path:
            self.lines.append(f'<path d="{path}" {attributes}/>')

    def say(self, words: str, x: float, y: float, *, size: float, kind: str, turn: float = 0) -> bool:
        """Write words with a halo, inside the frame and clear of others; False when there is no room."""
        half = size * 0.54 * max(_wide(words), 1)
        room = shapely.box(x - half, y - size * 0.7, x + half, y + size * 0.6)
        room = shapely.affinity.rotate(room, turn, origin=(x, y))
        west, north, east, south = room.bounds
        outside = west < 8 or north < 8 or east > WIDTH - 8 or south > self.height - 8
        if outside or any(room.intersects(other) for other in self.taken):
            return False
        self.taken.append(room)
        look = {"part": ("700", "#1f3a5f"), "near": ("400", "#6b7480"), "road": ("400", "#5d6672")}[kind]
        turned = f'transform="rotate({turn:.1f} {x:.1f} {y:.1f})"' if turn else ""
        self.lines.append(
            f'<text class="nm-{kind}-word" x="{x:.1f}" y="{y + size * 0.36:.1f}" font-size="{size:.1f}" '
            f'font-weight="{look[0]}" fill="{look[1]}" stroke="#ffffff" stroke-width="{size * 0.22:.1f}" '
            f'stroke-linejoin="round" paint-order="stroke" text-anchor="middle" {turned}>'
            f"{escape(words)}</text>"
        )
        return True


def draw(scene: Scene, *, ratio: float = 1.25, title: str = "", size: float = 30) -> str:
    """The map of a scene as an SVG document 1000 units wide; `size` is that of its words."""
    shape = scene.unit.shape
    metres = LocalMetres.around(shape)
    half_width, half_height = _half(metres.to_metres(shape), ratio)
    picture = Picture(
        metres, shapely.box(-half_width, -half_height, half_width, half_height), WIDTH / 2 / half_width,
        WIDTH / ratio,
    )  # fmt: skip
    _ground(picture, scene)
    _inside(picture, scene)
    foot = picture.height - 24 - size
    picture.taken += [shapely.box(0, foot, 300, picture.height), shapely.box(930, 0, WIDTH, 62 + size)]
    _words(picture, scene, size)
    _rule(picture, half_width * 2, size)
    name = escape(title or scene.unit.name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nm-map" viewBox="0 0 1000 {picture.height:.0f}" '
        f'role="img" aria-label="{name}" font-family="{FAMILY}">' + "".join(picture.lines) + "</svg>"
    )


def _ground(picture: Picture, scene: Scene) -> None:
    """Everything under the boundaries, in drawing order."""
    picture.lines.append(f'<rect class="nm-land" width="1000" height="{picture.height:.0f}" fill="#f1f2ee"/>')
    parts = [(picture.place(area.shape), TINTS[n % len(TINTS)]) for n, area in enumerate(scene.parts)]
    if not parts:
        parts = [(picture.place(scene.unit.shape), TINTS[0])]
    for number, (shape, tint) in enumerate(parts):
        picture.draw(shape, f'class="nm-part nm-part-{number % len(TINTS)}" fill="{tint}"')
    for kinds, look in (
        ({"park"}, 'class="nm-park" fill="#cfe0c2"'),
        ({"water"}, 'class="nm-water" fill="#b9d3e6"'),
        ({"river"}, 'class="nm-river" fill="none" stroke="#b9d3e6" stroke-width="9" stroke-linejoin="round"'),
    ):
        _each(picture, scene.features, kinds, look)
    for building in scene.buildings:
        look = 'class="nm-house" fill="#c3bfb6" stroke="#a9a498" stroke-width="0.8"'
        picture.draw(picture.place(building), look)
    for kind, (width, fill) in ROADS.items():
        for extra, colour, part in ((4.0, "#c9c8c2", "edge"), (0.0, fill, "road")):
            look = f'class="nm-{part}" fill="none" stroke="{colour}" stroke-width="{width + extra}" '
            _each(picture, scene.features, {kind}, look + 'stroke-linecap="round" stroke-linejoin="round"')
    _each(
        picture, scene.features, {"railway"},
        'class="nm-rail" fill="none" stroke="#8b8f96" stroke-width="4" stroke-dasharray="14 8"',
    )  # fmt: skip


def _each(picture: Picture, features: Iterable[Feature], kinds: set[str], look: str) -> None:
    for feature in features:
        if feature.kind in kinds:
            picture.draw(picture.place(feature.shape), look)


def _inside(picture: Picture, scene: Scene) -> None:
    """A veil over what does not belong here, then the boundaries."""
    own = picture.place(scene.unit.shape)
    frame_box = shapely.box(0, 0, WIDTH, picture.height)
    veil = shapely.difference(frame_box, own)
    picture.draw(veil, 'class="nm-veil" fill="#ffffff" fill-opacity="0.55" fill-rule="evenodd"')
    for area in scene.neighbours:
        look = 'class="nm-near" fill="none" stroke="#9aa3ad" stroke-width="2.2" stroke-dasharray="10 7"'
        picture.draw(picture.place(shapely.boundary(area.shape)), look)
    for area in scene.parts:
        look = 'class="nm-inner" fill="none" stroke="#1f4f82" stroke-width="3" stroke-dasharray="2 7" '
        picture.draw(picture.place(shapely.boundary(area.shape)), look + 'stroke-linecap="round"')
    look = 'class="nm-own" fill="none" stroke="#14508c" stroke-width="7" stroke-linejoin="round"'
    picture.draw(own, look)


def _words(picture: Picture, scene: Scene, size: float) -> None:
    for area in scene.parts:
        spot = shapely.point_on_surface(_core(picture.place(area.shape)))
        if not spot.is_empty:
            _name(picture, area.name, spot, size)
    _roads(picture, scene.features, size * 0.72)
    own = picture.place(scene.unit.shape).buffer(size)
    for area in scene.neighbours:
        rest = shapely.difference(picture.place(area.shape), own).buffer(-size * 0.9)
        if not rest.is_empty:
            spot = shapely.point_on_surface(_largest(rest))
            picture.say(area.name, spot.x, spot.y, size=size * 0.8, kind="near")


def _name(picture: Picture, words: str, spot: shapely.Point, size: float) -> None:
    """Every part gets its name: somewhat higher, lower or smaller where another stands in the way."""
    tries = ((share, lift) for share in (1.0, 0.85, 0.7) for lift in (0.0, -1.5, 1.5, -3.0, 3.0))
    for share, lift in tries:
        if picture.say(words, spot.x, spot.y + lift * size, size=size * share, kind="part"):
            return


def _core(shape: BaseGeometry) -> BaseGeometry:
    """The broad middle of a shape, so that a word stands well inside."""
    shape = _largest(shape)
    for inset in (60, 40, 20, 8):
        inner = shape.buffer(-inset)
        if not inner.is_empty:
            return _largest(inner)
    return shape


def _largest(shape: BaseGeometry) -> BaseGeometry:
    pieces = [piece for piece in shapely.get_parts(shape) if piece.geom_type == "Polygon"]
    return max(pieces, key=lambda piece: piece.area) if pieces else shapely.Polygon()


def _roads(picture: Picture, features: Iterable[Feature], size: float) -> None:
    """The name of each road once, along it, where it is long enough."""
    said: set[str] = set()
    for feature in features:
        if not feature.name or feature.name in said or feature.kind not in {*ROADS, "river", "water"}:
            continue
        placed = picture.place(feature.shape)
        line = _longest(placed if feature.kind != "water" else shapely.boundary(placed))
        if line is None or line.length < size * (_wide(feature.name) + 3):
            continue
        for share in (0.5, 0.3, 0.7):
            here = line.interpolate(share, normalized=True)
            ahead = line.interpolate(min(share + 0.03, 1), normalized=True)
            turn = degrees(atan2(ahead.y - here.y, ahead.x - here.x))
            turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
            if picture.say(feature.name, here.x, here.y, size=size, kind="road", turn=turn):
                said.add(feature.name)
                break


def _longest(shape: BaseGeometry) -> BaseGeometry | None:
    lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
    return max(lines, key=lambda line: line.length, default=None)


def _rule(picture: Picture, across: float, size: float) -> None:
    """A scale bar of a round length, and where north is."""
    length = _round(across / 5)
    x, y, long = 24.0, picture.height - 24, length * picture.scale
    words = f"{length} m" if length < 1000 else f"{length // 1000} km"
    ink = 'class="nm-rule" stroke="#333a42" stroke-width="3" fill="none"'
    picture.lines.append(
        f'<path d="M{x:.0f} {y - 10:.0f}v10h{long:.1f}v-10" {ink}/>'
        f'<text class="nm-rule-word" x="{x + long + 12:.1f}" y="{y:.1f}" font-size="{size * 0.72:.1f}" '
        f'fill="#333a42" stroke="#ffffff" stroke-width="4" paint-order="stroke">{words}</text>'
        f'<path class="nm-north" d="M962 22l13 40-13-9-13 9z" fill="#333a42"/>'
        f'<text class="nm-rule-word" x="962" y="{62 + size * 0.72:.1f}" font-size="{size * 0.72:.1f}" '
        f'text-anchor="middle" fill="#333a42" stroke="#ffffff" stroke-width="4" paint-order="stroke">'
        "北</text>"
    )


def _round(metres: float) -> int:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10 ** int(log10(max(metres, 1.0)))
    return int(max(step * power for step in (1, 2, 5) if step * power <= max(metres, 1.0)))


def _wide(words: str) -> float:
    """How many full-width characters words take."""
    return sum(1 if ord(char) > 0x2E7F else 0.56 for char in words)


def _path(shape: BaseGeometry) -> str:
    """The SVG path of any shape; rings are closed, points draw nothing."""
    found = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            found += [_run(ring) + "z" for ring in (part.exterior, *part.interiors) if not ring.is_empty]
        elif part.geom_type == "LineString":
            found.append(_run(part))
        elif hasattr(part, "geoms"):
            found.append(_path(part))
    return "".join(found)


def _run(line: BaseGeometry) -> str:
    points = [f"{x:.1f} {y:.1f}" for x, y, *_ in shapely.get_coordinates(line).tolist()]
    return "M" + "L".join(points)
