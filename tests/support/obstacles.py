"""Obstacles: links, hard links, pipes, devices and the like at paths where a guide's own files belong."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = b"SECRET OUTSIDE"


def make_outside(folder: Path) -> Path:
    """Make a folder of someone else's files, some with the names of a guide's files."""
    for name in ("index.html", "castle.json", "castle.svg", "castle/index.html", "deep/below/photo.jpg", ".bashrc"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(SECRET + name.encode())
    (folder / "empty").mkdir()
    (folder / "shared").write_bytes(b"a file of two names")
    return folder


def snapshot_of(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return mode, mtime and bytes of everything in a folder; a folder's mtime shows that files came or went."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        status = path.lstat()
        data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path.relative_to(folder))] = (status.st_mode, status.st_mtime_ns, data)
    return found


def _device(path: Path, _outside: Path) -> None:
    os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))


def _folder(path: Path, _outside: Path) -> None:
    path.mkdir()
    (path / "inside").write_bytes(b"in a folder")


OBSTACLES: dict[str, Callable[[Path, Path], object]] = {
    "link to a file": lambda path, outside: path.symlink_to(outside / ".bashrc"),
    "link to a page": lambda path, outside: path.symlink_to(outside / "index.html"),
    "link to a folder": lambda path, outside: path.symlink_to(outside, target_is_directory=True),
    "link to an empty folder": lambda path, outside: path.symlink_to(outside / "empty", target_is_directory=True),
    "link to nothing": lambda path, outside: path.symlink_to(outside / "nothing"),
    "link to itself": lambda path, _: path.symlink_to(path.name),
    "hard link": lambda path, outside: os.link(outside / "shared", path),
    "pipe": lambda path, _: os.mkfifo(path),
    "folder": _folder,
    "file": lambda path, _: path.write_bytes(b"a file"),
}


def may_make_devices(folder: Path) -> bool:
    """Whether this user may make a device in a folder."""
    try:
        _device(folder / "zero", folder)
        (folder / "zero").unlink()
    except OSError:
        return False
    return True


def obstacles(folder: Path) -> dict[str, Callable[[Path, Path], object]]:
    """Return the functions that make an obstacle on this machine, by name."""
    return OBSTACLES | ({"device": _device} if may_make_devices(folder) else {})


def clear(path: Path) -> None:
    """Remove whatever is at a path, without following links."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()


def odd_ones(folder: Path) -> list[str]:
    """Return the paths in a folder that are neither file nor folder."""
    kinds = {path: path.lstat().st_mode for path in folder.rglob("*")}
    return [str(path) for path, mode in kinds.items() if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)]


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raise TimeoutError if the block waits for something that never comes, such as the writer of a pipe."""

    def end(*_: object) -> None:
        raise TimeoutError(f"still not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
