import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from weiwang.config.terminal import add_language, place_named, speaking
from weiwang.territory.exports import units_as_geojson


class Command(BaseCommand):
    help = "Write the units of a sub-district with boundary, code, level, parent, name and households."
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "export", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["units"])
        parser.add_argument("file", help="the GeoJSON file to write; - for standard output")
        parser.add_argument("--place", default="", metavar="CODE", help="which sub-district")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            place = place_named(options["place"])
            whole = units_as_geojson(place=place.pk, on=timezone.localdate())
            text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
            if options["file"] == "-":
                self.stdout.write(text)
                return
            Path(options["file"]).write_text(text + "\n", encoding="utf-8")
            counted = {"count": len(whole["features"]), "file": options["file"]}
            self.stderr.write(_("%(count)s units written to %(file)s") % counted)
