from collections.abc import Iterable

from weiwang.accounts.models import User


def user(user_id: int) -> User | None:
    return User.objects.filter(pk=user_id).first()


def user_named(username: str) -> User | None:
    return User.objects.filter(username=username.strip().lower()).first()


def names(user_ids: Iterable[int]) -> dict[int, str]:
    """Name of each account, for a record or a list: one query."""
    return dict(User.objects.filter(pk__in=list(user_ids)).values_list("pk", "name"))


def account_count(place: int) -> int:
    return User.objects.filter(place=place, is_active=True).count()


def accounts(*, place: int, words: str = "", after: int = 0, limit: int = 50) -> list[User]:
    """Accounts of one sub-district in the order they were made."""
    found = User.objects.filter(place=place, pk__gt=after)
    if words:
        found = found.filter(username__startswith=words.lower()) | found.filter(name__startswith=words)
    return list(found.defer("phone").order_by("pk")[:limit])
