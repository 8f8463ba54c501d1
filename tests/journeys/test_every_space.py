"""Every available real space builds with only a title and a source, and its guide is complete, valid and readable."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from exporter.cli.commands import run
from exporter.config.settings import load_project
from exporter.guide.schema.read_model import read_guide_model
from tests.conftest import NO_RECORDINGS, PROJECT, RECORDINGS
from tests.support.crawl import Crawl, texts
from tests.support.everything import SPACE as EVERYTHING
from tests.support.recorded import Recorded, exports, initial_syncs, put_export

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from playwright.sync_api import Page

SYNCS = {space.name: space for space in (EVERYTHING, *initial_syncs())}
SPACES = [*exports(), *SYNCS]
CHECKER = PROJECT / "tests/browser/node_modules/vnu-jar/build/dist/vnu.jar"
PAGES = 6
"""Pages of a space that a browser opens, at most."""
RAW = {
    "an id": re.compile(r"(?<![\w/.-])(?=\w*[0-9])(?=\w*[A-Z])(?=\w*[a-z])\w{18,}(?![\w/.-])"),
    "a time for machines": re.compile(r"\d{4}-\d\d-\d\dT\d\d:"),
    "JSON": re.compile(r"""[{\[]\s*["'][\w$]+["']\s*[:,\]]|\bnull\b"""),
    "a value of Python": re.compile(r"\b(?:True|None|Undefined)\b"),
}


@pytest.fixture(scope="module")
def guides(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder site/ of every space's guide, by the space's name."""
    built: dict[str, Path] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONTENTFUL_ACCESS_TOKEN", "b4c0n73n7fu1")
        for name in SPACES:
            root = tmp_path_factory.mktemp("guide")
            if name in SYNCS:
                build_recorded(SYNCS[name], root)
            else:
                space = tmp_path_factory.mktemp("space")
                build(root, {"local": str(put_export(name, space))})
            built[name] = root / "site"
    return built


def build(root: Path, source: dict[str, str]) -> None:
    """Build a guide whose site.yaml has only a title and a source."""
    (root / "site.yaml").write_text(json.dumps({"title": "A guide", "source": source}), "utf-8")
    assert run(["-C", str(root), "-q", "build"]) == 0


def build_recorded(space: Recorded, root: Path) -> None:
    """Build the guide of a recording: after its initial sync and after each following delta."""
    with space.serve() as url:
        for _ in space.pages:
            build(root, {"space": "s", "url": url})


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=NO_RECORDINGS)
def test_all_exports_and_recordings_are_built() -> None:
    assert len(exports()) == 3
    assert len(SYNCS) == 21


def parts_of_pages(root: Path) -> tuple[str, ...]:
    """Return the URL prefixes of entries shown as parts of other pages, whose own pages no list links to."""
    site = load_project(root).site
    guide = read_guide_model(root / "content", site)
    types = (type_id for type_id in guide.types if type_id in guide.embedded_types)
    return tuple(f"{prefix}{guide.segments[type_id]}/" for type_id in types for prefix in guide.prefixes.values())


@pytest.mark.parametrize("name", SPACES)
def test_every_page_is_reached_from_the_home_page_and_no_link_is_dead(name: str, guides: dict[str, Path]) -> None:
    crawl = Crawl(guides[name])
    assert crawl.trees != {}
    alone = crawl.unreached()
    parts = parts_of_pages(guides[name].parent)
    others = [url for url in alone if not url.startswith(parts)]
    assert [url for url in others if not is_list_of_one(crawl, url)] == []
    assert [url for url in alone if url not in others and not is_shown(crawl, url, alone)] == []
    assert crawl.dead() == []


def is_list_of_one(crawl: Crawl, url: str) -> bool:
    """Return whether a page lists a single entry, to which the navigation leads in place of the list."""
    [tree] = [tree for address, tree in crawl.trees.items() if crawl.name(address) == url]
    return len(tree.xpath("//main//ul[@class='cards']/li")) == 1


def is_shown(crawl: Crawl, url: str, alone: Iterable[str]) -> bool:
    """Return whether everything on the page of a part is also on one reachable page in the same language."""
    pages = {crawl.name(address): tree for address, tree in crawl.trees.items()}
    words = words_of_page(pages[url])
    reached = (pages[other] for other in pages.keys() - {*alone} if pages[other].get("lang") == pages[url].get("lang"))
    return any(words <= words_of_page(tree) for tree in reached)


def words_of_page(tree: Any) -> set[str]:
    """Return the lines and pictures of a page below its heading; no labels, buttons, and entries that link to it."""
    linking = "ancestor::section[h2/span[@class='count']] or ancestor::button"
    found = tree.xpath(
        f"//main//text()[not(ancestor::h1 or ancestor::dt or {linking})] | //main//img[not({linking})]/@src"
    )
    return {line.strip().rsplit("/", 1)[-1] for text in found for line in text.splitlines()} - {""}


@pytest.mark.parametrize("name", SPACES)
def test_nothing_is_loaded_from_another_host(name: str, guides: dict[str, Path]) -> None:
    assert Crawl(guides[name]).loaded_elsewhere() == []


@pytest.mark.parametrize("name", SPACES)
def test_no_page_shows_values_meant_for_machines(name: str, guides: dict[str, Path]) -> None:
    crawl = Crawl(guides[name])
    found = [
        (crawl.name(url), what, match[0])
        for url, tree in crawl.trees.items()
        for what, pattern in RAW.items()
        for match in pattern.finditer(texts(tree))
    ]
    assert found == []


def sample(crawl: Crawl) -> list[str]:
    """Choose the pages for the browser: the one with the most text in each folder, and the longest of those."""
    sizes = {url: len(texts(tree)) for url, tree in crawl.trees.items() if not tree.xpath("//meta[@http-equiv]")}
    greatest = {url.rsplit("/", 2)[0]: url for url in sorted(sizes, key=lambda url: sizes[url])}
    return sorted(greatest.values(), key=lambda url: sizes[url])[-PAGES:]


@pytest.mark.parametrize("name", SPACES)
def test_pages_fit_a_narrow_phone_and_load_nothing_from_other_hosts(
    name: str, guides: dict[str, Path], page: Page
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    crawl = Crawl(guides[name])
    wide = []
    for url in sample(crawl):
        page.goto(url)
        found = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]")
        wide += [(crawl.name(url), found)] if max(found) > 320 else []
    assert wide == []


@pytest.mark.parametrize("width", [320, 1280])
def test_picture_next_to_the_title_is_not_enlarged(guides: dict[str, Path], page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto((guides["everything"] / "event/night/index.html").as_uri())
    assert page.locator(".picture img").evaluate("element => [element.width, element.height]") == [3, 2]


def test_every_page_is_valid_html(guides: dict[str, Path]) -> None:
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    if not CHECKER.is_file():
        pytest.skip("npm ci has not run in tests/browser")
    command = ["java", "-Xss4m", "-jar", str(CHECKER), "--format", "json", "--stdout", "--exit-zero-always"]
    pages = sorted(str(page) for site in guides.values() for page in site.rglob("*.html"))
    done = subprocess.run([*command, *pages], capture_output=True, check=True, timeout=540)
    messages: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    sites = {site.parent.as_uri(): name for name, site in guides.items()}

    def where(url: str) -> str:
        plain = quote(url, safe=":/%~")
        return next((plain.replace(uri, name) for uri, name in sites.items() if plain.startswith(uri)), plain)

    errors = {(where(message.get("url", "")), message["message"]) for message in messages if message["type"] == "error"}
    assert len(pages) > (300 if RECORDINGS.is_dir() else 20)
    assert sorted(errors) == []
    assert [message for message in messages if message["type"] == "non-document-error"] == []
