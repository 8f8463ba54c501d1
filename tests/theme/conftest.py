"""The demo guide without templates of its own, at an address where a strict policy holds, and pages of each kind."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

import pytest

from exporter.cli.commands import run
from exporter.scaffold.headers import HEADERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

BASE = "https://guide.example.org/lisbon/"
KINDS = {
    "home": "index.html",
    "list": "place/index.html",
    "place": "place/castelo-de-sao-jorge/index.html",
    "article": "article/a-little-history/index.html",
    "walk": "walk/old-town-climb/index.html",
    "category": "category/museums/index.html",
    "map": "map/index.html",
    "offline": "offline/index.html",
    "missing": "404.html",
}
"""A page of each kind."""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder site/ of the demo guide."""
    root = tmp_path_factory.mktemp("theme")
    (root / "site.yaml").write_text(
        "title: Lisbon in your pocket\ndescription: A guide that needs no network.\n"
        f"base_url: {BASE}\nlocales: [en-US, de-DE, ar]\nsource: {{local: demo}}\n"
        'theme: {accent: "#b5452c"}\n',
        "utf-8",
    )
    assert run(["-C", str(root), "-q", "build"]) == 0
    return root / "site"


@pytest.fixture
def visit(demo: Path, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens the guide in a browser; a request to any other address and an error fail the test."""
    contexts, wrong = [], []

    def serve(route: Route) -> None:
        path = route.request.url.partition("#")[0].partition("?")[0].removeprefix(BASE)
        file = demo / path
        if not route.request.url.startswith(BASE) or not file.is_file():
            wrong.append(route.request.url)
            route.abort()
        else:
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), headers={**HEADERS, "Content-Type": kind})

    def open_page(path: str = "index.html", width: int = 390, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, service_workers="block", **options)
        contexts.append(context)
        context.route("**", serve)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.goto(BASE + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []
