"""Every write of the casework, one verb a function."""

from weiwang.cases.actions.corrections import reroute_case
from weiwang.cases.actions.feedback import give_feedback
from weiwang.cases.actions.finding import find_by_phone
from weiwang.cases.actions.handing import pass_up_from_vacant_posts
from weiwang.cases.actions.joining import join_case
from weiwang.cases.actions.moves import take_step
from weiwang.cases.actions.privacy import erase_due_reporters, reveal_reporter
from weiwang.cases.actions.reminding import escalate, remind
from weiwang.cases.actions.report import Contact, Whereabouts, report_case

__all__ = [
    "Contact",
    "Whereabouts",
    "erase_due_reporters",
    "escalate",
    "find_by_phone",
    "give_feedback",
    "join_case",
    "pass_up_from_vacant_posts",
    "remind",
    "report_case",
    "reroute_case",
    "reveal_reporter",
    "take_step",
]
