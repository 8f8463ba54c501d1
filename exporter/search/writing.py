"""Bring the data files of search up to date with the pages in site/: those that a page's change concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from exporter.core.encoding import digest
from exporter.core.naming import page_path
from exporter.guide.index.database import read_row
from exporter.search.data_files import index_data, index_path, leaf_data, leaf_path, page_file_data, page_file_path
from exporter.search.shards import HEAVIEST, Changes, Tree, document_id, low_name, posting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.search_tables import PageFile, SearchedPage

    ReadPages: TypeAlias = Callable[[Sequence[PageFile]], Iterator[tuple[SearchedPage, str]]]
    """Reads pages: each as search knows it, and what is shown of it as JSON, "" for a page that is not found."""


class WrittenFile(Protocol):
    """A file after a write: its size, its mtime in nanoseconds."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def mtime(self) -> int:
        """Nanoseconds."""


class Folder(Protocol):
    """The folder site/."""

    def stands(self, path: str, size: int, mtime: int) -> bool:
        """Whether a file still has the size and time that it had."""

    def write(self, path: str, data: bytes) -> WrittenFile:
        """Write a file if its bytes differ."""


class DataFiles:
    """The data files of a guide while they are brought up to date; `gone` are the paths of those that are no more.

    `_gone_postings` and `_new_postings` are those of each token that changes, by locale; `_numbers` are the documents
    that changed, by locale.
    """

    def __init__(self, index: GuideIndex, folder: Folder, names: Mapping[str, str], gone: set[str]) -> None:
        self._index = index
        self._folder = folder
        self._names = names
        self._gone = set(gone)
        self._gone_postings: dict[str, dict[str, list[str]]] = {}
        self._new_postings: dict[str, dict[str, list[str]]] = {}
        self._numbers: set[tuple[str, int]] = set()

    def update(self, read: ReadPages) -> set[str]:
        """Take over the pages that differ and write what they concern; return the paths of the files that are gone."""
        search = self._index.search
        for number in search.gone():
            self._note(search.page(number), None)
            search.delete((number,))
        self._take_over(read)
        self._write_shared_numbers(read)
        for locale, name in self._names.items():
            self._write_words(locale, name)
        return self._gone

    def _take_over(self, read: ReadPages) -> None:
        search = self._index.search
        differing = [page._replace(path=page_path(page.path)) for page in search.differing()]
        known = search.numbers() if differing else set()
        for page, shown in read(differing):
            self._note(search.page(page.number) if page.number in known else None, page)
            search.put(page)
            if page.document is not None:
                self._write_documents(page.locale, page.document, [shown])

    def _note(self, old: SearchedPage | None, new: SearchedPage | None) -> None:
        """Note what a page, other than it was, changes in the postings of tokens."""
        before, after = _postings(old), _postings(new)
        if old is not None and before:
            gone = self._gone_postings.setdefault(old.locale, {})
            same = new is not None and new.locale == old.locale and new.document == old.document
            for token, found in before.items():
                if not same or after.get(token) != found:
                    gone.setdefault(token, []).append(found)
                else:
                    del after[token]
        if new is not None and after:
            postings = self._new_postings.setdefault(new.locale, {})
            for token, found in after.items():
                if token in postings:
                    postings[token].append(found)
                else:
                    postings[token] = [found]
        for page in (old, new):
            if page is not None and page.document is not None:
                self._numbers.add((page.locale, page.document))

    def _write_shared_numbers(self, read: ReadPages) -> None:
        """Write the documents that share a number with another page's, and drop those whose page is no more."""
        for locale, number in sorted(self._numbers):
            pages = self._index.search.pages_of(locale, number)
            if len(pages) > 1:
                shown = {page.path: text for page, text in read(pages)}
                self._write_documents(locale, number, [text for _, text in sorted(shown.items())])
            elif not pages and locale in self._names:
                self._remove(page_file_path(self._names[locale], number))

    def _write_documents(self, locale: str, number: int, shown: list[str]) -> None:
        name = self._names[locale]
        self._write(page_file_path(name, number), page_file_data(name, number, shown))

    def _write_words(self, locale: str, name: str) -> None:
        """Write the leaves of a locale whose postings changed, and its index."""
        search = self._index.search
        tree = Tree(search.leaves(locale), lambda prefix: search.postings(locale, prefix))
        gone, new = self._gone_postings.get(locale, {}), self._new_postings.get(locale, {})
        tree.apply({token: Changes(gone.get(token, []), new.get(token, [])) for token in gone.keys() | new.keys()})
        for prefix in tree.dropped:
            search.delete_leaf(locale, prefix)
            self._remove(leaf_path(name, low_name(prefix)))
        for prefix, postings in tree.written.items():
            search.put_leaf(locale, prefix, tree.size_of(prefix), postings)
            low = low_name(prefix)
            self._write(leaf_path(name, low), leaf_data(name, low, postings))
        self._write(index_path(name), index_data(name, search.count(locale), tree.names))

    def _write(self, path: str, data: bytes) -> None:
        self._gone.discard(path)
        written = self._folder.write(path, data)
        self._index.copies.insert_made(path, written.size, written.mtime, digest(data))

    def _remove(self, path: str) -> None:
        self._gone.add(path)
        self._index.copies.delete((path,))


def _postings(page: SearchedPage | None) -> dict[str, str]:
    """Return what stands for a page in the postings of its tokens."""
    if page is None or page.document is None or page.weights is None:
        return {}
    identifier = document_id(page.document)
    by_weight = {weight: posting(identifier, weight) for weight in range(HEAVIEST + 1)}
    return {token: by_weight[weight] for token, weight in read_row(page.weights).items()}
