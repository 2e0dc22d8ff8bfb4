"""Fictional names: of people, streets and estates. Any likeness to a real person or place is chance."""

import csv
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import accumulate

from weiwang.demo.dice import Dice

_STREET_FIRST = "青锦竹雨松枫荷兰月桂榆柏晴云鹤霞"
_STREET_LAST = "溪麓棠泽岚汀苑浦荫墨川栖"
_ESTATE_FIRST = (
    "锦棠 云麓 听雨 禾风 青禾 松月 荷岸 枫林 望川 竹影 兰亭 晴岚 朝露 砚园 溪山 "
    "梧语 澄湖 星禾 暖阳 同福 安和 四季 映月 翠屏 芳华 丰泽 书香 锦绣 和顺 康乐"
)
_ESTATE_LAST = {
    "tower": ("府", "花园", "国际", "湾", "公馆", "一期", "二期"),
    "walk_up": ("苑", "小区", "新居", "家园", "里"),
    "courtyard": ("巷院", "大院", "宿舍院", "老院", "坊"),
}
_MORE_GIVEN = {
    "m": "子墨 浩然 天宇 文博 志远 永康 国栋 德海 家明 正华 春生 光荣 思源 宏达 立新 启明 承志",
    "f": "雨桐 思琪 佳怡 晓燕 春花 素珍 月娥 文静 诗涵 惠兰 碧玉 小芳 群英 美玲 友琼 若兰 清秋",
}


def street_names(dice: Dice) -> Iterator[str]:
    """Names of roads without end: first all plain ones in mixed order, then numbered ones."""
    plain = [first + last for first in _STREET_FIRST for last in _STREET_LAST if first != last]
    yield from (name + dice.choice(("路", "街", "路")) for name in dice.shuffled(plain))
    number = 1
    while True:
        number += 1
        yield from (f"{name}{number}路" for name in plain)


def lane_names(dice: Dice) -> Iterator[str]:
    plain = [last + first for first in _STREET_FIRST for last in _STREET_LAST if first != last]
    number = 0
    while True:
        number += 1
        yield from (f"{name}{'' if number == 1 else number}巷" for name in dice.shuffled(plain))


def estate_names(style: str, dice: Dice) -> Iterator[str]:
    """Names of housing estates in one style, never the same twice."""
    plain = dice.shuffled(first + last for first in _ESTATE_FIRST.split() for last in _ESTATE_LAST[style])
    yield from plain
    yield from (f"{name}{part}" for part in ("东区", "西区", "南区") for name in plain)


@cache
def _lists() -> tuple[list[str], list[float], dict[str, list[str]]]:
    """Surnames, their running weights, and given names by gender, from `data/names.csv`."""
    text = files("weiwang.demo").joinpath("data/names.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    surnames = [row for row in rows if row["kind"] == "surname"]
    given = {
        gender: [row["text"] for row in rows if row["kind"] == f"given_{gender}"] + more.split()
        for gender, more in _MORE_GIVEN.items()
    }
    return [r["text"] for r in surnames], list(accumulate(float(r["weight"]) for r in surnames)), given


def person_name(dice: Dice) -> str:
    """A believable Chinese name of two or three characters."""
    surnames, weights, given = _lists()
    surname = dice.choices(surnames, cum_weights=weights)[0]
    pool = given[dice.choice("mf")]
    first = dice.choice(pool)
    if len(first) == 1 and dice.chance(0.35):
        first = dice.choice("志文春国建晓永德世家玉明") + first
    return surname + first


def phone(number: int) -> str:
    """The nth fictional phone number: 100 and eight digits. Mobile numbers in China start with 13 to 19."""
    return f"100{number:08d}"
