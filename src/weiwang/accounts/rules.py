import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}", re.ASCII)


class AccountError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "account.taken": gettext_noop("The user name %(username)s is taken."),
        "account.username": gettext_noop(
            "A user name has 2 to 60 characters: small letters, digits, dot, dash, underline."
        ),
        "account.unknown": gettext_noop("There is no account with the user name %(username)s."),
    }


def username_fault(username: str) -> str:
    """The code of what is wrong with a user name, or nothing."""
    return "" if _USERNAME.fullmatch(username) else "account.username"


def has_ended(works_until: date | None, today: date) -> bool:
    """Whether a temporary account is over; its last day still counts."""
    return works_until is not None and works_until < today
