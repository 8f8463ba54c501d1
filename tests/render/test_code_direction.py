"""Code on pages that read from right to left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import content_type, entry, locale
from tests.support.everything import field, node, text

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Guide, SpaceFiles

POST = content_type(
    "post", field("title", "Symbol"), field("slug", "Symbol"), field("text", "Text"), field("body", "RichText")
)
BLOCK = "نص:\n\n```sh\n./run.sh --all; (cd ..)\n# done.\n$ ls /tmp/\n```\n\nثم `./a.sh!` نهاية"
OTHERS = 'اضغط <kbd>Ctrl+C!</kbd> ثم <samp>$ ok.</samp> و<code dir="rtl">رمز!</code>'
STYLE = "element => [getComputedStyle(element).direction, getComputedStyle(element).unicodeBidi]"


@pytest.fixture
def opened(guide: Guide, space: SpaceFiles, page: Page) -> Page:
    code = {**text("./b.sh!"), "marks": [{"type": "code"}]}
    fields = {
        "title": "التثبيت",
        "slug": "p",
        "text": f"{BLOCK}\n\n{OTHERS}",
        "body": node("document", node("paragraph", text("ثم "), code, text(" نهاية"))),
    }
    space.put_model(POST, locales=[locale("ar", default=True)])
    raw = entry("post", "p")
    raw["fields"] = {name: {"ar": value} for name, value in fields.items()}
    space.put(raw)
    guide.build()
    page.goto((guide.root / "site/post/p/index.html").as_uri())
    assert page.locator("html").get_attribute("dir") == "rtl"
    return page


def test_code_is_left_to_right_on_a_right_to_left_page(opened: Page) -> None:
    found = {name: opened.locator(f"article {name}:not([dir])").all() for name in ("pre", "code", "kbd", "samp")}
    assert {name: len(elements) for name, elements in found.items()} == {"pre": 1, "code": 3, "kbd": 1, "samp": 1}
    assert [element.evaluate(STYLE) for elements in found.values() for element in elements] == [["ltr", "isolate"]] * 6
    assert opened.locator("article p").first.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_code_block_starts_at_its_left_edge(opened: Page) -> None:
    gap = """pre => { const range = document.createRange(); range.selectNodeContents(pre.firstChild);
        const lines = [...range.getClientRects()].filter(line => line.width > 0), box = pre.getBoundingClientRect();
        return lines.map(line => line.left - box.left); }"""
    gaps = opened.locator("article pre").evaluate(gap)
    assert len(gaps) == 3
    assert max(gaps) < 40


def test_direction_that_an_editor_wrote_stays(opened: Page) -> None:
    assert opened.locator("article code[dir]").evaluate(STYLE)[0] == "rtl"
