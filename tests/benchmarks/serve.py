"""Time from a save to the open page, beside `hugo server` and Eleventy's `--serve --incremental`, on the same edits.

    python -m tests.benchmarks.serve [--rounds N] [--places N ...] [--folder FOLDER]

All of them serve the guide of the benchmark kit, made for the same number of places. A row saves an entry's body, the
template of a place, the template of all pages, or the style sheet. For the exporter the time ends with the event that
reloads the open page (or swaps the style), for the others with the first answer to repeated requests that has the edit;
their own event may come a little earlier or later. Before each save the servers are left alone until they are idle. The
table is written to RESULTS.md if the numbers of places are those that the limits are set for. Exits 1 if a limit is not
met.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.benchmarks.peers import ELEVENTY_FOLDER, check_peers, make_peers, versions
from tests.benchmarks.rounds import Bench, Limit, ensure, limits_table, write_section
from tests.benchmarks.spaces import make_guide, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PLACES = (1_000, 10_000)
EDITS = ("an entry's body", "the template of a place", "the template of all pages", "the style sheet")
MOST = {"an entry's body": 0.3, "the template of a place": 1.0, "the template of all pages": 1.0}
"""Seconds, at any number of places."""
EXPORTER, HUGO, ELEVENTY = "exporter serve", "hugo server", "eleventy --serve --incremental"
PATIENCE = 300.0
_BUSY = 0.05
"""Seconds of processor time within a second from which on a server is not idle."""


@dataclass(frozen=True)
class Server:
    """A running server: how to make each edit with a token in it, and how to wait until the token shows."""

    process: int
    edits: dict[str, Callable[[str], None]]
    follow: Callable[[str, str, Callable[[], None]], float]

    def rest(self) -> None:
        """Wait until the server and its children do nothing."""
        calm = 0
        while calm < 2:
            before = _spent(self.process)
            time.sleep(1)
            calm = calm + 1 if _spent(self.process) - before < _BUSY else 0


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
def servers(bench: Bench, data: Path, places: int, first_port: int) -> Iterator[dict[str, Server]]:
    """Run all servers of a guide of some places."""
    peers, number = make_peers(bench, places), places // 2
    page = f"/place/place-{number:06d}/"
    with ExitStack() as stack:
        space = stack.enter_context(serve(data, places))
        guide = make_guide(bench, space, f"guide-{places}", peers.navigation)
        command = [sys.executable, "-m", "exporter", "serve", "-C", str(guide.root), "--port", str(first_port), "-q"]
        ours = stack.enter_context(_running(command, guide.root, first_port, page))
        (entry,) = (guide.root / "content/entries/place").glob(f"place{number:07d}x*.json")
        templates = guide.root / "templates"
        found = {
            EXPORTER: Server(
                ours.pid,
                _edits(_body(entry), templates / "place.html", templates / "base.html", templates / "static/style.css"),
                _told(first_port, page),
            )
        }
        hugo, eleventy = peers.folder / "hugo", peers.folder / "eleventy"
        binary = str(importlib.metadata.distribution("hugo").locate_file("hugo/binaries/hugo"))
        command = [binary, "server", "--quiet", "--port", str(first_port + 1)]
        _inserting(hugo / "static/style.css", "", "")("")
        theirs = stack.enter_context(_running(command, hugo, first_port + 1, page))
        single = hugo / "layouts/_default/single.html"
        made = _inserting(hugo / f"content{page.rstrip('/')}.md", "", "\n\nTOKEN\n")
        found[HUGO] = Server(
            theirs.pid, _edits(made, single, single, hugo / "static/style.css"), _polled(first_port + 1, page)
        )
        config = eleventy / "eleventy.config.js"
        copied = config.read_text("utf-8").replace(
            "return { dir", 'c.addPassthroughCopy({"static": "/"}); return { dir'
        )
        config.write_text(copied, "utf-8")
        _inserting(eleventy / "static/style.css", "", "")("")
        command = ["node", str(ELEVENTY_FOLDER / "cmd.cjs"), "--serve", "--incremental", "--quiet"]
        theirs = stack.enter_context(_running([*command, f"--port={first_port + 2}"], eleventy, first_port + 2, page))
        layout = eleventy / "_includes/place.liquid"
        made = _inserting(eleventy / f"content{page.rstrip('/')}.md", "", "\n\nTOKEN\n")
        found[ELEVENTY] = Server(
            theirs.pid, _edits(made, layout, layout, eleventy / "static/style.css"), _polled(first_port + 2, page)
        )
        yield found


def measure(bench: Bench, data: Path, sizes: list[int], rounds: int) -> dict[tuple[str, str, int], list[float]]:
    """Return the seconds of each round, by edit, server and number of places."""
    taken: dict[tuple[str, str, int], list[float]] = {}
    for place, places in enumerate(sizes):
        folder = bench.folder / str(places)
        folder.mkdir()
        with servers(replace(bench, folder=folder), data, places, 18_700 + 10 * place) as running:
            for turn in range(rounds + 1):
                for edit in EDITS:
                    for name, server in running.items():
                        server.rest()
                        token = f"t{time.time_ns()}"
                        seconds = server.follow(edit, token, lambda: server.edits[edit](token))  # noqa: B023 - called here
                        print(f"{places:,} places, round {turn}: {edit}, {name}: {seconds:.3f} s", file=sys.stderr)
                        if turn:
                            taken.setdefault((edit, name, places), []).append(seconds)
    return taken


def table(taken: dict[tuple[str, str, int], list[float]]) -> str:
    """Return the medians as a table."""
    lines = ["| save | places | " + " | ".join((EXPORTER, HUGO, ELEVENTY)) + " |", "| --- | --- | --- | --- | --- |"]
    for edit in EDITS:
        for places in sorted({places for *_, places in taken}):
            found = [taken[edit, name, places] for name in (EXPORTER, HUGO, ELEVENTY)]
            cells = [f"{statistics.median(times):.3f} ({min(times):.3f}–{max(times):.3f})" for times in found]
            lines.append(f"| {edit} | {places:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def limits(taken: dict[tuple[str, str, int], list[float]]) -> list[Limit]:
    """Return the limits of the exporter's own rows."""
    return [
        Limit(f"{edit}, {places:,} places, seconds", statistics.median(times), MOST[edit])
        for (edit, name, places), times in sorted(taken.items())
        if name == EXPORTER and edit in MOST
    ]


def main() -> int:
    """Measure, print the tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--places", type=int, nargs="+", default=list(PLACES))
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    check_peers()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        bench = Bench(Path(folder), in_memory=False)
        taken = measure(bench, Path(folder) / "spaces", options.places, options.rounds)
    found = limits(taken)
    intro = (
        f"`python -m tests.benchmarks.serve --rounds {options.rounds}`\n\n{versions()}; Linux on {os.cpu_count()} "
        "processors, on a disk. Seconds from a save to the event that reloads the open page; for the others, to the "
        "first answer to repeated requests that has the edit. Medians (min–max)."
    )
    text = f"{intro}\n\n{table(taken)}\n\n{limits_table(found)}"
    print(text)
    if tuple(options.places) == PLACES:
        write_section("Serve", text)
    return 0 if all(limit.met for limit in found) else 1


if __name__ == "__main__":
    sys.exit(main())
