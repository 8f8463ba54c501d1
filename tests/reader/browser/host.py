"""A plain static host on the loopback interface that counts bytes in both directions and simulates faults."""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import mimetypes
import re
import socket
import threading
import time
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEXT = {"text/html", "text/css", "application/javascript", "text/javascript", "application/json", "image/svg+xml"}
TYPES = {
    ".webmanifest": "application/manifest+json",
    ".bin": "application/octet-stream",
    ".js": "application/javascript",
}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer: bytes of the request, of the answer's head and of its body."""

    path: str
    status: int
    request: int
    head: int
    body: int

    @property
    def both(self) -> int:
        """Bytes in both directions, headers included."""
        return self.request + self.head + self.body


@dataclass
class Fault:
    """A fault for the next `times` requests whose path matches."""

    pattern: str
    kind: str
    times: int = 1
    seconds: float = 0.0


@dataclass
class Host:
    """A server of folders under their paths that answers as nginx 1.24 does with gzip level 6."""

    folders: dict[str, Path]
    port: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    rewrite: Callable[[bytes], bytes] | None = None
    delay: float = 0.0

    def __enter__(self) -> Self:
        self.lock = threading.Lock()
        self.kept: dict[str, bytes] = {}
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, again on the same port after a stop."""
        self.connections: set[socket.socket] = set()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self) -> None:
        """Stop listening and close all connections, as if the network were gone."""
        close(self.listener)
        with self.lock:
            for connection in self.connections:
                close(connection)

    def url(self, path: str = "") -> str:
        """Return the URL of a path."""
        return f"http://localhost:{self.port}/{path}"

    def accept(self, listener: socket.socket) -> None:
        """Serve each connection in a thread of its own."""
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Answer the requests of one connection until it ends."""
        try:
            for head, body in requests(connection):
                self.posted += [body] if body else []
                if not self.respond(connection, head):
                    break
        except OSError:
            pass
        close(connection)
        with self.lock:
            self.connections.discard(connection)

    def respond(self, connection: socket.socket, head: bytes) -> bool:
        """Answer one request; return whether the connection stays open."""
        method, target, *_ = head.split(b"\r\n", 1)[0].decode().split(" ")
        path = unquote(urlsplit(target).path)
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
        }
        fault = self.fault(path)
        time.sleep(self.delay)
        if fault == "drop":
            self.note(path, 0, head, b"", b"")
            return False
        status, kind, content = self.answer(path, fault)
        top, body = self.wire(path, status, kind, content, headers)
        if fault == "cut":
            body = body[: len(body) // 2]
        self.note(path, int(top.split(b" ", 2)[1]), head, top, body)
        connection.sendall(top + (b"" if method == "HEAD" else body))
        return fault != "cut"

    def fault(self, path: str) -> str:
        """Return the kind of fault to simulate now, after waiting if it is a stall."""
        with self.lock:
            found = next((fault for fault in self.faults if fault.times > 0 and re.search(fault.pattern, path)), None)
            if found is None:
                return ""
            found.times -= 1
        if found.kind == "stall":
            time.sleep(found.seconds)
            return "drop"
        if found.kind == "slow":
            time.sleep(found.seconds)
        return found.kind

    def answer(self, path: str, fault: str) -> tuple[int, str, bytes]:
        """Return status, media type and content of a path."""
        if fault == "missing":
            return 404, "text/html", b"<h1>404 Not Found</h1>"
        file = self.file(path)
        if file is None or fault == "html":
            return (
                (200, "text/html", b"<!doctype html><title>An app</title>")
                if fault == "html"
                else (404, "text/html", b"<h1>404 Not Found</h1>")
            )
        if file.is_dir():
            return 301, path + "/", b"<h1>301 Moved Permanently</h1>"
        kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        content = file.read_bytes()
        if fault == "stale":
            content = self.kept.setdefault(path, content)
        if fault == "wrong":
            middle = len(content) // 2
            content = content[:middle] + bytes([content[middle] ^ 0x55]) + content[middle + 1 :]
        if self.rewrite and kind == "text/html":
            content = self.rewrite(content)
        return 200, kind, content

    def file(self, path: str) -> Path | None:
        """Return the file or folder that a path names."""
        for prefix in sorted(self.folders, key=len, reverse=True):
            if path.startswith(prefix):
                file = self.folders[prefix] / path.removeprefix(prefix)
                file = file / "index.html" if path.endswith("/") else file
                return file if file.exists() else None
        return None

    def wire(self, path: str, status: int, kind: str, content: bytes, headers: dict[str, str]) -> tuple[bytes, bytes]:
        """Return head and body as nginx sends them."""
        lines = [
            f"HTTP/1.1 {status} {REASONS[status]}",
            "Server: nginx/1.24.0",
            f"Date: {email.utils.formatdate(usegmt=True)}",
        ]
        body, file = content, self.file(path)
        media = "text/html" if status == 301 else kind
        lines.append(f"Content-Type: {media}")
        if status == 200 and file is not None:
            stat = file.stat()
            tag = f'"{zlib.crc32(content):08x}-{len(content):x}"'  # as nginx makes it, but also different for two builds in one second
            zipped = media in TEXT and "gzip" in headers.get("accept-encoding", "")
            tag = "W/" + tag if zipped else tag
            body = gzip.compress(content, 6, mtime=0) if zipped else content
            lines += [f"Last-Modified: {email.utils.formatdate(stat.st_mtime, usegmt=True)}", f"ETag: {tag}"]
            lines += ["Content-Encoding: gzip", "Vary: Accept-Encoding"] if zipped else ["Accept-Ranges: bytes"]
            if headers.get("if-none-match") == tag:
                lines[0], body = "HTTP/1.1 304 Not Modified", b""
                lines = [line for line in lines if not line.startswith(("Content-", "Accept-", "Vary"))]
        if status == 301:
            lines.append(f"Location: {kind}")
        if not lines[0].endswith("304 Not Modified"):
            lines.append(f"Content-Length: {len(body)}")
        lines += ["Connection: keep-alive", *(f"{name}: {value}" for name, value in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode(), body

    def note(self, path: str, status: int, head: bytes, top: bytes, body: bytes) -> None:
        """Record one exchange."""
        with self.lock:
            self.exchanges.append(Exchange(path, status, len(head), len(top), len(body)))

    def taken(self, pattern: str = r"/updates/") -> list[Exchange]:
        """Return the exchanges whose path matches since the record was last cleared."""
        with self.lock:
            return [exchange for exchange in self.exchanges if re.search(pattern, exchange.path)]

    def clear(self) -> None:
        """Clear the record of exchanges."""
        with self.lock:
            self.exchanges.clear()


REASONS = {200: "OK", 301: "Moved Permanently", 404: "Not Found"}


def requests(connection: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """Yield the heads and bodies of successive requests; only a browser's reports have bodies."""
    waiting = b""
    while True:
        while b"\r\n\r\n" not in waiting or len(waiting) < length(waiting):
            got = connection.recv(65536)
            if not got:
                return
            waiting += got
        request, waiting = waiting[: length(waiting)], waiting[length(waiting) :]
        head, _, body = request.partition(b"\r\n\r\n")
        yield head + b"\r\n\r\n", body


def length(request: bytes) -> int:
    """Return the length of a request according to its head."""
    head, end, _ = request.partition(b"\r\n\r\n")
    size = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return len(head + end) + (int(size[1]) if size else 0)


def close(connection: socket.socket) -> None:
    """Close a connection even if another thread reads from it."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
