"""axe-core finds nothing on any kind of page: in light and dark, on a phone and a desktop, in Arabic, in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PROJECT
from tests.theme.conftest import BASE, KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

AXE = PROJECT / "tests/browser/node_modules/axe-core/axe.min.js"
CALM: dict[str, Any] = {"reduced_motion": "reduce", "bypass_csp": True}


@pytest.fixture
def axe() -> str:
    """The source of axe-core."""
    if not AXE.is_file():
        pytest.skip("npm ci has not run in tests/browser")
    return AXE.read_text("utf-8")


def violations(page: Page, axe: str) -> list[Any]:
    """Return what axe finds on a page, and where."""
    page.evaluate(axe)
    found: list[Any] = page.evaluate(
        "axe.run(document, {preload: false, resultTypes: ['violations']}).then(({violations}) => violations.map("
        "({id, nodes}) => [id, nodes.slice(0, 3).map(node => [node.html.slice(0, 200), node.failureSummary])]))"
    )
    return found


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "ar/"])
def test_no_kind_of_page_keeps_anybody_out(
    demo: Path, visit: Callable[..., Page], axe: str, width: int, scheme: str, prefix: str
) -> None:
    page, found = visit(width=width, color_scheme=scheme, **CALM), {}
    for kind, path in KINDS.items():
        if (demo / prefix / path).is_file():
            page.goto(f"{BASE}{prefix}{path}")
            if violated := violations(page, axe):
                found[kind] = violated
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_menu_and_filters_keep_nobody_out(visit: Callable[..., Page], axe: str, scheme: str) -> None:
    page = visit(KINDS["list"], color_scheme=scheme, **CALM)
    page.locator(".filter summary").click()
    page.locator(".filter .chips a").first.click()
    assert violations(page, axe) == []
    page.get_by_role("button", name="Menu").click()
    assert violations(page, axe) == []
