"""The spaces of the corpus, each behind its own loopback server, and the exporter's guides built from them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.corpus.answers import body_token
from tests.benchmarks.corpus.items import DEFAULT
from tests.benchmarks.corpus.places import CATEGORIES, SPACE, Corpus, changed_words, identifier, slug
from tests.benchmarks.corpus.trees import navigation
from tests.benchmarks.rounds import PROJECT, Bench, Spent, ensure, spend

if TYPE_CHECKING:
    from collections.abc import Iterator

PEERS_MARKUP = Path(__file__).parent / "templates"
THEME_BEFORE = PEERS_MARKUP / "theme-before"
"""The built-in theme as it was before it was designed: all its templates and static files."""
_CORPUS = Path(__file__).parent / "corpus"

WALK = """
import os, sys, time
def walk(folder):
    found = 0
    with os.scandir(folder) as entries:
        for item in entries:
            if item.is_dir():
                found += walk(item.path)
            elif not item.name.endswith(".md"):
                item.stat()
                found += 1
    return found
wall, processor = time.perf_counter(), time.process_time()
found = sum(map(walk, sys.argv[1:]))
print(found, time.perf_counter() - wall, time.process_time() - processor)
"""


@dataclass(frozen=True)
class Space:
    """A space that is being served."""

    corpus: Corpus
    port: int

    @property
    def places(self) -> int:
        """The number of its places."""
        return self.corpus.places

    @property
    def items(self) -> int:
        """The number of its items."""
        return self.corpus.items

    @property
    def source(self) -> str:
        """The key `source` of site.yaml."""
        return f'{{space: {SPACE}, url: "http://127.0.0.1:{self.port}"}}'


@contextmanager
def serve(data: Path, places: int) -> Iterator[Space]:
    """Serve a space by a process of its own while the block runs; write its answers first if they are not there."""
    folder = _written(data, places)
    command = [sys.executable, "-m", "tests.benchmarks.stub", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        try:
            assert process.stdout is not None
            ready, _, port = process.stdout.readline().partition(" ")
            ensure(ready == "ready", "the stub of the service did not start")
            yield Space(Corpus(places), int(port))
        finally:
            process.terminate()


def _written(data: Path, places: int) -> Path:
    """Return the folder of a space's answers; those that another version of the corpus wrote are not used."""
    sources = b"".join(path.read_bytes() for path in sorted(_CORPUS.glob("*.py")))
    folder = data / f"{places}-{zlib.crc32(sources):08x}"
    if not folder.exists():
        print(f"making a space of {places:,} places", file=sys.stderr, flush=True)
        unfinished = data / f"{folder.name}-unfinished"
        spend([sys.executable, "-m", "tests.benchmarks.corpus.answers", str(places), str(unfinished)])
        unfinished.rename(folder)
    return folder


_RENDERED_BESIDE = (
    "404.html",
    *(f"map/{name}" for name in ("overview.svg", "places.gpx", "places.kml", "places.geojson")),
)


def pages_in(folder: Path) -> int:
    """Return the number of pages in a folder."""
    return sum(1 for _ in folder.rglob("index.html"))


@dataclass
class Guide:
    """A guide built by the exporter. Its runs check that they did their work; `changes` counts the changed bodies."""

    bench: Bench
    space: Space
    root: Path
    pages: int = 0
    changes: int = 0

    @property
    def site(self) -> Path:
        """The folder of the pages."""
        return self.root / "site"

    @property
    def changing(self) -> Path:
        """The page whose body changes."""
        return self.site / "place" / slug("place", self.space.corpus.changing) / "index.html"

    def run(self, *arguments: str) -> tuple[Spent, dict[str, Any]]:
        """Run a command in a process of its own; return what it used and its JSON report."""
        command = [sys.executable, "-m", "exporter", "-C", str(self.root), "--json", *arguments]
        spent, printed = self.bench.spend(command)
        return spent, json.loads(printed)

    def render_anew(self, jobs: int) -> Spent:
        """Render from scratch, into new folders."""
        self.bench.discard(self.site, self.root / ".export")
        return self.render_all(jobs)

    def render_all(self, jobs: int) -> Spent:
        """Render a guide that has not been rendered yet."""
        spent, report = self.run("render", "-j", str(jobs))
        done = report["render"]
        self.pages = pages_in(self.site) + sum((self.site / name).is_file() for name in _RENDERED_BESIDE)
        ensure(done["rendered"] >= done["pages"] == self.pages, f"there are {self.pages} pages, but: {done}")
        counts = pages_in(self.site / "place"), pages_in(self.site / "category")
        lists = self.pages - sum(counts) - 1
        ensure(counts >= (self.space.places, CATEGORIES) and lists >= 0, f"pages are missing: {counts}, {done}")
        return spent

    def render_again(self) -> Spent:
        """Render when nothing has changed."""
        spent, report = self.run("render")
        done = report["render"]
        nothing = not (done["rendered"] or done["written"] or done["removed"])
        ensure(nothing and done["pages"] == self.pages, f"nothing changed, but: {done}")
        return spent

    def render_foot(self, jobs: int) -> Spent:
        """Render when the template of all pages has another foot."""
        self.changes += 1
        base, line = self.root / "templates" / "base.html", f"<p>Foot {self.changes}</p>"
        base.write_text(re.sub("(<p>Foot [0-9]+</p>)?</body>", f"{line}</body>", base.read_text("utf-8")), "utf-8")
        spent, report = self.run("render", "-j", str(jobs))
        ensure(report["render"]["written"] >= self.space.places, f"the foot changed, but: {report['render']}")
        ensure(line in self.changing.read_text("utf-8"), f"{self.changing} does not contain {line}")
        return spent

    def build_change(self) -> Spent:
        """Build when the space has a new body for one place."""
        self.changes += 1
        state = self.root / ".syncstate"
        values = json.loads(state.read_text("utf-8"))
        state.write_text(json.dumps({**values, "token": body_token(self.changes)}), "utf-8")
        spent, report = self.run("build")
        synced, done = report["sync"], report["render"]
        ensure(synced["upserted"] == 1 and not synced["full"], f"one body changed, but: {synced}")
        ensure(done["rendered"] >= 1 and done["written"] >= 1, f"one body changed, but: {done}")
        new = changed_words(self.changes)
        twin = f"{identifier('place', self.space.corpus.changing)}.{DEFAULT}.md"
        for page in (self.changing, self.root / "content/entries/place" / twin):
            ensure(new in page.read_text("utf-8"), f"{page} does not contain {new}")
        return spent

    def walk(self) -> Spent:
        """Scan the files that a render scans and do nothing else; the start of the interpreter does not count."""
        content = self.root / "content"
        folders = map(str, (content / "entries", content / "assets", self.site))
        spent, printed = self.bench.spend([sys.executable, "-c", WALK, *folders])
        found, wall, processor = printed.split()
        ensure(int(found) >= self.space.items + self.pages, f"the walk found {found} files")
        return spent._replace(wall=float(wall), processor=float(processor))


def make_guide(
    bench: Bench,
    space: Space,
    name: str,
    like: Guide | None = None,
    *,
    templates: Path | None = PEERS_MARKUP,
    offline: bool = False,
) -> Guide:
    """Create a guide with the templates of a folder, by default those that make the peers' markup, or without any.

    Its mirror is synced, or hard-linked file by file from that of another guide.
    """
    guide = Guide(bench, space, bench.folder / name)
    guide.root.mkdir()
    (guide.root / "site.yaml").write_text(
        f"title: Guide\nlocales: [en-US]\noffline: {str(offline).lower()}\ncontent: {{assets: link}}\n"
        f"source: {space.source}\n"
        'pages: {place: {url: "/place/{slug}/"}, category: {url: "/category/{slug}/"}}\n',
        "utf-8",
    )
    if templates is not None:
        shutil.copytree(templates, guide.root / "templates", ignore=shutil.ignore_patterns(THEME_BEFORE.name))
        base = guide.root / "templates" / "base.html"
        base.write_text(base.read_text("utf-8").replace("NAVIGATION", navigation()), "utf-8")
    if like is not None:
        shutil.copytree(like.root / "content", guide.root / "content", copy_function=os.link)
        shutil.copy2(like.root / ".syncstate", guide.root / ".syncstate")
        return guide
    _, report = guide.run("sync")
    ensure(report["sync"]["upserted"] == space.items, f"the space has {space.items} items, but: {report}")
    return guide
