import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weiwang.kernel.chain import (
    GENESIS,
    Anchor,
    Broken,
    Link,
    NotCanonicalError,
    Why,
    canonical,
    link,
    sealed_note,
    verify,
)


class Step(StrEnum):
    REPORT = "report"


def chain_of(contents: list[bytes]) -> list[Link]:
    links: list[Link] = []
    previous = GENESIS
    for seq, content in enumerate(contents, 1):
        digest = link(previous, content, seq)
        links.append(Link(seq, content, previous, digest))
        previous = digest
    return links


def head_of(links: list[Link]) -> Anchor:
    return Anchor(links[-1].seq, links[-1].hash)


def changed(stored: Link, field: str, value: bytes) -> Link:
    if field == "content":
        return replace(stored, content=value)
    if field == "previous":
        return replace(stored, previous=value)
    return replace(stored, hash=value)


chains = st.lists(st.binary(max_size=20), min_size=3, max_size=12).map(chain_of)
CHAIN = chain_of([b"one", b"two", b"three", b"four"])


def test_a_link_is_the_hash_of_the_one_before_its_number_and_its_content() -> None:
    by_hand = hashlib.sha256(GENESIS + bytes([0, 0, 0, 0, 0, 0, 0, 1]) + hashlib.sha256(b"one").digest())
    assert link(GENESIS, b"one", 1) == by_hand.digest()


@given(chains)
def test_an_untouched_chain_holds(links: list[Link]) -> None:
    assert verify(links, head=head_of(links)) is None


def test_an_empty_chain_holds_unless_something_is_expected_in_it() -> None:
    assert verify([]) is None
    assert verify([], head=head_of(CHAIN)) == Broken(1, Why.TRUNCATED)


@given(chains, st.data())
def test_any_changed_field_of_any_link_is_found_there(links: list[Link], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(links) - 1))
    field = data.draw(st.sampled_from(["content", "previous", "hash"]))
    other = data.draw(st.binary(max_size=40).filter(lambda b: b != getattr(links[place], field)))
    links[place] = changed(links[place], field, other)
    why = Why.PREVIOUS if field == "previous" else Why.CHANGED
    assert verify(links) == Broken(place + 1, why)


@given(chains, st.data())
def test_a_changed_link_with_a_fitting_hash_is_found_at_the_next_one(
    links: list[Link], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(links) - 2))
    old = links[place]
    links[place] = replace(
        old, content=old.content + b"!", hash=link(old.previous, old.content + b"!", old.seq)
    )
    assert verify(links) == Broken(place + 2, Why.PREVIOUS)


@given(chains, st.data())
def test_a_missing_link_is_found(links: list[Link], data: st.DataObject) -> None:
    head = head_of(links)
    place = data.draw(st.integers(0, len(links) - 1))
    why = Why.TRUNCATED if place == len(links) - 1 else Why.GAP
    del links[place]
    assert verify(links, head=head) == Broken(place + 1, why)


@given(chains, st.data())
def test_swapped_links_are_found(links: list[Link], data: st.DataObject) -> None:
    one, two = sorted(data.draw(st.sets(st.integers(0, len(links) - 1), min_size=2, max_size=2)))
    links[one], links[two] = links[two], links[one]
    assert verify(links) == Broken(one + 1, Why.GAP)


@given(chains, st.binary(max_size=20), st.data())
def test_an_inserted_link_is_found_however_well_it_is_forged(
    links: list[Link], content: bytes, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(links) - 1))
    at = links[place]
    links.insert(place, Link(at.seq, content, at.previous, link(at.previous, content, at.seq)))
    found = verify(links, head=head_of(links))
    assert found is not None
    assert found.seq in {place + 1, place + 2}


@given(chains, st.data())
def test_a_chain_rewritten_from_some_place_on_is_found_by_its_expected_head(
    links: list[Link], data: st.DataObject
) -> None:
    contents = [each.content for each in links]
    contents[data.draw(st.integers(0, len(links) - 1))] += b"!"
    assert verify(chain_of(contents)) is None
    assert verify(chain_of(contents), head=head_of(links)) == Broken(len(links), Why.REWRITTEN)


def test_links_after_the_expected_head_are_fine() -> None:
    assert verify(CHAIN, head=Anchor(2, CHAIN[1].hash)) is None


def test_verification_can_continue_from_a_place_verified_before() -> None:
    assert verify(CHAIN[2:], after=Anchor(2, CHAIN[1].hash)) is None
    assert verify(CHAIN[2:], after=Anchor(2, CHAIN[0].hash)) == Broken(3, Why.PREVIOUS)
    assert verify(CHAIN[2:]) == Broken(1, Why.GAP)


def test_the_canonical_text_is_one_whatever_the_order_and_the_types() -> None:
    moment = datetime(2026, 11, 23, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    rich = {
        "to": UUID(int=1),
        "at": moment,
        "step": Step.REPORT,
        "words": "路灯\n坏了",
        "n": [1, True, None, Decimal("1.50"), 103.9876543],
        "on": date(2026, 11, 23),
        "raw": b"\x01\xff",
    }
    assert canonical(rich).decode() == (
        '{"at":"2026-11-23T01:00:00.000005Z","n":[1,true,null,"1.50",103.9876543],"on":"2026-11-23",'
        '"raw":"01ff","step":"report","to":"00000000-0000-0000-0000-000000000001","words":"路灯\\n坏了"}'
    )
    assert canonical(dict(reversed(rich.items()))) == canonical(rich)
    assert canonical(json.loads(canonical(rich))) == canonical(rich)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.datetimes(timezones=st.just(UTC)) | st.uuids(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), plain, max_size=4))
def test_canonical_text_read_back_gives_the_same_text(content: dict[str, object]) -> None:
    assert canonical(json.loads(canonical(content))) == canonical(content)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 1e-7, 1e20, -0.0, datetime(2026, 1, 1), {1: 2}, {1, 2}, object(), "\ud800"],  # noqa: DTZ001
)
def test_what_has_no_single_spelling_is_refused(value: object) -> None:
    with pytest.raises(NotCanonicalError):
        canonical({"value": value})


def test_a_note_stands_for_its_text_and_cannot_be_guessed_without_the_salt() -> None:
    salt = bytes(range(16))
    assert sealed_note("门口路灯不亮", salt) == hashlib.sha256(salt + "门口路灯不亮".encode()).digest()
    assert sealed_note("门口路灯不亮", salt) != sealed_note("门口路灯不亮", salt[::-1])
    with pytest.raises(ValueError, match="at least 16 bytes"):
        sealed_note("门口路灯不亮", b"short")
