"""User names, the end of a contract, and the promise of confidentiality."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import ZONE

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}", re.ASCII)


class AccountError(CodedError):
    messages: ClassVar[Mapping[str, str]] = {
        "account.taken": gettext_noop("The user name %(username)s is taken."),
        "account.username": gettext_noop(
            "A user name has 2 to 60 characters: small letters, digits, dot, dash, underline."
        ),
        "account.unknown": gettext_noop("There is no account with the user name %(username)s."),
        "account.several": gettext_noop(
            "Several people are called %(username)s. Type the user name instead."
        ),
        "contract.past": gettext_noop("The last day of a contract lies today or later."),
        "confidentiality.changed": gettext_noop("The text has changed. Read it again, then confirm."),
    }


def username_fault(username: str) -> str:
    """The code of what is wrong with a user name, or nothing."""
    return "" if _USERNAME.fullmatch(username) else "account.username"


def has_ended(works_until: date | None, today: date) -> bool:
    """Whether a temporary account is over; its last day still counts."""
    return works_until is not None and works_until < today


def account_ends_at(works_until: date | None) -> datetime | None:
    """The moment from which a temporary account is over: the midnight after its last day."""
    if works_until is None:
        return None
    return datetime.combine(works_until + timedelta(days=1), time(), ZONE)


# ---------------------------------------------------------------- the promise of confidentiality


@dataclass(frozen=True, slots=True)
class Promise:
    """`policies/confidentiality.yaml`: the words in Chinese and English, and how long a promise counts."""

    title: Mapping[str, str]
    lead: Mapping[str, str]
    points: tuple[Mapping[str, str], ...]
    valid: timedelta

    def counts_from(self, at: datetime) -> datetime:
        """The earliest confirmation that still counts at a moment."""
        return at - self.valid


def read_promise(content: Mapping[str, Any]) -> Promise:
    """Check `policies/confidentiality.yaml`: every sentence in both languages, a term of at least a day."""
    points = tuple(content["points"])
    for words in (content["title"], content["lead"], *points):
        if not (words["zh"] and words["en"]):
            raise ValueError("every sentence is needed in Chinese and in English")
    if not points or int(content["days"]) < 1:
        raise ValueError("at least one point and a term of at least one day")
    return Promise(content["title"], content["lead"], points, timedelta(days=int(content["days"])))


CONFIDENTIALITY = PolicyFile("confidentiality", read_promise)
