"""The life of a case once more, written down by hand from the practice of digital city management and 12345.

Nothing here is read from the product: the tests hold its table against this one. `=` means the state stays,
`<` that the case goes back to where it was held, `^` as it is while only reported, else registered again.
"""

from collections.abc import Mapping
from typing import NamedTuple

OPEN = "reported verifying registered dispatched signed handling handled checked suspended waiting"


class Row(NamedTuple):
    states: str
    to: str
    who: str  # any | owner | owner-or-registrar | not-handler | not-owner | not-asker
    words: bool  # needs a reason or a result
    clock: str  # what the clock does: a limit begins, or keep | pause | resume | extend | none
    told: bool  # the reporter hears of it


ORACLE: Mapping[str, Row] = {
    "report": Row("draft", "reported", "any", False, "accept", True),
    "part": Row("draft", "dispatched", "any", True, "sign", False),
    "split": Row("draft", "reported", "any", False, "accept", True),
    "settle": Row("reported", "closed", "any", True, "none", True),
    "verify": Row("reported", "verifying", "any", False, "keep", True),
    "verified": Row("verifying", "reported", "owner", True, "keep", True),
    "register": Row("reported verifying", "registered", "any", False, "register", True),
    "reject": Row("reported verifying", "rejected", "any", True, "none", True),
    "dispatch": Row("registered", "dispatched", "any", False, "sign", True),
    "sign": Row("dispatched", "signed", "owner", False, "handle", True),
    "start": Row("signed", "handling", "owner", False, "keep", True),
    "handle": Row("signed handling", "handled", "owner", True, "check", True),
    "return": Row("dispatched signed handling", "registered", "owner", True, "register", True),
    "recall": Row("dispatched signed handling", "registered", "any", True, "register", True),
    "check": Row("handled", "checked", "not-handler", False, "answer", True),
    "rework": Row("handled checked", "handling", "not-handler", True, "handle", True),
    "close": Row("checked", "closed", "not-handler", True, "none", True),
    "follow_up": Row("closed", "followed_up", "not-handler", False, "none", True),
    "reopen": Row("closed followed_up rejected", "registered", "not-handler", True, "register", True),
    "lapse": Row("closed", "followed_up", "any", False, "none", True),
    "ask_extend": Row("signed handling", "=", "owner", True, "keep", False),
    "grant_extend": Row("signed handling", "=", "not-asker", False, "extend", True),
    "refuse_extend": Row("signed handling", "=", "not-asker", True, "keep", False),
    "ask_suspend": Row("signed handling", "=", "owner", True, "keep", False),
    "grant_suspend": Row("signed handling", "suspended", "not-asker", False, "pause", True),
    "refuse_suspend": Row("signed handling", "=", "not-asker", True, "keep", False),
    "ask_resume": Row("suspended", "=", "owner", True, "keep", False),
    "grant_resume": Row("suspended", "handling", "not-asker", False, "resume", True),
    "refuse_resume": Row("suspended", "=", "not-asker", True, "keep", False),
    "ask_reporter": Row(
        "reported verifying registered signed handling", "waiting", "owner-or-registrar", True, "pause", True,
    ),
    "answered": Row("waiting", "<", "owner-or-registrar", True, "resume", True),
    "go_on": Row("waiting", "<", "owner-or-registrar", False, "resume", True),
    "escalate": Row("reported registered dispatched signed handling", "^", "owner", True, "keep", True),
    "remind": Row(OPEN, "=", "not-owner", False, "keep", False),
    "supervise": Row(OPEN, "=", "not-owner", True, "keep", False),
    "hand_over": Row(
        "reported verifying registered dispatched signed handling suspended waiting", "handed_over",
        "not-handler", True, "none", True,
    ),
    "void": Row(OPEN, "void", "not-handler", True, "none", True),
}  # fmt: skip

UNACCEPTED = frozenset({"reported", "verifying"})  # nobody has registered it
FINAL = frozenset({"closed", "followed_up", "rejected", "void", "handed_over"})
HELD = frozenset({"suspended", "waiting"})
SPEAKS = frozenset({"ask_reporter", "follow_up"})  # to the reporter or for them: by a whole case alone
PARTED = "registered dispatched signed handling"  # from where a case is given to several offices
WISHES: Mapping[str, str] = {  # what is asked for, and the two answers
    "ask_extend": "extend", "ask_suspend": "suspend", "ask_resume": "resume",
}  # fmt: skip


def leads(step: str, state: str, held: str) -> str | None:
    """The state after a step, None where the step does not exist."""
    row = ORACLE[step]
    if state not in row.states.split():
        return None
    up = state if state == "reported" else "registered"
    return {"=": state, "<": held, "^": up}.get(row.to, row.to)
