"""Every measurement after another: `make bench`, or `python -m benchmarks [--write]`."""

import importlib.util
import subprocess
import sys

ALL = ("locate", "planning", "territory", "rota", "categories", "clocks", "serving", "casework")
KEEPING = frozenset({"clocks", "serving", "casework"})  # those that take `--write`


def main() -> None:
    """Each in a process of its own, so that none warms the other."""
    for name in ALL:
        if importlib.util.find_spec(f"benchmarks.{name}") is None:
            continue
        options = sys.argv[1:] if name in KEEPING else []
        print(f"\n== {name}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=True)


if __name__ == "__main__":
    main()
