"""`weiwang topics`: from a file without any database, or from this deployment's own cases."""

from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status."""
    if any(word == "--csv" or word.startswith("--csv=") for word in argv):
        from weiwang.suggesting.topics_cli import run_topics  # noqa: PLC0415 -- only when asked for

        return run_topics(argv)
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- starts the database

    execute_from_command_line(["weiwang", "hot_topics", *argv])
    return 0
