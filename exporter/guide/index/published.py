"""What was published: the digest of each file of site/ as the last completed job left it, by address."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.guide.index.database import Database

SCHEMA = """
CREATE TABLE published (url TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE unpublished (url TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER page_built AFTER INSERT ON built BEGIN
  INSERT OR IGNORE INTO unpublished SELECT url FROM page WHERE id = NEW.page; END;
CREATE TRIGGER page_gone AFTER DELETE ON page BEGIN INSERT OR IGNORE INTO unpublished VALUES (OLD.url); END;
CREATE TRIGGER page_moved AFTER UPDATE OF url ON page BEGIN
  INSERT OR IGNORE INTO unpublished VALUES (OLD.url); END;
CREATE TRIGGER file_copied AFTER INSERT ON copy BEGIN
  INSERT OR IGNORE INTO unpublished VALUES (
    CASE WHEN '/' || NEW.path GLOB '*/index.html' THEN '/' || substr(NEW.path, 1, length(NEW.path) - 10)
    ELSE '/' || NEW.path END); END;
CREATE TRIGGER file_gone AFTER DELETE ON copy BEGIN
  INSERT OR IGNORE INTO unpublished VALUES (
    CASE WHEN '/' || OLD.path GLOB '*/index.html' THEN '/' || substr(OLD.path, 1, length(OLD.path) - 10)
    ELSE '/' || OLD.path END); END;
"""
"""The tables and triggers.

Invariant of the triggers: an address of site/ whose file may differ from what `published` says of it is in
`unpublished`. It gets there in the very transaction that makes it differ, so that a crash between a build and those
that use its result (the reader's updates, publishing) loses no change: the next build's result has it again. A copy
goes by the address that a page at its path would have, as the one may take the place of the other.
"""
_CHANGES = """
SELECT u.url, old.digest, coalesce(c.digest, b.digest),
  CASE WHEN p.kind IN ('style', 'manifest') THEN '' ELSE p.locale END,
  c.path IS NULL AND b.page IS NULL AND p.id NOT NULL
FROM unpublished u
LEFT JOIN published old ON old.url = u.url
LEFT JOIN copy c ON c.path = substr(u.url, 2) || CASE WHEN u.url GLOB '*/' THEN 'index.html' ELSE '' END
LEFT JOIN page p ON p.url = u.url COLLATE BINARY AND p.url = u.url
LEFT JOIN built b ON b.page = p.id
ORDER BY u.url
"""
_CONFIRM = """
INSERT OR REPLACE INTO published
SELECT u.url, coalesce(c.digest, b.digest) FROM unpublished u
LEFT JOIN copy c ON c.path = substr(u.url, 2) || CASE WHEN u.url GLOB '*/' THEN 'index.html' ELSE '' END
LEFT JOIN page p ON p.url = u.url COLLATE BINARY AND p.url = u.url
LEFT JOIN built b ON b.page = p.id
WHERE coalesce(c.digest, b.digest) NOT NULL
"""
_FORGET = """
DELETE FROM published WHERE url IN (SELECT url FROM unpublished)
AND NOT EXISTS (SELECT 1 FROM page WHERE page.url = published.url COLLATE BINARY AND page.url = published.url)
AND NOT EXISTS (
  SELECT 1 FROM copy
  WHERE copy.path = substr(published.url, 2) || CASE WHEN published.url GLOB '*/' THEN 'index.html' ELSE '' END
)
"""


_FILES = """
SELECT url, digest, CASE WHEN kind IN ('style', 'manifest') THEN '' ELSE locale END
FROM built JOIN page ON page.id = built.page
UNION ALL SELECT '/' || path, digest, '' FROM copy
"""


class FileChange(NamedTuple):
    """An address of site/ whose file is not as published.

    `old` and `new` are digests of bytes, None for no file; `locale` is that of a page, empty for a copied file.
    """

    url: str
    old: bytes | None
    new: bytes | None
    locale: str


def unpublished_changes(index: Database) -> Iterator[FileChange]:
    """Yield what differs from what was published; a page that failed keeps its file, so it does not differ."""
    for url, old, new, locale, failed in index.database.execute(_CHANGES):
        if not failed and old != new:
            yield FileChange(url, old, new, locale or "")


def standing_files(index: Database) -> Iterator[tuple[str, bytes, str]]:
    """Yield every file of site/ as the index knows it: address, digest, locale (empty for a file of all locales)."""
    yield from index.database.execute(_FILES)


def has_unpublished(index: Database) -> bool:
    """Whether any file may differ from what was published."""
    return index.value("SELECT 1 FROM unpublished LIMIT 1") is not None


def confirm_published(index: Database, state: str) -> None:
    """Note, in one transaction, that everything built so far is published as a state of this name."""
    if has_unpublished(index):
        with index.transaction():
            for statement in (_CONFIRM, _FORGET, "DELETE FROM unpublished"):
                index.database.execute(statement)
            index.remember("published", state)
