"""What is told to whom, in which words; how a delivery goes on; when it is tried again. Plain Python."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from weiwang.kernel.faults import CodedError, gettext_noop
from weiwang.kernel.policy import PolicyFile


class State(StrEnum):
    """Where one delivery is. It only moves forward, except that a person may send a failed one again."""

    QUEUED = "queued"
    HANDED_OVER = "handed_over"  # the mail server or gateway has taken it; more it may never say
    DELIVERED = "delivered"
    FAILED_TEMPORARILY = "failed_temporarily"
    FAILED_FOR_GOOD = "failed_for_good"


STATE_NAMES: Mapping[State, str] = {
    State.QUEUED: gettext_noop("waiting to be sent"),
    State.HANDED_OVER: gettext_noop("handed over"),
    State.DELIVERED: gettext_noop("delivered"),
    State.FAILED_TEMPORARILY: gettext_noop("failed, is tried again"),
    State.FAILED_FOR_GOOD: gettext_noop("failed for good"),
}
WAITING = frozenset({State.QUEUED, State.FAILED_TEMPORARILY})
FAILED = frozenset({State.FAILED_TEMPORARILY, State.FAILED_FOR_GOOD})


class Channel(StrEnum):
    PAGE = "page"  # in the messages of staff who sign in
    EMAIL = "email"
    SMS = "sms"
    WECOM = "wecom"  # the group of an office in WeCom


CHANNEL_NAMES: Mapping[Channel, str] = {
    Channel.PAGE: gettext_noop("messages on the page"),
    Channel.EMAIL: gettext_noop("e-mail"),
    Channel.SMS: gettext_noop("text message"),
    Channel.WECOM: gettext_noop("WeCom group"),
}


class Audience(StrEnum):
    REPORTER = "reporter"
    OWNER = "owner"  # whoever holds the post the matter has come to
    RAISER = "raiser"  # who raised the warning; whoever holds the post that blew the whistle


class NoticeError(CodedError):
    """Why a delivery failed, in words for the list of failures; never with an address or a text."""

    messages: ClassVar[Mapping[str, str]] = {
        "notice.unreachable": gettext_noop("The mail server or gateway cannot be reached."),
        "notice.busy": gettext_noop("The other side asked to try later."),
        "notice.refused": gettext_noop("The other side refuses this address."),
        "notice.not_set_up": gettext_noop("This channel is not set up any more."),
        "notice.sign_in": gettext_noop("The mail server or gateway does not accept our account."),
        "notice.too_old": gettext_noop("It could not be sent for three days."),
        "notice.too_often": gettext_noop("It was tried as often as it may be."),
        "notice.erased": gettext_noop("The address was erased on its date."),
        "notice.unknown": gettext_noop("There is no such message, or it is not yours to see."),
        "notice.not_failed": gettext_noop("This message has not failed; it is not sent again."),
        "notice.channels_file": gettext_noop("%(file)s cannot be used: %(why)s"),
        "notice.channels_open": gettext_noop(
            "%(file)s holds passwords and can be read by other users. "
            "Take their rights away: chmod 600 %(file)s"
        ),
    }


# ---------------------------------------------------------------- trying again

RETRY_AFTER = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3),
    timedelta(hours=6), timedelta(hours=12), timedelta(hours=24),
)  # fmt: skip
REST_AFTER = (
    timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5),
    timedelta(minutes=10),
)  # fmt: skip
GIVE_UP_AFTER = timedelta(days=3)
CLAIM = timedelta(minutes=2)  # longer than any exchange with the other side may take
KEEP_TEXTS = timedelta(days=90)  # policies/retention.yaml, notices.Delivery


def next_try(attempts: int, *, at: datetime, queued_at: datetime) -> datetime | None:
    """When a delivery that failed for the `attempts`-th time is tried again; None to give it up."""
    if attempts > len(RETRY_AFTER) or at - queued_at >= GIVE_UP_AFTER:
        return None
    return at + RETRY_AFTER[attempts - 1]


def rest_until(failures: int, *, at: datetime) -> datetime:
    """Until when a channel rests whose other side was away for the `failures`-th time in a row."""
    return at + REST_AFTER[min(failures, len(REST_AFTER)) - 1]


def next_slot(last: datetime | None, *, per_minute: int, at: datetime) -> datetime:
    """The next moment a message may leave when at most so many may leave in a minute."""
    return at if last is None else max(at, last + timedelta(minutes=1) / per_minute)


# ---------------------------------------------------------------- the texts

_VARIABLE = re.compile(r"\{(\w+)\}", re.ASCII)
VARIABLES = frozenset(
    {"number", "place", "link", "code", "due", "category", "post", "unit", "kind", "count", "rung"}
)
LANGUAGES = ("zh", "en")
SUBJECT_LIMIT, SHORT_LIMIT = 120, 140


@dataclass(frozen=True, slots=True)
class Words:
    """One message in one language: a subject and text for mail, one short line for everything else."""

    subject: str
    text: str
    short: str

    def filled(self, values: Mapping[str, str]) -> "Words":
        """With the variables filled in; one that has no value becomes nothing."""
        return Words(*(_filled(part, values) for part in (self.subject, self.text, self.short)))


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of `policies/messages.yaml`: after which steps, to whom, by which channels, in which words."""

    code: str
    zh: str
    en: str
    after: frozenset[str]
    to: Audience
    channels: tuple[Channel, ...]
    words: Mapping[str, Words]

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh

    def said(self, language: str, values: Mapping[str, str]) -> Words:
        return self.words["en" if language.startswith("en") else "zh"].filled(values)


def read_messages(content: Mapping[str, Any]) -> Mapping[str, Kind]:
    """Check `policies/messages.yaml`: known audiences, channels and variables, and short texts that are."""
    return {code: _kind(code, row) for code, row in content["messages"].items()}


def _kind(code: str, row: Mapping[str, Any]) -> Kind:
    words = {language: _words(code, language, row) for language in LANGUAGES}
    return Kind(
        code, row["zh"], row["en"], frozenset(row["after"]), Audience(row["to"]),
        tuple(Channel(channel) for channel in row["channels"]), words,
    )  # fmt: skip


def _words(code: str, language: str, row: Mapping[str, Any]) -> Words:
    found = Words(*(str(row[part][language]).strip() for part in ("subject", "text", "short")))
    unknown = sorted(set(_used(found)) - VARIABLES)
    if unknown:
        raise ValueError(f"{code}: unknown variables {', '.join(unknown)}")
    if len(found.subject) > SUBJECT_LIMIT or len(found.short) > SHORT_LIMIT or "\n" in found.subject:
        raise ValueError(f"{code}: the {language} subject or short text is too long")
    return found


def _used(words: Words) -> Iterator[str]:
    for part in (words.subject, words.text, words.short):
        yield from _VARIABLE.findall(part)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values.get(match[1], ""), text)


MESSAGES = PolicyFile("messages", read_messages)
