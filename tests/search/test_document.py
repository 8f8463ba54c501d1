"""What is searched of a page, and that the browser reads the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.search.document import read_document, weights
from exporter.search.shards import document_id, document_number
from tests.conftest import PROJECT
from tests.search.scripts import run

if TYPE_CHECKING:
    from pathlib import Path

WEIGHED = "[found, [...guideDocument.weights(found)].sort()]"
READ = f"given.map(html => {{ const found = guideDocument.read(html); return found && {WEIGHED}; }})"
PAGE = """<!doctype html><html><head><title>Mill</title>
<script type="application/ld+json">{"geo": {"latitude": 38.5, "longitude": -9}}</script></head>
<body><nav><a href="x">Elsewhere</a></nav><main id="main.text" class="wide" data-search="place">
<header><h1>The <em>old</em> mill &amp; café</h1></header>
<dl><div><dt>Where</dt><dd><a href="../b/">Belém</a><br>by the river</dd></div></dl>
<!-- a <p> comment --><p>Wind&shy;mill of <b>18</b>90&nbsp;m &#233;t&#xe9; &bogus; a<wbr>b</p>
<section data-search=""><h2>Cards</h2><section><p>of others</p></section></section>
<p hidden>secret</p><p title="a > b">after</p><input hidden><p>more</p><script>var x = "<p>no</p>";</script>
<h2>Opening</h2><ul><li>Monday</li><li>Tuesday</li></ul></main><footer>Foot</footer></body></html>"""
ODD = [
    "",
    "<main>no mark</main>",
    '<main data-search="">none</main>',
    '<p data-search="x">a<p>b</p>c',
    '<main data-search="place"><main>inner</main>still</main>gone',
    '<main data-search="a&amp;b"><h1></h1><h1>Second</h1></main>',
    '<MAIN data-search="x">capitals are no root</MAIN>',
    '<main data-search="x"><a title=\'"<\'>q</a><a hidden=""><a>in</a></a>out</main>',
    '<main data-search="x"><h2>a<div>b</div>c</h2><dd>d<dt>e</dt><p>f</main>',
    '<main data-search="x">&#0;&#55296;&#x10ffff;&#9999999;&AMP;&lt;b&gt;</main>',
    '<main data-search="x"><svg><title>t</title></svg><button>b</button>< 3 > 2</main>',
]


def test_document_of_a_page() -> None:
    found = read_document(PAGE)
    assert found is not None
    assert (found.type, found.title, found.place) == ("place", "The old mill & café", ("38.5", "-9"))
    lines = ["Where", "Belém", "by the river", "Wind\xadmill of 1890 m été &bogus; ab", "after", "more"]
    assert list(found.lines) == [*lines, "Opening", "Monday", "Tuesday"]
    assert [found.lines[number] for number in found.names] == ["Belém", "by the river", "Opening"]


def test_title_weighs_more_than_names_and_these_more_than_the_text() -> None:
    found = read_document('<main data-search="x"><h1>Mill</h1><h2>Tower</h2><p>stone stone stone</p></main>')
    assert found is not None
    weighed = weights(found)
    assert weighed["mill"] > weighed["tower"] > weighed["stone"] > 0


def test_word_in_a_shorter_title_weighs_more() -> None:
    one, two = (read_document(f'<main data-search="x"><h1>{text}</h1></main>') for text in ("Mill", "Old mill"))
    assert one is not None
    assert two is not None
    assert weights(one)["mill"] > weights(two)["mill"]


def test_one_word_in_place_of_another_changes_no_weight_of_others() -> None:
    other = PAGE.replace("after", "behind")
    one, two = read_document(PAGE), read_document(other)
    assert one is not None
    assert two is not None
    assert weights(one).items() ^ weights(two).items() == {("after", 1), ("behind", 1)}


@pytest.mark.parametrize("html", ODD)
def test_browser_reads_odd_pages_as_the_publisher(html: str) -> None:
    found = read_document(html)
    read = run(["tokens.js", "document.js"], READ, [html])[0]
    if found is None:
        assert read is None
    else:
        shown, weighed = read
        assert (shown["type"], shown["title"], tuple(shown["lines"]), tuple(shown["names"])) == found[:4]
        assert dict(map(tuple, weighed)) == weights(found)


def test_browser_reads_the_pages_of_the_demo_as_the_publisher(lisbon: Path) -> None:
    pages = [file.read_text("utf-8") for file in sorted((lisbon / "site").rglob("*.html"))]
    documents = [read_document(page) for page in pages]
    assert sum(document is not None for document in documents) > 100
    read = run(["tokens.js", "document.js"], READ, pages)
    for document, found in zip(documents, read, strict=True):
        assert (document is None) == (found is None)
        if document is not None:
            assert (found[0]["title"], tuple(found[0]["lines"])) == (document.title, document.lines)
            assert dict(map(tuple, found[1])) == weights(document)


def test_device_numbers_documents_as_the_publisher() -> None:
    paths = ["index.html", "place/belém/index.html", "ar/مكان/index.html", "x" * 300]
    code = "given.map(idOf)"
    scripts = (PROJECT / "exporter" / "search" / "client" / "worker.js").read_text("utf-8")
    start, end = scripts.index("function idOf"), scripts.index("function grouped")
    assert run([], f"(() => {{ {scripts[start:end]} return {code}; }})()", paths) == [
        document_id(document_number(path)) for path in paths
    ]
