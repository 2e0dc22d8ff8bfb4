"""Who acts, what an entry of the record says, and how entries are chained."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from weiwang.kernel.chain import canonical

DEPLOYMENT = 0  # the chain of what concerns no single sub-district


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody, or a part of the system, who does something.

    `user_id` and `post_id` are None for residents and for the system itself; `label` says in words who that
    was without naming a person (a post, "resident", "system").
    """

    label: str
    user_id: int | None = None
    post_id: int | None = None
    address: str | None = None


RESIDENT = Actor(label="resident")
SYSTEM = Actor(label="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What one entry says. `place` is the sub-district (its unit id), or `DEPLOYMENT`."""

    place: int
    at: datetime
    actor: Actor
    action: str
    object_type: str
    object_id: str
    reason: str
    data: Mapping[str, object]

    def content(self) -> bytes:
        """The fingerprint that is chained: SHA-256 over the canonical form of everything said here."""
        said = {
            "place": self.place,
            "at": self.at,
            "user": self.actor.user_id,
            "post": self.actor.post_id,
            "label": self.actor.label,
            "address": self.actor.address,
            "action": self.action,
            "object": [self.object_type, self.object_id],
            "reason": self.reason,
            "data": dict(self.data),
        }
        return sha256(canonical(said)).digest()


class AlreadyDoneError(Exception):
    """The same submission was carried out before; `object_type` and `object_id` say what came of it."""

    def __init__(self, object_type: str, object_id: str) -> None:
        super().__init__(object_type, object_id)
        self.object_type = object_type
        self.object_id = object_id


def submission_mark(*, key: str, action: str, actor: Actor) -> bytes:
    """A submission key counts for one action of one person only, so nobody can read another's answer."""
    who = f"user:{actor.user_id}" if actor.user_id is not None else "anonymous"
    return sha256(f"{action}\x1f{who}\x1f{key}".encode()).digest()
