"""Keys of other programs: they act by a post, within scopes, and end with key, date or post."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.builders import Town

from weiwang.accounts.queries import accounts
from weiwang.audit.models import Entry
from weiwang.audit.rules import AlreadyDoneError
from weiwang.cases.models import Event
from weiwang.cases.permissions import steps_for
from weiwang.cases.rules import Step
from weiwang.territory import actions, queries
from weiwang.territory.keys import new_key
from weiwang.territory.models import Client, Post
from weiwang.territory.rules import KEY_PREFIX, NotAllowedError, TerritoryError

KEY = "ww_a-key-for-tests-only-0123456789"


def let_in(town: Town, post: str = "community", **more: Any) -> Client:
    wanted: dict[str, Any] = {
        "name": "热线平台", "scopes": ["case.see", "case.register"], "key": KEY, "days": 30,
        "per_minute": 60, "by": town.officer("admin"), "at": town.at, **more,
    }  # fmt: skip
    return actions.create_client(place=town.place, post_id=town.posts[post].pk, **wanted)


def test_a_key_is_long_marked_and_never_the_same() -> None:
    one, two = new_key(), new_key()
    assert one != two
    assert one.startswith(KEY_PREFIX)
    assert len(one) == len(KEY_PREFIX) + 43


def test_only_a_digest_of_the_key_is_kept(town: Town) -> None:
    row = let_in(town)
    assert len(bytes(row.key_digest)) == 32
    assert KEY not in str(Entry.objects.get(action="client.create").data)
    assert (row.key_hint, row.user.has_usable_password(), row.user.is_program) == ("ww_a-key", False, True)


def test_a_program_acts_by_its_post_within_its_scopes_and_histories_say_so(town: Town) -> None:
    let_in(town)
    case = town.report()
    caller = queries.caller(key=KEY, at=town.at)
    assert caller is not None
    assert steps_for(caller.officer, case) == [
        Step.VERIFY, Step.REGISTER, Step.REJECT, Step.ASK_REPORTER,
    ]  # fmt: skip
    from weiwang.cases.actions import take_step

    take_step(case_id=case.pk, step=Step.REGISTER, by=caller.officer, at=town.at, seen_version=1)
    event = Event.objects.get(case=case, step="register")
    assert (event.actor, event.post_id) == ("梧桐社区总网格长（接口：热线平台）", town.posts["community"].pk)
    with pytest.raises(NotAllowedError):
        take_step(case_id=case.pk, step=Step.DISPATCH, by=caller.officer, at=town.at, seen_version=2)


@pytest.mark.parametrize("how", ["revoked", "expired", "post", "wrong"])
def test_a_key_ends(town: Town, how: str) -> None:
    row, at = let_in(town), town.at
    assert queries.caller(key=KEY, at=at) is not None
    if how == "revoked":
        actions.revoke_client(client_id=row.pk, by=town.officer("admin"), at=at, reason="更换平台")
    if how == "post":
        Post.objects.filter(pk=row.post_id).update(ends_at=at)
    moment = at + timedelta(days=30) if how == "expired" else at
    assert queries.caller(key="ww_other" if how == "wrong" else KEY, at=moment) is None


def test_an_action_under_way_is_refused_when_the_key_was_taken_back(town: Town) -> None:
    from weiwang.cases.actions import take_step

    row, case = let_in(town), town.report()
    caller = queries.caller(key=KEY, at=town.at)
    assert caller is not None
    actions.revoke_client(client_id=row.pk, by=town.officer("admin"), at=town.at, reason="泄露")
    with pytest.raises(NotAllowedError):
        take_step(case_id=case.pk, step=Step.REGISTER, by=caller.officer, at=town.at, seen_version=1)


def test_a_program_holds_no_post_and_is_no_member_of_staff(town: Town, at: datetime) -> None:
    post = actions.create_post(unit=town.units["QH0202"], kind="grid_leader", by=town.officer("admin"), at=at)
    town.posts["empty"] = post
    let_in(town, "empty")
    assert queries.vacant_among([post.pk], at) == [post.pk]
    assert "热线平台" not in {user.name for user in accounts(place=town.place)}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no scope": ({"scopes": []}, "client.scopes"),
    "more than the post": ({"scopes": ["case.intake", "staff.manage"]}, "client.scopes"),
    "no case": ({"scopes": ["unit.see"]}, "client.scopes"),
    "no day": ({"days": 0}, "client.term"),
    "for ever": ({"days": 4000}, "client.term"),
    "no request": ({"per_minute": 0}, "client.rate"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_key_cannot_be(town: Town, what: str) -> None:
    given, code = WRONG[what]
    with pytest.raises(TerritoryError) as caught:
        let_in(town, **given)
    assert caught.value.code == code
    assert not Client.objects.exists()


def test_taking_back_twice_says_so_and_the_same_press_is_one(town: Town) -> None:
    row, by, at = let_in(town), town.officer("admin"), town.at
    actions.revoke_client(client_id=row.pk, by=by, at=at, reason="更换", submission="k" * 20)
    with pytest.raises(AlreadyDoneError):
        actions.revoke_client(client_id=row.pk, by=by, at=at, reason="更换", submission="k" * 20)
    with pytest.raises(TerritoryError, match="already"):
        actions.revoke_client(client_id=row.pk, by=by, at=at, reason="更换")
