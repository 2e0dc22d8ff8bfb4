import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from weiwang.config.locating import locate_table
from weiwang.config.terminal import add_language, place_named, read_input, speaking
from weiwang.kernel.tables import RowError, TableError
from weiwang.territory import queries as territory


class Command(BaseCommand):
    help = (
        "The micro-grid of every point: reads columns id,lon,lat (WGS84), writes id,unit_code,match to "
        "standard output; match is exact, approximate (a gap beside the unit) or outside. Rows that cannot "
        "be read are named on standard error with exit status 1; the others are answered all the same."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "locate", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("points", help="the CSV file; - for standard input")
        parser.add_argument("--place", default="", metavar="CODE", help="which sub-district")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            index = territory.place_index(place_named(options["place"]).pk)
            try:
                _answered, refused = locate_table(
                    read_input(options["points"]),
                    index,
                    getattr(self.stdout, "_out", sys.stdout),
                    self.refuse,
                )
            except TableError as error:
                raise CommandError(_(error.msgid) % error.params) from error
            if refused:
                raise CommandError(_("%(count)s rows could not be read.") % {"count": refused}, returncode=1)

    def refuse(self, error: RowError) -> None:
        self.stderr.write(error.text(_))
