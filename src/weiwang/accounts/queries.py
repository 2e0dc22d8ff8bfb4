from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from weiwang.accounts.models import Confirmation, User
from weiwang.accounts.rules import CONFIDENTIALITY, Promise
from weiwang.kernel.policy import Policy


def user(user_id: int) -> User | None:
    return User.objects.filter(pk=user_id).first()


def user_named(username: str) -> User | None:
    return User.objects.filter(username=username.strip().lower()).first()


def people_called(*, place: int, text: str) -> list[int]:
    """The open account with this user name, or the open accounts with exactly this name (two at most)."""
    found = User.objects.filter(place=place, is_active=True, is_program=False)
    by_login = found.filter(username=text.strip().lower()).values_list("pk", flat=True)
    return list(by_login) or list(found.filter(name=text.strip()).values_list("pk", flat=True)[:2])


def names(user_ids: Iterable[int]) -> dict[int, str]:
    """Name of each account, for a record or a list: one query."""
    return dict(User.objects.filter(pk__in=list(user_ids)).values_list("pk", "name"))


def account_count(place: int) -> int:
    return User.objects.filter(place=place, is_active=True, is_program=False).count()


def accounts(*, place: int, words: str = "", after: int = 0, limit: int = 50) -> list[User]:
    """Accounts of people of one sub-district in the order they were made."""
    found = User.objects.filter(place=place, is_program=False, pk__gt=after)
    if words:
        found = found.filter(username__startswith=words.lower()) | found.filter(name__startswith=words)
    return list(found.defer("phone").order_by("pk")[:limit])


# ---------------------------------------------------------------- the promise of confidentiality


def promise() -> Policy[Promise]:
    return CONFIDENTIALITY.read(settings.POLICIES)


def confirmed_at(user_id: int, at: datetime) -> datetime | None:
    """When a person last confirmed the version in force, if that still counts at `at`."""
    policy = promise()
    found = Confirmation.objects.filter(user=user_id, version=policy.version, at__lte=at)
    found = found.filter(at__gt=policy.table.counts_from(at)).order_by("-at")
    return found.values_list("at", flat=True).first()


def has_confirmed(user_id: int, at: datetime) -> bool:
    """Whether personal data may open for a person: they confirmed its confidentiality within the year."""
    return confirmed_at(user_id, at) is not None
