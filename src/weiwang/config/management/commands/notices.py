from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from weiwang.config.terminal import add_language, speaking, terminal_actor
from weiwang.notices import channels, queries
from weiwang.notices.actions import resend
from weiwang.notices.channels import Parcel, RefusedError, TryLaterError, UnreachableError
from weiwang.notices.rules import CHANNEL_NAMES, STATE_NAMES, Channel, NoticeError, State
from weiwang.territory import queries as territory


class Command(BaseCommand):
    help = "Channels and the outbox: check the settings, send a test, list failures, send them again."
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "notices", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["check", "test", "failures", "resend"])
        parser.add_argument("--channel", choices=[one.value for one in Channel if one is not Channel.PAGE])
        parser.add_argument("--to", default="", help="for test: an address, a number, or the name of a group")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            places = [place.pk for place in territory.places()]
            what = options["what"]
            if what == "check":
                self.check_channels(places)
            elif what == "test":
                self.send_test(options["channel"], options["to"])
            elif what == "failures":
                self.list_failures(places)
            else:
                self.send_again(places)

    def check_channels(self, places: Sequence[int]) -> None:
        """What is set up, and how the outbox stands."""
        try:
            found = channels.configured()
        except NoticeError as error:
            raise CommandError(_(error.msgid) % error.params, returncode=1) from error
        for channel in Channel:
            known = _("set up") if channel in found else _("not set up")
            self.stdout.write(f"{_(CHANNEL_NAMES[channel])}: {known}")
        counts = queries.waiting_counts(places)
        for state in State:
            self.stdout.write(f"{_(STATE_NAMES[state])}: {counts.get(state, 0)}")

    def send_test(self, channel: str | None, to: str) -> None:
        """One message outside of the outbox, to see that a channel works."""
        found = channels.adapter(channel) if channel else None
        if found is None or not to:
            raise CommandError(_("Name a channel that is set up with --channel, and whom with --to."))
        words = _("Test message of Weiwang")
        try:
            found.send(Parcel(str(uuid4()), to, words, words))
        except UnreachableError as error:
            raise CommandError(_(NoticeError.messages[error.code]), returncode=1) from error
        except (TryLaterError, RefusedError) as error:
            raise CommandError(_(NoticeError.messages[error.code]), returncode=1) from error
        self.stdout.write(_("Handed over."))

    def list_failures(self, places: Sequence[int]) -> None:
        """The latest failures, addresses masked."""
        for told in queries.failures(places=places):
            why = _(NoticeError.messages[told.reason]) if told.reason in NoticeError.messages else ""
            moment = f"{timezone.localtime(told.at):%Y-%m-%d %H:%M}"
            state = _(STATE_NAMES[told.state])
            self.stdout.write(f"{moment}  {told.number}  {told.channel} {told.masked}  {state}  {why}")

    def send_again(self, places: Sequence[int]) -> None:
        """Everything that failed for good, as many as the list shows."""
        failed = [one for one in queries.failures(places=places, state=State.FAILED_FOR_GOOD) if one.masked]
        for told in failed:
            resend(delivery_id=told.id, places=places, by=terminal_actor(), at=timezone.now())
        self.stdout.write(_("%(count)s messages are being sent again.") % {"count": len(failed)})
