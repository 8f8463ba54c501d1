"""The browsers of the reader's tests."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

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
def chromium(chromium_type: BrowserType) -> Iterator[Browser]:
    """A running Chromium, as packaged by Debian."""
    browser = chromium_type.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A device without any stored data."""
    made = chromium.new_context()
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A tab on that device, which prints the console messages of its pages."""
    tab = context.new_page()
    tab.on("console", lambda message: print("console:", message.text))
    tab.on("pageerror", lambda error: print("error:", error))
    return tab


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """A small guide that has been published once."""
    return site(tmp_path / "site", guide())


@pytest.fixture
def host(publisher: Publisher) -> Iterator[Host]:
    """A host that serves the guide under a path."""
    with Host({"/guide/": publisher.site}) as made:
        yield made
