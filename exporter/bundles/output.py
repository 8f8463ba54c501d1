"""The file of a bundle, written beside its place and put there by one rename."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exporter.core.containment import remove_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PIECE = 1 << 20


@contextmanager
def replacing(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Yield a path for each file to be written; once the block is done they take the places of the `targets`.

    They lie in the folders of these, since a rename cannot leave its disk. The last target is replaced last: whoever
    reads it finds the others. A block that fails, or is killed, leaves all targets as they were.
    """
    parts = tuple(target.with_name(f".{target.name}.part") for target in targets)
    try:
        for part in parts:
            remove_whole(str(part))
        yield parts
        for part in parts:
            _to_disk(part)
        for part, target in zip(parts, targets, strict=True):
            part.replace(target)
    except BaseException:
        for part in parts:
            remove_whole(str(part))
        raise


def _to_disk(path: Path) -> None:
    """Wait until a file is on the disk: a name must not lead to less than what was written."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()
