"""Hot topics of a month: groups of cases about the same matter, with place, time and the words they share."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone

from weiwang.cases.permissions import Visible
from weiwang.cases.queries import Reported, reported_between
from weiwang.cases.rules import OPEN
from weiwang.suggesting import topics as grouping

READ = 1500  # the latest cases of a month that are compared: about two seconds
SHOWN = 30


@dataclass(frozen=True, slots=True)
class HotTopic:
    """What a topic is about and its evidence. `people` counts reporters and those who joined."""

    title: str
    words: Sequence[str]
    cases: Sequence[Reported]
    people: int
    since: datetime
    until: datetime
    places: Sequence[tuple[str, int]]
    categories: Sequence[tuple[str, int]]
    open: int

    @property
    def days(self) -> int:
        return (timezone.localdate(self.until) - timezone.localdate(self.since)).days + 1


@dataclass(frozen=True, slots=True)
class Month:
    """The topics of one month, largest first; `read` of `whole` cases were compared, the latest ones."""

    first: date
    topics: Sequence[HotTopic]
    read: int
    whole: int


def month_topics(visible: Visible, first: date) -> Month:
    """The hot topics of the month that begins on `first`, among the cases somebody may see."""
    rows, whole = reported_between(
        visible, since=_midnight(first), until=_midnight(next_month(first)), most=READ
    )
    topics = [topic for kind in _by_category(rows) for topic in _topics_of(kind)]
    topics.sort(key=lambda topic: (-topic.people, -len(topic.cases), topic.cases[0].number))
    return Month(first, topics[:SHOWN], len(rows), whole)


def _by_category(rows: Sequence[Reported]) -> Iterable[list[Reported]]:
    """Only cases of one category are compared: addresses in common make no common matter."""
    kinds: dict[str, list[Reported]] = {}
    for row in rows:
        kinds.setdefault(row.category, []).append(row)
    return kinds.values()


def _topics_of(rows: Sequence[Reported]) -> list[HotTopic]:
    found = grouping.topics([(row.title, row.text) for row in rows])
    return [_topic([rows[place] for place in topic.members], topic.words) for topic in found]


def next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def month_before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _topic(cases: Sequence[Reported], words: Sequence[str]) -> HotTopic:
    moments = [case.reported_at for case in cases]
    return HotTopic(
        title=cases[0].title, words=words,
        cases=sorted(cases, key=lambda case: case.reported_at, reverse=True),
        people=sum(case.people for case in cases), since=min(moments), until=max(moments),
        places=_most(case.unit_name for case in cases), categories=_most(case.category for case in cases),
        open=sum(case.state in OPEN for case in cases),
    )  # fmt: skip


def _most(values: Iterable[str]) -> list[tuple[str, int]]:
    return Counter(values).most_common(3)


def as_rows(month: Month) -> list[Mapping[str, object]]:
    """One row a topic, for a table: no words of any report but the title of its most typical one."""
    return [
        {
            "rank": rank, "title": topic.title, "words": " ".join(topic.words), "cases": len(topic.cases),
            "people": topic.people, "from": timezone.localdate(topic.since).isoformat(),
            "to": timezone.localdate(topic.until).isoformat(),
            "places": " ".join(f"{name}({count})" for name, count in topic.places),
            "open": topic.open, "numbers": " ".join(case.number for case in topic.cases),
        }
        for rank, topic in enumerate(month.topics, 1)
    ]  # fmt: skip
