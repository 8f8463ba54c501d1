"""The manifest of pictures: what is known of each by the digest of its bytes, kept between runs and between CI jobs.

A checkout gives every file another time, and an index that another version of the program made is thrown away; what a
picture is does not change with either, so it need not be decoded again.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from exporter.core.cache_database import CacheFormat, open_cache, open_read_only
from exporter.core.encoding import pack, unpack
from exporter.pictures.facts import FACTS_VERSION, FileFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MANIFEST = "pictures.db"
"""The name of its file in the cache."""

_SCHEMA = "CREATE TABLE known (digest TEXT PRIMARY KEY, facts BLOB NOT NULL) WITHOUT ROWID"
_FORMAT = CacheFormat(_SCHEMA, str(FACTS_VERSION))
_ROOM = 1000
"""Pictures that are not in the space any more and are remembered all the same: an edit may be taken back."""


def known_facts(cache: Path) -> Mapping[str, FileFacts]:
    """Return the facts of all pictures that are known, by the digests of their bytes."""
    try:
        with closing(open_read_only(cache / MANIFEST)) as database:
            if database.execute("PRAGMA user_version").fetchone()[0] != _FORMAT.version:
                return {}
            rows = database.execute("SELECT digest, facts FROM known").fetchall()
        return {digest: FileFacts(*unpack(facts)) for digest, facts in rows}
    except (sqlite3.Error, ValueError, TypeError):
        return {}


def remember_facts(cache: Path, found: Iterable[FileFacts], standing: set[str]) -> None:
    """Add facts to the manifest; where it holds many more pictures than are `standing`, the others are dropped."""
    new = [(facts.digest, pack(list(facts))) for facts in found if facts.digest]
    if not new:
        return
    with closing(open_cache(cache / MANIFEST, _FORMAT, durable=False)) as database:
        database.execute("BEGIN")
        database.executemany("INSERT OR REPLACE INTO known VALUES (?, ?)", new)
        digests = {digest for (digest,) in database.execute("SELECT digest FROM known")}
        gone = digests - standing - {digest for digest, _ in new}
        if len(gone) > len(standing) + _ROOM:
            database.executemany("DELETE FROM known WHERE digest = ?", ((digest,) for digest in gone))
        database.execute("COMMIT")
