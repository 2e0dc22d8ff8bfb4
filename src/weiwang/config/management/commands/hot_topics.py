import csv
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from weiwang.cases.neighbours import all_cases
from weiwang.config.terminal import place_named
from weiwang.insight.topics import as_rows, month_topics
from weiwang.kernel.tables import safe_cell


class Command(BaseCommand):
    help = (
        "The hot topics of a month: cases about the same matter with their places, days and the words they "
        "share, as CSV on standard output, most people first. With --csv the messages come from a file "
        "instead: see `weiwang topics --csv --help`."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "topics", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--month", default="", metavar="YYYY-MM", help="the present one by default")
        parser.add_argument("--place", default="", metavar="CODE", help="which sub-district")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        first = read_month(options["month"]) if options["month"] else timezone.localdate().replace(day=1)
        month = month_topics(all_cases(place_named(options["place"]).pk), first)
        rows = as_rows(month)
        if rows:
            writer = csv.DictWriter(getattr(self.stdout, "_out", sys.stdout), list(rows[0]))
            writer.writeheader()
            writer.writerows({name: safe_cell(value) for name, value in row.items()} for row in rows)
        self.stderr.write(
            f"{month.read} of {month.whole} cases of {first:%Y-%m} compared, {len(rows)} topics"
        )


def read_month(text: str) -> date:
    """The first day of a month written as `2026-11`. Raises `CommandError`."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise CommandError(f"{text} is no month; write it as 2026-11.") from error
