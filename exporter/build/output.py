"""The folder site/: pages and copies are written where they differ, what nothing names is swept."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.drift import folder_mtime, look_of
from exporter.core.containment import (
    PlainFolders,
    is_plain_folder,
    is_plain_folder_at,
    list_folder,
    look_at,
    remove_links,
    remove_whole,
    walk_folders,
    walk_links,
)
from exporter.core.encoding import digest
from exporter.core.errors import GuardError
from exporter.core.files import (
    clear_way,
    read_bytes,
    read_file,
    remove,
    remove_empty_folders,
    walk_files,
    write_atomic,
    write_bytes,
)
from exporter.core.naming import page_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from exporter.build.drift import OutputDrift
    from exporter.config.settings import Project
    from exporter.guide.index.guide_index import GuideIndex

MARKER = ".exporter"
_MARKER_TEXT = b"This folder is written by exporter; files of your own go into templates/static/.\n"
HISTORY = "updates"


def check_output(output: Path) -> None:
    """Raise GuardError for a folder that holds files and is not ours."""
    mark = look_at(f"{output}/{MARKER}")
    if output.is_dir() and any(output.iterdir()) and (mark is None or is_plain_folder(mark)):
        raise GuardError(
            "output-foreign", f"{output} holds files but not the mark {MARKER} of a guide: move it away, then run again"
        )


def clean_output(project: Project, *, pages: bool = True) -> None:
    """Make site/ and .export/ as if they were absent; the history in site/updates/ and the lock stay.

    Without `pages`, site/ stays until the build has written others: it compares every file and sweeps what is left.
    """
    check_output(project.output)
    for path in [*walk_files(project.output), *walk_links(project.output)] if pages else ():
        if path != MARKER and not path.startswith(f"{HISTORY}/"):
            remove(project.output / path, project.output)
    for names in list_folder(str(project.cache)):
        for name in names:
            if name != "lock":
                remove_whole(f"{project.cache}/{name}")


def clear_history(project: Project) -> None:
    """Unlink what in site/updates/ is neither a file nor a folder, for all that reads and writes there by its paths."""
    check_output(project.output)
    folder = f"{project.output}/{HISTORY}"
    if not is_plain_folder_at(folder):
        remove_whole(folder)
    remove_links(folder)


class Written(NamedTuple):
    """A file after a write: whether its bytes were different, its size, its mtime in nanoseconds."""

    differs: bool
    size: int
    mtime: int


class Output:
    """The folder as the index knows it, and what of that does not hold.

    `stale` are the pages that have to be rendered: they are not built, or their file is missing or different. `strays`
    are files that nothing names, as far as folders were listed.

    Invariant: every folder in which something is written or removed is in `_touched`, so that `settle` notes its new
    mtime. A folder whose mtime is not the noted one was changed by somebody else, and is listed by the next build.
    """

    def __init__(self, root: Path, scratch: Path, index: GuideIndex) -> None:
        self._root = root
        self._text = str(root)
        self._scratch = scratch
        self._part = f"{scratch}/part"
        self._index = index
        self._folders = PlainFolders(root)
        self._touched: set[str] = set()
        self._emptied: set[str] = set()
        self.stale: set[int] = set()
        self.strays: set[str] = set()

    def look(self, drift: OutputDrift, moved: frozenset[str]) -> None:
        """Find the stale pages and the strays; `moved` are addresses at which a page came, went or became another's."""
        self._find_stale(drift, moved)
        self._find_strays(drift)

    def _find_stale(self, drift: OutputDrift, moved: frozenset[str]) -> None:
        self.stale.update(self._index.built.stale())
        for number, url in drift.pages:
            known = None if url in moved else self._index.built.digest_of(number)
            if known is not None and not self._is_as_written(number, page_path(url), known):
                self.stale.add(number)
        self._index.built.forget(self.stale)

    def _is_as_written(self, number: int, path: str, known: bytes) -> bool:
        """Whether a page's file still has the bytes of this digest; then note how it looks now."""
        data, look = self._bytes_of(path), look_of(f"{self._text}/{path}")
        if data is None or look is None or digest(data) != known:
            return False
        self._index.built.set_look(number, *look)
        return True

    def _find_strays(self, drift: OutputDrift) -> None:
        """List the folders that changed, or everything if the last build did not end."""
        if self._index.meta("swept") != 1:
            known = self._known_files()
            self.strays.update(path for path in self._walk("") if path not in known)
        elif drift.folders:
            files, folders = self._known_files(), self._index.folders.mtimes().keys()
            for path in drift.folders:
                self._touch(f"{path}/")
                self.strays.update(self._strays_in(path, files, folders))
        self.strays -= {MARKER}

    def _known_files(self) -> set[str]:
        return {*map(page_path, self._index.pages.urls()), *self._index.copies.paths()}

    def _strays_in(self, folder: str, files: set[str], folders: AbstractSet[str]) -> Iterator[str]:
        """Yield what lies in a folder and is neither a file nor a folder of the guide, or the link in its place."""
        obstacle = self._folders.obstacle(folder)
        if obstacle:
            yield obstacle
            return
        prefix = f"{folder}/" if folder else ""
        found = list_folder(f"{self._text}/{folder}")
        yield from (prefix + name for name in found.others)
        yield from (prefix + name for name in found.files if prefix + name not in files)
        for name in found.folders:
            if prefix + name not in folders and prefix + name != HISTORY:  # it may lie where a file of ours should
                yield from self._walk(prefix + name)

    def _walk(self, folder: str) -> Iterator[str]:
        """Yield every file below a folder, whatever its kind; note the folders with nothing in them."""
        prefix = f"{folder}/" if folder else ""
        for below, found in walk_folders(f"{self._text}/{folder}"):
            if not prefix + below and HISTORY in found.folders:
                found.folders.remove(HISTORY)
            inside = (prefix + below).rstrip("/")
            self._touched.add(inside)
            if not any(found):
                self._emptied.add(inside)
            yield from (f"{prefix}{below}{name}" for name in (*found.files, *found.others))

    def begin(self) -> None:
        """Mark the folder as ours."""
        if read_bytes(self._root / MARKER) != _MARKER_TEXT:
            write_atomic(self._root / MARKER, _MARKER_TEXT, self._scratch)
            self._touched.add("")

    def stands(self, path: str, size: int, mtime: int) -> bool:
        """Whether a file still has the size and time that it had, and lies where its path says."""
        return self._folders.holds(path.rpartition("/")[0]) and look_of(f"{self._text}/{path}") == (size, mtime)

    def is_same(self, path: str, other: str) -> bool:
        """Whether two paths name one file, as on a disk that ignores case."""
        found, stands = look_at(f"{self._text}/{path}"), look_at(f"{self._text}/{other}")
        return found is not None and stands is not None and os.path.samestat(found, stands)

    def write(self, path: str, data: bytes) -> Written:
        """Write a file if its bytes differ.

        A folder in its place, or a file in place of its folder, gives way; so does a link in place of either.
        """
        self.strays.discard(path)
        target, folder = f"{self._text}/{path}", path.rpartition("/")[0]
        if not self._folders.make(folder) and self._bytes_of(path) == data:
            return Written(False, *(look_of(target) or (0, 0)))
        self._touch(path)
        write_bytes(self._part, data)
        try:
            _put(self._part, target)
        except OSError:
            clear_way(self._root / path, self._root)
            self._folders.forget()
            self._folders.make(folder)
            _put(self._part, target)
        return Written(True, *(look_of(target) or (0, 0)))

    def _bytes_of(self, path: str) -> bytes | None:
        """Return the bytes of a plain file in plain folders; None where there is none that can be read."""
        try:
            return read_file(f"{self._text}/{path}") if self._folders.holds(path.rpartition("/")[0]) else None
        except OSError:
            return None

    def note_links(self, paths: set[str]) -> set[str]:
        """Note as strays those of some paths where no plain file lies; return the others."""
        others = {path for path in paths if look_of(f"{self._text}/{path}") is None}
        self.strays |= others
        return paths - others

    def _touch(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        while folder not in self._touched:
            self._touched.add(folder)
            folder = folder.rpartition("/")[0]

    def sweep(self, kept: set[str]) -> int:
        """Remove the strays except those `kept`; return the number of files removed.

        Where somebody put a folder in the place of a file that is to go, what lies in it is a stray by itself. Where
        somebody put a link, the link is the stray, not what lies behind it.
        """
        removed = 0
        for path in sorted(self.strays - kept):
            self._touch(path)
            if self._folders.obstacle(path.rpartition("/")[0]) or is_plain_folder_at(f"{self._text}/{path}"):
                continue
            removed += remove(self._root / path, self._root)
            self._emptied.add(path.rpartition("/")[0])
        self.strays.clear()
        return removed

    def settle(self) -> None:
        """Remove folders that are empty and note the mtimes of those in which something was done."""
        for path in sorted(self._emptied, reverse=True):
            if not self._folders.obstacle(path):
                remove_empty_folders(self._root / path, self._root)
        self._index.folders.set_mtimes({path: folder_mtime(f"{self._text}/{path}") for path in self._touched})
        self._touched.clear()
        self._emptied.clear()


def _put(part: str, target: str) -> None:
    os.replace(part, target)  # noqa: PTH105 - paths as text: there are many
