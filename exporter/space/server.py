"""The endpoint's HTTP face: a threading server on the loopback."""

from __future__ import annotations

import gzip
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from exporter.space.answers import Answer, Space
from exporter.space.changelog import ChangeLog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.space.folder import SpaceFolder

_WORTH_PACKING = 1000


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint
    timeout = 60
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        base = f"http://{self.headers.get('Host', self.server.address)}"
        with self.server.turn:
            answer = self.server.space.answer(self.path, dict(self.headers.items()), base)
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        packed = len(answer.body) > _WORTH_PACKING and "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(answer.body, 6, mtime=0) if packed else answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay silent: standard output belongs to the run's report."""


class Endpoint(ThreadingHTTPServer):
    """A space that listens. Requests take turns: the change log is one database."""

    daemon_threads = True

    def __init__(self, space: Space, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.space = space
        self.turn = threading.Lock()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The base address, as `source.url` has it."""
        return f"http://{self.address}"

    def wait(self) -> None:
        """Wait until the process is told to stop."""
        threading.Event().wait()


@contextmanager
def open_endpoint(
    folder: SpaceFolder, log_file: Path, port: int = 0, access_token: str | None = None
) -> Iterator[Endpoint]:
    """Listen on the loopback while the block runs, the log kept in `log_file`; port 0 takes a free one."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with closing(ChangeLog(log_file, folder)) as log, Endpoint(Space(folder, log, access_token), port) as endpoint:
        threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield endpoint
        finally:
            endpoint.shutdown()
