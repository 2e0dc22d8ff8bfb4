"""How well the catalogue's own words suggest on the demo's texts: `python -m benchmarks.keywords`.

The lines of `demo/data/case_texts.txt`, filled in at the spots the demo names (below a building, at a door,
on the pavement, …), each text once. Seconds on one core; the same numbers on every machine. What is counted
is what a person would be shown, with the bounds of `cases.suggestions`.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from weiwang.demo.dice import Dice
from weiwang.demo.texts import Scene, report_text, words
from weiwang.suggesting.keywords import Keywords

ABOVE: Final = 0.35  # WEIWANG_SUGGEST_ABOVE as delivered
ALSO: Final = 0.12  # the bound of a second guess
UNSORTED: Final = "Z99"
TIMES: Final = 40  # a category at one spot; every fifth in the words of a round
SPOTS: Final = (
    *("3栋楼下", "3栋旁边", "3栋门口", "3栋北侧", "3栋南侧空地"),
    *("青石街12号门口", "青石街12号前面的人行道", "青石街12号后巷"),
    *("何家院子门前", "何家院子后面的村道", "何家院子院坝边"),
)


def texts(times: int = TIMES) -> list[tuple[str, str]]:
    """Category and text, each once, in one order."""
    return sorted(set(_told(times)))


def _told(times: int) -> Iterator[tuple[str, str]]:
    for code in words():
        dice = Dice(f"measure/{code}")
        for spot in SPOTS if code != "*" else ():
            scene = Scene(spot, "3栋2单元", "桂苑小区")
            for number in range(times):
                yield code, report_text(code, scene, dice, on_round=number % 5 == 0)


def counted(keywords: Keywords, rows: list[tuple[str, str]]) -> Counter[str]:
    """Texts; with a suggestion; where the first or one of three is right; suggestions, wrong."""
    count: Counter[str] = Counter()
    for code, text in rows:
        found = keywords.suggest(text)
        sure = bool(found) and found[0].confidence >= ABOVE
        shown = [one.label for one in found if one.confidence >= ALSO] if sure else []
        kind = "unsorted " if code == UNSORTED else ""
        count[f"{kind}texts"] += 1
        count[f"{kind}with a suggestion"] += bool(shown)
        count[f"{kind}right first"] += shown[:1] == [code]
        count[f"{kind}right among three"] += code in shown
        count[f"{kind}suggestions"] += len(shown)
        count[f"{kind}wrong suggestions"] += sum(label != code for label in shown)
    return count


def main() -> None:
    policy = yaml.safe_load(Path("policies/categories.yaml").read_bytes())
    known = [row for row in policy["categories"] if row["code"] != UNSORTED]
    for name, number in counted(Keywords.from_policy({"categories": known}), texts()).items():
        print(f"{name:<28}{number:>7}")


if __name__ == "__main__":
    main()
