import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from weiwang.cases.actions.hotline import hand_back
from weiwang.cases.orders import ANSWERS, answer_orders, answer_rows, sources
from weiwang.config.terminal import add_language, place_named, speaking, terminal_actor
from weiwang.kernel.tables import write_csv, write_xlsx
from weiwang.territory.exports import units_as_geojson


class Command(BaseCommand):
    help = "Write the units as GeoJSON, or the answers for a hotline as XLSX or CSV."
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "export", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["units", "hotline"])
        parser.add_argument("file", help="the file to write; units also to standard output with -")
        parser.add_argument("--place", default="", metavar="CODE", help="which sub-district")
        parser.add_argument("--source", default="", metavar="CODE", help="which hotline")
        parser.add_argument("--all", action="store_true", help="every order, and mark none as handed back")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            place = place_named(options["place"])
            if options["what"] == "hotline":
                self.hotline(place.pk, options)
            else:
                self.units(place.pk, options["file"])

    def units(self, place: int, file: str) -> None:
        whole = units_as_geojson(place=place, on=timezone.localdate())
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
        if file == "-":
            self.stdout.write(text)
            return
        Path(file).write_text(text + "\n", encoding="utf-8")
        counted = {"count": len(whole["features"]), "file": file}
        self.stderr.write(_("%(count)s units written to %(file)s") % counted)

    def hotline(self, place: int, options: dict[str, Any]) -> None:
        """The answers not handed back yet, marked as handed back once the file is whole."""
        found = sources([place], at=timezone.now())
        wanted = [one for one in found if options["source"] in {"", one.code}]
        if len(wanted) != 1:
            codes = ", ".join(one.code for one in found) or "—"
            raise CommandError(_("Name one hotline with --source: %(codes)s") % {"codes": codes})
        source, path = wanted[0], Path(options["file"])
        orders = answer_orders(source_id=source.id, place=place, everything=options["all"])
        header = [heading for heading, name in source.answers if name in ANSWERS]
        rows = answer_rows(orders, source.answers)
        if path.suffix.lower() == ".csv":
            path.write_bytes(b"".join(write_csv(header, rows)))
        else:
            write_xlsx(path, header, rows, sheet=source.code)
        if not options["all"]:
            ids = [order.pk for order in orders]
            hand_back(source_id=source.id, place=place, order_ids=ids, by=terminal_actor(), at=timezone.now())
        told = {"count": len(orders), "file": path}
        self.stderr.write(_("%(count)s orders written to %(file)s") % told)
