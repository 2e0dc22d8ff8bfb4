import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weiwang.kernel.masking import mask_id_number, mask_name, mask_phone, mask_text

SEPARATORS = ["", " ", "-", "  ", "—", "－", "\u3000", "·", ".", "\u200b", " - ", "\n"]
SCRIPTS = [
    "0123456789",
    "０１２３４５６７８９",
    "零一二三四五六七八九",
    "〇幺二三四五六七八九",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "٠١٢٣٤٥٦٧٨٩",
]
words = st.text("路灯不亮, 请找我!：联系abQH。X*", max_size=12)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    return "1" + draw(st.sampled_from("3456789")) + draw(st.text("0123456789", min_size=9, max_size=9))


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    area = draw(st.integers(110000, 659999))
    born = draw(st.dates(min_value=date(1900, 1, 1), max_value=date(2030, 1, 1)))
    return f"{area}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}{draw(st.sampled_from('0123456789X'))}"


@st.composite
def disguised(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    """A number and the same number as somebody might write it."""
    plain = draw(numbers)
    script = draw(st.sampled_from(SCRIPTS))
    written = "".join(
        (script[int(c)] if c.isdigit() else draw(st.sampled_from("xXｘＸ")))
        + draw(st.sampled_from(SEPARATORS))
        for c in plain
    )
    return plain, written


def squeezed(text: str) -> str:
    """Return the text as somebody hunting for numbers would read it."""
    chinese = str.maketrans("〇零一二三四五六七八九幺", "001234567891")
    narrow = unicodedata.normalize("NFKC", text).translate(chinese)
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in narrow)
    return re.sub(r"(?<=[\dxX])[^\w*]+(?=[\dxX])|[\u200b_]", "", plain).upper()


def test_a_phone_shows_its_first_three_and_last_four_digits() -> None:
    assert mask_phone("13800000001") == "138****0001"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+86 138-0000-0001", "138****0001"),
        ("１３８００００ ０００１", "138****0001"),
        ("028-87910000", "028****0000"),
        ("87910000", "****00"),
        ("12345", "****"),
        ("", "****"),
    ],
)
def test_other_spellings_and_numbers_are_masked_too(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张*"),
        ("欧阳明", "欧阳*"),
        ("欧阳", "欧*"),
        ("阿依古丽·买买提", "阿*"),
        ("Wang Wei", "W*"),
        (" 李四 ", "李*"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_a_name_shows_the_surname_and_one_star(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("510124199001010017", "510***********0017"),
        ("51012419900101001x", "510***********001X"),
        ("510124 19900101 0017", "510***********0017"),
        ("510124900101001", "510********1001"),
        ("E12345678", "E*******8"),
        ("1234", "****"),
    ],
)
def test_an_id_number_shows_its_first_three_and_last_four(number: str, masked: str) -> None:
    assert mask_id_number(number) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打13800000001找我", "请打138****0001找我"),
        ("请打+86 138 0000 0001，谢谢", "请打+86 138****0001，谢谢"),
        ("身份证51012419900101001x。", "身份证510***********001X。"),
        ("一三八零零零零零零零一", "138****0001"),
        ("138 0000 0001X", "138****0001X"),
        ("510124 19900101 0017x", "510***********0017x"),
        ("电话028-87910000转3", "电话028****0000转3"),
        ("卡号6222020200112345678", "卡号622************5678"),
        ("13800000001 13900000002", "138****0001 139****0002"),
        ("13800000001391234567", "138****0001391234567"),
        ("1380000139123456781", "138************6781"),
    ],
)
def test_numbers_in_free_text_are_masked_and_the_rest_is_kept(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "QH2611-00448-K 3栋2单元1503室，2026-11-15 13:51 路灯不亮",
        "公示期 2026-11-15 — 2026-11-26 18:00",
        "共 12 345 元，编号 510117008013",
        "拨打12345或110",
        "一二三四五六七",
        "",
    ],
)
def test_what_is_no_personal_number_is_left_alone(text: str) -> None:
    assert mask_text(text) == text


@given(words, disguised(mobiles()), words)
def test_no_mobile_survives_however_it_is_written(before: str, phone: tuple[str, str], after: str) -> None:
    assert phone[0] not in squeezed(mask_text(before + phone[1] + after))


@given(words, disguised(id_numbers()), words)
def test_no_id_number_survives_however_it_is_written(
    before: str, number: tuple[str, str], after: str
) -> None:
    assert number[0] not in squeezed(mask_text(before + number[1] + after))


@given(st.text("0123456789 -x１３８", max_size=60))
def test_no_row_of_digits_that_could_be_one_survives(text: str) -> None:
    masked = unicodedata.normalize("NFKC", mask_text(text))
    assert not re.search(r"1[3-9]\d{9}", masked)
    assert not re.search(r"(?<!\d)\d{17}[\dxX](?!\d)", masked)


@given(st.text())
def test_any_text_can_be_masked_and_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask_text(mask_text(text)) == mask_text(text)
