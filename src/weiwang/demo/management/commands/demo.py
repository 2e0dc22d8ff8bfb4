from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from weiwang.demo.load import load
from weiwang.demo.signins import demo_signins, is_empty


class Command(BaseCommand):
    help = (
        "Load the fictional sub-district: units, people, and twelve months of cases. Needs an empty database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=["tiny", "street"], default="street")
        parser.add_argument("--cases", type=int, help="another number of cases than the scale's own")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        if not is_empty():
            raise CommandError("There is data already; the demo goes into an empty database only.")
        load(options["scale"], at=timezone.localtime(), say=self.stdout.write, cases=options["cases"])
        connection.cursor().execute("VACUUM (ANALYZE)")  # what autovacuum would do minutes later
        self.stdout.write("\n".join(demo_signins()))
