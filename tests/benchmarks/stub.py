"""A stub of the Sync API on the loopback interface: it sends ready answers from memory.

    python -m tests.benchmarks.stub FOLDER [--port N]

The folder is written by `tests.benchmarks.corpus.answers`. Prints `ready` and the port once it listens, by default on a
free one. `exporter space serve` answers the same requests and more, but it reads and packs the items of each page anew.
For an initial sync of 10,000 places it takes three times the processor time of the client, the stub a fiftieth.
"""

from __future__ import annotations

import argparse
import gzip
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.benchmarks.corpus.answers import INITIAL, sync_name

_SUFFIX = ".json.gz"


class Answer(NamedTuple):
    """A status and a gzipped body."""

    status: int
    body: bytes


def answer(known: dict[str, bytes], target: str) -> Answer:
    """Return the answer to a request for a path and query, or an error in the form of the service."""
    parts = urlsplit(target)
    last, query = parts.path.rstrip("/").rpartition("/")[2], parse_qs(parts.query)
    if last != "sync":
        return Answer(200, known[last]) if last in known else _error(404, "NotFound")
    (token,) = query.get("sync_token", [INITIAL if "initial" in query else ""])
    body = known.get(sync_name(token))
    return Answer(200, body) if body is not None else _error(400, "BadRequest")


def _error(status: int, identifier: str) -> Answer:
    body = {"sys": {"type": "Error", "id": identifier}, "message": "The stub has no such answer.", "requestId": "stub"}
    return Answer(status, gzip.compress(json.dumps(body).encode()))


def read_answers(folder: Path) -> dict[str, bytes]:
    """Return the answers of a folder by their names."""
    return {path.name.removesuffix(_SUFFIX): path.read_bytes() for path in folder.glob(f"*{_SUFFIX}")}


def make_server(known: dict[str, bytes], port: int = 0) -> ThreadingHTTPServer:
    """Return a server of some answers, which listens; a port of 0 takes a free one."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # the head and the body leave together
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, body = answer(known, self.path)
            packed = "gzip" in self.headers.get("Accept-Encoding", "")
            self.send_response_only(status)
            self.send_header("Content-Type", "application/vnd.contentful.delivery.v1+json")
            if packed:
                self.send_header("Content-Encoding", "gzip")
            else:
                body = gzip.decompress(body)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


def main() -> None:
    """Serve a folder until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    server = make_server(read_answers(options.folder), options.port)
    print("ready", server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
