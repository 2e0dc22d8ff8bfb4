"""A house of its own for the tests that break things: `weiwang run` in a private folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    var: Path = tmp_path_factory.mktemp("house")
    for folder in (var, var.parent, var.parent.parent):
        folder.chmod(0o711)  # the database runs under another user when the tests run as root
    found = House(var)
    found.weiwang("migrate")
    found.weiwang("demo", "--scale", "tiny", "--cases", "20")
    found.start()
    yield found
    found.stop()
