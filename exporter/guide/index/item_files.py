"""The tables of files under content/: which were read, and the folders whose names are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.index.guide_index import GuideIndex


def item_count(index: GuideIndex) -> int:
    """Return the number of files that were read, those of no item included."""
    return int(index.value("SELECT count(*) FROM item"))


def item_paths(index: GuideIndex) -> Iterator[str]:
    """Yield the path of every file that was read."""
    return (path for (path,) in index.rows("SELECT path FROM item"))


def listed_folders(index: GuideIndex) -> dict[str, int]:
    """Return the signatures of folders whose names are all known, by path."""
    return dict(index.rows("SELECT path, sign FROM listed"))


def keep_listed(index: GuideIndex, folders: Iterable[tuple[str, int]]) -> None:
    """Note the signatures of folders whose names are all known now."""
    index.database.executemany("INSERT OR REPLACE INTO listed VALUES (?, ?)", folders)
