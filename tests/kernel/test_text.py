import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weiwang.kernel.text import TextError, bigrams, clean_text, first_line, query_bigrams

sentences = st.text("路灯坏了三栋楼道abQ12 ，。-", max_size=30)


def finds(query: str, text: str) -> bool:
    """What PostgreSQL does: every phrase of the query stands somewhere as neighbouring pieces."""
    have = bigrams(text).split()
    phrases = [part.strip("()").split(" <-> ") for part in query_bigrams(query).split(" & ")]
    return all(any(fits(phrase, have[at:]) for at in range(len(have))) for phrase in phrases)


def fits(phrase: list[str], have: list[str]) -> bool:
    return len(phrase) <= len(have) and all(
        there.startswith(wanted[:-2]) if wanted.endswith(":*") else there == wanted
        for wanted, there in zip(phrase, have, strict=False)
    )


def test_chinese_is_cut_into_pairs_and_words_stay_whole() -> None:
    assert bigrams("路灯坏了，3栋 LED灯！") == "路灯 灯坏 坏了 了 3 栋 led 灯"


def test_width_and_case_do_not_matter() -> None:
    assert bigrams("ＬＥＤ３号") == bigrams("led3号") == "led3 号"


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ("路灯", "(路灯)"),
        ("路灯坏", "(路灯 <-> 灯坏)"),
        ("灯", "(灯:*)"),
        ("路灯 3栋", "(路灯) & (3 <-> 栋:*)"),
        ("3栋路灯", "(3 <-> 栋路 <-> 路灯)"),
        ("灯led", "(灯 <-> led)"),
        ("  ，! ", ""),
        ("", ""),
    ],
)
def test_a_query_is_a_row_of_neighbours(query: str, pieces: str) -> None:
    assert query_bigrams(query) == pieces


@pytest.mark.parametrize(
    ("query", "wide"),
    [
        ("学府巷17号", "(学府 <-> 府巷 <-> 巷 <-> 17)"),
        ("路灯 3栋", "(路灯) & (3)"),
        ("路灯坏 车", "(路灯 <-> 灯坏)"),
        ("17号", "(17 <-> 号:*)"),
        ("路灯 车", "(路灯) & (车:*)"),
        ("灯", "(灯:*)"),
        ("路灯", "(路灯)"),
        ("，", ""),
    ],
)
def test_a_wide_query_leaves_out_single_characters_where_enough_is_left(query: str, wide: str) -> None:
    assert query_bigrams(query, wide=True) == wide


@pytest.mark.parametrize(
    "query", ["了", "灯", "坏了", "灯坏", "3栋", "栋", "led灯", "路灯 led", "灯坏了", "了，3"]
)
def test_every_part_of_a_text_finds_it(query: str) -> None:
    assert finds(query, "路灯坏了，3栋 LED灯！")


@pytest.mark.parametrize("query", ["坏灯", "了坏", "路坏", "le", "33", "灯灯", "路灯 漏水"])
def test_what_is_not_in_a_text_does_not_find_it(query: str) -> None:
    assert not finds(query, "路灯坏了，3栋 LED灯！")


@given(sentences, st.text("路灯坏了三栋楼道", min_size=1, max_size=6), sentences)
def test_a_chinese_word_is_found_wherever_it_stands(before: str, word: str, after: str) -> None:
    assert finds(word, before + word + after)


@given(st.text("路灯坏了三", min_size=1, max_size=12), st.text("路灯坏了三", min_size=1, max_size=4))
def test_a_chinese_word_is_found_exactly_where_it_is(text: str, word: str) -> None:
    assert finds(word, text) == (word in text)


@given(st.text())
def test_a_query_holds_only_pieces_and_its_own_operators(text: str) -> None:
    without_operators = re.sub(r"\(|\)| <-> | & |:\*", " ", query_bigrams(text))
    assert not set(without_operators) & set("&|!<>():*'\"\\\0\n")


def test_a_word_without_end_is_cut_the_same_way_on_both_sides() -> None:
    assert bigrams("a" * 5000) == "a" * 64
    assert finds("a" * 5000, "a" * 5000)


def test_compatibility_signs_are_spelt_out() -> None:
    assert bigrams("５０㎡") == "50m2"
    assert finds("50m2", "租房50㎡")


@given(st.text("路灯坏Ａａ３，。！“”（）：；？、　 \n-", max_size=30))
def test_the_short_way_for_plain_chinese_gives_the_same_pieces(text: str) -> None:
    assert bigrams(text) == bigrams(unicodedata.normalize("NFKC", text))


def test_rare_characters_outside_the_basic_plane_are_characters() -> None:
    assert bigrams("𠮷田桥") == "𠮷田 田桥 桥"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  路灯坏了 \r\n三天了\r", "路灯坏了 \n三天了"),
        ("cafe\u0301", "café"),
        ("\u202d138\u202c 0000\ufeff", "138 0000"),
        ("表\t格", "表\t格"),
        ("家👨\u200d👩\u200d👧", "家👨\u200d👩\u200d👧"),
        ("一\u2028二", "一\n二"),
        ("   ", ""),
    ],
)
def test_text_is_stored_clean_and_otherwise_as_typed(typed: str, stored: str) -> None:
    assert clean_text(typed, 100) == stored


@pytest.mark.parametrize("character", ["\0", "\x07", "\x0b", "\x1b", "\x7f", "\x9f", "\ufffe"])
def test_control_characters_are_refused_with_their_place(character: str) -> None:
    with pytest.raises(TextError, match="Character 3 is a control character"):
        clean_text(f"路灯{character}坏了", 100)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(TextError, match="Character 2 is only half a character"):
        clean_text("路\ud83d灯", 100)


def test_a_text_may_be_as_long_as_its_limit_and_no_longer() -> None:
    assert clean_text(" " + "路" * 100, 100) == "路" * 100
    with pytest.raises(TextError, match=r"100000 characters\. At most 2000"):
        clean_text("路" * 100_000, 2000)


def test_nothing_is_refused_only_where_something_is_needed() -> None:
    assert clean_text(" \n", 10) == ""
    with pytest.raises(TextError) as caught:
        clean_text(" \n\u202d ", 10, required=True)
    assert caught.value.code == "text.empty"


@given(st.text(max_size=50))
def test_clean_text_stays_clean(text: str) -> None:
    clean = clean_text(re.sub(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", " ", text), 200)
    assert clean_text(clean, 200) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert clean.encode().decode() == clean


@pytest.mark.parametrize(
    ("text", "length", "line"),
    [
        ("\n \n路灯坏了\n三天", 10, "路灯坏了"),
        ("路灯坏了三天", 6, "路灯坏了三天"),
        ("路灯坏了三天了", 6, "路灯坏了三…"),
        ("ab cd", 4, "ab…"),
        ("", 4, ""),
        ("路灯", 0, "…"),
    ],
)
def test_the_first_line_stands_for_the_text(text: str, length: int, line: str) -> None:
    assert first_line(text, length) == line
