"""A folder as a target: another disk, a mounted share, the root of a web server. No link in it is followed."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from exporter.core.containment import PlainFolders, is_plain_file, is_plain_folder
from exporter.core.disk_errors import disk_sentence
from exporter.core.encoding import digest
from exporter.core.files import read_bytes, remove_empty_folders, write_bytes
from exporter.publish.manifest import FOLDER
from exporter.publish.stores.store import ABSENT, ConditionError, Found, Listed, StoreError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from exporter.publish.stores.store import Headers


_PART = "part-"


class FolderStore:
    """A folder; a tag is the digest of a file's bytes. Files are made next to the manifest, then moved into place."""

    bulk = 1
    keeps_headers = False
    tags_tell_headers = False
    is_conditional = False

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        self._root = root
        self._parts = 0
        self._lock = threading.Lock()

    def get(self, path: str, most: int) -> Found | None:
        """Return a file."""
        try:
            found = self._find(path)
            if found is None:
                return None
            if found.st_size > most:
                raise TooLargeError(f"{self.name}: {path} has more than {most} bytes")
            data = read_bytes(self._root / path)
        except OSError as error:
            raise _failed(error) from None
        return Found(data, digest(data).hex()) if data is not None else None

    def headers(self, path: str) -> Headers | None:  # noqa: ARG002
        """Return None: the web server there sets them."""
        return None

    def put(self, path: str, data: bytes, headers: Headers, only_if: str | None = None) -> str:  # noqa: ARG002
        """Write a file; a link, or whatever else is no plain file or folder, is in the way and stays."""
        target = self._root / path
        try:
            self._make_way(path)
            standing = self.get(path, len(data) + (1 << 26)) if only_if else None
            if only_if and (standing is None or standing.tag != only_if):
                raise ConditionError
            part = self._part()
            try:
                write_bytes(str(part), data)
                if only_if == ABSENT:
                    _move_new(part, target)
                else:
                    part.replace(target)
            finally:
                part.unlink(missing_ok=True)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise ConditionError from None
        except OSError as error:
            raise _failed(error) from None
        return digest(data).hex()

    def _find(self, path: str) -> os.stat_result | None:
        """Return what is at a path, None if that is no plain file in plain folders.

        Raises OSError where that cannot be known: what cannot be looked at may well be there.
        """
        parts = path.split("/")
        folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        looks = (_look(self._root / folder) for folder in folders)
        if not all(look is not None and is_plain_folder(look) for look in looks):
            return None
        found = _look(self._root / path)
        return found if found is not None and is_plain_file(found) else None

    def _make_way(self, path: str) -> None:
        """Make the folders of a file. Raises ConditionError where something else is in the way."""
        folders = PlainFolders(self._root)
        folder = path.rpartition("/")[0]
        if folders.obstacle(folder) or (self._root / path).is_symlink() or (self._root / path).is_dir():
            raise ConditionError
        (self._root / folder).mkdir(parents=True, exist_ok=True)

    def _part(self) -> Path:
        with self._lock:
            self._parts += 1
            number = self._parts
        folder = self._root / FOLDER
        if PlainFolders(self._root).obstacle(FOLDER):
            raise ConditionError
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{_PART}{os.getpid()}-{number}"

    def delete(self, paths: Sequence[str]) -> None:
        """Delete files, and the folders that they leave empty."""
        for path in paths:
            try:
                if self._find(path) is None:
                    continue
                (self._root / path).unlink(missing_ok=True)
                remove_empty_folders((self._root / path).parent, self._root)
            except OSError as error:
                raise _failed(error) from None

    def listing(self) -> Iterator[Listed]:
        """Yield every file, and whatever is neither a file nor a folder."""
        left = [""]
        while left:
            folder = left.pop()
            found = self._scanned(folder)
            left += [f"{folder}{name}/" for name, look in reversed(found) if is_plain_folder(look)]
            yield from (
                Listed(f"{folder}{name}", look.st_size, "") for name, look in found if not is_plain_folder(look)
            )

    def _scanned(self, folder: str) -> list[tuple[str, os.stat_result]]:
        """Return the names in a folder with what is there, in order. Raises StoreError where that cannot be known."""
        try:
            if _look(self._root / folder) is None:
                return []
            with os.scandir(self._root / folder) as entries:
                return sorted((entry.name, entry.stat(follow_symlinks=False)) for entry in entries)
        except OSError as error:
            raise _failed(error) from None

    def tidy(self) -> None:
        """Remove files that were not moved into place."""
        for path in (self._root / FOLDER).glob(f"{_PART}*"):
            with suppress(OSError):
                path.unlink()

    def close(self) -> None:
        """Do nothing."""


def _move_new(part: Path, target: Path) -> None:
    """Move a file to where nothing is yet. Raises FileExistsError."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:  # a disk that has no second names, such as a stick
        if os.path.lexists(target):
            raise FileExistsError(str(target)) from None
        part.replace(target)


def _look(path: Path) -> os.stat_result | None:
    """Return what is at a path, None if nothing is. Raises OSError where that cannot be known."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _failed(error: OSError) -> StoreError:
    return StoreError(disk_sentence(error))
