"""Measure how long the program takes to start, and a build in which nothing is new, beside imports that users know.

    python -m tests.benchmarks.start [--rounds N] [--scripts FOLDER]

It runs from a wheel in an environment of its own, with the bundled space, and writes its tables to RESULTS.md. With
`--scripts`, the programs of an environment that has the program already, it is only a quick look.
"""

from __future__ import annotations

import argparse
import tempfile
from functools import partial
from pathlib import Path

from tests.benchmarks.rounds import Bench, Limit, Spent, finish, limits_table
from tests.package.installed import build_wheel, install

VERSION, CLICK = "exporter --version", "import click"
NOTHING, REQUESTS = "exporter build, nothing new", "import requests"


def measure(scripts: Path, folder: Path, number: int) -> tuple[str, list[Limit]]:
    """Run all rows in turn; return the section of the results, and the limits."""
    program, python, bench = str(scripts / "exporter"), str(scripts / "python"), Bench(folder, in_memory=True)
    guide = folder / "guide"
    for command in (["init", "--yes", str(guide)], ["-C", str(guide), "build"]):
        bench.spend([program, *command])
    commands = {
        VERSION: [program, "--version"],
        CLICK: [python, "-c", "import click"],
        NOTHING: [program, "-C", str(guide), "build"],
        REQUESTS: [python, "-c", "import requests"],
    }

    def run(row: str) -> Spent:
        return bench.spend(commands[row])[0]

    bench.rounds({row: partial(run, row) for row in commands}, number)
    limits = [
        Limit(f"{VERSION} : {CLICK}", bench.ratio(VERSION, CLICK), 2.0),
        Limit(f"{NOTHING} : {REQUESTS}", bench.ratio(NOTHING, REQUESTS), 3.0),
    ]
    repeat = f"`python -m tests.benchmarks.start --rounds {number}`"
    return f"{repeat}\n\n{bench.table(CLICK)}\n\n{limits_table(limits)}", limits


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--scripts", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        scripts = options.scripts or install(build_wheel(folder / "wheel"), folder / "venv").scripts
        text, limits = measure(scripts, folder, options.rounds)
    print(text)
    finish({"Start": text}, limits, quick=options.scripts is not None)


if __name__ == "__main__":
    main()
