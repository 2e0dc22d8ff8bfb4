"""`weiwang due`: when a time limit ends, and each stretch on the way there."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from weiwang.config import environment
from weiwang.kernel.policy import PolicyError, PolicyFile
from weiwang.kernel.worktime import (
    Calendar,
    CalendarError,
    DaysEnd,
    Kind,
    Limit,
    LimitError,
    Stretch,
    due,
    explain,
    read_hours,
    unannounced,
)

CALENDAR: Final = PolicyFile("calendars", Calendar.from_policy)

WORDS: Final = {
    "en": {
        Kind.COUNTS: "counts",
        Kind.START_DAY: "day of the start, not counted",
        Kind.CLOSED: "off duty",
        Kind.REST_DAY: "day off",
        Kind.HOLIDAY: "public holiday",
        Kind.MOVED: "last day is a day off: moved to the next working day",
        "from": "from",
        "until": "until",
        "length": "length",
        "sum": "counted in all",
        "notice": "provisional: the official notice for {} is not out; "
        "counted with the statutory festivals and no make-up workdays.",
        "table": "provisional: there is no table of holidays for {}; counted with weekends only.",
        "days": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    },
    "zh": {
        Kind.COUNTS: "计时",
        Kind.START_DAY: "起始当日，不计",
        Kind.CLOSED: "非值班时间",
        Kind.REST_DAY: "休息日",
        Kind.HOLIDAY: "法定节假日",
        Kind.MOVED: "届满日为休息日，顺延至下一工作日",
        "from": "自",
        "until": "至",
        "length": "时长",
        "sum": "合计计时",
        "notice": "暂定：{} 年放假安排尚未公布，暂按法定节日计算，未计调休上班日。",
        "table": "暂定：没有 {} 年的节假日表，仅按双休日计算。",
        "days": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    },
}


FIRST_YEAR: Final = 1992  # before, clocks in China were put forward in summer


class DueError(ValueError):
    """What was asked cannot be answered; the message is one sentence."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="weiwang due",
        description="Answer when a time limit ends, by the working calendar of policies/calendars.yaml.",
        epilog="Limits: 90m and 2h by the clock, 4wh working hours, 3wd working days, 5d calendar days. "
        "The day of the start is not counted.",
    )
    parser.add_argument(
        "--from",
        dest="start",
        required=True,
        metavar="MOMENT",
        help="start with its zone, like 2026-09-30T16:00+08:00",
    )
    parser.add_argument("--limit", required=True, help="90m, 2h, 4wh, 3wd or 5d")
    parser.add_argument(
        "--hours",
        help="duty hours of every working day instead of the calendar's, like 09:00-12:00,13:00-17:00",
    )
    parser.add_argument(
        "--days-end",
        choices=[each.value for each in DaysEnd],
        help="end limits in days at the clock time of the start, or when duty closes; "
        "the calendar says which by default",
    )
    parser.add_argument("--explain", action="store_true", help="list each stretch and whether it counts")
    parser.add_argument(
        "--lang",
        choices=("en", "zh"),
        default="en",
        help="language of the explanation and of what is provisional",
    )
    return parser


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise DueError(f"“{text[:40]}” is no moment; write it like 2026-09-30T16:00+08:00.") from None
    if moment.utcoffset() is None:
        raise DueError(f"“{text[:40]}” has no time zone; write it like 2026-09-30T16:00+08:00.")
    if moment.year < FIRST_YEAR:
        raise DueError(f"A limit can start from the year {FIRST_YEAR} on.")
    return moment


def _calendar(args: argparse.Namespace) -> Calendar:
    folder = Path(environment.read("WEIWANG_POLICIES") or environment.CHECKOUT / "policies")
    calendar = CALENDAR.read(folder).table
    if args.days_end:
        calendar = replace(calendar, days_end=DaysEnd(args.days_end))
    return calendar if args.hours is None else _with_hours(calendar, args.hours)


def _with_hours(calendar: Calendar, text: str) -> Calendar:
    """The same working days, each with the duty hours of `text`."""
    hours = read_hours(text.replace("，", ",").split(","))
    mon, tue, wed, thu, fri, sat, sun = (hours if usual else () for usual in calendar.week)
    makeup = dict.fromkeys(calendar.makeup, hours)
    return replace(calendar, week=(mon, tue, wed, thu, fri, sat, sun), makeup=makeup)


def _warnings(years: Sequence[int], calendar: Calendar, lang: str) -> list[str]:
    """What is provisional: years listed without their notice, and years with no table at all."""
    kinds = {
        "notice": [year for year in years if year in calendar.provisional_years],
        "table": [year for year in years if year not in calendar.provisional_years],
    }
    return [str(WORDS[lang][kind]).format(_span(found)) for kind, found in kinds.items() if found]


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _length(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes // 60}h {minutes % 60:02}m" + (f" {seconds:02}s" if seconds else "")


def _table(path: Sequence[Stretch], lang: str) -> list[str]:
    words = WORDS[lang]
    exact = any(each.begins.second or each.begins.microsecond for each in path)

    def shown(moment: datetime) -> str:
        day = words["days"][moment.weekday()]
        return (
            f"{moment:%Y-%m-%d} {day} {moment.isoformat(timespec='seconds' if exact else 'minutes')[11:-6]}"
        )

    width = (20 if lang == "en" else 21) + 3 * exact  # a Chinese character is two columns wide
    wide = 0 if lang == "en" else 1
    head = [str(words[name]) for name in ("from", "until", "length")]
    lines = [
        f"{head[0]:<{width - wide}}  {head[1]:<{width - wide}}  {head[2]:>{11 - 2 * wide}}",
        *(
            f"{shown(each.begins)}  {shown(each.ends)}  {_length(each.ends - each.begins):>11}  "
            f"{words[each.kind]}"
            for each in path
        ),
    ]
    counted = sum((each.ends - each.begins for each in path if each.kind is Kind.COUNTS), timedelta())
    return [*lines, f"{words['sum']}: {_length(counted)}"]


def _answer(args: argparse.Namespace) -> None:
    start, limit, calendar = _moment(args.start), Limit.parse(args.limit), _calendar(args)
    try:
        ends = due(start, limit, calendar)
    except OverflowError:
        raise DueError("The limit ends after the year 9999.") from None
    provisional = _warnings(unannounced(start, ends, limit, calendar), calendar, args.lang)
    sys.stderr.writelines(f"weiwang due: {line}\n" for line in provisional)
    lines = [ends.isoformat(), *(_table(explain(start, limit, calendar), args.lang) if args.explain else ())]
    sys.stdout.writelines(f"{line}\n" for line in lines)


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status (0 done, 2 not to be answered)."""
    args = _parser().parse_args(list(argv))
    try:
        _answer(args)
    except (DueError, LimitError, CalendarError, PolicyError) as error:
        sys.stderr.write(f"weiwang due: {error}\n")
        return 2
    return 0
