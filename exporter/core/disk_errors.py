"""What a disk refused, in words: which file is meant, what is the matter with it, and what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM}
_IN_THE_WAY = {errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOTEMPTY, errno.ELOOP}
_WORDS = {
    errno.EROFS: "is on a disk that can only be read: make it writable",
    errno.ENAMETOOLONG: "has a name that is too long for this disk: move the guide to a folder with a shorter path",
    errno.EIO: "cannot be read or written, the disk reports an input/output error: check the disk",
    errno.EBUSY: "is in use: close the program that uses it",
    errno.ETXTBSY: "is in use: close the program that uses it",
    errno.EFBIG: "would be larger than this disk or a limit of the system allows: raise the limit",
}
_LIMITS = {
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n)",
    errno.ENFILE: "too many files are open on this system: close other programs",
    errno.ENOMEM: "no memory is left: close other programs",
    errno.EAGAIN: "the system has no process or memory left: close other programs",
}


def disk_sentence(error: OSError) -> str:
    """Return what a disk refused and what to do about it. Looks at the disk to find the file that is in the way."""
    return f"{_sentence(error)}, then run again; nothing is lost"


def _sentence(error: OSError) -> str:
    number, path = error.errno or 0, _path_of(error)
    if number in _FULL:
        where = f" for {path}" if path else ""
        return f"no space is left on the disk{where}: free some"
    if number in _LIMITS:
        return _LIMITS[number]
    if path is None:
        return f"{error.strerror or error}: put that right"
    if number in _FORBIDDEN:
        return _forbidden(path)
    if number in _IN_THE_WAY:
        return _in_the_way(path, error)
    return f"{path} {_WORDS[number]}" if number in _WORDS else f"{path}: {error.strerror or error}: put that right"


def _path_of(error: OSError) -> Path | None:
    """Return the file that is meant: of a rename, its target; the other is a file of the program's own."""
    name = error.filename2 if error.filename2 is not None else error.filename
    return Path(os.fsdecode(name)) if isinstance(name, str | bytes) and name else None


def _forbidden(path: Path) -> str:
    """Return which file or folder may not be used: the one that keeps all below it from being reached comes first."""
    for folder in reversed(path.parents):
        if folder.is_dir() and not os.access(folder, os.X_OK):
            return f"the folder {folder} may not be entered: give yourself the right to enter, read and write it"
    if os.access(path, os.R_OK | os.W_OK) and not os.access(path.parent, os.W_OK):
        return f"nothing may be written in the folder {path.parent}: give yourself the right to write there"
    if not os.path.lexists(path) and path.parent.is_dir():
        return f"{path} may not be made: give yourself the right to write in its folder"
    return f"{path} may not be used: give yourself the right to read and write it and its folder"


def _in_the_way(path: Path, error: OSError) -> str:
    """Return what is at a path, or above it, instead of what is needed there."""
    for part in (*reversed(path.parents), path):
        if part.is_symlink() and not part.exists():
            return f"{part} is a link that leads nowhere: remove it"
        if part != path and part.exists() and not part.is_dir():
            return f"{part} is a file where a folder is needed: move it away"
    if error.errno in (errno.EISDIR, errno.ENOTEMPTY) or (error.errno == errno.EEXIST and path.is_dir()):
        return f"{path} is a folder where a file is needed: move it away"
    if error.errno in (errno.EEXIST, errno.ENOTDIR) and path.exists():
        return f"{path} is a file where a folder is needed: move it away"
    missing = f"{path} is missing, or was removed meanwhile: put it back"
    return missing if error.errno == errno.ENOENT else f"{path}: {error.strerror or error}: put that right"
