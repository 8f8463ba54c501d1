"""Processes that are really killed, at moments of chance: the sync goes on where it was and ends with the same."""

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
"""How many kills fall, about, within the time of an unbroken sync; with many more none would come to its end."""


@dataclass
class Asked:
    """How many requests a server saw, and whether there was one since it was last looked at."""

    pages: int = 0
    news: threading.Event = field(default_factory=threading.Event)


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
def counted(space: SpaceFiles, log: Path) -> Iterator[tuple[Endpoint, Asked]]:
    """Serve a space and count what is asked of it."""
    asked = Asked()
    with open_endpoint(SpaceFolder(space.root), log, Listening(look="once")) as endpoint:
        answer = endpoint.space.answer

        def answering(target: str, authorization: str, base: str) -> Answer:
            asked.pages += "/sync?" in target
            asked.news.set()
            return answer(target, authorization, base)

        endpoint.space.answer = answering  # type: ignore[method-assign] # counts what is asked
        yield endpoint, asked


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


def wait_for_request(process: subprocess.Popen[bytes], asked: Asked) -> None:
    asked.news.clear()
    while not asked.news.wait(0.01) and process.poll() is None:
        pass


def run_unbroken(guide: Guide, asked: Asked) -> float:
    """Sync in one go; give the seconds from the first request on."""
    process = start(guide)
    wait_for_request(process, asked)
    begun = time.monotonic()
    assert process.wait() == 0
    return time.monotonic() - begun


def stage(guide: Guide) -> str:
    """Say how far a killed sync had come."""
    if (guide.root / ".syncstate").exists():
        return "after the token"
    if (guide.root / "content").exists():
        return "while files were put in place"
    if (guide.root / ".export/staging/files").exists():
        return "while asset files came"
    return "while pages came" if (guide.root / ".export/staging").exists() else "before the first page"


def is_killed(guide: Guide, asked: Asked, chance: random.Random, a_second: float) -> bool:
    """Sync and kill the process, at a moment of chance; tell whether it came to that before the sync was done.

    `a_second` is how many kills there are a second, counted from the first request on or, now and then, from the start.
    """
    process = start(guide)
    if chance.random() < 0.9:
        wait_for_request(process, asked)
    try:
        code = process.wait(chance.expovariate(a_second) if a_second else None)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait() != 0
    assert code == 0
    return False


@pytest.mark.parametrize("kills", [30, pytest.param(100, marks=pytest.mark.long)])
def test_sync_killed_again_and_again_ends_with_the_same_and_asks_for_no_page_in_vain(
    large: SpaceFiles, tmp_path: Path, call: Callable[..., Outcome], kills: int, histories_seed: int
) -> None:
    chance, syncs, stages = random.Random(histories_seed), 0, Counter[str]()
    with counted(large, tmp_path / "log.db") as (endpoint, asked):
        whole = made_guide(tmp_path / "whole", endpoint, call)
        seconds = run_unbroken(whole, asked)
        expected, pages, asked.pages = whole.files(), asked.pages, 0
        assert pages == (ENTRIES + ASSETS) // LIMIT
        while stages.total() < kills:
            syncs, before, met = syncs + 1, asked.pages, stages.total()
            guide = made_guide(tmp_path / f"broken{syncs}", endpoint, call)
            rate = KILLS_A_SYNC / seconds
            while is_killed(guide, asked, chance, rate if stages.total() < kills else 0):
                stages[stage(guide)] += 1
                rate = 0 if (guide.root / ".syncstate").exists() else rate
            assert asked.pages - before <= pages + stages.total() - met
            assert guide.files() == expected
            assert sorted(each.name for each in (guide.root / ".export").iterdir()) == [
                "lock",
                "mirror.db",
                "settings.json",
            ]
    print(f"{stages.total()} kills in {syncs} syncs of {seconds:.1f} s: {dict(stages)}")
    print(f"{asked.pages} pages asked for, {pages} in an unbroken sync")
