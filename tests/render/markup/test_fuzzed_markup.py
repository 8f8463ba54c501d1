"""Any nesting of markup: the result is valid and no word is lost."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.render.entry.rich_text import render_document
from exporter.render.markup.markdown import markdown
from tests.conftest import PROJECT, link
from tests.support.small_views import HERE, open_views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporter.render.view.view import View

CHECKER = PROJECT / "tests/browser/node_modules/vnu-jar/build/dist/vnu.jar"
ABROAD = {
    "sys": {
        "type": "ResourceLink",
        "linkType": "Contentful:Entry",
        "urn": "crn:contentful:::content:spaces/s/entries/e",
    }
}
TARGETS = [link("Entry", "mill"), link("Entry", "gone"), link("Asset", "pic"), link("Asset", "gone"), ABROAD, 7, None]
ADDRESSES = ["/place/mill/", "/nowhere/", "https://example.org/a b", "javascript:alert(1)", "#w", "//[", "mailto:", ""]
KINDS = [
    *("document", "paragraph", "heading-1", "heading-3", "heading-6", "heading-7", "ordered-list", "unordered-list"),
    *("list-item", "blockquote", "hr", "table", "table-row", "table-cell", "table-header-cell", "unheard-of", ""),
    *("hyperlink", "entry-hyperlink", "asset-hyperlink", "resource-hyperlink", "embedded-entry-inline"),
    *("embedded-resource-inline", "embedded-entry-block", "embedded-asset-block", "embedded-resource-block"),
]
MARKS = ["bold", "italic", "underline", "code", "superscript", "subscript", "strikethrough", "unheard-of"]
WORD = re.compile(r"w\d+")
BLOCKS = {"p", "div", "ul", "ol", "blockquote", "pre", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "section"}
HOLD_BLOCKS = {"div", "blockquote", "li", "td", "th", "section"}
TRANSPARENT = {"a", "ins", "del"}
PARENTS = {"li": {"ul", "ol"}, "tr": {"tbody", "thead"}, "td": {"tr"}, "th": {"tr"}, "tbody": {"table"}}
CHILDREN = {"ul": {"li"}, "ol": {"li"}, "tr": {"td", "th"}, "table": {"tbody", "thead"}}


def text(value: str, marks: list[str]) -> dict[str, Any]:
    return {"nodeType": "text", "value": value, "marks": [{"type": mark} for mark in marks], "data": {}}


TEXTS = st.builds(
    text, st.sampled_from(["w1", "w2 & <w3>", "\n", "", "w4\nw5", " w6 "]), st.lists(st.sampled_from(MARKS), max_size=3)
)


def node(kind: str, content: list[Any], target: Any, uri: str, columns: int, rows: int) -> dict[str, Any]:
    data = {"target": target, "uri": uri, "colspan": columns, "rowspan": rows}
    return {"nodeType": kind, "data": data, "content": content}


def nodes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        node,
        st.sampled_from(KINDS),
        st.lists(inner, max_size=4),
        st.sampled_from(TARGETS),
        st.sampled_from(ADDRESSES),
        st.integers(-1, 4),
        st.integers(-1, 4),
    )


def table(rows: list[list[Any]]) -> dict[str, Any]:
    return {"nodeType": "table", "data": {}, "content": [{"nodeType": "table-row", "content": row} for row in rows]}


CELLS = st.builds(
    lambda kind, columns, rows: node(kind, [text("w7", [])], None, "", columns, rows),
    st.sampled_from(["table-cell", "table-header-cell"]),
    st.integers(1, 4),
    st.integers(1, 4),
)
TABLES = st.lists(st.lists(CELLS, max_size=4), max_size=5).map(table)
DOCUMENTS = st.lists(st.recursive(TEXTS | TABLES, nodes, max_leaves=15), max_size=4).map(
    lambda content: {"nodeType": "document", "data": {}, "content": content}
)

PLAIN = [
    *("w1", "w2", "**w3**", "*w4", "# w5\n", "\n\n", "\n", "- w6\n", "1. w7\n", "> w8", "`w9`", "~~w10~~", "    "),
    *(
        "\n\n| w11 | w12 |\n|:-:|--|\n| w13 | w14 |\n\n",
        "\n\n---\n\n",
        "[w15](/place/mill/)",
        "[w16](/gone/)",
        "###### w17\n",
    ),
    *("![w18](//images.ctfassets.net/x/gone/1/y.png)", "![w19](asset/pic)", "https://example.org/w20", "\\", "&lt;"),
    *("[w21](javascript:w)", "[w22]", "```\nw23\n```\n", "== w24\n==\n", "w25[^1]\n\n[^1]: w26\n\n"),
]
RAW = [
    *("<b>", "</b>", "<i>", "</i>", "<div>", "</div>", "<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<blockquote>"),
    *("<h1>", "</h1>", "<h3>", "</h3>", "<th>", "</th>", "<a href='/place/mill/'>", "<a href=x>", "</a>", "<pre>"),
    *("<table>", "</table>", "<tr>", "<td>", "</td>", "<span lang='q q'>", "</span>", "<custom-x>", "<hr>", "<br>"),
    *(
        "<img src=asset/pic width=x>",
        "<ins>",
        "</ins>",
        "<bdo>",
        "<dfn>",
        "<center>",
        "<svg>",
        "<math>",
        "<mi>",
        "<details>",
        "<",
        "</",
    ),
]
MARKDOWN = st.lists(st.sampled_from(PLAIN), max_size=12).map(" ".join)
WITH_HTML = st.lists(st.sampled_from([*PLAIN, *RAW]), max_size=16).map(" ".join)


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], View]]:
    with open_views(tmp_path_factory.mktemp("mirror")) as at:
        yield at


def words_of(value: Any) -> list[str]:
    if isinstance(value, list):
        return [word for item in value for word in words_of(item)]
    if not isinstance(value, dict):
        return []
    return [*WORD.findall(value.get("value", "")), *words_of(value.get("content"))]


def faults(markup: str) -> list[str]:
    """Return what an HTML parser had to repair, and elements in places where they are not allowed."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(markup, container="div")
    found = [str(error[1]) for error in parser.errors]
    above = {child: parent for parent in tree.iter() for child in parent}
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    found += [f"the id {name} twice" for name in {*ids} if ids.count(name) > 1]
    for element in tree.iter():
        if element is not tree and isinstance(element.tag, str):
            found += misplaced(element, above)
    return found


def misplaced(element: Any, above: dict[Any, Any]) -> list[str]:
    parents = []
    step = above[element]
    while step in above:
        parents.append(step.tag)
        step = above[step]
    parent = parents[0] if parents else "div"
    around = next((name for name in parents if name not in TRANSPARENT), "div")
    found = [f"{element.tag} in {around}"] if element.tag in BLOCKS and around not in HOLD_BLOCKS else []
    if parent not in PARENTS.get(element.tag, {parent}) or element.tag not in CHILDREN.get(parent, {element.tag}):
        found.append(f"{element.tag} in {parent}")
    if (element.tag == "a" and "a" in parents) or (element.tag in ("h2", "h3", "h4", "h5", "h6") and "th" in parents):
        found.append(f"{element.tag} inside {parents}")
    if element.tag in CHILDREN and (
        (element.text or "").strip() or any((child.tail or "").strip() for child in element)
    ):
        found.append(f"text in {element.tag}")
    return found


@given(DOCUMENTS)
@settings(max_examples=300, deadline=None)
def test_rich_text_of_any_nesting_is_valid_and_keeps_its_words(
    look: Callable[[str], View], document: dict[str, Any]
) -> None:
    page = str(render_document(document, look(HERE)))
    assert faults(page) == []
    assert [word for word in WORD.findall(plain(page)) if word] == words_of(document)


@given(MARKDOWN)
@settings(max_examples=300, deadline=None)
def test_markdown_of_any_nesting_is_valid_and_keeps_its_words(look: Callable[[str], View], written: str) -> None:
    page = str(markdown(written, look(HERE)))
    assert faults(page) == []
    assert sorted(WORD.findall(plain(page))) == sorted(WORD.findall(written))


@given(WITH_HTML)
@settings(max_examples=500, deadline=None)
def test_html_in_markdown_of_any_nesting_becomes_valid_and_keeps_its_words(
    look: Callable[[str], View], written: str
) -> None:
    page = str(markdown(written, look(HERE)))
    assert faults(page) == []
    assert sorted(WORD.findall(plain(page))) == sorted(WORD.findall(written))


def plain(page: str) -> str:
    """Return the text of a page, including the alternative texts of pictures."""
    tree = html5lib.parseFragment(page, container="div", namespaceHTMLElements=False)
    texts = []
    for element in tree.iter():
        element.text = f"{element.get('alt', '')} {element.text or ''}"
        texts.append(element)
    return "".join(tree.itertext())


def test_nu_checker_finds_no_error_in_cases_and_fuzzed_documents(look: Callable[[str], View], tmp_path: Path) -> None:
    if not CHECKER.is_file() or shutil.which("java") is None:
        pytest.skip("the Nu checker is not installed: npm ci in tests/browser, and Java")
    bodies = [file.read_text("utf-8") for file in sorted((PROJECT / "tests/cases").rglob("*.html"))]

    @given(DOCUMENTS, MARKDOWN, WITH_HTML)
    @settings(max_examples=100, deadline=None, derandomize=True, database=None)
    def collect(document: dict[str, Any], text: str, html: str) -> None:
        bodies.append(str(render_document(document, look(HERE))))
        bodies.extend(str(markdown(markup, look(HERE))) for markup in (text, html))

    collect()
    for number, body in enumerate(bodies):
        page = (
            f"<!doctype html><html lang=en><meta charset=utf-8><title>t</title><body><h1>t</h1>\n{body}\n</body></html>"
        )
        (tmp_path / f"{number}.html").write_text(page, "utf-8")
    command = ["java", "-jar", str(CHECKER), "--errors-only", "--format", "json", str(tmp_path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    errors = json.loads(checked.stderr)["messages"]
    assert [(error["message"], error.get("extract")) for error in errors] == []
