"""The `weiwang` command: every administrative verb, with a page that reads like a manual."""

import os
import sys
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    command: str  # the Django management command that does it, or `module:function` for plain Python
    arguments: str
    what: str


CHAPTERS: dict[str, tuple[Verb, ...]] = {
    "Running": (
        Verb("run", "run", "[--port N]", "start database, web server and worker; stop with Ctrl-C"),
        Verb("worker", "worker", "", "run the background jobs alone, on this or another machine"),
        Verb("migrate", "migrate", "", "bring the database to the version of the program"),
        Verb("demo", "demo", "--scale tiny|street", "load the fictional sub-district into an empty database"),
    ),
    "A place and its people": (
        Verb(
            "import",
            "import_data",
            "KIND FILE",
            "divisions, units, buildings, features, staff, members, cases, hotline, instance",
        ),
        Verb(
            "export",
            "export_data",
            "units|hotline FILE",
            "the units as GeoJSON, or the answers for a hotline as XLSX or CSV",
        ),
        Verb("locate", "locate", "POINTS.csv", "the unit of every point: id,unit_code,match"),
        Verb("staff", "staff", "add|reset|end|list …", "accounts and appointments from the terminal"),
    ),
    "Planning": (
        Verb(
            "instance",
            "weiwang.planning.gather.cli:run",
            "--buildings FILE --out DIR",
            "a place that can be planned, from an office's own lists and maps",
        ),
        Verb(
            "plan",
            "weiwang.planning.cli:run",
            "INSTANCE --out DIR",
            "micro-grids and grids of a place from its buildings; explains what the map forces",
        ),
    ),
    "Casework": (
        Verb(
            "due",
            "weiwang.config.due:run",
            "--from MOMENT --limit 3wd …",
            "when a time limit ends, with --explain each stretch on the way",
        ),
    ),
    "Messages": (
        Verb(
            "notices",
            "notices",
            "check|test|failures|resend",
            "e-mail, text messages and WeCom: what is set up, what failed, send it again",
        ),
    ),
    "Text": (
        Verb(
            "train",
            "weiwang.config.training:run",
            "categories [--csv FILE …]",
            "learn categories from your own closed cases, or from labelled texts in a file",
        ),
        Verb(
            "topics",
            "weiwang.config.topics:run",
            "[--month YYYY-MM] [--csv FILE …]",
            "what many people wrote about in a month, with place and time",
        ),
        Verb(
            "models",
            "category_models",
            "list|use|rollback|add …",
            "the models of categories that are kept; which one speaks",
        ),
        Verb(
            "predict",
            "weiwang.suggesting.cli:run_predict",
            "categories --model …",
            "add the columns label and confidence to a CSV file",
        ),
    ),
    "Proof and care": (
        Verb(
            "verify", "verify", "[--heads FILE]", "check every chain of history; names the first broken link"
        ),
        Verb(
            "clear",
            "clear",
            "[--yes] | hold NUMBER …",
            "clear cases whose retention has ended; without --yes only count them",
        ),
        Verb("messages", "messages", "[--check]", "compile the translations, or list what is missing"),
    ),
}
VERBS = {verb.name: verb for verbs in CHAPTERS.values() for verb in verbs}


def manual() -> str:
    lines = [
        "weiwang - neighbourhood governance and service by micro-grid (微网实格)",
        "",
        "usage: weiwang VERB …",
        "",
    ]
    for chapter, verbs in CHAPTERS.items():
        lines.append(f"{chapter}:")
        lines += [f"  {verb.name:<9} {verb.arguments:<22} {verb.what}" for verb in verbs]
        lines.append("")
    return "\n".join([*lines, "`weiwang VERB --help` tells more about one of them.", ""])


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weiwang.config.settings")
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        sys.stdout.write(manual())
        return
    verb = VERBS.get(arguments[0])
    if verb is None:
        sys.stderr.write(f"weiwang: there is no verb '{arguments[0]}'; see `weiwang --help`\n")
        sys.exit(2)
    module, _, function = verb.command.partition(":")
    if function:
        sys.exit(getattr(import_module(module), function)(arguments[1:]))
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- starts the database
    from django.db import ProgrammingError  # noqa: PLC0415

    try:
        execute_from_command_line(["weiwang", verb.command, *arguments[1:]])
    except ProgrammingError as error:
        if not is_behind(error):
            raise
        sys.stderr.write("weiwang: the database is behind this version; run `weiwang migrate` first\n")
        sys.exit(1)


def is_behind(error: Exception) -> bool:
    """Whether a table or a column is missing that the program knows."""
    return getattr(error.__cause__, "sqlstate", "") in {"42P01", "42703"}


if __name__ == "__main__":
    main()
