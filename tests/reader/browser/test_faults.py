"""What goes wrong leaves the old guide whole, and the next try pays only for what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.reader.browser.device import act, guide, site, wait_for
from tests.reader.browser.host import Fault, Host
from tests.reader.browser.test_chromium import OFFLINE, assert_same, end_foot, install, newest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Page

    from tests.reader.browser.small_publisher import Guide, Publisher

STORY = b"A story of place 3"


def edit(publisher: Publisher, old: bytes = STORY, new: bytes = b"A tale of place 3") -> Guide:
    """Publish another word on one page."""
    return publisher.publish(newest(publisher).edited("place/place-3/index.html", old, new))


def reads(page: Page, host: Host, words: str) -> None:
    """The device shows these words with the server stopped."""
    host.stop()
    text = page.evaluate("url => fetch(url).then(answer => answer.text())", host.url("guide/place/place-3/index.html"))
    assert words in text
    host.start()


@pytest.mark.parametrize("kind", ["drop", "cut", "stall"])
def test_update_that_does_not_come_through_leaves_the_old_guide(page: Page, tmp_path: Path, kind: str) -> None:
    publisher = site(tmp_path / "site", guide(stall=3000))
    with Host({"/guide/": publisher.site}) as host:
        install(page, host)
        old, new = newest(publisher).token, edit(publisher)
        host.faults.append(Fault("/since/", kind, times=50, seconds=30))
        act(page, "update")
        wait_for(page, "failed", old, seconds=30)
        reads(page, host, "A story")
        host.faults.clear()
        host.clear()
        act(page, "update")
        wait_for(page, "ready", new.token)
        assert sum(exchange.both for exchange in host.taken()) < 1150
        assert_same(page, host, publisher)


def test_half_deployed_update_leaves_the_old_guide_and_is_finished_later(
    page: Page, host: Host, publisher: Publisher
) -> None:
    install(page, host)
    old = newest(publisher).token
    publisher.apart = lambda path: path.startswith("place/place-3/")
    new = edit(publisher)
    host.faults.append(Fault("/changes/", "missing"))  # the since-file is there, what it names is not
    act(page, "update")
    wait_for(page, "failed", old)
    reads(page, host, "A story")
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    asked = [exchange.path.split("/")[-2:] for exchange in host.taken()]
    [pack] = (publisher.site / "updates/en-US/changes").iterdir()
    assert asked == [["changes", pack.name], ["since", f"{new.token}.bin"]]  # the since-file was paid already
    assert_same(page, host, publisher)


def test_picture_that_does_not_come_leaves_the_old_guide_and_old_pictures_go_last(
    page: Page, host: Host, publisher: Publisher
) -> None:
    install(page, host)
    old = newest(publisher)
    files = {**old.files, "files/castle.webp": b"another castle", "files/tower.webp": b"a tower"}
    host.faults.append(Fault("castle.webp", "missing"))
    new = publisher.publish(replace(old.edited("place/place-3/index.html", STORY, b"A tale of place 3"), files=files))
    act(page, "update")
    wait_for(page, "failed", old.token)
    reads(page, host, "A story")
    pictures = "fetch('../files/castle.webp').then(answer => answer.arrayBuffer()).then(bytes => bytes.byteLength)"
    assert page.evaluate(pictures) == len(old.files["files/castle.webp"])
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert [one.path for one in host.taken("/files/")] == ["/guide/files/castle.webp"]  # the tower was paid already
    assert_same(page, host, publisher)
    assert page.evaluate(COUNT.replace('"records"', '"files"')) == len(files)


def test_change_pack_that_stays_away_is_found_by_digests(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    publisher.apart = lambda path: path.startswith("place/place-3/")
    new = edit(publisher)
    host.faults.append(Fault("/changes/", "missing", times=99))
    act(page, "update")
    wait_for(page, "failed")
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)


def test_damaged_update_is_asked_for_once_more_past_all_caches(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    new = edit(publisher)
    host.faults.append(Fault("/since/", "wrong"))
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert len(host.taken()) == 2
    assert_same(page, host, publisher)


@pytest.mark.parametrize("kind", ["wrong", "html", "missing"])
def test_update_that_stays_damaged_or_away_is_found_by_digests(
    page: Page, host: Host, publisher: Publisher, kind: str
) -> None:
    install(page, host)
    new = edit(publisher)
    host.faults.append(Fault("/since/", kind, times=9))
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)
    host.faults.clear()
    following = edit(publisher, b"A tale", b"A poem")
    act(page, "update")
    wait_for(page, "ready", following.token)
    assert_same(page, host, publisher)


def test_page_taken_whole_follows_a_change_of_what_all_pages_share(
    page: Page, host: Host, publisher: Publisher
) -> None:
    install(page, host)
    edit(publisher)
    host.faults.append(Fault("/since/", "missing"))
    act(page, "update")
    wait_for(page, "ready", newest(publisher).token)
    new = end_foot(publisher)
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)


def test_host_that_rewrites_html_gives_packs(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    new = edit(publisher)
    host.rewrite = lambda content: content.replace(b"</body>", b"<script src=/beacon.js></script></body>")
    host.faults.append(Fault("/since/", "missing"))
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert host.taken("/packs/")
    assert_same(page, host, publisher)


def test_device_that_went_by_digests_follows_no_change_of_what_all_pages_share(
    page: Page, host: Host, publisher: Publisher
) -> None:
    install(page, host)
    edit(publisher)
    host.rewrite = lambda content: content.replace(b"</body>", b"<script src=/beacon.js></script></body>")
    host.faults.append(Fault("/since/", "missing"))
    act(page, "update")
    wait_for(page, "ready", newest(publisher).token)  # by packs alone: what is held besides may be another record
    word = edit(publisher, b"A tale", b"A poem")
    host.clear()
    act(page, "update")
    wait_for(page, "ready", word.token)
    assert len(host.taken()) == 1
    new = end_foot(publisher)
    host.clear()
    act(page, "update")
    wait_for(page, "ready", new.token)
    kinds = {one.path.removeprefix("/guide/updates/en-US/").split("/")[0] for one in host.taken()}
    assert kinds == {"since", "list.bin", "chrome"}
    assert_same(page, host, publisher)


def test_stale_since_files_of_a_host_lose_nothing(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    first = edit(publisher)
    host.faults.append(Fault("/since/", "stale", times=99))
    act(page, "update")
    wait_for(page, "ready", first.token)
    second = edit(publisher, b"A tale", b"A poem")
    act(page, "update")
    page.wait_for_timeout(500)
    wait_for(page, "ready")
    host.faults.clear()
    act(page, "update")
    wait_for(page, "ready", second.token)
    assert_same(page, host, publisher)


def test_host_that_lets_browsers_cache_for_10_minutes_hides_no_news(
    page: Page, host: Host, publisher: Publisher
) -> None:
    host.headers["Cache-Control"] = "max-age=600"
    install(page, host)
    for number in range(3):
        for _ in range(
            2
        ):  # the since-file of the newest token goes through the browser's cache, with and without a tag
            act(page, "update")
            page.wait_for_timeout(400)
            wait_for(page, "ready")
        new = edit(publisher, STORY if number == 0 else b"tale %d" % (number - 1), b"tale %d" % number)
        act(page, "update")
        wait_for(page, "ready", new.token)
    host.faults.append(Fault("/since/", "missing", times=9))
    new = edit(publisher, b"tale 2", b"A poem")
    act(page, "update")  # by digests, with pages that the browser has in its cache as they were
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)


def test_full_disk_leaves_the_old_guide(page: Page, host: Host, publisher: Publisher) -> None:
    page.goto(host.url(OFFLINE))
    session = page.context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": host.url().rstrip("/"), "quotaSize": 2_000_000})
    install(page, host)
    new = edit(publisher, STORY, STORY + b" " + b"0123456789" * 300000)
    old = publisher.states["en-US"][0].token
    act(page, "update")
    wait_for(page, "failed", old, seconds=60)
    reads(page, host, "A story")
    session.send("Storage.overrideQuotaForOrigin", {"origin": host.url().rstrip("/")})
    page.wait_for_timeout(1000)
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)


def test_two_tabs_pay_once(page: Page, context: BrowserContext, host: Host, publisher: Publisher) -> None:
    install(page, host)
    other = context.new_page()
    other.goto(host.url("guide/offline/index.html"))
    wait_for(other, "ready")
    new = edit(publisher)
    host.clear()
    act(page, "update")
    act(other, "update")
    wait_for(page, "ready", new.token)
    wait_for(other, "ready", new.token)
    page.wait_for_timeout(500)
    assert len([exchange for exchange in host.taken("/since/") if exchange.body]) <= 2
    assert_same(page, host, publisher)


def test_rolled_back_site_takes_the_device_back(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    first = newest(publisher)
    second = edit(publisher)
    act(page, "update")
    wait_for(page, "ready", second.token)
    publisher.publish(first)
    act(page, "update")
    wait_for(page, "ready", first.token)
    assert_same(page, host, publisher)


def test_token_that_is_too_old_costs_what_differs(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    publisher.keep = 2
    for i in range(4):
        edit(publisher, STORY if i == 0 else b"tale %d" % (i - 1), b"tale %d" % i)
    host.clear()
    act(page, "update")
    wait_for(page, "ready", newest(publisher).token)
    assert host.taken("/packs/") == []
    assert_same(page, host, publisher)


def test_another_epoch_installs_anew_beside_what_is_held(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    publisher.keep = 1
    other = guide(13, epoch="f" * 16)
    publisher.publish(
        replace(
            other,
            slots=other.slots[::-1],
            records={path: turned(record, len(other.slots)) for path, record in other.records.items()},
        )
    )
    host.faults.append(Fault("/packs/", "missing", times=1))
    act(page, "update")
    wait_for(page, "failed")
    reads(page, host, "A story")
    act(page, "update")
    wait_for(page, "ready", newest(publisher).token)
    assert_same(page, host, publisher)
    assert page.evaluate(COUNT) == len(newest(publisher).records) + len(newest(publisher).files)


COUNT = """new Promise(done => { const open = indexedDB.open("guide:/guide/"); open.onsuccess = () => {
    const count = open.result.transaction("records").objectStore("records").count();
    count.onsuccess = () => { open.result.close(); done(count.result); }; }; })"""


def turned(record: bytes, slots: int) -> bytes:
    """Return a record for the slots in reverse order."""
    out, at = b"", 0
    while at < len(record):
        step = 2 if record[at] >= 0xF5 else 1
        out += bytes([0xF5, slots - 1 - record[at + 1]]) if step == 2 else record[at : at + 1]
        at += step
    return out


def test_records_that_vanished_are_found_and_brought_back(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    page.evaluate("""new Promise(done => { const open = indexedDB.open("guide:/guide/"); open.onsuccess = () => {
        const change = open.result.transaction("records", "readwrite"), space = "en-US " + "e".repeat(16);
        change.objectStore("records").delete([space, "place/place-5/index.html"]);
        change.oncomplete = () => { open.result.close(); done(); }; }; })""")
    act(page, "update")
    page.wait_for_timeout(1500)
    wait_for(page, "ready", newest(publisher).token)
    assert_same(page, host, publisher)


def test_slots_that_vanished_are_fetched_again(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    page.evaluate("""new Promise(done => { const open = indexedDB.open("guide:/guide/"); open.onsuccess = () => {
        const change = open.result.transaction("slots", "readwrite");
        change.objectStore("slots").clear();
        change.oncomplete = () => { open.result.close(); done(); }; }; })""")
    act(page, "update")
    page.wait_for_timeout(500)
    wait_for(page, "ready", newest(publisher).token)
    assert host.taken("/chrome/")
    assert_same(page, host, publisher)


def test_evicted_store_says_what_to_do(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    page.evaluate("new Promise(done => { indexedDB.deleteDatabase('guide:/guide/').onsuccess = () => done(); })")
    page.goto(host.url("guide/index.html"))
    assert "can be downloaded again" in page.locator(".guide-note").inner_text()
    page.goto(host.url(OFFLINE))
    act(page, "install")
    wait_for(page, "ready", newest(publisher).token)
    assert_same(page, host, publisher)


def test_clock_that_is_wrong_by_years_changes_nothing(page: Page, host: Host, publisher: Publisher) -> None:
    page.clock.set_fixed_time("2041-01-01")
    install(page, host)
    page.clock.set_fixed_time("2001-01-01")
    for number, year in enumerate((2041, 2001)):  # the worker believes that it looked for news in that year
        page.evaluate(CHECKED, year)
        new = edit(publisher, STORY if number == 0 else b"tale 0", b"tale %d" % number)
        page.goto(host.url("guide/place/index.html"))
        wait_for(page, "ready", new.token)
    page.goto(host.url(OFFLINE))
    assert_same(page, host, publisher)


CHECKED = """year => new Promise(done => { const open = indexedDB.open("guide:/guide/"); open.onsuccess = () => {
    const change = open.result.transaction("state", "readwrite"), store = change.objectStore("state");
    store.get("state").onsuccess = event => {
        store.put({...event.target.result, checked: Date.UTC(year, 0)}, "state");
    };
    change.oncomplete = () => { open.result.close(); done(); }; }; })"""
