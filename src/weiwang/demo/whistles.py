"""Whistles of the demo place: two running, four ended with both judgements, two early warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from weiwang.accounts.models import User
from weiwang.territory import queries as territory
from weiwang.territory.models import Appointment, Department
from weiwang.territory.rules import Officer
from weiwang.whistles import actions
from weiwang.whistles.actions import WhistleForm
from weiwang.whistles.models import Call, Whistle
from weiwang.whistles.rules import Answer, Side


@dataclass(frozen=True, slots=True)
class _Came:
    """What one department did, in minutes after the whistle. `verdict` is its judgement at the end."""

    department: str
    answers: Sequence[tuple[int, Answer, str]] = ()
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class _Tale:
    by: str
    ago: timedelta
    kind: str
    limit: str
    words: str
    point: str
    came: Sequence[_Came]
    outcome: str = ""
    verdict: str = ""
    result: str = "settled"


def _on_site(minutes: int) -> list[tuple[int, Answer, str]]:
    return [(minutes // 3, Answer.ON_WAY, ""), (minutes, Answer.ARRIVE, "")]


TALES = (
    _Tale(
        "gridhead",
        timedelta(days=38),
        "joint",
        "2h",
        "夜间烧烤摊占用人行道，油烟扰民，多次劝导无效。",
        "枫川街东口",
        (
            _Came("city_management", _on_site(45), "网格提前通知摊主，现场配合好。"),
            _Came("market", _on_site(70), "一次到场办完，不用再跑第二趟。"),
        ),
        "五个摊点签了入市意向，人行道已清洗。",
        "两个部门都按时到了，摊主当场答应挪到疏导点。",
    ),
    _Tale(
        "community",
        timedelta(days=16),
        "hard",
        "4h",
        "老楼外墙瓷砖脱落，产权单位已注销，维修资金怎么动用意见不一。",
        "社区会议室",
        (
            _Came("housing", _on_site(150), "资料准备得齐，建议先做围挡。"),
            _Came("legal", _on_site(120), "明确了应急使用维修资金的程序。"),
        ),
        "先做安全围挡，按应急程序申请维修资金，二十个工作日内答复业主。",
        "住建办说清了程序，还要等资金批下来。",
        "partly",
    ),
    _Tale(
        "gridhead",
        timedelta(days=9),
        "emergency",
        "30m",
        "燃气味明显，疑似支管泄漏，已疏散一楼商铺。",
        "沿河路三号门前",
        (
            _Came("emergency", _on_site(14), "网格疏散及时，未发生险情。"),
            _Came("police_liaison", _on_site(18), "警戒线拉得快，交通未受影响。"),
        ),
        "燃气公司关阀抢修，两小时后复供，检测合格。",
        "十几分钟就到齐了，居民都看到了。",
    ),
    _Tale(
        "community",
        timedelta(days=3),
        "joint",
        "2h",
        "物业撤出后垃圾堆放三天，居民要求当天清走。",
        "听雨一期北门",
        (
            _Came("city_management", _on_site(55), "清运车进得去，比上次顺。"),
            _Came("housing", [(20, Answer.DECLINE, "物业更替由社区先行协调，暂不需到场。")], ""),
        ),
        "当天清运完毕，社区临时托管保洁，物业选聘另行推进。",
        "城管办当天解决，物业的事还要另开会。",
        "partly",
    ),
    _Tale(
        "community",
        timedelta(minutes=70),
        "joint",
        "2h",
        "市场外围车辆乱停，消防通道被堵，商户与车主争执。",
        "栖禾市场南门",
        (
            _Came("city_management", _on_site(40)),
            _Came("market", [(25, Answer.DECLINE, "今日全员在外参加专项检查，申请改为明日会商。")]),
        ),
    ),
    _Tale(
        "gridhead",
        timedelta(minutes=18),
        "emergency",
        "30m",
        "雨后下穿路段积水约二十厘米，两辆电动车熄火，需抽排和交通引导。",
        "枫川街下穿通道西侧",
        (
            _Came("emergency", _on_site(12)),
            _Came("city_management", [(6, Answer.ON_WAY, "")]),
            _Came("police_liaison"),
        ),
    ),
)


def blow_whistles(*, place: int, users: Mapping[str, User], at: datetime) -> int:
    """Tell the tales through the real actions, each at its own moment; returns how many whistles."""
    crew = _Crew(place, users, at)
    for tale in TALES:
        crew.tell(tale)
    crew.warn()
    return Whistle.objects.filter(place=place).count()


@dataclass(frozen=True, slots=True)
class _Crew:
    place: int
    users: Mapping[str, User]
    at: datetime

    def officer(self, username: str, at: datetime) -> Officer:
        user = self.users[username]
        return territory.officer(user_id=user.pk, name=user.name, at=at)

    def somebody_of(self, department: Department, at: datetime) -> Officer:
        held = Appointment.objects.filter(post__department=department, place=self.place)
        user = held.select_related("user").order_by("pk")[0].user
        return territory.officer(user_id=user.pk, name=user.name, at=at)

    def tell(self, tale: _Tale) -> None:
        start = self.at - tale.ago
        names = [one.department for one in tale.came]
        rows = {one.code: one for one in Department.objects.filter(place=self.place, code__in=names)}
        leader = self.officer(tale.by, start)
        holding = next(h for h in leader.holdings if "whistle.blow" in h.allows)
        form = WhistleForm(
            kind=tale.kind, departments=[row.pk for row in rows.values()], words=tale.words,
            meeting_point=tale.point, limit=tale.limit,
        )  # fmt: skip
        whistle = actions.blow(form=form, by=leader, at=start, unit_id=holding.unit_id)
        for came in tale.came:
            self.answer(whistle, rows[came.department], came, start)
        if tale.outcome:
            self.finish(whistle, tale, rows, leader, start + timedelta(hours=4))

    def answer(self, whistle: Whistle, department: Department, came: _Came, start: datetime) -> None:
        call = Call.objects.get(whistle=whistle, department=department)
        for minutes, answer, words in came.answers:
            moment = start + timedelta(minutes=minutes)
            by = self.somebody_of(department, moment)
            actions.answer_call(call_id=call.pk, answer=answer, by=by, at=moment, words=words)

    def finish(
        self, whistle: Whistle, tale: _Tale, rows: Mapping[str, Department], leader: Officer, at: datetime
    ) -> None:
        actions.end_whistle(whistle_id=whistle.pk, outcome=tale.outcome, by=leader, at=at)
        later = at + timedelta(hours=1)
        actions.judge(
            whistle_id=whistle.pk, side=Side.GRID, result=tale.result, words=tale.verdict, by=leader, at=later
        )
        for came in tale.came:
            if came.verdict:
                department = rows[came.department]
                actions.judge(
                    whistle_id=whistle.pk, side=Side.DEPARTMENT, result=tale.result, words=came.verdict,
                    by=self.somebody_of(department, later), at=later, department_id=department.pk,
                )  # fmt: skip

    def warn(self) -> None:
        """One warning that was taken yesterday, one that waits."""
        leader = self.officer("leader", self.at)
        unit = next(h.unit_id for h in leader.holdings if "warning.raise" in h.allows)
        before = self.at - timedelta(hours=20)
        taken = actions.raise_warning(
            unit_id=unit, words="三单元顶楼水箱渗水，楼道电表箱上方在滴水，怕短路。", by=leader, at=before
        )
        actions.take_warning(
            warning_id=taken.pk, reply="已断开该单元公区电源，电工十分钟后到。",
            at=before + timedelta(minutes=4), by=self.officer("gridhead", before),
        )  # fmt: skip
        actions.raise_warning(
            unit_id=unit, words="院墙外土坡有裂缝，昨夜雨后变宽，墙根停了不少车。", by=leader,
            at=self.at - timedelta(minutes=3),
        )  # fmt: skip
