"""The SQLite file: what is in it, and that every kind of app can open and ask it."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from exporter.bundles.sqlite import bundle as sqlite_bundle
from exporter.bundles.sqlite.bundle import open_tables
from exporter.bundles.sqlite.full_text import ENGINES, SearchPage, write_full_text
from exporter.bundles.sqlite.schema import APPLICATION_ID, CHANGE, TABLES, VERSION
from exporter.cli.commands import run
from exporter.search.tokens import _DENSE, fold, tokens
from tests.bundles.made import bundle, faults_of, rows_of
from tests.conftest import NO_RECORDINGS, PICTURE, PROJECT, RECORDINGS, SpaceFiles, asset, content_type, entry, link
from tests.documents.pages import DOCS, blocks, rows
from tests.journeys.test_page_builder_space import HIDDEN
from tests.support.everything import SPACE as EVERYTHING
from tests.support.page_builder import put_page_builder
from tests.support.recorded import exports, put_export

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bundles.made import Lisbon
    from tests.conftest import Guide

PAGE = DOCS / "bundles.md"
NODE = PROJECT / "tests/browser"
AFFINITIES = {"String": "TEXT", "Long": "INTEGER", "Int": "INTEGER", "Double": "REAL"}


def asked(file: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()


def shell(file: Path, query: str) -> str:
    if shutil.which("sqlite3") is None:
        pytest.skip("there is no sqlite3")
    return subprocess.run(["sqlite3", str(file), query], capture_output=True, text=True, check=True).stdout


def test_values_of_every_type_are_where_an_app_looks(guide: Guide, space: SpaceFiles) -> None:
    kinds = ("Symbol", "Text", "Date", "Integer", "Number", "Boolean", "Location", "Object", "RichText")
    fields: list[Any] = [("title", "Symbol"), *((f"of{kind}", kind) for kind in kinds)]
    several = {"name": "x", "type": "Array", "localized": False}
    fields.append({**several, "id": "words", "items": {"type": "Symbol"}})
    fields.append({**several, "id": "places", "items": {"type": "Link", "linkType": "Entry"}})
    space.write("model/content_types/all.json", json.dumps(content_type("all", *fields)).encode())
    text = {"nodeType": "text", "value": "Rich.", "marks": [], "data": {}}
    inside = {"nodeType": "embedded-entry-block", "data": {"target": link("Entry", "mill")}, "content": []}
    rich = {"nodeType": "document", "data": {}, "content": [{"nodeType": "paragraph", "content": [text]}, inside]}
    values: dict[str, Any] = {
        "ofSymbol": "s\0",
        "ofText": "*t*",
        "ofDate": "2026-01-01T10:00+01:00",
        "ofInteger": 2**70,
        "ofNumber": 0.5,
        "ofBoolean": False,
        "ofLocation": {"lat": 38.7, "lon": -9.1},
        "ofObject": {"b": [1], "a": None},
        "ofRichText": rich,
        "words": ["one", "two"],
        "places": [link("Entry", "mill"), link("Entry", "gone"), link("Entry", "castle"), link("Entry", "mill")],
    }
    space.put(entry("all", "a", title="All", **values))
    guide.build()
    bundle(guide, "sqlite", "--all")
    file = guide.root / "guide.sqlite"
    query = (
        "SELECT field, kind, text, number, json FROM value WHERE item = 'entry:a' AND locale = 'en-US' ORDER BY field"
    )
    assert asked(file, query) == [
        ("ofBoolean", "boolean", "false", 0.0, None),
        ("ofDate", "date", "2026-01-01T10:00+01:00", None, None),
        ("ofInteger", "number", "1180591620717411303424", 2.0**70, None),
        ("ofLocation", "location", None, None, '{"lat":38.7,"lon":-9.1}'),
        ("ofNumber", "number", "0.5", 0.5, None),
        ("ofObject", "object", None, None, '{"a":null,"b":[1]}'),
        ("ofRichText", "richtext", "Rich.", None, json.dumps(rich, sort_keys=True, separators=(",", ":"))),
        ("ofSymbol", "text", "s", None, None),
        ("ofText", "text", "*t*", None, None),
        ("title", "text", "All", None, None),
        ("words", "list", "one\ntwo", None, '["one","two"]'),
    ]
    query = (
        "SELECT field, position, target FROM link WHERE item = 'entry:a' AND locale = 'en-US' ORDER BY field, position"
    )
    assert asked(file, query) == [
        ("ofRichText", 0, "entry:mill"),
        ("places", 0, "entry:mill"),
        ("places", 1, "entry:castle"),
        ("places", 2, "entry:mill"),
    ]
    assert asked(file, "SELECT field, latitude, longitude FROM place WHERE locale = 'ar'") == [
        ("ofLocation", 38.7, -9.1)
    ]
    assert faults_of(file) == []


def test_fallback_is_applied_and_says_where_a_value_came_from(guide: Guide) -> None:
    guide.build()
    bundle(guide, "sqlite")
    query = "SELECT locale, source, text FROM value WHERE item = 'entry:castle' AND field = 'summary' ORDER BY locale"
    assert asked(guide.root / "guide.sqlite", query) == [
        ("ar", "ar", "على تل."),
        ("de-DE", "en-US", "On a hill."),
        ("en-US", "en-US", "On a hill."),
    ]
    titles = asked(
        guide.root / "guide.sqlite", "SELECT locale, title, url, translated FROM title WHERE item = 'entry:mill'"
    )
    assert sorted(titles) == [
        ("ar", "The mill", None, 0),
        ("de-DE", "The mill", None, 0),
        ("en-US", "The mill", "/place/mill/", 1),
    ]


def test_assets_say_where_their_file_is_in_the_guide(guide: Guide, space: SpaceFiles) -> None:
    space.put(asset("lost", "lost.svg", 10))
    guide.run("build")
    found = guide.run("bundle", "--format", "sqlite", "--all")
    assert found.code in (0, 1)
    query = (
        "SELECT item, path, file_name, content_type, size, width, height FROM asset_file WHERE locale = 'ar' ORDER BY 1"
    )
    rows = asked(guide.root / "guide.sqlite", query)
    assert rows == [
        ("asset:lost", None, "lost.svg", "image/svg+xml", 10, 30, 20),
        ("asset:pic", "files/pic/castle.svg", "castle.svg", "image/svg+xml", len(PICTURE), 30, 20),
    ]
    assert (guide.root / "site/files/pic/castle.svg").is_file()


def test_picture_that_only_variants_are_made_of_has_the_place_of_its_whole_variant(lisbon: Lisbon) -> None:
    rows = asked(lisbon.bundle("sqlite")[0], "SELECT path, content_type FROM asset_file WHERE locale = 'en-US'")
    pictures = [path for path, kind in rows if kind == "image/webp"]
    assert len(pictures) > 50
    assert {path.partition("/")[0] for path in pictures} == {"pictures"}
    assert [path for path, _ in rows if not (lisbon.root / "site" / path).is_file()] == []


def test_notes_of_editors_and_what_no_page_shows_stay_out(tmp_path: Path) -> None:
    put_page_builder(SpaceFiles(tmp_path / "space"))
    settings = {"title": "Harbour museum", "source": {"local": str(tmp_path / "space")}}
    (tmp_path / "site.yaml").write_text(json.dumps(settings), "utf-8")
    assert run(["-C", str(tmp_path), "-q", "build"]) == 0
    assert run(["-C", str(tmp_path), "-q", "bundle", "--format", "sqlite"]) == 0
    data = b"".join(path.read_bytes() for path in tmp_path.glob("guide*.sqlite"))
    words = [word for word in HIDDEN if len(word) > 8]
    assert len(words) > 5
    assert [word for word in words if word.encode() in data] == []
    assert [
        text for text in ("The keel was laid in spring.", "Lanterns on the water.") if text.encode() not in data
    ] == []
    assert run(["-C", str(tmp_path), "-q", "bundle", "--format", "sqlite", "--all"]) == 0
    everything = (tmp_path / "guide.sqlite").read_bytes()
    assert [word for word in (HIDDEN[0], "GTM-AB12", "museum tickets") if word.encode() not in everything] == []


def test_token_is_there_only_where_it_was_asked_for(guide: Guide) -> None:
    guide.build()
    token = json.loads((guide.root / ".syncstate").read_text("utf-8"))["token"]
    bundle(guide, "sqlite", "--all")
    file = guide.root / "guide.sqlite"
    assert [path for path in guide.root.glob("guide*.sqlite") if token.encode() in path.read_bytes()] == []
    bundle(guide, "sqlite", "--all", "--with-token")
    assert asked(file, "SELECT value FROM meta WHERE key = 'sync_token'") == [(token,)]
    (guide.root / ".syncstate").unlink()
    outcome = guide.run("bundle", "--format", "sqlite", "--with-token", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (2, "bundle-token")
    assert asked(file, "SELECT value FROM meta WHERE key = 'sync_token'") == [(token,)]


def test_part_has_what_its_pages_show_and_nothing_else(lisbon: Lisbon) -> None:
    file, counts = lisbon.bundle("sqlite", "--only", "walk", "--locale", "de-DE")
    assert faults_of(file) == []
    assert {code for (code,) in asked(file, "SELECT locale FROM value UNION SELECT code FROM locale")} == {"de-DE"}
    kinds = dict(asked(file, "SELECT content_type, count(*) FROM item WHERE kind = 'entry' GROUP BY 1"))
    assert kinds["walk"] == 4
    shown_texts = [
        html.parse(page).getroot().text_content() for page in (lisbon.root / "site/de-DE/walk").rglob("*.html")
    ]
    titles = [title for (title,) in asked(file, "SELECT title FROM title JOIN item ON item = key WHERE kind = 'entry'")]
    assert [title for title in titles if not any(title in text for text in shown_texts)] == []
    assert [field for (field,) in asked(file, "SELECT id FROM field WHERE content_type = 'category'")] == ["title"]
    assert sum(kinds.values()) < counts["items"] < 144
    assert (
        asked(file, "SELECT DISTINCT field FROM value JOIN item ON item = item.key WHERE content_type = 'walk'") != []
    )
    shown = {name for (name,) in asked(file, "SELECT id FROM field WHERE content_type = 'place'")}
    assert {"title", "summary"} <= shown
    assert "body" not in shown


@pytest.mark.parametrize("name", [*(exports() or ["none"]), "everything"])
def test_file_of_every_space_is_whole(name: str, tmp_path: Path) -> None:
    if name == "none":
        pytest.skip(NO_RECORDINGS)
    if name == "everything":
        with EVERYTHING.serve() as url, pytest.MonkeyPatch.context() as patch:
            patch.setenv("CONTENTFUL_ACCESS_TOKEN", "b4c0n73n7fu1")
            built(tmp_path, {"space": "s", "url": url})
    else:
        (tmp_path / "space").mkdir()
        built(tmp_path, {"local": str(put_export(name, tmp_path / "space"))})
    for options in ([], ["--all"], ["--locale", "en-US"]):
        assert run(["-C", str(tmp_path), "-q", "bundle", "--format", "sqlite", *options]) == 0
        files = sorted(tmp_path.glob("guide*.sqlite"))
        assert [(file.name, faults_of(file)) for file in files] == [(file.name, []) for file in files]
        assert len(files) == 3
        assert asked(tmp_path / "guide.sqlite", "SELECT count(*) FROM value")[0][0] > 20
        assert room_faults(tmp_path / "guide.sqlite") == []


def test_there_are_three_exports_where_there_are_recordings() -> None:
    assert len(exports()) == (3 if RECORDINGS.is_dir() else 0)


def built(root: Path, source: dict[str, str]) -> None:
    (root / "site.yaml").write_text(json.dumps({"title": "A guide", "source": source}), "utf-8")
    assert run(["-C", str(root), "-q", "build"]) == 0


def entities() -> dict[str, dict[str, Any]]:
    """Return the Room entities of the documentation by their tables, as Room compares them with a file."""
    (text,) = blocks(PAGE, "kotlin")
    found = {}
    for notes, fields in re.findall(r"@Entity\((.*?)\)\ndata class \w+\((.*?)\)(?:\n|$)", text, re.DOTALL):
        name = re.findall(r'tableName = "(\w+)"', notes)[0]
        keys = re.findall(r'"(\w+)"', re.findall(r"primaryKeys = \[(.*?)\]", notes)[0])
        columns = {}
        for column, value, kind, is_null in re.findall(r'(?:@ColumnInfo\("(\w+)"\) )?val (\w+): (\w+)(\??)', fields):
            own = column or value
            columns[own] = (AFFINITIES[kind], not is_null, keys.index(own) + 1 if own in keys else 0)
        indices = {(index, column) for column, index in re.findall(r'Index\("(\w+)", name = "(\w+)"\)', notes)}
        foreign = re.findall(r'ForeignKey\((\w+)::class, \["(\w+)"\], \["(\w+)"\]\)', notes)
        tables = {(re.sub(r"(?<!^)([A-Z])", r"_\1", table).lower(), to, own) for table, to, own in foreign}
        found[name] = {"columns": columns, "indices": indices, "foreign": tables}
    return found


def room_faults(file: Path) -> list[tuple[str, str]]:
    """Return where Room would refuse a file: columns, affinity, NOT NULL, keys, indices and foreign keys by table."""
    wrong = []
    for name, entity in entities().items():
        info = asked(file, f"PRAGMA table_info({name})")
        columns = {
            column: (kind, bool(filled), key) for _, column, kind, filled, default, key in info if default is None
        }
        made = [row[1] for row in asked(file, f"PRAGMA index_list({name})") if row[3] == "c"]
        indices = {(index, asked(file, f"PRAGMA index_info({index})")[0][2]) for index in made}
        foreign = {(row[2], row[4], row[3]) for row in asked(file, f"PRAGMA foreign_key_list({name})")}
        rules = {row[5:7] for row in asked(file, f"PRAGMA foreign_key_list({name})")} - {("NO ACTION", "NO ACTION")}
        is_there = {"columns": columns, "indices": indices, "foreign": foreign}
        wrong += [(name, part) for part in entity if entity[part] != is_there[part]]
        wrong += [(name, "rules")] if rules else []
    return wrong


def test_room_finds_what_the_documented_entities_say(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("sqlite")
    assert [*entities()] == [*(table.name for table in TABLES), CHANGE.name]
    assert room_faults(file) == []
    made = asked(file, "SELECT sql FROM sqlite_schema WHERE type NOT IN ('table', 'index')")
    assert made == []
    tables = [sql for (sql,) in asked(file, "SELECT sql FROM sqlite_schema WHERE type = 'table'")]
    assert len(tables) == len(TABLES) + 1
    assert [sql for sql in tables if re.search("STRICT|WITHOUT|GENERATED|DEFAULT", sql)] == []
    assert [sql for sql in tables if "PRIMARY KEY (" not in sql] == []
    marks = [asked(file, f"PRAGMA {name}")[0][0] for name in ("application_id", "user_version", "encoding")]
    assert marks == [APPLICATION_ID, VERSION, "UTF-8"]


def test_swift_structs_fit_the_tables(lisbon: Lisbon) -> None:
    (text,) = blocks(PAGE, "swift")
    file, _ = lisbon.bundle("sqlite")
    found = {}
    for body in re.findall(r"struct \w+: Codable \{\n(.*?)\n\}", text, re.DOTALL):
        (name,) = re.findall(r'databaseTableName = "(\w+)"', body)
        fields = re.findall(r"let (\w+): (\w+)(\??)", body.split("\n", 1)[1])
        found[name] = [
            (re.sub(r"([A-Z])", r"_\1", own).lower(), AFFINITIES[kind], not null) for own, kind, null in fields
        ]
    assert found == {
        name: [(row[1], row[2], bool(row[3])) for row in asked(file, f"PRAGMA table_info({name})")]
        for name in entities()
    }


def queries() -> list[str]:
    """Return the queries that the documentation gives for apps, one by one."""
    texts = [block for block in blocks(PAGE, "sql") if not block.startswith(("ATTACH", "DELETE"))]
    return [query for text in texts for query in text.split(";") if query.strip()]


def test_documented_queries_find_something(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("sqlite")
    counts = [len(asked(file, query)) for query in queries() if "MATCH" not in query and "FROM change" not in query]
    assert len(counts) == 7
    assert [count for count in counts if count == 0] == []
    assert asked(file, queries()[0])[0][1] == "A Brasileira"


def test_sqlite_s_own_shell_finds_words_in_both_full_texts(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("sqlite")
    assert shell(file, "PRAGMA integrity_check") == "ok\n"
    (query,) = (query for query in queries() if "MATCH" in query)
    assert shell(file.with_name("lisbon-fts5.sqlite"), query).splitlines()[0].startswith("Torre de Belém|")
    plain = query.replace("bm25(search, 10, 4, 1), ", "")
    by_title = plain.replace("WHERE search MATCH", "WHERE search.title MATCH")
    assert shell(file.with_name("lisbon-fts4.sqlite"), by_title).splitlines()[0].startswith("Torre de Belém|")
    old, new = (shell(file.with_name(f"lisbon-{kind}.sqlite"), plain) for kind in ("fts4", "fts5"))
    assert old == new != ""
    digests = {
        shell(path, "SELECT value FROM meta WHERE key = 'digest'") for path in file.parent.glob("lisbon*.sqlite")
    }
    assert len(digests) == 1


def test_python_without_an_engine_of_full_text_is_told(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    guide.build()
    monkeypatch.setitem(ENGINES, "fts9", "USING fts9(title)")
    outcome = guide.run("bundle", "--format", "sqlite", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (2, "bundle-extra")
    assert "lacks FTS9" in outcome.json["error"]["message"]


def test_full_disk_is_told_and_leaves_the_old_file(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    space.put(entry("place", "long", title="Long", slug="long", body="word " * 50_000))
    guide.build()
    bundle(guide, "sqlite")
    before = {path.name: path.read_bytes() for path in guide.root.glob("guide*.sqlite")}

    def small(path: Path) -> sqlite3.Connection:
        database = open_tables(path)
        database.execute("PRAGMA max_page_count = 30")
        return database

    monkeypatch.setattr(sqlite_bundle, "open_tables", small)
    outcome = guide.run("bundle", "--format", "sqlite", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "disk"), outcome
    assert "free space on its disk" in outcome.json["error"]["message"]
    assert {path.name: path.read_bytes() for path in guide.root.glob("*guide*.sqlite*")} == before


def query_of(text: str, engine: str) -> str:
    """Return what the documentation says a query is made of, from what a reader typed."""
    parts = []
    for part in re.findall(f"[{_DENSE}]+|[^ {_DENSE}]+", fold(text)):
        words = " ".join(tokens(part))
        phrase = f'"{words}" *' if engine == "fts5" else f'"{words}*"'
        parts.append(phrase if re.match(f"[{_DENSE}]", part) else f"{words}*")
    return " ".join(parts)


def test_documented_queries_are_what_the_tokens_make(tmp_path: Path) -> None:
    table = [row for row in rows(PAGE) if len(row) == 3 and row[1].startswith("`") and row[1].endswith("*`")]
    assert len(table) == 7
    for typed, fts5, fts4 in ([cell.strip("`") for cell in row] for row in table):
        assert [query_of(typed, "fts5"), query_of(typed, "fts4")] == [fts5, fts4]
    texts = ["Belém Tower", "東京都庁", "京都", "القلعة", "Strassen in Istanbul", "ブタ 2"]
    for engine in ENGINES:
        file = tmp_path / engine
        cut = [SearchPage(f"entry:{n}", "en", t, "/", ("", "", " ".join(tokens(t)))) for n, t in enumerate(texts)]
        write_full_text(file, engine, cut, "")
        search = (
            "SELECT page.title FROM search JOIN page ON page.id = search.rowid WHERE search MATCH ? ORDER BY page.id"
        )
        found = {typed: [row[0] for row in asked(file, search, query_of(typed, engine))] for typed, *_ in WANTED}
        assert found == dict(WANTED)


WANTED: tuple[tuple[str, list[str]], ...] = (
    ("BELEM", ["Belém Tower"]),
    ("tow bel", ["Belém Tower"]),
    ("京", ["東京都庁", "京都"]),
    ("京都", ["東京都庁", "京都"]),
    ("東京都", ["東京都庁"]),
    ("東都", []),
    ("قَلعه", ["القلعة"]),
    ("القَلعه", ["القلعة"]),
    ("straße", ["Strassen in Istanbul"]),
    ("ﾌﾞ", ["ブタ 2"]),
)


def test_another_language_s_driver_reads_it(lisbon: Lisbon) -> None:
    if shutil.which("node") is None or not (NODE / "node_modules/node-sqlite3-wasm").is_dir():
        pytest.skip("node or node-sqlite3-wasm is missing: npm ci in tests/browser")
    file, counts = lisbon.bundle("sqlite")
    command = ["node", str(NODE / "sqlite_bundle.mjs"), str(file), str(file.with_name("lisbon-fts5.sqlite"))]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert (found["whole"], found["dangling"], found["version"]) == ("ok", 0, VERSION)
    assert found["items"] == counts["items"] == len(rows_of(file)["item"])
    assert len(found["arabic"]) > 30
    assert found["found"][0] == "Torre de Belém"
    assert found["digests"][0] == found["digests"][1]
