"""Notices that stand in for papers sent with a result: fixed texts, no people, each marked 演示 demo."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from weiwang.demo.story import CaseStory
from weiwang.kernel.paper_reading import rewritten
from weiwang.kernel.papers import CleanPaper
from weiwang.kernel.printing import typeset

TEMPLATE = Path(__file__).parent / "data" / "notice.typ"
_EVERY = 4  # of the minutes in which somebody reports: one in four brings a notice

# By the picture of the result: who is told, what, and by whom.
_NOTICES: Mapping[str, tuple[str, str, Sequence[str], str]] = {
    "lift-works": (
        "公共设施维修情况告知", "各位住户：",
        (
            "您反映的楼内公共设施（电梯、单元门、对讲机等）问题，物业服务企业已安排专业维修人员到场，更换损坏的部件并试用。",
            "设施现已恢复使用。如再次出现故障，请不要自行拆卸，及时联系物业服务中心或在原反映页面回复。",
        ),
        "物业服务中心（演示）",
    ),
    "road-mended": (
        "维修施工完成告知", "各位居民：",
        (
            "您反映的路面、管道或积水问题已完成维修，现场已清理，恢复通行。",
            "新铺路面养护期间请慢行，不要停放重型车辆。如发现下沉、渗水，请继续反映，我们会再次到场查看。",
        ),
        "市政养护队（演示）",
    ),
    "charging-shed": (
        "充电棚启用告知", "各位居民：",
        (
            "楼下新建的电动自行车充电棚已启用，请不要再把电动自行车推进楼道或飞线充电。",
            "充电棚二十四小时开放，扫码使用；如遇故障，请向社区反映。",
        ),
        "社区居民委员会（演示）",
    ),
}  # fmt: skip
FOOT = "演示文件 · demo"


def notice_of(story: CaseStory) -> str:
    """Which notice comes with the result of this story; often none."""
    shown = next((step.picture for step in story.steps if step.picture in _NOTICES), None)
    return shown if shown is not None and story.reported_at.minute % _EVERY == 0 else ""


@cache
def notice(name: str) -> CleanPaper:
    """One of the notices as it is kept, the same bytes each time on one machine."""
    title, to, body, sender = _NOTICES[name]
    words = {"title": title, "to": to, "body": list(body), "from": sender, "foot": FOOT}
    pages, pdf = rewritten(typeset(TEMPLATE, words).pdf)
    return CleanPaper(pdf, pages, hashlib.sha256(pdf).hexdigest())


def make_notices() -> None:
    """Make all of them now: a copy of a process that has typeset before would wait for threads it has not."""
    for name in _NOTICES:
        notice(name)
