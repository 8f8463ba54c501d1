"""How long a reader of an installed guide waits for the first page, with no network: nothing of the worker runs yet."""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.benchmarks.rounds import Limit, ensure
from tests.conftest import ARGUMENTS
from tests.reader.browser.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Playwright

PAGES_A_ROUND = 4
STATE = "state => document.documentElement.dataset.guide === state"
TIMING = "performance.getEntriesByType('navigation').map(one => [one.workerStart > 0, one.responseEnd])[0]"
STOPPED, LISTS, RESTARTED = "worker stopped, a page", "worker stopped, a list", "browser restarted, a page"


def compare_first_page(site: Path, places: int, rounds: int) -> tuple[str, list[Limit]]:
    """Install a guide in Chromium and open pages from cold; return the table and the limits.

    Milliseconds from the start of the navigation to the last byte of the page.
    """
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        host = stack.enter_context(Host({"/g/": site}))
        pages = [
            host.url(f"g/place/place-{n:06}/index.html")
            for n in random.Random(1).choices(range(places), k=PAGES_A_ROUND * rounds)
        ]
        lists = [host.url(f"g/{path}") for path in ("index.html", "place/index.html", "category/index.html")]
        with browser(playwright, profile) as context:
            install(context.pages[0], host)
            host.stop()
            found = {STOPPED: cold(context.pages[0], pages), LISTS: cold(context.pages[0], lists)}
        found[RESTARTED] = [first(playwright, profile, url) for url in pages[:rounds]]
    lines = ["| first page with no network | runs | median ms | longest ms |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {name} | {len(times)} | {statistics.median(times):.0f} | {max(times):.0f} |"
        for name, times in found.items()
    ]
    return "\n".join(lines), [Limit(f"{name}, ms", statistics.median(times), 100) for name, times in found.items()]


@contextmanager
def browser(playwright: Playwright, profile: str) -> Iterator[BrowserContext]:
    """Run Chromium with a profile that outlives it."""
    command = shutil.which("chromium")
    context = playwright.chromium.launch_persistent_context(profile, executable_path=command, args=ARGUMENTS)
    yield context
    context.close()


def install(page: Page, host: Host) -> None:
    """Install the guide."""
    page.goto(host.url("g/offline/index.html"))
    page.locator("[data-guide-action=install]").first.dispatch_event("click")
    page.wait_for_function(STATE, arg="ready", timeout=300_000)


def cold(page: Page, urls: list[str]) -> list[float]:
    """Open pages, each with the worker stopped before."""
    session = page.context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    times = []
    for url in urls:
        session.send("ServiceWorker.stopAllWorkers")
        time.sleep(0.5)
        times.append(opened(page, url))
    return times


def first(playwright: Playwright, profile: str, url: str) -> float:
    """Open a page in a browser that has just started."""
    with browser(playwright, profile) as context:
        time.sleep(2)
        return opened(context.pages[0], url)


def opened(page: Page, url: str) -> float:
    """Open a page; return the milliseconds until the worker had given all of it."""
    page.goto(url)
    from_worker, milliseconds = page.evaluate(TIMING)
    ensure(from_worker, f"{url}: not from the worker")
    page.wait_for_function(STATE, arg="ready")
    return float(milliseconds)
