"""The full text of an SQLite bundle, in a file of its own for each of SQLite's two engines.

FTS5 is what iOS and current desktops have; Android's own SQLite has FTS4 alone. A file of its own each, since a tool
that reads all tables of a file stumbles over an engine that it lacks. What is indexed are the tokens of
`exporter.search`, parted by spaces, which the plainest tokeniser of either engine leaves as they are.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from exporter.bundles.sqlite.schema import APPLICATION_ID, VERSION
from exporter.core.errors import ConfigError
from exporter.search.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENGINES = {
    "fts5": "USING fts5(title, names, text, content='', tokenize='ascii')",
    "fts4": "USING fts4(title, names, text, content='', tokenize=simple)",
}
_SCHEMA = """
CREATE TABLE meta (key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key));
CREATE TABLE page (
  id INTEGER NOT NULL, item TEXT NOT NULL, locale TEXT NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL,
  PRIMARY KEY (id)
);
"""
_PAGES = "SELECT item, locale, title, url FROM title WHERE url NOT NULL ORDER BY item, locale"
_PARTS = """
WITH RECURSIVE part (item, depth) AS (
  SELECT ?1, 0 UNION
  SELECT target, depth + 1 FROM part JOIN link USING (item) JOIN title ON title.item = target
  WHERE link.locale = ?2 AND title.locale = ?2 AND title.url IS NULL AND depth < 8 AND target LIKE 'entry:%'
)
SELECT text FROM value JOIN (SELECT DISTINCT item FROM part) USING (item)
WHERE value.locale = ?2 AND text NOT NULL AND kind IN ('text', 'richtext', 'list') ORDER BY item, field
"""
"""The texts of an entry, and of the entries without pages that are parts of its page."""
_NAMES = """
SELECT DISTINCT title.title FROM link JOIN title ON title.item = link.target AND title.locale = link.locale
WHERE link.item = ? AND link.locale = ? AND link.target LIKE 'entry:%' ORDER BY 1
"""
"""What the entries that an entry links to are called."""


class SearchPage(NamedTuple):
    """A page that can be found: the entry that it shows, its locale, title and address, and the tokens of its texts."""

    item: str
    locale: str
    title: str
    url: str
    tokens: tuple[str, str, str]


def check_engines() -> None:
    """Raise ConfigError where this Python's SQLite lacks one of the engines."""
    with closing(sqlite3.connect(":memory:")) as database:
        for engine, table in ENGINES.items():
            try:
                database.execute(f"CREATE VIRTUAL TABLE {engine} {table}")
            except sqlite3.OperationalError as error:
                message = f"SQLite of this Python lacks {engine.upper()} ({error}): use another build of Python"
                raise ConfigError("bundle-extra", message) from None


def search_pages(database: sqlite3.Connection) -> Iterator[SearchPage]:
    """Yield the pages of a bundle with their tokens."""
    for item, locale, title, url in database.execute(_PAGES).fetchall():
        names = " ".join(name for (name,) in database.execute(_NAMES, (item, locale)))
        text = "\n".join(part for (part,) in database.execute(_PARTS, (item, locale)))
        cut = [" ".join(tokens(part)) for part in (title, names, text)]
        yield SearchPage(item, locale, title, url, (cut[0], cut[1], cut[2]))


def write_full_text(path: Path, engine: str, pages: list[SearchPage], digest: str) -> None:
    """Write the file for an engine; `digest` is that of the bundle to which it belongs."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.executescript(f"{_SCHEMA} CREATE VIRTUAL TABLE search {ENGINES[engine]};")
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("BEGIN")
        database.execute("INSERT INTO meta VALUES ('digest', ?)", (digest,))
        for number, page in enumerate(pages, 1):
            database.execute("INSERT INTO page VALUES (?, ?, ?, ?, ?)", (number, *page[:4]))
            database.execute(
                "INSERT INTO search (rowid, title, names, text) VALUES (?, ?, ?, ?)", (number, *page.tokens)
            )
        database.execute("INSERT INTO search (search) VALUES ('optimize')")
        database.execute("COMMIT")
        database.execute("VACUUM")
