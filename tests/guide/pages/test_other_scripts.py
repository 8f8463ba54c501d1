"""Slugs and titles of scripts without capitals: as they are on the disk, percent-encoded in every link."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.conftest import CATEGORY, PLACE, content_type, entry, locale
from tests.guide.pages.test_addresses_of_titles import POST, addresses
from tests.render.entry.test_page_builder import links, shown
from tests.support.everything import field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
NOTE = content_type("note", field("title", "Symbol"), field("body", "Text"))
EDO = quote("江戸")
TOKYO = "%E6%9D%B1%E4%BA%AC"
BASE = "https://guide.example/lisbon"


def with_base(guide: Guide, more: str = "") -> None:
    path = guide.root / "site.yaml"
    path.write_text(f"{path.read_text('utf-8')}base_url: {BASE}/\n{more}", "utf-8")


def unencoded(text: str) -> list[str]:
    """Return the links of a page, a feed or a sitemap that are no ASCII."""
    found = re.findall(r"""(?:href|src|content)="([^"]*)"|<(?:loc|id)>([^<]*)<|"url": ?"([^"]*)\"""", text)
    urls = [url for found_urls in found for url in found_urls if re.match(r"\.|/|https?:|0; url=", url)]
    assert urls
    return [url for url in urls if not url.isascii()]


def test_slugs_and_titles_stay_as_they_are(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(POST, NOTE, locales=US)
    for number, slug in enumerate(["東京", "%ED%95%9C%EA%B8%80", "旅/京都", "กรุงเทพ", "القلعة"]):
        space.put(entry("post", f"p{number}", title="A", slug=slug))
    for number, title in enumerate(["東京 タワー", "Café 京都", "서울 여행"]):
        space.put(entry("note", f"n{number}", title=title, body="a"))
    expected = sorted(f"post/{slug}" for slug in ("東京", "한글", "旅/京都", "กรุงเทพ", "القلعة"))
    assert [page for page in addresses(guide, "post") if page != "post/旅"] == expected
    assert addresses(guide, "note") == sorted(["note/cafe-京都", "note/東京-タワー", "note/서울-여행"])


def test_names_that_differ_only_by_unicode_form_are_told_apart(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(POST, locales=US)
    for key, slug in (("a", "가방が"), ("b", unicodedata.normalize("NFD", "가방が"))):
        space.put(entry("post", key, title="A", slug=slug))
    assert addresses(guide, "post") == ["post/가방が-a", "post/가방が-b"]


def test_long_names_that_are_told_apart_fit_into_a_file_name(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(POST, NOTE, locales=US)
    with_base(guide, "pages: {post: {url: '/{slug}-{title}/'}, note: {}}\n")
    ids = ["n" * 64, "m" * 64]
    for key in ids:
        space.put(entry("note", key, title="京" * 200, body="a"))
    space.put(entry("post", "p", title="都" * 200, slug="京" * 200))
    found = addresses(guide, "note")
    assert sorted(page[-64:] for page in found) == sorted(ids)
    assert [len(page.encode()) <= 255 + len("note/") for page in found] == [True, True]
    assert any(re.fullmatch("京{60}-都+~[0-9a-f]{10}", path.name) for path in (guide.root / "site").iterdir())


@pytest.fixture
def tokyo(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide with an address, of posts in two languages that link to each other in every spelling."""
    text = f"[raw](/place/東京) [encoded](/place/{TOKYO}/#a) [slug](/東京) [spaced](</京都 駅>)"
    space.put_model(PLACE, CATEGORY, locales=[*US, locale("de-DE", "en-US")])
    space.put(entry("place", "a", title={"en-US": "Tokyo", "de-DE": "Tokio"}, slug="東京", body="Big."))
    space.put(entry("place", "b", title={"en-US": "Station", "de-DE": "Bahnhof"}, slug="京都 駅", body=text))
    with_base(guide)
    return guide


def test_every_written_url_is_percent_encoded(tokyo: Guide) -> None:
    tokyo.build()
    site = tokyo.root / "site"
    texts = [path.read_text("utf-8") for path in site.rglob("*") if path.suffix in (".html", ".xml")]
    assert [url for text in texts for url in unencoded(text)] == []
    assert f"<loc>{BASE}/place/{TOKYO}/</loc>" in (site / "sitemap.xml").read_text("utf-8")
    page = tokyo.page("/place/東京/")
    assert f'<link rel="canonical" href="{BASE}/place/{TOKYO}/">' in page
    assert f'hreflang="de-DE" href="{BASE}/de-DE/place/{TOKYO}/"' in page
    assert f'"url": "{BASE}/place/{TOKYO}/"' in page
    assert f'href="{BASE}/place/{TOKYO}/"' in (site / "place/feed.xml").read_text("utf-8")


def test_written_links_lead_to_the_page_in_either_spelling(tokyo: Guide) -> None:
    tokyo.build()
    found = links(shown(tokyo, "/place/京都-駅/"))
    to = f"../{TOKYO}/index.html"
    assert (found["raw"], found["encoded"], found["slug"]) == (to, f"{to}#a", to)
    assert found["spaced"] == "index.html"


def test_check_finds_no_dead_link_in_either_spelling(tokyo: Guide) -> None:
    tokyo.build()
    outcome = tokyo.run("check", "--json")
    codes = {problem["code"] for problem in outcome.json["problems"]}
    assert codes & {"link-dead", "page-link-dead"} == set()


def test_moved_slug_leaves_an_encoded_redirect(tokyo: Guide, space: SpaceFiles) -> None:
    tokyo.build()
    raw = entry("place", "a", 2, title={"en-US": "Tokyo", "de-DE": "Tokio"}, slug="江戸", body="Big.")
    space.put(raw)
    tokyo.build()
    moved = tokyo.page("/place/東京/")
    assert f'content="0; url=../{EDO}/index.html"' in moved
    assert f'rel="canonical" href="{BASE}/place/{EDO}/"' in moved
    before = tokyo.files("site")
    tokyo.build("--clean")
    assert tokyo.files("site") == before
