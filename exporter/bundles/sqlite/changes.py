"""The table of changes: the keys of rows that are not as they were in an earlier bundle."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from exporter.bundles.sqlite.schema import APPLICATION_ID, TABLES, UNUSED, VERSION
from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.bundles.sqlite.schema import Table


def attach_earlier(database: sqlite3.Connection, file: Path) -> str:
    """Make an earlier bundle readable as `old`; return its digest. Raises ConfigError for any other file."""
    if not file.is_file():
        raise ConfigError("bundle-since", f"--since: there is no file {file}: name an earlier bundle, or leave it out")
    try:
        database.execute("ATTACH ? AS old", (f"{file.absolute().as_uri()}?mode=ro",))
        marks = [database.execute(f"PRAGMA old.{name}").fetchone()[0] for name in ("application_id", "user_version")]
        if marks == [APPLICATION_ID, VERSION]:
            return str(database.execute("SELECT value FROM old.meta WHERE key = 'digest'").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise ConfigError("bundle-since", f"--since: {file} cannot be read ({error}): name an earlier bundle") from None
    what = "no bundle of SQLite" if marks[0] != APPLICATION_ID else "a bundle of another version of exporter"
    raise ConfigError("bundle-since", f"--since: {file} is {what}: leave --since out and ship the whole file")


def note_changes(database: sqlite3.Connection) -> int:
    """Write which rows differ from those of `old`; return their number."""
    for table in TABLES:
        for statement in _statements(table):
            database.execute(statement)
    return int(database.execute("SELECT count(*) FROM change").fetchone()[0])


def _statements(table: Table) -> tuple[str, str]:
    """Return what notes the new and changed rows of a table, and what notes those that are gone."""
    name, key = table.name, ", ".join(column for column, _ in table.key)
    held = {target: column for column, target in table.key}
    values = ", ".join(held.get(target, unused) for target, unused in UNUSED.items())
    insert = f"INSERT INTO change SELECT '{name}', {values}"
    rows = f"SELECT * FROM main.{name} EXCEPT SELECT * FROM old.{name}"  # noqa: S608 - the same
    keys = f"SELECT {key} FROM old.{name} EXCEPT SELECT {key} FROM main.{name}"  # noqa: S608 - the same
    return f"{insert}, 'upsert' FROM ({rows}) ORDER BY {key}", f"{insert}, 'delete' FROM ({keys}) ORDER BY {key}"
