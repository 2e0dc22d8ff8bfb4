"""Neighbours in the demo: some join what is reported already, two report it once more without looking."""

from datetime import datetime, timedelta
from typing import Final

from weiwang.audit.rules import RESIDENT
from weiwang.cases.actions import Contact, Whereabouts, join_case, report_case
from weiwang.cases.models import Case
from weiwang.cases.rules import OPEN
from weiwang.demo.dice import Dice
from weiwang.demo.names import person_name, phone

JOINED: Final = 4  # cases that somebody joins
TWICE: Final = 2  # cases that somebody reports a second time
MINE_TOO: Final = (
    "我也住这边，这几天都这样，麻烦尽快处理。",
    "同一个地方，我家老人和孩子每天都要经过。",
    "我上周也看到了，还没好，附议。",
    "楼上楼下都在说这件事，希望早点解决。",
)
AGAIN: Final = "{title}我也来反映一下，已经好几天了，请来看看。"


def meet(place: int, *, at: datetime) -> None:
    """Let neighbours join some of the newest open cases, and report two others a second time."""
    dice, shown = Dice("neighbours"), _open(place, at)
    for case in shown[:JOINED]:
        for number in range(dice.randint(1, 3)):
            moment = min(at, case.reported_at + timedelta(hours=2 + 5 * number))
            join_case(
                case_id=case.pk, text=MINE_TOO[dice.randrange(len(MINE_TOO))], by=RESIDENT, at=moment,
                channel="portal", contact=_contact(dice),
            )  # fmt: skip
    for number, case in enumerate(shown[JOINED:]):
        report_case(
            place=place, text=AGAIN.format(title=case.title), by=RESIDENT, channel="portal",
            at=at - timedelta(minutes=25 + 20 * number), category=case.category,
            where=Whereabouts(case.lon, case.lat, address=case.address),
        )  # fmt: skip


def _open(place: int, at: datetime) -> list[Case]:
    """The newest open cases at points on the map that neighbours may be shown."""
    seen = Case.objects.filter(place=place, restricted=False, state__in=OPEN, lon__isnull=False)
    rows = seen.filter(reported_at__lt=at - timedelta(hours=6)).defer("search")
    return list(rows.order_by("-reported_at", "number")[: JOINED + TWICE])


def _contact(dice: Dice) -> Contact:
    """Some want to be called, some do not."""
    if not dice.chance(0.6):
        return Contact()
    return Contact(person_name(dice), phone(50_000_000 + dice.randrange(49_000_000)))
