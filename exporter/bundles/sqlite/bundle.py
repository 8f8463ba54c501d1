"""The guide as an SQLite file: for apps that keep their content in a database on the device."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from exporter.bundles.output import replacing
from exporter.bundles.selection import is_named
from exporter.bundles.sqlite.changes import attach_earlier, note_changes
from exporter.bundles.sqlite.full_text import ENGINES, check_engines, search_pages, write_full_text
from exporter.bundles.sqlite.rows import Scope, item_rows, model_rows, plain
from exporter.bundles.sqlite.schema import APPLICATION_ID, CHANGE, TABLES, VERSION
from exporter.bundles.sqlite.shown import shown_by
from exporter.core.encoding import decode
from exporter.core.errors import ConfigError, GuardError
from exporter.core.files import read_file, walk_files
from exporter.core.naming import asset_files, item_at
from exporter.mirror.state import read_state
from exporter.pictures.offers import FOLDER as PICTURES
from exporter.pictures.offers import kept_variant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from exporter.bundles.bundling import Bundling
    from exporter.bundles.sqlite.rows import Files, Row
    from exporter.core.model import Item
    from exporter.core.naming import AssetFile
    from exporter.report.bundle_report import BundleReport

_COLUMNS = {table.name: len(table.columns) for table in TABLES}
_ITEMS_A_QUERY = 500
_OF_THE_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)


def write_sqlite(bundling: Bundling, target: Path) -> BundleReport:
    """Write the file, and beside it those of its full text, which are put in place before it.

    Raises ConfigError where this Python's SQLite lacks an engine, GuardError where the disk takes no more.
    """
    check_engines()
    try:
        return _write(bundling, target)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OF_THE_DISK:
            raise
        message = f"{target} cannot be written ({error}): free space on its disk, then run again"
        raise GuardError("disk", message) from None


def _write(bundling: Bundling, target: Path) -> BundleReport:
    texts = {engine: target.with_name(f"{target.stem}-{engine}{target.suffix}") for engine in ENGINES}
    token = _token_rows(bundling) if bundling.choices.with_token else []
    with replacing(*texts.values(), target) as (*parts, part):
        with closing(open_tables(part)) as database:
            since = attach_earlier(database, bundling.choices.since) if bundling.choices.since is not None else None
            items = _fill(database, bundling, token)
            digest = _finish(database, since)
            changes = note_changes(database) if since is not None else None
            database.execute("COMMIT")
            pages = list(search_pages(database))
            if since is not None:
                database.execute("DETACH old")
            database.execute("VACUUM")
        for engine, path in zip(texts, parts, strict=True):
            write_full_text(path, engine, pages, digest)
    return bundling.report(target, list(texts.values()), items=items, changes=changes)


def open_tables(path: Path) -> sqlite3.Connection:
    """Make the tables in a file that nobody reads before it is done: it needs no journal."""
    database = sqlite3.connect(path.absolute().as_uri(), uri=True, isolation_level=None)
    for pragma in ("journal_mode = OFF", f"application_id = {APPLICATION_ID}", f"user_version = {VERSION}"):
        database.execute(f"PRAGMA {pragma}")
    database.executescript("\n".join(table.sql for table in (*TABLES, CHANGE)))
    return database


def _fill(database: sqlite3.Connection, bundling: Bundling, token: list[Row]) -> int:
    """Write all rows in one transaction, which is left open; return the number of items."""
    paths = bundling.index.items.paths()
    scope = _scope(bundling, paths.keys())
    types: set[str] = set()
    tags: set[str] = set()
    database.execute("BEGIN")
    keys = [key for key in paths if key in scope.items]
    for rows, item_type in bundling.followed(_items(bundling, scope, {key: paths[key] for key in keys}), len(keys)):
        types.add(item_type)
        tags.update(values[1] for table, values in rows if table == "item_tag")
        _insert(database, rows)
    _insert(database, model_rows(bundling.guide, scope, types, tags))
    _insert(database, [*_meta_rows(bundling), *token])
    return len(keys)


def _scope(bundling: Bundling, keys: Iterable[str]) -> Scope:
    """Return what goes in: what the chosen pages show, or everything."""
    locales, choices = bundling.selection.locales, bundling.choices
    if choices.everything:
        return Scope(locales, frozenset(keys), None)
    named = (found for found in bundling.selection.readable() if is_named(found[1], choices.only))
    shown = shown_by(bundling.index, bundling.guide, named)
    return Scope(locales, shown.items, shown.fields)


def _items(bundling: Bundling, scope: Scope, paths: dict[str, str]) -> Iterator[tuple[list[Row], str]]:
    """Yield the rows of each item, and its content type."""
    keys, standing = list(paths), frozenset(walk_files(bundling.project.output))
    parts = bundling.guide.mere_parts
    chosen = {page.url for _, page in bundling.selection.pages if page.type_id not in parts}
    for start in range(0, len(keys), _ITEMS_A_QUERY):
        some = keys[start : start + _ITEMS_A_QUERY]
        addresses = bundling.index.pages.addresses(some)
        for key in some:
            item = _read(bundling, paths[key])
            urls = {code: url for code, url in addresses.get(key, {}).items() if url in chosen}
            files = _files_of(bundling, item, paths[key], standing)
            yield list(item_rows(bundling.guide, scope, item, urls, files)), item.content_type


def _read(bundling: Bundling, path: str) -> Item:
    """Read an item. Raises GuardError if its file is gone, or is another item's."""
    try:
        item = item_at(path, decode(read_file(f"{bundling.project.content}/{path}")))
        if item is None:
            raise ValueError("it holds another item")
    except (OSError, ValueError) as error:
        message = f"content/{path} changed while the bundle was written ({error}): run the command again"
        raise GuardError("mirror-broken", message) from None
    return item


def _files_of(bundling: Bundling, item: Item, path: str, standing: frozenset[str]) -> Files:
    if item.key.kind != "asset":
        return ()
    return [
        (file, next((place for place in _places(bundling, file) if place in standing), None))
        for file in asset_files(item, path)
    ]


def _places(bundling: Bundling, file: AssetFile) -> Iterator[str]:
    """Yield where a file is under site/, and the variant of all of a picture, whose own file may not be there."""
    yield file.path_in_site(keeps_active=bundling.guide.site.content.active == "keep")
    facts = bundling.index.pictures.facts_of(file.path)
    if facts.is_varied:
        yield f"{PICTURES}/{kept_variant(facts).name}"


def _meta_rows(bundling: Bundling) -> Iterator[Row]:
    """Yield what the file says of itself."""
    site, choices = bundling.guide.site, bundling.choices
    values = {"title": site.title, "description": site.description, "base_url": site.base_url}
    values |= {"default_locale": bundling.selection.locales[0], "everything": str(int(choices.everything))}
    yield from (("meta", (name, plain(value))) for name, value in values.items() if value is not None)


def _token_rows(bundling: Bundling) -> list[Row]:
    """Return the sync token and what it is of. Raises ConfigError if there is none."""
    state = read_state(bundling.project.state_file)
    if state is None or state.token is None:
        message = f"--with-token: {bundling.project.state_file} has no sync token: a preview or a search never has one"
        raise ConfigError("bundle-token", f"{message}; for others run sync first")
    source = {f"source_{name}": value for name, value in state.source.items() if isinstance(value, str)}
    return [("meta", row) for row in {**source, "sync_token": state.token}.items()]


def _insert(database: sqlite3.Connection, rows: Iterable[Row]) -> None:
    for table, values in rows:
        database.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * _COLUMNS[table])})", values)  # noqa: S608 - names of the schema


def _finish(database: sqlite3.Connection, since: str | None) -> str:
    """Note the digest of all rows, and that of the earlier bundle; return the former."""
    found = hashlib.sha256()
    for table in TABLES:
        key = ", ".join(column for column, _ in table.key)
        for row in database.execute(f"SELECT * FROM {table.name} ORDER BY {key}"):  # noqa: S608 - names of the schema
            found.update(repr((table.name, *row)).encode())
    digest = found.hexdigest()
    _insert(database, [("meta", ("digest", digest)), *([("meta", ("since", since))] if since is not None else [])])
    return digest
