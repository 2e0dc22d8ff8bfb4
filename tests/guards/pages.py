"""Every address of the real project, with values that lead somewhere."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from PIL import Image
from tests.bodies.conftest import body_form
from tests.builders import Town, contact
from tests.papers import clean as clean_pdf
from tests.papers import make_pdf
from tests.plans.places import drawn_plan

from weiwang.bodies.actions import MemberForm, add_document, add_member, create_body
from weiwang.bodies.models import Document, Member
from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Paper, Photo
from weiwang.cases.rules import Step
from weiwang.kernel.pictures import clean_picture
from weiwang.ledger.models import Building
from weiwang.party import actions as party
from weiwang.party.models import Area, Branch, Care, Link, Move
from weiwang.party.models import Member as PartyMember
from weiwang.plans.actions import bind_houses, read_list
from weiwang.plans.lists import Asked
from weiwang.plans.models import Listing, Plan
from weiwang.territory import actions as territory
from weiwang.territory.models import Client
from weiwang.webhooks import actions as webhooks
from weiwang.webhooks.models import Delivery, Endpoint
from weiwang.whistles.actions import WhistleForm, blow, raise_warning
from weiwang.whistles.models import EarlyWarning, Whistle

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Address:
    """One URL pattern: its full name and the parameters it takes, by converter."""

    name: str
    parameters: Mapping[str, str]

    def url(self, values: Mapping[str, object]) -> str:
        return reverse(self.name, kwargs={name: self._value(name, values) for name in self.parameters})

    def _value(self, name: str, values: Mapping[str, object]) -> object:
        known = values.get(f"{self.name}.{name}", values.get(name))
        if known is not None:
            return known
        return {"IntConverter": 1, "UUIDConverter": UUID(int=1)}.get(self.parameters[name], "x")


def addresses() -> list[Address]:
    return sorted(_walk(get_resolver().url_patterns, ""), key=lambda address: address.name)


def _walk(patterns: Sequence[URLPattern | URLResolver], space: str) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, inner)
        elif pattern.name:
            converters = pattern.pattern.converters.items()
            yield Address(f"{space}{pattern.name}", {name: type(kind).__name__ for name, kind in converters})


def listed(file: str) -> dict[str, str]:
    """The names in one of the lists beside this file, each with its reason: `name  reason` a line."""
    rows = (line.strip() for line in (HERE / file).read_text(encoding="utf-8").splitlines())
    found = dict(row.split(maxsplit=1) for row in rows if row and not row.startswith("#"))
    assert all(found.values()), f"{file}: every name needs its reason"
    return found


def ask(client: Browser, method: str, url: str) -> Any:
    """The answer, read to its end, so that files are closed."""
    answer = getattr(client, method)(url)
    if answer.streaming:
        b"".join(answer.streaming_content)  # the test client closes it at its end
    return answer


def some_case(town: Town) -> Case:
    """A case with a contact, a photo and a paper, on the desk of the community."""
    file = BytesIO()
    Image.new("RGB", (80, 60), "green").save(file, "JPEG")
    case = town.report(
        contact=contact(), photos=[clean_picture(BytesIO(file.getvalue()))], papers=[clean_pdf()]
    )
    return town.step(case, Step.REGISTER, "community")


def some_body(town: Town) -> dict[str, object]:
    """An owners' committee of two micro-grids with a member and a paper."""
    if not Document.objects.filter(place=town.place).exists():
        by = town.officer("dispatcher")
        body = create_body(place=town.place, form=body_form(town), by=by, at=town.at)
        form = MemberForm(name="李建国", starts_on=town.at.date())
        add_member(body_id=body.pk, form=form, by=by, at=town.at)
        add_document(body_id=body.pk, title="备案", data=make_pdf(), by=by, at=town.at)
    member, paper = Member.objects.get(place=town.place), Document.objects.get(place=town.place)
    return {"body_id": member.body_id, "desk:body-member.member_id": member.pk, "document_id": paper.pk}


def some_branch(town: Town) -> dict[str, object]:
    """A branch with a micro-grid in care, an area, and a member who has a household and is asked to move."""
    if not Branch.objects.filter(place=town.place).exists():
        by, at = town.officer("community"), town.at
        one, _two = (
            party.create_branch(place=town.place, grid_id=town.units[code].pk, name="", by=by, at=at)
            for code in ("QH0101", "QH0102")
        )
        micro, house = town.units["QH0101-1"], Building.objects.get(code="QH0101-1-B1")
        party.give_care(branch_id=one.pk, unit_id=micro.pk, by=by, at=at)
        party.add_area(branch_id=one.pk, name="东区", unit_id=micro.pk, by=by, at=at)
        home = party.Home(grid_id=one.grid_id)
        member = party.add_member(
            place=town.place, name="王一", home=home, consent_on=at.date(), by=by, at=at
        )
        party.link_household(member_id=member.pk, building_id=house.pk, door="2-301", by=by, at=at)
        there = party.Home(grid_id=town.units["QH0102"].pk)
        party.change_home(member_id=member.pk, home=there, by=by, at=at)
    member = PartyMember.objects.get(place=town.place)
    return {
        "branch_id": member.branch_id, "person_id": member.pk,
        "care_id": Care.objects.get(place=town.place).pk, "area_id": Area.objects.get(place=town.place).pk,
        "link_id": Link.objects.get(place=town.place).pk, "move_id": Move.objects.get(place=town.place).pk,
    }  # fmt: skip


def some_client(town: Town) -> int:
    """A program that acts by the post of the community."""
    found = Client.objects.filter(place=town.place).first() or territory.create_client(
        place=town.place, post_id=town.posts["community"].pk, name="热线平台", scopes=["case.see"],
        key="ww_guards", days=30, per_minute=60, by=town.officer("admin"), at=town.at,
    )  # fmt: skip
    return found.pk


def some_list(town: Town) -> int:
    """A list of one building that waits to be kept."""
    found = Listing.objects.filter(place=town.place).first() or read_list(
        place=town.place, name="楼栋.csv", data="编号,地址,社区,户数\nX-1,梧桐路99号,QH01,12\n".encode(),
        asked=Asked("wgs84"), by=town.officer("admin"), at=town.at,
    )  # fmt: skip
    return found.pk


def some_plan(town: Town) -> dict[str, object]:
    """A finished draft with two buildings that belong together."""
    if not Plan.objects.filter(place=town.place).exists():
        plan = drawn_plan(town)
        part = plan.parts.order_by("position")[0]
        bind_houses(plan_id=plan.pk, part_id=part.pk, pieces=[0, 1], by=town.officer("admin"), at=town.at)
    plan = Plan.objects.filter(place=town.place).order_by("pk")[0]
    part = plan.parts.order_by("position")[0]
    return {
        "plan_id": plan.pk, "part_id": part.pk, "group_id": part.groups.order_by("pk")[0].pk,
        "listing_id": some_list(town), "bond_id": part.bonds.order_by("pk")[0].pk,
    }  # fmt: skip


def some_whistle(town: Town) -> dict[str, object]:
    """Two departments called to a grid, and a warning that waits."""
    if not Whistle.objects.filter(place=town.place).exists():
        form = WhistleForm(
            kind="joint", departments=[one.pk for one in town.departments.values()], words="占道", limit="2h",
            meeting_point="街口",
        )  # fmt: skip
        unit = town.units["QH0101-1"].pk
        blow(form=form, by=town.officer("gridhead"), at=town.at, unit_id=unit)
        raise_warning(unit_id=unit, words="水涨", by=town.officer("leader"), at=town.at)
    whistle = Whistle.objects.get(place=town.place)
    warning = EarlyWarning.objects.get(place=town.place)
    return {"whistle_id": whistle.pk, "call_id": whistle.calls.first().pk, "warning_id": warning.pk}  # type: ignore[union-attr] # two calls


def some_news(town: Town, case: Case) -> dict[str, object]:
    """An address of that program, and one piece of news that could not be sent there."""
    endpoint = Endpoint.objects.filter(place=town.place).first() or webhooks.create_endpoint(
        client_id=some_client(town), url="https://platform.example/news", secret="whsec_guards",
        by=town.officer("admin"), at=town.at,
    )  # fmt: skip
    row, _made = Delivery.objects.get_or_create(
        endpoint=endpoint, case=case, seq=1,
        defaults={
            "place": town.place, "step": "report", "body": {}, "attempts": 1, "fault": "name",
            "created_at": town.at, "next_at": town.at, "tried_at": town.at,
        },
    )  # fmt: skip
    return {"endpoint_id": endpoint.pk, "delivery_id": row.pk}


def values(town: Town, case: Case) -> dict[str, object]:
    """What to put for each parameter; a name with its address in front counts there only."""
    return {
        **some_body(town),
        **some_branch(town),
        **some_whistle(town),
        "client_id": some_client(town),
        **some_news(town, case),
        **some_plan(town),
        "case_id": case.pk,
        "photo_id": Photo.objects.get(case=case).pk,
        "paper_id": Paper.objects.get(case=case).pk,
        "token": private_token(case.pk),
        "size": "small",
        "fmt": "json",
        "code": "QH0101-1",
        "number": case.number,
        "place": town.place,
        "unit_id": town.units["QH0101"].pk,
        "post_id": town.posts["leader"].pk,
        "user_id": town.users["leader"].pk,
        "rest:map-layer.name": "units",
        "field:step.name": "verify",
    }
