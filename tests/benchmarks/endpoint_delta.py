"""Measure how long the endpoint takes for a delta of one change, at 1,000 and at 100,000 items.

    python -m tests.benchmarks.endpoint_delta [--rounds N] [SMALL LARGE]

Both spaces are created in a temporary folder. They are edited and queried in turn, over real HTTP.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import requests

from exporter.core.encoding import canonical
from exporter.space.folder import SpaceFolder
from exporter.space.http.server import Endpoint, Listening, open_endpoint
from tests.conftest import PLACE, SpaceFiles, entry, locale


def make_space(root: Path, size: int) -> SpaceFiles:
    """Create a space of `size` entries."""
    space = SpaceFiles(root)
    space.put_model(PLACE, locales=[locale("en-US", default=True)])
    folder = root / "entries/place"
    folder.mkdir(parents=True)
    for number in range(size):
        raw = entry(
            "place", f"place{number}", 1 + number % 9, title=f"Place {number}", body="A body of some length. " * 20
        )
        (folder / f"place{number}.json").write_bytes(canonical(raw))
    return space


class Reader:
    """A client that keeps its sync token."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.headers["Authorization"] = "Bearer any"
        self._query = "initial=true&limit=1000"
        while self.ask()[1] == "nextPageUrl":
            pass

    def ask(self) -> tuple[int, str]:
        """Request a page; return its number of items and the kind of its link."""
        path = f"/spaces/{self._endpoint.space.id}/environments/master/sync"
        body = self._session.get(f"{self._endpoint.url}{path}?{self._query}", timeout=60).json()
        kind = "nextPageUrl" if "nextPageUrl" in body else "nextSyncUrl"
        self._query = body[kind].partition("?")[2]
        return len(body["items"]), kind


def main() -> None:
    """Time the two in turn and print the medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 100_000])
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    sizes = options.sizes
    times: dict[int, list[float]] = {size: [] for size in sizes}
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        made = []
        for size in sizes:
            space = make_space(Path(temporary) / str(size), size)
            log = Path(temporary) / f"{size}.db"
            endpoint = stack.enter_context(open_endpoint(SpaceFolder(space.root), log, Listening(look="watch")))
            made.append((size, space, Reader(endpoint)))
        for number in range(options.rounds):
            for size, space, reader in made:
                space.put(entry("place", f"place{size // 2}", 20, title=f"Changed {number}"))
                time.sleep(0.5)
                start = time.perf_counter()
                items, _ = reader.ask()
                times[size].append(time.perf_counter() - start)
                assert items == 1, items
    medians = {size: statistics.median(found) for size, found in times.items()}
    for size, median in medians.items():
        print(f"{size:>9,} items: {median * 1000:.2f} ms ({min(times[size]) * 1000:.2f}-{max(times[size]) * 1000:.2f})")
    ratios = [large / small for small, large in zip(times[sizes[0]], times[sizes[-1]], strict=True)]
    print(f"median of paired ratios: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
