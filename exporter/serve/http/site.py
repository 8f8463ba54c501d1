"""The files of site/ as answers to requests: current ones, with the script put into pages."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from exporter.build.client_files import farewell_worker
from exporter.build.output import MARKER
from exporter.core.containment import PlainFolders
from exporter.core.files import read_bytes
from exporter.pictures.offers import FOLDER
from exporter.serve.http.access import content_type, site_path
from exporter.serve.http.pages import own_page, with_mark, with_script

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.serve.changes import ChangeLog
    from exporter.serve.on_demand import OnDemand

CLIENT = Path(__file__).parent / "client"
_CLIENT_FILES = {"-/client.js": "client.js", "-/worker.js": "worker.js"}


@dataclass(frozen=True)
class Answer:
    """A response: status, media type, body, other headers."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def plain(status: int, words: str) -> Answer:
    """Return an answer of one sentence."""
    return Answer(status, "text/plain; charset=utf-8", f"{words}\n".encode())


@dataclass(frozen=True)
class ServedSite:
    """The folder site/ as it is served.

    With `offline`, the guide's own worker is served; otherwise one that removes itself, so that no guide that was
    installed from this address hides an edit. `mark` returns the words that stand on a page, "" for none. `lost` is
    called where site/ is no longer there, so that it is built again.
    """

    root: Path
    cache: Path
    demand: OnDemand
    log: ChangeLog
    offline: bool = False
    mark: Callable[[str], str] = lambda _path: ""
    lost: Callable[[], None] = lambda: None

    def answer(self, target: str) -> Answer:
        """Return what a GET of a target gets, after a wait if that is not current."""
        path = site_path(target)
        if path is None:
            return plain(403, "This address is refused: no file of the guide has it.")
        if path in _CLIENT_FILES:
            return self._file(path, read_bytes(CLIENT / _CLIENT_FILES[path]) or b"")
        if path == "sw.js" and not self.offline:
            return self._file(path, read_bytes(farewell_worker(self.cache, None)) or b"")
        page = f"{path}index.html" if path.endswith("/") or not path else path
        folder = f"{page}/index.html"
        if not (self.root / MARKER).exists():
            self.lost()
        self.demand.wait_for({page, folder} if page == path else {page})
        epoch = self.log.epoch  # before the file is read: what changes in between reloads the page
        data = self._read(page)
        if data is None and page.startswith(f"{FOLDER}/"):
            self.demand.wait_until_built()
            data = self._read(page)
        if data is not None:
            return self._page(200, page, data, epoch) if page.endswith(".html") else self._file(page, data)
        if page == path and self._read(folder) is not None:
            query = target.partition("?")[2]
            return Answer(302, "text/plain", b"", {"Location": f"/{quote(path)}/{f'?{query}' if query else ''}"})
        return self._missing(folder if page == path and "." not in path.rpartition("/")[2] else page, epoch)

    def _read(self, path: str) -> bytes | None:
        """Return the bytes of a plain file in plain folders that really lies under site/; None for anything else."""
        if PlainFolders(self.root).find(path) is None:
            return None
        real = os.path.realpath(self.root)
        if not os.path.realpath(self.root / path).startswith(real + os.sep):
            return None
        return read_bytes(self.root / path)

    def _page(self, status: int, path: str, data: bytes, epoch: int) -> Answer:
        mark = self.mark(path)
        marked = with_mark(data, mark) if mark else data
        return Answer(status, content_type("x.html"), with_script(marked, path, epoch))

    def _file(self, path: str, data: bytes) -> Answer:
        return Answer(200, content_type(path), data)

    def _missing(self, path: str, epoch: int) -> Answer:
        """Return the page for a file that is not there; it is reloaded once it is."""
        if self.demand.has_failed(path):
            words = "It was never rendered without an error. Mend what is shown below, and it comes by itself."
            return self._page(500, path, own_page("This page failed", words), epoch)
        own = self._read("404.html")
        data = own or own_page("Not found", f"The guide has no /{path.removesuffix('index.html')}.")
        return self._page(404, path, data, epoch)
