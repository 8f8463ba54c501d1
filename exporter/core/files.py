"""Files on disk: written only where they differ, by one rename; removed with the empty folders above; the lock."""

from __future__ import annotations

import errno
import os
import stat
import struct
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from exporter.core.containment import (
    PlainFolders,
    is_link,
    is_plain_file,
    is_plain_folder_at,
    look_at,
    remove_whole,
    walk_folders,
)
from exporter.core.encoding import decode_small, not_json
from exporter.core.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.core.encoding import Json

_PIECE = 1 << 15
"""Bytes: most files are smaller, and a read that returns less than was asked for has the whole file."""


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | _NO_FOLLOW
_NO_PLAIN_FILE = {errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.ENODEV}
"""What systems say of links that are not followed, and of sockets and devices."""


def read_bytes(path: Path | str) -> bytes | None:
    """Return a file's bytes; None if there is no plain file."""
    try:
        return read_file(str(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def read_below(root: Path, path: str, folders: PlainFolders | None = None) -> bytes | None:
    """Return the bytes of a plain file that is reached from `root` through plain folders; None if there is none.

    `folders` are those below `root`, where more than one file is read.
    """
    holds = (folders or PlainFolders(root)).holds(path.rpartition("/")[0])
    return read_bytes(f"{root}/{path}") if holds else None


def read_json(content: Path, path: str) -> Json:
    """Read a JSON file of the mirror; a missing file is an empty object. Raises GuardError for a broken one."""
    data = read_below(content, path)
    try:
        return decode_small(data) if data is not None else {}
    except ValueError as error:
        raise GuardError("mirror-broken", broken_sentence(content, path, data or b"", error)) from None


def broken_sentence(content: Path, path: str, data: bytes, error: ValueError) -> str:
    """Return what is wrong with a file of the mirror that is not JSON, and what to do.

    It is named by its path in the guide's folder, for that of a preview is in `.export/`.
    """
    above = content.parts[-3:] if content.parts[-3:-2] == (".export",) else content.parts[-1:]
    file = "/".join((*above, path))
    if (at := data.find(b"<<<<<<< ", 0, _PIECE)) >= 0:
        line = data.count(b"\n", 0, at) + 1
        return f"{file}:{line}: a merge is not finished here: restore the file from git, or run sync --full"
    return f"{not_json(file, data, error)}: restore it from git, or run sync --full"


def read_file(path: str) -> bytes:
    """Return a file's bytes, by its path as text: for many files, a Path and a stream would take half the time.

    Raises FileNotFoundError for anything but a plain file: links are not followed, pipes not waited for.
    """
    handle = _open_plain(path)
    try:
        data = os.read(handle, _PIECE)
        if len(data) < _PIECE:
            return data
        parts = [data]
        while data := os.read(handle, _PIECE << 6):
            parts.append(data)
        return b"".join(parts)
    finally:
        os.close(handle)


def read_head(path: str, size: int) -> bytes:
    """Return the first bytes of a file, by its path as text. Raises FileNotFoundError, as `read_file`."""
    handle = _open_plain(path)
    try:
        return os.read(handle, size)
    finally:
        os.close(handle)


def _open_plain(path: str) -> int:
    try:
        handle = os.open(path, _READ)
    except OSError as error:
        if error.errno in _NO_PLAIN_FILE:
            raise FileNotFoundError(errno.ENOENT, "no plain file", path) from None
        raise
    if stat.S_ISREG(os.fstat(handle).st_mode) and (_NO_FOLLOW or not is_link(os.lstat(path))):
        return handle
    os.close(handle)
    raise FileNotFoundError(errno.ENOENT, "no plain file", path)


def write_bytes(path: str, data: bytes | bytearray, *, new: bool = False) -> None:
    """Write a file, by its path as text: for many files, making a Path takes as long as writing.

    Whatever lies there gives way and is never written into: it may be a link, or another name of a file elsewhere. A
    `new` file replaces nothing. Raises FileExistsError.
    """
    try:
        handle = os.open(path, _WRITE, 0o666)
    except FileExistsError:
        if new:
            raise
        remove_whole(path)
        handle = os.open(path, _WRITE, 0o666)
    try:
        written = os.write(handle, data)
        while written < len(data):
            written += os.write(handle, memoryview(data)[written:])
    finally:
        os.close(handle)


def write_atomic(path: Path, data: bytes, scratch: Path) -> None:
    """Write a file completely or not at all: into `scratch` (on the same disk), then one rename."""
    scratch.mkdir(parents=True, exist_ok=True)
    part = scratch / "part"
    try:
        write_bytes(str(part), data)
        rename(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_if_different(path: Path, data: bytes, scratch: Path) -> bool:
    """Write a file where its bytes differ; return whether they did."""
    if read_bytes(path) == data:
        return False
    write_atomic(path, data, scratch)
    return True


def rename(source: Path, target: Path) -> None:
    """Move a file into place, making the folders above it."""
    try:
        source.replace(target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)


def clear_way(path: Path, root: Path) -> None:
    """Remove what is in the way of a file at `path` under `root`: a folder there, a file instead of a folder above."""
    if is_plain_folder_at(str(path)):
        remove_whole(str(path))
    folder = path.parent
    while folder != root and not is_plain_folder_at(str(folder)):
        remove_whole(str(folder))
        folder = folder.parent


def remove(path: Path, root: Path) -> bool:
    """Remove a file and the folders above it that are then empty, up to `root`; return whether it was there."""
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    remove_empty_folders(path.parent, root)
    return True


def remove_empty_folders(folder: Path, root: Path) -> None:
    """Remove `folder` and those above it, as long as they are empty or gone, but never `root`."""
    while folder != root:
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return
        folder = folder.parent


def walk_files(root: Path) -> Iterator[str]:
    """Yield the paths of all plain files under `root`, relative and with slashes, in order; no link is followed."""
    for inside, found in walk_folders(root):
        yield from (f"{inside}{name}" for name in found.files)


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold a lock while the block runs; the system releases it when the process ends, however it ends.

    The file is created once and never written: the system says who holds it. Raises GuardError if another process
    does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    found = look_at(str(path))
    if found is not None and not is_plain_file(found):
        remove_whole(str(path))
    flags = os.O_WRONLY | os.O_CREAT | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0)
    with open(path, "ab", opener=lambda name, _: os.open(name, flags, 0o666)) as file:
        try:
            _lock(file)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
                raise
            holder = _holder(file)
            who = f"process {holder}" if holder else "another process"
            raise GuardError(
                "locked", f"{who} is running in this folder (it holds {path}): wait for it or stop it, then run again"
            ) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(file: Any) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _holder(_file: Any) -> int | None:
        return None

else:
    import fcntl

    def _lock(file: Any) -> None:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _holder(file: Any) -> int | None:
        """Return the process that holds the lock (struct flock; macOS has its members in another order)."""
        form = "qqihh" if sys.platform == "darwin" else "hhqqi4x"
        values = (0, 0, 0, fcntl.F_WRLCK, 0) if sys.platform == "darwin" else (fcntl.F_WRLCK, 0, 0, 0, 0)
        try:
            answer = struct.unpack(form, fcntl.fcntl(file, fcntl.F_GETLK, struct.pack(form, *values)))
        except (OSError, struct.error):
            return None
        return int(answer[2 if sys.platform == "darwin" else 4]) or None
