"""Processes really killed at random moments: the next sync continues where the killed one was, with the same result."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from exporter.space.folder import SpaceFolder
from exporter.space.http.server import Listening, open_endpoint
from tests.conftest import ACCESS_TOKEN, CATEGORY, PICTURE, PLACE, PROJECT, Guide, SpaceFiles, asset, entry, locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporter.space.http.server import Endpoint
    from exporter.space.refusals import Answer
    from tests.conftest import Outcome

ENTRIES, ASSETS, LIMIT = 1700, 300, 20
KILLS_A_SYNC = 6
"""The average number of kills in the time of an unbroken sync; with many more none would ever finish."""


@dataclass
class RequestCount:
    """The sync pages that a server was counts for, and whether a request came since the event was last cleared."""

    pages: int = 0
    received: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def large(tmp_path: Path) -> SpaceFiles:
    space = SpaceFiles(tmp_path / "large")
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("de-DE", "en-US")])
    for number in range(ENTRIES):
        titles = {"en-US": f"Place {number}", "de-DE": f"Ort {number}"}
        space.put(entry("place", f"p{number}", number % 28 + 1, title=titles, slug=f"p{number}", body="Text. " * 20))
    for number in range(ASSETS):
        raw = asset(f"a{number}", "a.svg", len(PICTURE), number % 28 + 1)
        raw["fields"]["file"]["en-US"]["url"] = f"/small/a{number}/1/a.svg"
        space.put(raw, file=PICTURE)
    return space


@contextmanager
def counted(space: SpaceFiles, log: Path) -> Iterator[tuple[Endpoint, RequestCount]]:
    """Serve a space and count its requests."""
    counts = RequestCount()
    with open_endpoint(SpaceFolder(space.root), log, Listening(look="once")) as endpoint:
        answer = endpoint.space.answer

        def answering(target: str, authorization: str, base: str) -> Answer:
            counts.pages += "/sync?" in target
            counts.received.set()
            return answer(target, authorization, base)

        endpoint.space.answer = answering  # type: ignore[method-assign] # counts the requests
        yield endpoint, counts


def made_guide(root: Path, endpoint: Endpoint, call: Callable[..., Outcome]) -> Guide:
    root.mkdir()
    source = f"{{space: small, url: '{endpoint.url}', limit: {LIMIT}}}"
    (root / "site.yaml").write_text(f"title: Large\nsource: {source}\n", "utf-8")
    return Guide(root, call)


def start(guide: Guide) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "exporter", "-C", str(guide.root), "-q", "sync"],
        cwd=PROJECT,
        env={**os.environ, "CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN},
    )


def wait_for_request(process: subprocess.Popen[bytes], counts: RequestCount) -> None:
    counts.received.clear()
    while not counts.received.wait(0.01) and process.poll() is None:
        pass


def run_unbroken(guide: Guide, counts: RequestCount) -> float:
    """Sync without interruption; return the seconds since the first request."""
    process = start(guide)
    wait_for_request(process, counts)
    begun = time.monotonic()
    assert process.wait() == 0
    return time.monotonic() - begun


def stage(guide: Guide) -> str:
    """Return how far a killed sync had got."""
    if (guide.root / ".syncstate").exists():
        return "after the token"
    if (guide.root / "content").exists():
        return "while files were moved into place"
    if (guide.root / ".export/staging/files").exists():
        return "during the download of asset files"
    return "during the download of pages" if (guide.root / ".export/staging").exists() else "before the first page"


def is_killed(guide: Guide, counts: RequestCount, chance: random.Random, rate: float) -> bool:
    """Sync and kill the process at a random moment; return whether that was before the sync had finished.

    `rate` is the number of kills per second, counted from the first request or, in one of ten cases, from the start.
    """
    process = start(guide)
    if chance.random() < 0.9:
        wait_for_request(process, counts)
    try:
        code = process.wait(chance.expovariate(rate) if rate else None)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait() != 0
    assert code == 0
    return False


@pytest.mark.parametrize("kills", [30, pytest.param(100, marks=pytest.mark.long)])
def test_sync_killed_repeatedly_has_the_same_result_and_requests_no_stored_page_again(
    large: SpaceFiles, tmp_path: Path, call: Callable[..., Outcome], kills: int, histories_seed: int
) -> None:
    chance, syncs, stages = random.Random(histories_seed), 0, Counter[str]()
    with counted(large, tmp_path / "log.db") as (endpoint, counts):
        unbroken = made_guide(tmp_path / "unbroken", endpoint, call)
        seconds = run_unbroken(unbroken, counts)
        expected, pages, counts.pages = unbroken.files(), counts.pages, 0
        assert pages == (ENTRIES + ASSETS) // LIMIT
        while stages.total() < kills:
            syncs, before, met = syncs + 1, counts.pages, stages.total()
            guide = made_guide(tmp_path / f"broken{syncs}", endpoint, call)
            rate = KILLS_A_SYNC / seconds
            while is_killed(guide, counts, chance, rate if stages.total() < kills else 0):
                stages[stage(guide)] += 1
                rate = 0 if (guide.root / ".syncstate").exists() else rate
            assert counts.pages - before <= pages + stages.total() - met
            assert guide.files() == expected
            assert sorted(path.name for path in (guide.root / ".export").iterdir()) == [
                "lock",
                "mirror.db",
                "settings.json",
            ]
    print(f"{stages.total()} kills in {syncs} syncs of {seconds:.1f} s: {dict(stages)}")
    print(f"{counts.pages} pages requested, {pages} in an unbroken sync")
