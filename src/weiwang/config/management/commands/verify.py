import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from weiwang.audit.queries import ChainState, chains, verify_chain
from weiwang.cases.queries import HistoryFault, verify_histories
from weiwang.config.terminal import add_language, speaking
from weiwang.kernel.chain import Anchor, Why
from weiwang.kernel.faults import gettext_noop

REASONS: Mapping[Why, str] = {
    Why.GAP: gettext_noop("an entry is missing, doubled or out of order"),
    Why.CHANGED: gettext_noop("the entry was changed"),
    Why.PREVIOUS: gettext_noop("the entry does not follow the one before it"),
    Why.TRUNCATED: gettext_noop("the end is missing"),
    Why.REWRITTEN: gettext_noop("the chain was written anew"),
}


class Command(BaseCommand):
    help = (
        "Check the record and the history of every case, entry by entry. Names the first broken link of each "
        "and ends with exit status 1. Keep the heads it writes somewhere else: with --heads they prove later "
        "that nothing was cut off or written anew."
    )
    requires_system_checks: list[str] = []

    def create_parser(self, *_args: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 -- Django's signature
        return super().create_parser("weiwang", "verify", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--heads", metavar="FILE", help="heads written earlier, which the chains must hold"
        )
        parser.add_argument("--write-heads", metavar="FILE", help="write the heads of today to this file")
        add_language(parser)

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 -- Django's signature
        with speaking(options["language"]):
            known = read_heads(options["heads"]) if options["heads"] else {}
            states = list(self.record(known))
            faults = sum(state.broken is not None for state in states) + self.histories()
            if faults:
                raise CommandError(_("%(count)s chains are broken.") % {"count": faults}, returncode=1)
            if options["write_heads"]:
                write_heads(options["write_heads"], states)
            self.stdout.write(_("Everything holds."))

    def record(self, known: Mapping[int, Anchor]) -> Iterator[ChainState]:
        """The record of every sub-district, also of those whose chain has vanished altogether."""
        for place in sorted({*chains(), *known}):
            state = verify_chain(place, head=known.get(place))
            told = {"name": state.name, "count": state.length, "head": state.head}
            if state.broken is None:
                self.stdout.write(_("%(name)s: %(count)s entries, head %(head)s") % told)
            else:
                why = {**told, "seq": state.broken.seq, "why": _(REASONS[state.broken.why])}
                self.stderr.write(_("%(name)s: broken at entry %(seq)s: %(why)s") % why)
            yield state

    def histories(self) -> int:
        cases = entries = faults = 0
        for found in verify_histories():
            if isinstance(found, HistoryFault):
                faults += 1
                told = {"number": found.number, "seq": found.broken.seq, "why": _(REASONS[found.broken.why])}
                self.stderr.write(_("case %(number)s: broken at entry %(seq)s: %(why)s") % told)
                continue
            cases, entries = cases + 1, entries + found.history_length
        told = {"cases": cases, "entries": entries}
        self.stdout.write(_("histories of %(cases)s cases hold, %(entries)s entries") % told)
        return faults


def read_heads(name: str) -> dict[int, Anchor]:
    """Heads as `--write-heads` wrote them. Raises `CommandError`."""
    try:
        rows = json.loads(Path(name).read_text(encoding="utf-8"))
        return {
            int(place): Anchor(int(row["length"]), bytes.fromhex(row["head"])) for place, row in rows.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(_("%(file)s cannot be read as heads.") % {"file": name}) from error


def write_heads(name: str, states: list[ChainState]) -> None:
    rows = {s.name.rpartition(":")[2]: {"length": s.length, "head": s.head} for s in states}
    Path(name).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
