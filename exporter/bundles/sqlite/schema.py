"""The tables of the SQLite file, as apps see them.

They are plain, so that Android's Room and every driver open them: no STRICT, WITHOUT ROWID, generated columns or
triggers, and a table-level primary key in each. Each key consists of columns of the table `change`, which can thus name
a row of any of them. Another shape needs another VERSION: apps read it as `user_version`.
"""

from __future__ import annotations

from typing import NamedTuple

APPLICATION_ID = 0x4578476D
"""`ExGm` in ASCII: what the file is, for `file` and for apps."""
VERSION = 1


class Table(NamedTuple):
    """A table: its columns with their types, and those of its key, each with the column of `change` that holds it."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str, str], ...] = ()
    indices: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """The statements that make it."""
        lines = [f"{name} {kind}" for name, kind in self.columns]
        lines.append(f"PRIMARY KEY ({', '.join(name for name, _ in self.key)})")
        lines += [f"FOREIGN KEY ({name}) REFERENCES {table} ({column})" for name, table, column in self.references]
        made = f"CREATE TABLE {self.name} ({', '.join(lines)});"
        indices = (f"CREATE INDEX index_{self.name}_{name} ON {self.name} ({name});" for name in self.indices)
        return "\n".join([made, *indices])


_TEXT, _INTEGER, _REAL = "TEXT NOT NULL", "INTEGER NOT NULL", "REAL NOT NULL"
_OF_ITEM = (("item", "item", "key"),)
_PLACE_OF_VALUE = (("item", _TEXT), ("field", _TEXT), ("locale", _TEXT))
_KEY_OF_VALUE = (("item", "key"), ("field", "field"), ("locale", "locale"))

TABLES = (
    Table("meta", (("key", _TEXT), ("value", _TEXT)), (("key", "key"),)),
    Table(
        "locale",
        (("code", _TEXT), ("name", _TEXT), ("direction", _TEXT), ("fallback", "TEXT"), ("position", _INTEGER)),
        (("code", "locale"),),
    ),
    Table(
        "content_type",
        (("id", _TEXT), ("name", _TEXT), ("display_field", _TEXT), ("position", _INTEGER)),
        (("id", "key"),),
    ),
    Table(
        "field",
        (
            *(("content_type", _TEXT), ("id", _TEXT), ("name", _TEXT), ("type", _TEXT), ("items", "TEXT")),
            *(("localized", _INTEGER), ("position", _INTEGER)),
        ),
        (("content_type", "key"), ("id", "field")),
        (("content_type", "content_type", "id"),),
    ),
    Table("tag", (("id", _TEXT), ("name", _TEXT)), (("id", "key"),)),
    Table(
        "item",
        (
            *(("key", _TEXT), ("kind", _TEXT), ("id", _TEXT), ("content_type", "TEXT")),
            *(("revision", _INTEGER), ("created_at", "TEXT"), ("updated_at", "TEXT")),
        ),
        (("key", "key"),),
        (("content_type", "content_type", "id"),),
        ("content_type",),
    ),
    Table(
        "title",
        (("item", _TEXT), ("locale", _TEXT), ("title", _TEXT), ("url", "TEXT"), ("translated", _INTEGER)),
        (("item", "key"), ("locale", "locale")),
        _OF_ITEM,
        ("url",),
    ),
    Table(
        "value",
        (*_PLACE_OF_VALUE, ("kind", _TEXT), ("source", _TEXT), ("text", "TEXT"), ("number", "REAL"), ("json", "TEXT")),
        _KEY_OF_VALUE,
        _OF_ITEM,
        ("field",),
    ),
    Table(
        "link",
        (*_PLACE_OF_VALUE, ("position", _INTEGER), ("target", _TEXT)),
        (*_KEY_OF_VALUE, ("position", "position")),
        (*_OF_ITEM, ("target", "item", "key")),
        ("target",),
    ),
    Table(
        "place",
        (*_PLACE_OF_VALUE, ("latitude", _REAL), ("longitude", _REAL)),
        _KEY_OF_VALUE,
        _OF_ITEM,
        ("latitude",),
    ),
    Table(
        "asset_file",
        (
            *(("item", _TEXT), ("locale", _TEXT), ("path", "TEXT"), ("source", "TEXT"), ("file_name", _TEXT)),
            *(("content_type", _TEXT), ("size", "INTEGER"), ("width", "INTEGER"), ("height", "INTEGER")),
        ),
        (("item", "key"), ("locale", "locale")),
        _OF_ITEM,
    ),
    Table(
        "item_tag",
        (("item", _TEXT), ("tag", _TEXT)),
        (("item", "key"), ("tag", "field")),
        (*_OF_ITEM, ("tag", "tag", "id")),
        ("tag",),
    ),
)
"""The tables of content, each behind those that it refers to."""

CHANGE = Table(
    "change",
    (
        *(("table_name", _TEXT), ("key", _TEXT), ("field", _TEXT), ("locale", _TEXT), ("position", _INTEGER)),
        ("action", _TEXT),
    ),
    (("table_name", ""), ("key", ""), ("field", ""), ("locale", ""), ("position", "")),
)
"""The rows of the other tables that are not as in the earlier bundle; empty in one that was made without `--since`."""

UNUSED = {"key": "''", "field": "''", "locale": "''", "position": "0"}
"""What a column of `change` holds in the rows of tables whose keys have no such column."""
