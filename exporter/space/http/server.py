"""The endpoint's HTTP server: threading, on the loopback by default."""

from __future__ import annotations

import gzip
import sqlite3
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal

from exporter.core.cache_database import remove_cache
from exporter.core.encoding import digest
from exporter.core.errors import ConfigError
from exporter.core.web_access import OwnNames
from exporter.space.changelog import ChangeLog
from exporter.space.http.answers import Space
from exporter.space.http.faults import Faults
from exporter.space.refusals import Answer, RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from exporter.space.folder import Source

_WORTH_PACKING = 1000
"""Bytes of a body beyond which it is compressed."""
_TOO_MANY = (
    "You have exceeded the rate limit of the Organization this Space belongs to by making too many API requests "
    "within a short timespan. Please wait a moment before trying the request again."
)
_HTML = b"<!DOCTYPE html><html><head><title>503 between bytes timeout</title></head><body>Error 503</body></html>"


@dataclass(frozen=True)
class Listening:
    """How an endpoint listens.

    `port` 0 picks a free one; `allowed` are more host names to answer to; `access_token` None accepts any. It looks for
    edits at every request (`always`), only at the start (`once`), or when the file system reports one (`watch`). With
    `keep`, what it sees goes into the log's file; otherwise into a copy in memory. With `own_urls` it names itself as
    the host of the assets' files.
    """

    port: int = 0
    host: str = "127.0.0.1"
    allowed: tuple[str, ...] = ()
    access_token: str | None = None
    look: Literal["always", "once", "watch"] = "always"
    faults: Faults = field(default_factory=Faults)
    keep: bool = True
    own_urls: bool = False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Endpoint
    server_version = "contentful-exporter"
    timeout = 60
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        host = self.headers.get("Host", "")
        if not self.server.names.include(host, str(self.connection.getsockname()[0])):
            message = f"This endpoint does not answer to that Host: ask for {self.server.url}, or use --allow-host"
            self._send(RefusalError(403, "AccessDenied", message).answer)
        else:
            self._send(self._fault() or self._answer(host))

    def _answer(self, host: str) -> Answer:
        try:
            with self.server.turn:
                return self.server.space.answer(self.path, self.headers.get("Authorization", ""), f"http://{host}")
        except (OSError, ValueError, RecursionError, ConfigError, sqlite3.Error) as error:
            return RefusalError(500, "ServerError", f"The space cannot be read: {error}").answer

    def _fault(self) -> Answer | None:
        """Return the response of a fault that hits this request; None to answer it."""
        with self.server.turn:
            if self.server.faults.hits("unavailable"):
                return Answer(503, _HTML, "text/html")
            if self.server.faults.hits("rate-limit"):
                refusal = RefusalError(429, "RateLimitExceeded", _TOO_MANY)
                return refusal.answer.with_headers({"X-Contentful-RateLimit-Reset": "1"})
        return None

    def _send(self, answer: Answer) -> None:
        packed = len(answer.body) > _WORTH_PACKING and "gzip" in self.headers.get("Accept-Encoding", "")
        tag = f'{"W/" if packed else ""}"{digest(answer.body).hex()}"'
        fresh = answer.status == 200 and self.headers.get("If-None-Match", "").removeprefix("W/") == tag.removeprefix(
            "W/"
        )
        body = b"" if fresh else gzip.compress(answer.body, 6, mtime=0) if packed else answer.body
        self.send_response(304 if fresh else answer.status)
        headers = {"Content-Type": answer.content_type, "Content-Length": str(len(body)), "ETag": tag, **answer.headers}
        for name, value in (headers | ({"Content-Encoding": "gzip"} if packed and not fresh else {})).items():
            self.send_header(name, value)
        self.end_headers()
        self._write(body)

    def _write(self, body: bytes) -> None:
        with self.server.turn:
            cut, slow = self.server.faults.hits("cut"), self.server.faults.hits("slow")
        if cut:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
        elif slow:
            for start in range(0, len(body), step := len(body) // 10 + 1):
                self.wfile.write(body[start : start + step])
                self.wfile.flush()
                time.sleep(0.1)
        else:
            self.wfile.write(body)

    def handle(self) -> None:
        """Handle a connection; a client that disconnects is no error."""
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Log nothing: standard output belongs to the run's report."""


class Endpoint(ThreadingHTTPServer):
    """A space that listens.

    Invariant: whoever touches the space or the faults holds `turn`, since the change log is one database connection.
    """

    daemon_threads = True

    def __init__(self, space: Space, listening: Listening) -> None:
        super().__init__((listening.host, listening.port), _Handler)
        self.space = space
        self.faults = listening.faults
        self.names = OwnNames(self.server_address[1], listening.host, listening.allowed)
        self.turn = threading.Lock()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{self.server_address[0]!s}:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The base address, as `source.url` has it."""
        return f"http://{self.address}"

    def follow(self, paths: Iterable[str] | None) -> None:
        """Look for changes at some paths, or all; files that cannot be read wait for the next edit."""
        try:
            with self.turn:
                self.space.follow(paths)
        except (OSError, ConfigError):
            return

    def wait(self) -> None:
        """Wait until the process is stopped."""
        threading.Event().wait()


@contextmanager
def open_endpoint(source: Source, log_file: Path, listening: Listening | None = None) -> Iterator[Endpoint]:
    """Listen while the block runs, with the change log in `log_file`. Raises ConfigError if the port is taken."""
    listening = listening or Listening()
    if listening.keep:
        log_file.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        space = _open_space(source, log_file, listening, stack)
        endpoint = stack.enter_context(_listen(space, listening))
        threading.Thread(target=endpoint.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        stack.callback(endpoint.shutdown)
        if listening.look == "watch":
            from exporter.space.watch import watching

            stack.enter_context(watching(source.root, endpoint.follow))
        yield endpoint


def _open_space(source: Source, log_file: Path, listening: Listening, stack: ExitStack) -> Space:
    """Open the log and look at the files; a log that turns out to be broken is replaced."""

    def opened(log: ChangeLog) -> Space:
        always = listening.look == "always"
        return Space(source, log, listening.access_token, listening.faults, follows=always, own_urls=listening.own_urls)

    log = stack.enter_context(closing(ChangeLog(log_file, source, keep=listening.keep)))
    try:
        return opened(log)
    except sqlite3.DatabaseError:
        log.close()
    if listening.keep:
        remove_cache(log_file)
    log = stack.enter_context(closing(ChangeLog(log_file if listening.keep else None, source)))
    return opened(log)


def _listen(space: Space, listening: Listening) -> Endpoint:
    try:
        return Endpoint(space, listening)
    except OSError as error:
        message = (
            f"{listening.host} port {listening.port} is not available ({error.strerror}): choose another with --port, "
            "or check --host"
        )
        raise ConfigError("port-taken", message) from None
