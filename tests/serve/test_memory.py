"""Memory does not grow with the rounds of a day."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporter.serve import dev_server
from tests.conftest import entry
from tests.serve.conftest import Lines, edit, serving, until
from tests.serve.test_watch import Space, rounds, watching
from tests.support.stub import serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Guide

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not say what a process uses"),
]

MOST = 20 << 20
"""Bytes."""
PAGE = 4096


def used() -> int:
    """Return the bytes of memory that this process uses."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE


def has_lines(lines: Lines, number: int) -> bool:
    return len(rounds(lines)) >= number


def test_two_thousand_rounds_of_a_watcher(remote: Callable[[str], Guide]) -> None:
    space = Space()
    space.waiting = [entry("place", "castle", title="The castle")]
    with serve(space) as stub, watching(remote(stub.url)) as (watcher, lines):
        until(partial(has_lines, lines, 1))
        start = 0
        for number in range(2, 2102):
            space.waiting = [entry("place", "castle", number, title=f"Castle {number}")] if number % 10 == 0 else []
            watcher.sync_soon()
            until(partial(has_lines, lines, number))
            start = used() if number == 101 else start
            del stub.requests[:]
        assert used() - start < MOST


def shows(served_page: Callable[[], str], words: str) -> bool:
    return words in served_page()


@pytest.mark.parametrize("offline", [False, True])
def test_five_hundred_builds_of_a_server(guide: Guide, monkeypatch: pytest.MonkeyPatch, *, offline: bool) -> None:
    """With `offline`, each build is followed by a process that publishes, and that the next edit ends."""
    site = guide.root / "site.yaml"
    site.write_text(site.read_text("utf-8").replace("offline: false", f"offline: {str(offline).lower()}"), "utf-8")
    monkeypatch.setattr(dev_server, "QUIET_BEFORE_PUBLISHING", 0.0)
    with serving(guide, offline=offline) as served, served.events("place/castle/index.html"):
        start = 0
        for number in range(550):
            edit(guide, f"{{{{ entry.title }}}} {number}.")
            until(partial(shows, lambda: served.ask("/place/castle/").text, f"The castle {number}."))
            start = used() if number == 49 else start
        assert used() - start < MOST
