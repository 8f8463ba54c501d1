"""The same guide in Firefox and in WebKit, Safari's engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.reader.browser.device import READ, shas
from tests.reader.browser.engines import Engine, firefox, webkit
from tests.reader.browser.test_chromium import OFFLINE, newest
from tests.reader.browser.test_situations import STORES, retire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reader.browser.host import Host
    from tests.reader.browser.small_publisher import Publisher


@pytest.fixture(params=[firefox, webkit], ids=["firefox", "webkit"], scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each browser engine in turn."""
    with request.param() as started:
        yield started


def wait_for(engine: Engine, state: str, token: str = "") -> None:
    """Wait until the page reports a state of the device and the token it reads."""
    body = """const html = document.documentElement;
        const there = () => html.dataset.guide === STATE && (!TOKEN || html.dataset.guideToken === TOKEN);
        for (let i = 0; i < 300 && !there(); i++) await new Promise(done => setTimeout(done, 100));
        const errors = [...document.querySelectorAll("[data-guide-text=error]")].map(part => part.textContent);
        return JSON.stringify([{...html.dataset}, errors]);"""
    got = json.loads(engine.run(body.replace("STATE", json.dumps(state)).replace("TOKEN", json.dumps(token))))
    assert got[0]["guide"] == state, got
    assert got[0].get("guideToken", "") == (token or got[0].get("guideToken", "")), got


def act(engine: Engine, name: str) -> None:
    """Click the control of an action."""
    engine.run(f"document.querySelector('[data-guide-action={name}]').click()")


def test_guide_is_installed_updated_read_without_network_and_removed(
    engine: Engine, host: Host, publisher: Publisher
) -> None:
    engine.goto(host.url(OFFLINE))
    wait_for(engine, "none")
    act(engine, "install")
    wait_for(engine, "ready", newest(publisher).token)
    assert_same(engine, host, publisher)
    word = publisher.publish(newest(publisher).edited("place/place-3/index.html", b"A story", b"A tale"))
    host.clear()
    act(engine, "update")
    wait_for(engine, "ready", word.token)
    [exchange] = host.taken()
    assert exchange.both <= 1150
    number = next(n for n, text in enumerate(word.slots) if b"FOOT" in text)
    foot = publisher.publish(word.with_slot(number, word.slots[number].replace(b"FOOT", b"END")))
    act(engine, "update")
    wait_for(engine, "ready", foot.token)
    assert_same(engine, host, publisher)
    host.stop()
    engine.goto(host.url("guide/place/place-3/?from=mail"))
    wait_for(engine, "ready", foot.token)
    assert engine.run("return document.querySelector('p').textContent").startswith("A tale of place 3")
    engine.goto(host.url(OFFLINE))
    wait_for(engine, "ready")
    act(engine, "remove")
    wait_for(engine, "none")
    host.start()
    assert engine.run("return (await navigator.serviceWorker.getRegistrations()).length") == 0


def test_farewell_takes_the_guide_away(engine: Engine, host: Host, publisher: Publisher) -> None:
    engine.goto(host.url(OFFLINE))
    wait_for(engine, "none")
    act(engine, "install")
    wait_for(engine, "ready", newest(publisher).token)
    retire(publisher, '"https://new.example.org/"')
    act(engine, "update")
    shown = """for (let i = 0; i < 300 && !document.querySelector(".guide-note a"); i++)
            await new Promise(done => setTimeout(done, 100));
        return document.querySelector(".guide-note a").href;"""
    assert engine.run(shown) == "https://new.example.org/"
    engine.run("await fetch('../style.css')")
    assert engine.run(f"return await {STORES}") == []
    assert engine.run("return (await navigator.serviceWorker.getRegistrations()).length") == 0


def test_private_window_reads_and_keeps_the_guide_while_it_is_open(host: Host, publisher: Publisher) -> None:
    text = "return document.querySelector('p').textContent"
    with firefox("private") as engine:
        engine.goto(host.url("guide/place/place-3/"))
        wait_for(engine, "none")
        assert engine.run(text).startswith("A story of place 3")
        assert host.taken() == []
        engine.goto(host.url(OFFLINE))
        act(engine, "install")
        wait_for(engine, "ready", newest(publisher).token)
        host.stop()
        engine.goto(host.url("guide/place/place-3/"))
        wait_for(engine, "ready")
        assert engine.run(text).startswith("A story of place 3")
    host.start()
    with firefox("private") as engine:  # nothing has stayed
        engine.goto(host.url(OFFLINE))
        wait_for(engine, "none")


def assert_same(engine: Engine, host: Host, publisher: Publisher) -> None:
    """Assert that with the server stopped the device answers every file of the site, byte for byte."""
    host.stop()
    expected = shas(publisher.site)
    got = engine.run(f"return ({READ})({json.dumps([[path, host.url('guide/') + path] for path in expected])})")
    assert got == expected
    host.start()
