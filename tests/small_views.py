"""A small guide as its pages see it, with partial templates that only say their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from exporter.config import Site
from exporter.guide.frame import read_frame
from exporter.guide.index import GuideIndex
from exporter.guide.library import Library
from exporter.guide.objects import View
from exporter.guide.pages import Planner
from exporter.guide.scan import read_files
from exporter.guide.update import look_for_items, update_items
from tests.conftest import CATEGORY, PICTURE, PLACE, SpaceFiles, asset, entry, locale

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HERE = "/place/castle/"


def open_views(folder: Path) -> Callable[[str], View]:
    """Make a guide of two places and a picture in a folder; give what makes the view of the page at an address."""
    files = SpaceFiles(folder)
    files.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("ar", "en-US")])
    files.put(entry("place", "castle", title={"en-US": "Castle", "ar": "القلعة"}, slug="castle"))
    files.put(entry("place", "mill", title="<i>The mill</i>", slug="mill"))
    files.put(asset("pic", "castle.svg", len(PICTURE)), file=PICTURE)
    frame = read_frame(files.root, Site.model_validate({"title": "Guide", "source": {"local": "demo"}}))
    index = GuideIndex(None)
    planner = Planner(index, frame)
    look = look_for_items(index, files.root, everything=True)
    update_items(index, planner, look, read_files(files.root, frame, look.now), everything=True)
    planner.settle()
    planner.place_others()
    library = Library(index, frame, files.root, files.root / "templates")

    def at(url: str) -> View:
        ((_, page),) = index.pages("url = ?", url)
        return View(library, page, lambda name, **_: Markup("[{}]").format(name))

    return at
