"""Why two things may be the same, in words."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def why(*, metres: float | None, same_kind: bool, shared: Sequence[str], apart: timedelta) -> str:
    """One line of evidence: how far, of what kind, how long ago, with which words in common."""
    said = [_far(metres), _("the same kind") if same_kind else "", _ago(apart), _shared(shared)]
    return _(" · ").join(filter(None, said))


def _far(metres: float | None) -> str:
    if metres is None:
        return _("in the same part of the area")
    return _("about %(metres)s m away") % {"metres": max(5, 5 * round(metres / 5))}


def _ago(apart: timedelta) -> str:
    if not apart.days:
        return _("reported within a day")
    return ngettext("%(count)s day apart", "%(count)s days apart", apart.days) % {"count": apart.days}


def _shared(words: Sequence[str]) -> str:
    return _("both say “%(words)s”") % {"words": _("”, “").join(words)} if words else ""
