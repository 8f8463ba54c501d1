"""Keep reading, writing and sweeping inside the guide's own folders: no link on the disk is followed out of them.

`content/`, `site/`, `.export/` and `templates/static/` may themselves be links that the owner of the guide made; what
lies below them may not lead anywhere else. A pull request can carry a symbolic link, and a shared host may hold any.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPARSE_POINT = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0x400)


def is_link(found: os.stat_result) -> bool:
    """Whether `lstat` found a symbolic link or, on Windows, a junction."""
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & _REPARSE_POINT)


def is_plain_file(found: os.stat_result) -> bool:
    """Whether `lstat` found a file with bytes of its own: no link, pipe, socket, device or folder."""
    return stat.S_ISREG(found.st_mode) and not is_link(found)


def is_plain_folder(found: os.stat_result) -> bool:
    """Whether `lstat` found a folder that lies where its path says."""
    return stat.S_ISDIR(found.st_mode) and not is_link(found)


class PlainFolders:
    """Which folders below a root can be reached from it without following a link; each is looked at once.

    Invariant: a folder is remembered as plain only after every folder above it, up to the root, was found to be plain.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = str(root)
        self._plain = {""}

    def holds(self, folder: str) -> bool:
        """Whether a folder, relative to the root and with slashes, is there and reached through folders alone."""
        if folder in self._plain:
            return True
        if not self.holds(folder.rpartition("/")[0]) or not _is_plain_folder_at(f"{self._root}/{folder}"):
            return False
        self._plain.add(folder)
        return True

    def make(self, folder: str) -> None:
        """Make a folder and those above it; whatever else stands in the way (a link, a file) is unlinked first.

        A link's target is never touched.
        """
        if self.holds(folder):
            return
        self.make(folder.rpartition("/")[0])
        path = f"{self._root}/{folder}"
        try:
            os.mkdir(path)  # noqa: PTH102 - paths as text: there are many
        except FileExistsError:
            os.unlink(path)  # noqa: PTH108
            os.mkdir(path)  # noqa: PTH102
        self._plain.add(folder)


def _is_plain_folder_at(path: str) -> bool:
    try:
        return is_plain_folder(os.lstat(path))
    except OSError:
        return False


def walk_links(root: Path) -> Iterator[str]:
    """Yield the paths below `root` of all that is neither plain file nor plain folder, relative, with slashes."""
    for folder, folders, names in os.walk(root):
        inside = Path(folder).relative_to(root)
        folders[:] = sorted(name for name in folders if _is_plain_folder_at(f"{folder}/{name}"))
        for name in sorted({*names, *os.listdir(folder)} - set(folders)):  # noqa: PTH208 - names alone
            if not is_plain_file(os.lstat(f"{folder}/{name}")):
                yield (inside / name).as_posix()
