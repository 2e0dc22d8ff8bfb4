"""Self-governance bodies at the desk: lists, the page of one, forms, papers, the look at a telephone."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.bodies.conftest import body_form
from tests.builders import Town
from tests.papers import make_pdf

from weiwang.audit.models import Entry
from weiwang.bodies.actions import MemberForm, add_member, create_body
from weiwang.bodies.models import Body, Document, Member

Desk = Callable[[str], Client]
PDF = make_pdf()


def put_in(town: Town, *codes: str, **more: Any) -> Body:
    return create_body(
        place=town.place, form=body_form(town, *codes, **more), by=town.officer("dispatcher"), at=town.at
    )


def typed(town: Town, *codes: str, **more: Any) -> dict[str, Any]:
    """What a browser sends for a new body."""
    return {
        "submission_key": "once",
        "kind": "owners_committee",
        "name": "锦棠府业主委员会",
        "compound": "锦棠府",
        "term_starts_on": "2026-01-01",
        "term_ends_on": "2029-12-31",
        "contact_name": "王秀英",
        "phone": "028-60000001",
        "units": [town.units[code].pk for code in codes or ("QH0101-1",)],
        **more,
    }


def url(name: str, *args: object) -> str:
    return reverse(f"desk:{name}", args=args)


# ---------------------------------------------------------------- lists


def test_bodies_are_listed_by_community_with_those_of_several_last(desk: Desk, town: Town) -> None:
    put_in(town, "QH0202-2", name="桃源业主委员会")
    put_in(town, "QH01", "QH02", kind="property_company", name="安和物业")
    put_in(town)
    page = desk("dispatcher").get(url("bodies")).content.decode()
    order = [
        page.index(words)
        for words in ("锦棠府业主委员会", "桃源业主委员会", "Several communities", "安和物业")
    ]
    assert order == sorted(order)
    assert "桃源业主委员会" not in desk("community").get(url("bodies")).content.decode()


def test_the_list_narrows_by_kind_and_community(desk: Desk, town: Town) -> None:
    put_in(town, "QH0202-2", name="桃源业主委员会")
    put_in(town, "QH01", kind="building_heads", name="楼栋长联络组")
    client = desk("dispatcher")
    page = client.get(url("bodies"), {"kind": "building_heads"}).content.decode()
    assert "楼栋长联络组" in page
    assert "桃源业主委员会" not in page
    page = client.get(url("bodies"), {"unit": town.units["QH02"].pk}).content.decode()
    assert "楼栋长联络组" not in page
    assert "桃源业主委员会" in page


def test_terms_that_end_have_their_own_list(desk: Desk, town: Town) -> None:
    today = town.at.date()
    put_in(town, name="将满业委会", term_ends_on=today + timedelta(days=30))
    put_in(town, name="早着业委会", term_ends_on=today + timedelta(days=300))
    page = desk("community").get(url("bodies"), {"view": "ending"}).content.decode()
    assert "将满业委会" in page
    assert "term ends soon" in page
    assert "早着业委会" not in page
    assert "No body has ended" in desk("community").get(url("bodies"), {"view": "ended"}).content.decode()


def test_an_empty_list_says_what_will_come_and_who_may_not_enter_reads_why(desk: Desk, town: Town) -> None:
    assert "No bodies yet" in desk("leader").get(url("bodies")).content.decode()
    assert "New body" not in desk("leader").get(url("bodies")).content.decode()
    assert desk("admin").get(url("bodies")).status_code == 403


def test_a_longer_list_asks_no_more(desk: Desk, town: Town, django_assert_max_num_queries: Any) -> None:
    client = desk("dispatcher")
    put_in(town, name="第一")
    client.get(url("bodies"))
    with django_assert_max_num_queries(14) as asked:
        client.get(url("bodies"))
    first = len(asked)
    put_in(town, name="第二")
    put_in(town, name="第三")
    with django_assert_max_num_queries(first):
        client.get(url("bodies"))


# ---------------------------------------------------------------- forms


def test_a_body_is_set_up_once_however_often_the_button_is_pressed(desk: Desk, town: Town) -> None:
    client = desk("community")
    answers = [client.post(url("body-new"), typed(town)) for _ in range(2)]
    body = Body.objects.get()
    assert [answer.headers["Location"] for answer in answers] == [url("body", body.pk)] * 2
    page = client.get(url("body", body.pk)).content.decode()
    assert "028****0001" in page
    assert "60000001" not in page


def test_a_scope_across_communities_is_refused_with_everything_typed_still_there(
    desk: Desk, town: Town
) -> None:
    answer = desk("dispatcher").post(url("body-new"), typed(town, "QH0101-1", "QH02"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "these units lie in 桃源社区 and in 梧桐社区" in page
    assert 'value="王秀英"' in page
    ticks = [town.units[code].pk for code in ("QH0101-1", "QH02")]
    assert all(f'value="{tick}" checked' in page for tick in ticks)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"term_ends_on": "2025-01-01"}, "A term must end after it starts."),
        ({"units": []}, "Choose at least one community"),
        ({"phone": "none of yours"}, "This does not look like a telephone number."),
        ({"term_starts_on": "soon"}, "Enter a valid date."),
        ({"name": ""}, "This field is required."),
        ({"units": ["999999999999", "x"]}, "All units must lie in this sub-district."),
    ],
)
def test_what_is_wrong_is_said_in_the_form(desk: Desk, town: Town, more: Any, said: str) -> None:
    answer = desk("community").post(url("body-new"), typed(town, **more))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Body.objects.exists()


def test_anothers_community_cannot_be_given_a_body(desk: Desk, town: Town) -> None:
    assert desk("community").post(url("body-new"), typed(town, "QH0202-2")).status_code == 403
    assert desk("leader").get(url("body-new")).status_code == 403


def test_another_communitys_grids_are_shown_without_losing_what_was_typed(desk: Desk, town: Town) -> None:
    sent = {**typed(town), "show": "grids", "community": town.units["QH02"].pk}
    page = desk("dispatcher").post(url("body-new"), sent).content.decode()
    assert f'value="{town.units["QH0202-1"].pk}"' in page
    assert f'value="{town.units["QH0101-1"].pk}" checked' in page
    assert 'value="锦棠府业主委员会"' in page
    assert not Body.objects.exists()


def test_a_change_keeps_the_number_on_record_and_a_stale_page_is_told(desk: Desk, town: Town) -> None:
    body, client = put_in(town), desk("community")
    page = client.get(url("body-edit", body.pk)).content.decode()
    assert "60000001" not in page
    sent = {**typed(town, phone="", compound="锦棠府一期"), "version": 1}
    assert client.post(url("body-edit", body.pk), {**sent, "submission_key": "a"}).status_code == 302
    changed = Body.objects.get()
    assert (changed.compound, changed.phone) == ("锦棠府一期", "028-60000001")
    answer = client.post(url("body-edit", body.pk), {**sent, "submission_key": "b"})
    assert answer.status_code == 409
    assert "Somebody else has changed this body" in answer.content.decode()


def test_an_ended_body_is_kept_in_its_own_list(desk: Desk, town: Town) -> None:
    body, client = put_in(town), desk("community")
    answer = client.post(
        url("body-end", body.pk), {"on": "2020-01-01", "reason": "并入", "submission_key": "a"}
    )
    assert answer.status_code == 422
    client.post(url("body-end", body.pk), {"on": "2026-11-16", "reason": "并入", "submission_key": "b"})
    assert "锦棠府业主委员会" in client.get(url("bodies"), {"view": "ended"}).content.decode()
    assert "锦棠府业主委员会" not in client.get(url("bodies")).content.decode()
    assert "It ended on 2026-11-16" in client.get(url("body", body.pk)).content.decode()


# ---------------------------------------------------------------- members and the look


def test_members_come_and_go(desk: Desk, town: Town) -> None:
    body, client = put_in(town), desk("community")
    sent = {"name": "李建国", "role": "主任", "starts_on": "2026-01-01", "submission_key": "a"}
    assert client.post(url("body-member-add", body.pk), sent).status_code == 302
    answer = client.post(url("body-member-add", body.pk), {**sent, "submission_key": "b"})
    assert answer.status_code == 422
    assert "already a member" in answer.content.decode()
    answer = client.post(url("body-member-add", body.pk), {**sent, "name": "甲", "username": "nobody"})
    assert "no account with this user name" in answer.content.decode()
    member = Member.objects.get()
    change = url("body-member", body.pk, member.pk)
    assert "李建国" in client.get(change).content.decode()
    client.post(change, {**sent, "last_on": "2026-10-31", "submission_key": "c"})
    assert Member.objects.get().ends_on == date(2026, 11, 1)


def test_names_are_masked_for_posts_that_do_not_keep_it_until_they_say_why(desk: Desk, town: Town) -> None:
    body, client = put_in(town), desk("leader")
    add_member(
        body_id=body.pk, by=town.officer("dispatcher"), at=town.at,
        form=MemberForm(name="李建国", starts_on=date(2026, 1, 1), office_phone="028-60000002"),
    )  # fmt: skip
    page = client.get(url("body", body.pk)).content.decode()
    assert "李*" in page
    assert "李建国" not in page
    assert "王秀英" not in page
    answer = client.post(url("body-contact", body.pk), {"reason": " "})
    assert answer.status_code == 422
    shown = client.post(url("body-contact", body.pk), {"reason": "商量停水"}).content.decode()
    assert all(words in shown for words in ("李建国", "王秀英", "028-60000001", "028-60000002"))
    assert Entry.objects.get(action="body.reveal").reason == "商量停水"


def test_outside_ones_reach_nothing_opens(desk: Desk, town: Town) -> None:
    body, client = put_in(town), desk("far")
    assert client.get(url("body", body.pk)).status_code == 404
    assert client.post(url("body-contact", body.pk), {"reason": "看看"}).status_code == 404
    assert desk("community2").get(url("body-edit", body.pk)).status_code == 404
    assert desk("leader").post(url("body-end", body.pk), {}).status_code == 403


# ---------------------------------------------------------------- papers


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(file, "PNG")
    return file.getvalue()


def test_a_pdf_comes_back_as_a_download_and_a_picture_as_a_clean_jpeg(desk: Desk, town: Town) -> None:
    body, client = put_in(town), desk("community")
    for key, name, data in (("a", "备案.pdf", PDF), ("b", "公示.png", picture())):
        file = SimpleUploadedFile(name, data)
        sent = {"title": name, "file": file, "submission_key": key}
        assert client.post(url("body-paper-add", body.pk), sent).status_code == 302
    for paper in Document.objects.all():
        answer = client.get(url("body-paper", paper.pk))
        kept = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith(
            "attachment" if paper.kind == "pdf" else "inline"
        )
        assert kept.startswith(b"%PDF-" if paper.kind == "pdf" else b"\xff\xd8\xff")
        assert desk("community2").get(url("body-paper", paper.pk)).status_code == 404
        assert desk("leader").get(url("body-paper", paper.pk)).status_code == 403


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", "Only PDF, JPG and PNG"),
        ("broken.pdf", b"%PDF-1.7 and no end", "damaged or incomplete"),
        ("empty.pdf", b"", "empty"),
    ],
)
def test_a_file_that_is_no_paper_is_refused(
    desk: Desk, town: Town, name: str, data: bytes, said: str
) -> None:
    body = put_in(town)
    sent = {"title": "备案回执", "file": SimpleUploadedFile(name, data), "submission_key": "a"}
    answer = desk("community").post(url("body-paper-add", body.pk), sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert 'value="备案回执"' in answer.content.decode()


def test_a_paper_is_taken_back(desk: Desk, town: Town, django_capture_on_commit_callbacks: Any) -> None:
    body, client = put_in(town), desk("community")
    sent = {"title": "备案", "file": SimpleUploadedFile("a.pdf", PDF), "submission_key": "a"}
    client.post(url("body-paper-add", body.pk), sent)
    paper = Document.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("body-paper-withdraw", paper.pk), {"submission_key": "b"})
    assert client.get(url("body-paper", paper.pk)).status_code == 404
    assert "备案</a>" not in client.get(url("body", body.pk)).content.decode()
