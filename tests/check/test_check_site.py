"""Links and anchors of the built guide: whatever leads nowhere is found, with its line, and nothing else."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.check.pages import PageReader, Site
from exporter.check.quick import is_in_order
from exporter.check.site import LARGEST_PAGE, SiteCheck
from exporter.report.problems import wanted

if TYPE_CHECKING:
    from exporter.report.report import Problem

BASE_URL = "https://guide.example.org/lisbon"


def check(root: Path, files: dict[str, str], base_url: str = "", jobs: int = 1) -> list[Problem]:
    """Write a site and check it."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return list(SiteCheck(root, wanted({}), base_url, jobs).find())


def said(problems: list[Problem]) -> list[tuple[str, str, int, str]]:
    return sorted((problem.code, problem.file, problem.line, problem.link) for problem in problems)


DEAD = [
    ("missing.html", "a file that is not there"),
    ("../../b.html", "out of the site"),
    ("/lisbon/b.html", "an absolute path, in a guide without an address"),
    ("b.html/", "a file as a folder"),
    ("empty/", "a folder without a page"),
    ("B.html", "another case"),
    ("b%20.html", "a name with a space"),
]


def test_page_that_is_an_asset_of_the_space_is_no_page_of_the_guide(tmp_path: Path) -> None:
    asset = '<h1 id="top">Programme</h1><a href="missing.html">x</a><img src="none.png">'
    whole = '<a href="files/x/programme.html#top">x</a>'
    assert check(tmp_path, {"index.html": whole, "files/x/programme.html": asset}) == []
    (problem,) = check(tmp_path, {"index.html": whole.replace("top", "end")})
    assert (problem.code, problem.link) == ("page-anchor-dead", "files/x/programme.html#end")


@pytest.mark.parametrize("link", [link for link, _ in DEAD], ids=[why for _, why in DEAD])
def test_link_that_leads_to_no_file_is_dead(tmp_path: Path, link: str) -> None:
    files = {"a/index.html": f'<p>\n<a href="{link}">x</a>', "a/b.html": "", "a/empty/data.json": ""}
    (problem,) = check(tmp_path, files)
    assert (problem.code, problem.file, problem.line, problem.link, problem.severity) == (
        *("page-link-dead", "site/a/index.html", 2, link, "error"),
    )
    assert f'site/a/index.html:2: the link "{link}" leads to nothing' in problem.message


@pytest.mark.parametrize(
    "link",
    [
        *("b.html", "./b.html", "../a/b.html", "b.html?q=1", "b.html#there", "b.html#", "b.html#top", "#here", "#", ""),
        *("../", "..", "../a/", "../a", "%62.html", "b.html#%74here", " b.html ", "picture.svg#shape", "ü 1.html"),
        *("%C3%BC%201.html", "/a/b.html", "/", "https://elsewhere.example.org/x", "//elsewhere.example.org/x"),
        *("mailto:a@example.org", "tel:+351", "javascript:void(0)", "data:text/plain,x", "b.html#:~:text=there"),
    ],
)
def test_link_that_leads_to_a_file_or_out_of_the_guide_is_well(tmp_path: Path, link: str) -> None:
    files = {
        "index.html": "",
        "a/index.html": f'<p id="here"><a href="{escape(link)}">x</a></p>',
        "a/b.html": "<p id='there'>",
        "a/ü 1.html": "",
        "a/picture.svg": "",
    }
    assert check(tmp_path, files) == []


@pytest.mark.parametrize(
    "markup",
    [
        *(
            '<img src="x.webp" alt="" width="1" height="1">',
            "<link rel=icon href=x.webp>",
            '<script src="x.webp"></script>',
        ),
        *('<a HREF = "x.webp">', "<a\nhref='x.webp'\n>", '<video poster="x.webp"></video>', '<object data="x.webp">'),
        '<img src="a.svg" srcset="a.svg 1x, x.webp 2x" alt="" width="1" height="1">',
        '<source srcset="x.webp 640w,a.svg 1280w">',
        '<a title=">" href=x.webp>',
        '<a href="&#120;.webp">',
        f'<a href="{"./" * 2500}x.webp">',
    ],
)
def test_whatever_loads_or_links_a_file_is_looked_at(tmp_path: Path, markup: str) -> None:
    (problem,) = check(tmp_path, {"index.html": f"<p>{markup}</p>", "a.svg": ""})
    assert (problem.code, problem.line) == ("page-link-dead", markup.partition("<a")[0].count("\n") + 1)


@pytest.mark.parametrize(
    "text",
    [
        *('<!-- <a href="x.html"> -->', "<script>let a = '<a href=\"x.html\">'</script>", '<p>href="x.html"</p>'),
        *("<style>a[href='x.html'] {}</style>", "<p title=\"<a href='x.html'>\">", "<a data-href='x.html'>x</a>"),
    ],
)
def test_what_is_only_spelled_like_a_link_is_none(tmp_path: Path, text: str) -> None:
    assert check(tmp_path, {"index.html": text}) == []


@pytest.mark.parametrize(
    "text",
    [
        *('<p id="Here">', '<!-- <p id="here"> -->', "<script>\"<p id='here'>\"</script>", 'say id="here"'),
        *("<p title=' id=\"here\"'>", '<p data-id="here">', '<p name="here">'),
    ],
)
def test_anchor_that_no_element_has_is_dead(tmp_path: Path, text: str) -> None:
    pages = {"index.html": f'<a href="#here">x</a>\n{text}', "b.html": '\n\n<a href="index.html#here">y</a>'}
    (problem,) = check(tmp_path, pages)
    assert (problem.code, problem.link, problem.file, problem.line) == (
        *("page-anchor-dead", "index.html#here", "site/b.html", 3),
    )
    assert "(1 other page has the same)" in problem.message


@pytest.mark.parametrize(
    "text", ['<p id="here">', "<p id=here>", "<P ID='here'>", '<a name="here">', '<p title=">" id="here">']
)
def test_anchor_that_an_element_has_is_well(tmp_path: Path, text: str) -> None:
    pages = {"index.html": f'<a href="#here">x</a>\n{text}', "b.html": '<a href="index.html#here">y</a>'}
    assert check(tmp_path, pages) == []


def test_address_of_the_guide_itself_is_looked_at_too(tmp_path: Path) -> None:
    links = [f"{BASE_URL}/b/", f"{BASE_URL}/c/", BASE_URL, "/lisbon/b/", "/lisbon/d/index.html", "/other/", "/lisbon"]
    text = "\n".join(f'<a href="{link}">x</a>' for link in links)
    problems = check(tmp_path, {"index.html": text, "b/index.html": ""}, BASE_URL)
    assert said(problems) == [
        ("page-link-dead", "site/index.html", 2, f"{BASE_URL}/c/"),
        ("page-link-dead", "site/index.html", 5, "/lisbon/d/index.html"),
    ]


def test_base_of_a_page_is_where_its_links_begin(tmp_path: Path) -> None:
    page = '<base href="b/">\n<a href="there.html">x</a>\n<a href="index.html">y</a>\n<a href="#z">z</a>'
    files = {"index.html": page, "b/there.html": "", "far.html": '<base href="//example.org/"><a href="no.html">x</a>'}
    assert said(check(tmp_path, files)) == [
        ("page-link-dead", "site/index.html", 3, "index.html"),
        ("page-link-dead", "site/index.html", 4, "#z"),
    ]


def test_same_dead_link_on_many_pages_is_one_problem_at_the_first(tmp_path: Path) -> None:
    pages = {f"p{number:03}/index.html": '<p>\n<a href="../gone/">x</a>' for number in range(600)}
    (problem,) = check(tmp_path, pages, jobs=2)
    assert (problem.file, problem.line) == ("site/p000/index.html", 2)
    assert "(599 other pages have the same)" in problem.message


def test_picture_of_a_page_needs_words_and_a_size(tmp_path: Path) -> None:
    page = (
        '<img src="a.svg" alt="" width="1" height="1">\n'
        '<img src="b.svg" width=1 height=1>\n'
        '<img src="c.svg" alt="x" width="1">\n'
        '<img src="d.svg" alt title=" width=1 height=1">'
    )
    files = {"index.html": page, **{f"{name}.svg": "" for name in "abcd"}}
    assert said(check(tmp_path, files)) == [
        ("alt-missing", "site/index.html", 2, "b.svg"),
        ("image-size-missing", "site/index.html", 3, "c.svg"),
        ("image-size-missing", "site/index.html", 4, "d.svg"),
    ]


def test_page_or_static_file_that_is_too_large_is_reported(tmp_path: Path) -> None:
    files = {"index.html": " " * (LARGEST_PAGE + 1), "film.webm": " " * 5_000_001, "files/a/film.webm": " " * 5_000_001}
    assert said(check(tmp_path, files)) == [
        ("file-too-large", "site/film.webm", 0, ""),
        ("file-too-large", "site/index.html", 0, ""),
    ]


def test_page_that_is_no_utf_8_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b'\xff<a href="x.html">\xfe')
    assert [problem.code for problem in check(tmp_path, {})] == ["page-link-dead"]


NAMES = ("a", "b", "c")
LINKS = st.builds(
    lambda up, path, end, anchor: f"{'../' * up}{'/'.join(path)}{end}{anchor}",
    st.integers(0, 3),
    st.lists(st.sampled_from([*NAMES, "..", ".", "%61"]), max_size=3),
    st.sampled_from(["", "/", "/index.html", ".html", "?q=a/b"]),
    st.sampled_from(["", "", "#x", "#y", "#%78", "#top", "#"]),
)
SPELLED = ('<a href="{}">t</a>', "<a href='{}'>t</a>", '<link HREF= "{}">', '<p title=">"><img alt="" src="{}"></p>')
ODD = ('<!-- <a href="gone"> <p id="x"> -->', '<script>a.href = "gone"; b = \'<p id="x">\'</script>', 'id="y" <p>')
PIECES = st.one_of(
    st.tuples(st.just("link"), LINKS, st.sampled_from(SPELLED)),
    st.tuples(
        st.just("anchor"), st.sampled_from(["x", "y"]), st.sampled_from(['<p id="{}">', "<p id='{}'>", "<a name={}>"])
    ),
    st.tuples(st.just("text"), st.just(""), st.sampled_from([*ODD, "<p>text</p>", "<td height=1 width=2 alt=x>"])),
)
PATHS = st.lists(st.sampled_from(NAMES), max_size=2).map(
    lambda steps: "/".join([*steps, "index.html"])
) | st.sampled_from(["a.html", "b/c.html", "a/b.html"])
SITES = st.dictionaries(PATHS, st.lists(PIECES, max_size=5), min_size=1, max_size=6)


@dataclass(frozen=True)
class Oracle:
    """The dead links, found by trying every link of every page in the simplest way."""

    pages: dict[str, list[tuple[str, str, str]]]

    def dead(self) -> set[tuple[str, str, int, str]]:
        """Return code, file, line and link: for each missing thing, the first place where it is linked."""
        first: dict[tuple[str, str, str], tuple[str, str, int, str]] = {}
        for page in sorted(self.pages):
            for line, (kind, link, _) in enumerate(self.pages[page], 1):
                found = self.judge(page, link) if kind == "link" else None
                if found is not None:
                    first.setdefault(found, (found[0], f"site/{page}", line, link))
        return set(first.values())

    def judge(self, page: str, link: str) -> tuple[str, str, str] | None:
        """Return code, file and anchor of a dead link."""
        path, _, anchor = link.partition("#")
        file, anchor = self.walk(page, unquote(path.partition("?")[0])), unquote(anchor)
        lies = next((path for path in (file, f"{file}/index.html".lstrip("/")) if path in self.pages), None)
        anchor = "" if anchor == "top" else anchor
        if lies is None:
            return "page-link-dead", file, anchor
        has = {name for kind, name, _ in self.pages[lies] if kind == "anchor"}
        return ("page-anchor-dead", lies, anchor) if anchor and anchor not in has else None

    def walk(self, page: str, path: str) -> str:
        """Go the steps of a path from a page; the steps above the root are kept."""
        if not path:
            return page
        folders = page.split("/")[:-1] if not path.startswith("/") else []
        if path.endswith("/"):
            path += "index.html"
        for step in path.split("/"):
            if step == ".." and folders and folders[-1] != "..":
                folders.pop()
            elif step not in ("", "."):
                folders.append(step)
        return "/".join(folders) or "index.html"


@settings(max_examples=300, deadline=None)
@given(SITES)
def test_checker_finds_in_any_site_what_a_plain_look_at_every_link_finds(
    pages: dict[str, list[tuple[str, str, str]]],
) -> None:
    files = {
        page: "\n".join(form.format(text) if kind != "text" else form for kind, text, form in pieces)
        for page, pieces in pages.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        problems = check(Path(folder), files)
    links = [problem for problem in problems if problem.code.startswith("page-")]
    assert set(said(links)) == Oracle(pages).dead()
    assert len(links) == len(set(said(links)))


MARKUP = [
    "<a href=",
    '"',
    "'",
    "x",
    "#y",
    ">",
    "<",
    " ",
    "=",
    "<!--",
    "-->",
    "<p id=",
    "y",
    "/",
    "src",
    "<script>",
    "</script>",
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(MARKUP), max_size=25).map("".join))
def test_page_that_is_passed_without_parsing_has_no_dead_link_for_the_parser(text: str) -> None:
    site = Site(frozenset({"index.html"}))
    if is_in_order(text, "index.html", site, alt=True, size=True) is not None:
        links = PageReader(text, "index.html", site).links
        assert [link for link in links if link.target and site.file(link.target.file) is None] == []


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*MARKUP, "<![", "<!", "[", "]", "<?", "&#", "<base href=", "//["]), max_size=25).map(
        "".join
    )
)
def test_no_markup_ends_the_check(text: str) -> None:
    PageReader(text, "index.html", Site(frozenset({"index.html"}), BASE_URL))
