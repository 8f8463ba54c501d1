"""What in site/ no longer stands as the last build left it: a look at every file of a page and at every folder."""

from __future__ import annotations

import os
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.containment import is_plain_file, is_plain_folder
from exporter.core.naming import page_path
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.workers.background import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporter.config.settings import Project

INDEX_WORTH_A_PROCESS = 4 << 20
"""Bytes of an index whose pages are worth a process that looks at them; it has about three thousand for each page."""

_SECONDS_VALID = 2.0
"""Seconds after which somebody may have edited files, so that what was seen does not count any more."""


class OutputDrift(NamedTuple):
    """What looks different from what the last build left: numbers and addresses of pages, paths of folders."""

    pages: list[tuple[int, str]]
    folders: list[str]


def find_drift(index_file: Path, output: str) -> OutputDrift:
    """Look at every page's file, and every folder, that the last build left under `output`.

    A page below what is no plain folder any more has changed, whatever a link there leads to.
    """
    with closing(GuideIndex(index_file, read_only=True)) as index, _opened(output) as (root, above):
        mtimes = {path: (mtime, folder_mtime(above + path, root)) for path, mtime in index.folders.mtimes().items()}
        lost = tuple(f"{path}/" for path, (_, now) in mtimes.items() if now is None)
        pages = [
            (number, url)
            for number, url, size, mtime in index.built.files()
            if look_of(above + page_path(url), root) != (size, mtime) or (lost and page_path(url).startswith(lost))
        ]
        return OutputDrift(pages, [path for path, (before, now) in mtimes.items() if now != before])


@contextmanager
def look_ahead(project: Project, jobs: int) -> Iterator[Callable[[], OutputDrift]]:
    """Look at site/ while the block runs, unless one process is to do all; the block is given what returns the drift.

    An index that is not there, or is thrown away later, has none. What was seen too long ago is looked at again.
    """
    file, start, output = project.cache / INDEX, time.monotonic(), str(project.output)
    alone = jobs == 1 or not file.is_file() or file.stat().st_size < INDEX_WORTH_A_PROCESS
    with in_background(find_drift, file, output, alone=alone) as found:
        yield lambda: OutputDrift(*found()) if time.monotonic() - start < _SECONDS_VALID else find_drift(file, output)


@contextmanager
def _opened(folder: str) -> Iterator[tuple[int | None, str]]:
    """Yield what paths below a folder are looked up with: its handle, where the system can, and what they begin with.

    With a handle, a look takes a sixth less: the system does not walk down to the folder each time.
    """
    if os.stat not in os.supports_dir_fd or not os.path.isdir(folder):  # noqa: PTH112 - as text, like the paths
        yield None, f"{folder}/"
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield handle, "./"
    finally:
        os.close(handle)


def look_of(path: str, root: int | None = None) -> tuple[int, int] | None:
    """Return the size and the mtime (in nanoseconds) of a plain file; None if there is none.

    The path may be relative to a folder that is open, `root`.
    """
    try:
        found = os.lstat(path, dir_fd=root)
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if is_plain_file(found) else None


def folder_mtime(folder: str, root: int | None = None) -> int | None:
    """Return the mtime of a plain folder, in nanoseconds, as `look_of`; None if there is none."""
    try:
        found = os.lstat(folder, dir_fd=root)
    except OSError:
        return None
    return found.st_mtime_ns if is_plain_folder(found) else None
