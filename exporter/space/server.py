"""The endpoint's HTTP face: a threading server on the loopback."""

from __future__ import annotations

import gzip
import sqlite3
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from exporter.errors import ConfigError
from exporter.space.answers import Space
from exporter.space.changelog import ChangeLog
from exporter.space.refusals import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.space.folder import SpaceFolder
    from exporter.space.refusals import Answer

_WORTH_PACKING = 1000


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint
    timeout = 60
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        base = f"http://{self.headers.get('Host', self.server.address)}"
        try:
            with self.server.turn:
                answer = self.server.space.answer(self.path, self.headers.get("Authorization", ""), base)
        except (OSError, ValueError, ConfigError, sqlite3.Error) as error:
            answer = RefusalError(500, "ServerError", f"The space cannot be read: {error}").answer
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
    """Listen on the loopback while the block runs, the log kept in `log_file`; port 0 takes a free one.

    Raises ConfigError where the port cannot be had.
    """
    log_file.parent.mkdir(parents=True, exist_ok=True)
    log, space = _open_space(folder, log_file, access_token)
    with closing(log), _listen(space, port) as endpoint:
        threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield endpoint
        finally:
            endpoint.shutdown()


def _open_space(folder: SpaceFolder, log_file: Path, access_token: str | None) -> tuple[ChangeLog, Space]:
    """Open the log and look at the files; a log that turns out broken is begun anew."""
    log = ChangeLog(log_file, folder)
    try:
        return log, Space(folder, log, access_token)
    except sqlite3.DatabaseError:
        log.close()
        log_file.unlink()
    log = ChangeLog(log_file, folder)
    return log, Space(folder, log, access_token)


def _listen(space: Space, port: int) -> Endpoint:
    try:
        return Endpoint(space, port)
    except OSError as error:
        raise ConfigError(
            "port-taken", f"port {port} cannot be had ({error.strerror}): take another by --port"
        ) from None
