"""The table of changes, applied to the earlier bundle as the documentation says, gives the new one, row for row."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from exporter.bundles.sqlite.schema import TABLES
from exporter.cli.commands import run
from tests.bundles.made import bundle, faults_of, rows_of
from tests.conftest import CATEGORY, PICTURE, PLACE, Guide, SpaceFiles, asset, content_type, entry, link, locale
from tests.documents.pages import DOCS, blocks

(APPLY,) = [block for block in blocks(DOCS / "bundles.md", "sql") if block.startswith("DELETE")]
LOCALES = [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar")]
WIDE = {"id": "where", "name": "Where", "type": "Location", "localized": False}
RELATED = {"id": "related", "name": "Related", "type": "Array", "localized": True, "items": {"type": "Link"}}
MODELS = (
    (PLACE, CATEGORY),
    (
        content_type("place", *PLACE["fields"], WIDE, {**RELATED, "items": {"type": "Link", "linkType": "Entry"}}),
        CATEGORY,
    ),
    (content_type("place", *PLACE["fields"][:3]), {**CATEGORY, "name": "Kind"}),
)
IDS = ("a", "b", "c", "d")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(["A", "B", "Ç", "東京", "القلعة", ""]),
    "slug": st.sampled_from(["a", "b", "é"]),
    "summary": st.sampled_from(["", "One.", "Two.", "'; DROP TABLE item"]),
    "body": st.sampled_from(["Text.", "*More* text.", 5, 0.5, True, None, ["x"], {"k": [1]}]),
    "category": st.sampled_from(IDS).map(lambda name: link("Entry", name)),
    "picture": st.just(link("Asset", "pic")),
    "where": st.sampled_from([{"lat": 38.7, "lon": -9.1}, {"lat": -1, "lon": 200}, {"lat": 0.5, "lon": 3}]),
    "related": st.lists(st.sampled_from(IDS).map(lambda name: link("Entry", name)), max_size=3),
}
CODES = ("en-US", "de-DE", "ar")
FIELD = st.sampled_from([*VALUES]).flatmap(
    lambda name: st.tuples(st.just(name), st.dictionaries(st.sampled_from(CODES), VALUES[name], max_size=3))
)
PUT = st.tuples(
    st.just("put"),
    st.sampled_from(["place", "category"]),
    st.sampled_from(IDS),
    st.integers(1, 9),
    st.lists(FIELD, max_size=5).map(dict),
    st.sets(st.sampled_from(["old", "new", "é"]), max_size=2),
)
STEP = st.lists(
    st.one_of(
        PUT,
        PUT,
        st.tuples(st.just("remove"), st.sampled_from(IDS)),
        st.tuples(st.just("model"), st.integers(0, len(MODELS) - 1)),
        st.tuples(st.just("picture"), st.booleans()),
    ),
    min_size=1,
    max_size=5,
)
OPTIONS = st.sampled_from([[], [], ["--all"], ["--locale", "de-DE"], ["--locale", "ar", "--locale", "en-US"]])
HISTORY = st.lists(st.tuples(STEP, OPTIONS), min_size=2, max_size=3)


class Mirror:
    """A guide whose content/ is edited by hand."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = SpaceFiles(root / "content")
        self.files.put_model(*MODELS[0], locales=LOCALES)
        self.files.put(entry("place", "first", title="First", slug="first", category=link("Entry", "a")))
        (root / "site.yaml").write_text(
            json.dumps({"title": "T", "offline": False, "source": {"local": "demo"}}), "utf-8"
        )

    def play(self, step: list[Any]) -> None:
        """Edit content/."""
        for kind, *values in step:
            getattr(self, f"_{kind}")(*values)

    def _put(self, type_id: str, identifier: str, revision: int, fields: dict[str, Any], tags: set[str]) -> None:
        self._remove(identifier)
        raw = entry(type_id, identifier, revision, **fields)
        raw["metadata"]["tags"] = [link("Tag", tag) for tag in sorted(tags)]
        self.files.put(raw)

    def _remove(self, identifier: str) -> None:
        for file in self.files.root.glob(f"entries/*/{identifier}.json"):
            file.unlink()

    def _model(self, number: int) -> None:
        self.files.put_model(*MODELS[number], locales=LOCALES)

    def _picture(self, *values: bool) -> None:
        if values[0]:
            self.files.put(asset("pic", "pic.svg", len(PICTURE)), file=PICTURE)
        else:
            (self.files.root / "assets/pic.json").unlink(missing_ok=True)

    def bundle(self, name: str, *options: str) -> Path:
        """Write a bundle, whatever problems the content has."""
        file = self.root / name
        assert run(["-C", str(self.root), "-q", "bundle", "--format", "sqlite", "-o", str(file), *options]) in (0, 1)
        return file


def applied(old: Path, new: Path) -> Path:
    """Apply the changes of a bundle to a copy of the earlier one, as the documentation says."""
    copy = old.with_name("applied.sqlite")
    shutil.copy(old, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.execute("ATTACH ? AS new", (str(new),))
        (mine,), (since,) = (
            database.execute(f"SELECT value FROM {place}.meta WHERE key = '{key}'").fetchone()
            for place, key in (("main", "digest"), ("new", "since"))
        )
        assert mine == since
        database.executescript(f"PRAGMA foreign_keys = OFF; BEGIN; {APPLY} COMMIT;")
    return copy


def holds(history: list[tuple[list[Any], list[str]]]) -> None:
    """Play a history; after each step the earlier bundle with the changes is the new one."""
    with tempfile.TemporaryDirectory(dir=Path(tempfile.gettempdir())) as folder:
        mirror = Mirror(Path(folder))
        before = mirror.bundle("0.sqlite")
        for number, (step, options) in enumerate(history, 1):
            mirror.play(step)
            now = mirror.bundle(f"{number}.sqlite", *options, "--since", str(before))
            whole = mirror.bundle("whole.sqlite", *options)
            made = applied(before, now)
            assert rows_of(made) == rows_of(now)
            content = {name: rows for name, rows in rows_of(now).items() if name != "meta"}
            assert content == {name: rows for name, rows in rows_of(whole).items() if name != "meta"}
            assert (faults_of(made), faults_of(now)) == ([], [])
            with closing(sqlite3.connect(now)) as database:
                counts = database.execute("SELECT table_name, action, count(*) FROM change GROUP BY 1, 2").fetchall()
            for table, action, _ in counts:
                event(f"{action} {table}")
            before = now


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(history=HISTORY)
def test_changes_applied_to_the_earlier_bundle_give_the_new_one(history: list[tuple[list[Any], list[str]]]) -> None:
    holds(history)


@pytest.mark.long
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(history=HISTORY)
def test_the_same_over_many_more_histories(history: list[tuple[list[Any], list[str]]]) -> None:
    holds(history)


def test_every_table_has_its_statements() -> None:
    for table in TABLES:
        assert APPLY.count(f"DELETE FROM {table.name} ") == APPLY.count(f"INSERT OR REPLACE INTO {table.name}\n") == 1


def test_one_changed_word_is_one_changed_row(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    bundle(guide, "sqlite", "-o", str(guide.root / "old.sqlite"))
    raw = json.loads((space.root / "entries/place/mill.json").read_text("utf-8"))
    raw["fields"]["body"]["en-US"] = "It stands."
    space.put(raw)
    guide.build()
    found = bundle(guide, "sqlite", "--locale", "en-US", "--since", str(guide.root / "old.sqlite"))
    found = bundle(guide, "sqlite", "--since", str(guide.root / "old.sqlite"))
    with closing(sqlite3.connect(guide.root / "guide.sqlite")) as database:
        rows = database.execute("SELECT table_name, key, field, locale, position, action FROM change").fetchall()
    values = [row for row in rows if row[0] == "value"]
    assert values == [("value", "entry:mill", "body", code, 0, "upsert") for code in ("ar", "de-DE", "en-US")]
    assert {row[:2] for row in rows if row[0] != "value"} == {("meta", "digest"), ("meta", "since")}
    assert found["changes"] == len(rows)


def test_bundle_can_take_the_place_of_the_one_that_it_continues(guide: Guide) -> None:
    guide.build()
    bundle(guide, "sqlite")
    found = bundle(guide, "sqlite", "--since", str(guide.root / "guide.sqlite"))
    assert found["changes"] == 1  # that it has an earlier bundle
    assert faults_of(guide.root / "guide.sqlite") == []


@pytest.mark.parametrize("kind", ["text", "foreign", "newer"])
def test_file_that_is_no_earlier_bundle_is_told(kind: str, guide: Guide) -> None:
    guide.build()
    old = guide.root / "old.sqlite"
    if kind == "newer":
        bundle(guide, "sqlite", "-o", str(old))
    if kind == "text":
        old.write_text("no database at all", "utf-8")
    else:
        with closing(sqlite3.connect(old)) as database:
            database.execute("CREATE TABLE x (y)")
            database.execute("PRAGMA user_version = 99")
            database.commit()
    before = old.read_bytes()
    outcome = guide.run("bundle", "--format", "sqlite", "--since", str(old), "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (2, "bundle-since")
    words = {"text": "cannot be read", "foreign": "is no bundle of SQLite", "newer": "of another version of exporter"}
    assert words[kind] in outcome.json["error"]["message"]
    assert (old.read_bytes(), list(guide.root.glob("*guide*.sqlite*"))) == (before, [])
