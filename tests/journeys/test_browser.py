"""The demo guide in a browser, opened from disk."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest
from lxml import html

from exporter.cli.commands import run
from tests.conftest import CATEGORY, DEMO, PLACE, PROJECT, SpaceFiles, content_type, entry, locale

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.conftest import Guide

LOCALES = {"": ("en-US", "ltr"), "de-DE/": ("de-DE", "ltr"), "ar/": ("ar", "rtl")}
PAGES = ("", "place/", "place/castelo-de-sao-jorge/", "article/getting-around/", "walk/old-town-climb/")


def make_guide(root: Path, source: str, locales: str = "en-US, de-DE, ar") -> Path:
    """Build a guide with the project's own templates; return its folder site/."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "site.yaml").write_text(f"title: Lisbon\nlocales: [{locales}]\nsource: {{local: {source}}}\n", "utf-8")
    shutil.copytree(PROJECT / "templates", root / "templates")
    assert run(["-C", str(root), "-q", "build"]) == 0
    return root / "site"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built demo guide."""
    return make_guide(tmp_path_factory.mktemp("browser") / "guide", "demo")


def test_reader_clicks_from_home_to_a_place_and_on_to_a_walk(demo: Path, page: Page) -> None:
    page.goto((demo / "index.html").as_uri())
    assert page.title() == "Lisbon"
    page.get_by_role("link", name="Alfama 7", exact=True).click()
    assert page.locator("h1").inner_text() == "Alfama"
    page.locator("main").get_by_role("link", name="Castelo de São Jorge").first.click()
    assert page.url == (demo / "place/castelo-de-sao-jorge/index.html").as_uri()
    assert page.locator("h1").inner_text() == "Castelo de São Jorge"
    assert page.locator("figure img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Walks").click()
    page.locator("main a.card").first.click()
    assert page.locator("ol.stops > li").count() > 2
    page.locator("header.top .brand").click()
    assert page.url == (demo / "index.html").as_uri()


def test_arabic_is_one_click_away_and_reads_from_right_to_left(demo: Path, page: Page) -> None:
    page.goto((demo / "place/castelo-de-sao-jorge/index.html").as_uri())
    page.get_by_role("button", name="Menu").click()
    page.locator("header").get_by_role("link", name="العربية").click()
    assert page.url == (demo / "ar/place/castelo-de-sao-jorge/index.html").as_uri()
    assert page.locator("html").evaluate("element => [element.lang, element.dir]") == ["ar", "rtl"]
    assert page.locator("h1").inner_text() == "قلعة ساو جورج"
    brand, menu = (page.locator(selector).bounding_box() for selector in (".top .brand span", ".top .open"))
    assert brand is not None
    assert menu is not None
    assert brand["x"] > menu["x"]


@pytest.mark.parametrize("prefix", LOCALES)
@pytest.mark.parametrize("width", [320, 390])
def test_no_page_scrolls_sideways_on_a_phone(demo: Path, page: Page, prefix: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    wide: dict[str, list[int]] = {}
    for url in PAGES:
        page.goto((demo / prefix / url / "index.html").as_uri())
        assert page.locator("html").evaluate("element => [element.lang, element.dir]") == list(LOCALES[prefix])
        found = page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]")
        wide |= {url: found} if max(found) > width else {}
    assert wide == {}


def test_long_date_fits_a_narrow_phone(tmp_path: Path, page: Page) -> None:
    files = SpaceFiles(tmp_path / "space")
    kind = content_type("event", ("title", "Symbol"), ("start", "Date"))
    files.put_model(kind, locales=[locale("eu", default=True)])
    fields = {"title": {"eu": "Azoka"}, "start": {"eu": "2026-09-20T20:00-03:30"}}
    files.put({**entry("event", "e"), "fields": fields})
    site = make_guide(tmp_path / "guide", str(tmp_path / "space"), "eu")
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto((site / "event/azoka/index.html").as_uri())
    assert page.locator("time").inner_text() == "2026(e)ko irailaren 20(a) (20:00 UTC-03:30)"
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [390, 1280])
def test_english_title_in_an_arabic_list_starts_at_the_same_edge_as_arabic_ones(
    demo: Path, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((demo / "ar/place/index.html").as_uri())
    gaps = page.locator(".card strong").evaluate_all("""all => all.map(element => {
        const words = document.createRange();
        words.selectNodeContents(element);
        const side = element.closest('.words').getBoundingClientRect().right;
        return [element.dir || 'rtl', Math.round(side - words.getBoundingClientRect().right)];
    })""")
    assert {tuple(gap) for gap in gaps} == {("rtl", 0), ("ltr", 0)}


def test_every_link_and_anchor_of_every_page_leads_somewhere(demo: Path) -> None:
    trees = {file.as_uri(): html.parse(file).getroot() for file in demo.rglob("*.html")}
    anchors = {url: {*tree.xpath("//@id"), *tree.xpath("//a/@name")} for url, tree in trees.items()}
    files = {file.as_uri() for file in demo.rglob("*") if file.is_file()}
    dead, other_hosts = [], []
    for url, tree in trees.items():
        for address in tree.xpath("//@href | //@src | //@poster"):
            target, anchor = urldefrag(urljoin(url, address))
            if urlsplit(target).scheme != "file":
                continue
            if target not in files or (anchor and unquote(anchor) not in anchors.get(target, ())):
                dead.append((url, address))
        other_hosts += [(url, address) for address in tree.xpath("//@src | //link/@href") if urlsplit(address).netloc]
    assert len(trees) > 150
    assert dead == []
    assert other_hosts == []


def test_style_sheets_load_nothing_from_other_hosts(demo: Path) -> None:
    sheets = [file.read_text("utf-8") for file in demo.rglob("*.css")]
    assert sheets != []
    assert [found for sheet in sheets for found in re.findall(r"@import|url\(\s*['\"]?(?:https?:)?//", sheet)] == []


def test_hostile_entry_runs_no_script(tmp_path: Path, page: Page) -> None:
    script = "window.hacked = true"
    markup = (
        f'<script>{script}</script><img src=x onerror="{script}"><svg onload="{script}"></svg>'
        f'<img alt="><script>{script}</script>"><details open ontoggle="{script}">x</details>'
        f'<a href="javascript:{script}">one</a> [two](<java\tscript:{script}>) [three](javascript&colon;{script})'
    )
    shutil.copytree(DEMO, tmp_path / "space")
    file = tmp_path / "space/entries/place/castelo-de-sao-jorge.json"
    castle = json.loads(file.read_text("utf-8"))
    for name in ("title", "summary", "body", "address", "hours", "transport"):
        castle["fields"][name]["en-US"] = markup.replace("\t", " ") if name != "body" else markup
    castle["fields"]["website"] = {"en-US": f"javascript:{script}"}
    file.write_text(json.dumps(castle), "utf-8")
    site = make_guide(tmp_path / "guide", str(tmp_path / "space"))
    ran = []
    for url in (
        "index.html",
        "place/index.html",
        "neighbourhood/alfama/index.html",
        "place/castelo-de-sao-jorge/index.html",
    ):
        page.goto((site / url).as_uri())
        ran += [url] if page.evaluate("'hacked' in window") else []
    for anchor in page.locator("main a").all():
        if (anchor.get_attribute("href") or "").strip().lower().startswith("javascript"):
            anchor.click()
            ran += [f"a click on {anchor.inner_text()}"] if page.evaluate("'hacked' in window") else []
    assert ran == []


HOSTILE = [
    *("javascript:{}", "JaVaScRiPt:{}", " javascript:{}", "java\tscript:{}", "java\nscript:{}", "\x01javascript:{}"),
    *("javascript&colon;{}", "java&Tab;script&#58;{}", "&#106;&#97;vascript:{}", "&#x6A&#x61vascript:{}"),
    *("javascript%3A{}", "javascript://example.org/%0a{}", "vbscript:{}", "data:text/html,<script>{}</script>"),
    *("//javascript:{}", "./javascript:{}", "javascript\\:{}", "feed:javascript:{}", '#" onclick="{}'),
]


def test_no_spelling_of_a_script_in_a_hostile_space_runs(tmp_path: Path, page: Page) -> None:
    script = "window.hacked=1"
    addresses = [spelling.format(script) for spelling in HOSTILE]
    links = [
        f"[a](<{address}>) <a href='{address}'>b</a> [c][{n}]\n\n[{n}]: <{address}>"
        for n, address in enumerate(addresses)
    ]
    markup = [
        *(f"## <img src=x onerror={script}> &lt;script>{script}&lt;/script>", f"`<script>{script}</script>`"),
        *(f"<script>{script}</script>", f"<a title='<h2>x onclick={script} </h2>' href='#x'>x</a>"),
        *(f"<h2 id=x onmouseover={script}>y</h2>", f"note[^<b onclick={script}>]\n\n[^<b onclick={script}>]: x"),
        *(
            f"<details open ontoggle={script}>",
            f"<svg onload={script}>",
            f"<math><mi xlink:href='javascript:{script}'>",
        ),
        *(f"| <b onclick={script}> |\n|:-:|\n| <td align='\" onload={script}'> |", "{{ 7 * 7 }}{% raw %}"),
        *(f"![<img onerror={script}>](asset/x)", f"<style>@import 'javascript:{script}'</style>"),
    ]
    hyperlinks = [
        {"nodeType": "hyperlink", "data": {"uri": address}, "content": [_leaf("d", [])]} for address in addresses
    ]
    story = {
        "nodeType": "document",
        "data": {},
        "content": [*hyperlinks, _leaf(f"<script>{script}</script>", ["bold"])],
    }
    files = SpaceFiles(tmp_path / "space")
    fields = [
        *PLACE["fields"],
        {"id": "story", "name": f"<b onclick={script}>", "type": "RichText", "localized": False},
    ]
    files.put_model(content_type("place", *fields), CATEGORY, locales=[locale("en-US", default=True)])
    title = f"<img src=x onerror={script}>{{{{ 7 * 7 }}}}"
    body = "\n\n".join([*links, *markup])
    files.put(entry("place", "evil", title=title, slug="evil", summary=title, body=body, story={"en-US": story}))
    site = make_guide(tmp_path / "guide", str(tmp_path / "space"), "en-US")
    for url in ("index.html", "place/evil/index.html"):
        page.goto((site / url).as_uri())
        assert "49" not in page.locator("main").inner_text()
        assert page.evaluate("'hacked' in window") is False
    assert page.locator("main h1").inner_text() == title
    assert "{{ 7 * 7 }}{% raw %}" in page.locator("main").inner_text()
    found = page.locator("main a").evaluate_all("all => all.map(element => element.protocol)")
    assert set(found) <= {"file:", "geo:", "http:", "https:"}
    for element in page.locator("main *").element_handles():
        element.evaluate(
            "element => ['click', 'mouseover', 'load', 'error'].map(on => element.dispatchEvent(new Event(on)))"
        )
    assert page.evaluate("'hacked' in window") is False


def _leaf(value: str, marks: list[str]) -> dict[str, object]:
    return {"nodeType": "text", "value": value, "marks": [{"type": mark} for mark in marks], "data": {}}


@pytest.mark.parametrize("piece", ["<div>", "<b>", "<table><tr><td>", "<ul><li>", "> ", "<i><p>", "## <b>x\n"])
def test_page_of_twenty_thousand_nested_elements_opens_and_shows_its_end(
    tmp_path: Path, page: Page, piece: str
) -> None:
    files = SpaceFiles(tmp_path / "space")
    files.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    files.put(entry("place", "deep", title="Deep", slug="deep", body=f"{piece * 20_000}\n\nTHE END"))
    site = make_guide(tmp_path / "guide", str(tmp_path / "space"), "en-US")
    page.goto((site / "place/deep/index.html").as_uri())
    assert "THE END" in (page.locator("main").text_content() or "")
    deepest = """() => {
        const depth = node => { let steps = 0; for (; node; node = node.parentNode) steps++; return steps; };
        return Math.max(...[...document.querySelectorAll('main *')].slice(-2000).map(depth));
    }"""
    assert page.evaluate(deepest) < 300


def test_place_named_in_chinese_opens_from_disk(guide: Guide, space: SpaceFiles, page: Page) -> None:
    space.put(entry("place", "tokyo", title="東京 タワー", slug="東京", body="[there](/place/%E9%A7%85)"))
    space.put(entry("place", "station", title="駅", slug="駅", body="[back](/place/東京)"))
    guide.build()
    site = guide.root / "site"
    page.goto((site / "place/index.html").as_uri())
    page.locator("main a", has_text="東京").first.click()
    assert page.url == (site / "place/東京/index.html").as_uri()
    page.get_by_role("link", name="there").click()
    assert page.locator("h1").inner_text() == "駅"
    page.get_by_role("link", name="back").click()
    assert page.url == (site / "place/東京/index.html").as_uri()
