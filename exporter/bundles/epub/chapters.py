"""Which pages a book has, in which order, and its table of contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.index.records import PageKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.bundles.bundling import Bundling
    from exporter.guide.index.records import Page


class Chapter(NamedTuple):
    """A part of the table of contents: the list that it is of, `called` so where that has no page, and its entries.

    `further` are pages of a long list, which the table does not name.
    """

    called: str
    page: Page | None
    entries: tuple[Page, ...]
    further: tuple[Page, ...] = ()

    def pages(self) -> Iterator[Page]:
        """Yield its pages in the order of the book."""
        yield from [self.page] if self.page is not None else []
        yield from (*self.further, *self.entries)


class Volume(NamedTuple):
    """A language's part of a book."""

    locale: str
    home: Page | None
    chapters: tuple[Chapter, ...]

    def pages(self) -> Iterator[Page]:
        """Yield its pages in the order of the book."""
        yield from [self.home] if self.home is not None else []
        for chapter in self.chapters:
            yield from chapter.pages()


def volumes_of(bundling: Bundling) -> list[Volume]:
    """Return the parts of a book by language, in each the chapters by content type.

    Own pages of what is shown as part of others are left out: whoever links to one adds it.
    """
    guide, volumes = bundling.guide, []
    for code in bundling.selection.locales:
        pages = [page for _, page in bundling.selection.readable() if page.locale == code]
        home = next((page for page in pages if page.url == guide.prefixes[code]), None)
        left = [page for page in pages if page is not home and page.type_id not in guide.mere_parts]
        types = [name for name in guide.types if name not in guide.mere_parts]
        chapters = [_chapter(bundling, code, type_id, left) for type_id in types]
        chapters += _lists(left)
        chapters += [Chapter("", page, ()) for page in left if not page.type_id]
        volumes.append(Volume(code, home, tuple(chapter for chapter in chapters if any(chapter.pages()))))
    return volumes


def _chapter(bundling: Bundling, code: str, type_id: str, pages: Iterable[Page]) -> Chapter:
    """Return the chapter of a content type, its entries in the order of their list."""
    own = [page for page in pages if page.type_id == type_id]
    lists = [page for page in own if page.kind is PageKind.LIST]
    entries = {page.key: page for page in own if page.kind is PageKind.ENTRY and page.key is not None}
    listed = dict.fromkeys(bundling.index.labels.keys(type_id, code))
    order = [key for key in (*listed, *(key for key in entries if key not in listed)) if key in entries]
    main = next((page for page in lists if not page.letter), None)
    content_type = bundling.guide.model.types[type_id]
    further = tuple(page for page in lists if page is not main)
    return Chapter(content_type.name, main, tuple(entries[key] for key in order), further)


def _lists(pages: Iterable[Page]) -> list[Chapter]:
    """Return the chapters of the lists of site.yaml, which have no entries of their own."""
    found: dict[str, list[Page]] = {}
    for page in pages:
        if page.kind is PageKind.LIST and page.type_id.startswith("@"):
            found.setdefault(page.type_id.partition("/")[0], []).append(page)
    return [Chapter("", pages[0], (), tuple(pages[1:])) for pages in found.values()]
