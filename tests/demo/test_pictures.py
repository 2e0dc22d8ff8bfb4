from io import BytesIO

import pytest
from PIL import Image

from weiwang.demo.drawing import Sheet
from weiwang.demo.pictures import PICTURES, draw


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_every_scene_can_be_drawn(name: str) -> None:
    PICTURES[name](Sheet(name))


def test_a_picture_is_a_jpeg_of_fitting_size_without_metadata() -> None:
    data = draw("manhole")
    with Image.open(BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (960, 720))
        assert not picture.getexif()
    assert 20_000 < len(data) < 120_000


def test_the_same_name_gives_the_same_picture_and_others_differ() -> None:
    assert draw("papers") == draw("papers")
    assert draw("papers") != draw("table")


def test_the_mark_stands_in_the_corner() -> None:
    with Image.open(BytesIO(draw("lamp-out"))) as picture:
        corner = picture.crop((790, 670, 940, 700)).convert("L")
        light, dark = (sum(corner.histogram()[part]) for part in (slice(180, 256), slice(0, 110)))
    assert light > 1500
    assert dark > 300
