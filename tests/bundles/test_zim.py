"""The ZIM: read by libzim itself, complete, with search, and written by a process of its own."""

from __future__ import annotations

import importlib.util
import posixpath
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from lxml import html

from exporter.bundles.zim_frames import Book, Entry, write_frame
from exporter.render.view.languages import three_letters
from tests.bundles.made import bundle

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bundles.made import Lisbon
    from tests.conftest import Guide

PROCESS = [sys.executable, "-P", "-m", "exporter.bundles.zim_process"]


def opened(file: Path) -> Any:
    from libzim.reader import Archive

    return Archive(file)


def entries(file: Path) -> dict[str, tuple[str, str, bytes]]:
    """Return title, media type and bytes of each entry by its path, as a reader that follows ids finds them."""
    archive = opened(file)
    found = {}
    for number in range(archive.all_entry_count):
        entry = archive._get_entry_by_id(number)
        if not entry.is_redirect:  # as the main page is
            item = entry.get_item()
            found[entry.path] = (entry.title, item.mimetype, bytes(item.content))
    return {path: entry for path, entry in found.items() if not path.startswith(("fulltext/", "title/", "listing/"))}


def dead_links(file: Path) -> list[tuple[str, str]]:
    """Return the links of a ZIM's pages that lead to no entry, and what they load from elsewhere."""
    archive, found = opened(file), []
    for path, (_, kind, data) in entries(file).items():
        for element, name, link, _ in html.fromstring(data).iterlinks() if kind == "text/html" else ():
            if urlsplit(link).scheme or urlsplit(link).netloc:
                is_link = element.tag == "a" or (
                    element.tag == "link" and element.get("rel") in ("canonical", "alternate")
                )
                found += [] if is_link else [(path, link)]
                continue
            target = unquote(urldefrag(link)[0])
            plain = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            found += [(path, f"{name} {link}")] if not archive.has_entry_by_path(plain) else []
    return found


def results(file: Path, words: str) -> list[str]:
    from libzim.search import Query, Searcher

    found = Searcher(opened(file)).search(Query().set_query(words))
    return list(found.getResults(0, found.getEstimatedMatches()))


def suggestions(file: Path, words: str) -> list[str]:
    from libzim.suggestion import SuggestionSearcher

    return list(SuggestionSearcher(opened(file)).suggest(words).getResults(0, 20))


@pytest.mark.parametrize("options", [[], ["--locale", "ar"], ["--only", "walk", "--locale", "de-DE"]], ids=" ".join)
def test_archive_is_sound_and_no_link_is_dead(options: list[str], lisbon: Lisbon) -> None:
    file, counts = lisbon.bundle("zim", *options)
    archive = opened(file)
    assert archive.check()
    assert (archive.has_fulltext_index, archive.has_title_index) == (True, True)
    assert archive.entry_count == counts["files"]
    assert dead_links(file) == []
    assert [path for path in file.parent.iterdir() if path.name.startswith(".")] == []


def test_archive_says_what_it_is(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("zim")
    archive = opened(file)
    wanted = {"Title": "Lisbon", "Language": "eng,ara,deu", "Name": "lisbon_eng-ara-deu", "Creator": "Lisbon"}
    wanted |= {"Source": "https://guide.example.org", "Description": "Lisbon"}
    assert {name: archive.get_metadata(name).decode() for name in wanted} == wanted
    assert len(archive.get_metadata("Date")) == 10
    assert archive.has_illustration(48)
    assert bytes(archive.get_illustration_item(48).content)[:4] == b"\x89PNG"
    assert archive.main_entry.get_item().path == "index.html"
    arabic, _ = lisbon.bundle("zim", "--locale", "ar")
    assert opened(arabic).main_entry.get_item().path == "ar/index.html"


def test_search_finds_words_of_texts_in_every_language(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("zim")
    assert "place/maat/index.html" in results(file, "ceramic tiles")
    assert "place/torre-de-belem/index.html" in results(file, "torre de belem")
    assert results(file, "Belém") == results(file, "belem") != []
    assert "ar/place/castelo-de-sao-jorge/index.html" in results(file, "قلعة")
    assert "de-DE/category/museums/index.html" in results(file, "museen")
    assert results(file, "offline") == []
    assert "place/castelo-de-sao-jorge/index.html" in suggestions(file, "caste")


def test_second_run_gives_the_same_entries(guide: Guide) -> None:
    guide.build()
    bundle(guide, "zim")
    first = entries(guide.root / "guide.zim")
    guide.run("render", "--clean")
    bundle(guide, "zim")
    assert entries(guide.root / "guide.zim") == first
    assert len(first) > 10


def test_library_under_the_gpl_is_never_loaded_by_the_program_itself(guide: Guide) -> None:
    guide.build()
    code = "import sys; from exporter.cli.commands import run; print(run(sys.argv[1:]), 'libzim' in sys.modules)"
    command = [sys.executable, "-c", code, "-C", str(guide.root), "-q", "bundle", "--format", "zim"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "0 False\n"
    assert (guide.root / "guide.zim").is_file()


def test_missing_library_is_told_with_what_to_install(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    guide.build()
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "libzim" else find(name, *rest)
    )
    outcome = guide.run("bundle", "--format", "zim", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (2, "bundle-extra")
    assert "extra [zim], see" in outcome.json["error"]["message"]
    assert list(guide.root.glob("*.zim*")) == []


def test_process_that_fails_leaves_the_old_file(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    guide.build()
    bundle(guide, "zim")
    before = (guide.root / "guide.zim").read_bytes()
    monkeypatch.setattr(sys, "executable", "/bin/false")
    outcome = guide.run("bundle", "--format", "zim", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "bundle-process")
    assert (guide.root / "guide.zim").read_bytes() == before
    assert [path.name for path in guide.root.iterdir() if ".part" in path.name] == []


@pytest.mark.parametrize("cut", [0, 2, -1, -4])
def test_file_is_not_finished_where_the_bundle_breaks_off(cut: int, tmp_path: Path) -> None:
    class Buffer(bytearray):
        write = bytearray.extend

    frames: Any = Buffer()
    write_frame(frames, Book("a.html", "eng", {"Title": "T"}, "iVBORw0KGgo="))
    write_frame(frames, Entry("a.html", "A", "text/html", 5, text="words"), b"<p>a")
    write_frame(frames, None)
    done = subprocess.run(
        [*PROCESS, str(tmp_path / "a.zim")], input=bytes(frames[:cut]), capture_output=True, check=False
    )
    assert (done.returncode, b"the bundle broke off" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("code", "letters"),
    [
        ("en-US", "eng"),
        ("de", "deu"),
        ("ar", "ara"),
        ("zh-Hant-TW", "zho"),
        ("fa", "fas"),
        ("pt-BR", "por"),
        ("ast", "ast"),
    ],
)
def test_language_is_named_as_kiwix_sorts_by_it(code: str, letters: str) -> None:
    assert three_letters(code) == letters
