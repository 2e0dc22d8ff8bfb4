import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weiwang.kernel.seal import (
    Sealer,
    SealError,
    generate_keys,
    load_or_create_key_file,
    normalise,
    read_keys,
    with_new_key,
)

KEYS = generate_keys()
SEALER = Sealer.from_text(KEYS)
PLACE = "reporter.phone:0192"
readable = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def refused(code: str) -> pytest.RaisesExc[SealError]:
    return pytest.RaisesExc(SealError, check=lambda error: error.code == code)


@given(readable, readable)
def test_what_was_sealed_opens_again_in_its_place(text: str, place: str) -> None:
    assert SEALER.open(SEALER.seal(text, place), place) == text


def test_a_sealed_value_from_the_database_opens_as_a_memoryview_too() -> None:
    assert SEALER.open(memoryview(SEALER.seal("13800000001", PLACE)), PLACE) == "13800000001"


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    sealed = {SEALER.seal("13800000001", PLACE) for _ in range(100)}
    assert len(sealed) == 100
    assert not any(b"1380000" in each for each in sealed)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    with refused("seal.not_opened"):
        SEALER.open(SEALER.seal("13800000001", PLACE), "reporter.phone:0193")


@given(st.data())
def test_a_value_changed_anywhere_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal("13800000001", PLACE))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        SEALER.open(bytes(sealed), PLACE)


@given(st.data())
def test_a_value_cut_short_does_not_open(data: st.DataObject) -> None:
    sealed = SEALER.seal("13800000001", PLACE)
    with pytest.raises(SealError):
        SEALER.open(sealed[: data.draw(st.integers(0, len(sealed) - 1))], PLACE)


def test_a_key_that_is_gone_is_named() -> None:
    sealed = SEALER.seal("13800000001", PLACE)
    with pytest.raises(SealError, match=f"sealed with key {read_keys(KEYS)[0].id}"):
        Sealer.from_text(generate_keys()).open(sealed, PLACE)


def test_a_wrong_key_under_the_right_name_does_not_open() -> None:
    key_id = read_keys(KEYS)[0].id
    impostor = Sealer.from_text(key_id + ":" + generate_keys().partition(":")[2])
    with refused("seal.not_opened"):
        impostor.open(SEALER.seal("13800000001", PLACE), PLACE)


def test_after_a_rotation_old_values_open_and_ask_to_be_sealed_again() -> None:
    old = SEALER.seal("13800000001", PLACE)
    rotated = Sealer.from_text(with_new_key(KEYS))
    assert rotated.open(old, PLACE) == "13800000001"
    assert rotated.needs_resealing(old)
    assert not rotated.needs_resealing(rotated.seal("13800000001", PLACE))
    assert not SEALER.needs_resealing(old)


def test_during_a_rotation_the_old_index_is_still_looked_for() -> None:
    rotated = Sealer.from_text(with_new_key(KEYS))
    old = SEALER.blind_index("13800000001", "reporter.phone")
    assert rotated.blind_indexes("13800000001", "reporter.phone") == [
        rotated.blind_index("13800000001", "reporter.phone"),
        old,
    ]
    assert rotated.blind_index("13800000001", "reporter.phone") != old


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        "+8613800000001",
        "+86 138 0000 0001",
        "0086-138-0000-0001",
        "8613800000001",
        " １３８００００ ０００１",
        "＋８６（138）00000001",
        "138\u30000000—0001\u200b",
    ],
)
def test_one_phone_has_one_index_however_it_is_typed(typed: str) -> None:
    assert SEALER.blind_index(typed, "phone") == SEALER.blind_index("13800000001", "phone")


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("028-8791 0000", "02887910000"),
        ("+86 28 8791 0000", "02887910000"),
        ("（028）87910000", "02887910000"),
        ("510124 19900101 001x", "51012419900101001X"),
        ("ＷＡＮＧ  wei ", "wang wei"),
        ("1-2-301", "1-2-301"),
        ("12-301", "12-301"),
        ("张  三", "张 三"),
    ],
)
def test_other_texts_are_normalised_by_what_they_are(typed: str, same: str) -> None:
    assert normalise(typed) == same


@given(readable)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_indexes_differ_by_text_purpose_and_key_and_tell_nothing() -> None:
    index = SEALER.blind_index("13800000001", "phone")
    assert len(index) == 32
    others = [
        SEALER.blind_index("13800000002", "phone"),
        SEALER.blind_index("13800000001", "visitor"),
        Sealer.from_text(generate_keys()).blind_index("13800000001", "phone"),
    ]
    assert index not in others


@pytest.mark.parametrize("text", ["", "  ", "# only a note", ",,\n"])
def test_without_keys_nothing_starts(text: str) -> None:
    with refused("seal.no_keys"):
        Sealer.from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "nokey",
        "k1:AAAA",
        "k1:" + "A" * 43,
        # made anew in every process, so it needs a name of its own
        pytest.param("k 1:" + KEYS.partition(":")[2], id="space-in-name"),
        "k1:é",
    ],
)
def test_a_malformed_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(SealError, match="Sealing key 2 is not of the form"):
        Sealer.from_text(f"{KEYS},{text}")


def test_a_key_id_used_twice_is_refused() -> None:
    with refused("seal.key_twice"):
        Sealer.from_text(f"{KEYS}\n{KEYS}")


def test_secrets_do_not_show_when_a_key_is_printed() -> None:
    assert KEYS.partition(":")[2] not in repr(read_keys(KEYS))


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "keys"
    text = load_or_create_key_file(path)
    assert load_or_create_key_file(path) == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert len(read_keys(text)) == 1


def test_processes_starting_together_agree_on_one_key(tmp_path: Path) -> None:
    texts: list[str] = []
    start = threading.Barrier(8)

    def load() -> None:
        start.wait()
        texts.append(load_or_create_key_file(tmp_path / "keys"))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts) == 8
    assert len(set(texts)) == 1


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o620, 0o602])
def test_a_key_file_open_to_others_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    load_or_create_key_file(path)
    path.chmod(mode)
    with pytest.raises(SealError, match=f"chmod 600 {path}"):
        load_or_create_key_file(path)


def test_a_key_file_that_is_a_folder_or_no_text_is_refused(tmp_path: Path) -> None:
    with refused("seal.file_unreadable"):
        load_or_create_key_file(tmp_path)
    path = tmp_path / "keys"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    with refused("seal.file_unreadable"):
        load_or_create_key_file(path)
