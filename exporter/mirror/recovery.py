"""Recovery from a damaged cache: open the index anew, throw staging away."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING

from exporter.mirror.index import MirrorIndex

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def with_index(cache: Path, work: Callable[[MirrorIndex], None], notes: list[str]) -> None:
    """Do work with the index of a cache folder; where that or staging turns out damaged, again on new ones.

    Raises sqlite3.Error for what a new file does not mend, such as a full disk.
    """
    for last in (False, True):
        index = MirrorIndex(cache / "mirror.db")
        try:
            return work(index)
        except sqlite3.DatabaseError as error:
            if last or isinstance(error, sqlite3.OperationalError):
                raise
            notes.append(f".export/ was damaged ({error}): begun anew")
        finally:
            index.close()
        (cache / "mirror.db").unlink(missing_ok=True)
        throw_away(cache / "staging")
    return None


def throw_away(folder: Path) -> None:
    """Remove a staging folder: first what names its files, so that a crash leaves nothing to go on from."""
    if folder.is_dir():
        (folder / "sync.db").unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
