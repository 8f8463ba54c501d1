"""A guide of as many places as are asked for, with edits of every kind that a reader pays for."""

from __future__ import annotations

import random
import re
import shutil
from typing import TYPE_CHECKING, Any, Protocol

from tests.conftest import PROJECT, content_type, entry, link, locale
from tests.reader.guides import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import SpaceFiles

THEME = PROJECT / "exporter/theme"
BENCH = PROJECT / "tests/benchmarks/templates"
PER_CATEGORY = 30
LOCATION = {"id": "location", "name": "Location", "type": "Location", "localized": False}
NAVIGATION = '<nav><a href="/category/">Category</a> <a href="/city/">City</a></nav>'

_KINDS = (
    content_type(
        "place",
        ("title", "Symbol"),
        ("slug", "Symbol"),
        ("body", "Text"),
        {"id": "category", "name": "Category", "type": "Link", "linkType": "Entry", "localized": False},
        LOCATION,
        {"id": "rating", "name": "Rating", "type": "Number", "localized": False},
    ),
    content_type("category", ("title", "Symbol"), ("slug", "Symbol")),
)


SENTENCE = " The tower above the old bridge is open on Sundays from May to September."


class Built(Protocol):
    """A guide's folder, and what builds it."""

    @property
    def root(self) -> Path:
        """The guide's folder."""

    def build(self) -> Any:
        """Build the guide."""


def place(number: int, revision: int = 1, *, title: str = "", more: str = "") -> dict[str, object]:
    """A place with about 3 kB of text."""
    rnd = random.Random(number)
    name = f"{words(rnd, 2).title()} {number}"
    parts = [". ".join(words(rnd, rnd.randint(6, 16)).capitalize() for _ in range(6)) + "." for _ in range(5)]
    parts[2:2] = [f"## {words(rnd, 3).title()}", "\n".join(f"- {words(rnd, 8)}" for _ in range(4))]
    parts[0] += more
    where = {"lat": round(rnd.uniform(-60, 60), 6), "lon": round(rnd.uniform(-180, 180), 6)}
    fields = {
        "title": title or name,
        "slug": f"place-{number:06}",
        "body": "\n\n".join(parts),
        "category": link("Entry", f"category{number % 20 if number < 400 else number // PER_CATEGORY}"),
        "location": {"en-US": where},
        "rating": rnd.randint(10, 50) / 10,
    }
    return entry("place", f"place{number:06}", revision, **fields)


def write_corpus(space: SpaceFiles, places: int) -> None:
    """Write the space."""
    shutil.rmtree(space.root, ignore_errors=True)
    space.put_model(*_KINDS, locales=[locale("en-US", default=True)])
    for number in range(max(20, places // PER_CATEGORY + 1)):
        title = f"{words(random.Random(-1 - number), 2).title()} {number}"
        space.put(entry("category", f"category{number}", title=title, slug=f"category-{number:03}"))
    for number in range(places):
        space.put(place(number))


def write_site(guide: Built, space: SpaceFiles, title: str = "A guide") -> None:
    """Write site.yaml."""
    lines = (f"title: {title}", "description: A guide.", "base_url: https://guide.example.org/g/")
    text = "\n".join((*lines, f"source: {{local: {space.root}}}", ""))
    (guide.root / "site.yaml").write_text(text, "utf-8")


def write_template(guide: Built, look: str, edit: Callable[[str], str] = str) -> None:
    """Write the templates of a look, the base edited."""
    folder = guide.root / "templates"
    folder.mkdir(exist_ok=True)
    for path in [THEME / "base.html"] if look == "theme" else BENCH.glob("*.html"):
        text = path.read_text("utf-8").replace("NAVIGATION", NAVIGATION)
        (folder / path.name).write_text(edit(text) if path.name == "base.html" else text, "utf-8")


def with_foot(text: str) -> str:
    line = "<p>Kept by the friends of the harbour.</p>\n"
    return (
        text.replace("</footer>", f"  {line}</footer>")
        if "</footer>" in text
        else text.replace("</body>", f"{line}</body>")
    )


def with_item(text: str) -> str:
    if NAVIGATION in text:
        return text.replace("</nav>", ' <a href="/walk/">Walk</a></nav>')
    return text.replace("{% for item in lists %}", '    <a href="{{ home }}#walks">Walks</a>\n{% for item in lists %}')


_RECORDS = (".html", ".css", ".js", ".svg", ".webmanifest", ".gpx")
"""Suffixes of the files that travel to the device as records."""


def site_pages(root: Path, known: dict[str, bytes]) -> dict[str, bytes]:
    """The files of the site that travel as records; those that stayed are the objects that they were."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.suffix in _RECORDS and name != "sw.js" and not re.match("search/[^/]+/", name):
            data = path.read_bytes()
            found[name] = known[name] if known.get(name) == data else data
    return found
