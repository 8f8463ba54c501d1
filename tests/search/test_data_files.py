"""The data files as outputs of the build: the same from nothing, and few of them for a change."""

from __future__ import annotations

import json
import random
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from exporter.search.tokens import tokens
from tests.conftest import entry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

WORDS = ("stone", "river", "tower", "bridge", "harbour", "castle", "window", "garden", "market", "chapel", "street")


def searched(root: Path) -> dict[str, bytes]:
    """Return the data files by path."""
    folder = root / "site" / "search"
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*.js"))
        if file.parent != folder
    }


def value(data: bytes) -> object:
    """Return what a data file hands over."""
    found = re.fullmatch(r'guideSearchData\("[^"]+",(.*)\);\n', data.decode(), re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture
def big(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide with search over a space of sixty places with words of their own."""
    site = guide.root / "site.yaml"
    site.write_text(site.read_text("utf-8").replace("search: false\n", ""), "utf-8")
    rng = random.Random(1)
    for number in range(60):
        body = " ".join(rng.choice(WORDS) + str(rng.randint(0, 400)) for _ in range(120))
        space.put(entry("place", f"p{number}", title=f"Place {number}", slug=f"p{number}", body=f"{body} original"))
    guide.build()
    return guide


def rewritten(guide: Guide, before: dict[str, bytes]) -> set[str]:
    """Return the data files that are others than before, those that are new, and those that are gone."""
    after = searched(guide.root)
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def body_of(space: SpaceFiles, number: int) -> str:
    """Return the body of a place."""
    text = (space.root / "entries" / "place" / f"p{number}.json").read_text("utf-8")
    found: str = json.loads(text)["fields"]["body"]["en-US"]
    return found


def put(space: SpaceFiles, number: int, body: str, title: str = "") -> None:
    """Write a place."""
    space.put(entry("place", f"p{number}", title=title or f"Place {number}", slug=f"p{number}", body=body))


def test_changed_word_rewrites_at_most_four_files(big: Guide, space: SpaceFiles) -> None:
    assert len(searched(big.root)) > 60
    for number in range(20):
        before = searched(big.root)
        put(space, number, body_of(space, number).replace("original", f"changed{number}word"))
        big.build()
        assert 0 < len(rewritten(big, before)) <= 4


def test_new_entry_rewrites_files_of_its_own_words_alone(big: Guide, space: SpaceFiles) -> None:
    before = searched(big.root)
    space.put(entry("place", "new", title="Quartz", slug="quartz", body="stone7 quixotic"))
    big.build()
    changed = rewritten(big, before)
    words = {path for path in changed if "/words/" in path}
    own = {token for text in ("Quartz", "stone7 quixotic", "Body") for token in tokens(text)}
    assert len(words) <= len(own) + 1
    for path in words & before.keys():
        old, new = value(before[path]), value(searched(big.root)[path])
        assert isinstance(old, dict)
        assert isinstance(new, dict)
        assert {
            token for token in old.keys() | new.keys() if old.get(token) != new.get(token)
        } <= own | old.keys() - new.keys()
    assert {path for path in changed - words if "/pages/" not in path} <= {
        f"{code}/index.js" for code in ("en-US", "ar", "de-DE")
    }


def test_removed_entry_leaves_no_file_and_no_word(big: Guide, space: SpaceFiles) -> None:
    put(space, 3, "quixotic original")
    big.build()
    assert any(b'"quixotic"' in data for data in searched(big.root).values())
    space.remove("entries/place/p3.json")
    big.build()
    assert not any(b"quixotic" in data or b"/p3/" in data for data in searched(big.root).values())


@pytest.mark.parametrize("seed", range(2))
def test_data_files_of_a_history_are_those_from_nothing(big: Guide, space: SpaceFiles, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(6):
        for _ in range(rng.randint(1, 8)):
            number = rng.randrange(70)
            body = " ".join(rng.choice(WORDS) for _ in range(rng.choice((1, 30, 900))))
            put(space, number, body, rng.choice(("", "Straße", "東京の塔")))
        big.build()
        kept = searched(big.root)
        shutil.rmtree(big.root / ".export")
        big.build()
        assert searched(big.root) == kept


@pytest.mark.parametrize("harm", ["lost", "changed", "all", "stranger"])
def test_harmed_data_files_are_made_again(big: Guide, harm: str) -> None:
    before, folder = searched(big.root), big.root / "site" / "search"
    file = folder / next(path for path in before if "/words/" in path)
    if harm == "lost":
        file.unlink()
    elif harm == "changed":
        file.write_bytes(b"other")
    elif harm == "all":
        shutil.rmtree(folder)
    else:
        (file.parent / "stranger.js").write_bytes(b"x")
    big.build()
    assert searched(big.root) == before


def test_switched_off_there_is_no_trace_of_search(big: Guide) -> None:
    site = big.root / "site.yaml"
    site.write_text(site.read_text("utf-8") + "search: false\n", "utf-8")
    big.build()
    assert not (big.root / "site" / "search").exists()
    assert not [page for page in (big.root / "site").rglob("*.html") if "search/" in page.read_text("utf-8")]


def test_build_without_changes_writes_and_reads_nothing_of_search(big: Guide) -> None:
    files = {file: file.stat().st_mtime_ns for file in (big.root / "site" / "search").rglob("*")}
    big.build()
    assert {file: file.stat().st_mtime_ns for file in (big.root / "site" / "search").rglob("*")} == files


def test_documents_that_share_a_number_stand_in_one_file(big: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.search.data_files.document_number", lambda path: len(path) % 7)
    shutil.rmtree(big.root / ".export")
    big.build()
    found = searched(big.root)
    shown = [document["path"] for path, data in found.items() if "/pages/" in path for document in value(data)]  # type: ignore[attr-defined]  # a list of documents
    assert len(shown) == len(set(shown)) > 60
    assert len([path for path in found if "/pages/" in path]) <= 21
