"""Whoever holds the lock of the start never waits for a server that is gone."""

import time
from pathlib import Path

import pytest

from weiwang.config import embedded


def test_a_server_that_ended_is_noticed_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    assert embedded._has_database(embedded.server_in(tmp_path)) is False
    assert time.monotonic() - began < 20


def test_one_killed_while_it_was_waited_for_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers, starts = iter([False, True]), []
    monkeypatch.setattr(embedded, "_has_database", lambda _server: next(answers))
    monkeypatch.setattr(embedded, "_start_if_needed", lambda server, _seconds: starts.append(server.data))
    monkeypatch.setattr(embedded, "_hold", lambda _var: None)

    embedded.ensure_running(tmp_path)

    assert starts == [tmp_path / "postgres"] * 2
