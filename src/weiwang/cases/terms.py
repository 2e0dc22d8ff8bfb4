"""What may be asked for on the way: more time, a rest, a legal channel. Plain Python, from signed tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from weiwang.cases.routing import Candidate
from weiwang.cases.rules import (
    LIMITED,
    Clock,
    Detail,
    StepRefusedError,
)
from weiwang.kernel.policy import PolicyFile
from weiwang.kernel.worktime import ZONE, Limit


@dataclass(frozen=True, slots=True)
class Terms:
    """`policies/casework.yaml`."""

    extensions: tuple[str, ...]
    extensions_at_most: int
    hold_days_at_most: int
    wait_for_reporter: Limit
    community_admits: frozenset[str]
    urgent: Mapping[Clock, str]  # limits of a case made urgent by hand, where shorter than its category's


@dataclass(frozen=True, slots=True)
class Channel:
    """A lawful way that is not the grid's: petition, court, police. `basis` says by which rule."""

    code: str
    zh: str
    en: str
    where_zh: str
    where_en: str
    basis: str

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def where(self, language: str) -> str:
        return self.where_en if language.startswith("en") else self.where_zh

    def said(self, reason: str) -> str:
        """What the reporter reads: where to turn, by which rule, and why. In the language of the place."""
        return f"请向{self.where_zh}反映（{self.basis}）。{reason}"


def read_terms(content: Mapping[str, Any]) -> Terms:
    """Check `policies/casework.yaml`: limits that can be read, counts that are not negative."""
    extensions = tuple(str(Limit.parse(text)) for text in content["extensions"])
    terms = Terms(
        extensions, int(content["extensions_at_most"]), int(content["hold_days_at_most"]),
        Limit.parse(content["wait_for_reporter"]), frozenset(content["community_admits"]),
        {clock: str(Limit.parse(content["urgent"][clock.value])) for clock in LIMITED},
    )  # fmt: skip
    if not extensions or terms.extensions_at_most < 0 or terms.hold_days_at_most < 1:
        raise ValueError("extensions, extensions_at_most and hold_days_at_most need sensible values")
    return terms


def read_channels(content: Mapping[str, Any]) -> Mapping[str, Channel]:
    """The `legal_channels` of `policies/categories.yaml`, by code."""
    found = [Channel(**row) for row in content["legal_channels"]]
    return {channel.code: channel for channel in found}


def goes_down(path: str, place: int) -> bool:
    """Whether a unit lies below the sub-district itself: community, grid or micro-grid."""
    return path.strip("/").rpartition("/")[2] != str(place)


def needs_acceptance(terms: Terms, category: str, target: Candidate, place: int) -> bool:
    """Whether a matter that is not on the list of communities goes to a post of one, or below."""
    is_theirs = not target.department and goes_down(target.path, place)
    return is_theirs and category not in terms.community_admits


TERMS = PolicyFile("casework", read_terms)
CHANNELS = PolicyFile("categories", read_channels)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was chosen beside the words of a step."""

    target_post: int | None = None
    longer: str = ""
    review_on: date | None = None
    channel: str = ""


def last_review(terms: Terms, on: date) -> date:
    return on + timedelta(days=terms.hold_days_at_most)


def chosen(
    detail: Detail, wish: Wish, *, terms: Terms, channels: Mapping[str, Channel], extended: int, on: date
) -> str:
    """What a step keeps of a wish, as text. Raises `StepRefusedError` for what is missing or too much."""
    if detail is Detail.LONGER:
        return _longer(wish.longer, terms, extended)
    if detail is Detail.REVIEW_ON:
        return _review(wish.review_on, on, last_review(terms, on))
    if detail is Detail.CHANNEL:
        if wish.channel not in channels:
            raise StepRefusedError("step.channel_needed")
        return wish.channel
    return ""


def _longer(wanted: str, terms: Terms, extended: int) -> str:
    if extended >= terms.extensions_at_most:
        raise StepRefusedError("step.longer_often", times=extended)
    if wanted not in terms.extensions:
        raise StepRefusedError("step.longer_needed")
    return wanted


def _review(wanted: date | None, on: date, last: date) -> str:
    if wanted is None:
        raise StepRefusedError("step.day_needed")
    if not on < wanted <= last:
        raise StepRefusedError("step.day_range", last=last.isoformat())
    return wanted.isoformat()


def review_moment(kept: str) -> datetime:
    """The first moment of the day that `chosen` kept."""
    return datetime.combine(date.fromisoformat(kept), time.min, tzinfo=ZONE)
