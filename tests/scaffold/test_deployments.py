"""A guide as `init --host` and `build` make it, published on each kind of host by that host's own rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
import requests
from lxml import html

from exporter.scaffold.headers import HEADERS
from tests.conftest import Guide, entry
from tests.support.static_hosts import Rules, cloudfront, hosted, netlify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Outcome, SpaceFiles

HOSTS: dict[str, Callable[[Path], Rules]] = {
    "github": lambda _guide: Rules(prefix="/repository"),
    "gitlab": lambda _guide: Rules(prefix="/group/project"),
    "netlify": netlify,
    "s3": cloudfront,
}


@pytest.fixture(params=HOSTS)
def host(
    request: pytest.FixtureRequest, tmp_path: Path, space: SpaceFiles, call: Callable[..., Outcome]
) -> Iterator[tuple[str, Rules]]:
    """The address of a guide in which a page moved, on a host, and the rules of that host."""
    guide = Guide(tmp_path / "guide", call)
    assert call("init", str(guide.root), "--yes", "--local", str(space.root), "--host", request.param).code == 0
    settings = (guide.root / "site.yaml").read_text("utf-8")
    (guide.root / "site.yaml").write_text(f"{settings}base_url: https://guide.example.org/\n", "utf-8")
    guide.build()
    space.put(entry("place", "castle", 2, title="The castle", slug="fort"))
    guide.build()
    rules = HOSTS[request.param](guide.root)
    with hosted(guide.root / "site", rules) as url:
        yield url, rules


def links(url: str, text: str) -> set[str]:
    """Return what a page links to and loads, within the guide."""
    found = html.fromstring(text).xpath("//a/@href | //img/@src | //script/@src | //link[@rel='stylesheet']/@href")
    targets = {urldefrag(urljoin(url, address))[0] for address in found}
    return {target for target in targets if urlsplit(target).netloc == urlsplit(url).netloc}


def test_every_link_from_the_home_page_is_answered(host: tuple[str, Rules]) -> None:
    url, _ = host
    waiting, seen, broken = [url], {url}, []
    while waiting:
        page = waiting.pop()
        answer = requests.get(page, timeout=10)
        if answer.status_code != 200:
            broken.append(page)
        elif answer.headers["Content-Type"] == "text/html":
            new = links(page, answer.text) - seen
            seen |= new
            waiting += new
    assert broken == []
    assert len(seen) > 15


def test_page_that_moved_leads_to_its_new_address(host: tuple[str, Rules]) -> None:
    url, rules = host
    answer = requests.get(f"{url}place/castle/index.html", timeout=10, allow_redirects=False)
    if rules.redirects:
        assert (answer.status_code, answer.headers["Location"]) == (301, "/place/fort/")
        new = urljoin(answer.url, answer.headers["Location"])
    else:
        target = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
        assert target is not None
        new = urljoin(answer.url, target[1])
    assert "<h1>The castle</h1>" in requests.get(new, timeout=10).text


def test_address_without_a_page_gets_the_guides_own_page_and_404(host: tuple[str, Rules]) -> None:
    url, _ = host
    answer = requests.get(f"{url}nothing/here.html", timeout=10)
    assert (answer.status_code, "This page is not here" in answer.text) == (404, True)


def test_what_readers_devices_need_is_there_with_the_headers(host: tuple[str, Rules]) -> None:
    url, rules = host
    for path in ("sw.js", "updates/chains.json", "manifest.webmanifest", "offline/index.html"):
        answer = requests.get(f"{url}{path}", timeout=10)
        assert answer.status_code == 200, path
        wanted = HEADERS if rules.headers else {}
        assert {name: answer.headers.get(name) for name in wanted} == wanted, path
