"""A guide that is being served, in this process: its requests, its events, its lines."""

from __future__ import annotations

import http.client
import json
import shutil
import threading
import time
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from exporter.cli.commands import run
from exporter.jobs import load_project
from exporter.serve.dev_server import DevServer, ServeOptions
from tests.conftest import CATEGORY, PLACE, Guide, Outcome, SpaceFiles, entry, locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

PATIENCE = 30.0
"""Seconds after which what a test waits for will not come."""
LOOKS = 3000


@dataclass(frozen=True)
class Response:
    """A response: status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


@dataclass
class Lines:
    """What the terminal shows."""

    shown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def out(self, line: str) -> None:
        self.shown.append(line)

    def err(self, line: str) -> None:
        self.wrong.append(line)

    def following(self) -> AbstractContextManager[None]:
        return nullcontext()


def until(condition: Callable[[], Any], what: str = "it") -> Any:
    """Wait until a condition holds; return its value. Looks are counted, not seconds: this machine may stand still."""
    for _ in range(LOOKS):
        if found := condition():
            return found
        time.sleep(PATIENCE / LOOKS)
    raise AssertionError(f"{what} did not come")


@dataclass
class Events:
    """An open event stream: what it has told so far."""

    connection: http.client.HTTPConnection
    told: list[dict[str, Any]] = field(default_factory=list)

    def follow(self) -> None:
        response = self.connection.getresponse()
        try:
            while line := response.readline():
                if line.startswith(b"data: "):
                    self.told.append(json.loads(line[6:]))
        except (OSError, ValueError, AttributeError):
            return

    @property
    def changed(self) -> set[str]:
        return {path for news in self.told for path in news["changes"]}

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The failures that are shown now."""
        found: list[dict[str, Any]] = [news["failures"] for news in self.told if "failures" in news][-1]
        return found


@dataclass(frozen=True)
class Serving:
    """A running server of a guide."""

    guide: Guide
    port: int
    lines: Lines
    server: DevServer

    @property
    def streams(self) -> int:
        """How many event streams are open."""
        return len(self.server._streams._open)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: Any) -> Response:
        """Make a request; a header is named with underscores."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
        for name, value in named.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        found = Response(response.status, dict(response.headers), response.read())
        connection.close()
        return found

    def epoch(self, path: str) -> int:
        """Return the epoch of a page as it is served now."""
        return int(self.ask(path).text.partition('data-epoch="')[2].partition('"')[0])

    @contextmanager
    def events(self, *pages: str, epoch: int | None = None) -> Iterator[Events]:
        """Listen for events while the block runs, for pages that are open since they were served just now."""
        start = epoch if epoch is not None else min(self.epoch(f"/{page}") for page in pages)
        query = urlencode([("epoch", start), *(("page", page) for page in pages)])
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", f"/-/events?{query}")
        events = Events(connection)
        thread = threading.Thread(target=events.follow, daemon=True)
        thread.start()
        until(lambda: events.told, "the first event")
        try:
            yield events
        finally:
            if connection.sock is not None:
                connection.sock.close()


@contextmanager
def serving(guide: Guide, **options: Any) -> Iterator[Serving]:
    """Serve a guide while the block runs."""
    lines, ended, addresses = Lines(), threading.Event(), list[str]()
    failures: list[Exception] = []
    chosen = ServeOptions(**{"port": 0, "jobs": 1, **options})
    server = DevServer(load_project(guide.root), lambda: load_project(guide.root), chosen, lines)

    def run() -> None:
        try:
            server.run(addresses.append, ended.is_set)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test has it
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(lambda: addresses or failures, "the server")
        if failures:
            raise failures[0]
        yield Serving(guide, int(addresses[0].rstrip("/").rpartition(":")[2]), lines, server)
    finally:
        ended.set()
        thread.join(PATIENCE)
    assert failures == []
    assert not thread.is_alive()


def edit(guide: Guide, text: str, name: str = "place.html") -> None:
    """Save a template, by a rename: however slow this machine is, that is one edit."""
    file = guide.root / "templates" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    saved = guide.root.with_name("saved")
    saved.write_text(text, "utf-8")
    saved.replace(file)


def pages_of(guide: Guide) -> dict[str, bytes]:
    """Return the files of site/ without the history of its readers."""
    return {path: data for path, data in guide.files("site").items() if not path.startswith("site/updates/")}


def assert_as_from_scratch(guide: Guide) -> None:
    """site/ holds, byte for byte, what a render from scratch writes."""
    other = replace(guide, root=guide.root.with_name("scratch"))
    shutil.rmtree(other.root, ignore_errors=True)
    for name in ("content", "templates"):
        if (guide.root / name).is_dir():
            shutil.copytree(guide.root / name, other.root / name)
    shutil.copy(guide.root / "site.yaml", other.root / "site.yaml")
    assert other.run("render").code == 0
    until(lambda: pages_of(guide) == pages_of(other), "the guide from scratch")


@pytest.fixture
def served(guide: Guide) -> Iterator[Serving]:
    """The small guide, served."""
    (guide.root / "templates").mkdir()
    with serving(guide) as found:
        yield found


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A guide that is served for all tests of a module, which do not change it."""
    root = tmp_path_factory.mktemp("standing")
    space = SpaceFiles(root / "space")
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    space.put(entry("place", "castle", title="The castle", slug="castle", body="It is **old**."))
    with serving(guide_in(root)) as found:
        yield found


def guide_in(root: Path) -> Guide:
    """Make a guide over the space that lies beside it."""
    guide = Guide(root / "guide", lambda *arguments: Outcome(run(list(arguments)), "", ""))
    guide.root.mkdir()
    (guide.root / "site.yaml").write_text("title: Small guide\noffline: false\nsource: {local: ../space}\n", "utf-8")
    return guide
