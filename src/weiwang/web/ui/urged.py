"""That somebody was asked to hurry and has not answered yet, in words."""

from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from weiwang.web.ui.clocks import moment


class Waiting(Protocol):
    """A word of urging (or of supervision) without an answer; `by` is a post."""

    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def supervised(self) -> bool: ...


def mark(waiting: Waiting) -> str:
    """The word before the title of a case in a list."""
    return _("Supervised") if waiting.supervised else _("Urged")


def sentence(waiting: Waiting | None, at: datetime) -> str:
    """`Urged today 10:20 by the dispatcher: “…”`; empty when nobody waits."""
    if waiting is None:
        return ""
    said = {"when": moment(waiting.at, at), "post": waiting.by, "words": waiting.words}
    if waiting.supervised:
        return _("Under supervision since %(when)s, by %(post)s: “%(words)s”") % said
    if waiting.words:
        return _("Urged %(when)s by %(post)s: “%(words)s”") % said
    return _("Urged %(when)s by %(post)s.") % said
