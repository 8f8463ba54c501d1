"""List what a run changed, with titles and pages, for the summary of a step."""

from __future__ import annotations

from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING

from exporter.build.drift import INDEX, look_of
from exporter.core.files import read_bytes
from exporter.core.model import item_from_bytes
from exporter.core.naming import page_path
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.schema.read_model import read_guide_model
from exporter.mirror.message import HOWS, ItemTitles
from exporter.report.changes import MOST_LISTED, Changes, ListedChange, SiteChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exporter.build.result import BuildResult
    from exporter.config.settings import Project
    from exporter.report.sync_report import ItemChange

_MOST_LOOKED_AT = 2000
"""Files of site/ among which pages to list are looked for: after a new template they can be all of them."""


def find_changes(project: Project, items: Sequence[ItemChange], result: BuildResult | None = None) -> Changes:
    """Return what came with a sync, else the pages of entries that a render changed, and what became of site/.

    `result` is None where nothing was rendered; then no item has a page.
    """
    base_url = project.site.base_url or ""
    ordered = sorted(items, key=lambda change: (HOWS.index(change.how), change.type.casefold(), change.title))
    if result is None:
        listed = [ListedChange(change.how, change.item, change.type, change.title) for change in ordered[:MOST_LISTED]]
        return Changes(tuple(listed), len(ordered) - len(listed), base_url=base_url)
    with closing(GuideIndex(project.cache / INDEX, read_only=True)) as index:
        pages = _Pages(project, index)
        if ordered or result.before is None:
            listed = [pages.with_page(change) for change in ordered[:MOST_LISTED]]
            more = len(ordered) - len(listed)
        else:
            listed = [*islice(pages.changed(result), MOST_LISTED)]
            more = 0
        return Changes(tuple(listed), more, pages.site_change(result), base_url)


class _Pages:
    """The pages of entries in the guide's first locale."""

    def __init__(self, project: Project, index: GuideIndex) -> None:
        self._project = project
        self._index = index
        self._guide = read_guide_model(project.content, project.site)
        self._titles = ItemTitles(self._guide.model)

    def with_page(self, change: ItemChange) -> ListedChange:
        """Return what became of an item, with the page that it has now."""
        url = self._index.pages.addresses([change.item]).get(change.item, {}).get(self._guide.locales[0], "")
        return ListedChange(change.how, change.item, change.type, change.title, url, self._size(url))

    def changed(self, result: BuildResult) -> Iterator[ListedChange]:
        """Yield the pages that are new, then those that are different."""
        found = chain((("new", path) for path in result.added), (("changed", path) for path in result.changed))
        for how, path in islice(found, _MOST_LOOKED_AT):
            url = f"/{path.removesuffix('index.html')}"
            for _, page in self._index.pages.at(url):
                if page.locale == self._guide.locales[0] and page.key and page.key.startswith("entry:"):
                    yield self._described(how, page.key, url)

    def _described(self, how: str, key: str, url: str) -> ListedChange:
        path = self._index.items.path_of(key)
        data = read_bytes(self._project.content / path) if path is not None else None
        item = item_from_bytes(data) if data is not None else None
        if item is None:
            return ListedChange(how, key, "", key, url, self._size(url))
        type_name = self._titles.type_name(item.key, item)
        return ListedChange(how, key, type_name, self._titles.title(item), url, self._size(url))

    def _size(self, url: str) -> int:
        look = look_of(f"{self._project.output}/{page_path(url)}") if url else None
        return look[0] if look is not None else 0

    def site_change(self, result: BuildResult) -> SiteChange:
        """Return what became of the files of site/."""
        looks = (look_of(f"{self._project.output}/{path}") for path in chain(result.added, result.changed))
        size = sum(look[0] for look in looks if look is not None)
        return SiteChange(len(result.added), len(result.changed), len(result.removed), size)
