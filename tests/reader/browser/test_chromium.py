"""A guide on a device, in Chromium."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.reader.browser.device import act, answered, shas, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.reader.browser.host import Host
    from tests.reader.browser.small_publisher import Guide, Publisher

OFFLINE = "guide/offline/index.html"


def install(page: Page, host: Host, path: str = OFFLINE) -> None:
    """Install the guide and let the worker take over."""
    page.goto(host.url(path))
    wait_for(page, "none")
    act(page, "install")
    wait_for(page, "ready")


def newest(publisher: Publisher, code: str = "en-US") -> Guide:
    return publisher.states[code][-1]


def end_foot(publisher: Publisher) -> Guide:
    """Publish another text for the line that all pages share."""
    number = next(n for n, text in enumerate(newest(publisher).slots) if b"FOOT" in text)
    return publisher.publish(
        newest(publisher).with_slot(number, newest(publisher).slots[number].replace(b"FOOT", b"END"))
    )


def assert_same(page: Page, host: Host, publisher: Publisher) -> None:
    """With the server stopped the device answers every file of the site, byte for byte."""
    host.stop()
    expected = shas(publisher.site)
    assert answered(page, host.url("guide/"), list(expected)) == expected
    host.start()


def test_installed_guide_reads_with_the_server_stopped(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    assert page.locator("html").get_attribute("data-guide-token") == newest(publisher).token
    assert_same(page, host, publisher)
    host.stop()
    page.goto(host.url("guide/place/place-3/?from=home#top"))
    assert page.locator("h1").inner_text() == "The place 3 & all"
    wait_for(page, "ready", newest(publisher).token)


def test_edited_word_reaches_the_device_by_one_small_request(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    new = publisher.publish(newest(publisher).edited("place/place-3/index.html", b"A story", b"A tale"))
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert [exchange.path for exchange in host.taken()] == [
        f"/guide/updates/en-US/since/{publisher.states['en-US'][0].token}.bin"
    ]
    assert host.taken()[0].body < 200
    assert_same(page, host, publisher)


def test_visit_without_an_install_registers_nothing_and_asks_for_no_updates(page: Page, host: Host) -> None:
    for path in ("index.html", "place/index.html", "place/place-1/index.html", "offline/index.html"):
        page.goto(host.url("guide/" + path))
        wait_for(page, "none")
    page.wait_for_timeout(300)
    assert host.taken() == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0


def test_sizes_are_shown_at_the_first_gesture_before_anything_is_installed(page: Page, host: Host) -> None:
    page.goto(host.url(OFFLINE))
    wait_for(page, "none")
    assert page.locator("[data-guide-text=size]").inner_text() == "–"
    page.locator("[data-guide-offer]").hover()
    page.locator("[data-guide-text=size]").filter(has_text="kB").wait_for()
    chain = json.loads((host.folders["/guide/"] / "updates/chains.json").read_bytes())["chains"]["en-US"]
    shown = [page.locator(f"[data-guide-text={name}]").inner_text() for name in ("size", "stored", "pictures")]
    files = chain["files"][1]
    assert shown == [
        f"{size / 1000:.1f} kB".replace(".0", "") for size in (chain["bytes"] + files, chain["stored"] + files, files)
    ]
    assert [exchange.path for exchange in host.taken()] == ["/guide/updates/chains.json"]
    page.locator("[data-guide-pictures]").uncheck()
    assert page.locator("[data-guide-text=size]").inner_text() == f"{chain['bytes'] / 1000:.1f} kB".replace(".0", "")
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
