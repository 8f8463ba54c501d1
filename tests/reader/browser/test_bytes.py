"""What readers pay, counted at the host."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING

from tests.reader.browser.device import CLIENT, act, wait_for
from tests.reader.browser.test_chromium import install, newest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.reader.browser.host import Host
    from tests.reader.browser.small_publisher import Publisher


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


def test_check_with_nothing_new_costs_at_most_600_bytes(page: Page, host: Host) -> None:
    install(page, host)
    host.clear()
    for number in (1, 2):
        act(page, "update")
        end = time.monotonic() + 20
        while len(host.taken()) < number and time.monotonic() < end:  # the guide is ready before the request as well
            page.wait_for_timeout(50)
        page.wait_for_timeout(500)
        wait_for(page, "ready")
    first, second = host.taken()
    print(first.both, second.both, first, second)
    assert first.both <= 750
    assert second.both <= 600


def test_change_of_a_line_that_all_pages_share_travels_once(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    number = next(n for n, text in enumerate(newest(publisher).slots) if b"FOOT" in text)
    new = publisher.publish(
        newest(publisher).with_slot(number, newest(publisher).slots[number].replace(b"FOOT", b"END"))
    )
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    [exchange] = host.taken()
    assert exchange.body <= 300
    page.goto(host.url("guide/place/place-3/"))
    assert page.locator("footer").inner_text().startswith("END")
