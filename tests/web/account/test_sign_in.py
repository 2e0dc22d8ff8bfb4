"""Coming in and going out: the same words for every failure, a record of what counts, sessions that end."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import PASSWORD, Town

from weiwang.accounts import actions as accounts
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.territory import actions as territory
from weiwang.territory.models import Appointment


def sign_in(client: Client, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(reverse("account_login"), {"login": username, "password": password}, **more)


def done() -> list[str]:
    return list(
        Entry.objects.filter(action__startswith="account.")
        .exclude(action="account.create")
        .order_by("id")
        .values_list("action", flat=True)
    )


def test_name_and_password_open_the_house_and_it_is_recorded(client: Client, town: Town) -> None:
    answer = sign_in(client, "Community")
    assert answer["Location"] == reverse("account:home")
    entry = Entry.objects.latest("id")
    assert (entry.action, entry.user_id, entry.place) == (
        "account.sign_in",
        town.users["community"].pk,
        town.place,
    )
    assert entry.address == "127.0.0.1"


def test_the_session_gets_a_new_key_at_sign_in(client: Client, town: Town) -> None:
    session = client.session
    session["before"] = 1
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    sign_in(client, "community")
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != session.session_key


@pytest.mark.parametrize("case", ["unknown", "wrong", "closed", "over"])
def test_every_failure_sounds_the_same(client: Client, town: Town, case: str) -> None:
    user = town.users["community"]
    if case == "closed":
        accounts.set_active(user_id=user.pk, active=False, by=SYSTEM, at=town.at)
    if case == "over":
        user.works_until = timezone.localdate() - timedelta(days=1)
        user.save(update_fields=["works_until"])
    client.cookies["django_language"] = "en"
    answer = sign_in(
        client, "nobody" if case == "unknown" else "community", "wrong" if case == "wrong" else PASSWORD
    )
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors() == ["The user name or the password is not correct."]
    assert "_auth_user_id" not in client.session


def test_five_failures_pause_the_name_and_one_entry_says_so(client: Client, town: Town) -> None:
    assert [sign_in(client, "community", "wrong").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert sign_in(client, "COMMUNITY").status_code == 429
    assert done() == ["account.lock_out"]
    assert Entry.objects.latest("id").user_id == town.users["community"].pk
    assert sign_in(client, "leader").status_code == 302  # others at the same address are not concerned


def test_a_pause_ends_after_a_quarter_of_an_hour(client: Client, town: Town) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        for _ in range(5):
            sign_in(client, "community", "wrong")
    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        assert sign_in(client, "community").status_code == 429  # and trying does not make it longer
    with time_machine.travel(now + timedelta(minutes=16), tick=False):
        assert sign_in(client, "community").status_code == 302


def test_an_address_is_paused_after_many_more_failures(client: Client, town: Town, settings: Any) -> None:
    settings.ADDRESS_FACTOR = 2  # the real one takes minutes of hashing
    answers = [sign_in(client, f"guess{number}", "wrong").status_code for number in range(10)]
    assert answers == [200] * 9 + [429]
    assert sign_in(client, "community").status_code == 429
    assert sign_in(client, "community", REMOTE_ADDR="10.0.0.9").status_code == 302


def test_a_success_forgives_the_failures_of_its_own_name_only(client: Client, town: Town) -> None:
    for name in ("community", "community", "leader", "leader", "leader", "leader"):
        sign_in(client, name, "wrong")
    sign_in(client, "community")
    client.post(reverse("account_logout"))
    assert sign_in(client, "leader", "wrong").status_code == 429


def test_no_failed_name_or_password_reaches_the_record(client: Client, town: Town) -> None:
    for _ in range(5):
        sign_in(client, "my secret words", "wrong")
    entry = Entry.objects.latest("id")
    assert entry.action == "account.lock_out"
    assert "secret" not in f"{entry.label}{entry.object_id}{entry.reason}{entry.data}"


def test_signing_out_needs_a_press_and_is_recorded(client: Client, town: Town) -> None:
    sign_in(client, "community")
    assert client.get(reverse("account_logout")).status_code == 200
    answer = client.post(reverse("account_logout"))
    assert answer["Location"] == reverse("portal:home")
    assert done() == ["account.sign_in", "account.sign_out"]


def test_a_session_ends_when_nothing_was_asked_for_half_an_hour(client: Client, town: Town) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        sign_in(client, "community")
        for _ in range(4):  # two hours of work, a page every half hour
            clock.shift(timedelta(minutes=29))
            assert client.get(reverse("account:me")).status_code == 200
        clock.shift(timedelta(minutes=31))
        assert client.get(reverse("account:me")).status_code == 302
    assert Entry.objects.latest("id").reason == "idle"


def test_a_session_ends_after_twelve_hours_whatever_happens(client: Client, town: Town) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, "community")
        for _ in range(35):
            clock.shift(timedelta(minutes=20))
            assert client.get(reverse("account:me")).status_code == 200
        clock.shift(timedelta(minutes=21))
        assert client.get(reverse("account:me")).status_code == 302


def test_the_mark_of_the_last_request_cannot_be_made_up_or_lent(client: Client, town: Town) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        other = Client()
        sign_in(client, "community")
        sign_in(other, "leader")
        clock.shift(timedelta(minutes=29))
        other.get(reverse("account:me"))
        clock.shift(timedelta(minutes=2))
        client.cookies["seen"] = other.cookies["seen"].value
        assert client.get(reverse("account:me")).status_code == 302


def test_a_closed_account_is_out_at_the_next_request(client: Client, town: Town) -> None:
    sign_in(client, "community")
    accounts.set_active(user_id=town.users["community"].pk, active=False, by=SYSTEM, at=timezone.now())
    assert client.get(reverse("account:me")).status_code == 302


def test_a_temporary_account_works_until_its_last_day(client: Client, town: Town) -> None:
    user = town.users["community"]
    sign_in(client, "community")
    user.works_until = timezone.localdate()
    user.save(update_fields=["works_until"])
    assert client.get(reverse("account:me")).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        assert client.get(reverse("account:me")).status_code == 302


def test_only_pages_of_this_house_are_opened_after_sign_in(client: Client, town: Town) -> None:
    url = reverse("account_login") + "?next=https://example.org/"
    answer = client.post(url, {"login": "community", "password": PASSWORD})
    assert answer["Location"] == reverse("account:home")


def test_nobody_can_make_an_account_or_ask_for_mail(client: Client, town: Town) -> None:
    for path in ("signup/", "password/reset/", "email/", "password/set/", "confirm-email/"):
        assert client.get(f"/account/{path}").status_code == 404


@pytest.mark.parametrize(
    ("username", "page"), [("leader", "field:today"), ("dispatcher2", "desk:home"), ("city", "desk:home")]
)
def test_home_is_the_face_the_posts_open(client: Client, town: Town, username: str, page: str) -> None:
    client.force_login(town.users[username], backend="weiwang.web.account.store.AccountBackend")
    assert client.get(reverse("account:home"))["Location"] == reverse(page)


def test_who_walks_a_grid_works_in_the_field_with_a_telephone(client: Client, town: Town) -> None:
    client.force_login(town.users["worker"], backend="weiwang.web.account.store.AccountBackend")
    assert client.get(reverse("account:home"))["Location"] == reverse("desk:home")
    answer = client.get(reverse("account:home"), headers={"User-Agent": "Mozilla/5.0 (Android) Mobile"})
    assert answer["Location"] == reverse("field:today")


def test_two_faces_give_a_choice(client: Client, town: Town) -> None:
    post = town.posts["leader"]
    territory.end_appointment(appointment_id=Appointment.objects.get(post=post).pk, by=SYSTEM, at=town.at)
    territory.appoint(post_id=post.pk, user_id=town.users["community"].pk, by=SYSTEM, at=town.at)
    client.force_login(town.users["community"], backend="weiwang.web.account.store.AccountBackend")
    answer = client.get(reverse("account:home"))
    assert [door.name for door in answer.context["doors"]] == ["field:today", "desk:home"]


def test_without_a_post_home_says_so(client: Client, town: Town) -> None:
    accounts.create_user(place=town.place, username="newcomer", name="新人", by=SYSTEM, at=town.at)
    client.force_login(
        type(town.users["leader"]).objects.get(username="newcomer"),
        backend="weiwang.web.account.store.AccountBackend",
    )
    assert client.get(reverse("account:home")).status_code == 403
    assert client.get(reverse("account:me")).status_code == 200
