"""What is near: sorted on the device, on a press, in lists and results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.reader.browser.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

TOWER = {"latitude": 38.6916, "longitude": -9.2160, "accuracy": 300}


@pytest.fixture
def base(lisbon: Path) -> Iterator[str]:
    """The address of the bundled guide."""
    with Host({"/guide/": lisbon / "site"}) as host:
        yield f"http://localhost:{host.port}/guide/"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab of a device at Belém Tower, whose position pages may ask for."""
    context = browser.new_context(geolocation=TOWER, permissions=["geolocation"], locale="en-US")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def button(page: Page) -> Locator:
    """Return the button of what is near."""
    return page.locator("[data-guide-near] button")


def titles(page: Page) -> list[str]:
    """Return the titles of the cards, in order."""
    return page.locator("main .cards strong").all_inner_texts()


def test_list_is_sorted_by_distance_with_direction_and_back(page: Page, base: str) -> None:
    page.goto(f"{base}place/index.html")
    before = titles(page)
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    assert titles(page)[:2] == ["Torre de Belém", "Padrão dos Descobrimentos"]
    assert sorted(titles(page)) == sorted(before)
    far = page.locator("main .guide-far")
    assert far.nth(0).inner_text().startswith("≈")
    assert re.match(r"(≈ )?9[0-9]0 m →", far.nth(1).inner_text())
    expect(far.nth(1).locator("[role=img]")).to_have_attribute("aria-label", "east")
    expect(page.locator("[data-guide-near] [role=status]")).to_contain_text("accurate to about 300 m")
    button(page).click()
    assert titles(page) == before
    assert far.count() == 0


def test_places_of_the_map_are_sorted_by_distance_and_keep_their_numbers(page: Page, base: str) -> None:
    page.goto(f"{base}map/index.html")
    group = page.locator(".legend section").filter(has_text="Torre de Belém")
    start = int(group.locator("ol").get_attribute("start") or 1)
    names = group.locator("li a").all_inner_texts()
    before = [[start + i, name] for i, name in enumerate(names)]
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    numbered = "items => items.map(item => [item.value, item.querySelector('a').firstChild.textContent])"
    after = group.locator("li").evaluate_all(numbered)
    assert after[0][1] == "Torre de Belém"
    assert after != before
    assert sorted(after) == before
    expect(group.locator(".guide-far").first).to_be_visible()


def test_results_are_sorted_by_distance(page: Page, base: str) -> None:
    page.goto(f"{base}search/index.html?q=jardim")
    expect(page.locator("[data-guide-search]")).to_have_attribute("data-guide-search-done", "jardim")
    button(page).click()
    first = page.locator("section[data-type=place] li").first
    expect(first).to_contain_text("Jardim Botânico Tropical")
    expect(first).to_contain_text("km")


def test_position_is_asked_for_on_a_press_alone_and_kept_nowhere(page: Page, base: str) -> None:
    page.add_init_script(
        "window.asked = 0; const own = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);"
        "navigator.geolocation.getCurrentPosition = (...all) => { window.asked++; own(...all); }"
    )
    page.goto(f"{base}place/index.html")
    assert page.evaluate("window.asked") == 0
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.asked") == 1
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    assert "38." not in kept
    page.reload()
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.asked") == 0


def test_refused_position_is_said_and_changes_nothing(browser: Browser, base: str) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{base}place/index.html")
    before = titles(page)
    page.evaluate("() => { navigator.geolocation.getCurrentPosition = (yes, no) => no({code: 1}); }")
    button(page).click()
    expect(page.locator("[data-guide-near] [role=status]")).to_contain_text("may not use your position")
    assert titles(page) == before
    context.close()


def test_page_without_places_offers_nothing(page: Page, base: str) -> None:
    page.goto(f"{base}category/index.html")
    expect(button(page)).to_be_hidden()
