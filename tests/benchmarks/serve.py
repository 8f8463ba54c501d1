"""Time from a save to the open page, beside `hugo server` and Eleventy's `--serve --incremental`, on the same edits.

    python -m tests.benchmarks.serve [--rounds N] [--places N ...] [--pause SECONDS] [--data FOLDER]
        [--folder FOLDER]

All of them serve the same guide. A row saves an entry's body, the template of a place, the template of all pages, or
the style sheet. For the exporter the time ends with the event that reloads the open page (or swaps the style), for the
others with the first answer to repeated requests that has the edit; their own event may come a little earlier or later.
Before each save the servers are left alone until they are idle for two pauses, of a second by default. The table is
written to RESULTS.md if the numbers of places and the pause are those that the limits are set for; anything else is
only a quick look, in which no limit has to be met. `--data` keeps the spaces for the next run, `--folder` names a disk
to work on. Exits 1 if a limit is not met or an edit did not show.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.peers import ELEVENTY, HUGO, require, versions
from tests.benchmarks.rounds import Bench, Limit, finish, limits_table
from tests.benchmarks.servers import EDITS, EXPORTER, SERVERS, servers

PLACES, PAUSE = (1_000, 10_000), 1.0
MOST = {"an entry's body": 0.3, "the template of a place": 1.0, "the template of all pages": 1.0}
"""Seconds, at any number of places."""


def measure(bench: Bench, data: Path, options: argparse.Namespace) -> dict[tuple[str, str, int], list[float]]:
    """Return the seconds of each round, by edit, server and number of places."""
    taken: dict[tuple[str, str, int], list[float]] = {}
    for places in options.places:
        folder = bench.folder / str(places)
        folder.mkdir()
        with servers(replace(bench, folder=folder), data, places) as running:
            for turn in range(options.rounds + 1):
                for edit in EDITS:
                    for name, server in running.items():
                        server.rest(options.pause)
                        token = f"t{time.time_ns()}"
                        seconds = server.follow(edit, token, lambda: server.edits[edit](token))  # noqa: B023 - called here
                        print(f"{places:,} places, round {turn}: {edit}, {name}: {seconds:.3f} s", file=sys.stderr)
                        if turn:
                            taken.setdefault((edit, name, places), []).append(seconds)
    return taken


def table(taken: dict[tuple[str, str, int], list[float]]) -> str:
    """Return the medians as a table."""
    lines = [f"| save | places | {' | '.join(SERVERS)} |", "| --- | --- | --- | --- | --- |"]
    for edit in EDITS:
        for places in sorted({places for *_, places in taken}):
            found = [taken[edit, name, places] for name in SERVERS]
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


def main() -> None:
    """Measure, print the tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--places", type=int, nargs="+", default=list(PLACES))
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    require(HUGO, ELEVENTY)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        bench = Bench(Path(folder), in_memory=False)
        taken = measure(bench, options.data or Path(folder) / "spaces", options)
    found = limits(taken)
    intro = (
        f"`python -m tests.benchmarks.serve --rounds {options.rounds}`\n\n"
        f"{versions([HUGO, ELEVENTY])}; Linux on {os.cpu_count()} processors, on a disk. Seconds from a save to the "
        "event that reloads the open page; for the others, to the first answer to repeated requests that has the edit. "
        "Medians (min–max)."
    )
    text = f"{intro}\n\n{table(taken)}\n\n{limits_table(found)}"
    print(text)
    finish({"Serve": text}, found, quick=(tuple(options.places), options.pause) != (PLACES, PAUSE))


if __name__ == "__main__":
    main()
