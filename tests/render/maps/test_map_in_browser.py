"""The map of all places in a browser: from disk, with scripts off, by keyboard, in light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.places import put_places

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.conftest import Guide, SpaceFiles

_MOST_TABS = 60


def test_map_leads_to_its_places_by_keyboard_without_script_or_network(
    guide: Guide, space: SpaceFiles, browser: Browser
) -> None:
    put_places(space, 8)
    guide.build()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto((guide.root / "site/map/index.html").as_uri())
    box = page.locator("svg.map").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert 300 < box["width"] <= 390
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator("svg.map a:focus").count():
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/place/p*/index.html")
    assert page.locator("svg.map circle.pin").count() == 7
    assert page.locator(".near li").count() == 6
    assert {url.partition(":")[0] for url in requested} == {"file"}
    context.close()


def test_pins_and_names_stand_out_in_light_and_dark(guide: Guide, space: SpaceFiles, browser: Browser) -> None:
    put_places(space, 8)
    guide.build()
    grounds = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme="light" if scheme == "light" else "dark")
        page.goto((guide.root / "site/map/index.html").as_uri())
        ground = page.locator("svg.map").evaluate("map => getComputedStyle(map).backgroundColor")
        name = page.locator("svg.map text:not([class])").first.evaluate("text => getComputedStyle(text).fill")
        pin = page.locator("svg.map .pin").first.evaluate("pin => getComputedStyle(pin).fill")
        assert len({ground, name, pin}) == 3
        grounds.add(ground)
        page.close()
    assert len(grounds) == 2
