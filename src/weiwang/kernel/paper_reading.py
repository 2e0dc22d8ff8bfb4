"""The inside of `kernel.papers`: run as a program of its own, with little memory and little time.

It reads a PDF from standard input and writes one line of JSON, then the paper as it will be kept. Nothing of
the file that came in is kept but what its pages show: no names, dates, comments, actions, forms or positions
inside photos, and nothing before or behind the PDF. What would be missed if it went (attachments) or would
ask for trust (scripts, passwords) is refused instead.

It imports nothing of the house, so that it starts fast and holds no secret that a flaw could give away.
"""

import json
import resource
import sys
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

if __name__ == "__main__":  # passwords are refused: the library need not load a cryptographic one
    sys.modules["cryptography"] = None  # type: ignore[assignment]

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    StreamObject,
)

MEMORY: Final = 640 * 1024 * 1024  # bytes of address space
SECONDS: Final = 12  # of the processor
PAGES: Final = 300
OBJECTS: Final = 200_000
INFLATED: Final = 400_000_000  # bytes that all streams of a paper together may unfold to
PIXELS: Final = 150_000_000  # of one picture: an A0 sheet at 300 dpi
END_MARK_WITHIN: Final = 2048

SCRIPTED: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound"}
)
ENCLOSING: Final = ("/EF", "/EmbeddedFiles", "/RichMediaContent", "/Collection")
PAGE_KEYS: Final = frozenset(
    {"/Type", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit", "/Annots"}
)
# What says who made a thing, when and with what, or points out of the file.
TOLD: Final = (
    "/Metadata", "/PieceInfo", "/LastModified", "/AF", "/OPI", "/Ref", "/A", "/AA", "/Alternates",
    "/StructParent", "/StructParents", "/Measure", "/PtData", "/GPTS",
)  # fmt: skip
UNSEEN: Final = frozenset({"/Link", "/Popup"})
PACKED: Final = frozenset({"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
PHOTO: Final = frozenset({"/DCTDecode", "/DCT"})
OUTWARD: Final = frozenset({"/F", "/FFilter", "/FDecodeParms"})


class Refusal(Exception):  # noqa: N818 -- an answer, not an error
    """Why a paper is not taken: the second half of a code of `papers.PaperError`."""


def rewritten(data: bytes) -> tuple[int, bytes]:
    """How many pages a PDF has, and the PDF made anew. Raises `Refusal`, or whatever hostile bytes cause."""
    if b"%%EOF" not in data[-END_MARK_WITHIN:]:
        raise Refusal("broken")
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted:
        raise Refusal("locked")
    refuse_what_acts(reader)
    count = len(reader.pages)
    if not count:
        raise Refusal("broken")
    if count > PAGES:
        raise Refusal("too_many_pages")
    pdf = _copied(reader)
    if len(PdfReader(BytesIO(pdf)).pages) != count:
        raise Refusal("broken")
    return count, pdf


# ---------------------------------------------------------------- what is refused


def refuse_what_acts(reader: PdfReader) -> None:
    """Raises `Refusal` for scripts, attachments and streams that unfold to too much."""
    room = INFLATED
    for found in _reachable(reader.trailer):
        if isinstance(found, DictionaryObject):
            _refuse_deeds(found)
        if isinstance(found, StreamObject):
            _refuse_pictures(found)
            room -= _unfolded(found, room)


def _reachable(trailer: DictionaryObject) -> Iterator[Any]:
    """Every object a reader of the file can come to, each once."""
    waiting: list[Any] = [trailer]
    seen: set[tuple[int, int]] = set()
    count = 0
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            key = (found.idnum, found.generation)
            if key in seen:
                continue
            seen.add(key)
            found = found.get_object()
        count += 1
        if count > OBJECTS * 5 or len(seen) > OBJECTS:
            raise Refusal("too_much")
        yield found
        waiting += _inside(found)


def _inside(found: Any) -> list[Any]:  # noqa: ANN401 -- any object of a PDF
    if isinstance(found, DictionaryObject):
        return [dict.__getitem__(found, key) for key in found]
    return list(list.__iter__(found)) if isinstance(found, ArrayObject) else []


def _refuse_deeds(found: DictionaryObject) -> None:
    if found.get("/S") in SCRIPTED or "/JS" in found or "/XFA" in found:
        raise Refusal("acts")
    if any(key in found for key in ENCLOSING) or found.get("/Type") == "/EmbeddedFile":
        raise Refusal("encloses")


def _refuse_pictures(found: StreamObject) -> None:
    width, height = found.get("/Width"), found.get("/Height")
    if isinstance(width, int) and isinstance(height, int) and width * height > PIXELS:
        raise Refusal("too_much")
    if OUTWARD & set(found):  # the data would lie in another file
        raise Refusal("encloses")


def _unfolded(found: StreamObject, room: int) -> int:
    """To how many bytes the stream unfolds. Raises `Refusal` beyond `room`, or for what unfolds twice."""
    filters = _filters(found)
    packed = [name for name in filters if name in PACKED]
    data = found._data  # noqa: SLF001 -- the bytes as they stand in the file
    if len(packed) > 1 or len(filters) > 3:
        raise Refusal("too_much")
    if filters and filters[0] in {"/FlateDecode", "/Fl"}:
        size = _inflated(data, room)
    else:
        size = len(data) * (2000 if packed and "LZW" in packed[0] else 130 if packed else 1)
    if size > room:
        raise Refusal("too_much")
    return size


def _filters(found: StreamObject) -> list[str]:
    given = found.get("/Filter")
    if given is None or isinstance(given, NullObject):
        return []
    return [str(name.get_object()) for name in given] if isinstance(given, ArrayObject) else [str(given)]


def _inflated(data: bytes, room: int) -> int:
    """Counted in pieces, so that a bomb is never held."""
    unpacker, size = zlib.decompressobj(), 0
    rest = data
    try:
        while rest and not unpacker.eof and size <= room:
            size += len(unpacker.decompress(rest, 1 << 20))
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return size  # readers show what there is; so is it counted
    return size


# ---------------------------------------------------------------- what is kept


def _copied(reader: PdfReader) -> bytes:
    writer = PdfWriter()
    for page in reader.pages:
        kept = DictionaryObject({key: dict.__getitem__(page, key) for key in page if key in PAGE_KEYS})
        _keep_what_is_seen(kept)
        writer.add_page(_page_of(page, kept))
    layers = reader.root_object.get("/OCProperties")
    if layers is not None:  # hidden layers stay hidden
        writer.root_object[NameObject("/OCProperties")] = layers.get_object().clone(writer)
    writer.metadata = None
    writer.pdf_header = "%PDF-1.7"
    for found in writer._objects:  # noqa: SLF001 -- all of what will be written
        if isinstance(found, DictionaryObject):
            _forget(found)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _page_of(page: Any, kept: DictionaryObject) -> Any:  # noqa: ANN401 -- a page of the library
    """The page itself with nothing but what is kept: it knows where it stands in its file."""
    for key in list(page):
        del page[key]
    page.update(kept)
    return page


def _keep_what_is_seen(page: DictionaryObject) -> None:
    """Stamps, seals and filled-in fields become plain pictures on the page; links and comments go."""
    given = page.pop("/Annots", None)
    given = given.get_object() if given is not None else None
    if not isinstance(given, ArrayObject):
        return
    shown = [_as_stamp(one.get_object()) for one in given]
    page[NameObject("/Annots")] = ArrayObject(stamp for stamp in shown if stamp is not None)


def _as_stamp(given: Any) -> DictionaryObject | None:  # noqa: ANN401 -- whatever stands in the file
    if not isinstance(given, DictionaryObject) or given.get("/Subtype") in UNSEEN:
        return None
    look = given.get("/AP")
    look = look.get_object() if look is not None else None
    if not isinstance(look, DictionaryObject) or "/N" not in look or "/Rect" not in given:
        return None
    kept = {key: dict.__getitem__(given, key) for key in ("/Rect", "/AS", "/F", "/OC") if key in given}
    stamp = DictionaryObject({NameObject(key): value for key, value in kept.items()})
    stamp[NameObject("/Type")], stamp[NameObject("/Subtype")] = NameObject("/Annot"), NameObject("/Stamp")
    stamp[NameObject("/AP")] = DictionaryObject({NameObject("/N"): dict.__getitem__(look, "/N")})
    return stamp


def _forget(found: DictionaryObject) -> None:
    for key in TOLD:
        if key in found:
            del found[key]
    if isinstance(found, StreamObject) and PHOTO & set(_filters(found)[:1]):
        found._data = bare_photo(found._data)  # noqa: SLF001


def bare_photo(data: bytes) -> bytes:
    """A JPEG without EXIF, XMP and comments; its colours stay. A broken one stays as it is."""
    if not data.startswith(b"\xff\xd8"):
        return data
    kept, at = [data[:2]], 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] not in {b"\xda", b""}:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        marker = data[at + 1]
        if end <= at + 3 or end > len(data):
            return data
        is_told = marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in {0xE0, 0xE2, 0xEE})
        kept += [] if is_told else [data[at:end]]
        at = end
    return b"".join((*kept, data[at:]))


# ---------------------------------------------------------------- the program


def answer(data: bytes) -> tuple[Mapping[str, object], bytes]:
    """What is said and what will be kept; whatever the library makes of hostile bytes is `broken`."""
    try:
        pages, pdf = rewritten(data)
    except Refusal as refusal:
        return {"fault": str(refusal)}, b""
    except MemoryError:
        return {"fault": "too_much"}, b""
    except Exception:  # noqa: BLE001 -- a parser fed with hostile bytes raises whatever comes
        return {"fault": "broken"}, b""
    return {"pages": pages}, pdf


def shut_in() -> None:
    """Little memory, little time, no file written, no picture of the memory left behind."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 24),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


def main() -> None:
    shut_in()
    said, pdf = answer(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + pdf)


if __name__ == "__main__":
    main()
