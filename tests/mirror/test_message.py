"""The commit message of a sync: counts by content type, then the items by title."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from exporter.report.sync_report import ItemChange
from exporter.report.text import one_line
from tests.conftest import CATEGORY, PLACE, Guide, SpaceFiles, content_type, entry, locale

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.mirror.message import Message


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The message's file, in the current folder, which is not the guide's."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder / "message.txt"


def sync(guide: Guide, command: str = "sync") -> None:
    outcome = guide.run(command, "--message", "message.txt")
    assert (outcome.code, outcome.err) == (0, "")


def place(space: SpaceFiles, identifier: str, **fields: Any) -> None:
    """Publish a place or a new revision of it."""
    path = space.root / f"entries/place/{identifier}.json"
    raw = json.loads(path.read_bytes()) if path.exists() else entry("place", identifier)
    raw["fields"] |= entry("place", identifier, **fields)["fields"]
    space.put(raw)


def lines(file: Path) -> list[str]:
    return file.read_text("utf-8").split("\n")


def test_first_sync_lists_all(guide: Guide, file: Path) -> None:
    sync(guide, "build")
    assert lines(file) == [
        "1 category new, 2 places new, 1 asset new",
        "",
        "new asset pic",
        "new category Sights (sights)",
        "new place The castle (castle)",
        "new place The mill (mill)",
        "",
    ]


def test_delta_is_counted_by_type_and_listed_by_title(guide: Guide, space: SpaceFiles, file: Path) -> None:
    place(space, "tower", title="The tower", slug="tower")
    sync(guide)
    for name in ("castle", "tower"):
        place(space, name, summary="Another.")
    space.remove("entries/place/mill.json")
    sync(guide)
    assert lines(file) == [
        "2 places changed, 1 removed",
        "",
        "changed place The castle (castle)",
        "changed place The tower (tower)",
        "removed place The mill (mill)",
        "",
    ]


def test_full_sync_lists_removed_items_by_title(guide: Guide, space: SpaceFiles, file: Path) -> None:
    sync(guide)
    space.remove("entries/place/mill.json")
    outcome = guide.run("sync", "--full", "--message", "message.txt")
    assert (outcome.code, lines(file)) == (0, ["1 place removed", "", "removed place The mill (mill)", ""])


def test_titles_are_in_the_default_locale_one_line_each(guide: Guide, space: SpaceFiles, file: Path) -> None:
    locales = [locale("de-DE", default=True), locale("en-US")]
    space.put_model(PLACE, CATEGORY | {"name": "FAQ Group"}, locales=locales)
    place(space, "castle", title={"en-US": "The castle", "de-DE": "Die  Burg\x1b[31m \u202eund\ttor"})
    place(space, "mill", title={"de-DE": "\n## Die Mühle\nam Fluss", "en-US": "The mill"})
    space.put(entry("category", "faq", title="X" * 300))
    sync(guide)
    assert lines(file)[3:7] == [
        "new FAQ group Orte (sights)",
        f"new FAQ group {'X' * 99}… (faq)",
        "new place Die Burg[31m und tor (castle)",
        "new place Die Mühle (mill)",
    ]


def test_titles_are_those_of_the_guides_pages(guide: Guide, space: SpaceFiles, file: Path) -> None:
    person = content_type("person", ("firstName", "Symbol"), ("lastName", "Symbol"), display="firstName")
    card = content_type("card", ("internalName", "Symbol"), ("headline", "Symbol"), display="internalName")
    space.put_model(PLACE, CATEGORY, person, card, locales=[locale("en-US", default=True), locale("de-DE")])
    space.put(entry("person", "ada", firstName="Ada", lastName="Lovelace"))
    space.put(entry("card", "c", internalName="Home > card 3", headline="See the castle"))
    space.put(entry("card", "only", headline={"de-DE": "Nur deutsch"}))
    space.put(entry("card", "bare", order=3))
    outcome = guide.run("build", "--message", "message.txt")
    assert outcome.code == 0
    text = file.read_text("utf-8").split("\n")
    assert "new person Ada Lovelace (ada)" in text
    assert "new card See the castle (c)" in text
    assert "new card Nur deutsch (only)" in text
    assert "new card bare" in text
    pages = [file.read_text("utf-8") for file in (guide.root / "site").rglob("index.html")]
    assert any("<h1>Ada Lovelace</h1>" in page for page in pages)


def test_empty_delta_leaves_no_file(guide: Guide, file: Path) -> None:
    sync(guide)
    assert file.exists()
    sync(guide)
    assert not file.exists()
    sync(guide)
    assert not file.exists()


def test_change_of_the_model_alone_has_a_message(guide: Guide, space: SpaceFiles, file: Path) -> None:
    sync(guide)
    space.put_model(PLACE, CATEGORY | {"name": "Sort"}, locales=[locale("en-US", default=True)])
    sync(guide)
    assert lines(file) == ["content model changed", ""]


def test_failed_sync_leaves_the_file_alone(guide: Guide, file: Path) -> None:
    file.write_text("earlier", "utf-8")
    (guide.root / "site.yaml").write_text("title: T\nsource: {space: x, url: 'http://127.0.0.1:9'}\n", "utf-8")
    (guide.root / ".env").write_text("CONTENTFUL_ACCESS_TOKEN=secret\n", "utf-8")
    assert guide.run("sync", "--deadline", "1", "--message", "message.txt").code == 3
    assert file.read_text("utf-8") == "earlier"


@pytest.mark.parametrize("arguments", [["--message", "no/such/folder.txt"], ["--message", "m", "--dry-run"]])
def test_message_that_cannot_be_written_is_an_error_before_any_work(
    guide: Guide, file: Path, arguments: list[str]
) -> None:
    outcome = guide.run("sync", *arguments)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert (guide.files(), list(file.parent.iterdir())) == ({}, [])


def test_git_accepts_the_message_unchanged(guide: Guide, file: Path) -> None:
    sync(guide)
    git = ["git", "-C", str(guide.root), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "-q"], ["add", "content", ".syncstate"], ["commit", "-q", "-F", str(file)]):
        subprocess.run([*git, *command], check=True)
    committed = subprocess.run([*git, "log", "--format=%B"], capture_output=True, text=True, check=True).stdout
    assert committed.strip() == file.read_text("utf-8").strip()


@pytest.fixture
def message(guide: Guide) -> Message:
    """The message of a guide where nothing has changed yet."""
    from exporter.config.settings import load_project
    from exporter.mirror.message import Message

    return Message(load_project(guide.root))


def test_only_the_first_fifty_are_listed(message: Message) -> None:
    for number in reversed(range(120)):
        message.add(ItemChange("changed", f"entry:{number}", "Place", f"Place {number:03}"))
    lines = message.text().split("\n")
    assert (lines[0], lines[2], lines[51:]) == (
        "120 places changed",
        "changed place Place 000 (0)",
        ["changed place Place 049 (49)", "and 70 more", ""],
    )


HEADLINES = [
    ({"City": 1, "Walk": 2, "Church": 2}, 0, "2 churches changed, 1 city changed, 2 walks changed"),
    ({f"Something with a long name {n}": 3 for n in range(3)}, 1, "9 entries changed, 1 asset changed"),
    ({"Glossary": 5, "Glossary of very long and very old words indeed, with many a phrase": 1}, 0, "6 entries changed"),
]


@pytest.mark.parametrize(("types", "assets", "headline"), HEADLINES)
def test_headline_falls_back_to_kinds_where_types_are_too_long(
    message: Message, types: dict[str, int], assets: int, headline: str
) -> None:
    names = [name for name, number in types.items() for _ in range(number)]
    for number, name in enumerate(names):
        message.add(ItemChange("changed", f"entry:{number}", name, "T"))
    for number in range(assets):
        message.add(ItemChange("changed", f"asset:{number}", "Asset", "T"))
    assert message.text().split("\n")[0] == headline


def test_headline_is_never_longer_than_72(message: Message) -> None:
    from exporter.mirror.message import _headline

    counts = {
        (kind, name, how): 10**6 + 1
        for kind, name in (("entry", "place"), ("asset", "asset"))
        for how in ("new", "changed", "removed")
    }
    assert _headline(counts) == "2000002 items new, 2000002 changed, 2000002 removed"
    assert message.text() == ""


def test_type_that_the_model_no_longer_has_is_named_by_its_id(guide: Guide, space: SpaceFiles, file: Path) -> None:
    space.put_model(PLACE, CATEGORY, content_type("note"), locales=[locale("en-US", default=True)])
    space.put(entry("note", "n", title="N"))
    sync(guide)
    space.remove("entries/note/n.json")
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    sync(guide)
    assert lines(file) == ["1 note removed", "", "removed note N (n)", ""]


def test_any_text_becomes_one_line() -> None:
    assert one_line(" a\r\n\u2028b\x00\ud800\x7f ") == "a b"
    assert (one_line("x" * 200, 10), one_line("x" * 10, 10)) == ("x" * 9 + "…", "x" * 10)


def test_message_that_could_not_be_written_is_reported_before_any_work(guide: Guide, file: Path) -> None:
    sync(guide, "build")
    before = guide.mtimes()
    outcome = guide.run("build", "--clean", "--message", "none/message.txt")
    assert (outcome.code, outcome.err) == (2, "error: --message: there is no folder none\n")
    assert (guide.mtimes(), file.exists()) == (before, True)


@pytest.mark.parametrize("last", ["content/entries", "pic/castle.svg"])
def test_message_lists_what_an_interrupted_apply_has_already_moved_into_place(
    guide: Guide, file: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    replace = os.replace

    def full_disk(source: str, target: str) -> None:
        if str(target).endswith(last):
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full_disk)
        assert guide.run("sync").code == 4
    assert (guide.root / "content/assets/pic.json").exists()
    assert (guide.root / "content/entries").exists() == (last != "content/entries")
    sync(guide)
    text = file.read_text("utf-8")
    assert all(name in text for name in ("The castle", "The mill", "Sights", "pic")), text
