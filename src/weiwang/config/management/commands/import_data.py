import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from weiwang.config.terminal import add_language, place_named, read_input, speaking, terminal_actor
from weiwang.kernel.tables import RowError
from weiwang.territory import queries as territory
from weiwang.territory.imports import (
    ImportRefusedError,
    Kind,
    Preview,
    Source,
    Task,
    apply,
    preview,
    sentence,
)
from weiwang.web.console.instance import instance_tasks
from weiwang.web.console.kinds import KINDS

SHOWN_ERRORS, SHOWN_WARNINGS = 200, 10
CHOICES = ("only", "code", "as", "source")
LISTS = (
    "title", "text", "time", "category", "number", "lon", "lat", "map", "due", "caller", "phone",
)  # fmt: skip

GUIDE = """kinds:
  divisions   official divisions (code12, name, kind ...): sub-districts, communities and villages
              --only 510117008   one sub-district of the file      --code AJ   its own letters
  units       GeoJSON or table: code, name, level, parent, households, official_code, boundary
  buildings   GeoJSON or table: code, address, name, unit, households, floors, stairwells, lon, lat
  features    GeoJSON with kind and name: roads, rivers, railways, parks, walls
              --as wall          the kind of every row, whatever the file says
  staff       table: username, name, phone, post, unit, department, starts, ends
  members     table of Party members: name, grid, consent, building, door
  cases       table of another system; name its columns, several times if joined:
              --text COL --title COL --time COL --where COL --category COL --number COL
              --map VALUE=CODE   a category of theirs is this one of ours (else Z99)
              --source NAME      before every number, if numbers of several systems meet
  hotline     orders of 12345: found again by their number, due when they say; columns are remembered
              --source 12345     which hotline; --number COL --text COL --due COL --time COL
              --where COL --category COL --caller COL --phone COL --map VALUE=CODE
  instance    a planning folder: communities, buildings and barriers as GeoJSON

Without --yes only the preview is shown. Exit status 1 and nothing written if any row is wrong.
The same file twice changes nothing."""


class Command(BaseCommand):
    help = "Import a file: shows what it would do; --yes does it, all or nothing."
    requires_system_checks: list[str] = []

    def create_parser(self, *_: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        parser = super().create_parser("weiwang", "import", **kwargs)
        parser.formatter_class, parser.epilog = argparse.RawDescriptionHelpFormatter, GUIDE
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[*KINDS, "instance"])
        parser.add_argument("file", help="the file; - for standard input; for instance: the folder")
        parser.add_argument("--place", default="", metavar="CODE", help="which sub-district it is for")
        parser.add_argument("--yes", action="store_true", help="do it, after showing what will be done")
        for name in CHOICES:
            parser.add_argument(f"--{name}", default="")
        for name in LISTS:
            parser.add_argument(f"--{name}", action="append", default=[], metavar="COL")
        parser.add_argument("--where", action="append", default=[], metavar="COL")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            self.run_import(options)

    def run_import(self, options: Mapping[str, Any]) -> None:
        kind = options["kind"]
        if kind == "instance":
            place = place_named(options["place"])
            self.run_all(instance_tasks(Path(options["file"]), place, timezone.now()), yes=options["yes"])
            return
        source = Source(read_input(options["file"]), Path(options["file"]).name)
        task = Task(source, timezone.now(), self.place_for(KINDS[kind], options), choices(options))
        if not options["yes"]:
            self.finish(preview(KINDS[kind], task))
            return
        self.show(self.applied(KINDS[kind], task))
        self.stdout.write(_("Imported."))

    def place_for(self, kind: Kind, options: Mapping[str, Any]) -> int | None:
        if kind.needs_place or options["place"]:
            if not options["place"] and not territory.places():
                return None  # said in the preview
            return place_named(options["place"]).pk
        return None

    def run_all(self, tasks: Sequence[tuple[Kind, Task]], *, yes: bool) -> None:
        """Several kinds in one transaction; without `yes` it is rolled back after showing what came out."""
        with transaction.atomic():
            for kind, task in tasks:
                self.show(self.applied(kind, task))
            if not yes:
                transaction.set_rollback(True)
        self.stdout.write(_("Imported.") if yes else _("Nothing was written. Add --yes to do it."))

    def applied(self, kind: Kind, task: Task) -> Preview:
        try:
            return apply(kind, task, by=terminal_actor())
        except ImportRefusedError as refused:
            self.show(refused.preview)
            raise self.refusal() from refused

    def refusal(self) -> CommandError:
        return CommandError(_("Nothing was written."), returncode=1)

    def finish(self, seen: Preview) -> None:
        self.show(seen)
        if seen.errors:
            raise self.refusal()
        self.stdout.write(_("Nothing was written. Add --yes to do it."))

    def show(self, seen: Preview) -> None:
        counts = _("%(new)s new, %(changed)s changed, %(unchanged)s unchanged") % {
            "new": seen.new, "changed": seen.changed, "unchanged": seen.unchanged,
        }  # fmt: skip
        more = _(", %(left_out)s left out") % {"left_out": seen.left_out} if seen.left_out else ""
        wrong = _("; %(errors)s wrong") % {"errors": len(seen.errors)} if seen.errors else ""
        warned = _("; %(warnings)s warnings") % {"warnings": len(seen.warnings)} if seen.warnings else ""
        self.stdout.write(f"{seen.kind}: {counts}{more}{wrong}{warned}")
        if seen.ignored:
            self.stdout.write(_("columns not used: %(columns)s") % {"columns": ", ".join(seen.ignored[:20])})
        for sample in seen.sample if not seen.errors else ():
            cells = "  ".join(f"{name}={_(value) if value else ''}" for name, value in sample.cells.items())
            self.stdout.write(f"  {sample.row:>6}  {_(sample.status.value):<9}  {cells}")
        self.list(seen.warnings, SHOWN_WARNINGS, self.stdout)
        self.list(seen.errors, SHOWN_ERRORS, self.stderr)

    def list(self, errors: Sequence[RowError], limit: int, to: Any) -> None:  # noqa: ANN401 -- Django's wrapper
        for error in errors[:limit]:
            to.write(sentence(error, _))
        if len(errors) > limit:
            to.write(_("… and %(more)s more") % {"more": len(errors) - limit})


def choices(options: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """What was said about the file, in the words of `Task.options`."""
    found: dict[str, Sequence[str]] = {name: [options[name]] for name in CHOICES if options[name]}
    found |= {name: options[name] for name in LISTS if options[name]}
    if options["where"]:
        found["place"] = options["where"]
    return found
