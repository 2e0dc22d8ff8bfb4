"""Copy the pinned browser libraries out of node_modules into the tree, with hashes and licences.

Run `npm ci` first, then `python tools/vendor.py`. Nothing is compiled: files are copied as published,
without the references to source maps, which are not shipped. Icons become one SVG sprite.
"""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
SHIPPED = ROOT / "src/weiwang/web/ui/static/vendor"
FOR_TESTS = ROOT / "tests/web/vendor"

SOURCE_MAP = re.compile(rb"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")

MIT = """MIT License

{notice}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


@dataclass(frozen=True)
class Library:
    """One npm package: which of its files go where, and the packages bundled inside them."""

    name: str
    files: Mapping[str, str]
    bundled: tuple[str, ...] = ()
    notice: str = ""  # copyright line, for packages published without a licence file


LIBRARIES = (
    Library("htmx.org", {"dist/htmx.min.js": "htmx/htmx.min.js"}),
    Library(
        "@tabler/core",
        {"dist/css/tabler.min.css": "tabler/tabler.min.css"},
        notice="Copyright (c) 2018-2026 The Tabler Authors\nCopyright (c) 2018-2026 codecalm.net Paweł Kuna",
    ),
    Library(
        "maplibre-gl",
        {
            "dist/maplibre-gl.mjs": "maplibre/maplibre-gl.js",
            "dist/maplibre-gl-worker.mjs": "maplibre/maplibre-gl-worker.js",
            "dist/maplibre-gl.css": "maplibre/maplibre-gl.css",
        },
        bundled=(
            "@mapbox/point-geometry",
            "@mapbox/tiny-sdf",
            "@mapbox/unitbezier",
            "@mapbox/vector-tile",
            "@maplibre/geojson-vt",
            "@maplibre/maplibre-gl-style-spec",
            "@maplibre/mlt",
            "@maplibre/vt-pbf",
            "bidi-js",
            "earcut",
            "gl-matrix",
            "kdbush",
            "pbf",
            "potpack",
            "quickselect",
            "tinyqueue",
        ),
    ),
    Library(
        "terra-draw",
        {"dist/terra-draw.umd.js": "terra-draw/terra-draw.js"},
        notice="Copyright (c) James Milner",
    ),
    Library(
        "terra-draw-maplibre-gl-adapter",
        {"dist/terra-draw-maplibre-gl-adapter.umd.js": "terra-draw/terra-draw-maplibre-gl-adapter.js"},
        notice="Copyright (c) James Milner",
    ),
)
TEST_LIBRARIES = (Library("axe-core", {"axe.min.js": "axe.min.js"}),)

ICONS = """
adjustments alarm alert-circle alert-octagon alert-triangle arrow-back-up arrow-down arrow-left
arrow-right arrow-up bell building building-community calendar-event camera camera-plus chart-bar
check checklist chevron-down chevron-left chevron-right chevron-up circle-check circle-dashed
circle-dot circle-half-2 circle-x clipboard-check clipboard-list clock clock-pause cloud-upload copy
current-location dots download edit external-link eye eye-off file-text filter flag focus-2
git-merge grid-dots hand-click heart-handshake help-circle history home hourglass id-badge-2 inbox
info-circle key keyboard language layout-grid list-details list-search lock login logout map-2
map-pin menu-2 message message-circle minus moon paperclip pencil phone photo player-pause plus
printer qrcode refresh repeat report route search send settings shield-check shield-lock sitemap
sort-descending speakerphone stack-2 star sun sun-moon table text-size thumb-down thumb-up trash
upload urgent user user-check user-circle user-off users users-group walk wifi wifi-off x
""".split()  # noqa: SIM905 - a column of names reads better

# The categories of cases and their groups (policies/categories.yaml).
CATEGORY_ICONS = """
barbell barrier-block battery-charging bike bolt briefcase brush bug building-estate building-store
bulb car circle-dotted cloud-rain coin-yuan dog door droplet elevator fire-extinguisher
first-aid-kit flame grill hammer heart help home-exclamation home-x lamp lifebuoy messages mood-kid
music old packages parking phone-off plant-2 receipt recycle report-money road shield shopping-cart
sticker tool traffic-cone truck virus volume wheelchair
""".split()  # noqa: SIM905 - a column of names reads better


def package(name: str) -> dict[str, Any]:
    """The package.json of an installed package."""
    document: dict[str, Any] = json.loads((MODULES / name / "package.json").read_text(encoding="utf-8"))
    return document


def shipped_bytes(path: Path) -> bytes:
    """The published file without its pointer to a source map (a hashed static storage would look for it)."""
    return SOURCE_MAP.sub(b"\n", path.read_bytes())


def licence_text(name: str, notice: str = "") -> str:
    """The licence (and NOTICE) texts of one package; built from `notice` where the package has no file."""
    folder = MODULES / name
    found = sorted(path for path in folder.iterdir() if re.fullmatch(r"(LICENSE|NOTICE)(\.\w+)?", path.name))
    if found:
        return "\n\n".join(path.read_text(encoding="utf-8").strip() for path in found) + "\n"
    if not notice:
        sys.exit(f"{name} has no licence file: add a notice for it in tools/vendor.py")
    return MIT.format(notice=notice)


def write_licences(library: Library, target: Path) -> Path:
    """One text per library: its own licence and those of what is bundled inside its files."""
    parts = [f"{library.name}\n\n{licence_text(library.name, library.notice)}"]
    parts += [f"Contains {name}\n\n{licence_text(name)}" for name in library.bundled]
    path = target / "licences" / (library.name.replace("@", "").replace("/", "-") + ".txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f"\n{'-' * 72}\n\n".join(parts)
    path.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")
    return path


def copy_library(library: Library, target: Path) -> dict[str, Any]:
    """Copy one library; returns its manifest entry."""
    files: dict[str, str] = {}
    for source, name in library.files.items():
        content = shipped_bytes(MODULES / library.name / source)
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
        files[name] = hashlib.sha256(content).hexdigest()
    return entry(library, files, write_licences(library, target).relative_to(target))


def entry(library: Library, files: dict[str, str], licence_file: Path) -> dict[str, Any]:
    facts = package(library.name)
    return {
        "name": library.name,
        "version": facts["version"],
        "licence": facts["license"],
        "licence_file": licence_file.as_posix(),
        "files": files,
    }


def symbol(name: str) -> str:
    """One icon as a `<symbol>`; its shapes only, so that size and stroke come from CSS."""
    source = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text(encoding="utf-8")
    shapes = re.findall(r"<(?!svg|/|!)[^>]+/>", source)
    drawn = "".join(
        re.sub(r"\s+", " ", shape).replace(" />", "/>") for shape in shapes if "M0 0h24v24H0z" not in shape
    )
    return f'<symbol id="{name}" viewBox="0 0 24 24">{drawn}</symbol>'


def write_sprite(target: Path) -> dict[str, Any]:
    sprite = [
        '<svg xmlns="http://www.w3.org/2000/svg">',
        *(symbol(name) for name in sorted({*ICONS, *CATEGORY_ICONS})),
        "</svg>",
        "",
    ]
    content = "\n".join(sprite).encode()
    (target / "icons.svg").write_bytes(content)
    library = Library("@tabler/icons", {})
    files = {"icons.svg": hashlib.sha256(content).hexdigest()}
    return entry(library, files, write_licences(library, target).relative_to(target))


def write_manifest(entries: Iterable[dict[str, Any]], target: Path) -> None:
    text = json.dumps({"libraries": list(entries)}, indent=2, ensure_ascii=False)
    (target / "MANIFEST.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    if not MODULES.is_dir():
        sys.exit("Run `npm ci` first: it fetches the versions named in package-lock.json.")
    for target in (SHIPPED, FOR_TESTS):
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
    write_manifest(
        [*(copy_library(library, SHIPPED) for library in LIBRARIES), write_sprite(SHIPPED)], SHIPPED
    )
    write_manifest([copy_library(library, FOR_TESTS) for library in TEST_LIBRARIES], FOR_TESTS)
    icons, shown = len({*ICONS, *CATEGORY_ICONS}), SHIPPED.relative_to(ROOT)
    print(f"{len(LIBRARIES)} libraries and {icons} icons in {shown}")


if __name__ == "__main__":
    main()
