"""A guide with the built-in theme under a strict Content-Security-Policy: no kind of page breaks it, in any engine."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from exporter.cli.commands import run
from exporter.scaffold.headers import HEADERS as OF_HOSTS
from tests.conftest import DEMO
from tests.reader.browser.device import READ, shas
from tests.reader.browser.engines import Engine, firefox, webkit
from tests.reader.browser.host import Fault, Host
from tests.reader.browser.test_chromium import install
from tests.reader.browser.test_engines import act, wait_for
from tests.reader.browser.test_histories import Chromium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.reader.browser.small_publisher import Publisher

POLICY = OF_HOSTS["Content-Security-Policy"]
REPORTED = f"{POLICY}; report-uri /report"
HEADERS = {**OF_HOSTS, "Content-Security-Policy": REPORTED}
FOR_MACHINES = ("feed.xml", "sitemap.xml", "robots.txt", ".exporter")
"""Files that no reader opens: they do not travel to the device."""
BAD = '<!doctype html><title>A page that breaks the policy</title><p style="color: red">red</p>'
TABLE = "\n\n| a | b |\n| :-: | --: |\n| 1 | 2 |\n"


@pytest.fixture(params=["chromium", "firefox", "webkit"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each browser engine in turn."""
    with contextlib.ExitStack() as stack:
        if request.param == "chromium":
            browser: Browser = request.getfixturevalue("chromium")
            context = browser.new_context()
            stack.callback(context.close)
            yield Chromium(context.new_page())
        else:
            yield stack.enter_context({"firefox": firefox, "webkit": webkit}[request.param]())


def build(root: Path, url: str) -> None:
    """Build the guide for its address on the host."""
    (root / "site.yaml").write_text(
        f'title: Lisbon\ndescription: A guide.\ntheme: {{accent: "#0b6e4f"}}\nbase_url: {url}\n'
        f"locales: [en-US, de-DE, ar]\nsource: {{local: {root.parent / 'space'}}}\n",
        "utf-8",
    )
    assert run(["-C", str(root), "-q", "build"]) == 0


def edit(space: Path, path: str, **fields: Any) -> None:
    """Change fields of an entry in the default locale."""
    file = space / "entries" / path
    entry = json.loads(file.read_bytes())
    for name, value in fields.items():
        entry["fields"][name]["en-US"] = value(entry["fields"][name]["en-US"])
    file.write_text(json.dumps(entry), "utf-8")


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The folder of a guide over a copy of the demo, with the theme alone."""
    shutil.copytree(DEMO, tmp_path / "space")
    edit(tmp_path / "space", "place/a-brasileira.json", body=lambda text: text + TABLE)
    root = tmp_path / "guide"
    (root / "templates/static").mkdir(parents=True)
    (root / "templates/static/bad.html").write_text(BAD, "utf-8")
    return root


def kinds(site: Path) -> list[str]:
    """Return some pages of every kind in every locale."""
    found: dict[tuple[str, ...], str] = {}
    for file in sorted(site.rglob("*.html")):
        path = PurePosixPath(file.relative_to(site))
        if "updates" not in path.parts and path.name != "bad.html":
            kind = "moved" if b"http-equiv" in file.read_bytes() else "page"
            found.setdefault((kind, *path.parts[:-2], str(len(path.parts))), str(path))
    return list(found.values())


def open_all(engine: Engine, host: Host, site: Path, state: str) -> None:
    """Open pages of every kind, which have to say that the device is in a state."""
    for path in kinds(site):
        engine.goto(host.url("g/" + path))
        if b"http-equiv" in (site / path).read_bytes():
            leave(engine, host.url("g/" + path))
        wait_for(engine, state)


def leave(engine: Engine, url: str) -> None:
    """Wait until the page at an address has sent the reader on; in between there is none to ask."""
    for _ in range(200):
        with contextlib.suppress(AssertionError, OSError, PlaywrightError):
            if engine.run("return document.readyState === 'complete' && location.href") not in (False, url):
                return
        time.sleep(0.05)
    raise TimeoutError(url)


def test_no_kind_of_page_breaks_a_strict_policy_before_and_after_the_install(engine: Engine, demo: Path) -> None:
    site = demo / "site"
    with Host({"/g/": site}, headers=HEADERS) as host:
        build(demo, host.url("g/"))
        assert any(b'class="align-right"' in (site / path).read_bytes() for path in kinds(site))
        open_all(engine, host, site, "none")
        engine.goto(host.url("g/offline/index.html"))
        engine.run("document.querySelectorAll('input[data-guide-locale]').forEach(box => { box.checked = true; })")
        act(engine, "install")
        wait_for(engine, "ready", chains_of(site)["en-US"])
        edit(demo.parent / "space", "place/castelo-de-sao-jorge.json", slug=lambda slug: slug + "-2", title=str.upper)
        build(demo, host.url("g/"))
        act(engine, "update")
        wait_for(engine, "ready", chains_of(site)["en-US"])
        host.faults.append(Fault("^/g/", "drop", times=10**6))  # there is no network but for reports
        host.clear()
        open_all(engine, host, site, "ready")
        expected = {
            path: sha
            for path, sha in shas(site).items()
            if PurePosixPath(path).name not in FOR_MACHINES and not re.match(r"search/[^/]+/|.*\.(kml|geojson)$", path)
        }
        rows = json.dumps([[path, host.url("g/") + path] for path in expected])
        assert engine.run(f"return ({READ})({rows})") == expected
        policy = "return (await fetch(location.href)).headers.get('content-security-policy')"
        assert engine.run(policy) == REPORTED
        assert len(expected) > 250
        assert host.posted == []
        engine.goto(host.url("g/bad.html"))  # what the device serves is held to the policy, and a break is reported
        assert set(reported(host)) == {host.url("g/bad.html")}


def chains_of(site: Path) -> dict[str, str]:
    """Return the newest published tokens by locale."""
    table = json.loads((site / "updates/chains.json").read_bytes())["chains"]
    return {code: row["token"] for code, row in table.items()}


def reported(host: Host) -> list[str]:
    """Return the pages in the browser's reports, of which there has to be one within some seconds."""
    end = time.monotonic() + 10
    while not host.posted and time.monotonic() < end:
        time.sleep(0.05)
    return [json.loads(body)["csp-report"]["document-uri"] for body in host.posted]


def policy_of(page: Page) -> str | None:
    """Return the policy in the device's answer for the page that is open."""
    script = "fetch(location.href).then(answer => answer.headers.get('content-security-policy'))"
    found: str | None = page.evaluate(script)
    return found


def test_newer_worker_brings_the_policy_of_its_script(page: Page, host: Host, publisher: Publisher) -> None:
    host.headers["Content-Security-Policy"] = POLICY
    install(page, host)
    newer = f"{POLICY}; img-src 'self' data:"
    host.headers["Content-Security-Policy"] = newer
    assert policy_of(page) == POLICY
    script = publisher.site / "sw.js"
    script.write_text(script.read_text("utf-8") + "\n// newer\n", "utf-8")
    page.evaluate("""navigator.serviceWorker.getRegistration().then(async one => {
        const changed = new Promise(done => navigator.serviceWorker.addEventListener("controllerchange", done));
        await one.update(); await changed; })""")
    assert policy_of(page) == newer


@pytest.mark.parametrize("lost", ["evicted", "removed"])
def test_guide_that_is_installed_again_has_its_policy_again(page: Page, host: Host, lost: str) -> None:
    host.headers["Content-Security-Policy"] = POLICY
    install(page, host)
    if lost == "removed":
        act(Chromium(page), "remove")
        wait_for(Chromium(page), "none")
    else:
        page.evaluate("new Promise(done => { indexedDB.deleteDatabase('guide:/guide/').onsuccess = () => done(); })")
        page.reload()
    act(Chromium(page), "install")
    wait_for(Chromium(page), "ready")
    host.stop()
    assert policy_of(page) == POLICY
