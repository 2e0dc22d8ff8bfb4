"""Causes in the demo: whoever handled some of the latest cases has noted why they arose."""

from datetime import datetime, timedelta
from typing import Final

from weiwang.cases import queries
from weiwang.cases.actions import note_cause
from weiwang.cases.causes import IN_WORDS, causes_of
from weiwang.cases.models import Case
from weiwang.cases.rules import State
from weiwang.demo.dice import Dice
from weiwang.territory import queries as territory
from weiwang.territory.rules import NotAllowedError

NOTED: Final = 60  # cases
WORDS: Final = {
    "worn": "使用年限较长，已列入下批更换计划。",
    "collected_late": "周末清运车次减少，物业已与清运单位重新排班。",
    "shop_trade": "夜市时段外摆，已与商户约定收摊时间。",
    "parking_few": "夜间车位缺口较大，正在协调错时停车。",
    "upkeep": "保养合同到期未续，物业已补签。",
}


def note_causes(place: int, *, at: datetime) -> None:
    """Note causes on the latest cases that ended, by those who handled them."""
    dice, table = Dice("causes"), queries.causes()
    ended = Case.objects.filter(place=place, state__in=[State.CLOSED, State.FOLLOWED_UP], merged_into=None)
    rows = ended.exclude(handler_users=[]).order_by("-closed_at", "number").defer("search")[:NOTED]
    for case in rows:
        offered = [cause for cause in causes_of(table, case.category) if cause.code != IN_WORDS]
        cause = offered[min(dice.randrange(len(offered)), dice.randrange(len(offered)))]
        moment = min(at, case.step_at + timedelta(minutes=10 + dice.randrange(90)))
        by = territory.officer(user_id=case.handler_users[0], name="", at=moment)
        try:
            note_cause(case_id=case.pk, code=cause.code, words=WORDS.get(cause.code, ""), by=by, at=moment)
        except NotAllowedError:  # whoever handled it has another post since
            continue
