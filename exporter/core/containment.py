"""Keep reading, writing and sweeping inside the guide's own folders: no link on the disk is followed out of them.

`content/`, `site/`, `.export/` and `templates/` may themselves be links that the owner of the guide made; what is
below them may not lead anywhere else. A pull request can carry a symbolic link, and a shared host may hold any.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REPARSE_POINT = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0x400)
_HAS_JUNCTIONS = os.name == "nt"


def is_link(found: os.stat_result) -> bool:
    """Whether `lstat` found a symbolic link or, on Windows, a junction."""
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & _REPARSE_POINT)


def is_plain_file(found: os.stat_result) -> bool:
    """Whether `lstat` found a file with bytes of its own: no link, pipe, socket, device or folder."""
    return stat.S_ISREG(found.st_mode) and not (_HAS_JUNCTIONS and is_link(found))


def is_plain_folder(found: os.stat_result) -> bool:
    """Whether `lstat` found a folder that is where its path says."""
    return stat.S_ISDIR(found.st_mode) and not (_HAS_JUNCTIONS and is_link(found))


def look_at(path: str) -> os.stat_result | None:
    """Return what `lstat` finds at a path; None if there is nothing that can be looked at."""
    try:
        return os.lstat(path)
    except OSError:
        return None


def is_plain_folder_at(path: str) -> bool:
    """Whether a folder is at a path itself, not behind a link."""
    found = look_at(path)
    return found is not None and is_plain_folder(found)


def obstacle_sentence(path: str) -> str:
    """Return what stands where a folder of the guide's own belongs, and what to do about it. Looks at the disk."""
    found = look_at(path)
    if found is not None and is_link(found):
        return (
            f"{path} is a link, and links are not followed: put a folder in its place, then run again; nothing is lost"
        )
    return f"{path} is a file where a folder is needed: move it away, then run again; nothing is lost"


class Listing(NamedTuple):
    """The names in a folder, in order: plain files, plain folders, and the rest (links, pipes, sockets, devices)."""

    files: list[str]
    folders: list[str]
    others: list[str]


def list_folder(folder: str) -> Listing:
    """List a folder; one that cannot be listed has nothing in it."""
    found = Listing([], [], [])
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                _place_of(entry, found).append(entry.name)
    except OSError:
        return found
    for names in found:
        names.sort()
    return found


def _place_of(entry: os.DirEntry[str], listing: Listing) -> list[str]:
    if _HAS_JUNCTIONS and is_link(entry.stat(follow_symlinks=False)):  # costs nothing there, and tells junctions
        return listing.others
    if entry.is_dir(follow_symlinks=False):
        return listing.folders
    return listing.files if entry.is_file(follow_symlinks=False) else listing.others


def walk_folders(root: Path | str) -> Iterator[tuple[str, Listing]]:
    """Yield every plain folder below `root`, as "" and then relative with a slash at its end, with what it lists."""
    left = [""]
    while left:
        inside = left.pop()
        found = list_folder(f"{root}/{inside}")
        yield inside, found
        left.extend(f"{inside}{name}/" for name in reversed(found.folders))


def walk_links(root: Path | str) -> Iterator[str]:
    """Yield the paths below `root` of all that is neither plain file nor plain folder, relative, with slashes."""
    for inside, found in walk_folders(root):
        yield from (f"{inside}{name}" for name in found.others)


def remove_links(root: Path | str) -> None:
    """Unlink all that is neither plain file nor plain folder below `root`; the targets of links are not touched."""
    for path in list(walk_links(root)):
        os.unlink(f"{root}/{path}")  # noqa: PTH108 - paths as text


def remove_whole(path: str) -> None:
    """Remove whatever is at a path: a folder with all it holds, a file, or a link, whose target is not touched."""
    if is_plain_folder_at(path):
        import shutil  # imported here: it takes a while, and there is seldom a folder to remove

        shutil.rmtree(path)
    else:
        try:
            os.unlink(path)  # noqa: PTH108 - as text
        except (FileNotFoundError, NotADirectoryError):
            return


def make_cache_folder(folder: Path) -> None:
    """Make a folder of the cache and those above it; a file in its place gives way.

    Several processes may do it at once.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        with suppress(FileNotFoundError, IsADirectoryError, PermissionError):  # another process has made the folder
            folder.unlink()
        folder.mkdir(exist_ok=True)


class PlainFolders:
    """Which folders below a root can be reached from it without following a link; each is looked at once.

    Invariant: a folder is remembered as plain only after every folder above it, up to the root, was found to be plain.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = str(root)
        self._plain = {""}

    def obstacle(self, folder: str) -> str:
        """Return the first part of a folder's path that is there and no plain folder; "" if there is none."""
        if folder in self._plain:
            return ""
        above = self.obstacle(folder.rpartition("/")[0])
        if above:
            return above
        found = look_at(f"{self._root}/{folder}")
        if found is None:
            return ""
        if not is_plain_folder(found):
            return folder
        self._plain.add(folder)
        return ""

    def holds(self, folder: str) -> bool:
        """Whether a folder, relative to the root and with slashes, is there and reached through folders alone."""
        return folder in self._plain or (not self.obstacle(folder) and folder in self._plain)

    def find(self, path: str) -> os.stat_result | None:
        """Return what `lstat` finds of a plain file in plain folders; None for anything else."""
        found = look_at(f"{self._root}/{path}") if self.holds(path.rpartition("/")[0]) else None
        return found if found is not None and is_plain_file(found) else None

    def make(self, folder: str) -> bool:
        """Make a folder and those above it; return whether it was not there.

        Whatever stands in the way (a link, a file) is unlinked first; a link's target is never touched.
        """
        if folder in self._plain:
            return False
        self.make(folder.rpartition("/")[0])
        path, made = f"{self._root}/{folder}", True
        try:
            os.mkdir(path)  # noqa: PTH102 - paths as text: there are many
        except FileExistsError:
            made = not is_plain_folder_at(path)
            if made:
                os.unlink(path)  # noqa: PTH108 - as text
                os.mkdir(path)  # noqa: PTH102 - as text
        self._plain.add(folder)
        return made

    def forget(self) -> None:
        """Look at every folder again: one of them was removed."""
        self._plain = {""}
