"""Hostile names from the network to the disk and back: each item has its own files, on every system."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exporter.core.naming import MOVED_PATH, file_name
from tests.conftest import Guide, content_type, entry, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tests.conftest import Outcome

LETTERS = "x" * 300
NAMES = [
    *("..", ".", "../../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "C:\\x", "a/b", "a\\b", "a:b", ".git", "~"),
    *("\0", "a\0b", "a\nb", "\x1f", "\x7f", "\u202egpj.exe", " ", "a ", " a", "a.", "a..", "-", "--full", '*?<>|"'),
    *("con", "CON", "Con.txt", "nul", "NUL", "aux.md", "com1", "COM1.tar.gz", "lpt9", "conin$", "com¹"),
    *("castle", "Castle", "CASTLE", "castle.json", "Castle.JSON", "castle.en-US", "castle~0123456789"),
    *("é", "e\u0301", "É", "ﬁ", "fi", "K", "\u212a", "k", "ß", "ss", "ẞ", "İ", "i̇"),
    *(LETTERS, LETTERS.upper(), f"{LETTERS}.svg", "é" * 300, "x" * 100, "X" * 100, "x" * 101),
]
"""Names that a space may use. None may reach the disk unchanged unless every system accepts it."""

names = st.sampled_from(NAMES) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
codes = st.sampled_from(["en-US", "en-us", "EN-US", "de", "De", "a.b", "../de", "nul", "é", "e\u0301", LETTERS])


@dataclass
class FarSpace:
    """A space that can answer a delta from each of its states; the bytes of a file are its own URL."""

    items: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)
    locales: set[str] = field(default_factory=set)
    changed: list[tuple[str, str]] = field(default_factory=list)

    def put_entry(self, type_id: str, identifier: str, **values: dict[str, str]) -> None:
        raw = entry(type_id, identifier, len(self.changed) + 1)
        raw["fields"] = values
        self._put(("Entry", identifier), raw)

    def put_asset(self, identifier: str, files: dict[str, str]) -> None:
        """Publish an asset whose files are given as names by locale."""
        raw = entry("", identifier, len(self.changed) + 1)
        raw["sys"]["type"] = "Asset"
        del raw["sys"]["contentType"]
        urls = {code: f"/small/{quote(identifier, safe='')}/{len(self.changed)}/{at}" for at, code in enumerate(files)}
        raw["fields"] = {
            "file": {code: {"url": urls[code], "fileName": name, "contentType": "x"} for code, name in files.items()}
        }
        if identifier in (".", ".."):  # no URL can contain these two
            raw["fields"] = {}
        self._put(("Asset", identifier), raw)

    def _put(self, key: tuple[str, str], raw: dict[str, Any]) -> None:
        self.items[key] = raw
        self.changed.append(key)

    def remove(self, key: tuple[str, str]) -> None:
        del self.items[key]
        self.changed.append(key)

    def __call__(self, request: Request) -> Reply:
        if request.path.startswith("/small/"):
            return Reply(request.path.encode())
        if request.last == "sync":
            token = f"t{len(self.changed)}"
            if "initial" in request.query:
                return page(*self.items.values(), token=token)
            since = int(request.query["sync_token"][1:])
            return page(*map(self._change, dict.fromkeys(self.changed[since:])), token=token)
        found = {
            "locales": [locale(code, default=code == min(self.locales)) for code in sorted(self.locales)],
            "content_types": [content_type(type_id, ("title", "Symbol")) for type_id in sorted(self.types)],
        }
        return listing(*found.get(request.last, []))

    def _change(self, key: tuple[str, str]) -> dict[str, Any]:
        sys = {"type": f"Deleted{key[0]}", "id": key[1], "revision": 1, "deletedAt": "2026-02-01T08:00:00.000Z"}
        return self.items.get(key) or {"sys": sys}


@contextmanager
def mirrors(space: FarSpace, call: Callable[..., Outcome]) -> Iterator[Callable[..., Guide]]:
    """Yield a function that makes guides over a space, each in a folder of its own."""
    with serve(space) as stub, tempfile.TemporaryDirectory() as folder:

        def make(name: str, source: str = "") -> Guide:
            root = Path(folder) / name
            root.mkdir()
            text = f"title: T\nsource: {source or f'{{space: small, url: {stub.url}}}'}\n"
            (root / "site.yaml").write_text(text, "utf-8")
            return Guide(root, call)

        yield make


def synced(guide: Guide, *arguments: str) -> dict[str, bytes]:
    """Sync; return the mirror without its record of earlier URLs."""
    outcome = guide.run("sync", "--json", *arguments)
    assert outcome.code == 0, outcome.out[-2000:]
    return {path: data for path, data in guide.files("content").items() if path != f"content/{MOVED_PATH}"}


def items_in(files: dict[str, bytes]) -> dict[tuple[str, str], Any]:
    """Return the items of a mirror, each of which it has only once."""
    raws = [json.loads(data) for path, data in files.items() if re.match(r"content/(entries|assets)/.*\.json$", path)]
    found = {(raw["sys"]["type"], raw["sys"]["id"]): raw for raw in raws}
    assert len(found) == len(raws)
    return found


def found_twins(files: dict[str, bytes]) -> list[tuple[str, str]]:
    """Return id and locale of every twin, as given in its front matter."""
    fronts = [yaml.safe_load(data.split(b"---\n")[1]) for path, data in files.items() if path.endswith(".md")]
    return sorted((front["sys"]["id"], front["sys"]["locale"]) for front in fronts)


def expected_twins(space: FarSpace) -> list[tuple[str, str]]:
    entries = (raw for (kind, _), raw in space.items.items() if kind == "Entry")
    return sorted((raw["sys"]["id"], code) for raw in entries for code in raw["fields"]["title"])


def expected_files(space: FarSpace) -> list[bytes]:
    assets = (raw for (kind, _), raw in space.items.items() if kind == "Asset")
    return sorted(value["url"].encode() for raw in assets for value in raw["fields"].get("file", {}).values())


def is_portable(segment: str) -> bool:
    """Return whether Windows, macOS and Linux all accept a name and return it unchanged."""
    device = re.fullmatch(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", segment, re.IGNORECASE)
    return (
        0 < len(segment.encode()) <= 255
        and re.search(r'[\x00-\x1f\x7f<>:"|?*\\/]', segment) is None
        and segment[-1] not in ". "
        and segment != ".git"
        and device is None
    )


def folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def assert_portable(paths: Iterable[str]) -> None:
    """Assert that no two paths are equal if neither case nor Unicode form counts."""
    places = {str(place) for path in paths for place in (PurePosixPath(path), *PurePosixPath(path).parents)}
    assert [place for place in places for part in place.split("/") if place != "." and not is_portable(part)] == []
    assert len({folded(place) for place in places}) == len(places)


def assert_mirrors(files: dict[str, bytes], space: FarSpace) -> None:
    """Assert that a mirror has everything that a space has, each item in its own file."""
    assert_portable(files)
    assert items_in(files) == space.items
    assert found_twins(files) == expected_twins(space)
    assert sorted(data for path, data in files.items() if path.startswith("content/files/")) == expected_files(space)
    model = {json.loads(data)["sys"]["id"] for path, data in files.items() if "/content_types/" in path}
    assert model == space.types


titles = st.dictionaries(codes, st.just("T"), min_size=1, max_size=4)
files_by_locale = st.dictionaries(codes, names, min_size=1, max_size=3)
entries = st.dictionaries(names, st.tuples(names, titles), max_size=6)
assets = st.dictionaries(names, files_by_locale, max_size=4)
Entries = dict[str, tuple[str, dict[str, str]]]
Assets = dict[str, dict[str, str]]


def fill(space: FarSpace, some: Entries, others: Assets) -> None:
    for identifier, (type_id, values) in some.items():
        space.put_entry(type_id, identifier, title=values)
    for identifier, by_locale in others.items():
        space.put_asset(identifier, by_locale)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries, assets, entries, assets, st.sets(names, max_size=4), st.randoms(use_true_random=False))
@example(
    {name: (name, {"en-US": "T", "en-us": "T", name: "T"}) for name in NAMES},
    {name: {"en-US": name, "en-us": name, name: name} for name in NAMES},
    {"new": ("PLACE", {"de": "T"})},
    {},
    set(NAMES),
    None,
)
def test_items_of_any_name_are_mirrored_in_their_own_files_and_served_again(
    call: Callable[..., Outcome],
    monkeypatch: pytest.MonkeyPatch,
    some: Entries,
    files: Assets,
    more: Entries,
    more_files: Assets,
    types: set[str],
    choice: Any,
) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "any")
    space = FarSpace(types={*types, "place"}, locales={"en-US", "en-us", "de", "a.b"})
    space.put_entry("place", "stays", title={"en-US": "T"})
    fill(space, some, files)
    with mirrors(space, call) as make:
        guide = make("delta")
        assert_mirrors(synced(guide), space)
        before = guide.mtimes()
        synced(guide)
        assert guide.mtimes() == before
        outside = {path.relative_to(guide.root.parent) for path in guide.root.parent.rglob("*")}
        assert {path.parts[0] for path in outside} == {"delta"}
        gone = sorted(set(space.items) - {("Entry", "stays")})
        for key in choice.sample(gone, len(gone) // 2) if choice else gone[::2]:
            space.remove(key)
        assert_mirrors(synced(guide), space)
        fill(space, more, more_files)
        space.types ^= {"PLACE", "Castle"}
        delta = synced(guide)
        assert_mirrors(delta, space)
        assert synced(make("nothing")) == delta
        assert synced(guide, "--full") == delta
        assert guide.run("status").code == 0
        assert synced(make("again", f"{{local: {guide.root}/content}}")) == delta


@pytest.fixture
def _far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "any")


def own(type_id: str) -> str:
    return file_name(type_id, clash=True)


def folders(guide: Guide) -> list[str]:
    return sorted(folder.name for folder in (guide.root / "content/entries").iterdir())


@pytest.mark.usefixtures("_far")
@pytest.mark.parametrize("full", [[], ["--full"]])
def test_added_or_removed_type_moves_the_folder_of_one_that_differs_by_case(
    call: Callable[..., Outcome], full: list[str]
) -> None:
    space = FarSpace(types={"place"}, locales={"en-US", "de"})
    for number in range(3):
        space.put_entry("place", f"p{number}", title={"en-US": "T", "de": "T"})
    alike, others = sorted([own("place"), own("Place")]), sorted([own("place"), own("PLACE")])
    steps: list[tuple[dict[str, str], list[str], list[str]]] = [
        ({}, [], ["place"]),
        ({"other": "Place"}, [], alike),
        ({"w": "walk"}, [], [*alike, "walk"]),
        ({"p1": "place"}, [], [*alike, "walk"]),
        ({}, ["other"], ["place", "walk"]),
        ({"p0": "PLACE", "p1": "PLACE"}, [], [*others, "walk"]),
        ({}, ["p2", "w"], ["PLACE"]),
    ]
    with mirrors(space, call) as make:
        guide = make("delta")
        for number, (put, gone, expected) in enumerate(steps):
            for identifier, type_id in put.items():
                space.put_entry(type_id, identifier, title={"de": f"{number}"})
            for identifier in gone:
                space.remove(("Entry", identifier))
            files = synced(guide, *full)
            assert_mirrors(files, space)
            assert folders(guide) == expected
            assert synced(make(f"nothing{number}")) == files
            assert guide.run("status").code == 0


@pytest.mark.usefixtures("_far")
def test_type_without_entries_moves_no_folder(call: Callable[..., Outcome]) -> None:
    space = FarSpace(types={"place", "Place"}, locales={"en-US"})
    space.put_entry("place", "p", title={"en-US": "T"})
    with mirrors(space, call) as make:
        guide = make("delta")
        synced(guide)
        model = sorted(path.stem for path in (guide.root / "content/model/content_types").iterdir())
        assert (folders(guide), model) == (["place"], sorted([own("place"), own("Place")]))
        space.types.remove("place")
        synced(guide)
        model = sorted(path.stem for path in (guide.root / "content/model/content_types").iterdir())
        assert (folders(guide), model) == (["place"], ["Place"])


@pytest.mark.usefixtures("_far")
def test_fresh_clone_reads_a_mirror_whose_types_differ_only_by_case(call: Callable[..., Outcome]) -> None:
    space = FarSpace(types={"place", "Place"}, locales={"en-US", "en-us"})
    for type_id in ("place", "Place"):
        space.put_entry(type_id, f"of-{type_id}", title={"en-US": "T", "en-us": "T"})
    with mirrors(space, call) as make:
        guide = make("first")
        files = synced(guide)
        shutil.rmtree(guide.root / ".export")
        before = guide.files()
        outcome = guide.run("sync", "--json")
        assert (outcome.code, outcome.json["sync"]["full"], guide.files()) == (0, False, before)
        assert synced(guide) == files
