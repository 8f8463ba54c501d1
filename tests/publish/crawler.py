"""A crawler that reads a published guide page by page, and says what is named there and is not to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import html

from exporter.reader.encoding import inflate, load_object
from exporter.reader.since import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.publish.servers import Place

BASE = "https://guide.example.org/"


def dead_ends(files: dict[str, bytes]) -> list[str]:
    """Return what pages, the sitemap and the reader's files name and is not there."""
    return crawl(files.get, files)


def dead_ends_now(target: Place) -> list[str]:
    """Return the same of a target, in which somebody may be publishing meanwhile."""
    return crawl(target.read, target.paths())


def crawl(read: Callable[[str], bytes | None], paths: Iterable[str]) -> list[str]:
    """Follow links from the first page, the sitemap and the reader's files.

    What is missing counts if the file that names it does so still: it named it all the time then.
    """
    left = ["index.html", *(path for path in paths if path == "sitemap.xml" or path.endswith("/list.bin"))]
    left += [path for path in paths if "/since/" in path]
    seen, dead = {*left}, [] if read("index.html") is not None else ["index.html"]
    for path in left:  # which grows while it is walked
        data = read(path)
        for name in _named_in(path, data) if data is not None else ():
            if name in seen:
                continue
            if read(name) is None and name in _named_in(path, read(path) or b""):
                dead.append(f"{path}: {name}")
            seen.add(name)
            left.append(name)
    return dead


def _named_in(path: str, data: bytes) -> list[str]:
    """Return the files of the guide that a file names."""
    if not data:
        return []
    if path.endswith(".html"):
        found = html.fromstring(data).xpath("//a/@href | //img/@src | //script/@src | //link/@href")
        targets = [urldefrag(urljoin(BASE + path, str(address)))[0] for address in found]
        return [_page(urlsplit(target).path[1:]) for target in targets if target.startswith(BASE)]
    if path == "sitemap.xml":
        return [_page(part.partition("</loc>")[0]) for part in data.decode().split(f"<loc>{BASE}")[1:]]
    chain, _, name = path.rpartition("/")
    if name == "list.bin" and path.startswith("updates/"):
        listed = load_object(inflate(data))
        named = [f"chrome/{listed['chrome'][0]}", *(f"packs/{bucket[2]}" for bucket in listed["buckets"])]
        named += [f"index/{bucket[1]}" for bucket in listed["buckets"] if bucket[4]]
        return [f"{chain}/{one}.bin" for one in named]
    if chain.endswith("/since"):
        step = decode(data)
        named = [f"since/{step.to}", *(f"changes/{one}" for one, _, _ in step.packs)]
        return [f"{chain.removesuffix('/since')}/{one}.bin" for one in named]
    return []


def _page(name: str) -> str:
    return f"{name}index.html" if name.endswith("/") or not name else name
