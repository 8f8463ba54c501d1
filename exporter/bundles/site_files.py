"""The files of site/ that a bundle has, pages prepared for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.bundles.prepare import OFFLINE, paths_in, prepare
from exporter.bundles.search_data import data_folder, search_files
from exporter.bundles.selection import HTML, READABLE
from exporter.core.files import read_file, walk_files
from exporter.guide.index.records import PageKind
from exporter.guide.pages.host_redirects import LISTS
from exporter.pictures.offers import FOLDER as PICTURES
from exporter.search.data_files import index_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from exporter.bundles.selection import Selection
    from exporter.guide.index.records import Page

_NOT_ALONG = (OFFLINE, "updates/", ".")
"""What the guide on a reader's device is updated from, and the program's own marks."""
_LEFT = frozenset({"sw.js", "icon-192.png", "icon-512.png", *LISTS.values(), "_headers", "_headers.nginx"})
_ASSETS = ("files/", f"{PICTURES}/")


class SiteFile(NamedTuple):
    """A file of a bundle: its path, and its bytes or, where they are those of site/, the file there.

    `page` is what the guide knows of it, None for a file that is no page.
    """

    path: str
    data: bytes | Path
    page: Page | None = None


class SiteFiles:
    """The files of a bundle, in the order of their paths; `paths` are known before any is read.

    Where only some pages were chosen, asset files and pictures go along that these link to or load, and search finds
    these alone.
    """

    def __init__(
        self, output: Path, pages: Sequence[tuple[int, Page]], selection: Selection, folders: Mapping[str, str]
    ) -> None:
        self._output = output
        self._chosen = {page.path: page for _, page in selection.pages}
        planned = {page.path for _, page in pages}
        standing = {path for path in walk_files(output) if path in self._chosen or path not in planned}
        self.paths = {path for path in standing if path in self._chosen or not _is_left(path)}
        self._search: dict[str, bytes] = {}
        if not selection.is_whole:
            self.paths -= self._unused()
            self._search_again(folders)

    def _unused(self) -> set[str]:
        """Return the asset files, the pictures, and the files made from the content, that no chosen page leads to."""
        made = {path for path in self._chosen if not path.endswith(HTML)}
        files = {path for path in self.paths if path.startswith(_ASSETS)} | made
        for path in (self._chosen.keys() - made) & self.paths:
            files -= paths_in(self._prepared(path), path)
        return files

    def _search_again(self, folders: Mapping[str, str]) -> None:
        """Let search find the chosen pages alone; `folders` names that of each locale's data files."""
        if not {index_path(folder) for folder in folders.values()} & self.paths:
            return
        self.paths -= {path for path in self.paths if path.startswith(tuple(map(data_folder, folders.values())))}
        pages = [page for page in self._chosen.values() if page.kind in READABLE and page.path in self.paths]
        self._search = search_files(((page, self._prepared(page.path).encode()) for page in pages), folders)
        self.paths |= self._search.keys()

    def __iter__(self) -> Iterator[SiteFile]:
        for path in sorted(self.paths):
            page = self._chosen.get(path)
            if path in self._search:
                yield SiteFile(path, self._search[path])
            elif page is not None and path.endswith(HTML):
                yield SiteFile(path, self._prepared(path).encode(), page)
            else:
                yield SiteFile(path, self._output / path, page)

    def has(self, path: str) -> bool:
        """Whether a link to a path leads to a file: that one, or a folder's index.html."""
        return path in self.paths or f"{path}/index.html" in self.paths

    def _prepared(self, path: str) -> str:
        return prepare(read_file(f"{self._output}/{path}").decode("utf-8", "replace"), path, self.has)

    @property
    def pages(self) -> int:
        """The number of pages that readers read, redirects left out."""
        return sum(page.kind is not PageKind.MOVED and path.endswith(HTML) for path, page in self._chosen.items())


def _is_left(path: str) -> bool:
    return path in _LEFT or path.startswith(_NOT_ALONG)
