"""The console: who may enter, what it shows, and what its forms do."""

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from shapely.geometry import mapping
from tests.builders import Town

from weiwang.accounts.models import User
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.territory import actions, queries
from weiwang.territory.models import Appointment, Post, Unit

PAGES = {
    "home": ("admin", "auditor"), "units": ("admin",), "posts": ("admin",), "people": ("admin",),
    "person-new": ("admin",), "import": ("admin",), "policies": ("admin", "auditor", "duty"),
    "record": ("auditor",), "chain": ("auditor",),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now(at: Any, settings: Any, tmp_path: Path) -> Any:
    settings.VAR = tmp_path
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def enter(town: Town) -> Callable[[str], Client]:
    def client_of(username: str) -> Client:
        client = Client()
        client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
        return client

    return client_of


def url(name: str, *args: object) -> str:
    return reverse(f"console:{name}", args=args)


def page(answer: Any) -> str:
    text: str = answer.content.decode()
    return text


# ---------------------------------------------------------------- who may enter


@pytest.mark.parametrize("name", PAGES)
def test_each_page_opens_for_its_posts_only(town: Town, enter: Callable[[str], Client], name: str) -> None:
    for username in ("admin", "auditor", "duty", "leader", "dispatcher", "city"):
        allowed = username in PAGES[name] or (name == "home" and username == "duty")
        status = enter(username).get(url(name)).status_code
        assert status == (200 if allowed else 403), username
    assert Client().get(url(name)).status_code == 302


def test_a_page_closes_the_minute_the_post_ends(town: Town, enter: Callable[[str], Client], at: Any) -> None:
    client = enter("admin")
    assert client.get(url("home")).status_code == 200
    held = Appointment.objects.get(user=town.users["admin"])
    actions.end_appointment(appointment_id=held.pk, by=SYSTEM, at=at)
    assert client.get(url("home")).status_code == 403


def test_another_sub_district_is_out_of_sight(town: Town, enter: Callable[[str], Client], at: Any) -> None:
    other = actions.create_place(code="ZZ", name="远山街道", by=SYSTEM, at=at)
    post = Post.objects.get(unit=other)
    client = enter("admin")
    assert client.get(url("unit", other.pk)).status_code == 404
    assert client.get(url("post", post.pk)).status_code == 404
    assert client.post(url("unit-change", other.pk), {"name": "x"}).status_code == 404


def test_the_checklist_says_what_is_done_and_what_is_not(town: Town, enter: Callable[[str], Client]) -> None:
    text = page(enter("admin").get(url("home")))
    assert "8/8" in text.replace(" ", "") or "8 个" in text or "8" in text
    assert text.count('class="cs-item cs-item-done"') >= 4
    assert text.count('class="cs-item cs-item-open"') >= 1


# ---------------------------------------------------------------- units


def test_a_unit_is_added_renamed_and_ended_and_each_is_recorded(
    town: Town, enter: Callable[[str], Client], at: Any
) -> None:
    client, grid = enter("admin"), town.units["QH0101"]
    new = {"new-level": "micro_grid", "new-code": "QH0101-9", "new-name": "第9微网格", "new-households": "20"}
    answer = client.post(url("unit-add", grid.pk), {**new, "submission_key": "a"})
    assert (answer.status_code, answer.headers["Location"]) == (302, url("unit", grid.pk))
    again = client.post(url("unit-add", grid.pk), {**new, "submission_key": "a"})
    assert (again.status_code, again.headers["Location"]) == (302, url("unit", grid.pk))
    unit = Unit.objects.get(code="QH0101-9")
    assert client.post(url("unit-change", unit.pk), {"name": "新名", "households": "61"}).status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.households) == ("新名", 61)
    with time_machine.travel(at + timedelta(days=2), tick=False):
        client = enter("admin")
        assert client.post(url("unit-end", unit.pk), {"reason": "并入"}).status_code == 302
    unit.refresh_from_db()
    assert unit.ends_on is not None
    done = Entry.objects.filter(object_type="unit", object_id=unit.pk).values_list("action", flat=True)
    assert sorted(done) == ["unit.change", "unit.create", "unit.end"]


def test_a_refused_unit_keeps_what_was_typed(town: Town, enter: Callable[[str], Client]) -> None:
    new = {"new-level": "micro_grid", "new-code": "QH0101-1", "new-name": "又一个"}
    answer = enter("admin").post(url("unit-add", town.units["QH0101"].pk), new)
    assert answer.status_code == 422
    assert "又一个" in page(answer)
    assert "QH0101-1" in page(answer)
    busy = enter("admin").post(url("unit-end", town.units["QH0101"].pk), {})
    assert busy.status_code == 409


def test_a_boundary_is_drawn_and_checked_before_it_is_saved(
    town: Town, enter: Callable[[str], Client]
) -> None:
    client, unit = enter("admin"), town.units["QH0101-1"]
    smaller = json.dumps(mapping(shapely.box(104.0, 30.7, 104.001, 30.7009)))
    seen = client.post(url("unit-boundary", unit.pk), {"text": smaller})
    assert seen.status_code == 200
    assert "cs-given" in page(seen)
    assert Unit.objects.get(pk=unit.pk).boundary.equals(unit.boundary)
    saved = client.post(url("unit-boundary", unit.pk), {"text": smaller, "save": "1"})
    assert saved.status_code == 302
    assert queries.locate(place=town.place, lon=104.0005, lat=30.70095).unit_id == unit.pk  # approximate
    assert queries.locate(place=town.place, lon=104.0005, lat=30.70095).located.match == "approximate"


def test_a_boundary_over_a_neighbour_or_across_itself_is_refused(
    town: Town, enter: Callable[[str], Client]
) -> None:
    client, unit = enter("admin"), town.units["QH0101-1"]
    wide = json.dumps(
        {"type": "Feature", "properties": {}, "geometry": mapping(shapely.box(104, 30.7, 104.0015, 30.701))}
    )
    file = SimpleUploadedFile("b.geojson", wide.encode())
    answer = client.post(url("unit-boundary", unit.pk), {"file": file, "save": "1"})
    assert answer.status_code == 422
    assert "QH0102-1" in page(answer)
    bow = "POLYGON((104 30.7,104.001 30.701,104.001 30.7,104 30.701,104 30.7))"
    for text in (bow, "", "{", "POINT(1 2)"):
        assert client.post(url("unit-boundary", unit.pk), {"text": text, "save": "1"}).status_code == 422
    assert Unit.objects.get(pk=unit.pk).boundary.equals(unit.boundary)


# ---------------------------------------------------------------- posts and people


def test_an_account_is_made_and_its_password_shown_once(town: Town, enter: Callable[[str], Client]) -> None:
    client = enter("admin")
    data = {"username": "wanghong", "name": "王红", "phone": "10000000001", "submission_key": "k"}
    answer = client.post(url("person-new"), data)
    user = User.objects.get(username="wanghong")
    password = page(answer).split("<code>")[1].split("</code>")[0]
    assert user.check_password(password)
    assert user.must_change_password
    assert answer.headers["Cache-Control"] == "private, no-store"
    again = client.post(url("person-new"), data)
    assert (again.status_code, again.headers["Location"]) == (302, url("person", user.pk))
    assert "10000000001" not in page(client.get(url("people"))) + page(client.get(url("person", user.pk)))
    taken = client.post(url("person-new"), {**data, "submission_key": "k2"})
    assert taken.status_code == 422
    assert "王红" in page(taken)


def test_a_new_password_closing_and_opening_are_recorded(town: Town, enter: Callable[[str], Client]) -> None:
    client, user = enter("admin"), town.users["worker"]
    reset = client.post(url("person-reset", user.pk), {"submission_key": "r"})
    password = page(reset).split("<code>")[1].split("</code>")[0]
    user.refresh_from_db()
    assert user.check_password(password)
    assert client.post(url("person-reset", user.pk), {"submission_key": "r"}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(password)
    client.post(url("person-close", user.pk), {"close": "1"})
    closed = User.objects.get(pk=user.pk)
    client.post(url("person-close", user.pk), {"open": "1"})
    opened = User.objects.get(pk=user.pk)
    assert (closed.is_active, opened.is_active) == (False, True)
    done = Entry.objects.filter(object_type="user", object_id=user.pk).exclude(action="account.create")
    assert [e.action for e in done.order_by("seq")] == [
        "account.reset_password",
        "account.close",
        "post.person_end",
        "account.reopen",
    ]


def test_a_person_with_open_work_is_closed_only_when_it_goes_to_somebody(
    town: Town, enter: Callable[[str], Client]
) -> None:
    case, client, user = town.report(), enter("admin"), town.users["gridhead"]
    refused = client.post(url("person-close", user.pk), {"close": "1"})
    assert refused.status_code == 422
    assert case.number in page(refused)
    assert client.post(url("person-close", user.pk), {"close": "1", "vacant": "1"}).status_code == 302
    case.refresh_from_db()
    assert case.owner_post_id == town.posts["community"].pk


def test_a_contract_ends_sign_in_and_appointments_with_its_day(
    town: Town, enter: Callable[[str], Client], at: Any
) -> None:
    client, user = enter("admin"), town.users["worker"]
    assert client.post(url("person-contract", user.pk), {"works_until": "2020-01-01"}).status_code == 422
    assert client.post(url("person-contract", user.pk), {"works_until": "2027-06-30"}).status_code == 302
    user.refresh_from_db()
    held = Appointment.objects.get(user=user)
    assert (str(user.works_until), str(held.ends_at)) == ("2027-06-30", "2027-06-30 16:00:00+00:00")
    assert "2027-06-30" in page(client.get(url("person", user.pk)))


def test_a_micro_grid_has_a_head_for_each_building(town: Town, enter: Callable[[str], Client]) -> None:
    client = enter("admin")
    for name in ("3栋楼栋长", "4栋楼栋长"):
        fields = {"new-kind": "building_head", "new-unit": "QH0101-1", "new-department": "", "new-name": name}
        assert client.post(url("post-new"), fields).status_code == 302
    assert Post.objects.filter(kind="building_head", name__contains="栋楼栋长").count() == 2


def test_a_post_is_set_up_filled_and_vacated(town: Town, enter: Callable[[str], Client]) -> None:
    client = enter("admin")
    made = client.post(
        url("post-new"), {"new-kind": "grid_leader", "new-unit": "QH0201", "new-department": ""}
    )
    assert made.status_code == 302
    post = Post.objects.get(kind="grid_leader", unit=town.units["QH0201"])
    assert post.name in page(client.get(url("posts"), {"vacant": "1"}))
    answer = client.post(url("appoint", post.pk), {"username": "worker", "starts_on": "", "ends_on": ""})
    assert answer.status_code == 302
    held = Appointment.objects.get(post=post)
    assert "grid_leader" in {h.kind for h in town.officer("worker").holdings}
    busy = client.post(url("appoint", post.pk), {"username": "leader"})
    assert busy.status_code == 409
    unknown = client.post(url("appoint", post.pk), {"username": "nobody"})
    assert (unknown.status_code, "nobody" in page(unknown)) == (422, True)
    with time_machine.travel(town.at + timedelta(minutes=1), tick=False):
        assert client.post(url("appointment-end", held.pk), {"submission_key": "e"}).status_code == 302
        assert client.post(url("appointment-end", held.pk), {"submission_key": "e"}).status_code == 302
        assert client.post(url("appointment-end", held.pk), {"submission_key": "f"}).status_code == 409


def test_lists_ask_the_same_number_of_questions_for_one_and_for_three_rows(
    town: Town, enter: Callable[[str], Client]
) -> None:
    client = enter("admin")
    for name, one, three in (
        ("posts", {"unit": "QH0202-2"}, {"unit": "QH0101"}), ("people", {"q": "auditor"}, {"q": "张"}),
    ):  # fmt: skip
        client.get(url(name), one)
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get(url(name), one)
        with CaptureQueriesContext(connection) as many:
            client.get(url(name), three)
        assert len(few) == len(many), name


# ---------------------------------------------------------------- import

ROWS = "用户名,姓名,岗位,单元\nwang,王五,专职网格员,QH0102\n"


def send(client: Client, kind: str, rows: str, **more: str) -> Any:
    file = SimpleUploadedFile("rows.csv", rows.encode())
    return client.post(url("import-upload", kind), {"file": file, **more})


def test_a_file_is_looked_at_confirmed_and_thrown_away(
    town: Town, enter: Callable[[str], Client], tmp_path: Path
) -> None:
    client = enter("admin")
    sent = send(client, "staff", ROWS)
    seen = client.get(sent.headers["Location"])
    assert seen.status_code == 200
    assert "wang" in page(seen)
    assert not User.objects.filter(username="wang").exists()
    modes = {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "imports").iterdir()}
    assert modes == {"0o600"}
    confirm = f"{sent.headers['Location']}confirm/"
    assert client.post(confirm, {"submission_key": "c"}).status_code == 302
    assert User.objects.filter(username="wang").exists()
    assert list((tmp_path / "imports").glob("*.data")) == []
    assert client.post(confirm, {"submission_key": "c"}).status_code == 302
    entry = Entry.objects.get(action="import.staff")
    assert (entry.user_id, entry.data["new"]) == (town.users["admin"].pk, 1)


def test_wrong_rows_are_listed_and_nothing_can_be_confirmed(
    town: Town, enter: Callable[[str], Client]
) -> None:
    client = enter("admin")
    sent = send(client, "staff", ROWS + "x,乙,园长,QH\n")
    seen = page(client.get(sent.headers["Location"]))
    assert "第 3 行" in seen
    assert "confirm/" not in seen
    assert client.post(f"{sent.headers['Location']}confirm/", {"submission_key": "c"}).status_code == 422
    assert not User.objects.filter(username="wang").exists()


def test_a_file_waits_for_its_sender_only_and_a_day_at_most(
    town: Town, enter: Callable[[str], Client], tmp_path: Path
) -> None:
    location = send(enter("admin"), "staff", ROWS).headers["Location"]
    town.person("admin2", "administrator", "QH")
    assert enter("admin2").get(location).status_code == 404
    for path in (tmp_path / "imports").iterdir():
        old = time.time() - 90_000
        os.utime(path, (old, old))
    assert enter("admin").get(location).status_code == 404
    send(enter("admin"), "staff", ROWS)
    assert len(list((tmp_path / "imports").glob("*.data"))) == 1


def test_headers_of_another_system_can_be_named(town: Town, enter: Callable[[str], Client]) -> None:
    client = enter("admin")
    rows = "序,说明,日子,性质\n1,路灯坏了,2026-11-01,照明\n"
    names = {"text": "说明", "time": "日子", "number": "序", "category": "性质", "map": "照明=D02"}
    sent = send(client, "cases", rows, **names)
    seen = page(client.get(sent.headers["Location"]))
    assert "D02" in seen
    assert "路灯坏了" not in seen


def test_no_file_and_an_unknown_kind_are_refused(town: Town, enter: Callable[[str], Client]) -> None:
    assert enter("admin").post(url("import-upload", "staff"), {}).status_code == 422
    assert enter("admin").get(url("import-upload", "castle")).status_code == 404
    assert enter("auditor").get(url("import-upload", "staff")).status_code == 403


# ---------------------------------------------------------------- policies and the record


@pytest.mark.parametrize("name", ["posts", "categories", "calendars", "retention"])
def test_policy_tables_show_version_signature_and_fingerprint(
    town: Town, enter: Callable[[str], Client], name: str
) -> None:
    text = page(enter("auditor").get(url("policy", name)))
    assert "SHA-256" in text
    assert "示例" in text
    assert text.count("<tr>") > 5


def test_the_record_is_filtered_by_what_who_and_when_and_paged(
    town: Town, enter: Callable[[str], Client]
) -> None:
    client = enter("auditor")
    enter("admin").post(url("person-reset", town.users["worker"].pk), {})
    first = client.get(url("record"))
    assert page(first).count("<tr>") == 51
    assert "before=" in page(first)
    assert page(client.get(url("record"), {"action": "account.reset"})).count("<tr>") == 2
    assert page(client.get(url("record"), {"who": "admin"})).count("<tr>") == 3
    assert page(client.get(url("record"), {"who": "nobody"})).count("<tr>") == 0
    assert page(client.get(url("record"), {"until": "2020-01-01"})).count("<tr>") == 0
    assert client.get(url("record"), {"since": "soon", "before": "x"}).status_code == 200


def test_reading_the_record_writes_nothing_and_the_chain_is_checked(
    town: Town, enter: Callable[[str], Client]
) -> None:
    client = enter("auditor")
    before = Entry.objects.count()
    text = page(client.get(url("chain")))
    client.get(url("record"))
    assert Entry.objects.filter(place=town.place).latest("seq").digest.hex() in text
    assert Entry.objects.count() == before
