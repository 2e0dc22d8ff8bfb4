"""Every write of plans."""

from weiwang.plans.actions.adopting import adopt_due, adopt_plan, review_plan, withdraw_plan
from weiwang.plans.actions.drafting import (
    ask_plan,
    begin_part,
    discard_plan,
    fail_part,
    keep_part,
    pause_plan,
    redraw,
    rename_plan,
    resume_plan,
)
from weiwang.plans.actions.editing import (
    Changed,
    bind_houses,
    make_dedicated,
    move_micro,
    move_pieces,
    redo,
    rename_group,
    set_lock,
    tie_to_leader,
    unbind,
    undo,
)
from weiwang.plans.actions.listing import keep_list, read_list

__all__ = [
    "Changed",
    "adopt_due",
    "adopt_plan",
    "ask_plan",
    "begin_part",
    "bind_houses",
    "discard_plan",
    "fail_part",
    "keep_list",
    "keep_part",
    "make_dedicated",
    "move_micro",
    "move_pieces",
    "pause_plan",
    "read_list",
    "redo",
    "redraw",
    "rename_group",
    "rename_plan",
    "resume_plan",
    "review_plan",
    "set_lock",
    "tie_to_leader",
    "unbind",
    "undo",
    "withdraw_plan",
]  # fmt: skip
