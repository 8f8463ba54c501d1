"""The dev server's HTTP side: every request is checked first, then a file, the event stream or the webhook answers."""

from __future__ import annotations

import json
import select
import threading
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from exporter.core.web_access import is_foreign
from exporter.serve.http.site import Answer, ServedSite, plain
from exporter.serve.http.webhook import MOST_BYTES, PATH, Webhook

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from exporter.core.web_access import OwnNames
    from exporter.serve.changes import ChangeLog, News

EVENTS = "/-/events"
_SECONDS_A_LOOK = 1.0
"""Seconds after which a stream looks whether its browser has gone."""
_MOST_STREAMS = 100


class Streams:
    """The open event streams, each with the pages that its browser shows."""

    def __init__(self) -> None:
        self._open: dict[object, tuple[str, ...]] = {}
        self._turn = threading.Lock()

    @contextmanager
    def opened(self, pages: tuple[str, ...]) -> Iterator[bool]:
        """Count a stream while the block runs, which is given whether there is room for it."""
        stream = object()
        with self._turn:
            has_room = len(self._open) < _MOST_STREAMS
            if has_room:
                self._open[stream] = pages
        try:
            yield has_room
        finally:
            with self._turn:
                self._open.pop(stream, None)

    def pages(self) -> Collection[str]:
        """Return the pages that any browser shows."""
        with self._turn:
            return list(dict.fromkeys(page for pages in self._open.values() for page in pages))


@dataclass(frozen=True)
class Served:
    """What a server has: files and events of a guide (a watcher has neither), and the webhook."""

    webhook: Webhook
    site: ServedSite | None = None
    log: ChangeLog | None = None
    streams: Streams | None = None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    server_version = "contentful-exporter"
    sys_version = ""
    timeout = 120
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        served, path = self.server.served, self.path.partition("?")[0]
        if refused := self._refused(strict=path == EVENTS):
            self._send(refused)
        elif served.site is None or path == PATH:
            self._send(plain(404, "Not found"))
        elif path == EVENTS and served.log is not None and served.streams is not None:
            self._stream(served.log, served.streams)
        else:
            self._send(served.site.answer(self.path))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.close_connection = True  # what is left of a body must not be taken for the next request
        if refused := self._refused(strict=True):
            self._send(refused)
        elif self.path != PATH:
            self._send(plain(405, "Only GET is possible here."))
        elif refused := self.server.served.webhook.refused(self.headers):
            self._send(refused)
        elif isinstance(body := self._body(), Answer):
            self._send(body)
        else:
            self._send(self.server.served.webhook.answer(self.headers, body))

    def _refused(self, *, strict: bool) -> Answer | None:
        """Return the answer to who may not ask; `strict` is for what no page of another site may ask for."""
        host = self.headers.get("Host", "")
        if len(self.headers.get_all("Host", [])) != 1 or not self.server.names.include(host, self._arrived_at()):
            return plain(403, "This server does not answer to that Host; --allow-host NAME lets it.")
        if strict and is_foreign(host, self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")):
            return plain(403, "Pages of other sites may not ask for this.")
        return None

    def _arrived_at(self) -> str:
        return str(self.connection.getsockname()[0])

    def _body(self) -> bytes | Answer:
        """Return the body of a request, or the answer to one that is too large or of unknown length."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
            return plain(411, "Content-Length is missing.")
        if len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES:
            return plain(413, f"More than {MOST_BYTES} bytes.")
        return self.rfile.read(int(length))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self._send_headers(
            {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), **answer.headers}
        )
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _send_headers(self, headers: dict[str, str]) -> None:
        """Send headers: none of CORS, and one that keeps pages of other sites from using an answer as their script."""
        safe = {
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        for name, value in {**headers, **safe}.items():
            self.send_header(name, value)
        self.end_headers()

    def _stream(self, log: ChangeLog, streams: Streams) -> None:
        """Send events until the browser goes or the server ends."""
        self.close_connection = True
        query = parse_qs(self.path.partition("?")[2])
        pages = tuple(query.get("page", ()))
        with streams.opened(pages) as has_room:
            if not has_room:
                self._send(plain(503, "Too many browsers."))
                return
            self.send_response(200)
            self._send_headers({"Content-Type": "text/event-stream; charset=utf-8", "Connection": "close"})
            if self.command != "HEAD":
                self.wfile.write(b"retry: 500\n\n")
                self._send_events(log, frozenset(pages), self._first_epoch(query))

    def _first_epoch(self, query: dict[str, list[str]]) -> int:
        """Return where the stream begins: where the pages were read, or where a stream that broke had come to."""
        given = (query.get("epoch", [""])[0], self.headers.get("Last-Event-ID", ""))
        return max((int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 20), default=0)

    def _send_events(self, log: ChangeLog, pages: frozenset[str], epoch: int) -> None:
        failures = None
        while not self._is_gone():
            news = log.since(epoch, pages, failures)
            if news.changes or news.everything or news.failures is not None:
                self.wfile.write(_event(news))
            self.wfile.flush()
            failures = news.failures if news.failures is not None else failures
            epoch = news.epoch
            log.wait(epoch, failures, _SECONDS_A_LOOK)

    def _is_gone(self) -> bool:
        """Whether the browser has closed the connection, or the server ends."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) or self.server.is_ending

    def handle(self) -> None:
        """Handle a connection; a client that goes is no error."""
        with suppress(ConnectionError, TimeoutError):
            super().handle()

    def finish(self) -> None:
        """End a connection, on which nobody may listen any more."""
        with suppress(ConnectionError, TimeoutError):
            super().finish()

    def log_message(self, *_arguments: object) -> None:
        """Log nothing: the terminal has one line a round."""


def _event(news: News) -> bytes:
    data: dict[str, object] = {"epoch": news.epoch, "changes": dict(news.changes), "everything": news.everything}
    if news.failures is not None:
        data["failures"] = [asdict(failure) for failure in news.failures]
    return f"id: {news.epoch}\ndata: {json.dumps(data)}\n\n".encode()


class Server(ThreadingHTTPServer):
    """A server for one guide."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], names: OwnNames, served: Served) -> None:
        self.names = names
        self.served = served
        self.is_ending = False
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind without asking who this machine is, which can take seconds."""
        super(ThreadingHTTPServer, self).server_bind()


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Serve while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_ending = True
        if server.served.log is not None:
            server.served.log.wake()
        server.shutdown()
        server.server_close()
