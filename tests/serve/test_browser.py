"""The dev server in a browser: edits show by themselves, without more of a reload than they need."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import CATEGORY, PICTURE, PLACE, SpaceFiles, asset, entry, link, locale
from tests.serve.conftest import assert_as_from_scratch, edit, guide_in, serving, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.serve.conftest import Serving

BLUE = PICTURE.replace(b"<path", b'<path fill="blue"')
FEW = 300
PATIENCE = 30_000
"""Milliseconds after which what a test waits for will not come."""


def place(number: int, title: str | None = None, revision: int = 1) -> dict[str, Any]:
    return entry(
        "place",
        f"p{number}",
        revision,
        title=title or f"Place {number}",
        slug=f"place-{number}",
        body="A paragraph of some length, so that the page can be scrolled.\n\n" * 60,
        category=link("Entry", "sights"),
        picture=link("Asset", "pic"),
    )


@pytest.fixture(scope="module", params=[FEW, pytest.param(10_000, marks=pytest.mark.long)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A guide of some hundred places (10,000 with `-m long`), served for all tests of the module."""
    root = tmp_path_factory.mktemp("browser")
    space = SpaceFiles(root / "space")
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    space.put(entry("category", "sights", title="Sights", slug="sights"))
    space.put(asset("pic", "pic.svg", len(PICTURE)), file=PICTURE)
    for number in range(request.param):
        space.put(place(number))
    guide = guide_in(root)
    edit(guide, '{% extends "theme/entry.html" %}')
    with serving(guide, jobs=2) as found:
        yield found
        assert_as_from_scratch(guide)


@pytest.fixture
def context(browser: Browser, served: Serving) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=f"http://localhost:{served.port}")
    thrown: list[str] = []
    made.on("weberror", lambda error: thrown.append(str(error.error)))
    yield made
    made.close()
    until(lambda: served.streams == 0, "the end of the streams")
    assert thrown == []
    if len(list((served.guide.root / "content/entries/place").glob("*.json"))) <= 2 * FEW:
        assert_as_from_scratch(served.guide)  # with 10,000 places only after all tests


def space_of(served: Serving) -> SpaceFiles:
    return SpaceFiles(served.guide.root.with_name("space"))


def opened(context: BrowserContext, url: str, served: Serving) -> Page:
    """Open a page, mark it so that a reload shows, and wait until the browser listens."""
    page = context.new_page()
    page.goto(url)
    page.evaluate("window.seen = true")
    path = f"{url.strip('/')}/index.html".lstrip("/")
    until(lambda: path in served.server._streams.pages(), "the stream")
    return page


def is_reloaded(page: Page) -> bool:
    return not page.evaluate("window.seen === true")


def failure(page: Page) -> str:
    """Return the failure that is shown, "" for none."""
    return str(
        page.evaluate(
            "document.querySelector('exporter-failures')?.shadowRoot.querySelector('section').innerText ?? ''"
        )
    )


def test_template_reloads_the_page_where_it_was(context: BrowserContext, served: Serving) -> None:
    page = opened(context, "/place/place-1/", served)
    page.evaluate("scrollTo({top: 500, behavior: 'instant'})")
    page.wait_for_function("scrollY === 500", timeout=PATIENCE)
    edit(served.guide, '{% extends "theme/entry.html" %}{% block facts %}<p id="new">New</p>{% endblock %}')
    page.wait_for_selector("#new", timeout=PATIENCE)
    assert is_reloaded(page)
    page.wait_for_function("Math.abs(scrollY - 500) < 150", timeout=PATIENCE)  # the new line is above what is read


def test_entry_reloads_its_page_alone(context: BrowserContext, served: Serving) -> None:
    page, other = (opened(context, f"/place/place-{number}/", served) for number in (2, 3))
    space_of(served).put(place(2, "Another title", 2))
    page.wait_for_function("document.querySelector('h1')?.innerText === 'Another title'", timeout=PATIENCE)
    assert not is_reloaded(other)


def test_style_is_swapped_without_a_reload(context: BrowserContext, served: Serving) -> None:
    page = opened(context, "/place/place-4/", served)
    edit(served.guide, "body { color: rgb(1, 2, 3) }", "static/style.css")
    page.wait_for_function("getComputedStyle(document.body).color === 'rgb(1, 2, 3)'", timeout=PATIENCE)
    assert not is_reloaded(page)
    edit(served.guide, "body { color: rgb(4, 5, 6) }", "static/style.css")
    page.wait_for_function("getComputedStyle(document.body).color === 'rgb(4, 5, 6)'", timeout=PATIENCE)
    assert not is_reloaded(page)


def test_picture_is_swapped_without_a_reload(context: BrowserContext, served: Serving) -> None:
    page = opened(context, "/place/place-5/", served)
    before = page.evaluate("document.querySelector('main img').currentSrc")
    space_of(served).write("files/pic/pic.svg", BLUE)
    space_of(served).put(asset("pic", "pic.svg", len(BLUE), 2))
    page.wait_for_function(
        "before => { const {currentSrc, complete} = document.querySelector('main img'); "
        "return currentSrc !== before && complete }",
        arg=before,
        timeout=PATIENCE,
    )
    source = page.evaluate("fetch(document.querySelector('main img').currentSrc).then(answer => answer.text())")
    assert "blue" in source
    assert not is_reloaded(page)


def test_broken_template_is_read_in_the_page_and_mended(context: BrowserContext, served: Serving) -> None:
    page = opened(context, "/place/place-6/", served)
    edit(served.guide, '{% extends "theme/entry.html" %}\n{% block facts %}{{ entry.titel.x() }}{% endblock %}')
    until(lambda: "templates/place.html:2" in failure(page), "the failure")
    assert "entry.titel.x()" in failure(page)
    assert page.locator("h1").inner_text() == "Place 6"
    edit(served.guide, '{% extends "theme/entry.html" %}\n{% block facts %}<p id="mended">M</p>{% endblock %}')
    page.wait_for_selector("#mended", timeout=PATIENCE)
    until(lambda: failure(page) == "", "the end of the failure")


def test_new_page_that_fails_comes_by_itself_once_it_is_mended(context: BrowserContext, served: Serving) -> None:
    edit(served.guide, "{{ nonsense() }}", "category.html")
    space_of(served).put(entry("category", "new", title="New category", slug="new"))
    until(lambda: served.ask("/category/new/").status == 500, "the error page")
    page = context.new_page()
    page.goto("/category/new/")
    until(lambda: "'nonsense' is undefined" in failure(page), "the failure")
    (served.guide.root / "templates/category.html").unlink()
    page.wait_for_function("document.querySelector('h1')?.innerText === 'New category'", timeout=PATIENCE)
    until(lambda: failure(page) == "", "the end of the failure")
    page.goto("/place/place-new/")
    assert "Not found" in page.inner_text("h1")
    space_of(served).put(entry("place", "new", title="A new place", slug="place-new"))
    page.wait_for_function("document.querySelector('h1')?.innerText === 'A new place'", timeout=PATIENCE)
    space_of(served).remove("entries/place/new.json")
    page.wait_for_function("document.querySelector('h1')?.innerText === 'Not found'", timeout=PATIENCE)


def test_eight_tabs_share_one_stream_and_none_of_them_hangs(context: BrowserContext, served: Serving) -> None:
    pages = [opened(context, f"/place/place-{number}/", served) for number in range(10, 18)]
    until(lambda: served.streams == 1, "the one stream")
    edit(served.guide, '{% extends "theme/entry.html" %}{% block facts %}<p id="eight">8</p>{% endblock %}')
    for page in pages:
        page.wait_for_selector("#eight", timeout=PATIENCE)
    until(lambda: served.streams == 1, "the one stream")
    space_of(served).put(place(17, "The eighth", 2))
    pages[-1].wait_for_function("document.querySelector('h1')?.innerText === 'The eighth'", timeout=PATIENCE)


def test_tab_without_a_shared_worker_listens_by_itself(context: BrowserContext, served: Serving) -> None:
    context.add_init_script("delete globalThis.SharedWorker")
    page = opened(context, "/place/place-20/", served)
    space_of(served).put(place(20, "Alone", 2))
    page.wait_for_function("document.querySelector('h1')?.innerText === 'Alone'", timeout=PATIENCE)
    page.go_back()
    until(partial(has_left, served), "the end of the stream")


def has_left(served: Serving) -> bool:
    return served.streams == 0
