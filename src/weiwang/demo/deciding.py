"""What waits for a decision on the dispatch desk of the demo: two requests, a case sent back twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from weiwang.accounts.models import User
from weiwang.cases.actions import take_step
from weiwang.cases.models import Case
from weiwang.cases.rules import State, Step
from weiwang.territory import queries as territory
from weiwang.territory.models import Appointment
from weiwang.territory.rules import Officer

REST = timedelta(hours=3)  # nothing has happened to a case for so long
SENT_BACK = (
    ("housing", "核对职责清单，这件事不归本部门，建议改派。"),
    ("market", "已到现场看过，不在本所职责范围内，请重新派遣。"),
)
EXTEND = "涉及两个单位，已约三天后现场会商，申请延期。"
SUSPEND = "责任单位要走采购程序，两周后才能动工，已向反映人说明，申请挂账。"


def leave_to_decide(place: int, *, users: Mapping[str, User], at: datetime) -> None:
    """Through the real actions, within the last two hours."""
    desk = _Desk(place, users["dispatcher"], at)
    desk.ask()
    desk.send_back()


@dataclass(frozen=True, slots=True)
class _Desk:
    place: int
    dispatcher: User
    at: datetime

    def ask(self) -> None:
        """One department wants more time, another one to put a case on hold."""
        handled = self._resting(State.HANDLING)
        for number, case in enumerate(handled[:2]):
            at = self.at - timedelta(minutes=50 - 15 * number)
            step, note = ((Step.ASK_EXTEND, EXTEND), (Step.ASK_SUSPEND, SUSPEND))[number]
            review = timezone.localdate(self.at) + timedelta(days=14) if number else None
            self._step(case, step, self._holder(case, at), note, at, longer="3wd", review_on=review)

    def send_back(self) -> None:
        """Two departments in turn say that it is not theirs."""
        for case in self._resting(State.REGISTERED)[:1]:
            for number, (department, why) in enumerate(SENT_BACK):
                at = self.at - timedelta(minutes=100 - 40 * number)
                post, later = self._desk_of(department), at + timedelta(minutes=25)
                self._step(case, Step.DISPATCH, self._centre(at), "", at, target_post=post)
                now = Case.objects.get(pk=case.pk)
                self._step(now, Step.RETURN, self._holder(now, later), why, later)

    def _resting(self, state: State) -> Sequence[Case]:
        """Plain cases in this state, oldest first, that a department has or could have."""
        rows = Case.objects.filter(
            place=self.place, state=state, restricted=False, parent=None, merged_into=None, open_parts=None,
            returned=0, urgent=False, step_at__lt=self.at - REST, asked="", extended=0,
        )  # fmt: skip
        if state is State.HANDLING:
            rows = rows.filter(owner_post__kind="department_handler")
        return list(rows.defer("search").order_by("number"))

    def _centre(self, at: datetime) -> Officer:
        return territory.officer(user_id=self.dispatcher.pk, name=self.dispatcher.name, at=at)

    def _holder(self, case: Case, at: datetime) -> Officer:
        user_id, name = territory.holders(case.owner_post_id or 0, at)[0]
        return territory.officer(user_id=user_id, name=name, at=at)

    def _desk_of(self, department: str) -> int:
        held = Appointment.objects.filter(post__kind="department_handler", place=self.place)
        return held.filter(post__department__code=department).order_by("pk")[0].post_id

    def _step(
        self, case: Case, step: Step, by: Officer, note: str, at: datetime, *, target_post: int | None = None,
        longer: str = "", review_on: date | None = None,
    ) -> None:  # fmt: skip
        seen = Case.objects.values_list("version", flat=True).get(pk=case.pk)
        take_step(
            case_id=case.pk, step=step, by=by, at=at, seen_version=seen, note=note, target_post=target_post,
            longer=longer, review_on=review_on,
        )  # fmt: skip
