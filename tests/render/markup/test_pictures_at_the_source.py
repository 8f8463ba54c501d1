"""Pictures and links in texts whose files are not in the guide: plain links to the source, without a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.conftest import asset, content_type, entry, link, locale
from tests.support.everything import field, node, text

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

FILE = f"//images.ctfassets.net/small/pier/{1:032x}/pier.svg"
SOURCE = f"https:{FILE}"
POST = content_type(
    "post", field("title", "Symbol"), field("slug", "Symbol"), field("text", "Text"), field("body", "RichText")
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>\n'
PIER = asset("pier", "pier.svg", len(SVG))
PIER["fields"]["title"] = {"en-US": "The pier"}


def links(guide: Guide, key: str) -> list[tuple[str, str]]:
    """Return text and URL of each link in the texts of an entry's page."""
    page: Any = html.document_fromstring(guide.page(f"/post/{key}/").encode())
    assert page.xpath("//main//img") == []
    return [(anchor.text_content(), anchor.get("href")) for anchor in page.xpath("//article//a")]


def put(space: SpaceFiles, **values: Any) -> None:
    space.put_model(POST, locales=[locale("en-US", default=True)])
    space.put(PIER, file=SVG)
    space.put(entry("post", "p", title="P", slug="p", **values))


def build(guide: Guide) -> list[Any]:
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("content: {assets: link}\n")
    problems: list[Any] = guide.build()["problems"]
    return problems


def test_pictures_and_links_in_markdown_and_html_link_to_the_source(guide: Guide, space: SpaceFiles) -> None:
    written = f'See ![A pier]({FILE}) here.\n\n<img src="{FILE}" alt="A grey jetty">\n\n[map]({FILE})'
    put(space, text=written)
    assert build(guide) == []
    assert links(guide, "p") == [("A pier", SOURCE), ("A grey jetty", SOURCE), ("map", SOURCE)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"![]({FILE})", [("The pier", SOURCE)]),
        (f'<img src="{FILE}">', [("The pier", SOURCE)]),
        ("![](asset/pier) [file](asset/pier)", [("The pier", SOURCE), ("file", SOURCE)]),
        (f"![a <b> & c]({SOURCE}?w=300)", [("a <b> & c", SOURCE)]),
        (f"[![A pier]({FILE})](https://example.org/)", [("A pier", "https://example.org/")]),
        (f'<a href="https://example.org/"><img src="{FILE}" alt="A pier"></a>', [("A pier", "https://example.org/")]),
        (f"[![A pier]({FILE})]({FILE})", [("A pier", SOURCE)]),
        (f"![a]({FILE}) | [x](javascript:a) ![b]({FILE})", [("a", SOURCE), ("b", SOURCE)]),
    ],
)
def test_link_to_a_picture_has_its_alternative_text_or_title_and_is_never_nested(
    guide: Guide, space: SpaceFiles, written: str, expected: list[tuple[str, str]]
) -> None:
    put(space, text=written)
    assert [problem["code"] for problem in build(guide)] == (["link-refused"] if "javascript" in written else [])
    assert links(guide, "p") == expected


def test_rich_text_links_to_the_source(guide: Guide, space: SpaceFiles) -> None:
    target = {"target": link("Asset", "pier")}
    words = node("paragraph", text("Get "), node("asset-hyperlink", text("the map"), **target), text("."))
    block = node("embedded-asset-block", **target)
    put(space, body=node("document", words, block, node("paragraph", node("embedded-asset-block", **target))))
    assert build(guide) == []
    assert links(guide, "p") == [("the map", SOURCE), ("The pier", SOURCE), ("The pier", SOURCE)]


def test_file_that_failed_to_download_is_linked_at_the_source(guide: Guide, space: SpaceFiles) -> None:
    put(space, text=f"![A pier]({FILE}) and [map](asset/pier)")
    (space.root / "files/pier/pier.svg").unlink()
    outcome = guide.run("build", "--json")
    assert outcome.code == 3
    assert "picture-elsewhere" not in [problem["code"] for problem in outcome.json["problems"]]
    assert links(guide, "p") == [("A pier", SOURCE), ("map", SOURCE)]


def test_picture_of_another_host_is_still_left_out_and_reported(guide: Guide, space: SpaceFiles) -> None:
    elsewhere = "https://elsewhere.example/small/pier/1/pier.svg"
    put(space, text=f"![A pier]({elsewhere})")
    (problem,) = build(guide)
    assert (problem["code"], problem["message"].endswith("which is no picture of the space")) == (
        "picture-elsewhere",
        True,
    )
    assert links(guide, "p") == []
