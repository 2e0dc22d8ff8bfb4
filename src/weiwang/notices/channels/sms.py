"""Text messages through an SMS gateway that takes one HTTP request a message.

Gateways differ in names, not in kind: an address, some fields, a signature over some of them, an answer with
a code. All of that is said in the settings, so a gateway needs no program of its own:

    url: https://sms.example.cn/api/send
    as: json                      # or form
    sign: 栖禾街道                 # the registered signature, as {sign}
    account: qihe
    secret: …
    fields: {account: "{account}", mobile: "{phone}", content: "【{sign}】{text}", ts: "{seconds}"}
    signature: {into: sig, kind: md5, over: "{account}{phone}{seconds}{secret}"}   # or hmac-sha256
    taken: {field: code, is: ["0"]}
    never: ["41", "42"]           # codes that mean: this number will never be taken
    message_id: msgid
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from weiwang.kernel.outbound import Answer, Network, OutboundError, networks, read_url
from weiwang.kernel.outbound import send as call
from weiwang.notices.channels.base import (
    Handed,
    Parcel,
    RefusedError,
    SettingError,
    TryLaterError,
    UnreachableError,
)

_PLACE = re.compile(r"\{(\w+)\}", re.ASCII)
NAMES = frozenset({"account", "secret", "sign", "phone", "text", "seconds", "milliseconds", "id"})
KINDS = frozenset({"md5", "sha256", "hmac-sha256"})


@dataclass(frozen=True, slots=True)
class Sms:
    url: str
    fields: Mapping[str, str] = field(repr=False)
    taken_field: str
    taken_values: frozenset[str]
    never: frozenset[str] = frozenset()
    as_json: bool = True
    sign: str = ""
    account: str = ""
    secret: str = field(default="", repr=False)
    signature: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    message_id: str = ""
    per_minute: int = 120
    allowed: tuple[Network, ...] = ()

    @classmethod
    def from_settings(cls, row: Mapping[str, Any], inside: Sequence[str] = ()) -> Self:
        """Raises `SettingError`, `KeyError`, `ValueError` for settings that cannot be used."""
        read_url(str(row["url"]))
        signature = row.get("signature")
        if signature is not None and (signature["kind"] not in KINDS or not signature["into"]):
            raise SettingError("signature.kind: md5, sha256 or hmac-sha256")
        fields = {str(name): str(value) for name, value in row["fields"].items()}
        _refuse_unknown([*fields.values(), signature["over"] if signature else ""])
        return cls(
            url=str(row["url"]), fields=fields, taken_field=str(row["taken"]["field"]),
            taken_values=frozenset(str(value) for value in row["taken"]["is"]),
            never=frozenset(str(code) for code in row.get("never", ())),
            as_json=row.get("as", "json") == "json",
            sign=str(row.get("sign", "")), account=str(row.get("account", "")),
            secret=str(row.get("secret", "")), signature=signature, headers=dict(row.get("headers", {})),
            message_id=str(row.get("message_id", "")), per_minute=int(row.get("per_minute", 120)),
            allowed=networks(inside),
        )  # fmt: skip

    def send(self, parcel: Parcel) -> Handed:
        body, kind = self._body(parcel, time.time())
        headers = {**self.headers, "Content-Type": kind, "Accept": "application/json"}
        try:
            answer = call(self.url, body=body, headers=headers, allowed=self.allowed)
        except OutboundError:
            raise UnreachableError from None
        return self._judged(answer)

    def _body(self, parcel: Parcel, seconds: float) -> tuple[bytes, str]:
        values = {
            "account": self.account, "secret": self.secret, "sign": self.sign, "phone": parcel.address,
            "text": parcel.text, "seconds": str(int(seconds)), "milliseconds": str(int(seconds * 1000)),
            "id": parcel.id,
        }  # fmt: skip
        fields = {name: _filled(value, values) for name, value in self.fields.items()}
        if self.signature is not None:
            over = _filled(self.signature["over"], values)
            fields[self.signature["into"]] = _signed(self.signature["kind"], over, self.secret)
        if self.as_json:
            return json.dumps(fields, ensure_ascii=False).encode(), "application/json; charset=utf-8"
        return urlencode(fields).encode(), "application/x-www-form-urlencoded; charset=utf-8"

    def _judged(self, answer: Answer) -> Handed:
        """What the gateway says: taken, never, or later. A gateway that is ill makes the channel rest."""
        if answer.status in {401, 403}:
            raise UnreachableError("notice.sign_in")
        if answer.status >= 500:
            raise UnreachableError
        if answer.status == 429:
            raise UnreachableError("notice.busy")
        said = _read(answer.body)
        code = _at(said, self.taken_field)
        if code in self.taken_values:
            return Handed(_at(said, self.message_id)[:80] if self.message_id else "")
        if code in self.never:
            raise RefusedError
        raise TryLaterError


def _refuse_unknown(texts: Sequence[str]) -> None:
    unknown = sorted({name for text in texts for name in _PLACE.findall(text)} - NAMES)
    if unknown:
        raise SettingError(f"{{{unknown[0]}}} is no variable")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda match: values[match[1]], text)


def _signed(kind: str, over: str, secret: str) -> str:
    """The signature as gateways want it; MD5 is theirs to choose and protects nothing of ours."""
    if kind == "hmac-sha256":
        return hmac.new(secret.encode(), over.encode(), hashlib.sha256).hexdigest()
    return hashlib.new(kind, over.encode(), usedforsecurity=False).hexdigest()


def _read(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _at(said: object, path: str) -> str:
    """The value at a dotted path of the answer, as text; empty if there is none."""
    for step in path.split("."):
        if isinstance(said, list) and step.isdigit() and int(step) < len(said):
            said = said[int(step)]
        elif isinstance(said, Mapping):
            said = said.get(step)
        else:
            return ""
    return "" if said is None or isinstance(said, (dict, list)) else str(said)
