"""The names of what stands in the history of a case and is no step of its table. Plain Python."""

from collections.abc import Mapping

from weiwang.kernel.faults import gettext_noop

OTHER_NAMES: Mapping[str, str] = {
    "reroute": gettext_noop("Place or category changed"),
    "reassign": gettext_noop("Passed to another post"),
    "calendar": gettext_noop("Deadline counted again: the calendar was changed"),
    "contact": gettext_noop("Contact with the reporter"),
    "contact_changed": gettext_noop("Reporter's contact corrected"),
    "order_changed": gettext_noop("The hotline sent news"),
    "note": gettext_noop("Note written"),
    "help": gettext_noop("Asked to help"),
    "help_over": gettext_noop("Help no longer needed"),
    "cause": gettext_noop("Cause recorded"),
    "part_made": gettext_noop("A part given to an office"),
    "part_ended": gettext_noop("A part has ended"),
    "part_again": gettext_noop("A part was opened again"),
    "split_off": gettext_noop("A second matter split off"),
    "linked": gettext_noop("Linked to another case"),
    "unlinked": gettext_noop("Link removed"),
    "urgency": gettext_noop("Urgency changed"),
}
