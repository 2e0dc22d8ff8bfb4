"""What comes out of a PDF from outside, and what does not get in."""

import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from tests.papers import action, dictionary, draws, make_pdf, opens_with, script, shows_picture, stream, zeros

from weiwang.kernel import paper_reading, papers
from weiwang.kernel.paper_reading import Refusal, answer, bare_photo, rewritten
from weiwang.kernel.papers import PaperError, clean_paper, download_headers


def fault(data: bytes) -> object:
    return answer(data)[0].get("fault")


# ---------------------------------------------------------------- what is kept


def test_pages_are_counted_and_nothing_is_told_of_whoever_made_them() -> None:
    def named(writer: PdfWriter) -> None:
        writer.add_metadata({"/Author": "王小明", "/Title": "租房合同"})
        writer.pages[0][NameObject("/PieceInfo")] = dictionary(Who=TextStringObject("secret-maker"))

    pages, pdf = rewritten(make_pdf(2, change=named))
    reader = PdfReader(BytesIO(pdf))
    assert (pages, len(reader.pages), reader.metadata, reader.xmp_metadata) == (2, 2, None, None)
    assert b"secret-maker" not in pdf
    assert b"/PieceInfo" not in pdf


def test_the_same_paper_becomes_the_same_bytes() -> None:
    assert rewritten(make_pdf(3)) == rewritten(make_pdf(3))


def test_what_is_drawn_stays() -> None:
    _, pdf = rewritten(make_pdf(change=draws(stream(b"0 0 1 rg 10 10 50 50 re f"))))
    assert PdfReader(BytesIO(pdf)).pages[0].get_contents().get_data() == b"0 0 1 rg 10 10 50 50 re f"  # type: ignore[union-attr]


def test_what_hangs_before_or_behind_the_pdf_goes() -> None:
    """A file that is a PDF and an archive at once."""
    pages, pdf = rewritten(make_pdf() + b"PK\x03\x04 an archive behind it" * 20)
    assert (pages, b"PK\x03\x04" in pdf) == (1, False)


def test_a_stamp_stays_as_it_is_seen_and_links_and_comments_go() -> None:
    def marked(writer: PdfWriter) -> None:
        box = ArrayObject([FloatObject(value) for value in (10, 10, 90, 40)])
        look = writer._add_object(stream(b"1 0 0 rg 0 0 80 30 re f", Subtype=NameObject("/Form")))
        stamp = dictionary(
            Type=NameObject("/Annot"), Subtype=NameObject("/Widget"), Rect=box,
            T=TextStringObject("signed-by"), AP=dictionary(N=look), A=action("URI", URI=TextStringObject("http://tracker.example")),
        )  # fmt: skip
        link = dictionary(
            Type=NameObject("/Annot"), Subtype=NameObject("/Link"), Rect=box,
            A=action("URI", URI=TextStringObject("http://tracker.example")),
        )  # fmt: skip
        comment = dictionary(
            Type=NameObject("/Annot"),
            Subtype=NameObject("/Text"),
            Rect=box,
            Contents=TextStringObject("inner-word"),
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([stamp, link, comment])

    _, pdf = rewritten(make_pdf(change=marked))
    (kept,) = [one.get_object() for one in PdfReader(BytesIO(pdf)).pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert (kept["/Subtype"], kept["/AP"]["/N"].get_data()) == ("/Stamp", b"1 0 0 rg 0 0 80 30 re f")
    assert not [word for word in (b"tracker", b"inner-word", b"signed-by") if word in pdf]


def test_a_hidden_layer_stays_hidden() -> None:
    def layered(writer: PdfWriter) -> None:
        layer = writer._add_object(dictionary(Type=NameObject("/OCG"), Name=TextStringObject("draft")))
        writer.root_object[NameObject("/OCProperties")] = dictionary(
            OCGs=ArrayObject([layer]), D=dictionary(OFF=ArrayObject([layer]))
        )
        used = dictionary(Properties=dictionary(MC0=layer))
        writer.pages[0][NameObject("/Resources")] = used

    _, pdf = rewritten(make_pdf(change=layered))
    reader = PdfReader(BytesIO(pdf))
    off = reader.root_object["/OCProperties"]["/D"]["/OFF"][0]  # type: ignore[index]
    assert off == reader.pages[0]["/Resources"]["/Properties"].raw_get("/MC0")  # type: ignore[index]


def photo_with_position() -> bytes:
    file, exif = BytesIO(), Image.Exif()
    exif[0x010F] = "camera-of-mine"
    Image.new("RGB", (8, 8), "red").save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_a_photo_inside_a_paper_tells_neither_place_nor_camera() -> None:
    photo = photo_with_position()
    assert b"camera-of-mine" in photo
    _, pdf = rewritten(make_pdf(change=shows_picture(photo)))
    assert b"camera-of-mine" not in pdf
    (kept,) = PdfReader(BytesIO(pdf)).pages[0].images
    assert kept.image is not None
    assert kept.image.size == (8, 8)


@pytest.mark.parametrize(
    "data", [b"", b"no photo", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff cut off", b"\xff\xd8\xff\xe1\x00\x00"]
)
def test_a_photo_that_cannot_be_read_stays_as_it_is(data: bytes) -> None:
    assert bare_photo(data) == data


# ---------------------------------------------------------------- what is refused


def encloses(writer: PdfWriter) -> None:
    writer.add_attachment("list.xlsx", b"names")


def scripted_page(writer: PdfWriter) -> None:
    writer.pages[0][NameObject("/AA")] = dictionary(O=script())


def form_of_xml(writer: PdfWriter) -> None:
    writer.root_object[NameObject("/AcroForm")] = dictionary(XFA=ArrayObject())


def outside_stream(writer: PdfWriter) -> None:
    draws(stream(b"", F=TextStringObject("/etc/passwd")))(writer)


REFUSED: dict[str, tuple[Callable[[PdfWriter], Any] | None, str]] = {
    "a script on opening": (opens_with("JavaScript", JS=TextStringObject("app.alert(1)")), "acts"),
    "a script on a page": (scripted_page, "acts"),
    "a program that is started": (opens_with("Launch", F=TextStringObject("cmd.exe")), "acts"),
    "a form that sends": (opens_with("SubmitForm", F=TextStringObject("http://x.example")), "acts"),
    "an XML form": (form_of_xml, "acts"),
    "an attachment": (encloses, "encloses"),
    "a stream in another file": (outside_stream, "encloses"),
    "a password": (lambda writer: writer.encrypt("secret"), "locked"),
    "a bomb": (draws(stream(zeros(3), "FlateDecode")), "too_much"),
    "a bomb in a bomb": (draws(stream(b"x", "FlateDecode", "FlateDecode")), "too_much"),
    "a bomb of the old kind": (draws(stream(b"x" * 1500, "LZWDecode")), "too_much"),
    "a picture of a square kilometre": (shows_picture(b"x", width=30_000, height=30_000), "too_much"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_acts_hides_or_swells_is_refused(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper_reading, "INFLATED", 2_500_000)  # a small bomb is heard as well as a large one
    change, wanted = REFUSED[what]
    assert fault(make_pdf(change=change)) == wanted


def test_more_pages_than_anybody_reads_are_refused() -> None:
    assert fault(make_pdf(301)) == "too_many_pages"


def test_a_paper_without_pages_is_refused() -> None:
    assert fault(make_pdf(0)) == "broken"


@pytest.mark.parametrize("left", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_paper_cut_off_is_refused(left: float) -> None:
    whole = make_pdf(2)
    assert fault(whole[: int(len(whole) * left)]) == "broken"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n%%EOF", b"%PDF-1.7\n" + bytes(500) + b"%%EOF", b"%PDF-" + b"<<" * 9000 + b"%%EOF"]
)
def test_a_pdf_in_name_only_is_refused(data: bytes) -> None:
    assert fault(data) == "broken"


def test_a_paper_whose_pages_run_in_a_circle_ends() -> None:
    def turning(writer: PdfWriter) -> None:
        kids: Any = writer.root_object["/Pages"].get_object()
        kids[NameObject("/Kids")] = ArrayObject([kids.indirect_reference])
        kids[NameObject("/Count")] = NumberObject(1)
        kids[NameObject("/X")] = BooleanObject(value=True)

    assert fault(make_pdf(change=turning)) == "broken"


# ---------------------------------------------------------------- the process apart


def test_a_paper_is_read_by_a_process_of_its_own() -> None:
    found = clean_paper(BytesIO(make_pdf(2)))
    assert (found.pages, found.pdf[:5], len(found.sha256)) == (2, b"%PDF-", 64)


def test_what_the_process_refuses_is_said_in_words() -> None:
    with pytest.raises(PaperError) as told:
        clean_paper(make_pdf(change=opens_with("Launch", F=TextStringObject("x"))))
    assert told.value.code == "paper.acts"
    with pytest.raises(Refusal):
        rewritten(make_pdf(change=opens_with("Launch", F=TextStringObject("x"))))


@pytest.mark.parametrize(
    "program",
    [
        "x = bytearray(2_000_000_000)",
        "while True: pass",
        "__import__('os').write(open(__file__ + '.x', 'w').fileno(), b'x')",
    ],
)
def test_a_process_beyond_its_limits_is_ended_and_harms_nobody(
    program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The limits themselves, without a library that might be cleverer than the bomb."""
    reading = papers.PROGRAM.read_text(encoding="utf-8").replace("SECONDS: Final = 12", "SECONDS: Final = 1")
    bomb = tmp_path / "bomb.py"
    bomb.write_text(reading.replace("    said, pdf = answer", f"    {program}\n    said, pdf = answer"))
    monkeypatch.setattr(papers, "PROGRAM", bomb)
    with pytest.raises(PaperError, match="too complicated"):
        clean_paper(make_pdf())


def test_a_process_that_sleeps_is_ended_by_the_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(papers, "PROGRAM", sleeper)
    monkeypatch.setattr(papers, "SECONDS", 0.2)
    with pytest.raises(PaperError, match="too complicated"):
        clean_paper(make_pdf())


def test_papers_wait_for_each_other_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "WAIT", 0.01)
    held = threading.Lock()
    held.acquire()
    monkeypatch.setattr(papers, "_one_at_a_time", held)
    with pytest.raises(PaperError, match="just now"):
        clean_paper(make_pdf())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "paper.empty"),
        (b"PK\x03\x04 an archive", "paper.not_a_pdf"),
        (b"<html><script>", "paper.not_a_pdf"),
        (b"PK\x03\x04" + make_pdf(), "paper.not_a_pdf"),
        (b"%PDF-1.7" + bytes(2_000_000), "paper.too_large"),
    ],
)
def test_size_and_kind_are_judged_before_a_process_is_begun(
    data: bytes, code: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAPER_BYTES = 1_000_000
    monkeypatch.setattr(papers, "PROGRAM", None)
    with pytest.raises(PaperError) as told:
        clean_paper(data)
    assert told.value.code == code


def test_a_paper_leaves_as_a_file_and_never_as_a_page() -> None:
    headers = download_headers("QH2611-00001-K-1f2a.pdf")
    assert headers["Content-Disposition"] == 'attachment; filename="QH2611-00001-K-1f2a.pdf"'
    assert headers["Content-Security-Policy"].startswith("sandbox;")
    assert headers["X-Content-Type-Options"] == "nosniff"
