"""What must not be missed on any page of the phone: warnings and whistles that wait, unread messages."""

from dataclasses import dataclass

from weiwang.notices import queries as notices
from weiwang.territory.rules import Officer
from weiwang.whistles import queries
from weiwang.whistles.permissions import ANSWER, TAKE

UNREAD = "fd-unread"  # the element that holds the number of unread messages


@dataclass(frozen=True, slots=True)
class Attention:
    """Three numbers; `version` changes when one of them does."""

    warnings: int
    calls: int
    unread: int

    @property
    def version(self) -> str:
        return f"{self.warnings}-{self.calls}-{self.unread}"


def attention(officer: Officer) -> Attention:
    """The same counts as above every page of the desk, and the unread messages: three queries at most."""
    posts = [holding.post_id for holding in officer.holdings] if officer.may(TAKE) else []
    found = queries.waiting_for(posts=posts, departments=officer.departments(ANSWER))
    return Attention(found.warnings, found.calls, notices.unread(user_id=officer.user_id))
