"""A sheet to draw flat pictures on: 960 × 720 pixels, drawn at twice the size and made smooth."""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from weiwang.demo.dice import Dice

WIDTH, HEIGHT = 960, 720
_TWICE = 2
_QUALITY = 80
_GRAIN = 2.4  # strength of the photographic grain, of 255

Colour = str
Xy = tuple[float, float]


class Sheet:
    """One picture in the making. `dice` gives small differences, the same each time."""

    def __init__(self, name: str) -> None:
        self.dice = Dice(f"picture/{name}")
        self._image = Image.new("RGB", (WIDTH * _TWICE, HEIGHT * _TWICE), "#dfe7ea")
        self._draw = ImageDraw.Draw(self._image)

    def box(self, x: float, y: float, width: float, height: float, fill: Colour, round_by: float = 0) -> None:
        corners = self._scaled([(x, y), (x + width, y + height)])
        self._draw.rounded_rectangle(corners, radius=round_by * _TWICE, fill=fill)

    def shape(self, points: Sequence[Xy], fill: Colour) -> None:
        self._draw.polygon(self._scaled(points), fill=fill)

    def disc(self, x: float, y: float, across: float, fill: Colour, tall: float | None = None) -> None:
        """An ellipse around a point, `across` wide and `tall` (else round) high."""
        half, high = across / 2, (across if tall is None else tall) / 2
        self._draw.ellipse(self._scaled([(x - half, y - high), (x + half, y + high)]), fill=fill)

    def ring(self, x: float, y: float, across: float, stroke: float, fill: Colour) -> None:
        half = across / 2
        corners = self._scaled([(x - half, y - half), (x + half, y + half)])
        self._draw.ellipse(corners, outline=fill, width=round(stroke * _TWICE))

    def line(self, points: Sequence[Xy], stroke: float, fill: Colour) -> None:
        width = round(stroke * _TWICE)
        self._draw.line(self._scaled(points), fill=fill, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, stroke * 0.96, fill)

    def fade(self, y: float, height: float, top: Colour, bottom: Colour) -> None:
        """A band over the whole width, from one colour to another."""
        first, last = _rgb(top), _rgb(bottom)
        steps = round(height * _TWICE)
        for step in range(steps):
            share = step / max(1, steps - 1)
            mixed = tuple(round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
            self._draw.line([(0, y * _TWICE + step), (WIDTH * _TWICE, y * _TWICE + step)], fill=mixed)

    def glow(self, points: Sequence[Xy], fill: Colour, strength: int) -> None:
        """A see-through shape: light, shadow or smoke; `strength` 0 to 255."""
        mask = Image.new("L", self._image.size, 0)
        ImageDraw.Draw(mask).polygon(self._scaled(points), fill=strength)
        self._image.paste(_rgb(fill), (0, 0), mask)

    def haze(self, x: float, y: float, across: float, fill: Colour, strength: int) -> None:
        """A see-through disc: smoke, a stain, the air around a lamp."""
        size = round(across * _TWICE)
        mask = Image.new("L", (size, size), 0)
        ImageDraw.Draw(mask).ellipse((0, 0, size - 1, size - 1), fill=strength)
        corner = round(x * _TWICE - size / 2), round(y * _TWICE - size / 2)
        self._image.paste(_rgb(fill), corner, mask)

    def jpeg(self) -> bytes:
        """The finished picture with its mark, 960 × 720."""
        small = np.asarray(self._image.reduce(_TWICE), dtype=np.int16)
        pixels = np.clip(small + _grain(), 0, 255).astype(np.uint8)
        marked = Image.fromarray(pixels)
        _mark(marked)
        out = BytesIO()
        marked.save(out, "JPEG", quality=_QUALITY)
        return out.getvalue()

    def _scaled(self, points: Sequence[Xy]) -> list[Xy]:
        return [(x * _TWICE, y * _TWICE) for x, y in points]


@cache
def _grain() -> NDArray[np.int16]:
    noise = np.random.default_rng(7).normal(0, _GRAIN, (HEIGHT, WIDTH, 1))
    return np.round(noise).astype(np.int16)


def _rgb(colour: Colour) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


# 演示 as strokes on a raster of 16 by 16: the mark looks the same where no Chinese font is installed.
_YAN = (
    ((2, 2), (3.4, 3.6)), ((1, 6), (2.4, 7.4)), ((1, 14), (3.6, 9.6)), ((10, 0.6), (10.6, 1.8)),
    ((5.2, 4.2), (5.2, 2.6), (15.4, 2.6), (15.4, 4.2)), ((7, 5), (13.8, 5)), ((10.3, 5), (10.3, 11.4)),
    ((6.4, 7), (14.4, 7), (14.4, 11.4), (6.4, 11.4), (6.4, 7)), ((6.4, 9.2), (14.4, 9.2)),
    ((8.6, 12.4), (5.2, 15)), ((12, 12.4), (15.4, 15)),
)  # fmt: skip
_SHI = (
    ((3, 3), (13, 3)), ((1, 7), (15, 7)), ((8, 7), (8, 14.4), (6, 13.4)), ((4.8, 9.4), (2, 13)),
    ((11.2, 9.4), (14.4, 13)),
)  # fmt: skip


def _mark(image: Image.Image) -> None:
    """Write 演示 demo into the lower right corner."""
    draw = ImageDraw.Draw(image, "RGBA")
    draw.rounded_rectangle((782, 664, 944, 706), radius=10, fill=(255, 255, 255, 190))
    for number, strokes in enumerate((_YAN, _SHI)):
        left, top, unit = 794 + number * 32, 672, 1.62
        for stroke in strokes:
            draw.line([(left + x * unit, top + y * unit) for x, y in stroke], fill=(60, 66, 80), width=2)
    draw.text((866, 669), "demo", fill=(60, 66, 80), font_size=26)
