"""The search of others on the same pages: Pagefind, and MkDocs, in Material's theme where that is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zlib
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.benchmarks.rounds import ensure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.reader.browser.host import Host

PAGEFIND = """async ([address, query]) => { const found = await import(address); await found.init();
    const {results} = await found.search(query); return results.length ? (await results[0].data()).url : ""; }"""


def gzipped(data: bytes) -> int:
    """Return what a host sends for a file."""
    return len(zlib.compress(data, 6, wbits=31))


def files_of(root: Path) -> dict[str, bytes]:
    """Return the files below a folder by path."""
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def changed(root: Path, edit: Callable[[], None]) -> tuple[int, int]:
    """Return how many files an edit writes anew below a folder, and what a host sends for them."""
    before = files_of(root)
    edit()
    others = [data for path, data in files_of(root).items() if before.get(path) != data]
    return len(others), sum(map(gzipped, others))


def has_pagefind() -> bool:
    """Whether Pagefind is installed."""
    return find_spec("pagefind_bin") is not None


def index_with_pagefind(site: Path) -> None:
    """Make Pagefind's index of a site anew."""
    command = [sys.executable, "-m", "pagefind_bin", "--site", str(site)]
    subprocess.run(command, check=True, capture_output=True, timeout=1800)


def search_with_pagefind(page: Page, host: Host, query: str) -> tuple[int, int]:
    """Search a site at /p/ with nothing in the cache; return bytes and requests until the first result is there."""
    page.goto(host.url("p/offline/index.html"))
    before = len(host.exchanges)
    ensure(bool(page.evaluate(PAGEFIND, [host.url("p/pagefind/pagefind.js"), query])), "Pagefind found nothing")
    exchanges = host.exchanges[before:]
    return sum(one.head + one.body for one in exchanges), len(exchanges)


def has_mkdocs() -> bool:
    """Whether MkDocs is installed."""
    return find_spec("mkdocs") is not None


def theme() -> str:
    """Return Material, or MkDocs' own theme where that is not installed."""
    return "material" if find_spec("material") is not None else "mkdocs"


def build_with_mkdocs(folder: Path, pages: dict[str, str]) -> Path:
    """Build pages, given as Markdown by name, with MkDocs; return the site."""
    shutil.rmtree(folder / "docs", ignore_errors=True)
    (folder / "docs").mkdir(parents=True)
    for name, text in pages.items():
        (folder / "docs" / f"{name}.md").write_text(text, "utf-8")
    (folder / "mkdocs.yml").write_text(f"site_name: Guide\ntheme: {theme()}\nnav: [index.md]\n", "utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet"]
    subprocess.run(command, check=True, capture_output=True, timeout=3600, cwd=folder)
    return folder / "site"


def bytes_of_mkdocs(site: Path) -> tuple[int, int]:
    """Return bytes and requests of a first search: the whole index, and the scripts that search it."""
    scripts = [*site.glob("assets/javascripts/workers/search*.js"), *site.glob("search/*.js")]
    files = [site / "search" / "search_index.json", *scripts]
    return sum(gzipped(file.read_bytes()) for file in files), len(files)
