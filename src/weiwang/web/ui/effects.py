"""The one wording of what a step does to the clock and of what was asked for; for desk and field alike."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from weiwang.web.ui.clocks import limit_words

# By the name of the clock (`cases.rules.Clock`).
SENTENCES: Mapping[str, str] = {
    "none": gettext_noop("The clock stops."),
    "keep": gettext_noop("The clock keeps running."),
    "still": gettext_noop("The clock stays paused."),
    "pause": gettext_noop("The clock is paused meanwhile."),
    "resume": gettext_noop("The clock resumes with the time that was left: until %(until)s."),
    "extend": gettext_noop("It gets %(limit)s more: until %(until)s."),
    "accept": gettext_noop("To be accepted within %(limit)s: by %(until)s."),
    "register": gettext_noop("To be registered and dispatched within %(limit)s: by %(until)s."),
    "sign": gettext_noop("To be signed for within %(limit)s: by %(until)s."),
    "handle": gettext_noop("To be handled within %(limit)s: by %(until)s."),
    "check": gettext_noop("To be checked within %(limit)s: by %(until)s."),
    "answer": gettext_noop("To be closed and answered within %(limit)s: by %(until)s."),
}


def clock_sentence(clock: str, *, limit: str, until: str, passed: bool = False) -> str:
    """`limit` as in the policy (`3wd`), `until` in words; `passed` if that moment is over already."""
    said = _(SENTENCES[clock]) % {"limit": limit_words(limit) if limit else "", "until": until}
    if not passed:
        return said
    late = _("That moment has passed: the case stays late.")
    return f"{said} {late}"


ASKED: Mapping[str, str] = {
    "extend": gettext_noop("%(post)s asks for %(limit)s more time."),
    "suspend": gettext_noop("%(post)s asks to put the case on hold until %(day)s."),
    "resume": gettext_noop("%(post)s asks to resume the case."),
}


def asked_sentence(asked: str, kept: str, post: str) -> str:
    """What a post is waiting to hear about; empty when nothing was asked. `kept` is a limit or a day."""
    if not asked:
        return ""
    return _(ASKED[asked]) % {"post": post, **_kept(kept)}


def kept_sentence(step: str, kept: str) -> str:
    """What was chosen with a step, for its entry in the story."""
    sentence = KEPT.get(step)
    return _(sentence) % _kept(kept) if sentence and kept else ""


KEPT: Mapping[str, str] = {
    "ask_extend": gettext_noop("Asked for: %(limit)s."),
    "ask_suspend": gettext_noop("To be reviewed on %(day)s."),
}


def _kept(kept: str) -> dict[str, str]:
    try:
        return {"day": date.fromisoformat(kept).isoformat(), "limit": ""}
    except ValueError:
        return {"day": "", "limit": limit_words(kept) if kept else ""}
