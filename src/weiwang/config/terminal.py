"""What the commands of the terminal share: who acts, in which language, for which sub-district."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from weiwang.audit.rules import Actor
from weiwang.territory import queries as territory
from weiwang.territory.models import Unit


def terminal_actor() -> Actor:
    """The record names the account of the machine: whoever has the terminal has the machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Actor(label=f"terminal: {name}"[:120])


def add_language(parser: CommandParser) -> None:
    parser.add_argument("--language", choices=("en", "zh"), help="language of the messages")


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Messages in the language asked for, else in that of the terminal (English unless it is Chinese)."""
    spoken = language or (
        "zh" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh") else "en"
    )
    with translation.override("zh-hans" if spoken == "zh" else "en"):
        yield


def place_named(code: str) -> Unit:
    """The sub-district with this code, or the only one there is. Raises `CommandError`."""
    places = territory.places()
    if code:
        for place in places:
            if code in {place.code, place.official_code, place.official_code[:9]}:
                return place
        raise CommandError(_("There is no sub-district with the code %(code)s.") % {"code": code})
    if not places:
        raise CommandError(_("There is no sub-district yet. Import the divisions first."))
    if len(places) > 1:
        codes = ", ".join(place.code for place in places)
        raise CommandError(
            _("There are several sub-districts; add --place CODE, one of: %(codes)s") % {"codes": codes}
        )
    return places[0]


def read_input(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises `CommandError`."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        with open(name, "rb") as file:  # noqa: PTH123 -- a name as typed
            return file.read()
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error
