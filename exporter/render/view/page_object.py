"""The page as templates see it."""

from __future__ import annotations

from typing import NamedTuple

from exporter.core.naming import page_path
from exporter.guide.index.records import Page, PageKind


class PageObject(NamedTuple):
    """The page that is being rendered, as `page` in templates: `letter` is also the number of a numbered page."""

    kind: str
    url: str
    locale: str
    key: str | None
    type_id: str
    letter: str
    template: str

    @property
    def path(self) -> str:
        """The file under site/."""
        return page_path(self.url)


def page_object(page: Page) -> PageObject:
    """Return a page as templates see it."""
    kind = PageKind.SITEMAP if page.kind is PageKind.SITEMAP_INDEX else page.kind
    part = page.letter or (str(page.number) if page.number else "")
    return PageObject(kind.value, page.url, page.locale, page.key, page.type_id, part, page.template)
