"""The start without a model: the words that the catalogue of categories itself names.

A category is suggested when its name or one of its keywords stands in the text; what counts are the
characters of the words found, those in the subject twice. The confidence is the share of a category among all
that was found, held down while little was found.

Some of these words say where, who or how politely, and stand in texts about anything: `SETTING`. They count
beside another word of their category and are no evidence alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from weiwang.suggesting.features import Text
from weiwang.suggesting.grams import normal
from weiwang.suggesting.model import Suggestion

_DOUBT: Final = 2.0  # characters' worth of doubt that every text keeps
_MOST: Final = 0.9  # keywords are never surer

WHERE: Final = (
    "楼上 楼下 楼道 楼前 楼后 楼顶 门口 门前 单元 大门 院子 院内 小区 小区内 社区 村里 村口 家里 屋里 "
    "室内 室外 路边 路口 路上 马路 街上 街边 巷口 巷子 后巷 人行道 村道 广场 公园 学校 菜市场 市场 "
    "地下车库 车库 旁边 附近 对面 周边 前面 后面 中间 这里 那里"
)
WHO: Final = "老人 孩子 小孩 儿童 家长 居民 住户 业主 大家 有人"
HOW: Final = "希望 请 麻烦 尽快 处理 反映 谢谢 辛苦了"
SETTING: Final = frozenset(f"{WHERE} {WHO} {HOW}".split())


@dataclass(frozen=True, slots=True)
class Keywords:
    """Labels (category codes) with their words in normal form."""

    words: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, words: Mapping[str, Iterable[str]]) -> Self:
        return cls({label: _distinct(each) for label, each in words.items()})

    @classmethod
    def from_policy(cls, policy: Mapping[str, Any]) -> Self:
        """Build from the table of `policies/categories.yaml`."""
        rows = policy["categories"]
        return cls.of({str(row["code"]): [str(row["zh"]), *row.get("keywords", ())] for row in rows})

    def suggest(self, text: str | Sequence[str], top: int = 3) -> list[Suggestion]:
        """The likeliest labels, best first; nothing where no word was found."""
        message = Text.of([text] if isinstance(text, str) else text)
        weight = {label: _weight(_found(words, message), message) for label, words in self.words.items()}
        whole = sum(weight.values()) + _DOUBT
        ranked = sorted(
            (label for label in weight if weight[label]), key=lambda label: (-weight[label], label)
        )
        return [Suggestion(label, min(_MOST, weight[label] / whole)) for label in ranked[:top]]

    def evidence(self, text: str | Sequence[str], label: str, top: int = 5) -> list[str]:
        """The words of the text that speak for `label`, longest first."""
        message = Text.of([text] if isinstance(text, str) else text)
        return sorted(_found(self.words[label], message), key=lambda word: (-len(word), word))[:top]


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word for word in map(normal, words) if word}))


def _found(words: Sequence[str], message: Text) -> list[str]:
    """The words in the text; none where all that was found is `SETTING`."""
    found = [word for word in words if word in message.body]
    return [] if SETTING.issuperset(found) else found


def _weight(found: Sequence[str], message: Text) -> float:
    return float(sum(len(word) * (2 if word in message.head else 1) for word in found))
