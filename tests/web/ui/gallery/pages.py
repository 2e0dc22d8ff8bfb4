"""A small site that shows every frame and component, for tests that look at them in a browser."""

from datetime import UTC, datetime
from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from weiwang.web.ui.forms import Form, PhotosField
from weiwang.web.ui.pages import error_page, render_page
from weiwang.web.ui.parts import Chip, Entry, Fact, NavItem, Step, Tab

MAP = Path(__file__).parent.parent / "example_map"
FACES = {
    "home": "portal",
    "report": "portal",
    "progress": "portal",
    "today": "field",
    "work": "desk",
    "case": "desk",
    "zero": "desk",
    "map": "desk",
    "setup": "console",
    "signin": "plain",
}
PLACES = {
    "portal": (("反映", "message"), ("查进度", "search"), ("我的网格", "map-pin"), ("公告", "speakerphone")),
    "field": (("今天", "checklist"), ("上报", "camera-plus"), ("我的格", "layout-grid"), ("消息", "bell")),
    "desk": (
        ("待办", "inbox"),
        ("地图", "map-2"),
        ("网格", "sitemap"),
        ("台账", "table"),
        ("走访巡查", "walk"),
        ("人员", "users"),
        ("会议", "calendar-event"),
        ("统计", "chart-bar"),
    ),
    "console": (
        ("清单", "clipboard-check"),
        ("区划", "sitemap"),
        ("楼栋", "building"),
        ("岗位", "id-badge-2"),
    ),
    "plain": (),
}
ROWS = (
    ("AP-2611-00418", "路面井盖松动", "安平社区 第二网格", "action", "办理中", 86, "还剩 2 小时"),
    ("AP-2611-00417", "楼道堆放杂物", "柳荫社区 第一网格", "late", "待签收", 140, "超期 1 天"),
    ("AP-2611-00415", "路灯不亮", "安平社区 第四网格", "action", "办理中", 35, "还剩 2 天"),
    ("AP-2611-00411", "占道经营", "柳荫社区 第三网格", "quiet", "已暂停", None, "暂停，等材料"),
    ("AP-2611-00409", "化粪池满溢", "安平社区 第一网格", "cleared", "已办结", 60, "按时办结"),
)
FIELDS = ("no", "title", "place", "stt", "st", "pct", "words")


class Report(Form):
    what = forms.CharField(label="发生了什么", help_text="越具体越好办。", widget=forms.Textarea)
    photos = PhotosField(required=False, label="照片")
    kind = forms.ChoiceField(
        label="属于哪一类", choices=[("a", "环境卫生"), ("b", "公共设施")], widget=forms.RadioSelect
    )
    unit = forms.ChoiceField(label="社区", choices=[("1", "安平社区"), ("2", "柳荫社区")])
    address = forms.CharField(label="地址或楼栋", required=False, help_text="例如：柳荫路 12 号 3 栋")
    lon = forms.FloatField(label="经度", required=False)
    lat = forms.FloatField(label="纬度", required=False)
    phone = forms.CharField(label="联系电话", required=False)
    anonymous = forms.BooleanField(label="不留姓名", required=False, help_text="您仍会得到编号。")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


def nav(face: str) -> list[NavItem]:
    return [
        NavItem(label=label, href=f"#{icon}", icon=icon, current=index == 0, count=12 if index == 0 else 0)
        for index, (label, icon) in enumerate(PLACES[face])
    ]


def example() -> dict[str, object]:
    """One of everything the components take."""
    return {
        "rows": [dict(zip(FIELDS, row, strict=True)) for row in ROWS],
        "tabs": [
            Tab(label="我的", href="#", count=12, current=True),
            Tab(label="超期", href="#", count=3, tone="late"),
        ],
        "chips": [Chip(label="安平社区", href="#"), Chip(label="环境卫生", href="#")],
        "facts": [Fact(label="类别", value="公共设施"), Fact(label="地点", value="柳荫路 12 号门前")],
        "steps": [
            Step(label="已收到", progress="done", at=at(1, 12), who="街道网格中心"),
            Step(label="正在办理", progress="now", at=at(2, 30), words="已到现场看过。"),
            Step(label="答复您", progress="next", words="最晚周二 17:00"),
        ],
        "entries": [
            Entry(at=at(1, 12), label="居民反映", body="井盖松了，夜里怕有人踩空。", icon="message"),
            Entry(at=at(2, 5), label="派给第二网格", who="街道调度员", icon="send", tone="action"),
        ],
    }


def show(request: HttpRequest, name: str) -> HttpResponse:
    form = Report(request.POST, request.FILES) if request.method == "POST" else Report()
    context = {
        **example(),
        "form": form,
        "nav": nav(FACES[name]),
        "place_name": "安平街道",
        "demo_notice": True,
    }
    return render_page(request, f"gallery/{name}.html", context, status=422 if form.is_bound else 200)


def refuse(request: HttpRequest, status: int) -> HttpResponse:
    return error_page(request, status)


def map_file(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse((MAP / Path(name).name).read_bytes(), content_type="application/json")


urlpatterns = [
    path("preferences/", include("weiwang.web.ui.urls")),
    path("gallery/map/<str:name>", map_file),
    path("gallery/error/<int:status>", refuse),
    path("gallery/<str:name>", show),
]
