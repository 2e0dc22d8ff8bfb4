import hashlib
import io
import os
import resource
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from weiwang.kernel.pictures import Limits, PictureError, clean_picture

RED, GREEN, BLUE, WHITE = (200, 0, 0), (0, 160, 0), (0, 0, 200), (255, 255, 255)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" about="http://ns.adobe.com/xap/1.0/">secret</x:xmpmeta>'
TRACES = [b"Exif\0\0", b"GPS", b"http://ns.adobe.com/xap", b"secret", b"ICC_PROFILE", b"8BIM", b"<script"]


def refused(code: str) -> pytest.RaisesExc[PictureError]:
    return pytest.RaisesExc(PictureError, check=lambda error: error.code == code)


def quarters(width: int = 64, height: int = 48) -> Image.Image:
    """Red on the upper left, green on the upper right, blue on the lower left, white on the lower right."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def corners(jpeg: bytes) -> list[str]:
    image = Image.open(io.BytesIO(jpeg)).convert("RGB")
    places = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
    return [nearest(image.crop(dot(image.width * x, image.height * y)).tobytes()) for x, y in places]


def dot(x: float, y: float) -> tuple[int, int, int, int]:
    return int(x), int(y), int(x) + 1, int(y) + 1


def nearest(seen: bytes) -> str:
    names = {RED: "red", GREEN: "green", BLUE: "blue", WHITE: "white"}
    return names[min(names, key=lambda colour: sum(abs(a - b) for a, b in zip(colour, seen, strict=True)))]


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def full_of_traces(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "secret camera"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[29] = "N", (30.0, 45.0, 1.0), "GPS 2026:11:23"
    return exif


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims to be `width` x `height` bits, with hardly any data behind."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(10**6)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_accepted_format_becomes_a_plain_jpeg(form: str) -> None:
    clean = clean_picture(encoded(quarters(), form))
    assert (clean.width, clean.height) == (64, 48)
    assert Image.open(io.BytesIO(clean.jpeg)).format == "JPEG"
    assert corners(clean.jpeg) == ["red", "green", "blue", "white"]
    assert clean.sha256 == hashlib.sha256(clean.jpeg).hexdigest()


def test_an_open_file_is_read_as_well_as_bytes() -> None:
    data = encoded(quarters(), "JPEG")
    assert clean_picture(io.BytesIO(data)) == clean_picture(data)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_upright_however_the_phone_was_held(form: str, orientation: int) -> None:
    # What a camera stores for an upright scene: the inverse of what a viewer has to do.
    stored = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = quarters() if orientation == 1 else quarters().transpose(stored[orientation])
    clean = clean_picture(encoded(image, form, exif=full_of_traces(orientation)))
    assert (clean.width, clean.height) == (64, 48)
    assert corners(clean.jpeg) == ["red", "green", "blue", "white"]
    assert corners(clean.thumbnail) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_but_the_pixels_is_kept(form: str) -> None:
    profile = b"ICC_PROFILE secret" * 10
    options: dict[str, object] = {
        "JPEG": {"exif": full_of_traces(), "xmp": XMP, "comment": b"secret", "icc_profile": profile},
        "PNG": {"exif": full_of_traces(), "pnginfo": noted(), "icc_profile": profile},
        "WEBP": {"exif": full_of_traces(), "xmp": XMP, "icc_profile": profile},
        "GIF": {"comment": b"secret"},
    }[form]  # type: ignore[assignment]
    data = encoded(quarters(), form, **options) + b"<script>secret</script>GPS"
    clean = clean_picture(data)
    for derivative in (clean.jpeg, clean.thumbnail):
        assert [trace for trace in TRACES if trace in derivative] == []
        opened = Image.open(io.BytesIO(derivative))
        assert dict(opened.getexif()) == {}
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def noted() -> PngImagePlugin.PngInfo:
    notes = PngImagePlugin.PngInfo()
    notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    notes.add_text("Comment", "secret", zip=True)
    return notes


def test_the_thumbnail_and_the_picture_keep_their_limits_and_proportions() -> None:
    clean = clean_picture(encoded(quarters(4000, 3000), "JPEG"))
    assert (clean.width, clean.height) == (2048, 1536)
    assert Image.open(io.BytesIO(clean.thumbnail)).size == (360, 270)
    small = clean_picture(encoded(quarters(1200, 900), "PNG"), Limits(edge=100, thumbnail_edge=10))
    assert (small.width, small.height) == (100, 75)
    assert Image.open(io.BytesIO(small.thumbnail)).size == (10, 8)


def test_a_small_picture_is_not_blown_up() -> None:
    clean = clean_picture(encoded(Image.new("RGB", (1, 1), RED), "PNG"))
    assert (clean.width, clean.height) == (1, 1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_colour_mode_is_understood(mode: str) -> None:
    form = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"
    image = Image.new(mode, (20, 10)) if mode == "I;16" else quarters(20, 10).convert(mode)
    assert clean_picture(encoded(image, form)).width == 20


def test_transparent_parts_become_white() -> None:
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    image.paste((*RED, 255), (0, 0, 20, 20))
    assert corners(clean_picture(encoded(image, "PNG")).jpeg) == ["red", "white", "white", "white"]


def test_only_the_first_frame_of_a_moving_picture_is_taken() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, GREEN, BLUE)]
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:])
        assert corners(clean_picture(data).jpeg) == ["red"] * 4


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE html><img src=x>",
        b"%PDF-1.7\n",
        b"PK\x03\x04",
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        b"\0" * 100,
        "路灯".encode(),
        b"\xff",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with refused("picture.not_a_picture"):
        clean_picture(data)


def test_a_page_or_document_with_a_picture_inside_is_refused() -> None:
    picture = encoded(quarters(), "JPEG")
    for wrapper in (b"<html><!--", b"%PDF-1.4\n", b"GIF", b"\n"):
        with refused("picture.not_a_picture"):
            clean_picture(wrapper + picture)


def test_one_format_in_the_dress_of_another_is_refused() -> None:
    with refused("picture.broken"):
        clean_picture(b"\xff\xd8\xff" + encoded(quarters(), "PNG"))
    with refused("picture.broken"):
        clean_picture(b"GIF89a<script>alert(1)</script>")


def test_a_picture_that_is_also_an_archive_loses_the_archive() -> None:
    clean = clean_picture(encoded(quarters(), "JPEG") + b"PK\x03\x04secret.class")
    assert b"PK\x03\x04" not in clean.jpeg + clean.thumbnail


def test_heic_has_its_own_sentence() -> None:
    with pytest.raises(PictureError, match="HEIC"):
        clean_picture(b"\0\0\0\x18ftypheic" + bytes(100))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_cut_short_is_refused(form: str) -> None:
    data = encoded(Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)), form)
    for part in (0.1, 0.5, 0.9):
        with pytest.raises(PictureError) as caught:
            clean_picture(data[: int(len(data) * part)])
        assert caught.value.code == "picture.broken"


def test_an_empty_file_is_refused() -> None:
    with refused("picture.empty"):
        clean_picture(b"")
    with refused("picture.empty"):
        clean_picture(io.BytesIO())


def test_a_file_of_40_mb_is_refused_without_reading_all_of_it() -> None:
    class Upload(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.taken += len(data)
            return data

    upload = Upload(b"\xff\xd8\xff" + bytes(40 * 1024 * 1024))
    with pytest.raises(PictureError, match="larger than 15 MB"):
        clean_picture(upload)
    assert upload.taken == 15 * 1024 * 1024 + 1


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (7_800, 7_800), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_before_it_goes_off(size: tuple[int, int]) -> None:
    bomb = png_header(*size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PictureError, match="more than 60 million pixels"):
        clean_picture(bomb)
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kb < 20_000


def test_a_moving_picture_whose_frames_burst_its_canvas_is_refused() -> None:
    data = bytearray(encoded(quarters(), "GIF"))
    frame = data.index(b"\x2c\0\0\0\0")
    data[frame + 5 : frame + 9] = struct.pack("<HH", 65_000, 65_000)
    with refused("picture.too_many_pixels"):
        clean_picture(bytes(data))


def test_a_bomb_of_compressed_notes_is_refused() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "A" * 20_000_000, zip=True)
    with refused("picture.broken"):
        clean_picture(encoded(quarters(), "PNG", pnginfo=notes))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_notes_do_not_spoil_a_good_picture() -> None:
    data = encoded(quarters(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff junk")
    assert clean_picture(data).width == 64


def test_the_limits_are_arguments() -> None:
    data = encoded(quarters(), "JPEG")
    with refused("picture.too_many_pixels"):
        clean_picture(data, Limits(max_pixels=3071))
    with refused("picture.too_large"):
        clean_picture(data, Limits(max_bytes=len(data) - 1))
    assert clean_picture(data, Limits(max_pixels=3072, max_bytes=len(data))).width == 64
