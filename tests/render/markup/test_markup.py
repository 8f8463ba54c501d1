"""Markup from the space: nothing in it becomes active, no text is lost, links lead to local pages or to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from exporter.render.entry.rich_text import render_document
from exporter.render.markup.attribute_rewriter import AttributeRewriter
from exporter.render.markup.commonmark import to_html
from exporter.render.markup.link_syntax import SCHEMES
from exporter.render.markup.markdown import markdown, rewrite_own_tags, sanitise
from tests.conftest import CATEGORY, PLACE, SpaceFiles, asset, content_type, entry, link, locale
from tests.support.small_views import HERE, open_views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.render.view.view import View
    from tests.conftest import Guide

ACTIVE = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "svg",
    "math",
    "link",
    "meta",
    "base",
}
HAVE_IDS = {"h1", "h2", "h3", "h4", "h5", "h6", "a", "li"}
WORDS = ("one", "two", "three")
PICTURE_URL = f"//images.ctfassets.net/small/pic/{1:032x}/castle.svg"


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], View]]:
    """A function from the URL of a page of a small guide to its view."""
    with open_views(tmp_path_factory.mktemp("mirror")) as at:
        yield at


def tree(markup: str) -> Any:
    return html.fragment_fromstring(markup, create_parent="div")


def active(markup: str) -> list[str]:
    """Return what a browser would run or load."""
    found = []
    for element in tree(markup).iter("*"):
        found += [element.tag] if element.tag in ACTIVE else []
        found += [name for name in element.attrib if name.startswith("on") or name in ("srcdoc", "srcset")]
        found += (
            [element.get("style")] if not element.get("style", "text-align: left").startswith("text-align: ") else []
        )
        found += [element.get("id")] if element.get("id") and element.tag not in HAVE_IDS else []
        address = element.get("href", "")
        found += [address] if ":" in address and address.split(":")[0].lower() not in SCHEMES else []
        found += [element.get("src")] if element.get("src") and not element.get("src").startswith("../") else []
    return found


def node(kind: str, *content: Any, **data: Any) -> dict[str, Any]:
    return {"nodeType": kind, "data": data, "content": list(content)}


def text(value: str, *marks: str) -> dict[str, Any]:
    return {"nodeType": "text", "value": value, "marks": [{"type": mark} for mark in marks], "data": {}}


EVIL = [
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)"),
    *("java\nscript:alert(1)", "\x01javascript:alert(1)", "\u00a0javascript:alert(1)"),
    *("javascript&colon;alert(1)", "java&Tab;script&#58;alert(1)", "&#106;&#97;vascript:alert(1)"),
    *("&#x6A&#x61vascript:alert(1)", "javascript%3Aalert(1)", "javascript://example.org/%0aalert(1)"),
    *("//javascript:alert(1)@[", "vbscript:msgbox(1)", "data:text/html;base64,PHNjcmlwdD4="),
    *("data:image/svg+xml,<svg/onload=alert(1)>", "file:///etc/passwd", "blob:https://example.org/1"),
    "view-source:javascript:alert(1)",
]


@pytest.mark.parametrize("url", EVIL)
def test_no_spelling_of_a_hostile_url_stays_a_link(look: Callable[[str], View], url: str) -> None:
    spellings = [f"[WORD](<{url}>)", f'<a href="{url}">WORD</a>', f"WORD <{url}>", f"[WORD][1]\n\n[1]: <{url}>"]
    spellings += [f"![WORD](<{url}>)", f"<a href={url}>WORD</a>", f'<img alt="WORD" src="{url}">']
    pages = [str(markdown(spelling, look(HERE))) for spelling in spellings]
    pages.append(str(render_document(node("document", node("hyperlink", text("WORD"), uri=url)), look(HERE))))
    assert [(page, active(page)) for page in pages if active(page)] == []
    assert [page for page in pages if "WORD" not in tree(page).text_content()] == []


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>WORD",
        "<scr<script></script>ipt>alert(1)</script>WORD",
        "<b onclick=alert(1) ONMOUSEOVER='alert(1)' style='x:expression(1)'>WORD</b>",
        "<img src=x onerror=alert(1)>WORD",
        "<img/src/onerror=alert(1)>WORD",
        '<img alt="><script>alert(1)</script>">WORD',
        '<img alt="<script src=//evil.example title=\'">WORD',
        "<img alt=' src=' src=//evil.example/x.png srcset=//evil.example/y.png>WORD",
        "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>WORD",
        "<svg><style><img src=x onerror=alert(1)></style></svg>WORD",
        "WORD<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>WORD",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>WORD",
        "<form action=javascript:alert(1)><button formaction=javascript:alert(1)>WORD</button></form>",
        "<object data=x><embed src=x><base href=//evil.example><meta http-equiv=refresh content=0>WORD",
        "<div id=text class=top>WORD</div>",
        "<table background=//evil.example/x.png><tr><td>WORD</table>",
        "<a href=javascript:alert(1)>WORD<a href='//ok.example' target=_top ping=//evil.example>x</a>",
    ],
)
def test_hostile_html_in_markdown_is_reduced_to_its_words(look: Callable[[str], View], markup: str) -> None:
    for text in (markup, f"a paragraph {markup}", f"- {markup}\n"):
        page = str(markdown(text, look(HERE)))
        assert active(page) == []
        assert "WORD" in tree(page).text_content()


@given(
    st.lists(
        st.sampled_from(["<", ">", "a", "img", " alt=", " src=", " onerror=", '"', "'", "/", "script", "svg", "--"])
    )
)
@settings(max_examples=300)
def test_no_soup_of_tags_becomes_active(look: Callable[[str], View], soup: list[str]) -> None:
    assert active(str(markdown("".join(soup), look(HERE)))) == []


@given(
    st.lists(st.sampled_from([*WORDS, "*_#+->=&;\"'.!:%{}^$", "\n", "\n\n", "1.", "2)", "**", "-", ">"]), max_size=30)
)
@settings(max_examples=200)
def test_markdown_loses_no_word(look: Callable[[str], View], parts: list[str]) -> None:
    page = tree(str(markdown(" ".join(parts), look(HERE)))).text_content()
    assert [word for word in page.split() if word in WORDS] == [word for word in parts if word in WORDS]


KINDS = [
    *("paragraph", "heading-1", "heading-7", "ordered-list", "list-item", "blockquote", "unheard-of"),
    *("table", "table-row", "table-cell", "hyperlink", "entry-hyperlink", "asset-hyperlink"),
    *("embedded-entry-inline", "embedded-entry-block"),
]
NODES = st.recursive(
    st.builds(text, st.text(alphabet="<>&\"'ab{}%\n", min_size=1), st.sampled_from(["bold", "code", "unheard"])),
    lambda inner: st.builds(
        lambda kind, content: node(kind, *content, uri="/nowhere/", target=link("Entry", "gone"), colspan=2),
        st.sampled_from(KINDS),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


def text_of(node: Any) -> str:
    return node["value"] if node["nodeType"] == "text" else "".join(map(text_of, node["content"]))


@given(st.lists(NODES, max_size=4))
@settings(max_examples=150)
def test_rich_text_loses_no_text_in_any_node(look: Callable[[str], View], nodes: list[Any]) -> None:
    document = node("document", *nodes)
    page = str(render_document(document, look(HERE)))
    assert active(page) == []
    assert "".join(tree(page).text_content().split()) == "".join(text_of(document).split())


@pytest.mark.parametrize(
    ("here", "url", "expected"),
    [
        (HERE, "/place/mill/", "../mill/index.html"),
        (HERE, "/place/mill", "../mill/index.html"),
        (HERE, "/place/mill/index.html#top", "../mill/index.html#top"),
        (HERE, "/place/mill/?from=mail", "../mill/index.html"),
        (HERE, "/place/", "../index.html"),
        (HERE, "/", "../../index.html"),
        (HERE, "#part", "#part"),
        ("/ar/place/castle/", "/place/castle/", "index.html"),
        ("/ar/place/castle/", "/ar/place/castle/", "index.html"),
        ("/ar/place/castle/", "/place/mill/", "../../../place/mill/index.html"),
        ("/ar/", "/place/", "place/index.html"),
        (HERE, PICTURE_URL, "../../files/pic/castle.svg"),
        (HERE, f"https:{PICTURE_URL}", "../../files/pic/castle.svg"),
        (HERE, "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        (HERE, "//example.org/a", "https://example.org/a"),
        (HERE, "https://example.org/guides/pic/2026/map.html", "https://example.org/guides/pic/2026/map.html"),
        (HERE, "mailto:a@example.org", "mailto:a@example.org"),
        (HERE, "tel:+351213000", "tel:+351213000"),
        (HERE, "geo:38.7,-9.1", "geo:38.7,-9.1"),
    ],
)
def test_link_leads_to_the_local_page_or_file_or_to_its_host(
    look: Callable[[str], View], here: str, url: str, expected: str
) -> None:
    view = look(here)
    document = node("document", node("paragraph", node("hyperlink", text("x"), uri=url)))
    pages = (markdown(f"[x]({url})", view), render_document(document, view))
    assert [tree(str(page)).find(".//a").get("href") for page in pages] == [expected, expected]
    assert view.problems == {}


def test_link_to_no_page_becomes_plain_text_and_a_problem(look: Callable[[str], View]) -> None:
    view = look(HERE)
    document = node("document", node("entry-hyperlink", text("the moon"), target=link("Entry", "moon")))
    pages = (markdown("See [the moon](/place/moon/).", view), render_document(document, view))
    assert [tree(str(page)).xpath("//@href") for page in pages] == [[], []]
    assert [tree(str(page)).text_content().strip() for page in pages] == ["See the moon.", "the moon"]
    assert [(problem.severity, problem.code, problem.item, problem.locale) for problem in view.problems] == [
        ("warning", "link-dead", "entry:castle", "en-US"),
        ("warning", "link-unresolved", "entry:castle", "en-US"),
    ]


def test_pictures_of_other_hosts_are_never_loaded(look: Callable[[str], View]) -> None:
    sources = ["https://evil.example/x.png", "//evil.example/x.png", "http://evil.example/a/gone/b/c.png", "x.png"]
    pages = [str(markdown(f"![WORD]({source})", look(HERE))) for source in sources]
    assert [tree(page).xpath("//@src") for page in pages] == [[]] * 4
    assert ["WORD" in tree(page).text_content() for page in pages] == [True] * 4
    own = tree(str(markdown(f"![WORD](https:{PICTURE_URL}?w=100)", look(HERE)))).find(".//img")
    assert (own.get("src"), own.get("alt")) == ("../../files/pic/castle.svg", "WORD")


def test_rich_text_shows_links_and_embedded_items(look: Callable[[str], View]) -> None:
    mill, picture = link("Entry", "mill"), link("Asset", "pic")
    document = node(
        "document",
        node("paragraph", node("entry-hyperlink", text("go", "bold", "italic"), target=mill)),
        node("paragraph", node("embedded-entry-inline", target=mill)),
        node("paragraph", node("asset-hyperlink", text("see"), target=picture)),
        *(node("embedded-entry-block", target=mill), node("embedded-asset-block", target=picture), node("hr")),
        node(
            "table",
            node("table-row", node("table-cell", text("1\n2"), colspan=2, rowspan="x")),
            node("table-row", node("table-cell", text("3")), node("table-cell", text("4"))),
        ),
    )
    assert str(render_document(document, look(HERE))) == (
        '<p><a href="../mill/index.html"><em><strong>go</strong></em></a></p>'
        '<p><a href="../mill/index.html">&lt;i&gt;The mill&lt;/i&gt;</a></p>'
        '<p><a href="../../files/pic/castle.svg">see</a></p>[parts/entry.html][parts/asset.html]<hr>'
        '<div class="scroll"><table><tr><td colspan="2">1<br>2</td></tr><tr><td>3</td><td>4</td></tr></table></div>'
    )


def nested(depth: int) -> dict[str, Any]:
    inner = node("paragraph", text("deep"))
    for _ in range(depth):
        inner = node("list-item", inner)
    return node("document", inner)


@pytest.mark.parametrize("depth", [50, 5000])
def test_nested_rich_text_keeps_its_text_at_any_depth(look: Callable[[str], View], depth: int) -> None:
    assert "deep" in render_document(nested(depth), look(HERE))


@pytest.mark.parametrize("piece", ["> ", "<div>", "<b>", "*a ", "[", "![", "- ", "<a href=x>"])
def test_markdown_nested_five_thousand_times_keeps_its_text(look: Callable[[str], View], piece: str) -> None:
    assert "deep" in markdown(piece * 5000 + "deep", look(HERE))


def test_fields_are_text_and_neither_html_nor_template(guide: Guide, space: SpaceFiles) -> None:
    evil = "<script>alert(1)</script>{{ 7 * 7 }}{% raw %}\"'>"
    extra = ({"id": name, "name": evil, "type": "Symbol", "localized": False} for name in ("web", "more"))
    space.put_model(content_type("place", *PLACE["fields"], *extra), CATEGORY, locales=[locale("en-US", default=True)])
    space.put(entry("category", "sights", title=evil, slug="sights"))
    facts: dict[str, Any] = {"web": "javascript:alert(1)", "more": evil, "category": link("Entry", "sights")}
    space.put(entry("place", "evil", slug="evil", title=evil, summary=evil, body=evil, **facts))
    guide.build()
    for url in ("/", "/place/", "/place/evil/", "/category/sights/"):
        page = guide.page(url)
        whole = html.document_fromstring(page)
        active = whole.xpath("//script[not(@type='application/ld+json' or contains(@src, 'theme.js'))]")
        assert (active, whole.xpath("//@href[contains(., 'script:')]")) == ([], [])
        assert "{{ 7 * 7 }}{% raw %}" in whole.text_content()
        assert "49" not in page


def test_file_url_that_is_a_script_is_no_link(guide: Guide, space: SpaceFiles) -> None:
    paper = asset("paper", "paper.pdf", 3, kind="application/pdf")
    paper["fields"]["file"]["en-US"]["url"] = "javascript:alert(1)"
    space.put(paper)
    space.put(entry("place", "gate", slug="gate", title="Gate", picture=link("Asset", "paper")))
    with (guide.root / "site.yaml").open("a") as file:
        file.write("content: {assets: link}\n")
    guide.build()
    assert "javascript:" not in guide.page("/place/gate/")


def test_text_that_utf_8_cannot_encode_does_not_fail_the_page(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "odd", slug="odd", title="Odd \ud800 one", body="Before \udfff after"))
    guide.build()
    assert "after" in guide.page("/place/odd/")


def test_document_nested_five_thousand_times_in_the_mirror_causes_no_traceback(guide: Guide) -> None:
    guide.build()
    file = guide.root / "content/entries/place/mill.json"
    deep = '{"nodeType":"list-item","data":{},"content":[' * 5000 + "]}" * 5000
    whole = '{"nodeType":"document","data":{},"content":[' + deep + "]}"
    file.write_text(file.read_text("utf-8").replace('"It turns."', whole), "utf-8")
    assert guide.run("render").code in (0, 1, 4)


MARKDOWN = st.lists(
    st.sampled_from(
        [
            *(
                "# a",
                "* b",
                "1. c",
                "> d",
                "`e`",
                "**f**",
                "_g_",
                "~~h~~",
                "\n",
                "\n\n",
                "    i",
                "---",
                "|",
                "|-|-|\n",
                ":-:|",
                "```js\n",
            ),
            *(
                "[j](/place/mill/)",
                "[k](javascript:alert(1))",
                '[l](https://example.org "m \\" > n")',
                "![o](//x.example/y.png)",
            ),
            *(
                "[p][q]\n\n[q]: data:text/html,r",
                "https://s.example/t?u=v&w=x",
                "www.y.example",
                "z@a.example",
                "&lt;b&gt;",
                "&#60;",
            ),
            *(
                "[c](ftp://d.example)",
                "![e](f.png 'g')",
                "[h](java\tscript:i)",
                "\\",
                "&amp;",
                '"',
                "'",
                ">",
                "(",
                ")",
                "[",
                "]",
                "é",
                "برج",
            ),
        ]
    )
    | st.text(max_size=6),
    max_size=14,
).map(" ".join)


@given(MARKDOWN.map(lambda text: text.replace("<", "")))
@settings(max_examples=400)
def test_text_without_tags_is_checked_by_attributes_only_with_the_sanitisers_result(
    look: Callable[[str], View], text: str
) -> None:
    markup = to_html(text)
    quick, whole = (
        html.tostring(tree(write(markup, AttributeRewriter(text, look(HERE)))))
        for write in (rewrite_own_tags, sanitise)
    )
    assert quick == whole
    assert active(rewrite_own_tags(markup, AttributeRewriter(text, look(HERE)))) == []


REFUSED = [
    *("[x](javascript:a)", '<a href="javascript:a">x</a>', "<a title=y\n href='javascript:a'>x</a>"),
    *(
        "<a href=javascript:a>x</a>",
        '<A HREF = "javascript&colon;a">x</A>',
        "<javascript:a>",
        "<b>y</b> [x](javascript:a)",
    ),
]


@pytest.mark.parametrize("text", REFUSED)
def test_link_with_a_refused_scheme_is_reported_in_any_spelling(look: Callable[[str], View], text: str) -> None:
    view = look(HERE)
    assert "href" not in str(markdown(text, view))
    (problem,) = view.problems
    assert (problem.severity, problem.code, problem.item) == ("warning", "link-refused", "entry:castle")
    assert "links to javascript:a, which is not an address that links may have" in problem.message


@pytest.mark.parametrize(
    "text", ['<img src="data:image/png;base64,AA" alt="x">', "<b>y</b> ![x](data:image/png;base64,AA)"]
)
def test_picture_with_a_refused_scheme_is_reported_in_html_too(look: Callable[[str], View], text: str) -> None:
    view = look(HERE)
    assert "src" not in str(markdown(text, view))
    assert [problem.code for problem in view.problems] == ["picture-elsewhere"]


def test_url_in_code_or_text_is_no_link(look: Callable[[str], View]) -> None:
    view = look(HERE)
    markdown(
        '`<a href="javascript:a">` <b title="href=javascript:a">x</b> &lt;a href="javascript:a"> javascript:a', view
    )
    assert view.problems == {}
