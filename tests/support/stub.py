"""A space whose answers a test scripts: a plain function behind a real HTTP server on the loopback interface."""

from __future__ import annotations

import gzip
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Request:
    """A request that the server received."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]

    @property
    def last(self) -> str:
        """The last part of the path."""
        return self.path.rstrip("/").rsplit("/", 1)[-1]


@dataclass
class Reply:
    """The answer to a request: a JSON value, or bytes sent as they are."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Stub:
    """The running server: its URL and the requests it received."""

    url: str
    requests: list[Request]

    def requests_for(self, last: str) -> list[Request]:
        """Return the requests whose path ends in a word."""
        return [request for request in self.requests if request.last == last]


def listing(*items: Any) -> Reply:
    """Return the answer of a listing such as /locales."""
    return Reply({"sys": {"type": "Array"}, "total": len(items), "skip": 0, "limit": 1000, "items": list(items)})


def page(*items: Any, token: str, last: bool = True, base: str = "http://cdn.contentful.com/spaces/s") -> Reply:
    """Return a sync page; its link to the next page must not be followed as it is."""
    name = "nextSyncUrl" if last else "nextPageUrl"
    return Reply({"sys": {"type": "Array"}, "items": list(items), name: f"{base}/sync?sync_token={token}"})


def error(status: int, identifier: str, message: str = "", details: Any = None, **headers: str) -> Reply:
    """Return an error in the form of the service."""
    body = {"sys": {"type": "Error", "id": identifier}, "message": message, "requestId": "1"}
    return Reply(body | ({"details": details} if details is not None else {}), status, headers)


@contextmanager
def serve(script: Callable[[Request], Reply]) -> Iterator[Stub]:
    """Serve a script while the block runs."""
    received: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            request = Request(parts.path, query, dict(self.headers.items()))
            received.append(request)
            reply = script(request)
            body = reply.body if isinstance(reply.body, bytes) else gzip.compress(json.dumps(reply.body).encode())
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if not isinstance(reply.body, bytes):
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Stub(f"http://127.0.0.1:{server.server_address[1]}", received)
    finally:
        server.shutdown()
        server.server_close()
