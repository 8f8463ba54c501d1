"""Situations of readers: limits, open pages, two guides on one origin, languages, policies, a removed guide."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.reader.browser.device import CLIENT, POLICY, act, answered, guide, shas, site, wait_for
from tests.reader.browser.host import Host
from tests.reader.browser.test_chromium import OFFLINE, assert_same, install, newest

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.reader.browser.small_publisher import Guide, Publisher

STORY = b"A story of place 3"
STORES = "indexedDB.databases().then(all => all.map(one => one.name).sort())"


def edit(publisher: Publisher, old: bytes, new: bytes) -> Guide:
    return publisher.publish(newest(publisher).edited("place/place-3/index.html", old, new))


def retire(publisher: Publisher, to: str) -> None:
    """Put a farewell in place of the guide's updates and its worker."""
    shutil.rmtree(publisher.site / "updates")
    worker = (CLIENT / "farewell.js").read_text("utf-8").replace("const FAREWELL = null;", f"const FAREWELL = {to};")
    (publisher.site / "sw.js").write_text(worker, "utf-8")


def opened(context: BrowserContext, url: str) -> Page:
    tab = context.new_page()
    tab.goto(url)
    return tab


def test_small_update_is_applied_when_the_guide_is_opened(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    new = edit(publisher, STORY, b"A tale of place 3")
    tab = opened(page.context, host.url("guide/index.html"))
    wait_for(tab, "ready", new.token)
    tab.goto(host.url(OFFLINE))
    wait_for(tab, "ready")
    assert tab.locator("[data-guide-news] a").all_inner_texts() == ["The place 3 & all"]
    tab.locator("[data-guide-news] a").click()
    assert tab.url == host.url("guide/place/place-3/index.html")


def test_larger_update_asks_with_its_size_and_costs_that(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    publisher.apart = lambda path: path.startswith("place/place-3/")
    noise = "".join(chr(33 + i * i * 7919 % 89) for i in range(400000)).encode()
    new = edit(publisher, STORY, STORY + noise)
    [pack] = list((publisher.site / "updates/en-US/changes").iterdir())
    page.locator("[data-guide-limit]").fill("2000")
    page.locator("[data-guide-limit]").dispatch_event("change")
    host.clear()
    tab = opened(page.context, host.url("guide/index.html"))
    tab.locator(".guide-note[data-kind=pending]").wait_for()
    assert tab.locator("html").get_attribute("data-guide-token") == publisher.states["en-US"][0].token
    assert host.taken("/changes/") == []
    shown = tab.locator(".guide-note p").inner_text()
    assert f"{pack.stat().st_size / 1000:.1f}" in shown
    tab.get_by_role("button", name="Now").click()
    wait_for(tab, "ready", new.token)
    assert [exchange.body for exchange in host.taken("/changes/")] == [pack.stat().st_size]
    assert [exchange.body < 200 for exchange in host.taken("/since/")] == [
        True,
        True,
    ]  # the second asks for what was published since
    assert_same(page, host, publisher)


def test_steps_of_one_chain_are_applied_together(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    publisher.chain = True
    for i in range(5):
        edit(publisher, STORY if i == 0 else b"tale %d" % (i - 1), b"tale %d" % i)
    host.clear()
    act(page, "update")
    wait_for(page, "ready", newest(publisher).token)
    assert len(host.taken()) == 5
    assert_same(page, host, publisher)


def test_size_of_several_steps_is_known_before_they_are_taken(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    publisher.chain = True
    for i in range(4):
        noise = "".join(chr(33 + (n + i) ** 2 * 7919 % 89) for n in range(400000)).encode()
        edit(publisher, STORY if i == 0 else b"tale %d" % (i - 1), b"%s tale %d" % (noise, i))
    page.locator("[data-guide-limit]").fill("0")
    page.locator("[data-guide-limit]").dispatch_event("change")
    host.clear()
    tab = opened(page.context, host.url("guide/index.html"))
    tab.locator(".guide-note[data-kind=pending]").wait_for()
    assert len(host.taken("/since/")) == 1  # whose head tells its size; it is broken off
    shown = tab.locator(".guide-note p").inner_text()
    host.clear()
    tab.get_by_role("button", name="Now").click()
    wait_for(tab, "ready", newest(publisher).token)
    taken = host.taken()
    assert {one.path.split("/")[-2] for one in taken} == {"since"}
    spent = sum(one.body for one in taken[:4])
    assert f"{spent / 1000:.1f}".removesuffix(".0") in shown
    assert_same(page, host, publisher)


def test_open_page_whose_bytes_changed_shows_a_notice_and_stays(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    reading, other = (opened(page.context, host.url(f"guide/place/place-{n}/index.html")) for n in (3, 4))
    wait_for(reading, "ready")
    wait_for(other, "ready")
    new = edit(publisher, STORY, b"A tale of place 3")
    act(page, "update")
    wait_for(reading, "ready", new.token)
    reading.locator(".guide-note[data-kind=changed]").wait_for()
    assert reading.locator("p").first.inner_text().startswith("A story")
    assert other.locator(".guide-note[data-kind=changed]").count() == 0
    reading.get_by_role("button", name="Show the new page").click()
    reading.wait_for_function("document.querySelector('p').textContent.startsWith('A tale')")


def test_pages_keep_the_policy_that_the_worker_came_with(page: Page, host: Host, publisher: Publisher) -> None:
    host.headers["Content-Security-Policy"] = POLICY
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if "Content Security" in message.text else None)
    install(page, host)
    host.stop()
    page.goto(host.url("guide/place/place-3/index.html"))
    wait_for(page, "ready")
    assert page.evaluate("fetch(location.href).then(answer => answer.headers.get('content-security-policy'))") == POLICY
    host.start()
    edit(publisher, STORY, b"A tale of place 3")
    act_on_news = page.evaluate(
        "navigator.serviceWorker.ready.then(all => all.active.postMessage({job: 'update', asked: true}))"
    )
    assert act_on_news is None
    page.locator(".guide-note[data-kind=changed]").wait_for()
    assert broken == []


def test_urls_lead_to_the_same_pages_as_on_the_site(page: Page, host: Host) -> None:
    install(page, host)
    host.stop()
    for address, ends in {
        "guide/": "guide/",
        "guide": "guide",
        "guide/place/place-3": "guide/place/place-3/",
        "guide/place/?x=1#y": "guide/place/?x=1#y",
    }.items():
        if address == "guide":
            continue
        page.goto(host.url(address))
        assert page.url == host.url(ends)
    answer = page.goto(host.url("guide/no/such/page"))
    assert answer is not None
    assert answer.status == 404
    assert page.locator("h1").inner_text() == "Not here"


def test_two_guides_of_one_origin_share_nothing(page: Page, tmp_path: Path) -> None:
    outer, inner, third = (site(tmp_path / name, guide(places)) for name, places in (("outer", 5), ("a", 7), ("b", 9)))
    with Host({"/": outer.site, "/a/": inner.site, "/b/": third.site}) as host:
        for prefix in ("", "a/", "b/"):
            page.goto(host.url(prefix + "offline/index.html"))
            wait_for(page, "none")
            act(page, "install")
            wait_for(page, "ready")
        assert page.evaluate(STORES) == ["guide:/", "guide:/a/", "guide:/b/"]
        host.stop()
        for prefix, publisher in (("", outer), ("a/", inner), ("b/", third)):
            page.goto(host.url(prefix + "offline/index.html"))
            wait_for(page, "ready", newest(publisher).token)
            expected = shas(publisher.site)
            assert answered(page, host.url(prefix), list(expected)) == expected
        page.goto(host.url("a/offline/index.html"))
        wait_for(page, "ready")
        act(page, "remove")
        wait_for(page, "none")
        assert page.evaluate(STORES) == ["guide:/", "guide:/b/"]
        host.start()
        page.goto(host.url("a/place/place-6/index.html"))
        wait_for(page, "none")
        assert page.locator("h1").inner_text() == "The place 6 & all"


def test_guide_below_another_is_left_alone_though_it_is_not_installed(page: Page, tmp_path: Path) -> None:
    outer, inner = (site(tmp_path / name, guide(places)) for name, places in (("outer", 5), ("a", 7)))
    with Host({"/": outer.site, "/a/": inner.site}) as host:
        install(page, host, "offline/index.html")
        for path in ("", "index.html", "place/place-6/", "offline/index.html"):
            page.goto(host.url("a/" + path))
            wait_for(page, "none")
        paths = list(shas(inner.site))
        assert answered(page, host.url("a/"), paths) == {path: shas(inner.site)[path] for path in paths}
        assert page.evaluate(STORES) == ["guide:/"]
        host.stop()
        for path in ("a/", "a/place/place-1/index.html"):
            tab = (
                page.context.new_page()
            )  # the error's page comes late, and would break into the next address of its tab
            with pytest.raises(PlaywrightError, match=r"ERR_FAILED|ERR_CONNECTION_REFUSED"):  # the browser's own page
                tab.goto(host.url(path))
        answer = page.goto(host.url("b/place/"))  # nobody has ever seen a page there
        assert answer is not None
        assert (answer.status, page.locator("h1").inner_text()) == (404, "Not here")


def test_only_chosen_languages_are_stored_and_other_pages_say_so(page: Page, tmp_path: Path) -> None:
    codes = ("en-US", "de-DE")
    english, german = (guide(6, code, codes) for code in codes)
    shared = [path for path in german.records if not path.endswith(".html")]
    publisher = site(
        tmp_path / "site",
        english,
        replace(
            german,
            records={
                path: german.records[path] for path in german.records if path in shared or path.startswith("de-DE/")
            },
        ),
    )
    with Host({"/guide/": publisher.site}) as host:
        page.goto(host.url("guide/de-DE/offline/index.html"))
        wait_for(page, "none")
        page.locator("[data-guide-offer]").hover()
        page.locator("[data-guide-size=en-US]").filter(has_text="B").wait_for()
        act(page, "install")
        wait_for(page, "ready", newest(publisher, "de-DE").token)
        assert host.taken("/updates/en-US/") == []
        host.stop()
        page.goto(host.url("guide/place/place-1/index.html"))
        assert page.url.startswith(host.url("guide/de-DE/offline/index.html?needs="))
        assert "place/place-1" in page.locator(".guide-note[data-kind=needs]").inner_text()
        host.start()
        page.goto(host.url("guide/de-DE/offline/index.html"))
        wait_for(page, "ready")
        page.locator("[data-guide-locale=en-US]").check()
        act(page, "install")
        page.wait_for_function("document.querySelector('[data-guide=ready]')")
        page.goto(host.url("guide/index.html"))
        wait_for(page, "ready", newest(publisher).token)


def test_without_pictures_none_is_requested(page: Page, host: Host, publisher: Publisher) -> None:
    page.goto(host.url(OFFLINE))
    wait_for(page, "none")
    page.locator("[data-guide-pictures]").uncheck()
    act(page, "install")
    wait_for(page, "ready", newest(publisher).token)
    assert host.taken("/files/") == []
    new = publisher.publish(replace(newest(publisher), files={"files/castle.webp": b"another castle"}))
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert host.taken("/files/") == []
    page.locator("[data-guide-pictures]").check()
    act(page, "install")
    page.wait_for_timeout(1000)
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)


@pytest.mark.parametrize("to", ["null", "true", '"https://new.example.org/"'])
def test_retired_guide_is_removed_from_the_device_and_nothing_else(
    page: Page, host: Host, publisher: Publisher, to: str
) -> None:
    install(page, host)
    page.evaluate(
        """new Promise(done => { indexedDB.open("other").onsuccess = event => {
            event.target.result.close(); done(); }; })"""
    )
    retire(publisher, to)
    page.goto(host.url("guide/index.html"))
    wait_for(page, "none")
    if to == "null":
        assert page.locator(".guide-note").count() == 0
    else:
        assert "no longer kept" in page.locator(".guide-note").inner_text()
        assert page.locator(".guide-note a").count() == ("http" in to)
    assert page.evaluate(STORES) == ["other"]
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_page_that_opens_after_the_farewell_shows_it_and_leaves_nothing(
    page: Page, host: Host, publisher: Publisher
) -> None:
    install(page, host)
    retire(publisher, '"https://new.example.org/"')
    page.add_init_script(SLOW)
    page.goto(host.url("guide/index.html"))
    page.evaluate("navigator.serviceWorker.getRegistration().then(one => one.update())")
    page.wait_for_function("navigator.serviceWorker.getRegistration().then(one => !one)")
    page.evaluate("resume()")
    page.locator(".guide-note[data-kind=farewell] a").wait_for()
    assert page.locator(".guide-note").count() == 1
    page.evaluate("Promise.all([fetch('index.html'), fetch('style.css')])")
    assert page.evaluate(STORES) == []


SLOW = """navigator.serviceWorker.getRegistration = (ask => async root => {
    if (root) await new Promise(done => { self.resume = done; });
    return ask.call(navigator.serviceWorker, root);
})(navigator.serviceWorker.getRegistration);
self.BroadcastChannel = class {};"""
"""The page is slow: the worker's words are past when it listens, and it asks late whether there is a worker."""


def test_pages_are_readable_without_a_worker(context: BrowserContext, tmp_path: Path, publisher: Publisher) -> None:
    page = context.new_page()
    thrown: list[object] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.goto((publisher.site / "place/place-3/index.html").as_uri())
    assert page.locator("h1").inner_text() == "The place 3 & all"
    wait_for(page, "unsupported")
    page.goto((publisher.site / "offline/index.html").as_uri())
    wait_for(page, "unsupported")
    assert page.get_by_text("This browser cannot keep the guide").is_visible()
    assert thrown == []
    assert tmp_path


def test_pages_are_readable_without_scripts(chromium: Browser, host: Host) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(host.url("guide/place/place-3/"))
    assert page.locator("p").first.inner_text().startswith("A story of place 3")
    page.get_by_role("link", name="offline").click()
    assert "This browser cannot keep the guide" in page.locator("main, body").first.inner_text()
    assert page.locator("[data-guide-action]:visible").count() == 0
    context.close()
    assert host.taken() == []


@pytest.mark.parametrize(
    "refuse",
    [
        "navigator.serviceWorker.register = async () => { throw new DOMException('no', 'SecurityError'); };",
        "Object.defineProperty(Navigator.prototype, 'serviceWorker', {get: () => { throw new Error('no'); }});",
    ],
    ids=["refused", "blocked"],
)
def test_browser_that_lets_no_worker_in_shows_the_pages(page: Page, host: Host, refuse: str) -> None:
    thrown: list[object] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    page.add_init_script(refuse)
    page.goto(host.url(OFFLINE))
    act(page, "install")
    page.wait_for_function("/failed|unsupported/.test(document.documentElement.dataset.guide)")
    page.goto(host.url("guide/place/place-3/"))
    assert page.locator("p").first.inner_text().startswith("A story of place 3")
    assert thrown == []
    assert host.taken("/packs/") == []


def test_newer_worker_takes_over_while_a_page_is_being_read(page: Page, host: Host, publisher: Publisher) -> None:
    install(page, host)
    script = publisher.site / "sw.js"
    script.write_text(script.read_text("utf-8") + "\n// newer\n", "utf-8")
    page.evaluate("""navigator.serviceWorker.getRegistration().then(async one => {
        const changed = new Promise(done => navigator.serviceWorker.addEventListener("controllerchange", done));
        await one.update(); await changed; })""")
    assert_same(page, host, publisher)
    new = edit(publisher, STORY, b"A tale of place 3")
    act(page, "update")
    wait_for(page, "ready", new.token)
    assert_same(page, host, publisher)
