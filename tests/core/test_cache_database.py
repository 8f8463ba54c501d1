"""Cache files: kept if they are sound and of the expected format, otherwise replaced by empty ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from exporter.core.cache_database import CacheFormat, copy_cache, open_cache, open_read_only, remove_cache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = CacheFormat("CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT) STRICT", "the first program")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A cache with one fact in it."""
    file = tmp_path / "caches/facts.db"
    with closing(open_cache(file, FORMAT)) as database:
        database.execute("INSERT INTO fact VALUES ('height', '55 m')")
    return file


def facts(database: sqlite3.Connection) -> list[tuple[str, str]]:
    return database.execute("SELECT name, value FROM fact").fetchall()


def opened(file: Path, wanted: CacheFormat = FORMAT) -> list[tuple[str, str]]:
    with closing(open_cache(file, wanted)) as database:
        return facts(database)


def test_sound_file_is_opened_as_it_is(file: Path) -> None:
    before = file.read_bytes()
    assert opened(file) == [("height", "55 m")]
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "other",
    [CacheFormat(FORMAT.schema, "the second program"), CacheFormat(f"{FORMAT.schema}, WITHOUT ROWID", FORMAT.writer)],
)
def test_file_of_another_writer_or_schema_is_replaced_by_an_empty_one(file: Path, other: CacheFormat) -> None:
    assert opened(file, other) == []
    assert opened(file) == []


def fill_with_noise(file: Path) -> None:
    file.write_bytes(b"no database" * 1000)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:700])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def replace_by_folder(file: Path) -> None:
    file.unlink()
    (file / "inside").mkdir(parents=True)


@pytest.mark.parametrize("harm", [fill_with_noise, cut, empty, replace_by_folder])
def test_damaged_file_and_its_journals_are_replaced_by_an_empty_one(file: Path, harm: Callable[[Path], None]) -> None:
    harm(file)
    file.with_name("facts.db-journal").write_bytes(b"x" * 600)
    assert opened(file) == []
    assert [path.name for path in file.parent.iterdir()] == ["facts.db"]
    with closing(open_cache(file, FORMAT)) as database:
        database.execute("INSERT INTO fact VALUES ('age', '900')")
    assert opened(file) == [("age", "900")]


@pytest.mark.parametrize("harm", [None, fill_with_noise, cut, empty, replace_by_folder])
def test_copy_has_the_content_of_a_sound_file_and_leaves_every_file_as_it_is(
    file: Path, harm: Callable[[Path], None] | None
) -> None:
    if harm is not None:
        harm(file)
    before = file.read_bytes() if file.is_file() else None
    with closing(copy_cache(file, FORMAT)) as copy:
        assert facts(copy) == ([] if harm else [("height", "55 m")])
        copy.execute("INSERT INTO fact VALUES ('age', '900')")
    assert (file.read_bytes() if file.is_file() else None) == before


def test_copy_of_another_format_or_of_a_missing_file_is_empty_and_makes_none(file: Path, tmp_path: Path) -> None:
    with closing(copy_cache(file, CacheFormat(FORMAT.schema, "the second program"))) as copy:
        assert facts(copy) == []
    with closing(copy_cache(tmp_path / "none/facts.db", FORMAT)) as copy:
        assert facts(copy) == []
    assert not (tmp_path / "none").exists()


def test_file_locked_by_another_process_is_not_replaced(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect
    with closing(connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(sqlite3, "connect", partial(connect, timeout=0))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            open_cache(file, FORMAT)
    assert opened(file) == [("height", "55 m")]


def test_read_only_connection_writes_nothing_and_makes_no_file(file: Path, tmp_path: Path) -> None:
    with closing(open_read_only(file)) as database:
        assert facts(database) == [("height", "55 m")]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            database.execute("DELETE FROM fact")
    with pytest.raises(sqlite3.OperationalError):
        open_read_only(tmp_path / "none.db")


def test_cache_in_memory_is_always_empty(file: Path) -> None:
    with closing(open_cache(None, FORMAT)) as database:
        assert facts(database) == []
    remove_cache(file)
    remove_cache(file)
    assert not file.exists()
