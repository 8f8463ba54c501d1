"""Compare a sync with the official clients, which write no files; time a sync without changes; measure its memory.

    python -m tests.benchmarks.sync [--rounds N] [--data FOLDER] [--folder FOLDER] [--only initial|nothing|memory]

The spaces and the loopback server come from the benchmark kit. Each run is a process of its own. Runs that are compared
alternate, every other round in reverse order, and each initial sync writes to a new folder, because ext4 is slow for a
while after a large removal. `--data` keeps the spaces for the next run, `--folder` names a disk to write to. Other load
on the machine affects all rows alike, so read the ratios. Exits 1 if one exceeds its limit.
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
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KIT = PROJECT.parent / "shared/bench"
BROWSER = PROJECT / "tests/browser"
SMALL, PLACES, LARGE = 1_000, 10_000, 100_000
PORTS = {SMALL: 18_901, PLACES: 18_910, LARGE: 18_999}
SPACE = "guidespace01"
JSON_ONLY, TWINS = "json", "json, markdown"
NOTHING_A_ROUND = 4
MIB = 1024
"""Kilobytes per MiB; the system reports a peak in kilobytes."""

IMPORT_REQUESTS = "python -c 'import requests'"
JAVASCRIPT_CLIENT = f"""
import {{ createClient }} from "contentful";
const host = "127.0.0.1:{PORTS[PLACES]}";
const client = createClient({{ space: "{SPACE}", accessToken: "any", host, insecure: true }});
const found = await client.sync({{ initial: true }});
console.log(found.entries.length + found.assets.length);
"""
PYTHON_CLIENT = f"""
from contentful import Client
client = Client("{SPACE}", "any", api_url="127.0.0.1:{PORTS[PLACES]}", https=False, environment="master")
page = client.sync({{"initial": True}})
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

    def guide(self, places: int, formats: str) -> Path:
        """Create the folder of a new guide."""
        self.guides += 1
        root = self.folder / f"guide-{self.guides}"
        root.mkdir()
        source = f'{{space: {SPACE}, url: "http://127.0.0.1:{PORTS[places]}"}}'
        content = f"{{formats: [{formats}], assets: link}}"
        (root / "site.yaml").write_text(f"title: Bench\nsource: {source}\ncontent: {content}\n", "utf-8")
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


OURS_JSON, OURS_TWINS = "sync, JSON only", "sync, JSON and twins"
JAVASCRIPT, PYTHON = "contentful.js, no files", "contentful.py, no files"


def time_initial(bench: Bench, items: dict[int, int], number: int) -> list[bool]:
    """Compare initial syncs with the official clients."""
    there = items[PLACES]
    rows: dict[str, Callable[[], Spent]] = {
        OURS_JSON: lambda: sync(bench.guide(PLACES, JSON_ONLY), there),
        JAVASCRIPT: lambda: client(["node", "--input-type=module", "-e", JAVASCRIPT_CLIENT], there),
        PYTHON: lambda: client([sys.executable, "-c", PYTHON_CLIENT], there),
        OURS_TWINS: lambda: sync(bench.guide(PLACES, TWINS), there),
    }
    rounds(bench, rows, number)
    show(bench, rows)
    return [
        verdict(bench, OURS_JSON, JAVASCRIPT, 1.1),
        verdict(bench, OURS_JSON, PYTHON, 0.3),
        verdict(bench, OURS_TWINS, PYTHON, 0.7),
    ]


def time_nothing(bench: Bench, items: dict[int, int], number: int) -> list[bool]:
    """Compare a sync that brings nothing with `import requests`, and with one of a space of another size."""
    guides = {places: bench.guide(places, JSON_ONLY) for places in (SMALL, PLACES, LARGE)}
    for places, root in guides.items():
        sync(root, items[places])
    rows: dict[str, Callable[[], Spent]] = {
        _nothing(places): partial(sync, root, None) for places, root in guides.items()
    }
    rows[IMPORT_REQUESTS] = lambda: spend([sys.executable, "-c", "import requests"])[0]
    rounds(bench, rows, number * NOTHING_A_ROUND)
    show(bench, rows)
    return [
        verdict(bench, _nothing(PLACES), IMPORT_REQUESTS, 3.0),
        verdict(bench, _nothing(LARGE), _nothing(SMALL), 1.5),
    ]


def _nothing(places: int) -> str:
    return f"nothing new, {places:,} places"


def weigh(bench: Bench, items: dict[int, int], _number: int) -> list[bool]:
    """Measure the peak memory of the largest initial sync."""
    kept = []
    for name, formats in ((OURS_JSON, JSON_ONLY), (OURS_TWINS, TWINS)):
        spent = sync(bench.guide(LARGE, formats), items[LARGE])
        kept.append(spent.peak <= 150)
        limit = f"limit 150: {'kept' if kept[-1] else 'NOT KEPT'}"
        print(f"{name}, {LARGE:,} places: peak {spent.peak:.0f} MiB ({limit}), {spent.wall:.1f} s", flush=True)
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


@contextmanager
def serve(data: Path, places: int) -> Iterator[int]:
    """Serve a space while the block runs, creating it if it does not exist; yield its number of items."""
    folder = data / str(places)
    note = folder / "made.json"
    if not note.exists():
        made = [sys.executable, str(KIT / "make_sync.py"), str(places), str(folder), "--port", str(PORTS[places])]
        note.write_text(spend(made)[1], "utf-8")
    command = [sys.executable, str(KIT / "stub.py"), str(folder), "--port", str(PORTS[places])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if not process.stdout.readline().startswith("ready"):
            sys.exit(f"the loopback server did not start: is port {PORTS[places]} in use?")
        yield int(json.loads(note.read_text("utf-8"))["items"])
    finally:
        process.terminate()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


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
    parser.add_argument("--data", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", choices=parts)
    options = parser.parse_args()
    if not (KIT / "make_sync.py").exists():
        sys.exit(f"{KIT}/make_sync.py, which makes the spaces, is missing")
    if not (BROWSER / "node_modules/contentful").is_dir() or shutil.which("node") is None:
        sys.exit("the official JavaScript client is not installed: install Node and run npm ci in tests/browser")
    print(versions(), flush=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as temporary, ExitStack() as stack:
        data = options.data or Path(temporary) / "data"
        items = {places: stack.enter_context(serve(data, places)) for places in (SMALL, PLACES, LARGE)}
        bench = Bench(Path(temporary))
        kept = [
            verdict
            for name in ([options.only] if options.only else parts)
            for verdict in parts[name](bench, items, options.rounds)
        ]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
