import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from weiwang.config import translations


class Command(BaseCommand):
    help = "Compile the translations; --update brings the files to the messages in use, --check lists gaps."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="list missing and unused messages; exit 1 if any"
        )
        parser.add_argument("--update", action="store_true", help="write new messages into the .po files")

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        if options["update"]:
            translations.update()
        written = translations.compile_all()
        if options["verbosity"] and written:
            self.stdout.write(f"{written} translation files compiled")
        gaps = translations.missing() if options["check"] or options["update"] else []
        for line in gaps:
            self.stdout.write(line)
        if gaps and options["check"]:
            sys.exit(1)
