"""An install that is broken off goes on with what is missing, and pays nothing twice."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.reader.browser.conftest import FLAGS
from tests.reader.browser.device import act, guide, site, wait_for
from tests.reader.browser.host import Fault, Host
from tests.reader.browser.small_publisher import packs_of
from tests.reader.browser.test_chromium import OFFLINE, assert_same, newest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, BrowserType, Page

    from tests.reader.browser.small_publisher import Publisher


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """A guide of several packs, published once."""
    made = site(tmp_path / "site", guide(450))
    assert len(packs_of(made)) >= 3
    return made


@pytest.fixture
def host(publisher: Publisher) -> Iterator[Host]:
    """A host that serves it under a path."""
    with Host({"/guide/": publisher.site}) as made:
        yield made


def begin(page: Page, host: Host) -> None:
    """Ask for an install."""
    page.goto(host.url(OFFLINE))
    wait_for(page, "none")
    act(page, "install")


def taken_packs(host: Host) -> list[str]:
    """Return the names of the packs that were sent."""
    return [exchange.path.rsplit("/", 1)[1] for exchange in host.taken("/packs/")]


def begun(page: Page) -> None:
    """Wait until some packs have come and others have not."""
    page.wait_for_function("+document.querySelector('[data-guide-progress]').value > 20000")


@pytest.mark.parametrize("kind", ["missing", "html", "wrong", "cut", "drop"])
def test_install_goes_on_with_what_is_missing(page: Page, host: Host, publisher: Publisher, kind: str) -> None:
    first, *_ = packs_of(publisher)
    host.faults.append(Fault(first, kind, times=9))
    begin(page, host)
    wait_for(page, "failed")
    assert page.locator("[data-guide-text=error]").inner_text() != ""
    page.close()
    host.faults.clear()
    host.clear()
    again = page.context.new_page()
    again.goto(host.url("guide/index.html"))
    wait_for(again, "ready")
    assert taken_packs(host) == [first]
    assert_same(again, host, publisher)


def test_picture_that_does_not_come_is_fetched_later_alone(page: Page, host: Host, publisher: Publisher) -> None:
    host.faults.append(Fault("castle.webp", "missing", times=9))
    begin(page, host)
    wait_for(page, "failed", newest(publisher).token)  # the texts are there
    host.faults.clear()
    host.clear()
    act(page, "install")
    wait_for(page, "ready", newest(publisher).token)
    assert taken_packs(host) == []
    assert [exchange.path for exchange in host.taken("/files/")] == ["/guide/files/castle.webp"]
    assert_same(page, host, publisher)


def test_install_that_meets_a_newer_build_drops_what_is_old(page: Page, host: Host, publisher: Publisher) -> None:
    host.faults.append(Fault(packs_of(publisher)[0], "missing", times=1))
    begin(page, host)
    wait_for(page, "failed")
    records = {path: record for path, record in newest(publisher).records.items() if "place-7" not in path}
    new = publisher.publish(replace(newest(publisher), records=records))
    act(page, "install")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)
    assert page.evaluate("fetch('../place/place-7/index.html').then(answer => answer.status)") == 404


def test_paused_install_waits_until_the_reader_goes_on(page: Page, host: Host, publisher: Publisher) -> None:
    *_, last = packs_of(publisher)
    host.faults.append(Fault(last, "slow", times=9, seconds=60))
    page.goto(host.url(OFFLINE))
    wait_for(page, "none")
    page.locator("[data-guide-pictures]").uncheck()
    act(page, "install")
    begun(page)
    act(page, "pause")
    wait_for(page, "none")
    assert page.get_by_text("Paused.").is_visible()
    before = len(taken_packs(host))
    page.reload()
    wait_for(page, "none")
    page.wait_for_timeout(700)
    assert len(taken_packs(host)) == before
    host.faults.clear()
    host.clear()
    page.get_by_role("button", name="Resume").click()
    wait_for(page, "ready", newest(publisher).token)
    assert taken_packs(host) == [last]
    assert host.taken("/files/") == []  # as it was wished, whatever the page shows now


def test_install_goes_on_after_its_tab_is_closed_and_shows_what_is_left(
    page: Page, host: Host, publisher: Publisher
) -> None:
    *others, last = packs_of(publisher)
    host.faults.append(Fault(last, "slow", times=1, seconds=4))
    begin(page, host)
    begun(page)
    bar = page.locator("[data-guide-progress]")
    whole = json.loads((publisher.site / "updates/chains.json").read_bytes())["chains"]["en-US"]["bytes"]
    assert int(bar.get_attribute("max") or 0) == whole
    assert 0 < int(bar.get_attribute("value") or 0) < whole
    again = page.context.new_page()
    page.close()
    again.goto(host.url(OFFLINE))
    wait_for(again, "ready", newest(publisher).token)
    assert sorted(taken_packs(host)) == sorted([*others, last])
    assert_same(again, host, publisher)


def test_install_goes_on_when_the_network_is_back(page: Page, host: Host, publisher: Publisher) -> None:
    *_, last = packs_of(publisher)
    host.faults.append(Fault(last, "slow", times=9, seconds=60))
    begin(page, host)
    begun(page)
    host.stop()
    wait_for(page, "failed")
    host.faults.clear()
    host.clear()
    host.start()
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for(page, "ready", newest(publisher).token)
    assert taken_packs(host) == [last]
    assert_same(page, host, publisher)


def test_install_that_does_not_fit_is_refused_before_it_costs_anything(
    page: Page, host: Host, publisher: Publisher
) -> None:
    publisher.stored = 10**15
    publisher.publish(newest(publisher))
    begin(page, host)
    wait_for(page, "failed")
    assert "not enough space" in page.locator("[data-guide-text=error]").inner_text()
    assert taken_packs(host) == []


@pytest.mark.parametrize(("granted", "words"), [(False, "may clear it"), (True, "has promised")])
def test_answer_to_keeping_the_store_is_shown(
    page: Page, host: Host, publisher: Publisher, granted: bool, words: str
) -> None:
    answers = f"navigator.storage.persist = navigator.storage.persisted = async () => {str(granted).lower()};"
    page.add_init_script(answers)
    begin(page, host)
    wait_for(page, "ready", newest(publisher).token)
    page.get_by_text(words).wait_for()
    page.reload()
    page.get_by_text(words).wait_for()


def test_browser_killed_in_the_middle_goes_on(
    chromium_type: BrowserType, tmp_path: Path, host: Host, publisher: Publisher
) -> None:
    *_, last = packs_of(publisher)
    host.faults.append(Fault(last, "slow", times=9, seconds=60))
    device = start(chromium_type, tmp_path)
    begin(device.pages[0], host)
    begun(device.pages[0])
    device.pages[0].wait_for_timeout(500)
    kill(device, str(tmp_path / "profile"))
    host.faults.clear()
    host.clear()
    device = start(chromium_type, tmp_path)
    page = device.pages[0]
    page.goto(host.url("guide/index.html"))
    wait_for(page, "ready", newest(publisher).token)
    assert taken_packs(host) == [last]
    assert_same(page, host, publisher)
    device.close()


def test_browser_killed_in_an_update_holds_the_old_guide_and_goes_on(
    chromium_type: BrowserType, tmp_path: Path, host: Host, publisher: Publisher
) -> None:
    device = start(chromium_type, tmp_path)
    begin(device.pages[0], host)
    wait_for(device.pages[0], "ready")
    publisher.apart = lambda path: path.startswith("place/place-3/")
    new = publisher.publish(newest(publisher).edited("place/place-3/index.html", b"A story", b"A tale"))
    host.faults.append(Fault("/changes/", "slow", times=9, seconds=60))
    act(device.pages[0], "update")
    wait_for_request(device.pages[0], host, "/changes/")
    kill(device, str(tmp_path / "profile"))
    host.stop()
    device = start(chromium_type, tmp_path)
    page = device.pages[0]
    page.goto(host.url("guide/place/place-3/index.html"))
    assert page.locator("p").first.inner_text().startswith("A story")
    host.faults.clear()
    host.start()
    page = device.new_page()
    page.goto(host.url("guide/index.html"))
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)
    device.close()


def wait_for_request(page: Page, host: Host, pattern: str) -> None:
    """Wait until a fault is being played on a path."""
    for _ in range(100):
        if any(fault.pattern == pattern and fault.times < 9 for fault in host.faults):
            return
        page.wait_for_timeout(50)
    raise TimeoutError(pattern)


def start(chromium: BrowserType, folder: Path) -> BrowserContext:
    """Start a browser whose profile outlives it."""
    return chromium.launch_persistent_context(
        str(folder / "profile"), executable_path=shutil.which("chromium"), args=FLAGS
    )


def kill(device: BrowserContext, profile: str) -> None:
    """Kill the browser that runs on a profile as a phone does that runs out of battery."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode()
        except OSError:
            continue
        if f"--user-data-dir={profile}" in command and "--type=" not in command:
            os.kill(int(process.name), signal.SIGKILL)
    with contextlib.suppress(PlaywrightError):  # it may know already that the browser is gone
        device.close()
