"""Search in a browser: visited, from a disk, and kept on the device with the host gone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest
from playwright.sync_api import expect

from tests.conftest import SLUG, SpaceFiles, content_type, entry, locale
from tests.reader.browser.device import act, wait_for
from tests.reader.browser.host import Host
from tests.search.guides import build, make_lisbon
from tests.search.queries import ASKED, LISBON, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Open = Callable[[str], Page]

PREFIXES = {"en-US": "", "de-DE": "de-DE/", "ar": "ar/"}
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PATIENCE = 20_000


@contextmanager
def tab(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """Yield a tab of a new device, and what its console says."""
    context = browser.new_context()
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page, said
    context.close()


def ask(page: Page, query: str) -> list[str]:
    """Type a query and return the addresses of the results, in order."""
    page.locator("[data-guide-search] input").fill(query)
    return answered(page, query)


def answered(page: Page, query: str) -> list[str]:
    """Return the addresses of the results of a query, once they are all there."""
    box = page.locator("[data-guide-search]")
    expect(box).to_have_attribute("data-guide-search-done", query, timeout=PATIENCE)
    expect(box).not_to_have_attribute("data-guide-search-preparing", "", timeout=PATIENCE)
    return [link.get_attribute("href") or "" for link in page.locator("#search\\.results li > a").all()]


def wrong(page: Page, base: str) -> list[tuple[str, str, list[str]]]:
    """Return language, query and results for each query of the bundled guide whose first result is another."""
    found = []
    for code, queries in LISBON.items():
        page.goto(f"{base}{PREFIXES[code]}search/index.html")
        for query, first in queries.items():
            results = [link.removeprefix(base) for link in ask(page, query)]
            if results[:1] != ([f"{PREFIXES[code]}{first}/index.html"] if first else []):
                found.append((code, query, results[:3]))
    return found


@pytest.fixture
def host(lisbon: Path) -> Iterator[Host]:
    """A host of the bundled guide with the policy that the reference recommends."""
    with Host({"/guide/": lisbon / "site"}, headers={"Content-Security-Policy": POLICY}) as made:
        yield made


def test_there_are_sixty_queries_of_each_kind() -> None:
    assert (sum(map(len, LISBON.values())), sum(map(len, ASKED.values()))) == (60, 60)


def test_visited_guide_is_searched_under_a_strict_policy(browser: Browser, host: Host) -> None:
    with tab(browser) as (page, said):
        assert wrong(page, f"http://127.0.0.1:{host.port}/guide/") == []
        assert said == []


def test_guide_on_a_disk_is_searched(browser: Browser, lisbon: Path) -> None:
    with tab(browser) as (page, said):
        assert wrong(page, f"{(lisbon / 'site').as_uri()}/") == []
        assert said == []


def install(page: Page, base: str) -> None:
    """Keep the guide on the device, in all its languages."""
    page.goto(f"{base}offline/index.html")
    for choice in page.locator("[data-guide-locale]").all():
        choice.check()
    act(page, "install")
    expect(page.locator("html")).to_have_attribute("data-guide", "ready", timeout=PATIENCE)


def test_kept_guide_is_searched_without_any_request_when_its_host_is_gone(browser: Browser, host: Host) -> None:
    with tab(browser) as (page, said):
        base = f"http://127.0.0.1:{host.port}/guide/"
        install(page, base)
        before = len(host.exchanges)
        host.stop()
        assert wrong(page, base) == []
        assert [message for message in said if "ERR_CONNECTION_REFUSED" not in message] == []
        host.start()
        assert len(host.exchanges) == before


def test_changed_word_is_found_after_an_update_and_the_old_one_is_not(browser: Browser, tmp_path: Path) -> None:
    root = make_lisbon(tmp_path / "guide")
    file = root / "space" / "entries" / "place" / "estufa-fria.json"
    with tab(browser) as (page, _), Host({"/guide/": root / "site"}) as host:
        base = f"http://127.0.0.1:{host.port}/guide/"
        install(page, base)
        page.goto(f"{base}search/index.html")
        assert len(ask(page, "wooden slats")) == 1
        file.write_text(file.read_text("utf-8").replace("wooden slats", "quixotic slats"), "utf-8")
        build(root)
        page.goto(f"{base}offline/index.html")
        token = page.locator("html").get_attribute("data-guide-token") or ""
        act(page, "update")
        expect(page.locator("html")).not_to_have_attribute("data-guide-token", token, timeout=PATIENCE)
        wait_for(page, "ready")
        host.stop()
        page.goto(f"{base}search/index.html")
        assert [link.removeprefix(base) for link in ask(page, "quixotic")] == ["place/estufa-fria/index.html"]
        page.goto(f"{base}search/index.html")
        assert "place/estufa-fria/index.html" not in {link.removeprefix(base) for link in ask(page, "wooden")}


def test_device_orders_results_as_the_files_of_a_visited_site(browser: Browser, host: Host, lisbon: Path) -> None:
    queries = ["belem", "church", "garden tower", "river", "jardim", "cafe"]
    with tab(browser) as (page, _), tab(browser) as (disk, _):
        base, other = f"http://127.0.0.1:{host.port}/guide/", f"{(lisbon / 'site').as_uri()}/"
        install(page, base)
        page.goto(f"{base}search/index.html")
        disk.goto(f"{other}search/index.html")
        for query in queries:
            kept, visited = ask(page, query), ask(disk, query)
            assert [link.removeprefix(base) for link in kept] == [link.removeprefix(other) for link in visited]
            assert len(kept) > 1


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A guide in languages of several scripts."""
    root = tmp_path_factory.mktemp("world")
    space = SpaceFiles(root / "space")
    codes = ["en-US", *TEXTS]
    model = content_type("place", ("title", "Symbol"), SLUG, ("body", "Text"))
    locales = [locale(code, default=code == "en-US") for code in codes]
    space.put_model(model, locales=locales)
    for code, texts in TEXTS.items():
        for number, (title, body) in enumerate(texts):
            name = f"{code.lower()}{number}"
            made = entry("place", name, slug=name)
            made["fields"] |= {"title": {code: title}, "body": {code: body}}
            space.put(made)
    (root / "site.yaml").write_text("title: World\nsource: {local: space}\noffline: false\n", "utf-8")
    build(root)
    return root


def folded(text: str) -> str:
    """Return a text as a plain scan compares it: without accents and capitals, dotless i as i."""
    bare = normalize("NFKD", normalize("NFKC", text).lower().replace("ı", "i"))
    return normalize("NFC", "".join(sign for sign in bare if not "\u0300" <= sign <= "\u036f"))


@pytest.mark.parametrize("code", list(TEXTS))
def test_every_text_with_the_words_is_found_in_other_scripts(browser: Browser, world: Path, code: str) -> None:
    with tab(browser) as (page, said):
        base = f"{(world / 'site').as_uri()}/"
        page.goto(f"{base}{code}/search/index.html")
        for query in ASKED[code]:
            texts = [folded(f"{title} {body}") for title, body in TEXTS[code]]
            wanted = {number for number, text in enumerate(texts) if folded(query) in text}
            links = [link.removeprefix(f"{base}{code}/place/") for link in ask(page, query)]
            found = {int(link.removeprefix(code.lower()).split("/")[0]) for link in links}
            assert wanted, query
            assert found >= wanted, query
        assert said == []


def test_slash_opens_search_and_the_keyboard_leads_to_a_result_and_back(browser: Browser, host: Host) -> None:
    with tab(browser) as (page, _):
        base = f"http://127.0.0.1:{host.port}/guide/"
        page.goto(f"{base}place/rossio/index.html")
        page.keyboard.press("/")
        page.wait_for_url("**/search/index.html")
        page.keyboard.type("alfama")
        results = answered(page, "alfama")
        assert page.url == f"{base}search/index.html?q=alfama"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(results[0])
        page.go_back()
        assert answered(page, "alfama") == results
        assert page.locator("[data-guide-search] input").input_value() == "alfama"


def test_results_are_grouped_by_type_with_the_line_that_matches_and_its_words_marked(
    browser: Browser, host: Host
) -> None:
    with tab(browser) as (page, _):
        page.goto(f"http://127.0.0.1:{host.port}/guide/search/index.html?q=wooden+slats")
        answered(page, "wooden slats")
        group = page.locator("#search\\.results section[data-type=place]")
        expect(group.locator("h2")).to_have_text("Place")
        assert group.locator("p mark").all_inner_texts() == ["wooden", "slats"]
        expect(page.locator("[data-guide-search-status]")).to_have_attribute("role", "status")
        expect(page.locator("[data-guide-search-status]")).to_have_text("Results: 1")


def test_empty_result_offers_the_nearest_words(browser: Browser, lisbon: Path) -> None:
    with tab(browser) as (page, _):
        page.goto(f"{(lisbon / 'site').as_uri()}/search/index.html")
        assert ask(page, "monaztiriez") == []
        words = page.locator("#search\\.results button")
        assert "monasteries" in [word.lower() for word in words.all_inner_texts()]
        words.first.click()
        page.wait_for_function("document.querySelector('#search\\\\.results li')")
