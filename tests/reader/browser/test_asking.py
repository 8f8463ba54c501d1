"""When a device looks for news, what it does unasked, and what it tells the reader."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.reader.browser.device import CLIENT, act, answered, guide, shas, site, wait_for
from tests.reader.browser.host import Fault, Host
from tests.reader.browser.small_publisher import compact, layout
from tests.reader.browser.test_chromium import OFFLINE, assert_same, install, newest
from tests.reader.browser.test_situations import STORES, STORY, edit, opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.reader.browser.small_publisher import Publisher

PULL = """() => {
    const touch = y => new Touch({identifier: 1, target: document.body, clientX: 100, clientY: y});
    const fire = (type, lists) => document.body.dispatchEvent(new TouchEvent(type, {bubbles: true, ...lists}));
    fire("touchstart", {touches: [touch(10)], changedTouches: [touch(10)]});
    fire("touchend", {touches: [], changedTouches: [touch(300)]});
}"""


def saving(context: BrowserContext) -> None:
    """Let the browser say that the reader wants to save data."""
    context.add_init_script("Object.defineProperty(navigator.connection, 'saveData', {get: () => true});")


def test_reader_who_saves_data_is_asked_before_an_update(page: Page, host: Host, publisher: Publisher) -> None:
    saving(page.context)
    install(page, host)
    publisher.apart = lambda path: path.startswith("place/place-3/")
    new = edit(publisher, STORY, b"A tale of place 3")
    host.clear()
    tab = opened(page.context, host.url("guide/index.html"))
    tab.locator(".guide-note[data-kind=pending]").wait_for()
    assert host.taken("/changes/") == []
    tab.get_by_role("button", name="Later").click()
    assert tab.locator(".guide-note").count() == 0
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)


def test_network_that_is_back_brings_the_news(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    page.goto(host.url("guide/index.html"))
    wait_for(page, "ready")
    new = edit(publisher, STORY, b"A tale of place 3")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for(page, "ready", new.token)


def test_pull_in_the_installed_app_looks_for_news(page: Page, host: Host, publisher: Publisher) -> None:
    page.context.add_init_script("Object.defineProperty(navigator, 'standalone', {get: () => true});")
    install(page, host)
    page.goto(host.url("guide/index.html"))
    wait_for(page, "ready")
    page.wait_for_timeout(300)  # what opening the page asks for
    new = edit(publisher, STORY, b"A tale of place 3")
    page.evaluate(PULL)
    wait_for(page, "ready", new.token)


def test_pull_in_a_browser_tab_is_left_to_the_browser(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    page.goto(host.url("guide/index.html"))
    wait_for(page, "ready")
    page.wait_for_timeout(300)
    edit(publisher, STORY, b"A tale of place 3")
    host.clear()
    page.evaluate(PULL)
    page.wait_for_timeout(500)
    assert host.taken() == []


def test_periodic_look_is_registered_and_brings_small_news(page: Page, host: Host, publisher: Publisher) -> None:
    page.context.add_init_script("""if (self.PeriodicSyncManager) PeriodicSyncManager.prototype.register =
        async (tag, options) => { document.documentElement.dataset.periodic = JSON.stringify([tag, options]); };""")
    install(page, host)
    asked = page.evaluate("JSON.parse(document.documentElement.dataset.periodic)")
    assert asked == ["guide:/guide/", {"minInterval": 86400000}]
    new = edit(publisher, STORY, b"A tale of place 3")
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(ids(event)))
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    sync = {"origin": host.url().rstrip("/"), "registrationId": found[-1], "tag": "guide:/guide/"}
    session.send("ServiceWorker.dispatchPeriodicSyncEvent", sync)
    wait_for(page, "ready", new.token)


def ids(event: dict[str, list[dict[str, str]]]) -> list[str]:
    return [registration["registrationId"] for registration in event["registrations"]]


def test_update_says_how_much_changed_and_leads_to_it(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    page.goto(host.url("guide/index.html"))
    wait_for(page, "ready")
    page.wait_for_timeout(300)
    edit(publisher, STORY, b"A tale of place 3")
    publisher.publish(newest(publisher).edited("place/place-5/index.html", b"A story", b"A tale"))
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text("Changed pages: 2").wait_for()
    page.get_by_role("link", name="What changed").click()
    page.locator("[data-guide-news] a").first.wait_for()
    first = ["The place 3 & all", "The place 5 & all"]
    assert page.locator("[data-guide-news] a").all_inner_texts() == first
    records = {path: record for path, record in newest(publisher).records.items() if "place-5" not in path}
    new = publisher.publish(replace(newest(publisher), records=records).edited("index.html", b"Home", b"House"))
    act(page, "update")
    wait_for(page, "ready", new.token)  # the newest first, none that is gone
    assert page.locator("[data-guide-news] a").all_inner_texts() == ["House", "The place 3 & all"]


def test_update_for_newer_code_waits_and_has_the_code_looked_for(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    old = newest(publisher).token
    new = edit(publisher, STORY, b"A tale of place 3")
    since = publisher.site / f"updates/en-US/since/{old}.bin"
    right = since.read_bytes()
    since.write_bytes(layout({"v": 2, "to": new.token}, []))
    host.clear()
    act(page, "update")
    wait_for(page, "failed", old)
    assert "newer version" in page.locator("[data-guide-text=error]").inner_text()
    for _ in range(100):
        if host.taken("/sw.js$"):
            break
        page.wait_for_timeout(100)  # the browser takes its time to check a worker
    assert host.taken("/sw.js$")
    since.write_bytes(right)
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)


def test_farewell_is_met_when_the_device_looks_for_news(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    shutil.rmtree(publisher.site / "updates")
    (publisher.site / "updates").mkdir()
    (publisher.site / "updates/farewell.json").write_bytes(compact({"v": 1, "to": "https://new.example.org/"}))
    worker = (CLIENT / "farewell.js").read_text("utf-8")
    (publisher.site / "sw.js").write_text(worker.replace("= null;", '= "https://new.example.org/";'), "utf-8")
    act(page, "update")
    page.locator(".guide-note[data-kind=farewell] a").wait_for()
    assert page.locator(".guide-note a").get_attribute("href") == "https://new.example.org/"
    assert page.evaluate(STORES) == []


def test_guide_that_was_removed_can_be_kept_again_from_the_same_page(
    page: Page, host: Host, publisher: Publisher
) -> None:
    install(page, host)
    act(page, "remove")
    wait_for(page, "none")
    page.evaluate("fetch('../style.css')")  # the worker still answers this page, and reading makes no store
    assert page.evaluate(STORES) == []
    act(page, "install")
    wait_for(page, "ready", newest(publisher).token)
    assert_same(page, host, publisher)


def test_file_that_is_not_on_the_device_says_that_it_needs_the_network(page: Page, host: Host) -> None:
    page.goto(host.url(OFFLINE))
    wait_for(page, "none")
    page.locator("[data-guide-pictures]").uncheck()
    act(page, "install")
    wait_for(page, "ready")
    host.stop()
    page.goto(host.url("guide/files/castle.webp"))
    assert "files/castle.webp" in page.locator(".guide-note[data-kind=needs]").inner_text()
    page.context.set_offline(offline=True)
    page.evaluate("""() => { const picture = new Image();
        picture.alt = "The mill"; picture.src = "../files/mill.webp"; document.body.append(picture); }""")
    page.locator(".guide-note[data-kind=needs]").filter(has_text="The mill").wait_for()


def test_locale_whose_code_is_no_plain_name_is_kept_and_read(page: Page, tmp_path: Path) -> None:
    folder, prefix = "sr-latin~6f93ad731f", "sr-latin/"  # of the code sr@latin
    made = replace(guide(5, folder, ("en-US", folder)), prefix=prefix)
    moved = {path.replace(folder + "/", prefix): record for path, record in made.records.items()}
    serbian = replace(made, records={path: record for path, record in moved.items() if path.startswith(prefix)})
    publisher = site(tmp_path / "site", guide(5, codes=("en-US", folder)), serbian)
    with Host({"/guide/": publisher.site}) as host:
        page.goto(host.url("guide/offline/index.html"))
        wait_for(page, "none")
        page.locator(f"[data-guide-locale='{folder}']").check()
        act(page, "install")
        wait_for(page, "ready", newest(publisher).token)
        page.goto(host.url(f"guide/{prefix}place/place-3/index.html"))
        wait_for(page, "ready", serbian.token)
        host.stop()
        expected = shas(publisher.site)
        assert answered(page, host.url("guide/"), list(expected)) == expected
        assert json.loads((publisher.site / "updates/chains.json").read_bytes())["chains"][folder]["prefix"] == prefix


@pytest.mark.parametrize(("standalone", "shown"), [(False, True), (True, False)])
def test_iphone_is_told_about_the_home_screen_outside_the_app(
    page: Page, host: Host, standalone: bool, shown: bool
) -> None:
    page.add_init_script(f"""for (const [name, value] of Object.entries({{
        userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", maxTouchPoints: 5,
        standalone: {str(standalone).lower()}}}))
        Object.defineProperty(navigator, name, {{get: () => value}});""")
    page.goto(host.url(OFFLINE))
    wait_for(page, "none")
    assert page.locator("[data-guide-home]").is_visible() == shown
    act(page, "install")  # it can be kept from inside the app too
    wait_for(page, "ready")


def test_broken_connection_while_looking_unasked_is_no_failure(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    old = newest(publisher).token
    edit(publisher, STORY, b"A tale of place 3")
    host.faults.append(Fault("/since/", "drop", times=99))
    tab = opened(page.context, host.url("guide/index.html"))
    tab.wait_for_timeout(800)
    wait_for(tab, "ready", old)
