"""A draft of the grids of the demo place; the background worker draws it in the first minute."""

from datetime import datetime

from weiwang.audit.rules import SYSTEM
from weiwang.plans.actions import ask_plan
from weiwang.plans.rules import Settings

NAME = "年度网格优化草案（每格300至500户）"


def draft_grids(place: int, *, at: datetime) -> None:
    """Ask for a draft that keeps the rule of 300 to 500 households, which the grids of the place break."""
    ask_plan(place=place, name=NAME, settings=Settings(keep=0.5), by=SYSTEM, at=at)
