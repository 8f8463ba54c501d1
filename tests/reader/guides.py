"""Small guides, and a site on the disk whose builds go through the publisher."""

from __future__ import annotations

import hashlib
import random
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from exporter.reader.model import Keeping, Publication, PublishedChange, ReaderReport, SiteFile
from exporter.reader.publish import publish_updates

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "harbour",
    "bridge",
    "market",
    "tower",
    "garden",
    "quay",
    "hill",
    "café",
    "straße",
    "港",
    "old",
    "lane",
    "view",
)
LOCALE = "en-US"


def words(rnd: random.Random, count: int) -> str:
    return " ".join(rnd.choice(WORDS) for _ in range(count))


def page(
    number: int, *, title: str = "", text: str = "", guide: str = "A guide", nav: str = "", foot: str = ""
) -> bytes:
    rnd = random.Random(number)
    title = title or f"{words(rnd, 2)} {number}"
    paragraphs = "\n".join(f"<p>{words(rnd, 40)}.</p>" for _ in range(4))
    lines = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f"<title>{title} – {guide}</title>",
        f'<link rel="canonical" href="https://guide.example.org/g/place/{number}/">',
        "</head>",
        "<body>",
        '<nav aria-label="Sections">',
        f'  <a class="brand" href="../index.html">{guide}</a>',
        '  <a href="../city/index.html">City</a>',
        '  <a href="../place/index.html">Place</a>',
        *([nav] if nav else []),
        "</nav>",
        "<main>",
        f"<h1>{title}</h1>",
        paragraphs,
        f"<p>{text or 'Nothing more.'}</p>",
        "</main>",
        '<footer class="bottom">',
        f"  <p>{guide} · offline</p>",
        *([foot] if foot else []),
        "</footer>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines).encode()


def minified(data: bytes) -> bytes:
    return data.replace(b"\n", b"")


def guide_pages(count: int, **shared: str) -> dict[str, bytes]:
    pages = {f"place/p{number:05}/index.html": page(number, **shared) for number in range(count)}
    listed = "".join(f'<li><a href="p{number:05}/index.html">{number}</a></li>\n' for number in range(min(count, 50)))
    pages["place/index.html"] = page(-1, title="Places", text=listed, **shared)
    pages["style.css"] = b"body { color: #222; }\na { color: #0b6e4f; }\n"
    return pages


@dataclass
class Guide:
    """A guide in a folder; `publish` builds the given pages and publishes what differs from the previous build."""

    root: Path
    keeping: Keeping = field(default_factory=lambda: Keeping(within_packs=False))
    pages: dict[str, bytes] = field(default_factory=dict)
    time: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    builds: int = 0
    locales: tuple[str, ...] = (LOCALE,)
    jobs: int = 1

    @property
    def site(self) -> Path:
        return self.root / "site"

    @property
    def updates(self) -> Path:
        return self.site / "updates" / LOCALE

    @property
    def state(self) -> Path:
        return self.root / ".export" / "reader"

    def publication(self) -> Publication:
        return Publication(self.site, self.state, self.locales, self.time, self.keeping, self.jobs)

    def build(self, pages: dict[str, bytes]) -> PublishedChange:
        """Write the site as a build would, and return what changed."""
        written = [path for path, data in pages.items() if self.pages.get(path) != data]
        removed = [path for path in self.pages if path not in pages]
        for path in removed:
            (self.site / path).unlink()
        for path in written:
            (self.site / path).parent.mkdir(parents=True, exist_ok=True)
            (self.site / path).write_bytes(pages[path])
        before = str(self.builds)
        if written or removed:
            self.builds += 1
        self.pages = dict(pages)
        return PublishedChange(
            tuple(self._file(path) for path in written),
            tuple(removed),
            before,
            str(self.builds),
            self.listing,
        )

    def listing(self) -> list[SiteFile]:
        return [self._file(path) for path in self.pages]

    def _file(self, path: str) -> SiteFile:
        return SiteFile(path, self.locales, hashlib.sha256(self.pages[path]).hexdigest())

    def publish(self, pages: dict[str, bytes], after: timedelta = timedelta(days=1)) -> ReaderReport:
        self.time += after
        return publish_updates(self.build(pages), self.publication())

    def lose(self, what: str) -> None:
        shutil.rmtree(self.root / ".export" if what == "state" else self.site / "updates", ignore_errors=True)
