"""Two sub-districts in one deployment: neither sees, moves or counts what belongs to the other."""

import io
from collections.abc import Callable

import pytest
import shapely
from django.test import Client
from PIL import Image
from tests.builders import Town, contact

from weiwang.accounts.actions import create_user
from weiwang.audit.rules import SYSTEM
from weiwang.cases.actions import reroute_case, reveal_reporter
from weiwang.cases.models import Case, Photo
from weiwang.cases.permissions import steps_for, visible_to
from weiwang.cases.queries import public_pulse
from weiwang.cases.rules import CaseError, Step, StepRefusedError
from weiwang.kernel.pictures import clean_picture
from weiwang.territory import actions, queries
from weiwang.territory.models import Post, Unit
from weiwang.territory.rules import Level, NotAllowedError, Officer

Desk = Callable[[str], Client]


@pytest.fixture
def neighbour(town: Town) -> Unit:
    """A second sub-district beside the town: its dispatcher `across`, and a micro-grid leader's post."""
    box = shapely.box(104.1, 30.7, 104.101, 30.701)
    place = actions.create_place(code="AJ", name="安靖街道", by=SYSTEM, at=town.at, boundary=box)
    levels = ((Level.GENERAL_GRID, "AJ01"), (Level.GRID, "AJ0101"), (Level.MICRO_GRID, "AJ0101-1"))
    parent = place
    for level, code in levels:
        parent = town.units[code] = actions.create_unit(
            parent=parent, level=level, code=code, name=code, by=SYSTEM, at=town.at, boundary=box
        )
    town.posts["leader across"] = actions.create_post(
        unit=parent, kind="micro_grid_leader", by=SYSTEM, at=town.at
    )
    user = town.users["across"] = create_user(
        place=place.pk, username="across", name="邻居", by=SYSTEM, at=town.at
    )
    post = Post.objects.get(unit=place, kind="dispatcher")
    actions.appoint(post_id=post.pk, user_id=user.pk, by=SYSTEM, at=town.at)
    return place


@pytest.fixture
def across(town: Town, neighbour: Unit) -> Officer:
    return town.officer("across")


@pytest.fixture
def case(town: Town) -> Case:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(data, "PNG")
    return town.report(contact=contact(), photos=[clean_picture(data.getvalue())])


def test_a_case_is_out_of_sight_and_out_of_reach(town: Town, across: Officer, case: Case) -> None:
    assert not visible_to(across).exists()
    assert steps_for(across, case) == []
    with pytest.raises(NotAllowedError):
        town.step(case, Step.REGISTER, "across")
    with pytest.raises(CaseError):
        reveal_reporter(case_id=case.pk, by=across, at=town.at, reason="看看")


def test_a_case_is_not_sent_across(town: Town, across: Officer, case: Case) -> None:
    town.step(case, Step.REGISTER, "dispatcher")
    with pytest.raises(StepRefusedError) as refused:
        town.step(case, Step.DISPATCH, "dispatcher", target_post=town.posts["leader across"].pk)
    assert refused.value.code == "step.target_unknown"
    with pytest.raises(CaseError) as nowhere:
        reroute_case(
            case_id=case.pk, by=town.officer("dispatcher"), at=town.at, seen_version=2, reason="地点报错了",
            unit_id=town.units["AJ0101-1"].pk,
        )  # fmt: skip
    assert nowhere.value.code == "case.no_place"


def test_no_page_of_the_desk_shows_it(town: Town, neighbour: Unit, desk: Desk, case: Case) -> None:
    client, photo = desk("across"), Photo.objects.get()
    case_urls = [f"/desk/cases/{case.pk}/", f"/desk/cases/{case.pk}/place/", f"/desk/photos/{photo.pk}.jpg"]
    for url in [*case_urls, f"/desk/grids/{town.units['QH01'].pk}/", f"/desk/board/?unit={town.unit.pk}"]:
        assert client.get(url).status_code == 404, url
    for url in (f"/desk/cases/?view=all&unit={town.unit.pk}", f"/desk/cases/?view=all&q={case.number}"):
        assert str(case.pk) not in client.get(url).text
    assert client.get("/desk/cases/points.geojson?view=all").json()["features"] == []
    assert town.unit.name not in client.get("/desk/board/").text


def test_numbers_of_one_place_hold_nothing_of_the_other(town: Town, neighbour: Unit, case: Case) -> None:
    assert public_pulse(neighbour.pk, since=town.at) == {"reported": 0, "closed": 0}
    found = queries.locate(place=neighbour.pk, lon=104.0005, lat=30.7005)
    assert found.unit_id is None
