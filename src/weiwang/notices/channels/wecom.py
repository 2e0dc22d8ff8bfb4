"""WeCom groups: a robot of the group takes messages at an address of its own (群机器人 webhook).

The address is a secret: it stands in the settings under the name of the group, and deliveries keep the name.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from weiwang.kernel.outbound import Answer, Network, OutboundError, networks, read_url
from weiwang.kernel.outbound import send as call
from weiwang.notices.channels.base import Handed, Parcel, RefusedError, TryLaterError, UnreachableError

TOO_OFTEN = 45009
NO_SUCH_ROBOT = 93000


@dataclass(frozen=True, slots=True)
class Wecom:
    """`groups` by name: `url` (secret), and `department` or `unit` (codes) whose posts it stands for."""

    groups: Mapping[str, Mapping[str, str]] = field(repr=False)
    per_minute: int = 18  # WeCom takes 20 a minute from one robot
    allowed: tuple[Network, ...] = ()

    @classmethod
    def from_settings(cls, row: Mapping[str, Any], inside: Sequence[str] = ()) -> Self:
        """Raises `KeyError`, `ValueError` for settings that cannot be used."""
        groups = {
            str(name): {key: str(value) for key, value in group.items()}
            for name, group in row["groups"].items()
        }
        for group in groups.values():
            read_url(group["url"])
        return cls(groups, int(row.get("per_minute", 18)), networks(inside))

    def send(self, parcel: Parcel) -> Handed:
        group = self.groups.get(parcel.address)
        if group is None:
            raise RefusedError
        body = json.dumps({"msgtype": "text", "text": {"content": parcel.text}}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            answer = call(group["url"], body=body, headers=headers, allowed=self.allowed)
        except OutboundError:
            raise UnreachableError from None
        return _judged(answer)


def _judged(answer: Answer) -> Handed:
    if answer.status >= 500 or answer.status == 429:
        raise UnreachableError
    try:
        code = json.loads(answer.body).get("errcode")
    except (ValueError, AttributeError):
        raise TryLaterError from None
    if code == 0:
        return Handed(arrived=True)
    if code == TOO_OFTEN:
        raise UnreachableError("notice.busy")
    if code == NO_SUCH_ROBOT:
        raise RefusedError
    raise TryLaterError
