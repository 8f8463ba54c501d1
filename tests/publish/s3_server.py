"""S3 by moto on the loopback interface, which notes every request and can fail any of them.

    python -m tests.publish.s3_server PORT

`POST /-/seed` puts the files of a folder into a bucket, and `GET /-/files` returns those that are stored, without a
request for each.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import run_simple

from tests.publish.faults import Faulty, answer, body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Store:
    """Moto with its faults, and what looks into it."""

    def __init__(self) -> None:
        self._faulty = Faulty(DomainDispatcherApplication(create_backend_app))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/-/files":
            start_response("200 OK", [("Content-Type", "application/octet-stream")])
            return _stored(**dict(parse_qsl(environ["QUERY_STRING"])))
        if path == "/-/seed":
            _seed(**json.loads(body(environ)))
            return answer(start_response, "200 OK", b"")
        return self._faulty(environ, start_response)


def _seed(bucket: str, prefix: str, folder: str) -> None:
    backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for file in Path(folder).rglob("*"):
        if file.is_file():
            backend.put_object(bucket, f"{prefix}{file.relative_to(folder).as_posix()}", file.read_bytes())


def _stored(bucket: str, prefix: str) -> Iterator[bytes]:
    """Yield what is stored, as `servers` reads it."""
    for name, key in [*s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys.items()]:
        if name.startswith(prefix):
            path, data = name.removeprefix(prefix).encode(), key.value
            yield struct.pack(">QQ", len(path), len(data)) + path + data


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), Store(), threaded=True)
