import io
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTCollection, TTFont
from pypdf import PdfReader

from weiwang.kernel import printing
from weiwang.kernel.printing import FONTS, PrintingError, typeset
from weiwang.kernel.typefaces import characters

TEMPLATE = """#let d = json(bytes(sys.inputs.data))
#set document(title: d.name)
#set text(font: d.fonts, lang: "zh", region: "cn", fallback: false, cjk-latin-spacing: none)
= #d.name
#d.words
#for code in d.missing [〓 #code]
"""
RARE = "\U00020bb7"  # 𠮷, in many names and in no font of the middle size


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "page.typ"
    file.write_text(TEMPLATE, encoding="utf-8")
    return file


def read(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def fonts(reader: PdfReader) -> list[Any]:
    """The descendant fonts of the first page."""
    resources: Any = reader.pages[0]["/Resources"]
    return [font.get_object()["/DescendantFonts"][0].get_object() for font in resources["/Font"].values()]


def test_a_page_carries_its_typeface_and_its_words_can_be_copied(template: Path) -> None:
    reader = read(typeset(template, {"name": "梧桐社区第1网格", "words": "网格长：张喆"}).pdf)
    text = reader.pages[0].extract_text()
    assert "梧桐社区第1网格" in text
    assert "网格长：张喆" in text
    used = fonts(reader)
    assert used
    assert all("WeiwangSans" in font["/BaseFont"] for font in used)
    assert all("/FontFile3" in font["/FontDescriptor"].get_object() for font in used)


def test_the_same_words_give_the_same_bytes(template: Path) -> None:
    first = typeset(template, {"name": "公示牌", "words": "甲"}).pdf
    printing._typeset.cache_clear()
    assert typeset(template, {"words": "甲", "name": "公示牌"}).pdf == first
    assert typeset(template, {"name": "公示牌", "words": "乙"}).pdf != first


def test_a_changed_template_is_seen(template: Path) -> None:
    first = typeset(template, {"name": "公示牌", "words": "甲"}).pdf
    template.write_text(TEMPLATE + "\n再来一行", encoding="utf-8")
    assert typeset(template, {"name": "公示牌", "words": "甲"}).pdf != first


def test_a_rare_character_without_any_typeface_is_marked_and_named(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "_borrow", lambda _missing: ("", frozenset()))
    printed = typeset(template, {"name": "公示牌", "words": f"网格长：{RARE}明"})
    text = read(printed.pdf).pages[0].extract_text()
    assert printed.missing == RARE
    assert "网格长：〓明" in text
    assert "U+20BB7" in text
    assert RARE not in text


def test_a_rare_character_is_borrowed_when_the_machine_has_it(template: Path) -> None:
    family, has = printing._borrow(frozenset(RARE))
    if not has:
        pytest.skip("no Chinese typeface of the machine has it")
    printed = typeset(template, {"name": "公示牌", "words": f"网格长：{RARE}明"})
    assert printed.missing == ""
    assert family.replace(" ", "")[:4] in "".join(font["/BaseFont"] for font in fonts(read(printed.pdf)))
    assert f"{RARE}明" in read(printed.pdf).pages[0].extract_text()


def test_a_broken_template_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#unknown()", encoding="utf-8")
    with pytest.raises(PrintingError, match=r"broken\.typ"):
        typeset(broken, {})


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_a_font_draws_all_of_gb2312_under_its_own_name_and_licence(weight: str) -> None:
    file = FONTS / f"WeiwangSans-{weight}.otf"
    has = characters(file)
    for high in range(0xB0, 0xF8):
        row = bytes(byte for low in range(0xA1, 0xFF) for byte in (high, low)).decode("gb2312", "ignore")
        assert {ord(char) for char in row} <= has
    with TTFont(file) as font:
        assert has == frozenset(font.getBestCmap())
        assert font["name"].getDebugName(1) == "Weiwang Sans"
        assert "Source" not in font["name"].getDebugName(4)
        assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert file.stat().st_size < 3_000_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_a_collection_is_read_as_fonttools_reads_it() -> None:
    file = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    if not file.exists():
        pytest.skip("no collection on this machine")
    with TTCollection(file, lazy=True) as whole:
        assert characters(file, 2) == frozenset(whole.fonts[2].getBestCmap())


def test_what_is_no_font_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "no.otf"
    file.write_bytes(b"nothing")
    with pytest.raises(ValueError, match="no OpenType font"):
        characters(file)
