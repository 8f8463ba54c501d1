"""Measure search on a large guide, beside Pagefind and the search of MkDocs on the same pages.

    python -m tests.benchmarks.search [--places N] [--only bytes|browser] [--data FOLDER]

Pagefind (`pagefind-bin`) and MkDocs come from PyPI (the extra `benchmarks`), and so does Material, whose theme MkDocs
has if it is installed; one that is not is named and left out. Bytes: what a host sends, gzipped at level 6, until the
first result of a visited site stands there with nothing in the cache, the search page included; and the files of
search that one changed word and one new place write anew. Browser: the guide is installed in Chromium and its host
stopped; how long the first index takes, titles meanwhile, queries once it is there, the persisted index in a new tab,
the longest time between two frames, and the requests that were made. The tables are written to RESULTS.md if the
number of places is the one that the limits are set for; any other number is only a quick look, in which no limit has
to be met. `--data` keeps the guide for the next run. Exits 1 if a limit is not met or a run did not do its work.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

from tests.benchmarks.first_page import browser, install
from tests.benchmarks.reader import Folder
from tests.benchmarks.rounds import Limit, ensure, finish, limits_table
from tests.benchmarks.search import peers
from tests.conftest import SpaceFiles, entry
from tests.reader import corpus
from tests.reader.browser.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

PLACES = 10_000
PARTS = ("bytes", "browser")
PATIENCE = 300_000
FRAMES = """window.longest = 0; let last = performance.now();
    (function step(now) {
        window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(step); })(last);"""


class Guide:
    """The guide of the benchmark, its space, and its edits."""

    def __init__(self, folder: Path, places: int) -> None:
        self.folder, self.places = folder, places
        self.space, self.root = SpaceFiles(folder / "space"), folder / "guide"
        self.site = self.root / "site"
        if not self.site.is_dir():
            self.root.mkdir(parents=True, exist_ok=True)
            corpus.write_corpus(self.space, places)
            corpus.write_site(Folder(self.root), self.space)
            self.build()

    def build(self) -> None:
        """Build the guide."""
        Folder(self.root).build()

    def change_word(self) -> None:
        """Change one word of the body of one place."""
        file = sorted((self.space.root / "entries" / "place").glob("*.json"))[self.places // 2]
        raw = json.loads(file.read_text("utf-8"))
        code, text = next(iter(raw["fields"]["body"].items()))
        word = re.findall(r"(?<= )[a-z]{6,}(?= )", text)[-1]
        raw["fields"]["body"][code] = text.replace(f" {word} ", f" quixotic{time.time_ns()} ", 1)
        file.write_text(json.dumps(raw), "utf-8")
        self.build()

    def add_place(self) -> None:
        """Add a place of twenty words of its own."""
        name = f"added{time.time_ns()}"
        body = " ".join(f"{name}word{number}" for number in range(20))
        self.space.put(entry("place", name, title="Added", slug=name, body=body))
        self.build()

    def pages(self) -> dict[str, str]:
        """Return the texts of the pages as Markdown."""
        found = {"index": "# Guide\n"}
        for file in sorted((self.site / "search").glob("*/pages/*.js")):
            for document in json.loads(file.read_text("utf-8").partition(",")[2].removesuffix(");\n")):
                name = document["path"].removesuffix("/index.html").replace("/", "-")
                found[name] = "\n\n".join([f"# {document['title']}", *document["lines"]])
        return found


def ask(page: Page, query: str) -> float:
    """Type a query; return the seconds until its results are there."""
    start = time.perf_counter()
    page.locator("[data-guide-search] input").fill(query)
    expect(page.locator("[data-guide-search]")).to_have_attribute("data-guide-search-done", query, timeout=PATIENCE)
    return time.perf_counter() - start


@contextmanager
def opened(site: Path, path: str = "/g/") -> Iterator[tuple[BrowserContext, Host]]:
    """Yield a new browser, and a host of a site."""
    with ExitStack() as stack:
        host = stack.enter_context(Host({path: site}))
        profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        yield stack.enter_context(browser(stack.enter_context(sync_playwright()), profile)), host


def first_search(guide: Guide) -> tuple[int, int]:
    """Search the visited site with nothing in the cache; return bytes and requests until the results are there."""
    with opened(guide.site) as (context, host):
        page = context.pages[0]
        page.goto(host.url("g/search/index.html"))
        ask(page, f"place {guide.places // 2}")
        ensure(page.locator("#search\\.results li").count() > 0, "nothing was found")
        return sum(one.head + one.body for one in host.exchanges), len(host.exchanges)


def compare_bytes(guide: Guide) -> tuple[str, list[Limit]]:
    """Return the table of bytes for a first result and after a change, and the limits."""
    first, requests = first_search(guide)
    rows = {}
    if peers.has_pagefind():
        copy = guide.folder / "pagefind"
        shutil.copytree(guide.site, copy, dirs_exist_ok=True)
        peers.index_with_pagefind(copy)
        with opened(copy, "/p/") as (context, host):
            rows["Pagefind"] = peers.search_with_pagefind(context.pages[0], host, f"place {guide.places // 2}")
    mkdocs = guide.folder / "mkdocs"
    if peers.has_mkdocs():
        rows[f"MkDocs, {peers.theme()}"] = peers.bytes_of_mkdocs(peers.build_with_mkdocs(mkdocs, guide.pages()))
    files, size = peers.changed(guide.site / "search", guide.change_word)
    new, new_size = peers.changed(guide.site / "search", guide.add_place)
    lines = [
        "| | first result, bytes | requests | one changed page, files | bytes |",
        "| --- | --- | --- | --- | --- |",
        f"| exporter | {first:,} | {requests} | {files} | {size:,} |",
        f"| exporter, a new page of 20 words | | | {new} | {new_size:,} |",
    ]
    for name, (peer_first, peer_requests) in rows.items():
        after = _pagefind_again(guide) if name == "Pagefind" else _mkdocs_again(guide)
        lines.append(f"| {name} | {peer_first:,} | {peer_requests} | {after[0]} | {after[1]:,} |")
    limits = [
        Limit("first search of a visited site, bytes", first, 60_000),
        Limit("a changed word, files", files, 4),
        Limit("a new page of 20 words, files of words and its own", new, 20 + 5),
    ]
    return "\n".join(lines), limits


def _pagefind_again(guide: Guide) -> tuple[int, int]:
    copy = guide.folder / "pagefind"

    def edit() -> None:
        shutil.copytree(guide.site, copy, dirs_exist_ok=True)
        peers.index_with_pagefind(copy)

    return peers.changed(copy / "pagefind", edit)


def _mkdocs_again(guide: Guide) -> tuple[int, int]:
    site = guide.folder / "mkdocs"
    return peers.changed(site / "site" / "search", lambda: _rebuild(guide, site))


def _rebuild(guide: Guide, folder: Path) -> None:
    peers.build_with_mkdocs(folder, guide.pages())


def measure_browser(guide: Guide) -> tuple[str, list[Limit]]:
    """Return the table of what a reader with the guide on the device waits for, and the limits."""
    box, busy = "[data-guide-search]", "data-guide-search-preparing"
    with opened(guide.site) as (context, host):
        page = context.pages[0]
        install(page, host)
        host.stop()
        before = len(host.exchanges)
        page.add_init_script(FRAMES)
        start = time.perf_counter()
        page.goto(host.url("g/search/index.html"))
        ask(page, f"place {guide.places // 3}")
        expect(page.locator("#search\\.results li").first).to_be_visible(timeout=PATIENCE)
        titles = time.perf_counter() - start
        expect(page.locator(box)).not_to_have_attribute(busy, "", timeout=PATIENCE)
        built = time.perf_counter() - start
        longest = page.evaluate("window.longest")
        queries = [ask(page, f"place {number}") for number in range(10, 20)]
        again = context.new_page()
        start = time.perf_counter()
        again.goto(host.url("g/search/index.html"))
        ask(again, "place 7")
        expect(again.locator(box)).not_to_have_attribute(busy, "", timeout=PATIENCE)
        ready = time.perf_counter() - start
        requests = len(host.exchanges) - before
    limits = [
        Limit("first index, s", built, 20),
        Limit("titles found meanwhile, s after the page was asked for", titles, 1),
        Limit("persisted index, s until the first results", ready, 3),
        Limit("first result after typing and its pause of 120 ms, ms, median", median(queries) * 1e3, 220),
        Limit("longest time between frames while the index is made, ms", longest, 50),
        Limit("requests of an installed reader", requests, 0),
    ]
    return "", limits


def main() -> None:
    """Measure, print the tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=PLACES)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    lines, limits = [f"{options.places:,} places with the built-in theme."], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        guide = Guide(options.data or Path(temporary), options.places)
        for part, measure in zip(PARTS, (compare_bytes, measure_browser), strict=True):
            if options.only in (None, part):
                table, found = measure(guide)
                lines += [table] if table else []
                limits += found
    lines.append(limits_table(limits))
    print("\n\n".join(lines))
    for name, there in (("Pagefind", peers.has_pagefind()), ("MkDocs", peers.has_mkdocs())):
        if not there:
            print(f"{name} is not installed: pip install -e '.[benchmarks]'", file=sys.stderr)
    finish({"Search": "\n\n".join(lines)}, limits, quick=options.places != PLACES or options.only is not None)


if __name__ == "__main__":
    main()
