"""The published duty lists, read without an account."""

from django.test import Client
from django.urls import reverse
from tests.builders import Town

from weiwang.duties import actions, queries


def page_of(client: Client, language: str = "zh-hans") -> str:
    answer = client.get(reverse("portal:duties"), headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_anything_is_published_the_page_says_so(client: Client, town: Town) -> None:
    assert "No duty list has been published yet" in page_of(client, "en")


def test_a_resident_reads_the_lists_in_force_with_their_basis(client: Client, town: Town) -> None:
    by = town.officer("dispatcher")
    actions.import_lists(place=town.place, by=by, at=town.at)
    page = page_of(client)
    for duty in queries.duties_in_force(place=town.place, on=town.at.date()):
        assert duty.text_zh in page
        assert duty.basis in page
    assert "微网格长" in page
    assert town.users["leader"].name not in page


def test_drafts_and_what_single_micro_grids_add_are_not_public(client: Client, town: Town) -> None:
    by = town.officer("dispatcher")
    actions.start_draft(place=town.place, kind="grid_worker", by=by, at=town.at, from_sample=True)
    assert "No duty list has been published yet" in page_of(client, "en")
