"""Paper: a template and data become a PDF whose Chinese typeface travels inside the file.

Typst does the work in this process, with the two fonts shipped here and nothing from outside: no packages, no
network. The same template and data give the same bytes.

A character our typeface lacks (a rare one in a name) is never printed as an empty box. It is borrowed from a
Chinese typeface of the machine when there is one that has it; otherwise the mark 〓 stands in its place, as
printers have always done, and `Printed.missing` names it for a note on the page.
"""

import json
import logging
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import typst

from weiwang.kernel.typefaces import characters

FONTS = Path(__file__).parent / "data" / "fonts"
PICTURES = Path(__file__).parent / "data" / "pictures.typ"
FAMILY = "Weiwang Sans"
# Families of other systems with many hanzi, best first; looked for only when a character is missing.
BORROWED = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC",
    "HarmonyOS Sans SC", "Microsoft YaHei", "WenQuanYi Zen Hei", "SimSun", "SimSun-ExtB", "FangSong", "KaiTi",
)  # fmt: skip
GETA = "〓"  # what Chinese and Japanese printers set for a type they do not have
KEPT = 24  # finished files remembered by each process; a notice board has some 60 kB

_log = logging.getLogger(__name__)
_one_at_a_time = Lock()  # a compiler is not made for two threads, and a machine not for eight of them


class PrintingError(RuntimeError):
    """A template does not compile; the message says where."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A finished PDF. `missing` are the characters that no typeface here has."""

    pdf: bytes
    missing: str = ""


def typeset(template: Path, data: Mapping[str, object]) -> Printed:
    """Fill a Typst template, which reads `json(bytes(sys.inputs.data))`; raises `PrintingError`.

    The data gains `fonts`, the families to set in order, and `missing`, a list such as `U+20BB7`, for a note.
    Strings of the data are looked through for missing characters; those of the template are ours to know.
    """
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return _typeset(template, template.stat().st_mtime_ns, text)


@lru_cache(maxsize=KEPT)
def _typeset(template: Path, _changed: int, text: str) -> Printed:
    """One file, made once and remembered; the second argument tells a changed template."""
    families, lacking = _families("".join(_strings(json.loads(text))))
    for char in lacking:
        text = text.replace(char, GETA)
    notes = [f"U+{ord(char):04X}" for char in lacking]
    whole = json.loads(text) | {"fonts": families, "missing": notes}
    if lacking:
        _log.warning("printing: no typeface has %s; printed as 〓", " ".join(notes))
    return Printed(_compile(template, json.dumps(whole), borrowed=len(families) > 1), lacking)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _families(text: str) -> tuple[list[str], str]:
    """The families to set a text in, and the characters that none of them has."""
    missing = {char for char in text if _is_drawn(char)} - {chr(code) for code in _covered()}
    if not missing:
        return [FAMILY], ""
    family, has = _borrow(frozenset(missing))
    lacking = "".join(sorted(missing - has))
    return ([FAMILY, family] if has else [FAMILY]), lacking


def _is_drawn(char: str) -> bool:
    """Whether a character leaves ink: no space, no control or format character."""
    return unicodedata.category(char)[0] not in "CZ"


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """What both weights can draw."""
    both = [characters(Path(font.path)) for font in _shipped().fonts() if font.path]
    return frozenset.intersection(*both)


@lru_cache(maxsize=1)
def _shipped() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=1)
def _with_system() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=64)
def _borrow(missing: frozenset[str]) -> tuple[str, frozenset[str]]:
    """The family of this machine that has most of some characters, and which of them it has."""
    best: tuple[str, frozenset[str]] = ("", frozenset())
    for font in _with_system().fonts():
        if font.family in BORROWED and font.path and font.weight == 400:
            has = missing & {chr(code) for code in _known(Path(font.path), font.index)}
            if (len(has), -_place(font.family)) > (len(best[1]), -_place(best[0])):
                best = (font.family, has)
    return best


def _place(family: str) -> int:
    return BORROWED.index(family) if family in BORROWED else len(BORROWED)


def _known(path: Path, index: int) -> frozenset[int]:
    try:
        return characters(path, index)
    except (OSError, ValueError):  # a font of the machine that is damaged, or of another kind
        return frozenset()


@lru_cache(maxsize=2)
def _compiler(*, borrowed: bool) -> typst.Compiler:
    return typst.Compiler(font_paths=_with_system() if borrowed else _shipped(), ignore_system_fonts=True)


def rasterised(drawings: Sequence[str], *, width_mm: float, ppi: float = 150) -> list[bytes]:
    """SVG drawings as PNG pictures of one width, their words in our typeface; raises `PrintingError`."""
    if not drawings:
        return []
    families, _ = _families("".join(drawings))
    data = json.dumps({"drawings": list(drawings), "width": width_mm}, ensure_ascii=False)
    with _one_at_a_time:
        try:
            found = _compiler(borrowed=len(families) > 1).compile(
                input=PICTURES.read_bytes(), format="png", ppi=ppi, sys_inputs={"data": data}
            )
        except typst.TypstError as error:
            raise PrintingError(f"{PICTURES.name}: {error}") from error
    pages = found if isinstance(found, list) else [found]
    return [page for page in pages if isinstance(page, bytes)]


def _compile(template: Path, data: str, *, borrowed: bool) -> bytes:
    with _one_at_a_time:
        try:
            pdf = _compiler(borrowed=borrowed).compile(
                input=template.read_bytes(), format="pdf", sys_inputs={"data": data}, timestamp=0
            )
        except typst.TypstError as error:
            raise PrintingError(f"{template.name}: {error}") from error
    if not isinstance(pdf, bytes):
        raise PrintingError(f"{template.name}: gave no file")
    return pdf
