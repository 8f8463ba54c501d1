"""The browsers of the reader's tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.reader.browser.device import guide, site
from tests.reader.browser.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

    from tests.reader.browser.small_publisher import Publisher

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def engine_of_chromium() -> Iterator[BrowserType]:
    """What starts Chromium."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def chromium(engine_of_chromium: BrowserType) -> Iterator[Browser]:
    """Start Debian's Chromium."""
    browser = engine_of_chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A device that has seen nothing yet."""
    made = chromium.new_context()
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab on that device, which prints what its pages have to say."""
    tab = context.new_page()
    tab.on("console", lambda message: print("console:", message.text))
    tab.on("pageerror", lambda error: print("error:", error))
    return tab


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """A small guide, published once."""
    return site(tmp_path / "site", guide())


@pytest.fixture
def host(publisher: Publisher) -> Iterator[Host]:
    """A host that serves it under a path."""
    with Host({"/guide/": publisher.site}) as made:
        yield made
