"""The folder site/: what stands there, what is written where it differs, what is swept because nothing names it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

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
from exporter.workers.background import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.guide.index.guide_index import GuideIndex

MARKER = ".exporter"
_MARKER_TEXT = b"This folder is written by exporter; files of your own go into templates/static/.\n"
HISTORY = "updates"
_WORTH_A_PROCESS = 4 << 20
"""Bytes of an index, which has about three thousand for each page."""

_LONG = 2.0
"""Seconds after which hands may have been at work."""

_UNBUILT = "SELECT id FROM page LEFT JOIN built ON built.page = page.id WHERE built.page IS NULL"
_BUILT = "SELECT id, url, size, mtime FROM built JOIN page ON page.id = built.page"


def check_output(output: Path) -> None:
    """Raise GuardError for a folder that holds files and is not ours."""
    if output.is_dir() and any(output.iterdir()) and not (output / MARKER).is_file():
        raise GuardError(
            "output-foreign", f"{output} holds files but not the mark {MARKER} of a guide: move it away, then run again"
        )


def clean_output(project: Project, *, pages: bool = True) -> None:
    """Make site/ and .export/ as if they were absent; the history in site/updates/ and the lock stay.

    Without `pages` site/ stays until others are there: the build compares each file and sweeps what is left over.
    """
    check_output(project.output)
    for path in walk_files(project.output) if pages and project.output.is_dir() else ():
        if path != MARKER and not path.startswith(f"{HISTORY}/"):
            remove(project.output / path, project.output)
    for each in project.cache.iterdir() if project.cache.is_dir() else ():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name != "lock":
            each.unlink()


class OutputDrift(NamedTuple):
    """What looks another way than the last build left it: numbers and addresses of pages, paths of folders."""

    pages: list[tuple[int, str]]
    folders: list[str]


def look_for_changes(output: str, database: sqlite3.Connection) -> OutputDrift:
    """Look at every file of a page, and every folder, that the last build left under `output`."""
    pages = [
        (number, url)
        for number, url, size, time in database.execute(_BUILT)
        if _look_of(f"{output}/{page_path(url)}") != (size, time)
    ]
    known = database.execute("SELECT path, mtime FROM folder")
    return OutputDrift(pages, [path for path, time in known if _time_of(f"{output}/{path}") != time])


@contextmanager
def look_ahead(project: Project, jobs: int) -> Iterator[Callable[[], OutputDrift]]:
    """Look at the folder site/ beside the block, unless all is to be done in one process; give what tells the changes.

    An index that is not there, or is thrown away later, has none. What was seen too long ago is looked at again.
    """
    file, start = project.cache / "guide.db", time.monotonic()

    def look() -> OutputDrift:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            return look_for_changes(str(project.output), database)

    with in_background(look, alone=jobs == 1 or not file.is_file() or file.stat().st_size < _WORTH_A_PROCESS) as found:
        yield lambda: OutputDrift(*(found() if time.monotonic() - start < _LONG else look()))


class Output:
    """Knows what the last build left and tells what is no longer so.

    `stale` are pages that have to be rendered: they are not built, or their file is missing or another. `strays` are
    files that nothing stands for, as far as was looked.
    """

    def __init__(self, root: Path, scratch: Path, index: GuideIndex) -> None:
        self._root = root
        self._text = str(root)
        self._scratch = scratch
        self._part = f"{scratch}/part"
        self._index = index
        self._touched: set[str] = set()
        self._emptied: set[str] = set()
        self.stale: set[int] = set()
        self.strays: set[str] = set()

    def look(self, changes: OutputDrift, moved: set[str]) -> None:
        """Take over what looks another way than the last build left it; `moved` are addresses that lead elsewhere now.

        Pages that are not built, or whose file is missing or another, are stale.
        """
        index = self._index
        self.stale.update(row[0] for row in index.rows(_UNBUILT))
        for number, url in changes.pages:
            standing = url not in moved and index.value("SELECT 1 FROM built WHERE page = ?", number)
            if standing and not self._restamp(number, page_path(url)):
                self.stale.add(number)
        index.built.forget(self.stale)
        if index.meta("swept") != 1:
            known = self._known()
            self.strays.update(path for path in self._walk("") if path not in known)
        elif changes.folders:
            files, folders = self._known(), {path for (path,) in index.rows("SELECT path FROM folder")}
            for path in changes.folders:
                self._touch(f"{path}/")
                self.strays.update(self._strays_in(path, files, folders))
        self.strays -= {MARKER}

    def _restamp(self, number: int, path: str) -> bool:
        """Note how a page's file looks now where its bytes are those that were written; tell whether they are."""
        data = _bytes_of(f"{self._text}/{path}")
        look = _look_of(f"{self._text}/{path}")
        known = self._index.value("SELECT digest FROM built WHERE page = ?", number)
        if data is None or look is None or digest(data) != known:
            return False
        self._index.database.execute("UPDATE built SET size = ?, mtime = ? WHERE page = ?", (*look, number))
        return True

    def _known(self) -> set[str]:
        """Give the paths of all files of the guide."""
        found = {page_path(url) for (url,) in self._index.rows("SELECT url FROM page")}
        return found | {path for (path,) in self._index.rows("SELECT path FROM copy")}

    def _strays_in(self, folder: str, files: set[str], folders: set[str]) -> Iterator[str]:
        """Yield what lies in a folder and is neither a file nor a folder of the guide."""
        prefix = f"{folder}/" if folder else ""
        try:
            names = os.listdir(f"{self._text}/{folder}")  # noqa: PTH208 - paths as text: there are many
        except OSError:
            return
        for name in names:
            path = prefix + name
            if path in folders or path == HISTORY:
                continue
            if os.path.isdir(f"{self._text}/{path}"):  # noqa: PTH112 - it may lie where a file of ours should
                yield from self._walk(path)
            elif path not in files:
                yield path

    def _walk(self, folder: str) -> Iterator[str]:
        """Yield every file below a folder, and a folder with nothing in it."""
        for above, folders, names in os.walk(f"{self._text}/{folder}" if folder else self._text):
            inside = above[len(self._text) + 1 :].replace(os.sep, "/")
            if not inside and HISTORY in folders:
                folders.remove(HISTORY)
            self._touched.add(inside)
            if not folders and not names:
                self._emptied.add(inside)
            yield from (f"{inside}/{name}" if inside else name for name in names)

    def begin(self) -> None:
        """Mark the folder as ours."""
        if read_bytes(self._root / MARKER) != _MARKER_TEXT:
            write_atomic(self._root / MARKER, _MARKER_TEXT, self._scratch)
            self._touched.add("")

    def stands(self, path: str, size: int, time: int) -> bool:
        """Tell whether a file looks as it did."""
        return _look_of(f"{self._text}/{path}") == (size, time)

    def is_same(self, path: str, other: str) -> bool:
        """Tell whether two paths are one file, as on a disk that does not tell case apart."""
        try:
            return os.path.samefile(f"{self._text}/{path}", f"{self._text}/{other}")  # noqa: PTH121
        except OSError:
            return False

    def write(self, path: str, data: bytes) -> tuple[bool, int, int]:
        """Write a file where its bytes differ; give whether it was, its size and its time.

        A folder that is a file now, or the reverse, gives way.
        """
        self.strays.discard(path)
        target = f"{self._text}/{path}"
        try:
            os.mkdir(target.rpartition("/")[0])  # noqa: PTH102 - paths as text: there are many
        except OSError:
            if _bytes_of(target) == data:
                return (False, *(_look_of(target) or (0, 0)))
        self._touch(path)
        write_bytes(self._part, data)
        try:
            _put(self._part, target)
        except OSError:
            clear_way(self._root / path, self._root)
            _put(self._part, target)
        return (True, *(_look_of(target) or (0, 0)))

    def _touch(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        while folder not in self._touched:
            self._touched.add(folder)
            folder = folder.rpartition("/")[0]

    def sweep(self, kept: set[str]) -> int:
        """Remove the strays, those `kept` excepted; give the number of files removed.

        Where hands put a folder in the place of a file that is to go, what lies in it is a stray by itself.
        """
        removed = 0
        for path in sorted(self.strays - kept):
            self._touch(path)
            if os.path.isdir(f"{self._text}/{path}"):  # noqa: PTH112 - paths as text: there are many
                continue
            removed += remove(self._root / path, self._root)
            self._emptied.add(path.rpartition("/")[0])
        self.strays.clear()
        return removed

    def settle(self) -> None:
        """Note how the folders look that something was done in; remove those that are empty."""
        for path in sorted(self._emptied, reverse=True):
            remove_empty_folders(self._root / path, self._root)
        times = {path: _time_of(f"{self._text}/{path}") for path in self._touched}
        gone = [(path,) for path, time in times.items() if time is None]
        self._index.database.executemany("DELETE FROM folder WHERE path = ?", gone)
        there = [(path, time) for path, time in times.items() if time is not None]
        self._index.database.executemany("INSERT OR REPLACE INTO folder VALUES (?, ?)", there)
        self._touched.clear()
        self._emptied.clear()


def _bytes_of(path: str) -> bytes | None:
    try:
        return read_file(path)
    except OSError:
        return None


def _put(part: str, target: str) -> None:
    """Rename a file into place, making the folders above it."""
    try:
        os.replace(part, target)  # noqa: PTH105
    except FileNotFoundError:
        os.makedirs(target.rpartition("/")[0], exist_ok=True)  # noqa: PTH103
        os.replace(part, target)  # noqa: PTH105


def _look_of(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _time_of(folder: str) -> int | None:
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return found.st_mtime_ns if stat.S_ISDIR(found.st_mode) else None
