"""The ways out of the house, all behind one interface: `adapter(channel).send(parcel)`.

Which of them exist is said in one file (`WEIWANG_CHANNELS`, explained in `docs/run/notices.md`). A channel
that is not set up does not exist: nothing is queued for it.
"""

import logging
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from weiwang.notices.channels.base import (
    Adapter,
    Handed,
    Parcel,
    RefusedError,
    SettingError,
    TryLaterError,
    UnreachableError,
)
from weiwang.notices.channels.email import Email
from weiwang.notices.channels.page import Page
from weiwang.notices.channels.sms import Sms
from weiwang.notices.channels.wecom import Wecom
from weiwang.notices.rules import Channel, NoticeError

__all__ = [
    "Adapter",
    "Handed",
    "Parcel",
    "RefusedError",
    "TryLaterError",
    "UnreachableError",
    "adapter",
    "configured",
    "groups",
    "ready",
]
_log = logging.getLogger(__name__)
_known: dict[Path, tuple[int, Mapping[Channel, Adapter]]] = {}


def configured() -> Mapping[Channel, Adapter]:
    """Every channel that is set up, read again when the file changes. Raises `NoticeError`."""
    path = Path(settings.CHANNELS_FILE)
    try:
        found = path.stat()
    except OSError:
        return {Channel.PAGE: Page()}
    known = _known.get(path)
    if known is None or known[0] != found.st_mtime_ns:
        if found.st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise NoticeError("notice.channels_open", file=path.name)
        known = _known[path] = (found.st_mtime_ns, _read(path))
    return known[1]


def ready() -> Mapping[Channel, Adapter]:
    """As `configured`; while the file cannot be used, what it said last.

    A slip of the pen in it must stop no case. `weiwang notices` and the list of failures say what is wrong.
    """
    try:
        return configured()
    except NoticeError as error:
        _log.error("channels: %s", error.code)
        known = _known.get(Path(settings.CHANNELS_FILE))
        return known[1] if known is not None else {Channel.PAGE: Page()}


def adapter(channel: str) -> Adapter | None:
    return ready().get(Channel(channel))


def groups() -> Mapping[str, Mapping[str, str]]:
    """The WeCom groups by name, each with the department or unit whose posts it stands for."""
    found = ready().get(Channel.WECOM)
    return getattr(found, "groups", {})


def _read(path: Path) -> Mapping[Channel, Adapter]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return {Channel.PAGE: Page(), **_built(content)}
    except (OSError, yaml.YAMLError) as error:
        raise NoticeError("notice.channels_file", file=path.name, why=type(error).__name__) from None
    except SettingError as error:
        raise NoticeError("notice.channels_file", file=path.name, why=str(error)) from None
    except KeyError as error:
        raise NoticeError("notice.channels_file", file=path.name, why=f"{error} is missing") from None
    except (AttributeError, TypeError, ValueError) as error:
        # A message of a conversion may repeat the value, and the value may be a password.
        raise NoticeError("notice.channels_file", file=path.name, why=type(error).__name__) from None


def _built(content: Mapping[str, Any]) -> dict[Channel, Adapter]:
    inside = tuple(content.get("allow_inside", ()))
    unknown = sorted(set(content) - {"email", "sms", "wecom", "allow_inside"})
    if unknown:
        raise SettingError(f"{unknown[0]} is not known")
    found: dict[Channel, Adapter] = {}
    if "email" in content:
        found[Channel.EMAIL] = Email.from_settings(content["email"])
    if "sms" in content:
        found[Channel.SMS] = Sms.from_settings(content["sms"], inside)
    if "wecom" in content:
        found[Channel.WECOM] = Wecom.from_settings(content["wecom"], inside)
    return found
