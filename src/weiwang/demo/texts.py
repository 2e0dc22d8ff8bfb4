"""What people write in the demo: reports, notes, reasons and answers. Nobody wrote these in real life."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files

from weiwang.demo.dice import Dice

_SLOT = re.compile(r"\{(\w+)\}")

REASONS: Mapping[str, Sequence[str]] = {
    "verify": (
        "请微网格长到现场看一下是否属实。",
        "位置描述不太清楚，先核实再立案。",
        "同一位置近期有过反映，请核实是否同一件事。",
        "请确认是公共区域还是业主自有部位。",
    ),
    "verified": (
        "到现场看了，情况属实。",
        "已到场核实，和反映的一致，属公共区域。",
        "现场情况属实，周边住户也有同样反映。",
        "到场时问题仍在，已拍照。",
    ),
    "register": ("", "", "情况属实，予以立案。", "现场已核实，立案办理。", "属街道职责范围，立案。"),
    "reject": (
        "经核实现场未发现所述情况，如再次出现请附照片反映。",
        "该事项已进入诉讼程序，请按法院安排办理，不能作为网格事项受理。",
        "与在办事项重复，已合并到原件一并答复。",
        "位置不在本街道范围内，已告知所在街道的反映途径。",
        "属于信访事项，已告知信访部门的地址和电话。",
    ),
    "dispatch": ("", "", "请按时限处置并反馈。", "请先到现场，网格员配合。", "涉及安全，请优先安排。"),
    "return": (
        "现场核对后不属于本部门职责，建议转{other}。",
        "该路段由{other}管养，退回改派。",
        "需先由网格与业主沟通，暂不具备处置条件，退回。",
        "位置有误，实际在相邻网格，退回重新派遣。",
    ),
    "recall": (
        "派错部门，收回后改派。",
        "承办岗位临时空缺，收回重新派遣。",
        "已有同类案件在办，收回并案后重新派遣。",
        "反映人补充了位置，收回重新派遣。",
    ),
    "extend": (
        "配件需向厂家定购，预计三天后到货。",
        "涉及两家权属单位，正在协调，申请延期。",
        "连日下雨无法施工，申请延期。",
    ),
    "extend_granted": ("", "同意，请按新时限办结。", "情况属实，同意延期。"),
    "extend_refused": ("影响居民出行，请按原时限办结。", "理由不充分，请抓紧办理。"),
    "suspend": (
        "需纳入下一批老旧小区改造一并实施，申请挂账。",
        "待上级资金下达后施工，申请挂账。",
        "责任人外出务工，约定返回后处理，申请挂账。",
    ),
    "suspend_granted": ("同意挂账，到期前主动复核。", "同意，期间做好围挡和提示。"),
    "suspend_refused": ("可先采取临时措施，不予挂账。",),
    "resume": ("资金已到位，申请恢复办理。", "责任人已返回，申请恢复办理。"),
    "resume_granted": ("", "同意恢复。"),
    "resume_refused": ("材料还没有到齐，到齐后再恢复。",),
    "ask": (
        "请问具体是哪一栋、哪个单元？",
        "请问一般什么时间段最严重？",
        "现场未发现您反映的情况，能否补充一张照片或具体位置？",
    ),
    "answered": ("就在进小区右手边第二栋楼下。", "主要是晚上八点以后。", "位置在快递柜旁边，一直都在。"),
    "answered_call": ("电话联系反映人，补充了具体位置。", "回电核实，反映人说明了时间段。"),
    "go_on": ("", "按现有信息先行处理。"),
    "remind": ("", "请尽快办理并反馈。", "时限将到，请抓紧。"),
    "supervise": ("居民多次反映，请今天下班前办结并回复。", "列入街道督办，请每天报一次进展。"),
    "escalate": ("需要多个部门配合，超出本级协调能力。", "涉及跨社区管线，请街道协调。"),
    "hand_over": ("所反映事项不属于网格办理范围。", "已告知反映人办理途径和所需材料。"),
    "void": ("反映人来电说明系误报，已当场核对。", "与同一反映人此前的上报内容完全相同。"),
    "start": ("", "", "已安排人员前往。", "正在现场处置。", "已联系责任方，明天上午到场。"),
    "check": ("", "现场复看，问题已解决。", "已询问反映人，认可结果。", "照片与现场一致。", "复看未反弹。"),
    "rework": (
        "现场仍有残留，请再处理一次。",
        "只处理了一半，请补齐后再报。",
        "反映人说昨天又出现了，请再去看看。",
        "缺少处置后的照片，请补充并说明后续措施。",
    ),
    "settle": (
        "现场劝导，当事人已自行整改。",
        "当场清理完毕，已恢复。",
        "与住户一起动手处理好了，并约定以后注意。",
        "已当面说明并协助办妥。",
        "现场提醒后立即改正，明天再看一眼。",
    ),
    "satisfied": (
        "",
        "",
        "",
        "处理得很快，谢谢。",
        "问题解决了，满意。",
        "辛苦网格员跑了几趟。",
        "比预想的快，点赞。",
        "谢谢，希望能保持。",
    ),
    "satisfied_call": ("电话回访，反映人表示满意。", "入户回访，已解决，满意。", "电话回访，认可处理结果。"),
    "reopen": (
        "只好了两天，又和原来一样了。",
        "答复说已经处理，可是现场根本没有变化。",
        "处理了一部分，后面那一段没管。",
        "没有人联系过我，问题还在。",
        "治标不治本，一到晚上又这样。",
    ),
}

_RECEIVED = (
    "您{date}反映的“{matter}”已经收到。",
    "{date}收到您关于“{matter}”的反映，感谢您的关心。",
    "您反映的“{matter}”（{date}）我们已登记办理。",
)
_LOOKED = (
    "{office}到现场查看，情况属实。",
    "经{office}与所在网格一起核实，您反映的情况存在。",
    "{office}先电话了解，又到现场核对了情况。",
    "网格员会同{office}实地查看并询问了周边住户。",
)
_NEXT = (
    "后续由所在网格持续关注，如再出现，请在本页直接回复。",
    "如果还有问题，可在本页继续反映，或到社区便民服务大厅找网格长。",
    "我们会在一周后再看一次；有不满意的地方请告诉我们。",
    "感谢您的监督，欢迎随时与网格员联系。",
)


@dataclass(slots=True)
class Words:
    """What is written about one category. `weight` says how often it comes up, against the others."""

    weight: float
    slots: dict[str, list[str]] = field(default_factory=dict)
    reports: list[str] = field(default_factory=list)
    rounds: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scene:
    """How people name a spot: outdoors beside a building, indoors, and the estate or hamlet."""

    place: str
    home: str
    estate: str


@cache
def words() -> Mapping[str, Words]:
    """All words by category, from `data/case_texts.txt`; `*` holds the slots for all."""
    text = files("weiwang.demo").joinpath("data/case_texts.txt").read_text(encoding="utf-8")
    return {code: _section(weight, lines) for code, weight, lines in _sections(text)}


def _sections(text: str) -> Iterator[tuple[str, float, list[str]]]:
    for part in re.split(r"^\[", text, flags=re.MULTILINE)[1:]:
        head, *lines = part.strip().splitlines()
        code, weight = head.split("] ")
        yield code, float(weight), [line for line in lines if line]


def _section(weight: float, lines: list[str]) -> Words:
    section = Words(weight)
    for line in lines:
        mark, rest = line[0], line[1:].strip()
        if mark == "=":
            name, *choices = (part.strip() for part in rest.split("|"))
            section.slots[name.removesuffix("=").strip(" =")] = choices
        elif mark == "~":
            section.rounds.append(rest)
        elif mark == ">":
            section.results.append(rest)
        else:
            section.reports.append(line)
    return section


def _fill(template: str, slots: Mapping[str, Sequence[str]], scene: Scene, dice: Dice) -> str:
    def chosen(match: re.Match[str]) -> str:
        name = match[1]
        fixed = getattr(scene, name, None) if name in Scene.__slots__ else None
        return fixed if fixed is not None else dice.choice(slots[name])

    return _SLOT.sub(chosen, template)


def report_text(code: str, scene: Scene, dice: Dice, *, on_round: bool) -> str:
    """What is reported: a resident's words, or the short words of somebody on a round."""
    own, common = words()[code], words()["*"]
    slots = {**common.slots, **own.slots}
    if on_round and own.rounds:
        return _fill(dice.choice(own.rounds), slots, scene, dice)
    text = _fill(dice.choice(own.reports), slots, scene, dice)
    if not on_round and code != "K03" and dice.chance(0.45):
        text += dice.choice(slots["please"])
    return text


def result_text(code: str, about: str, dice: Dice) -> str:
    """What was done. Results that name a thing (`[电梯] …`) are used only where the report is about it."""
    plain, fitting = [], []
    for result in words()[code].results:
        things, bracket, rest = result.removeprefix("[").partition("] ")
        if not bracket:
            plain.append(result)
        elif any(thing in about for thing in things.split("|")):
            fitting.append(rest)
    return dice.choice(fitting or plain)


def reason(kind: str, dice: Dice, *, other: str = "相关部门") -> str:
    """A note of the kind (see `REASONS`); empty where people often write nothing."""
    return dice.choice(REASONS[kind]).replace("{other}", other)


def answer(matter: str, reported_at: datetime, office: str, result: str, dice: Dice) -> str:
    """The answer to the reporter in four parts: received, looked into, dealt with, what comes next."""
    date = f"{reported_at.month}月{reported_at.day}日"
    received = dice.choice(_RECEIVED).format(date=date, matter=matter)
    looked = dice.choice(_LOOKED).format(office=office)
    return f"{received}{looked}处理情况：{result}{dice.choice(_NEXT)}"
