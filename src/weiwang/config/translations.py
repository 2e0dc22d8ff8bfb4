"""Translations without GNU gettext on the machine: Django's template reader and Babel do the work.

Each app keeps `locale/zh_Hans/LC_MESSAGES/django.po` beside its code. English msgids are the English
translation. `.mo` files are made on the machine and never committed.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

LANGUAGE = "zh_Hans"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
SOURCE = Path(__file__).resolve().parents[1]


@dataclass(slots=True)
class AppMessages:
    """The messages an app uses and the file that translates them."""

    folder: Path
    used: dict[tuple[str, str], tuple[str | tuple[str, str], list[str]]] = field(default_factory=dict)

    @property
    def po(self) -> Path:
        return self.folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

    def catalog(self) -> Catalog:
        if not self.po.exists():
            return Catalog(locale=LANGUAGE)
        with self.po.open("rb") as file:
            return read_po(file, locale=LANGUAGE)

    def missing(self) -> list[str]:
        """Messages without a translation, fuzzy ones, and translations nobody uses any more."""
        catalog = self.catalog()
        found = []
        for (context, key), (_, places) in self.used.items():
            message = catalog.get(key, context or None)
            if not _is_translated(message):
                found.append(f"{self.folder.name}: not translated: {key!r} ({places[0]})")
        for message in catalog:
            msgid = message.id if isinstance(message.id, str) else message.id[0]
            if msgid and (message.context or "", msgid) not in self.used:
                found.append(f"{self.folder.name}: no longer used: {msgid!r}")
        return found


def _is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy or not message.string:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def apps(source: Path = SOURCE) -> list[AppMessages]:
    """Every folder with an `apps.py`, deepest first, so that each file belongs to exactly one app."""
    folders = sorted({path.parent for path in source.rglob("apps.py")}, key=lambda f: -len(f.parts))
    found = {folder: AppMessages(folder) for folder in folders}
    for path in sorted([*source.rglob("*.py"), *source.rglob("*.html"), *source.rglob("*.txt")]):
        owner = next((folder for folder in folders if folder in path.parents), None)
        if owner is not None and "migrations" not in path.parts and "static" not in path.parts:
            _collect(found[owner], path)
    return list(found.values())


def _collect(app: AppMessages, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    code = text if path.suffix == ".py" else _flat(templatize(text, origin=str(path)))
    for line, context, message in _messages(code):
        key = message[0] if isinstance(message, tuple) else message
        where = f"{path.relative_to(SOURCE)}:{line}"
        app.used.setdefault((context, key), (message, []))[1].append(where)


def _flat(code: str) -> str:
    """What `templatize` leaves is read as Python, where the indentation of a page would be an error."""
    return "\n".join(line.strip() for line in code.splitlines())


def _messages(code: str) -> Iterator[tuple[int, str, str | tuple[str, str]]]:
    found: Iterator[Any] = extract_python(io.BytesIO(code.encode()), KEYWORDS, [], {"encoding": "utf-8"})
    for line, name, arguments, _comments in found:
        # No arguments: `_(variable)`, whose words are marked where they stand.
        words = [arguments] if isinstance(arguments, str) else list(arguments or ())
        context = str(words.pop(0)) if "pgettext" in name and words and words[0] else ""
        plural = "ngettext" in name or "npgettext" in name
        if not words or not words[0]:
            continue
        yield line, context, (str(words[0]), str(words[1])) if plural and len(words) > 1 else str(words[0])


def compile_all(source: Path = SOURCE) -> int:
    """Write the `.mo` of every `.po` that is newer; returns how many were written."""
    done = 0
    for po in source.rglob("locale/*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as file:
            catalog = read_po(file, locale=LANGUAGE)
        made = mo.with_suffix(f".{os.getpid()}.new")  # two processes may compile at once
        with made.open("wb") as file:
            write_mo(file, catalog)
        made.replace(mo)
        done += 1
    return done


def update(source: Path = SOURCE) -> None:
    """Bring every `.po` to the messages in use; translations are kept, unused ones go."""
    for app in apps(source):
        if not app.used:
            continue
        old = app.catalog()
        # the date of the first writing stays: a new one would touch every file each time
        new = Catalog(locale=LANGUAGE, fuzzy=False, creation_date=old.creation_date)
        for (context, key), (message, places) in sorted(app.used.items()):
            known = old.get(key, context or None)
            locations = [(name, 0) for name in sorted({place.rsplit(":", 1)[0] for place in places})]
            new.add(message, known.string if known else None, locations=locations, context=context or None)
        app.po.parent.mkdir(parents=True, exist_ok=True)
        with app.po.open("wb") as file:
            write_po(file, new, omit_header=False, sort_output=True, width=110, include_lineno=False)


def missing(source: Path = SOURCE) -> list[str]:
    return [line for app in apps(source) for line in app.missing()]
