"""The theme at work: the head, the menu, light and dark, filters, and what all of it weighs."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PROJECT
from tests.theme.conftest import BASE, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

MOST_BYTES = 40_000
"""What style sheets and scripts of all pages may weigh together, gzipped; the search, which is loaded later, apart."""


@pytest.mark.parametrize("prefix", ["", "de-DE/", "ar/"])
def test_head_takes_one_line_of_a_phone(demo: Path, visit: Callable[..., Page], prefix: str) -> None:
    page = visit()
    for path in list(KINDS.values())[:5]:
        if (demo / prefix / path).is_file():
            page.goto(f"{BASE}{prefix}{path}")
            head = page.locator("header.top").bounding_box()
            assert head is not None
            assert head["height"] < 844 / 12


def test_menu_opens_and_closes_by_keyboard_without_a_script(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False)
    walks = page.locator("#top\\.menu").get_by_role("link", name="Walk")
    assert not walks.is_visible()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    assert walks.is_visible()
    page.keyboard.press("Escape")
    assert not walks.is_visible()
    page.get_by_role("button", name="Menu").press("Space")
    walks.click()
    assert page.url.endswith("/walk/index.html")


def test_menu_is_part_of_the_head_where_it_fits(visit: Callable[..., Page]) -> None:
    page = visit(width=1280)
    assert not page.get_by_role("button", name="Menu").is_visible()
    page.locator("header").get_by_role("link", name="العربية").click()
    assert page.url.endswith("/ar/index.html")


def shade(page: Page) -> Any:
    return page.evaluate("[document.documentElement.dataset.shade, getComputedStyle(document.body).colorScheme]")


def test_choice_of_light_or_dark_is_kept_on_other_pages(visit: Callable[..., Page]) -> None:
    page = visit(width=1280, color_scheme="light")
    assert shade(page) == [None, "light"]
    switch = page.get_by_role("button", name="Light or dark")
    assert switch.get_attribute("aria-pressed") == "false"
    switch.click()
    assert shade(page) == ["dark", "dark"]
    with page.expect_navigation():
        page.locator(".sections a").first.click()
    assert shade(page) == ["dark", "dark"]
    page.emulate_media(color_scheme="dark")
    page.get_by_role("button", name="Light or dark").click()
    assert shade(page) == ["light", "light"]
    page.reload()
    assert shade(page) == ["light", "light"]


def test_chips_filter_a_list_at_once_and_lead_to_pages_without_a_script(demo: Path, visit: Callable[..., Page]) -> None:
    page = visit("place/index.html")
    cards = page.locator("main .cards > li")
    whole = cards.count()
    page.locator(".filter summary").click()
    museums = page.locator(".filter").get_by_role("button", name="Museums")
    museums.click()
    some = page.locator("main .cards > li:visible").count()
    assert 0 < some < whole
    assert page.locator(".filter summary").inner_text() == f"Filter Museums: {some}"
    page.locator(".filter").get_by_role("button", name="Alfama").click()
    names = page.locator("main .cards > li:visible .eyebrow").all_inner_texts()
    assert names
    assert set(names) == {"Museums · Alfama"}
    museums.focus()
    page.keyboard.press("Space")
    assert set(page.locator("main .cards > li:visible .eyebrow").all_inner_texts()) > {"Museums · Alfama"}
    assert page.url.endswith("/place/index.html")
    page.locator(".filter").get_by_role("button", name="Alfama").press("Enter")
    assert page.locator("main .cards > li:visible").count() == whole
    chip = page.locator(".filter .chips a").first
    assert (demo / "place" / str(chip.get_attribute("href"))).is_file()


def test_style_sheets_and_scripts_of_all_pages_weigh_little(demo: Path) -> None:
    files = [*demo.glob("*.css"), demo / "theme.js", demo / "sw.js", *(demo / "offline").glob("*.*")]
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in files if file.suffix in (".css", ".js")}
    assert {"style.css", "accent.css", "theme.js", "page.js", "offline.css"} <= sizes.keys()
    assert sum(sizes.values()) < MOST_BYTES, sizes


def test_theme_has_no_script_or_style_in_its_pages() -> None:
    for file in (PROJECT / "exporter/theme").rglob("*.html"):
        source = file.read_text("utf-8")
        assert "<style" not in source, file
        assert " style=" not in source, file
        assert all(" src=" in part.partition(">")[0] for part in source.split("<script")[1:]), file


def test_nothing_moves_while_a_page_loads(visit: Callable[..., Page]) -> None:
    page = visit()
    for path in (path for kind, path in KINDS.items() if kind != "offline"):  # whose form a script shows
        page.goto(BASE + path)
        shifts = page.evaluate(
            "new Promise(done => { new PerformanceObserver(list => done(list.getEntries().map(one => one.value)))"
            ".observe({type: 'layout-shift', buffered: true}); setTimeout(done, 300, []); })"
        )
        assert shifts == [], path
