"""The sitemap as its template sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
        number, _, files = self._view.page.letter.partition("/")
        return () if number else tuple(f"/sitemap-{index + 1}.xml" for index in range(int(files)))

    @property
    def urls(self) -> Iterator[dict[str, Any]]:
        """Yield each address with the date of its last change, where known, and the page's languages, where several.

        Readers of any other language get `x-default`: the page in the guide's first language, if it has one there.
        """
        if self._view.page.letter.startswith("/"):
            return
        own = self._view.guide.locales[0]
        for date, places in self._view.ask(f"sitemap:{self._view.page.letter}"):
            default = [("x-default", url) for code, url in places if code == own]
            for _, url in places:
                yield {"url": url, "date": date, "alternates": [*places, *default] if len(places) > 1 else ()}
