"""Every write of the casework, one verb a function."""

from weiwang.cases.actions.bulk import Chosen, Outcome, assign_many, remind_many
from weiwang.cases.actions.cause_noting import note_cause
from weiwang.cases.actions.contacting import note_contact
from weiwang.cases.actions.corrections import reroute_case
from weiwang.cases.actions.exporting import Exported, export_cases
from weiwang.cases.actions.feedback import answer_question, file_unanswered, give_feedback
from weiwang.cases.actions.filters import drop_filter, save_filter
from weiwang.cases.actions.finding import find_by_phone
from weiwang.cases.actions.handing import pass_up_from_vacant_posts
from weiwang.cases.actions.joining import join_case
from weiwang.cases.actions.linking import link_cases, unlink_cases
from weiwang.cases.actions.merging import merge_cases, unmerge_case
from weiwang.cases.actions.moves import take_step
from weiwang.cases.actions.notes import add_note, ask_to_help, end_help
from weiwang.cases.actions.pairs import take_pair
from weiwang.cases.actions.parts import add_part, look_at_parts, split_case
from weiwang.cases.actions.printing import print_case
from weiwang.cases.actions.privacy import erase_due_reporters, reveal_reporter
from weiwang.cases.actions.reminding import escalate, remind
from weiwang.cases.actions.report import Contact, Whereabouts, foreseen, report_case
from weiwang.cases.actions.urgency import set_urgency

__all__ = [
    "Chosen",
    "Contact",
    "Exported",
    "Outcome",
    "Whereabouts",
    "add_note",
    "add_part",
    "answer_question",
    "ask_to_help",
    "assign_many",
    "drop_filter",
    "end_help",
    "erase_due_reporters",
    "escalate",
    "export_cases",
    "file_unanswered",
    "find_by_phone",
    "foreseen",
    "give_feedback",
    "join_case",
    "link_cases",
    "look_at_parts",
    "merge_cases",
    "note_cause",
    "note_contact",
    "pass_up_from_vacant_posts",
    "print_case",
    "remind",
    "remind_many",
    "report_case",
    "reroute_case",
    "reveal_reporter",
    "save_filter",
    "set_urgency",
    "split_case",
    "take_pair",
    "take_step",
    "unlink_cases",
    "unmerge_case",
]
