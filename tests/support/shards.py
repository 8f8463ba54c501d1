"""Guides of some more places, what their index recorded, and clones of them; used by the tests of shards."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

from exporter.guide.index.guide_index import INDEX, GuideIndex
from tests.conftest import Guide, entry, link

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SpaceFiles


def put_places(space: SpaceFiles, count: int) -> None:
    """Publish places that link to one another's category and picture, a third of them in German too."""
    for number in range(count):
        linked: dict[str, Any] = {"category": link("Entry", "sights"), "picture": link("Asset", "pic")}
        titles = {"en-US": f"Place {number}", **({"de-DE": f"Ort {number}"} if number % 3 == 0 else {})}
        space.put(entry("place", f"p{number}", title=titles, slug=f"p{number}", body="[mill](/place/mill/)", **linked))


def clone(guide: Guide, root: Path) -> Guide:
    """Return the guide as git would have it, in another folder."""
    root.mkdir(parents=True)
    for name in ("content", "templates"):
        if (guide.root / name).is_dir():
            shutil.copytree(guide.root / name, root / name)
    for name in ("site.yaml", ".syncstate"):
        shutil.copy(guide.root / name, root)
    return Guide(root, guide.call)


def recorded(guide: Guide) -> dict[str, Any]:
    """Return what the index recorded, by address instead of by number."""
    with closing(GuideIndex(guide.root / ".export" / INDEX, read_only=True)) as index:
        urls = {number: page.url for number, page in index.pages.all()}
        built = index.rows("SELECT page, shared_set, size, digest, problems FROM built")
        return {
            "built": sorted((urls[row[0]], *map(repr, row[1:])) for row in built),
            "reads": sorted((urls[page], data) for page, data in index.rows("SELECT page, data FROM reads")),
            "readers": sorted((subject, urls[page]) for subject, page in index.rows("SELECT * FROM reader")),
            "shared": sorted(index.rows("SELECT * FROM shared_set")),
            "arguments": set(index.rows("SELECT * FROM argument_set")),
        }
