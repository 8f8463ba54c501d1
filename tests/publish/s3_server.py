"""S3 by moto on the loopback interface, which notes every request and can fail any of them.

    python -m tests.publish.s3_server PORT

`POST /-/seed` puts the files of a folder into a bucket, and `GET /-/files` returns those that are stored, without a
request for each. `GET /-/log` returns the requests since the last `POST /-/reset`, whose body is JSON: faults by the
number of a request.
"""

from __future__ import annotations

import json
import struct
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import run_simple

from tests.publish.servers import SLOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Faulty:
    """What stands before moto; faults are 500, 403, slow, refused (nothing is done) and cut (done, but no answer)."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._log: list[dict[str, Any]] = []
        self._faults: dict[str, str] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/-/log":
            return _said(start_response, "200 OK", json.dumps(self._log).encode())
        if path == "/-/reset":
            self._log, self._faults = [], json.loads(_body(environ) or b"{}")
            return _said(start_response, "200 OK", b"")
        if path == "/-/files":
            start_response("200 OK", [("Content-Type", "application/octet-stream")])
            return _stored(**dict(parse_qsl(environ["QUERY_STRING"])))
        if path == "/-/seed":
            _seed(**json.loads(_body(environ)))
            return _said(start_response, "200 OK", b"")
        with self._lock:
            fault = self._faults.get(str(len(self._log)), "")
            size = int(environ.get("CONTENT_LENGTH") or 0)
            said = {"method": environ["REQUEST_METHOD"], "path": path, "query": environ["QUERY_STRING"], "bytes": size}
            self._log.append(said)
        if fault in ("500", "403"):
            _body(environ)
            return _said(start_response, f"{fault} No", b"<Error><Code>No</Code></Error>")
        if fault == "refused":
            raise ConnectionAbortedError
        if fault == "slow":
            time.sleep(SLOW)
        answer = [*self._application(environ, start_response)]
        said["received"] = sum(map(len, answer))
        if fault == "cut":
            raise ConnectionAbortedError
        return answer


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


def _body(environ: dict[str, Any]) -> bytes:
    data: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return data


def _said(start_response: Callable[..., Any], status: str, data: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(data)))])
    return [data]


if __name__ == "__main__":
    moto = DomainDispatcherApplication(create_backend_app)
    run_simple("127.0.0.1", int(sys.argv[1]), Faulty(moto), threaded=True)
