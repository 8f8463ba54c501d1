"""Every real space at hand builds with nothing but a title and a source, and its guide is whole, valid and readable."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from exporter.cli.commands import run
from tests.conftest import NO_RECORDINGS, PROJECT, RECORDINGS
from tests.support.crawl import Crawl, texts
from tests.support.everything import SPACE as EVERYTHING
from tests.support.recorded import Recorded, exports, initial_syncs, put_export

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

SYNCS = {each.name: each for each in (EVERYTHING, *initial_syncs())}
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
    """Build the guide of every space; give their folders site/ by name."""
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
    """Build a guide with a site.yaml of a title and a source."""
    (root / "site.yaml").write_text(json.dumps({"title": "A guide", "source": source}), "utf-8")
    assert run(["-C", str(root), "-q", "build"]) == 0


def build_recorded(space: Recorded, root: Path) -> None:
    """Build the guide of a recording: its initial sync, then each delta that follows."""
    with space.serve() as url:
        for _ in space.pages:
            build(root, {"space": "s", "url": url})


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=NO_RECORDINGS)
def test_all_exports_and_recordings_are_built() -> None:
    assert len(exports()) == 3
    assert len(SYNCS) == 21


@pytest.mark.parametrize("name", SPACES)
def test_every_page_is_reached_from_the_home_page_and_no_link_is_dead(name: str, guides: dict[str, Path]) -> None:
    crawl = Crawl(guides[name])
    assert crawl.trees != {}
    assert crawl.unreached() == []
    assert crawl.dead() == []


@pytest.mark.parametrize("name", SPACES)
def test_nothing_is_loaded_from_another_host(name: str, guides: dict[str, Path]) -> None:
    assert Crawl(guides[name]).loaded_elsewhere() == []


@pytest.mark.parametrize("name", SPACES)
def test_no_page_shows_what_is_meant_for_machines(name: str, guides: dict[str, Path]) -> None:
    crawl = Crawl(guides[name])
    found = [
        (crawl.name(url), what, match[0])
        for url, tree in crawl.trees.items()
        for what, pattern in RAW.items()
        for match in pattern.finditer(texts(tree))
    ]
    assert found == []


def sample(crawl: Crawl) -> list[str]:
    """Choose what a browser opens: of each folder the page that says most, the greatest of them; no redirects."""
    sizes = {url: len(texts(tree)) for url, tree in crawl.trees.items() if not tree.xpath("//meta[@http-equiv]")}
    greatest = {url.rsplit("/", 2)[0]: url for url in sorted(sizes, key=lambda each: sizes[each])}
    return sorted(greatest.values(), key=lambda each: sizes[each])[-PAGES:]


@pytest.mark.parametrize("name", SPACES)
def test_pages_fit_a_narrow_phone_and_ask_for_nothing_elsewhere(name: str, guides: dict[str, Path], page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    crawl = Crawl(guides[name])
    wide = []
    for url in sample(crawl):
        page.goto(url)
        found = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]")
        wide += [(crawl.name(url), found)] if max(found) > 320 else []
    assert wide == []


@pytest.mark.parametrize("width", [320, 1280])
def test_picture_beside_the_title_is_no_larger_than_it_is(guides: dict[str, Path], page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto((guides["everything"] / "event/night/index.html").as_uri())
    assert page.locator("header.intro img").evaluate("each => [each.width, each.height]") == [30, 20]


def test_every_page_is_valid_html(guides: dict[str, Path]) -> None:
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    if not CHECKER.is_file():
        pytest.skip("npm ci has not run in tests/browser")
    command = ["java", "-Xss4m", "-jar", str(CHECKER), "--format", "json", "--stdout", "--exit-zero-always"]
    pages = sorted(str(each) for site in guides.values() for each in site.rglob("*.html"))
    done = subprocess.run([*command, *pages], capture_output=True, check=True, timeout=540)
    said: list[dict[str, Any]] = json.loads(done.stdout)["messages"]
    sites = {site.parent.as_uri(): name for name, site in guides.items()}

    def where(url: str) -> str:
        plain = quote(url, safe=":/%~")
        return next((plain.replace(uri, name) for uri, name in sites.items() if plain.startswith(uri)), plain)

    errors = {(where(each.get("url", "")), each["message"]) for each in said if each["type"] == "error"}
    assert len(pages) > (300 if RECORDINGS.is_dir() else 20)
    assert sorted(errors) == []
    assert [each for each in said if each["type"] == "non-document-error"] == []
