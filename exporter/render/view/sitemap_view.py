"""The sitemap as its template sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.guide.index.records import PageKind
from exporter.guide.library import questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.render.view.view import View


class Sitemap:
    """The file of the sitemap that is being rendered: its `urls`, or the `files` that it is the index of."""

    __slots__ = ("_view",)

    def __init__(self, view: View) -> None:
        self._view = view

    @property
    def files(self) -> tuple[str, ...]:
        """The addresses of the other files; none where this one lists pages."""
        page = self._view.page
        if page.kind is not PageKind.SITEMAP_INDEX:
            return ()
        return tuple(f"/sitemap-{index + 1}.xml" for index in range(page.sitemap_files))

    @property
    def urls(self) -> Iterator[dict[str, Any]]:
        """Yield each address with the date of its last change, where known, and the page's languages, where several.

        Readers of any other language get `x-default`: the page in the guide's first language, if it has one there.
        """
        page = self._view.page
        if page.kind is PageKind.SITEMAP_INDEX:
            return
        own = self._view.guide.locales[0]
        for date, places in self._view.ask(questions.sitemap_urls(page.sitemap_file, page.sitemap_files)):
            default = [("x-default", url) for code, url in places if code == own]
            for _, url in places:
                yield {"url": url, "date": date, "alternates": [*places, *default] if len(places) > 1 else ()}
