"""Cases of the demo that several offices work on, one report that held two matters, links, notes and help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from weiwang.accounts.models import User
from weiwang.cases.actions import add_note, add_part, ask_to_help, link_cases, split_case, take_step
from weiwang.cases.models import Case
from weiwang.cases.rules import PARTED, State, Step
from weiwang.territory import queries as territory
from weiwang.territory.models import Appointment, Post
from weiwang.territory.rules import Officer

MAINS = 3


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one department is asked, how far it has come (`until`), and its result."""

    department: str
    brief: str
    until: Step | None
    result: str = ""


TALES: Sequence[Sequence[_Piece]] = (
    (
        _Piece(
            "housing",
            "请核实该处由谁维修，书面告知责任单位。",
            Step.CLOSE,
            "已查档案：由物业维修，已告知。",
        ),
        _Piece("emergency", "请到现场看有没有安全隐患，需要的先设警示。", Step.SIGN),
    ),
    (
        _Piece("market", "请核查周边经营户的证照和外摆情况。", Step.CLOSE, "三户证照齐全，外摆已收回店内。"),
        _Piece("housing", "请通知物业配合清出通道。", Step.CLOSE, "物业已清出通道，现场可以通行。"),
    ),
    (_Piece("legal", "请就责任划分出具意见。", None),),
)
ORDINARY = (Step.SIGN, Step.HANDLE, Step.CHECK, Step.CLOSE)


def bring_together(place: int, *, users: Mapping[str, User], at: datetime) -> int:
    """Tell the tales through the real actions, within the last hours; returns how many parts were given."""
    crew = _Crew(place, users["dispatcher"], at)
    mains = crew.mains()
    for main, tale in zip(mains, TALES, strict=False):
        crew.tell(main, tale)
    for one, two in list(pairwise(mains))[:1]:
        link_cases(
            case_id=one.pk, number=two.number, reason="同一施工队，安排在同一天处理。",
            by=crew.centre(at), at=at - timedelta(minutes=20),
        )  # fmt: skip
    crew.write(mains)
    crew.split()
    return Case.objects.filter(place=place, parent__isnull=False).count()


@dataclass(frozen=True, slots=True)
class _Crew:
    place: int
    dispatcher: User
    at: datetime

    def centre(self, at: datetime) -> Officer:
        return territory.officer(user_id=self.dispatcher.pk, name=self.dispatcher.name, at=at)

    def holder(self, post_id: int, at: datetime) -> Officer:
        user_id, name = territory.holders(post_id, at)[0]
        return territory.officer(user_id=user_id, name=name, at=at)

    def desk_of(self, department: str) -> Post:
        held = Appointment.objects.filter(post__kind="department_handler", place=self.place)
        return held.filter(post__department__code=department).order_by("pk")[0].post

    def mains(self) -> list[Case]:
        """Open cases that somebody has had for some hours, those being handled before others."""
        rows = Case.objects.filter(
            place=self.place, state__in=PARTED, restricted=False, parent=None, merged_into=None, asked="",
            step_at__lt=self.at - timedelta(hours=3),
        ).select_related("department")  # fmt: skip
        found = sorted(rows.defer("search"), key=lambda case: (case.state != State.HANDLING, case.number))
        return found[:MAINS]

    def tell(self, main: Case, tale: Sequence[_Piece]) -> None:
        """Give the parts, then let the offices work side by side."""
        start = max(main.step_at, self.at - timedelta(hours=8))
        share, own = (self.at - start) / 6, main.department.code if main.department else ""
        given = [
            (piece, self.give(main, piece, start + share * number / 20))
            for number, piece in enumerate(piece for piece in tale if piece.department != own)
        ]
        for number, step in enumerate(ORDINARY):
            for late, (piece, part) in enumerate(given):
                if piece.until is not None and number <= ORDINARY.index(piece.until):
                    self.step(part, step, piece.result, start + share * (number + 1) + share * late / 9)

    def give(self, main: Case, piece: _Piece, at: datetime) -> Case:
        return add_part(
            case_id=main.pk, post_id=self.desk_of(piece.department).pk, note=piece.brief, by=self.centre(at),
            at=at,
        )  # fmt: skip

    def step(self, part: Case, step: Step, result: str, at: datetime) -> None:
        now = Case.objects.get(pk=part.pk)
        by_office = step in {Step.SIGN, Step.HANDLE}
        by = self.holder(now.owner_post_id or 0, at) if by_office else self.centre(at)
        note = result if step in {Step.HANDLE, Step.CLOSE} else ""
        take_step(case_id=part.pk, step=step, by=by, at=at, seen_version=now.version, note=note)

    def write(self, mains: Sequence[Case]) -> None:
        """A note for colleagues, one to the reporter, and the police, who help where they do not handle."""
        for main in [main for main in mains if not self.is_with(main, "police_liaison")][:1]:
            owner, at = self.holder(main.owner_post_id or 0, self.at), self.at - timedelta(hours=2)
            add_note(case_id=main.pk, note="已约物业明早九点现场会。", by=owner, at=at)
            add_note(
                case_id=main.pk, note="明早九点到现场，处理时请避让。", public=True, by=owner,
                at=at + timedelta(minutes=5),
            )  # fmt: skip
            ask_to_help(
                case_id=main.pk, post_id=self.desk_of("police_liaison").pk, note="请协助维持秩序。",
                by=self.centre(at), at=at + timedelta(minutes=9),
            )  # fmt: skip

    def is_with(self, main: Case, department: str) -> bool:
        return main.owner_post_id == self.desk_of(department).pk

    def split(self) -> None:
        """The newest report of somebody who called held a second matter."""
        rows = Case.objects.filter(place=self.place, state=State.REPORTED, restricted=False, parent=None)
        for first in rows.filter(channel__in=["portal", "desk"]).defer("search").order_by("-reported_at")[:1]:
            at = max(first.step_at, self.at - timedelta(minutes=30))
            split_case(
                case_id=first.pk, text="另外，单元门口的垃圾桶满了没人清，味道很大。", category="A01",
                by=self.centre(at), at=at, seen_version=first.version, note="两件事归不同单位，分开办。",
            )  # fmt: skip
