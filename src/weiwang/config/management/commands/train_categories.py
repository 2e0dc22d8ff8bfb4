from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from weiwang.config.terminal import terminal_actor
from weiwang.suggesting.cli import report, share
from weiwang.suggesting.training import TrainingError


class Command(BaseCommand):
    help = (
        "Learn categories from this deployment's own closed cases and bring the model into use. A case "
        "counts with the category it has now, so what people put right is learned from. With --csv the texts "
        "come from a file instead, and the model goes into a file: `weiwang train categories --csv --help`."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "train", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["categories"])
        parser.add_argument(
            "--silent-below",
            type=share,
            metavar="0.x",
            help="confidence below which the model suggests nothing; from the calibration by default",
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        from weiwang.cases.actions.learning import learn_categories  # noqa: PLC0415 -- loads what learns

        try:
            learnt = learn_categories(
                by=terminal_actor(), at=timezone.now(), silent_below=options["silent_below"]
            )
        except TrainingError as error:
            raise CommandError(str(error)) from error
        report(learnt.model, learnt.version, learnt.texts)
        self.stdout.write("in use now; `weiwang models rollback` goes back to the one before")
