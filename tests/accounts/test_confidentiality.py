"""Who has confirmed, for how long it counts, and which text it was."""

from datetime import timedelta

import pytest
from tests.builders import Town

from weiwang.accounts.actions import confirm_confidentiality, create_user
from weiwang.accounts.models import Confirmation
from weiwang.accounts.queries import has_confirmed, promise
from weiwang.accounts.rules import AccountError, read_promise
from weiwang.audit.models import Entry
from weiwang.audit.rules import SYSTEM

WORDS = {"zh": "保密", "en": "confidence"}
WHOLE = {"title": WORDS, "lead": WORDS, "points": [WORDS], "days": 365}


def test_a_confirmation_counts_for_a_year_and_not_a_second_longer(town: Town) -> None:
    user = create_user(place=town.place, username="newcomer", name="新人", by=SYSTEM, at=town.at)
    assert not has_confirmed(user.pk, town.at)
    confirm_confidentiality(user_id=user.pk, version=promise().version, by=SYSTEM, at=town.at)
    assert has_confirmed(user.pk, town.at)
    assert has_confirmed(user.pk, town.at + timedelta(days=365, seconds=-1))
    assert not has_confirmed(user.pk, town.at + timedelta(days=365))
    assert not has_confirmed(user.pk, town.at - timedelta(seconds=1))


def test_which_text_was_confirmed_stands_in_the_record(town: Town) -> None:
    user = town.users["leader"]
    confirm_confidentiality(user_id=user.pk, version=promise().version, by=town.officer("leader"), at=town.at)
    entry = Entry.objects.get(action="account.confirm_confidentiality")
    assert entry.data == {"version": promise().version, "text": promise().digest}


def test_an_older_text_cannot_be_confirmed_and_an_older_promise_does_not_count(town: Town) -> None:
    user = town.users["leader"]
    with pytest.raises(AccountError, match="changed"):
        confirm_confidentiality(user_id=user.pk, version=promise().version - 1, by=SYSTEM, at=town.at)
    Confirmation.objects.filter(user=user).update(version=promise().version + 1)
    assert not has_confirmed(user.pk, town.at)


@pytest.mark.parametrize("wrong", [{"points": []}, {"days": 0}, {"lead": {"zh": "保密", "en": ""}}])
def test_a_policy_with_a_gap_is_refused(wrong: dict[str, object]) -> None:
    assert read_promise(WHOLE).points == (WORDS,)
    with pytest.raises(ValueError, match=r"at least one|every sentence"):
        read_promise({**WHOLE, **wrong})
