"""Pages whose addresses are no ASCII: what the browser asks for is percent-encoded, what the device holds is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conftest import entry
from tests.reader.browser.device import act, answered, shas, wait_for
from tests.reader.browser.host import Host
from tests.reader.browser.test_chromium import install

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Guide, SpaceFiles


def test_pages_named_in_chinese_are_read_offline_and_updated(page: Page, guide: Guide, space: SpaceFiles) -> None:
    setting = guide.root / "site.yaml"
    setting.write_text(setting.read_text("utf-8").replace("offline: false", "offline: true"), "utf-8")
    space.put(entry("place", "tokyo", title="東京 タワー", slug="東京", summary="A tower."))
    guide.build()
    place = "guide/place/%E6%9D%B1%E4%BA%AC/"
    with Host({"/guide/": guide.root / "site"}) as host:
        install(page, host)
        space.put(entry("place", "tokyo", 2, title="東京 タワー", slug="東京", summary="A red tower."))
        guide.build()
        act(page, "update")
        page.locator(f"[data-guide-news] a[href$='/{place}index.html']").wait_for()
        host.stop()
        expected = shas(guide.root / "site")
        english = (path for path in expected if not path.startswith(("ar/", "de-DE/")))
        files = [path for path in english if path.endswith(".html")]
        assert "place/東京/index.html" in files
        assert answered(page, host.url("guide/"), files) == {path: expected[path] for path in files}
        page.goto(host.url("guide/place/index.html"))
        page.locator("main a", has_text="東京").first.click()
        assert page.url == host.url(f"{place}index.html")
        assert page.locator("h1").inner_text() == "東京 タワー"
        page.goto(host.url("guide/place/東京"))
        assert page.url == host.url(place)
        wait_for(page, "ready")
