"""A delta from a space far away is asked for by another process while the program loads; nothing else may show it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from exporter.source import ahead
from tests.conftest import ACCESS_TOKEN, PLACE, entry, locale
from tests.support.stub import Reply, Request, Stub, error, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE = 'title: Guide\nlocales: [en-US]\nsource: {{space: far, url: "{url}"}}\n'
LOCALE = locale("en-US", default=True)
LOADED = """
import sys
from exporter.jobs import source
source.has_background = lambda: True
from exporter.__main__ import main
try:
    main()
finally:
    print("loaded requests" if "requests" in sys.modules else "loaded no requests", file=sys.stderr)
"""
"""Runs the program as on a machine of several cores, and says whether this process loaded what asks a space."""
PEEKS = """
import sys
from pathlib import Path
from exporter.jobs import SyncChoices, build, load_project, source
source.has_background = lambda: True
build(load_project(Path(sys.argv[1])), SyncChoices(peek=True))
"""
"""Does what a round of `watch` does, which asks for the content model less often."""


def mill(revision: int) -> dict[str, Any]:
    return entry("place", "mill", revision, title=f"The mill {revision}", slug="mill")


class Far:
    """A space far away with one entry: each token is the number of its revision."""

    def __init__(self) -> None:
        self.revision = 1
        self.refusals: list[Reply] = []
        self.held: threading.Event | None = None

    def __call__(self, request: Request) -> Reply:
        if self.held is not None and request.last == "sync":
            self.held.wait(30)
        if request.last == "sync" and self.refusals:
            return self.refusals.pop()
        if request.last == "sync":
            known = int(request.query.get("sync_token", "0"))
            return page(*[mill(self.revision)] * (known < self.revision), token=str(self.revision))
        return {"locales": listing(LOCALE), "content_types": listing(PLACE)}.get(request.last, listing())


@pytest.fixture
def far() -> Far:
    return Far()


@pytest.fixture
def stub(far: Far, tmp_path: Path) -> Iterator[Stub]:
    with serve(far) as stub:
        (tmp_path / "site.yaml").write_text(SITE.format(url=stub.url), "utf-8")
        assert run(tmp_path, "build")[0]["sync"]["upserted"] == 1
        stub.requests.clear()
        yield stub


def start(root: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LOADED, "-C", str(root), "--json", *arguments]
    env = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)


def run(root: Path, *arguments: str) -> tuple[Any, str]:
    out, err = start(root, *arguments).communicate(timeout=60)
    return json.loads(out), err


@pytest.mark.parametrize("command", ["sync", "build"])
def test_delta_is_asked_for_once_and_by_the_other_process(command: str, far: Far, stub: Stub, tmp_path: Path) -> None:
    far.revision = 2
    report, err = run(tmp_path, command)
    assert "loaded no requests" in err
    assert [request.last for request in stub.requests] == ["locales", "content_types", "tags", "sync"]
    assert {request.headers["Authorization"] for request in stub.requests} == {f"Bearer {ACCESS_TOKEN}"}
    synced = report["sync"]
    assert (synced["requests"], synced["sync_requests"], synced["upserted"]) == (4, 1, 1)
    assert synced["bytes"] > 500
    assert "The mill 2" in (tmp_path / "content/entries/place/mill.json").read_text("utf-8")


def test_delta_that_is_refused_for_a_while_is_asked_for_again(far: Far, stub: Stub, tmp_path: Path) -> None:
    far.revision, far.refusals = 2, [error(503, "ServerError"), error(429, "RateLimitExceeded")]
    synced = run(tmp_path, "sync")[0]["sync"]
    assert (synced["requests"], synced["sync_requests"], synced["upserted"]) == (6, 3, 1)
    assert len(stub.requests) == 6


def test_token_that_is_no_longer_known_leads_to_a_full_sync(far: Far, stub: Stub, tmp_path: Path) -> None:
    far.refusals = [error(400, "BadRequest", "unknown token")]
    synced = run(tmp_path, "sync")[0]["sync"]
    assert (synced["full"], synced["sync_requests"]) == (True, 2)
    assert len(stub.requests_for("sync")) == 2


def test_host_that_is_gone_is_named(stub: Stub, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(url="http://127.0.0.1:9"), "utf-8")
    state = json.loads((tmp_path / ".syncstate").read_text("utf-8"))
    state["source"]["url"] = "http://127.0.0.1:9"
    (tmp_path / ".syncstate").write_text(json.dumps(state), "utf-8")
    report, _ = run(tmp_path, "sync")
    assert (report["exit"], report["error"]["code"]) == (3, "unreachable")
    assert not stub.requests


@pytest.mark.parametrize("lost", ["content", "index", "option", "edit"])
def test_delta_that_may_not_be_wanted_is_not_asked_for_ahead(lost: str, stub: Stub, tmp_path: Path) -> None:
    """Where content/ may not be what was synced, the sync decides first what it asks for."""
    item = tmp_path / "content/entries/place/mill.json"
    if lost == "content":
        shutil.rmtree(tmp_path / "content")
    elif lost == "index":
        (tmp_path / ".export/mirror.db").unlink()
    elif lost == "edit":
        (tmp_path / ".export/mirror.db").unlink()
        item.write_text(item.read_text("utf-8").replace("mill 1", "mill 7"), "utf-8")
    synced = run(tmp_path, "sync", *["--full"] * (lost == "option"))[0]["sync"]
    assert synced["full"] == (lost != "index")
    assert len(stub.requests_for("sync")) == 1 == synced["sync_requests"]
    assert "The mill 1" in item.read_text("utf-8")


def test_killed_run_leaves_no_lock_to_the_process_that_asks(far: Far, stub: Stub, tmp_path: Path) -> None:
    far.revision, far.held = 2, threading.Event()
    killed = start(tmp_path, "sync")
    while not stub.requests_for("sync"):
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    far.held = (held := far.held) and None
    assert run(tmp_path, "sync")[0]["sync"]["upserted"] == 1
    held.set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_does_not_wait_for_the_answer(number: int, far: Far, stub: Stub, tmp_path: Path) -> None:
    far.held = threading.Event()
    running = start(tmp_path, "sync")
    while not stub.requests_for("sync"):
        time.sleep(0.01)
    running.send_signal(number)
    running.communicate(timeout=30)
    assert running.returncode == 130
    far.held.set()


def test_round_of_a_watch_that_peeks_asks_for_the_delta_alone(stub: Stub, tmp_path: Path) -> None:
    env = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN}
    subprocess.run([sys.executable, "-c", PEEKS, str(tmp_path)], check=True, env=env, timeout=60)
    assert [request.last for request in stub.requests] == ["sync"]


def test_answers_after_one_that_was_not_expected_count_no_more() -> None:
    asked = [("locales", {"limit": "1000"}, 7, None), ("tags", {"limit": "1000"}, 8, None)]
    answers = ahead.Ahead(lambda: asked)
    assert answers.take("locales", {"limit": "1000"}) == (7, None)
    assert answers.take("content_types", {"limit": "1000"}) is None
    assert answers.take("tags", {"limit": "1000"}) is None
