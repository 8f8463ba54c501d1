"""Compare a sync with the official clients, which write no files; time a sync without changes; measure its memory.

    python -m tests.benchmarks.sync [--rounds N] [--places N] [--data FOLDER] [--folder FOLDER]
        [--only initial|nothing|memory]

There are spaces of some places, of a tenth and of ten times as many, each behind a loopback server. Each run is a
process of its own. Runs that are compared alternate, every other round in reverse order, and each initial sync writes
to a new folder, because ext4 is slow for a while after a large removal. `--data` keeps the spaces for the next run,
`--folder` names a disk to write to. Other load on the machine affects all rows alike, so read the ratios. Exits 1 if
one exceeds its limit, or a run did not do its work; with another number of places than the limits are set for, no limit
has to be met.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.corpus.places import SPACE
from tests.benchmarks.spaces import Space, serve
from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

BROWSER = PROJECT / "tests/browser"
PLACES, TIMES = 10_000, 10
"""How many places the limits are set for, and the factor by which the other spaces are smaller and larger."""
JSON_ONLY, TWINS = "json", "json, markdown"
NOTHING_A_ROUND = 4
MIB = 1024
"""Kilobytes per MiB; the system reports a peak in kilobytes."""

IMPORT_REQUESTS = "python -c 'import requests'"
JAVASCRIPT_CLIENT = """
import { createClient } from "contentful";
const [space, host] = process.argv.slice(1);
const client = createClient({ space, accessToken: "any", host, insecure: true });
const found = await client.sync({ initial: true });
console.log(found.entries.length + found.assets.length);
"""
PYTHON_CLIENT = """
import sys
from contentful import Client
space, host = sys.argv[1:]
client = Client(space, "any", api_url=host, https=False, environment="master")
page = client.sync({"initial": True})
items = len(page.items)
while page.next_page_url:
    page = page.next(client)
    items += len(page.items)
print(items)
"""


class Spent(NamedTuple):
    """What a process used: seconds of wall and of processor time, and its peak memory in MiB."""

    wall: float
    processor: float
    peak: float


def spend(command: list[str], cwd: Path = PROJECT) -> tuple[Spent, str]:
    """Run a process to its end; return what it used and printed. Exits if it fails."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        environment = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": "any"}
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode("utf-8", "replace")
    if process.returncode:
        sys.exit(f"{' '.join(command)[:200]} ended with {process.returncode}: {printed}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MIB), printed


@dataclass
class Bench:
    """The folder of the guides, and what the rows have used so far."""

    folder: Path
    taken: dict[str, list[Spent]] = field(default_factory=dict)
    guides: int = 0

    def note(self, row: str, spent: Spent) -> None:
        """Record what a run of a row used."""
        self.taken.setdefault(row, []).append(spent)

    def guide(self, space: Space, formats: str) -> Path:
        """Create the folder of a new guide of a space."""
        self.guides += 1
        root = self.folder / f"guide-{self.guides}"
        root.mkdir()
        content = f"{{formats: [{formats}], assets: link}}"
        (root / "site.yaml").write_text(f"title: Bench\nsource: {space.source}\ncontent: {content}\n", "utf-8")
        return root

    def ratio(self, row: str, base: str, of: Callable[[Spent], float]) -> float:
        """Return the median, over the rounds, of the ratio of one row to another."""
        pairs = zip(self.taken[row], self.taken[base], strict=True)
        return statistics.median(of(mine) / of(theirs) for mine, theirs in pairs)


def sync(root: Path, items: int | None) -> Spent:
    """Sync a guide in a process of its own and check that it report `items` (None: nothing new)."""
    spent, printed = spend([sys.executable, "-m", "exporter", "-C", str(root), "--json", "sync"])
    report = json.loads(printed)["sync"]
    assert (report["upserted"], report["token_moved"]) == (items or 0, items is not None), printed
    return spent


def client(command: list[str], items: int) -> Spent:
    """Run an official client and check that it received all items."""
    spent, printed = spend(command, cwd=BROWSER)
    assert printed.split() == [str(items)], printed
    return spent


def rounds(bench: Bench, rows: dict[str, Callable[[], Spent]], number: int) -> None:
    """Run all rows in turn, every other round in reverse; a first round only warms the caches."""
    for turn in range(-1, number):
        for row in list(rows)[:: 1 if turn % 2 else -1]:
            os.sync()  # flush what an earlier row wrote, so that this row does not pay for it
            spent = rows[row]()
            if turn >= 0:
                bench.note(row, spent)


class Spaces(NamedTuple):
    """Spaces of three sizes."""

    small: Space
    middle: Space
    large: Space


OURS_JSON, OURS_TWINS = "sync, JSON only", "sync, JSON and twins"
JAVASCRIPT, PYTHON = "contentful.js, no files", "contentful.py, no files"


def time_initial(bench: Bench, spaces: Spaces, number: int) -> list[bool]:
    """Compare initial syncs with the official clients."""
    space = spaces.middle
    known = [SPACE, f"127.0.0.1:{space.port}"]
    javascript = ["node", "--input-type=module", "-e", JAVASCRIPT_CLIENT, "--", *known]
    rows: dict[str, Callable[[], Spent]] = {
        OURS_JSON: lambda: sync(bench.guide(space, JSON_ONLY), space.items),
        JAVASCRIPT: lambda: client(javascript, space.items),
        PYTHON: lambda: client([sys.executable, "-c", PYTHON_CLIENT, *known], space.items),
        OURS_TWINS: lambda: sync(bench.guide(space, TWINS), space.items),
    }
    rounds(bench, rows, number)
    show(bench, rows)
    return [
        verdict(bench, OURS_JSON, JAVASCRIPT, 1.1),
        verdict(bench, OURS_JSON, PYTHON, 0.3),
        verdict(bench, OURS_TWINS, PYTHON, 0.7),
    ]


def time_nothing(bench: Bench, spaces: Spaces, number: int) -> list[bool]:
    """Compare a sync that brings nothing with `import requests`, and with one of a space of another size."""
    guides = {space: bench.guide(space, JSON_ONLY) for space in spaces}
    for space, root in guides.items():
        sync(root, space.items)
    rows: dict[str, Callable[[], Spent]] = {
        _nothing(space): partial(sync, root, None) for space, root in guides.items()
    }
    rows[IMPORT_REQUESTS] = lambda: spend([sys.executable, "-c", "import requests"])[0]
    rounds(bench, rows, number * NOTHING_A_ROUND)
    show(bench, rows)
    return [
        verdict(bench, _nothing(spaces.middle), IMPORT_REQUESTS, 3.0),
        verdict(bench, _nothing(spaces.large), _nothing(spaces.small), 1.5),
    ]


def _nothing(space: Space) -> str:
    return f"nothing new, {space.places:,} places"


def weigh(bench: Bench, spaces: Spaces, _number: int) -> list[bool]:
    """Measure the peak memory of the largest initial sync."""
    kept, space = [], spaces.large
    for name, formats in ((OURS_JSON, JSON_ONLY), (OURS_TWINS, TWINS)):
        spent = sync(bench.guide(space, formats), space.items)
        kept.append(spent.peak <= 150)
        limit = f"limit 150: {'kept' if kept[-1] else 'NOT KEPT'}"
        print(f"{name}, {space.places:,} places: peak {spent.peak:.0f} MiB ({limit}), {spent.wall:.1f} s", flush=True)
    return kept


def show(bench: Bench, rows: dict[str, Callable[[], Spent]]) -> None:
    """Print the rows' medians."""
    heading = f"median of {len(bench.taken[next(iter(rows))])} rounds"
    print(f"{heading:32}{'wall s (min-max)':>24}{'user+sys s':>12}{'peak MiB':>10}")
    for row in rows:
        wall, processor, peak = zip(*bench.taken[row], strict=True)
        span = f"{statistics.median(wall):.3f} ({min(wall):.3f}-{max(wall):.3f})"
        print(f"{row:32}{span:>24}{statistics.median(processor):>12.3f}{statistics.median(peak):>10.0f}", flush=True)


def verdict(bench: Bench, row: str, base: str, limit: float) -> bool:
    """Print the median of paired ratios with its limit; return whether it is within it."""
    wall = bench.ratio(row, base, lambda spent: spent.wall)
    processor = bench.ratio(row, base, lambda spent: spent.processor)
    kept = "kept" if wall <= limit else "NOT KEPT"
    print(f"{row} / {base}: {wall:.2f} (user+sys {processor:.2f}), limit {limit}: {kept}", flush=True)
    return wall <= limit


def versions() -> str:
    """Return the names and versions of what is compared."""
    package = json.loads((BROWSER / "node_modules/contentful/package.json").read_text("utf-8"))
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    ours = [f"{name} {importlib.metadata.version(name)}" for name in ("contentful-exporter", "contentful", "requests")]
    return f"{', '.join(ours)}, contentful.js {package['version']}, Python {platform.python_version()}, Node {node}"


def main() -> None:
    """Run all measurements and print them with their limits."""
    parts = {"initial": time_initial, "nothing": time_nothing, "memory": weigh}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--places", type=int, default=PLACES)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=parts)
    options = parser.parse_args()
    if options.places < TIMES:
        parser.error(f"expected {TIMES} places or more")
    if not (BROWSER / "node_modules/contentful").is_dir() or shutil.which("node") is None:
        sys.exit("the official JavaScript client is not installed: install Node and run npm ci in tests/browser")
    print(versions(), flush=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary, ExitStack() as stack:
        data = options.data or Path(temporary) / "data"
        sizes = (options.places // TIMES, options.places, options.places * TIMES)
        spaces = Spaces(*(stack.enter_context(serve(data, places)) for places in sizes))
        bench = Bench(Path(temporary))
        kept = [
            verdict
            for name in ([options.only] if options.only else parts)
            for verdict in parts[name](bench, spaces, options.rounds)
        ]
    sys.exit(0 if all(kept) or options.places != PLACES else 1)


if __name__ == "__main__":
    main()
