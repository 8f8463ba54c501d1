"""The tables of files that are copied into site/: those of assets, and the copies as they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.index.guide_index import GuideIndex


Copy: TypeAlias = tuple[int, int, int]
"""The signature of a copy's source, the copy's size and mtime (in nanoseconds) as it was written."""


def copies(index: GuideIndex) -> dict[str, Copy]:
    """Return what was copied, by path under site/."""
    return {row[0]: (row[1], row[2], row[3]) for row in index.rows("SELECT path, source, size, time FROM copy")}


def copied_paths(index: GuideIndex) -> Iterator[str]:
    """Yield the path of every copy under site/."""
    return (path for (path,) in index.rows("SELECT path FROM copy"))


def keep_copy(index: GuideIndex, path: str, copy: Copy, digest: bytes) -> None:
    """Note a copy and the digest of its bytes."""
    index.database.execute("INSERT OR REPLACE INTO copy VALUES (?, ?, ?, ?, ?)", (path, *copy, digest))


def drop_copies(index: GuideIndex, paths: Iterable[str]) -> None:
    """Forget copies that are gone."""
    index.database.executemany("DELETE FROM copy WHERE path = ?", ((path,) for path in paths))


def asset_paths(index: GuideIndex) -> Iterator[tuple[str, str]]:
    """Yield the path under content/ and the path under site/ of every file that an asset names, in order."""
    yield from index.rows("SELECT source, path FROM asset_file ORDER BY path")


def asset_files(index: GuideIndex, *, copied_only: bool = False) -> Iterator[tuple[str, str, str | None]]:
    """Yield of each file that an asset names its path under content/, the asset's key, its path under site/ if copied.

    With `copied_only`, all others are left out.
    """
    how = "JOIN" if copied_only else "LEFT JOIN"
    query = f"SELECT a.source, a.key, c.path FROM asset_file a {how} copy c ON c.path = a.path"  # noqa: S608
    yield from index.rows(query)


def keys_with_files(index: GuideIndex) -> set[str]:
    """Return the keys of all assets with files."""
    return {key for (key,) in index.rows("SELECT key FROM asset_file")}
