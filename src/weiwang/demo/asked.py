"""What people of the demo answer to the extra questions of a category: what their own words say, no more."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from weiwang.cases.questions import Answer, Kind, Question

# By code and key of the answer: words of the report that say so. An answer without words is meant when no
# other one fits; a question without such a row is left open.
SAID: Mapping[str, Mapping[str, Sequence[str]]] = {
    "noise": {
        "dancing": ("广场舞", "直播唱歌"), "building": ("电钻",), "trade": ("喇叭", "烧烤", "外机"),
        "other": (),
    },
    "hours": {
        "morning": ("早上七点", "从早", "清早"), "noon": ("中午",), "evening": ("晚上", "饭点", "划拳"),
        "night": ("十点", "十二点", "半夜", "夜里"),
    },
    "danger": {"passers": ("太危险", "差点", "晃", "斜挂", "掉", "漫", "进水", "困", "锥", "警"), "none": ()},
    "fault": {"flickers": ("一闪",), "day": ("大白天",), "post": ("撞歪", "灯罩"), "out": ()},
    "lamps": {"2": ("两盏",), "5": ("一排",), "1": ("那盏",)},
    "part": {
        "elevator": ("电梯",), "door": ("单元门", "门禁", "对讲机"), "lighting": ("楼道灯",), "other": (),
    },
    "stuck": {"昨天关了人，已经出来了": ("把人关",), "主要影响高层的老人": ("老人住高层",)},
    "blocks": {
        "entrance": ("出口", "搬家"), "pavement": ("人行道", "盲道"), "crossing": ("对面的车", "横在中间"),
    },
}  # fmt: skip
DAYS_AGO: Mapping[str, int] = {
    "已经三天": 3, "一个多星期": 9, "从上周末": 5, "好几天": 4, "快半个月": 14, "从昨天": 1, "十来天": 11,
}  # fmt: skip


def answers_in(text: str, questions: Sequence[Question], at: datetime) -> dict[str, Answer]:
    """The answers that the words of a report give to the questions of its category, asked at a moment."""
    found = {question.code: _answer(text, question, at) for question in questions}
    return {code: answer for code, answer in found.items() if answer}


def _answer(text: str, question: Question, at: datetime) -> Answer:
    if question.kind in {Kind.DATE, Kind.DATETIME}:
        return _since(text, question.kind, at)
    rows = SAID.get(question.code, {})
    fitting = [key for key, words in rows.items() if any(word in text for word in words)]
    if question.kind is Kind.MANY:
        return sorted(fitting)
    return next(iter([*fitting, *(key for key, words in rows.items() if not words)]), "")


def _since(text: str, kind: Kind, at: datetime) -> str:
    days = next((days for words, days in DAYS_AGO.items() if words in text), None)
    if days is None:
        return ""
    began = (at - timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
    return began.date().isoformat() if kind is Kind.DATE else began.isoformat()
