from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from weiwang.cases.actions import learning
from weiwang.config.terminal import terminal_actor
from weiwang.suggesting.model_file import ModelFileError
from weiwang.suggesting.shelf import Shelf


class Command(BaseCommand):
    help = (
        "The models of categories that are kept here: list them, bring one into use, go back to the one "
        "before (before the first: to the keywords of the catalogue), or add a model file."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "models", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", nargs="?", default="list", choices=["list", "use", "rollback", "add"])
        parser.add_argument("which", nargs="?", default="", metavar="VERSION|FILE")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        if options["verb"] in {"use", "add"} and not options["which"]:
            raise CommandError("Name the version to use, or the file to add.")
        try:
            getattr(self, f"do_{options['verb']}")(options)
        except (ModelFileError, OSError) as error:
            raise CommandError(str(error)) from error

    def do_list(self, _options: Mapping[str, Any]) -> None:
        shelf = Shelf(settings.MODELS)
        used = shelf.used()
        for version, model in shelf.each():
            mark = "in use" if used and used[-1] == version else ""
            texts, found = sum(model.examples.values()), model.calibration
            worth = f"macro-F1 {found.macro_f1:.3f}" if found.texts else "not measured"
            line = (
                f"{version}  {model.trained_on}  {texts:>6} texts  {len(model.classes):>3} categories"
                f"  {worth}  {mark}"
            )
            self.stdout.write(line.rstrip())
        if not used:
            self.stdout.write("no model is in use: the keywords of policies/categories.yaml suggest")

    def do_use(self, options: Mapping[str, Any]) -> None:
        learning.use_model(options["which"], by=terminal_actor(), at=timezone.now())
        self.stdout.write(f"in use now: {options['which']}")

    def do_rollback(self, _options: Mapping[str, Any]) -> None:
        version = learning.roll_back_model(by=terminal_actor(), at=timezone.now())
        self.stdout.write(f"in use now: {version or 'the keywords of policies/categories.yaml'}")

    def do_add(self, options: Mapping[str, Any]) -> None:
        version = learning.add_model(Path(options["which"]), by=terminal_actor(), at=timezone.now())
        self.stdout.write(f"in use now: {version}")
