"""The tables of what stands in site/: the pages that were built, with their files, and the folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.guide.index.database import read_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex


class BuiltPage(NamedTuple):
    """A page that was built: the number of the questions it shares with others, and its file as it was written.

    `mtime` is in nanoseconds; `problems` are packed, None where there are none.
    """

    number: int
    shared_set: int
    size: int
    mtime: int
    digest: bytes
    problems: bytes | None


def has_built(index: GuideIndex, *, more_than: int = 0) -> bool:
    """Whether more than so many pages are built."""
    return index.value("SELECT 1 FROM built LIMIT 1 OFFSET ?", more_than) is not None


def page_count(index: GuideIndex) -> int:
    """Return the number of pages, built or not."""
    return int(index.value("SELECT count(*) FROM page"))


def page_urls(index: GuideIndex) -> Iterator[str]:
    """Yield the address of every page."""
    return (url for (url,) in index.rows("SELECT url FROM page"))


def has_parted_pages(index: GuideIndex) -> bool:
    """Whether any address was wanted by several entries."""
    return index.value("SELECT 1 FROM page WHERE parted NOT NULL") is not None


def has_page_at(index: GuideIndex, urls: Iterable[str]) -> bool:
    """Whether a page lies at one of some addresses."""
    return any(index.value("SELECT 1 FROM page WHERE url = ?", url) is not None for url in urls)


def has_page_below(index: GuideIndex, path: str) -> bool:
    """Whether a page lies in a folder of site/."""
    query = "SELECT 1 FROM page WHERE url >= ? AND url < ?"
    return index.value(query, f"/{path}/", f"/{path}0") is not None  # 0 comes next after the slash


def unbuilt_pages(index: GuideIndex) -> Iterator[int]:
    """Yield the numbers of pages that are not built."""
    query = "SELECT id FROM page LEFT JOIN built ON built.page = page.id WHERE built.page IS NULL"
    return (number for (number,) in index.rows(query))


def owners_of_unbuilt(index: GuideIndex) -> dict[int, str]:
    """Return by number, for each page that is not built, the id of its entry, or its address where it has none."""
    owner = "coalesce(substr(key, instr(key, ':') + 1), url)"
    return dict(index.rows(f"SELECT id, {owner} FROM page WHERE id NOT IN (SELECT page FROM built)"))  # noqa: S608


def built_files(index: GuideIndex) -> Iterator[tuple[int, str, int, int]]:
    """Yield number, address, size and mtime of every page that is built."""
    query = "SELECT id, url, size, time FROM built JOIN page ON page.id = built.page"
    yield from index.database.execute(query)


def built_digest(index: GuideIndex, number: int) -> bytes | None:
    """Return the digest of a page's file; None for a page that is not built."""
    found: bytes | None = index.value("SELECT digest FROM built WHERE page = ?", number)
    return found


def built_problems(index: GuideIndex) -> Iterator[Json]:
    """Yield what was found wrong when pages were rendered, by page."""
    for (data,) in index.rows("SELECT problems FROM built WHERE problems NOT NULL ORDER BY page"):
        yield from read_row(data)


def keep_built(index: GuideIndex, pages: Iterable[BuiltPage]) -> None:
    """Note that pages are built."""
    index.database.executemany("INSERT OR REPLACE INTO built VALUES (?, ?, ?, ?, ?, ?)", pages)


def keep_look(index: GuideIndex, number: int, size: int, mtime: int) -> None:
    """Note that a page's file looks different and holds the same bytes."""
    index.database.execute("UPDATE built SET size = ?, time = ? WHERE page = ?", (size, mtime, number))


def forget_unused_questions(index: GuideIndex) -> None:
    """Remove the shared questions that no page asks any more."""
    index.database.execute("DELETE FROM shape WHERE id NOT IN (SELECT shape FROM built)")


def known_folders(index: GuideIndex) -> dict[str, int]:
    """Return the mtime of every folder of site/ as the last build left it, by path."""
    return dict(index.rows("SELECT path, time FROM folder"))


def keep_folders(index: GuideIndex, mtimes: dict[str, int | None]) -> None:
    """Note the mtimes of folders by path; None for a folder that is gone."""
    gone = [(path,) for path, mtime in mtimes.items() if mtime is None]
    index.database.executemany("DELETE FROM folder WHERE path = ?", gone)
    standing: list[tuple[str, Any]] = [(path, mtime) for path, mtime in mtimes.items() if mtime is not None]
    index.database.executemany("INSERT OR REPLACE INTO folder VALUES (?, ?)", standing)
