from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from weiwang.cases.actions import clearing
from weiwang.cases.rules import CaseError
from weiwang.config.terminal import add_language, speaking, terminal_actor
from weiwang.kernel.policy import PolicyError
from weiwang.territory import queries as territory
from weiwang.web.ui.faults import said


class Command(BaseCommand):
    help = (
        "Clear cases whose retention has ended (policies/retention.yaml): words, places, answers, notes, "
        "photos and papers go; numbers, categories, times, figures and the chain stay. Without --yes it "
        "only counts. "
        "`hold NUMBER --reason …` keeps a case that an appeal, a court or an audit needs, `release NUMBER` "
        "ends that, `holds` lists them."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "clear", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("verb", nargs="?", default="cases", choices=["cases", "hold", "release", "holds"])
        parser.add_argument("number", nargs="?", default="", metavar="NUMBER")
        parser.add_argument("--yes", action="store_true", help="clear; without it the cases are only counted")
        parser.add_argument("--reason", default="", help="why a case is held")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            try:
                getattr(self, f"do_{options['verb']}")(options)
            except CaseError as error:
                raise CommandError(said(error)) from error
            except PolicyError as error:
                raise CommandError(str(error)) from error

    def do_cases(self, options: Mapping[str, Any]) -> None:
        at = timezone.now()
        found, days = clearing.counts(at=at), clearing.term().days
        for count in found:
            name = territory.place_head(count.place).name
            self.stdout.write(f"{name}: {count.cases} cases, {count.photos} photos, {count.papers} papers")
        held = len(clearing.holds())
        self.stdout.write(
            f"closed more than {days} days ago: {sum(count.cases for count in found)}; held: {held}"
        )
        if options["yes"]:
            self.stdout.write(f"cleared: {clearing.clear_due_cases(at=at, by=terminal_actor())}")
        elif found:
            self.stdout.write("nothing was changed; --yes clears them")

    def do_hold(self, options: Mapping[str, Any]) -> None:
        self._named(options)
        number, reason = options["number"], options["reason"]
        clearing.hold_case(number=number, reason=reason, by=terminal_actor(), at=timezone.now())
        self.stdout.write(f"held: {number}")

    def do_release(self, options: Mapping[str, Any]) -> None:
        self._named(options)
        clearing.release_case(number=options["number"], by=terminal_actor(), at=timezone.now())
        self.stdout.write(f"released: {options['number']}")

    def do_holds(self, _options: Mapping[str, Any]) -> None:
        for number, at, by, reason in clearing.holds():
            self.stdout.write(f"{number}  {timezone.localtime(at):%Y-%m-%d}  {by}  {reason}")

    def _named(self, options: Mapping[str, Any]) -> None:
        if not options["number"]:
            raise CommandError("Name the case: its number.")
