"""What must be done before anything opens: a first password, a second factor; and access that ends."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import PASSWORD, Town

from weiwang.accounts import actions as accounts
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM
from weiwang.territory import actions as territory
from weiwang.territory.models import Appointment

BACKEND = "weiwang.web.account.store.AccountBackend"
NEW = "河堤边第三棵大柳树下"


@pytest.fixture
def enter(client: Client, town: Town) -> Callable[[str], Client]:
    def sign_in(username: str) -> Client:
        client.force_login(town.users[username], backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def strict(settings: Any, tmp_path: Path) -> None:
    """Policies by which dispatchers need a second factor."""
    for path in Path(configured.POLICIES).glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (tmp_path / "posts.yaml").read_text(encoding="utf-8")
    needed = text.replace("  dispatcher:\n", "  dispatcher:\n    second_factor: required\n")
    assert needed != text
    (tmp_path / "posts.yaml").write_text(needed, encoding="utf-8")
    settings.POLICIES = tmp_path


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def change(client: Client, **fields: str) -> Any:
    typed = {"old": PASSWORD, "new": NEW, "again": NEW, "submission_key": str(uuid4()), **fields}
    return client.post(reverse("account:password"), typed)


def test_a_first_password_must_be_changed_before_anything_opens(
    enter: Callable[[str], Client], town: Town
) -> None:
    user = town.users["community"]
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    client = enter("community")
    for name in ("desk:worklist", "account:home", "account:me", "mfa_index", "portal:home"):
        assert client.get(reverse(name))["Location"] == reverse("account:password"), name
    assert change(client)["Location"] == reverse("account:home")
    assert client.get(reverse("desk:worklist")).status_code == 200


def test_a_new_password_ends_every_other_session_and_renews_this_one(
    enter: Callable[[str], Client], town: Town
) -> None:
    client, other = enter("community"), Client()
    other.force_login(town.users["community"], backend=BACKEND)
    before = client.session.session_key
    assert change(client)["Location"] == reverse("account:me")
    assert client.session.session_key != before
    assert client.get(reverse("account:me")).status_code == 200
    assert other.get(reverse("account:me")).status_code == 302
    assert Entry.objects.filter(action="account.change_password").count() == 1


@pytest.mark.parametrize(
    ("field", "typed"),
    [("old", {"old": "wrong"}), ("again", {"again": "other"}), ("new", {"new": PASSWORD, "again": PASSWORD}),
     ("new", {"new": "1234567890", "again": "1234567890"})],
)  # fmt: skip
def test_a_password_that_does_not_fit_changes_nothing(
    enter: Callable[[str], Client], field: str, typed: dict[str, str]
) -> None:
    answer = change(enter("community"), **typed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Entry.objects.filter(action="account.change_password").exists()


def test_a_post_that_needs_a_second_factor_opens_nothing_without_it(
    strict: None, enter: Callable[[str], Client], town: Town
) -> None:
    client = enter("dispatcher2")
    for name in ("desk:worklist", "account:home", "desk:board"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_activate_totp"), name
    TOTP.activate(town.users["dispatcher2"], "JBSWY3DPEHPK3PXP")
    assert client.get(reverse("desk:worklist")).status_code == 200


def test_setting_up_a_second_factor_asks_for_the_password_and_is_recorded(
    enter: Callable[[str], Client], django_capture_on_commit_callbacks: Any
) -> None:
    client = enter("community")
    set_up = reverse("mfa_activate_totp")
    assert client.get(set_up)["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(set_up).context["form"].secret
    assert client.post(set_up, {"code": "000000"}).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(set_up, {"code": code_for(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    assert len(client.get(answer["Location"]).context["unused_codes"]) == 10
    said = Entry.objects.filter(action="account.second_factor_on").values_list("reason", flat=True)
    assert sorted(said) == ["recovery_codes", "totp"]


def test_with_a_second_factor_the_password_alone_is_not_enough(client: Client, town: Town) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(town.users["community"], secret)
    given = {"login": "community", "password": PASSWORD}
    assert client.post(reverse("account_login"), given)["Location"] == reverse("mfa_authenticate")
    assert client.get(reverse("desk:worklist")).status_code == 302
    assert client.get(reverse("mfa_authenticate")).status_code == 200
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert Entry.objects.latest("id").action == "account.second_factor_failed"
    answer = client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert answer["Location"] == reverse("account:home")
    assert client.get(reverse("desk:worklist")).status_code == 200


def test_a_recovery_code_works_once(client: Client, town: Town) -> None:
    user = town.users["community"]
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    recovery = RecoveryCodes.activate(user).get_unused_codes()[0]
    given = {"login": "community", "password": PASSWORD}
    answers = []
    for _ in range(2):
        client.post(reverse("account_login"), given)
        answers.append(client.post(reverse("mfa_authenticate"), {"code": recovery}).status_code)
        client.post(reverse("account_logout"))
    assert answers == [302, 200]


def test_my_account_shows_my_posts_and_latest_sign_ins(enter: Callable[[str], Client], town: Town) -> None:
    answer = enter("community").get(reverse("account:me"))
    assert [(term.post_name, now) for term, now in answer.context["terms"]] == [
        (town.posts["community"].name, True)
    ]
    assert len(answer.context["entries"]) == 1
    assert town.posts["leader"].name not in answer.content.decode()


def test_the_pages_of_the_account_read_well_in_both_languages(enter: Callable[[str], Client]) -> None:
    client = enter("community")
    for language, words in (("zh-hans", "我的岗位"), ("en", "My posts")):
        client.cookies["django_language"] = language
        assert words in client.get(reverse("account:me")).content.decode()


def test_the_sub_district_is_named_on_every_page_without_a_query_of_its_own(
    enter: Callable[[str], Client], town: Town, django_assert_num_queries: Any
) -> None:
    client = enter("community")
    with django_assert_num_queries(6):  # session, account, posts with place; sign-ins, terms, second factor
        answer = client.get(reverse("account:me"))
    assert town.unit.name in answer.content.decode()


def test_access_ends_the_minute_a_post_ends(enter: Callable[[str], Client], town: Town) -> None:
    """On every face: what a post opened is shut at the first request after its end."""
    opened = (("community", "desk:worklist"), ("leader", "field:today"), ("community", "desk:board"))
    now = timezone.now()
    end = now + timedelta(minutes=10)
    for username in ("community", "leader"):
        held = Appointment.objects.get(post=town.posts[username])
        territory.end_appointment(appointment_id=held.pk, by=SYSTEM, at=now, ends_at=end)
    for username, page in opened:
        with time_machine.travel(end - timedelta(seconds=1), tick=False):
            assert enter(username).get(reverse(page)).status_code == 200, page
        with time_machine.travel(end, tick=False):
            assert enter(username).get(reverse(page)).status_code == 403, page
            assert enter(username).get(reverse("account:home")).status_code == 403


def test_a_password_given_by_the_administrator_ends_all_sessions(
    enter: Callable[[str], Client], town: Town
) -> None:
    client = enter("community")
    accounts.reset_password(user_id=town.users["community"].pk, password=NEW, by=SYSTEM, at=timezone.now())
    assert client.get(reverse("account:me")).status_code == 302
