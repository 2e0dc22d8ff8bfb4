"""`weiwang train`: from a file without any database, or from this deployment's own cases."""

from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say; answers the exit status."""
    if any(word == "--csv" or word.startswith("--csv=") for word in argv):
        from weiwang.suggesting.cli import run_train  # noqa: PLC0415 -- loads what learns

        return run_train(argv)
    from django.core.management import execute_from_command_line  # noqa: PLC0415 -- starts the database

    execute_from_command_line(["weiwang", "train_categories", *argv])
    return 0
