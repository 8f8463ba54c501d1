"""The tables of files that are copied into site/: those of assets, and the copies as they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.index.guide_index import GuideIndex


class Copy(NamedTuple):
    """A copy: the signature of its source, and the file as it was written. `mtime` is in nanoseconds."""

    signature: int
    size: int
    mtime: int


class AssetFile(NamedTuple):
    """A file of an asset: its path under content/, the asset's key, its path under site/ where it was copied."""

    source: str
    key: str
    copied: str | None


def copies(index: GuideIndex) -> dict[str, Copy]:
    """Return what was copied, by path under site/."""
    rows = index.rows("SELECT path, source, size, time FROM copy")
    return {path: Copy(*look) for path, *look in rows}


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


def asset_files(index: GuideIndex, *, copied_only: bool = False) -> Iterator[AssetFile]:
    """Yield the files that assets name; with `copied_only`, those that were copied."""
    how = "JOIN" if copied_only else "LEFT JOIN"
    query = f"SELECT a.source, a.key, c.path FROM asset_file a {how} copy c ON c.path = a.path"  # noqa: S608
    return (AssetFile(*row) for row in index.rows(query))


def keys_with_files(index: GuideIndex) -> set[str]:
    """Return the keys of all assets with files."""
    return {key for (key,) in index.rows("SELECT key FROM asset_file")}
