"""A small guide as its pages see it, with partial templates that only print their names."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from markupsafe import Markup

from exporter.build.pictures.looking import look_at
from exporter.build.scan import look_at_files, read_files
from exporter.build.update import look_for_items, update_items
from exporter.config.site_schema import SiteConfig
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.library.library import Library
from exporter.guide.pages.planner import PagePlanner
from exporter.guide.schema.read_model import read_guide_model
from exporter.render.view.view import View
from tests.conftest import CATEGORY, PICTURE, PLACE, SpaceFiles, asset, entry, locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HERE = "/place/castle/"


@contextmanager
def open_views(folder: Path) -> Iterator[Callable[[str], View]]:
    """Make a guide of two places and a picture in a folder; yield a function from a page's URL to its view."""
    files = SpaceFiles(folder)
    files.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("ar", "en-US")])
    files.put(entry("place", "castle", title={"en-US": "Castle", "ar": "القلعة"}, slug="castle"))
    files.put(entry("place", "mill", title="<i>The mill</i>", slug="mill"))
    files.put(asset("pic", "castle.svg", len(PICTURE)), file=PICTURE)
    guide_model = read_guide_model(
        files.root, SiteConfig.model_validate({"title": "Guide", "source": {"local": "demo"}})
    )
    with closing(GuideIndex(None)) as index:
        planner = PagePlanner(index, guide_model)
        look = look_for_items(index, files.root, everything=True)
        update_items(index, planner, look, read_files(files.root, guide_model, look.now), everything=True)
        index.pictures.put_facts(look_at(files.root, folder, list(look_at_files(files.root))))
        planner.settle()
        planner.place_others()
        planner.refuse_conflicts()
        library = Library(index, guide_model, files.root, files.root / "templates")

        def at(url: str) -> View:
            ((_, page),) = index.pages.at(url)
            return View(library, page, lambda name, **_: Markup("[{}]").format(name))

        yield at
