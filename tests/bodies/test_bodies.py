"""Founding, changing and ending bodies; who may; what the record keeps; what a look shows."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests.bodies.conftest import Found, body_form
from tests.builders import Town
from tests.papers import make_pdf

from weiwang.audit.models import Entry
from weiwang.audit.rules import AlreadyDoneError
from weiwang.bodies import queries
from weiwang.bodies.actions import (
    MemberForm,
    add_document,
    add_member,
    change_body,
    change_member,
    create_body,
    document_path,
    end_body,
    forget_ended,
    reveal_contact,
    withdraw_document,
)
from weiwang.bodies.models import Body, Member
from weiwang.bodies.rules import BodyError, TermState
from weiwang.territory.rules import NotAllowedError

PDF = make_pdf()


def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(file, "PNG")
    return file.getvalue()


# ---------------------------------------------------------------- founding


def test_a_body_is_founded_with_its_scope_and_its_telephone_is_sealed(town: Town, found: Found) -> None:
    body = found()
    assert [unit.name for unit in queries.scope_of(body.pk)] == ["第1网格第1微网格", "第1网格第2微网格"]
    assert Body.objects.get(pk=body.pk).phone == "028-60000001"
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM bodies_body WHERE id = %s", [body.pk])
        assert b"60000001" not in bytes(cursor.fetchone()[0])
    entry = Entry.objects.get(action="body.create")
    assert entry.object_id == str(body.pk)
    assert "王秀英" not in str(entry.data)


def test_a_scope_across_two_communities_is_refused_by_name(found: Found) -> None:
    with pytest.raises(BodyError, match="one community") as caught:
        found("QH0101-1", "QH0202-2")
    assert {caught.value.params["one"], caught.value.params["other"]} == {"梧桐社区", "桃源社区"}


def test_a_company_may_serve_two_communities(town: Town, found: Found) -> None:
    body = found("QH01", "QH0202-2", kind="property_company", name="安和物业")
    lines = queries.bodies(paths=[town.unit.path], on=town.at.date())
    assert [line.communities for line in lines if line.id == body.pk] == [["梧桐社区", "桃源社区"]]


def test_a_scope_elsewhere_above_or_empty_is_refused(town: Town, found: Found) -> None:
    with pytest.raises(BodyError, match="in this sub-district"):
        found(unit_ids=[town.units["QH01"].pk, 999_999])
    with pytest.raises(BodyError, match="communities, grids or micro-grids"):
        found("QH", kind="property_company")
    with pytest.raises(BodyError, match="at least one"):
        found(unit_ids=[])


def test_a_name_stands_once_for_each_kind_while_the_body_stands(town: Town, found: Found) -> None:
    first = found()
    with pytest.raises(BodyError, match="already a body"):
        found("QH0202-2")
    end_body(
        body_id=first.pk, on=date(2026, 11, 1), reason="换届未成", by=town.officer("dispatcher"), at=town.at
    )
    assert found("QH0101-1").pk != first.pk


def test_one_form_sent_twice_founds_one_body(town: Town) -> None:
    options: dict[str, Any] = {
        "place": town.place, "form": body_form(town), "by": town.officer("dispatcher"), "at": town.at,
        "submission": "once",
    }  # fmt: skip
    body = create_body(**options)
    with pytest.raises(AlreadyDoneError) as done:
        create_body(**options)
    assert done.value.object_id == str(body.pk)


def test_the_database_itself_refuses_a_term_out_of_order(found: Found) -> None:
    body = found()
    with pytest.raises(IntegrityError), transaction.atomic():
        Body.objects.filter(pk=body.pk).update(term_ends_on=date(2020, 1, 1))


# ---------------------------------------------------------------- who may


def test_only_posts_that_keep_every_unit_of_it_may_found_and_change(town: Town, found: Found) -> None:
    assert found(by="community").kind == "owners_committee"
    for somebody in ("community2", "gridhead", "leader", "liaison", "admin"):
        with pytest.raises(NotAllowedError):
            found(by=somebody, name=f"{somebody}的业委会")
    with pytest.raises(NotAllowedError):
        found("QH01", "QH02", by="community", kind="property_company", name="安和物业")


def test_a_body_cannot_be_moved_into_anothers_community(town: Town, found: Found) -> None:
    body = found()
    form = body_form(town, "QH0202-2")
    with pytest.raises(NotAllowedError):
        change_body(body_id=body.pk, seen_version=1, form=form, by=town.officer("community"), at=town.at)


def test_it_is_listed_above_and_below_its_scope_and_nowhere_else(town: Town, found: Found) -> None:
    body = found("QH0101")

    def sees(username: str) -> bool:
        paths = town.officer(username).paths("body.see")
        listed = {line.id for line in queries.bodies(paths=paths, on=town.at.date())}
        assert (queries.body(paths=paths, body_id=body.pk) is not None) is (body.pk in listed)
        return body.pk in listed

    assert all(sees(name) for name in ("dispatcher", "community", "gridhead", "leader"))
    assert not any(sees(name) for name in ("community2", "gridhead2", "far", "admin"))


# ---------------------------------------------------------------- changing and ending


def test_a_changed_scope_keeps_the_former_one_by_date(town: Town, found: Found) -> None:
    body = found("QH0101-1")
    form = body_form(town, "QH0101-2")
    change_body(body_id=body.pk, seen_version=1, form=form, by=town.officer("dispatcher"), at=town.at)

    def stood(on: date) -> set[int]:
        lines = queries.standing_on(paths=[town.unit.path], under=town.units["QH01"].path, on=on)
        return {unit for line in lines for unit in line.unit_ids}

    today = town.at.date()
    assert stood(today - timedelta(days=1)) == {town.units["QH0101-1"].pk}
    assert stood(today) == {town.units["QH0101-2"].pk}
    assert stood(date(2023, 1, 1)) == set()
    back = body_form(town, "QH0101-1")
    change_body(body_id=body.pk, seen_version=2, form=back, by=town.officer("dispatcher"), at=town.at)
    assert stood(today) == {town.units["QH0101-1"].pk}


def test_who_comes_second_is_told_of_the_first(town: Town, found: Found) -> None:
    body, by = found(), town.officer("dispatcher")
    form = replace(body_form(town), compound="锦棠府一期", phone=None)
    change_body(body_id=body.pk, seen_version=1, form=form, by=by, at=town.at)
    with pytest.raises(BodyError, match="Somebody else"):
        change_body(body_id=body.pk, seen_version=1, form=form, by=by, at=town.at)
    assert Body.objects.get(pk=body.pk).phone == "028-60000001"
    assert Entry.objects.get(action="body.change").data["changed"] == ["compound"]


def test_an_ended_body_is_kept_with_its_members_and_changes_no_more(town: Town, found: Found) -> None:
    body, by = found(), town.officer("dispatcher")
    add_member(body_id=body.pk, form=MemberForm(name="李建国", starts_on=date(2024, 1, 1)), by=by, at=town.at)
    with pytest.raises(BodyError, match="reason"):
        end_body(body_id=body.pk, on=date(2026, 11, 16), reason=" ", by=by, at=town.at)
    with pytest.raises(BodyError, match="before the day it began"):
        end_body(body_id=body.pk, on=date(2020, 1, 1), reason="并入", by=by, at=town.at)
    end_body(body_id=body.pk, on=date(2026, 11, 16), reason="并入一期", by=by, at=town.at)
    assert Member.objects.get(body=body).ends_on == date(2026, 11, 16)
    with pytest.raises(BodyError, match="has ended"):
        change_body(body_id=body.pk, seen_version=2, form=body_form(town), by=by, at=town.at)
    paths = [town.unit.path]
    assert queries.bodies(paths=paths, on=town.at.date()) == []
    assert [line.id for line in queries.bodies(paths=paths, on=town.at.date(), ended=True)] == [body.pk]


# ---------------------------------------------------------------- members


def test_a_member_is_in_a_body_once_at_a_time(town: Town, found: Found) -> None:
    body, by = found(), town.officer("dispatcher")
    form = MemberForm(name="李建国", role="主任", starts_on=date(2024, 1, 1), user_id=town.users["leader"].pk)
    member = add_member(body_id=body.pk, form=form, by=by, at=town.at)
    with pytest.raises(BodyError, match="already a member"):
        add_member(body_id=body.pk, form=replace(form, name="李建国（改名）"), by=by, at=town.at)
    over = replace(form, ends_on=date(2025, 1, 1))
    change_member(member_id=member.pk, form=over, by=by, at=town.at)
    add_member(body_id=body.pk, form=replace(form, starts_on=date(2025, 1, 1)), by=by, at=town.at)
    assert queries.members_on(body.pk, date(2026, 1, 1)) == 1
    with pytest.raises(BodyError, match="end after it starts"):
        change_member(member_id=member.pk, form=replace(over, ends_on=date(2023, 1, 1)), by=by, at=town.at)


def test_a_member_without_an_account_here_cannot_be_linked(town: Town, found: Found) -> None:
    form = MemberForm(name="李建国", starts_on=date(2024, 1, 1), user_id=999_999)
    with pytest.raises(BodyError, match="no account"):
        add_member(body_id=found().pk, form=form, by=town.officer("dispatcher"), at=town.at)


def test_a_look_at_names_and_telephones_needs_a_reason_and_is_recorded(town: Town, found: Found) -> None:
    body = found()
    member = add_member(
        body_id=body.pk, by=town.officer("dispatcher"), at=town.at,
        form=MemberForm(name="李建国", starts_on=date(2024, 1, 1), office_phone="028-60000002"),
    )  # fmt: skip
    with pytest.raises(BodyError, match="reason"):
        reveal_contact(body_id=body.pk, by=town.officer("leader"), at=town.at, reason=" ")
    with pytest.raises(BodyError, match="not there"):
        reveal_contact(body_id=body.pk, by=town.officer("far"), at=town.at, reason="联系")
    shown = reveal_contact(body_id=body.pk, by=town.officer("leader"), at=town.at, reason="商量停水")
    assert (shown.phone, shown.phones[member.pk]) == ("028-60000001", "028-60000002")
    entry = Entry.objects.get(action="body.reveal")
    assert (entry.user_id, entry.reason) == (town.users["leader"].pk, "商量停水")


# ---------------------------------------------------------------- papers


def test_papers_are_kept_outside_and_taken_back(
    town: Town, found: Found, django_capture_on_commit_callbacks: Any
) -> None:
    body, by = found(), town.officer("community")
    paper = add_document(body_id=body.pk, title="备案回执", data=PDF, by=by, at=town.at)
    picture = add_document(body_id=body.pk, title="公示照片", data=png(), by=by, at=town.at)
    assert document_path(paper).read_bytes()[:5] == b"%PDF-"
    assert document_path(picture).read_bytes().startswith(b"\xff\xd8\xff")
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_document(document_id=paper.pk, by=by, at=town.at)
    assert not document_path(paper).exists()
    assert [one.pk for one in queries.documents_of(body.pk)] == [picture.pk]
    with pytest.raises(BodyError, match="not there"):
        withdraw_document(document_id=paper.pk, by=by, at=town.at)
    assert queries.document(paths=[town.units["QH02"].path], document_id=picture.pk) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html><script>", "Only PDF"),
        (b"GIF89a", "Only PDF"),
        (b"PK\x03\x04", "Only PDF"),
        (b"%PDF-1.4 cut off", "damaged"),
        (b"\xff\xd8\xff\xe0 cut off", "damaged"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_not_a_sound_paper_is_refused(
    town: Town, found: Found, data: bytes, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        add_document(body_id=found().pk, title="材料", data=data, by=town.officer("dispatcher"), at=town.at)


# ---------------------------------------------------------------- lists


def test_terms_ending_come_first_and_sums_agree(town: Town, found: Found) -> None:
    today = town.at.date()
    soon = found(name="甲", term_ends_on=today + timedelta(days=30))
    over = found("QH0102-1", name="乙", term_ends_on=today - timedelta(days=10))
    found("QH0202-2", name="丙", term_ends_on=None, kind="building_heads")
    lines = queries.terms_ending(paths=[town.unit.path], on=today)
    assert [(line.id, line.term) for line in lines] == [
        (over.pk, TermState.OVER), (soon.pk, TermState.ENDING),
    ]  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        summary = queries.summary(paths=[town.unit.path], on=today)
    assert len(asked) == 1
    assert (summary.total, summary.ending, summary.over) == (3, 1, 1)
    assert summary.by_kind["villager_group"] == 0


def test_a_longer_list_asks_no_more(town: Town, found: Found, django_assert_num_queries: Any) -> None:
    for number in range(3):
        found(name=f"业主委员会{number}")
        with django_assert_num_queries(3):
            assert len(queries.bodies(paths=[town.unit.path], on=town.at.date())) == number + 1


# ---------------------------------------------------------------- retention


def test_three_years_after_its_end_only_that_it_was_there_is_known(town: Town, found: Found) -> None:
    body, by = found(), town.officer("dispatcher")
    add_member(body_id=body.pk, form=MemberForm(name="李建国", starts_on=date(2024, 1, 1)), by=by, at=town.at)
    paper = add_document(body_id=body.pk, title="备案回执", data=PDF, by=by, at=town.at)
    end_body(body_id=body.pk, on=town.at.date(), reason="并入一期", by=by, at=town.at)
    assert forget_ended(at=town.at + timedelta(days=1095)) == 0
    assert forget_ended(at=town.at + timedelta(days=1096)) == 3
    assert forget_ended(at=town.at + timedelta(days=1096)) == 0
    left = Body.objects.get(pk=body.pk)
    assert (left.name, left.contact_name, left.phone) == ("锦棠府业主委员会", "", "")
    assert not Member.objects.filter(body=body).exists()
    assert not document_path(paper).exists()
