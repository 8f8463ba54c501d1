"""The exporter's dev server and those of the peers, running on the same guide: how to edit it, and to see the edit."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.benchmarks.corpus.places import identifier, slug
from tests.benchmarks.peers import ELEVENTY, ELEVENTY_FOLDER, HUGO, hugo_binary, make_peers
from tests.benchmarks.rounds import ensure
from tests.benchmarks.spaces import make_guide, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.benchmarks.corpus.places import Corpus
    from tests.benchmarks.peers import Peers
    from tests.benchmarks.rounds import Bench
    from tests.benchmarks.spaces import Guide

EDITS = ("an entry's body", "the template of a place", "the template of all pages", "the style sheet")
EXPORTER, HUGO_SERVER, ELEVENTY_SERVER = "exporter serve", "hugo server", "eleventy --serve --incremental"
SERVERS = (EXPORTER, HUGO_SERVER, ELEVENTY_SERVER)
PATIENCE = 300.0
_BUSY = 0.05
"""Seconds of processor time within a second from which on a server is not idle."""


@dataclass(frozen=True)
class Server:
    """A running server: how to make each edit with a token in it, and how to wait until the token shows."""

    process: int
    edits: dict[str, Callable[[str], None]]
    follow: Callable[[str, str, Callable[[], None]], float]

    def rest(self, pause: float) -> None:
        """Wait until the server and its children do nothing for two pauses of some seconds."""
        calm = 0
        while calm < 2:
            before = _spent(self.process)
            time.sleep(pause)
            calm = calm + 1 if _spent(self.process) - before < _BUSY * pause else 0


def _spent(process: int) -> float:
    """Return the processor time of a process and its children, in seconds."""
    total = 0.0
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        total += sum(_spent(int(child)) for child in task.read_text().split())
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return total
    return total + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _get(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": f"localhost:{port}"})
        return connection.getresponse().read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):  # of a server that replaces the file just now
        return ""
    finally:
        connection.close()


def _polled(port: int, page: str) -> Callable[[str, str, Callable[[], None]], float]:
    """Return what measures the time until an answer has a token."""

    def follow(edit: str, token: str, save: Callable[[], None]) -> float:
        path = "/style.css" if edit == EDITS[3] else page
        start = time.perf_counter()
        save()
        while token not in _get(port, path):
            ensure(time.perf_counter() - start < PATIENCE, f"{edit}: the edit did not show")
            time.sleep(0.005)
        return time.perf_counter() - start

    return follow


def _told(port: int, page: str) -> Callable[[str, str, Callable[[], None]], float]:
    """Return what measures the time until an event of the exporter names the open page, or the style sheet."""
    file = f"{page.strip('/')}/index.html"

    def follow(edit: str, token: str, save: Callable[[], None]) -> float:
        changed = "style.css" if edit == EDITS[3] else file
        epoch = _get(port, page).partition('data-epoch="')[2].partition('"')[0]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", f"/-/events?{urlencode({'epoch': epoch, 'page': file})}")
        events = connection.getresponse()
        start = time.perf_counter()
        save()
        while line := events.readline():
            if line.startswith(b"data: ") and changed in json.loads(line[6:])["changes"]:
                break
        seconds = time.perf_counter() - start
        connection.close()
        ensure(token in _get(port, f"/{changed.removesuffix('index.html')}"), f"{edit}: told of, but not served")
        return seconds

    return follow


@contextmanager
def _running(command: list[str], folder: Path, port: int, page: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": "any"}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            start = time.monotonic()
            while "</html>" not in _get(port, page):
                ensure(process.poll() is None and time.monotonic() - start < PATIENCE, f"{command[0]} did not start")
                time.sleep(0.2)
            yield process
        finally:
            process.terminate()


def _inserting(file: Path, before: str, words: str) -> Callable[[str], None]:
    """Return the edit that puts words with a token into a file, at the first place of a text (its end for "")."""
    text = file.read_text("utf-8") if file.exists() else ""
    at = text.index(before) if before else len(text)

    def save(token: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text[:at] + words.replace("TOKEN", token) + text[at:], "utf-8")

    return save


def _body(file: Path) -> Callable[[str], None]:
    """Return the edit of an entry of the mirror."""
    raw = json.loads(file.read_text("utf-8"))
    text = raw["fields"]["body"]["en-US"]

    def save(token: str) -> None:
        raw["fields"]["body"]["en-US"] = f"{token} {text}"
        file.write_text(json.dumps(raw, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")

    return save


def _edits(entry: Callable[[str], None], place: Path, base: Path, style: Path) -> dict[str, Callable[[str], None]]:
    paragraph = "<p>TOKEN</p>"
    templates = _inserting(place, "<h1", paragraph), _inserting(base, "</body", paragraph)
    return dict(zip(EDITS, (entry, *templates, _inserting(style, "", "body { color: teal } /* TOKEN */")), strict=True))


@contextmanager
def servers(bench: Bench, data: Path, places: int) -> Iterator[dict[str, Server]]:
    """Run all servers of a guide of some places."""
    peers = make_peers(bench, places, [HUGO, ELEVENTY])
    with ExitStack() as stack:
        space = stack.enter_context(serve(data, places))
        guide = make_guide(bench, space, f"guide-{places}")
        yield {
            EXPORTER: stack.enter_context(_our_server(guide, _free_port())),
            HUGO_SERVER: stack.enter_context(_hugo_server(peers, _free_port())),
            ELEVENTY_SERVER: stack.enter_context(_eleventy_server(peers, _free_port())),
        }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _address(corpus: Corpus) -> str:
    return f"/place/{slug('place', corpus.changing)}/"


@contextmanager
def _our_server(guide: Guide, port: int) -> Iterator[Server]:
    corpus, templates = guide.space.corpus, guide.root / "templates"
    entry = guide.root / f"content/entries/place/{identifier('place', corpus.changing)}.json"
    command = [sys.executable, "-m", "exporter", "serve", "-C", str(guide.root), "--port", str(port), "-q"]
    with _running(command, guide.root, port, _address(corpus)) as process:
        edits = _edits(_body(entry), templates / "place.html", templates / "base.html", templates / "static/style.css")
        yield Server(process.pid, edits, _told(port, _address(corpus)))


@contextmanager
def _hugo_server(peers: Peers, port: int) -> Iterator[Server]:
    folder = peers.folder(HUGO)
    command = [hugo_binary(), "server", "--quiet", "--port", str(port)]
    with _their_server(peers, folder, command, port, folder / "layouts/_default/single.html") as server:
        yield server


@contextmanager
def _eleventy_server(peers: Peers, port: int) -> Iterator[Server]:
    folder = peers.folder(ELEVENTY)
    command = ["node", str(ELEVENTY_FOLDER / "cmd.cjs"), "--serve", "--incremental", "--quiet", f"--port={port}"]
    with _their_server(peers, folder, command, port, folder / "_includes/place.liquid") as server:
        yield server


@contextmanager
def _their_server(peers: Peers, folder: Path, command: list[str], port: int, template: Path) -> Iterator[Server]:
    """Run a peer's server; the template of a place is that of all its pages, since it has the navigation too."""
    page, style = _address(peers.corpus), folder / "static/style.css"
    _inserting(style, "", "")("")
    body = _inserting(folder / f"content{page.rstrip('/')}.md", "", "\n\nTOKEN\n")
    with _running(command, folder, port, page) as process:
        yield Server(process.pid, _edits(body, template, template, style), _polled(port, page))
