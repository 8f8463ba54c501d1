"""The ZIP: unpacked, it is a guide that opens from the disk, whole or in part."""

from __future__ import annotations

import re
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from exporter.build.program_stamp import program_digest
from exporter.bundles.prepare import prepare
from exporter.bundles.search_data import search_files
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.index.records import PageKind
from tests.bundles.made import bundle, dead_links, unpacked

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.bundles.made import Lisbon
    from tests.conftest import Guide


@pytest.mark.parametrize(
    "options",
    [[], ["--locale", "ar"], ["--locale", "de-DE", "--only", "walk"], ["--only", "/category/", "--only", "article"]],
    ids=" ".join,
)
def test_no_link_is_dead_and_nothing_comes_from_elsewhere(options: list[str], lisbon: Lisbon) -> None:
    file, counts = lisbon.bundle("zip", *options)
    folder = unpacked(file, lisbon.folder / "unpacked")
    assert dead_links(folder) == []
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert counts["files"] == len(files)
    assert {"index.html", "README.txt", "style.css"} <= files
    left = ("sw.js", "updates/", "offline/", "manifest.webmanifest", "404.html", "robots.txt", "sitemap.xml")
    assert [path for path in files if path.startswith(left) or path.endswith("feed.xml")] == []
    texts = [path.read_text("utf-8") for path in folder.rglob("*.html")]
    assert len(texts) > 4
    assert [text for text in texts if 'data-guide="' in text or "offline/" in text] == []


def test_everything_of_the_guide_is_there(lisbon: Lisbon) -> None:
    with zipfile.ZipFile(lisbon.bundle("zip")[0]) as archive:
        names = {*archive.namelist()}
        assert [info for info in archive.infolist() if info.date_time != (1980, 1, 1, 0, 0, 0)] == []
    site = lisbon.root / "site"
    kinds = ("place", "walk", "article", "ar/place", "de-DE/category", "files", "pictures")
    wanted = {path.relative_to(site).as_posix() for kind in kinds for path in (site / kind).rglob("*.*")}
    wanted = {path for path in wanted if not path.endswith("feed.xml")}
    assert len(wanted) > 150
    assert wanted - names == set()


def test_part_has_only_what_was_asked_for_and_its_pictures(lisbon: Lisbon) -> None:
    file, counts = lisbon.bundle("zip", "--only", "article", "--locale", "en-US")
    folder = unpacked(file, lisbon.folder / "unpacked")
    pages = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert {path.split("/")[0] for path in pages} == {"index.html", "article", "map", "search"}
    assert counts["pages"] == len(pages) > 2
    shown = "".join((folder / path).read_text("utf-8") for path in pages)
    pictures = {path.name for path in (folder / "pictures").iterdir()}
    assert pictures == {*re.findall(r"""(?:[" ]|\.\./)pictures/([\w.-]+)""", shown)} != set()
    assert not (folder / "files").exists()
    home = (folder / "index.html").read_text("utf-8")
    assert [word for word in (">Place<", "Deutsch", "article/index.html") if word in home] == ["article/index.html"]


def test_readme_says_in_each_language_which_page_to_open(lisbon: Lisbon) -> None:
    with zipfile.ZipFile(lisbon.bundle("zip")[0]) as archive:
        lines = archive.read("README.txt").decode().split("\r\n\r\n")
    assert lines[0] == "Lisbon"
    assert "open index.html in a browser" in lines[1]
    assert "ar/index.html" in lines[2]
    assert "öffnen Sie dann de-DE/index.html" in lines[3]


def test_readme_of_the_guide_s_own_stays(guide: Guide) -> None:
    (guide.root / "templates/static").mkdir(parents=True)
    (guide.root / "templates/static/README.txt").write_text("Own.", "utf-8")
    guide.build()
    bundle(guide, "zip")
    with zipfile.ZipFile(guide.root / "guide.zip") as archive:
        assert archive.read("README.txt") == b"Own."
        assert b"Small guide" in archive.read("READ ME FIRST.txt")


def test_unpacked_guide_opens_from_the_disk_without_errors(lisbon: Lisbon, page: Page) -> None:
    folder = lisbon.unpacked("zip")
    said: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((folder / "index.html").as_uri())
    page.click("main .ways a >> nth=0")
    page.click("a.card >> nth=0")
    assert page.locator("h1").inner_text() != ""
    assert page.locator("img").first.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    assert said == []
    assert [url for url in requests if not url.startswith("file://")] == []
    assert len(requests) > 5


def test_search_works_from_the_disk_and_finds_what_is_there(lisbon: Lisbon, page: Page) -> None:
    folder = lisbon.unpacked("zip", "--only", "walk", "--only", "category")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((folder / "search/index.html").as_uri())
    page.fill("input[type=search]", "monum")
    page.wait_for_selector("[data-guide-search-results] a[href]")
    links = page.locator("[data-guide-search-results] a[href]").evaluate_all("links => links.map(link => link.href)")
    paths = {unquote(link.partition("#")[0].partition("?")[0].removeprefix("file://")) for link in links}
    assert str(folder / "category/monuments/index.html") in paths
    assert [path for path in paths if not Path(path).is_file()] == []
    page.click("[data-guide-search-results] a[href] >> nth=0")
    page.wait_for_selector("h1")
    assert said == []


def test_data_files_of_search_are_made_again_as_the_build_makes_them(lisbon: Lisbon) -> None:
    site, folders = lisbon.root / "site", {code: code for code in ("en-US", "ar", "de-DE")}
    with closing(GuideIndex(lisbon.root / ".export" / INDEX, program_digest())) as index:
        pages = [page for _, page in index.pages.of_kinds([PageKind.ENTRY, PageKind.LIST, PageKind.HOME])]
    made = search_files(((page, (site / page.path).read_bytes()) for page in pages), folders)
    standing = {
        path.relative_to(site).as_posix(): path for code in folders for path in (site / "search" / code).rglob("*.js")
    }
    assert made == {path: file.read_bytes() for path, file in standing.items()}
    assert len(made) > 150


def test_search_of_a_part_knows_no_other_page(lisbon: Lisbon) -> None:
    with zipfile.ZipFile(lisbon.bundle("zip", "--only", "walk", "--locale", "de-DE")[0]) as archive:
        names = {*archive.namelist()}
        data = [archive.read(name).decode() for name in names if name.startswith("search/de-DE/pages/")]
    assert [name for name in names if name.startswith(("search/en-US/", "search/ar/", "search/index.html"))] == []
    found = {path for text in data for path in re.findall(r'"path":"([^"]+)"', text)}
    assert len(found) == 4
    assert found - names == set()


def test_link_in_a_text_keeps_its_words_and_one_in_a_list_goes() -> None:
    text = (
        '<!doctype html><html lang="en" data-guide="none"><nav><a href="../gone/index.html">Gone</a></nav>'
        '<p>See <a class="x" href="../gone/index.html" rel="next">the <b>mill</b></a> and <a href="b.html">b</a>.</p>'
        '<ul><li><a href="../gone/index.html"><img src="a.png"></a></li><li><a href="../gone/index.html">1</a>'
        ' <a href="b.html">2</a></li><li>no link</li></ul><script>if (a < b) "<a href=gone>"</script>'
        '<main><footer>By <a href="../gone/index.html">Ann</a></footer></main>'
        '<footer><p><a href="b.html">English</a><a href="../gone/index.html">Deutsch</a></p></footer>'
        '<script src="../gone/x.js" defer></script><!-- <a href="../gone/index.html"> --></html>'
    )
    assert prepare(text, "place/index.html", lambda path: "gone" not in path) == (
        '<!doctype html><html lang="en"><nav></nav>'
        '<p>See <a class="x">the <b>mill</b></a> and <a href="b.html">b</a>.</p>'
        '<ul><li><a>1</a> <a href="b.html">2</a></li><li>no link</li></ul><script>if (a < b) "<a href=gone>"</script>'
        "<main><footer>By <a>Ann</a></footer></main>"
        '<footer><p><a href="b.html">English</a></p></footer>'
        '<!-- <a href="../gone/index.html"> --></html>'
    )


def test_page_without_dead_links_stays_as_it_is(lisbon: Lisbon) -> None:
    for path in (lisbon.root / "site/place").rglob("*.html"):
        text = path.read_text("utf-8").replace(' data-guide="none"', "")
        assert prepare(text, "place/x/index.html", lambda _: True) == text


def test_part_without_the_first_language_leads_to_its_own_home(lisbon: Lisbon) -> None:
    folder = lisbon.unpacked("zip", "--locale", "ar")
    assert 'url=ar/index.html"' in (folder / "index.html").read_text("utf-8")
