"""Files on disk: written only where they differ, by one rename; removed with the empty folders above; the lock."""

from __future__ import annotations

import errno
import os
import shutil
import struct
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.core.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Iterator


_PIECE = 1 << 15
"""Bytes: most files are smaller, and a read that returns less than was asked for has the whole file."""


def read_bytes(path: Path) -> bytes | None:
    """Return a file's bytes; None where there is no file."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def has_size(path: Path, size: int | None) -> bool:
    """Whether there is a file, with that many bytes; None for any number."""
    return path.is_file() and size in (None, path.stat().st_size)


def read_file(path: str) -> bytes:
    """Return a file's bytes, by its path as text: for many files, a Path and a stream would take half the time."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
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


def write_bytes(path: str, data: bytes | bytearray, *, new: bool = False) -> None:
    """Write a file, by its path as text: for many files, making a Path takes as long as writing.

    A `new` file never replaces another. Raises FileExistsError.
    """
    how = os.O_EXCL if new else os.O_TRUNC
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | how | getattr(os, "O_BINARY", 0), 0o666)
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
        part.write_bytes(data)
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
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    folder = path.parent
    while folder != root and not folder.is_dir():
        folder.unlink(missing_ok=True)
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
    """Yield the paths of all files under `root`, relative and with slashes, in order."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        inside = Path(folder).relative_to(root)
        yield from ((inside / name).as_posix() for name in sorted(names))


@contextmanager
def exclusive_lock(path: Path) -> Iterator[None]:
    """Hold a lock while the block runs; the system releases it when the process ends, however it ends.

    The file is created once and never written: the system says who holds it. Raises GuardError where another process
    does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
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
