"""PDF files made in the test: sound ones and those that somebody means harm with."""

import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from weiwang.kernel.papers import CleanPaper

Change = Callable[[PdfWriter], object]


def make_pdf(pages: int = 1, *, change: Change | None = None) -> bytes:
    """White pages of A4; `change` does something to them before they are written."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if change is not None:
        change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def action(kind: str, **entries: Any) -> DictionaryObject:
    return dictionary(S=NameObject(f"/{kind}"), **entries)


def opens_with(kind: str, **entries: Any) -> Change:
    """An action that runs when the file is opened."""

    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = action(kind, **entries)

    return change


def script() -> DictionaryObject:
    return action("JavaScript", JS=TextStringObject("app.alert(1)"))


def stream(data: bytes, *filters: str, **entries: Any) -> StreamObject:
    """A stream whose bytes stand in the file as they are given."""
    made = StreamObject()
    made._data = data
    made.update(dictionary(**entries))
    if filters:
        names = [NameObject(f"/{name}") for name in filters]
        made[NameObject("/Filter")] = names[0] if len(names) == 1 else ArrayObject(names)
    return made


def zeros(megabytes: int) -> bytes:
    """So many megabytes of nothing, deflated: a thousandth of them."""
    packer = zlib.compressobj(9)
    block = bytes(1_000_000)
    return b"".join([*(packer.compress(block) for _ in range(megabytes)), packer.flush()])


def draws(content: StreamObject) -> Change:
    def change(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/Contents")] = writer._add_object(content)

    return change


def shows_picture(data: bytes, *, width: int = 8, height: int = 8) -> Change:
    """A JPEG on the first page, its bytes as they are."""

    def change(writer: PdfWriter) -> None:
        picture = stream(
            data, "DCTDecode", Type=NameObject("/XObject"), Subtype=NameObject("/Image"),
            Width=NumberObject(width), Height=NumberObject(height), ColorSpace=NameObject("/DeviceRGB"),
            BitsPerComponent=NumberObject(8),
        )  # fmt: skip
        resources = dictionary(XObject=dictionary(Im0=writer._add_object(picture)))
        writer.pages[0][NameObject("/Resources")] = resources

    return change


def clean(pages: int = 2) -> CleanPaper:
    """A paper as it would be after it was read."""
    pdf = make_pdf(pages)
    return CleanPaper(pdf, pages, "0" * 64)
