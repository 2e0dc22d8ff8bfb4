"""A fast insert writes what an ordinary save writes."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from tests.builders import Town

from weiwang.audit.actions import recorded
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.cases.models import Case, Event
from weiwang.kernel.ids import new_id
from weiwang.kernel.inserting import NewRow, insert, made
from weiwang.notices.models import Delivery


def fields(row: Any, *, without: set[str]) -> dict[str, Any]:
    found = {field.attname: getattr(row, field.attname) for field in row._meta.local_concrete_fields}
    return {name: value for name, value in found.items() if name not in without}


@pytest.mark.parametrize("model", [Case, Event, Entry, Delivery])
def test_a_row_made_fast_is_the_row_django_makes(model: type[Model]) -> None:
    given = {"place": 7, "case_id": new_id()} if model is Event else {"place": 7}
    one, other, usual = made(model, **given), made(model, **given), model(**given)
    assert fields(one, without={"id"}) == fields(usual, without={"id"})
    assert (one._state.adding, one._state.db, one.get_deferred_fields()) == (True, None, set())
    lists = [value for value in vars(one).values() if isinstance(value, dict | list)]
    assert not any(value is twin for value in lists for twin in vars(other).values())
    with pytest.raises(TypeError, match="unit"):
        made(model, unit="x")


def test_a_row_inserted_fast_reads_back_like_one_that_was_saved(town: Town) -> None:
    saved = Case.objects.defer("search").get(pk=town.report().pk)
    twin = Case.objects.get(pk=saved.pk)
    twin.pk, twin.number, twin.search = new_id(), "QH2611-99999-X", "路灯"

    insert(NewRow(twin, {"search": "to_tsvector('simple', %s)"}))

    read = Case.objects.get(pk=twin.pk)
    assert fields(read, without={"id", "number", "search"}) == fields(
        saved, without={"id", "number", "search"}
    )
    assert Case.objects.filter(search="路灯").filter(pk=twin.pk).exists()


@pytest.mark.parametrize("data", [{}, {"a": [1, None, "二"]}])
def test_json_bytes_and_nothing_keep_their_form(town: Town, at: datetime, data: dict[str, Any]) -> None:
    event = Event(
        case=town.report(), place=town.place, seq=2, at=at, step="x", from_state="a", to_state="b", actor="y",
        data=data, previous=bytes(32), digest=bytes(range(32)),
    )  # fmt: skip

    insert(NewRow(event))

    read = Event.objects.get(case=event.case, seq=2)
    assert (read.data, bytes(read.digest), read.note, read.at) == (data, bytes(range(32)), None, at)


def test_the_trigger_of_the_record_numbers_what_is_inserted_fast(town: Town) -> None:
    before = Entry.objects.filter(place=town.place).count()

    town.report()

    assert (
        Entry.objects.filter(place=town.place).order_by("-seq").values_list("seq", flat=True)[0] == before + 1
    )


def test_rows_inserted_together_are_written_in_their_order_by_one_statement(
    town: Town, at: datetime, django_assert_num_queries: Any
) -> None:
    case = town.report()
    events = [
        Event(
            case=case, place=town.place, seq=seq, at=at, step="x", from_state="a", to_state="b", actor="y",
            previous=bytes(32), digest=bytes(32),
        )
        for seq in (4, 2, 3)
    ]  # fmt: skip

    with django_assert_num_queries(1):
        insert(*map(NewRow, events))

    added = Event.objects.filter(case=case, seq__gt=1).order_by("id")
    assert list(added.values_list("seq", flat=True)) == [4, 2, 3]


def test_what_is_empty_keeps_its_kind(town: Town) -> None:
    saved = Case.objects.get(pk=town.report().pk)
    twin = Case.objects.get(pk=saved.pk)
    twin.pk, twin.number = new_id(), "QH2611-99998-X"
    twin.handler_users, twin.answers, twin.clock_extra = [], {}, []
    twin.lon, twin.lat, twin.address, twin.department_id = 0.0, 0.0, "", None

    insert(NewRow(twin))

    read = Case.objects.get(pk=twin.pk)
    assert (read.handler_users, read.answers, read.clock_extra) == ([], {}, [])
    assert (read.lon, read.lat, read.address, read.department_id, read.urgent) == (0.0, 0.0, "", None, False)


@pytest.mark.django_db(transaction=True)
def test_an_action_that_only_writes_its_rows_is_committed_by_its_one_statement(at: datetime) -> None:
    with recorded("test.at_once", by=SYSTEM, at=at, place=7) as draft:
        draft.concerns("nothing", 1)
        driver = connection.connection

    assert Entry.objects.filter(action="test.at_once").count() == 1
    assert driver.autocommit  # as Django left it outside of every transaction

    with pytest.raises(IntegrityError), recorded("test.refused", by=SYSTEM, at=at, place=7) as draft:
        draft.rows += [NewRow(Event(place=7, seq=1, at=at))]  # of no case

    assert not Entry.objects.filter(action="test.refused").exists()

    with transaction.atomic():  # not alone: what stands around it decides
        with recorded("test.inside", by=SYSTEM, at=at, place=7):
            pass
        transaction.set_rollback(True)
    assert not Entry.objects.filter(action="test.inside").exists()
