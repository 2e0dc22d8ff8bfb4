"""Pictures from outside, made safe: decoded, turned upright, made smaller, encoded again as plain JPEG.

Nothing of the file that came in is kept but its pixels: no EXIF, position, XMP, comments, colour profile,
embedded preview or appended data. Colours are taken as sRGB.

Formats: JPEG, PNG (first image of an animation), WebP and GIF (first frame). HEIC is refused with its own
sentence, because Pillow cannot read it without a further library.
"""

import hashlib
import io
import threading
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from PIL import ExifTags, Image, ImageChops

from weiwang.kernel.faults import CodedError, gettext_noop

# Pillow only warns between one and two times its own limit.
warnings.simplefilter("error", Image.DecompressionBombWarning)

_SIGNATURES: Final[Mapping[bytes, str]] = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
}
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
_TURNS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Decoding 60 million pixels takes up to 360 MB: a process does it for one picture at a time.
_LARGE_PIXELS: Final = 16_000_000
_one_large: Final = threading.Lock()


class PictureError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "picture.empty": gettext_noop("The file is empty. Please choose the picture again."),
        "picture.too_large": gettext_noop(
            "The picture is larger than %(limit)s MB. Please choose a smaller one."
        ),
        "picture.too_many_pixels": gettext_noop(
            "The picture has more than %(limit)s million pixels. Please choose a smaller one."
        ),
        "picture.not_a_picture": gettext_noop(
            "This file is not a picture. JPEG, PNG, WebP and GIF can be sent."
        ),
        "picture.heic": gettext_noop(
            "This picture is in the HEIC format, which cannot be read here. "
            "Set the camera to “most compatible” or send the picture as JPEG."
        ),
        "picture.broken": gettext_noop(
            "The picture is damaged or incomplete. Please take or choose it again."
        ),
    }


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_bytes` and `max_pixels` of what comes in, longest edges in pixels of what goes out."""

    max_bytes: int = 15 * 1024 * 1024
    max_pixels: int = 60_000_000
    edge: int = 2048
    thumbnail_edge: int = 360
    quality: int = 85


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """`jpeg` is `width` x `height` pixels; `sha256` is the hexadecimal digest of `jpeg`."""

    jpeg: bytes
    width: int
    height: int
    thumbnail: bytes
    sha256: str


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


LIMITS: Final = Limits()


def clean_picture(source: bytes | Readable, limits: Limits = LIMITS) -> CleanPicture:
    """Return the picture and its thumbnail as clean JPEG.

    An open file is read to `limits.max_bytes` at most. Size and format are judged from the first bytes,
    before any pixel is decoded. Raises `PictureError` for whatever is no sound picture within the limits.
    """
    data = _bytes_of(source, limits)
    try:
        return _cleaned(data, _format_of(data), limits)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(limits) from error
    except Exception as error:  # decoders fed with hostile bytes raise whatever comes
        raise PictureError("picture.broken") from error


def _bytes_of(source: bytes | Readable, limits: Limits) -> bytes:
    data = source if isinstance(source, bytes) else source.read(limits.max_bytes + 1)
    if not data:
        raise PictureError("picture.empty")
    if len(data) > limits.max_bytes:
        raise PictureError("picture.too_large", limit=limits.max_bytes // 1024 // 1024)
    return data


def _format_of(data: bytes) -> str:
    for signature, name in _SIGNATURES.items():
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        raise PictureError("picture.heic")
    raise PictureError("picture.not_a_picture")


def _cleaned(data: bytes, name: str, limits: Limits) -> CleanPicture:
    with Image.open(io.BytesIO(data), formats=[name]) as image:
        pixels = image.width * image.height
        if pixels > limits.max_pixels:
            raise _too_many_pixels(limits)
        with _turn(pixels):
            upright = _upright(image, limits)
    jpeg = _encoded(upright, limits)
    width, height = upright.size
    upright.thumbnail((limits.thumbnail_edge, limits.thumbnail_edge))
    return CleanPicture(jpeg, width, height, _encoded(upright, limits), hashlib.sha256(jpeg).hexdigest())


def _too_many_pixels(limits: Limits) -> PictureError:
    return PictureError("picture.too_many_pixels", limit=limits.max_pixels // 1_000_000)


def _turn(pixels: int) -> AbstractContextManager[object]:
    return _one_large if pixels > _LARGE_PIXELS else nullcontext()


def _upright(image: Image.Image, limits: Limits) -> Image.Image:
    """Return the pixels alone, within the edge, as a person would hold the picture."""
    image.draft(
        "RGB", (limits.edge, limits.edge)
    )  # a JPEG is decoded at half or a quarter where that is enough
    image.load()
    turn = _TURNS.get(_orientation(image))
    small = _small(image, (limits.edge, limits.edge))
    # A new canvas, so that nothing that hung on the old picture is encoded again.
    canvas = Image.new("RGB", small.size)
    canvas.paste(small)
    return canvas if turn is None else canvas.transpose(turn)


def _small(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture within `size`, in RGB, white where it is transparent."""
    if image.has_transparency_data:
        image = image if image.mode == "RGBA" else image.convert("RGBA")
        image.paste((255, 255, 255, 255), mask=ImageChops.invert(image.getchannel("A")))
        # Colour by colour: shrinking RGBA as a whole would copy all of it twice.
        return Image.merge("RGB", [_shrunk(image.getchannel(colour), size) for colour in "RGB"])
    plain = image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")
    return _shrunk(plain, size).convert("RGB")


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    image.thumbnail(size, reducing_gap=3.0)
    return image


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - a camera that writes broken EXIF still took a picture
        return 1


def _encoded(image: Image.Image, limits: Limits) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=limits.quality)
    return out.getvalue()
