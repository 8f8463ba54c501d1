"""What readers pay, counted at the host."""

from __future__ import annotations

import gzip
import json
import time
from typing import TYPE_CHECKING

import pytest

from tests.reader.browser.device import CLIENT, act, answered, shas, wait_for
from tests.reader.browser.host import Host
from tests.reader.browser.test_chromium import end_foot, install, newest
from tests.reader.story import LIMITS, Story

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Guide, SpaceFiles
    from tests.reader.browser.host import Exchange
    from tests.reader.browser.small_publisher import Publisher

FOR_MACHINES = (
    *("sitemap", "search/en-US/", "robots.txt", ".exporter", "category/feed.xml", "place/feed.xml"),
    *("map/places.kml", "map/places.geojson"),
)


def test_code_in_the_browser_is_at_most_14_kb_gzipped() -> None:
    code = b"".join(script.read_bytes() for script in sorted(CLIENT.glob("*.js")))
    assert len(gzip.compress(code, 6)) <= 14_000
    assert max(len(line) for line in code.splitlines()) <= 200  # it is written to be read: nothing is minified


def test_word_costs_one_request_of_at_most_1150_bytes_both_ways(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    for i in range(3):
        new = publisher.publish(
            newest(publisher).edited("place/place-3/index.html", b"story of", b"tale %d about" % i)
            if i == 0
            else newest(publisher).edited("place/place-3/index.html", b"tale %d" % (i - 1), b"tale %d" % i)
        )
        host.clear()
        act(page, "update")
        wait_for(page, "ready", new.token)
        [exchange] = host.taken()
        print(exchange)
        assert exchange.body <= 200
        assert exchange.both <= 1150


@pytest.mark.parametrize("places", [300, pytest.param(10_000, marks=pytest.mark.long)])
def test_guide_of_any_size_costs_little_both_ways(page: Page, guide: Guide, space: SpaceFiles, places: int) -> None:
    story = Story(guide, space, places, "theme")
    story.start()
    site = guide.root / "site"
    with Host({"/g/": site}) as host:
        page.goto(host.url("g/offline/index.html"))
        wait_for(page, "none")
        page.locator("[data-guide-offer]").hover()
        page.locator("[data-guide-text=size]").filter(has_text="B").wait_for()
        shown = json.loads((site / "updates/chains.json").read_bytes())["chains"]["en-US"]["bytes"]
        host.clear()
        act(page, "install")
        wait_for(page, "ready", chain_of(story)["token"], seconds=600)
        taken = host.taken()
        assert len(taken) <= 80
        paid = sum(one.body for one in taken if "/en-US/" in one.path and "/since/" not in one.path)
        assert paid == shown  # beside it come the table of chains, and a look whether it is the newest
        for step, edit in story.steps():
            edit()
            story.build(step)
            host.clear()
            act(page, "update")
            wait_for(page, "ready", chain_of(story)["token"], seconds=120)
            [exchange] = host.taken()
            assert step == "entry" or exchange.body <= LIMITS[step]
            assert step != "word" or exchange.both <= 1150
            first, *others = (nothing_new(page, host) for _ in range(3))
            assert first.both <= 750  # it has no ETag of the new file yet
            assert [other.both <= 600 for other in others] == [True, True]
        host.stop()
        expected = {path: sha for path, sha in shas(site).items() if not path.startswith(FOR_MACHINES)}
        assert len(expected) > places
        assert answered(page, host.url("g/"), list(expected)) == expected


def chain_of(story: Story) -> dict[str, str]:
    """Return the row of the published guide's chain."""
    chain: dict[str, str] = json.loads((story.guide.root / "site/updates/chains.json").read_bytes())["chains"]["en-US"]
    return chain


def nothing_new(page: Page, host: Host) -> Exchange:
    """Look for news where there are none; return the one exchange."""
    host.clear()
    act(page, "update")
    end = time.monotonic() + 60
    while not host.taken() and time.monotonic() < end:  # the guide is ready before the request as well
        page.wait_for_timeout(50)
    page.wait_for_timeout(200)
    wait_for(page, "ready")
    [exchange] = host.taken()
    return exchange


def test_check_with_nothing_new_costs_at_most_600_bytes(page: Page, host: Host) -> None:
    install(page, host)
    assert [nothing_new(page, host).both <= 600 for _ in range(2)] == [True, True]


def test_change_of_a_line_that_all_pages_share_travels_once(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    new = end_foot(publisher)
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    [exchange] = host.taken()
    assert exchange.body <= 300
    page.goto(host.url("guide/place/place-3/"))
    assert page.locator("footer").inner_text().startswith("END")
