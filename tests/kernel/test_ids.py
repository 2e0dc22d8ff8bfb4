import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weiwang.kernel.ids import (
    ALPHABET,
    NumberError,
    case_number,
    check_character,
    new_id,
    part_of_case_number,
    read_case_number,
    token,
)

prefixes = st.text(string.ascii_uppercase, min_size=1, max_size=8)
months = st.builds("{:02d}{:02d}".format, st.integers(0, 99), st.integers(1, 12))
serials = st.integers(1, 10**12 - 1)


def test_ids_are_version_7_and_grow_with_time() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {i.version for i in ids} == {7}
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_tokens_are_long_safe_in_urls_and_never_the_same() -> None:
    tokens = {token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {len(t) for t in tokens} == {32}
    assert set("".join(tokens)) <= set(string.ascii_letters + string.digits + "-_")


def test_the_check_character_is_that_of_the_standard() -> None:
    # The published example of the Global Release Identifier, which uses ISO 7064 MOD 37,36.
    assert check_character("A12425GABC1234002") == "M"


def test_a_number_looks_as_people_know_it() -> None:
    assert case_number("QH", "2611", 448) == "QH2611-00448-K"


@given(prefixes, months, serials)
def test_a_written_number_is_read_back(prefix: str, month: str, serial: int) -> None:
    number = case_number(prefix, month, serial)
    assert read_case_number(number) == number


@pytest.mark.parametrize(
    "typed",
    [
        "QH2611-00448-K",
        " qh2611-00448-k ",
        "qh261100448k",
        "QH 2611 00448 K",
        "ＱＨ２６１１－００４４８－Ｋ",
        "QH2611—00448–K",
        "QH2611-00448-K\n",
        "QH2611ー00448ー\u200bK",
    ],
)
def test_case_width_spaces_and_dashes_do_not_matter(typed: str) -> None:
    assert read_case_number(typed) == "QH2611-00448-K"


@given(prefixes, months, serials, st.data())
def test_any_single_wrong_character_is_noticed(
    prefix: str, month: str, serial: int, data: st.DataObject
) -> None:
    number = case_number(prefix, month, serial).replace("-", "")
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from(ALPHABET.replace(number[place], "")))
    with pytest.raises(NumberError):
        read_case_number(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    "junk", ["", "QH", "2611-00448-K", "QH2613-00448-K", "QH2611-448-K", "路灯坏了", "9" * 1000]
)
def test_what_is_no_number_is_refused_as_such(junk: str) -> None:
    with pytest.raises(NumberError) as refused:
        read_case_number(junk)
    assert refused.value.code == "number.form"


def test_a_wrong_character_gets_its_own_sentence() -> None:
    with pytest.raises(NumberError, match="One character of this case number is wrong"):
        read_case_number("QH2611-00449-K")


@pytest.mark.parametrize(
    ("prefix", "month", "serial"), [("qh", "2611", 1), ("QH", "2600", 1), ("QH", "2611", 0)]
)
def test_a_number_that_could_not_be_read_back_is_not_written(prefix: str, month: str, serial: int) -> None:
    with pytest.raises(NumberError):
        case_number(prefix, month, serial)


@given(st.text(max_size=40))
def test_reading_any_text_either_gives_a_number_or_refuses(text: str) -> None:
    with suppress(NumberError):
        assert read_case_number(read_case_number(text)) == read_case_number(text)


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("20001", "-20001-"),
        ("qh2611-20001", "QH2611-20001-"),
        ("QH2611 00448", "QH2611-00448-"),
        ("448", None),
        ("路灯", None),
        ("QH2611-20001-I", None),
    ],
)
def test_a_part_of_a_number_is_enough_to_look_for_it(typed: str, part: str | None) -> None:
    assert part_of_case_number(typed) == part
