"""The watcher: one request a quiet round, no bad round ends it, a signal or a webhook makes it sync at once."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.errors import ConfigError
from exporter.jobs import SyncChoices, load_project
from exporter.serve.http.webhook import read_announced
from exporter.serve.watch import Watcher, WatchOptions
from tests.conftest import ACCESS_TOKEN, entry, locale
from tests.serve.conftest import Lines, serving, until
from tests.support.stub import Reply, Request, error, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Guide
    from tests.support.stub import Stub

SECRET = "the-secret-of-the-test"


class Space:
    """A space whose deltas a test scripts: `waiting` come with the next request to `/sync`."""

    def __init__(self) -> None:
        self.waiting: list[Any] = []
        self.refusal: Reply | None = None
        self.tokens = 0
        self.hold = threading.Event()
        self.hold.set()
        self.asked = threading.Event()

    def __call__(self, request: Request) -> Reply:
        if request.last != "sync":
            return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))
        self.asked.set()
        self.hold.wait(30)
        if self.refusal is not None:
            return self.refusal
        items = list(self.waiting)
        self.tokens += bool(items)
        return page(*items, token=f"s{self.tokens}")


@pytest.fixture
def far() -> Space:
    found = Space()
    found.waiting = [entry("place", "castle", title="The castle")]
    return found


@pytest.fixture
def stub(far: Space) -> Iterator[Stub]:
    with serve(far) as found:
        yield found


@contextmanager
def watching(guide: Guide, **options: Any) -> Iterator[tuple[Watcher, Lines]]:
    """Watch a guide while the block runs."""
    lines, ended = Lines(), threading.Event()
    chosen = WatchOptions(**{"every": 3600.0, "jobs": 1, "sync": SyncChoices(deadline=1), **options})
    watcher = Watcher(load_project(guide.root), lambda: load_project(guide.root), chosen, lines)
    thread = threading.Thread(target=watcher.run, args=(ended.is_set,))
    thread.start()
    try:
        yield watcher, lines
    finally:
        ended.set()
        thread.join(30)
    assert not thread.is_alive()


def rounds(lines: Lines) -> list[str]:
    """Return the lines of rounds without their times."""
    return [line.partition(" ")[2] for line in lines.shown if line[2] == ":"]


def has_rounds(lines: Lines, number: int) -> bool:
    return len(rounds(lines)) == number


def test_quiet_round_is_one_request(remote: Callable[[str], Guide], stub: Stub, far: Space) -> None:
    with watching(remote(stub.url)) as (watcher, lines):
        until(lambda: len(rounds(lines)) == 1)
        far.waiting = []
        for number in range(2, 6):
            stub.requests.clear()
            watcher.sync_soon()
            until(partial(has_rounds, lines, number))
            assert [request.last for request in stub.requests] == ["sync"]
    assert rounds(lines)[1].startswith("nothing new (1 request)")


def test_model_is_asked_for_when_a_delta_brings_something_and_every_hour(
    remote: Callable[[str], Guide], stub: Stub, far: Space
) -> None:
    with watching(remote(stub.url), model_every=1e-9) as (watcher, lines):
        until(lambda: len(rounds(lines)) == 1)
        far.waiting = []
        stub.requests.clear()
        watcher.sync_soon()
        until(lambda: len(rounds(lines)) == 2)
        assert sorted(request.last for request in stub.requests) == ["content_types", "locales", "sync", "tags"]


def test_news_after_a_quiet_round_are_synced_with_the_model(
    remote: Callable[[str], Guide], stub: Stub, far: Space
) -> None:
    guide = remote(stub.url)
    with watching(guide) as (watcher, lines):
        until(lambda: len(rounds(lines)) == 1)
        stub.requests.clear()
        far.waiting = [entry("place", "mill", title="The mill")]
        watcher.sync_soon()
        until(lambda: len(rounds(lines)) == 2)
        assert len(stub.requests_for("content_types")) == 1
        assert (guide.root / "content/entries/place/mill.json").is_file()


def test_bad_round_does_not_end_it_and_is_tried_again_later(
    remote: Callable[[str], Guide], stub: Stub, far: Space
) -> None:
    guide = remote(stub.url)
    far.refusal = error(503, "ServerError")
    with watching(guide, every=1.0) as (_, lines):
        until(lambda: len(rounds(lines)) >= 1)
        assert "failed" in rounds(lines)[0]
        assert "again in 2 s" in rounds(lines)[0]
        assert lines.wrong[1].startswith("error: ")
        far.refusal = None
        until((guide.root / "site/index.html").is_file, "the guide")


def test_mistake_in_site_yaml_is_a_bad_round_like_any_other(
    remote: Callable[[str], Guide], stub: Stub, far: Space
) -> None:
    guide = remote(stub.url)
    assert far.waiting
    with watching(guide) as (watcher, lines):
        until(lambda: len(rounds(lines)) == 1)
        file = guide.root / "site.yaml"
        good = file.read_text("utf-8")
        file.write_text(f"{good}titel: x\n", "utf-8")
        watcher.sync_soon()
        until(lambda: len(rounds(lines)) == 2)
        assert "titel" in lines.wrong[0]
        file.write_text(good, "utf-8")
        watcher.sync_soon()
        until(lambda: len(rounds(lines)) == 3)
        assert rounds(lines)[2].startswith("nothing new")


def test_webhook_is_answered_once_its_entry_is_here(
    remote: Callable[[str], Guide], stub: Stub, far: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORTER_WEBHOOK_SECRET", SECRET)
    guide = remote(stub.url)
    with watching(guide, listen=0) as (_, lines):
        until(lambda: len(rounds(lines)) == 1)
        far.waiting = []
        port = int(lines.shown[0].rpartition(":")[2].partition("/")[0])
        body = json.dumps({"sys": {"type": "Entry", "id": "mill", "revision": 3}}).encode()
        answers: list[int] = []

        def ask(method: str, path: str) -> int:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request(method, path, body, {"X-Exporter-Secret": SECRET})
            with connection.getresponse() as response:
                response.read()
                connection.close()
                return response.status

        def post() -> None:
            answers.append(ask("POST", "/-/refresh"))

        thread = threading.Thread(target=post)
        thread.start()
        until(lambda: len(rounds(lines)) == 2, "the sync that comes too early")
        assert answers == []
        far.waiting = [entry("place", "mill", 3, title="The mill")]
        thread.join(30)
        assert answers == [200]
        assert (guide.root / "content/entries/place/mill.json").is_file()
        assert ask("GET", "/") == 404


def test_server_takes_the_same_webhook_and_syncs_by_itself(
    remote: Callable[[str], Guide], stub: Stub, far: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORTER_WEBHOOK_SECRET", SECRET)
    with serving(remote(stub.url), every=1.0) as served:
        far.waiting = [entry("place", "mill", title="The mill")]
        until((served.guide.root / "content/entries/place/mill.json").is_file, "the sync by itself")
    with serving(served.guide) as served:
        far.waiting = [entry("place", "tower", 2, title="The tower")]
        body = json.dumps({"sys": {"type": "Entry", "id": "tower", "revision": 2}}).encode()
        assert served.ask("/-/refresh", "POST", body, X_Exporter_Secret=SECRET).status == 200
        assert (served.guide.root / "content/entries/place/tower.json").is_file()


def test_server_that_syncs_by_itself_asks_once_a_quiet_round_and_says_what_that_comes_to(
    remote: Callable[[str], Guide], stub: Stub, far: Space
) -> None:
    with serving(remote(stub.url), every=1.0) as served:
        assert "2,594,160 requests" in served.lines.wrong[0]
        far.waiting = []
        stub.requests.clear()
        until(lambda: len(stub.requests) >= 3)
        assert {request.last for request in stub.requests} == {"sync"}


def test_webhook_without_a_secret_is_refused_at_the_start(remote: Callable[[str], Guide], stub: Stub) -> None:
    guide = remote(stub.url)
    watcher = Watcher(load_project(guide.root), lambda: load_project(guide.root), WatchOptions(60, listen=0), Lines())
    with pytest.raises(ConfigError, match="set EXPORTER_WEBHOOK_SECRET"):
        watcher.run(lambda: True)


def test_pace_beyond_the_free_plan_is_said_at_the_start(remote: Callable[[str], Guide], stub: Stub) -> None:
    with watching(remote(stub.url), every=20.0) as (_, lines):
        until(lambda: rounds(lines))
    assert "131,760 requests" in lines.wrong[0]


@contextmanager
def started(guide: Guide, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the program and end it with the block."""
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), *arguments]
    environment = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_it_with_0_in_the_middle_of_a_sync(
    remote: Callable[[str], Guide], stub: Stub, far: Space, number: signal.Signals
) -> None:
    guide = remote(stub.url)
    with started(guide, "watch") as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        far.hold.clear()
        far.asked.clear()
        process.send_signal(signal.SIGUSR1)
        assert far.asked.wait(30)
        process.send_signal(number)
        assert process.wait(30) == 0
    far.hold.set()
    far.waiting = []
    assert guide.build()["sync"]["full"] is False


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no such signals")
def test_scripted_day_ends_with_the_content_of_the_space_and_code_0(
    remote: Callable[[str], Guide], stub: Stub, far: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change, an outage, a rate limit, USR1, a webhook, and TERM in the middle of a sync."""
    monkeypatch.setenv("EXPORTER_WEBHOOK_SECRET", SECRET)
    guide = remote(stub.url)

    def has(name: str) -> Callable[[], bool]:
        return (guide.root / f"content/entries/place/{name}.json").is_file

    with started(guide, "watch", "--every", "2s", "--listen", "0", "--deadline", "1") as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2].partition("/")[0])
        until(has("castle"), "the first sync")
        far.waiting = [entry("place", "mill", title="The mill")]
        until(has("mill"), "the change")
        far.refusal = error(503, "ServerError")
        far.waiting = [entry("place", "tower", title="The tower")]
        assert any("failed" in process.stdout.readline() for _ in range(30))
        far.refusal = error(429, "RateLimitExceeded", **{"X-Contentful-RateLimit-Reset": "1"})
        assert any("failed" in process.stdout.readline() for _ in range(30))
        far.refusal = None
        process.send_signal(signal.SIGUSR1)
        until(has("tower"), "the sync after the signal")
        far.waiting = [entry("place", "bridge", 2, title="The bridge")]
        body = json.dumps({"sys": {"type": "Entry", "id": "bridge", "revision": 2}})
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/-/refresh", body, {"X-Exporter-Secret": SECRET})
        with connection.getresponse() as response:
            assert (response.status, has("bridge")()) == (200, True)
        connection.close()
        far.hold.clear()
        far.asked.clear()
        assert far.asked.wait(30)
        process.terminate()
        assert process.wait(30) == 0
    far.hold.set()
    far.waiting = []
    before = guide.files("content", ".syncstate")
    guide.build()
    assert guide.files("content", ".syncstate") == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_server_with_0(guide: Guide, number: signal.Signals) -> None:
    with started(guide, "serve", "--port", "0", "--json") as process:
        until((guide.root / ".export/serve.url").is_file, "the address")
        process.send_signal(number)
        assert process.wait(30) == 0
        assert process.stdout is not None
        assert json.loads(process.stdout.read()) == {"command": "serve", "ok": True, "exit": 0}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("command", ["serve", "watch"])
def test_signal_ends_it_with_0_before_it_has_read_site_yaml(guide: Guide, command: str) -> None:
    file = guide.root / "site.yaml"
    file.unlink()
    os.mkfifo(file)
    with started(guide, command) as process, file.open("wb"):  # which waits until the program reads
        process.terminate()
        assert process.wait(30) == 0


def test_webhook_names_an_item_that_is_to_come_or_to_go() -> None:
    body = json.dumps({"sys": {"type": "DeletedEntry", "id": "mill", "revision": 3}}).encode()
    gone = read_announced(body, "ContentManagement.Entry.unpublish")
    assert gone is not None
    assert (gone.is_met_by(3), gone.is_met_by(None)) == (False, True)
    come = read_announced(b'{"sys": {"type": "Asset", "id": "pic", "revision": 3}}', "ContentManagement.Asset.publish")
    assert come is not None
    assert [come.is_met_by(revision) for revision in (None, 2, 3, 4)] == [False, False, True, True]
    for other in (b"", b"[]", b"{}", b'{"sys": 5}', b'{"sys": {"type": "Space", "id": "x"}}', b'{"sys": {"type": 1}}'):
        assert read_announced(other, "") is None
