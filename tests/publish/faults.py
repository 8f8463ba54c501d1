"""Faults that a server of tests meets: each of its requests has a number, and a test says which ones fail, and how."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SLOW = 1.5
"""Seconds that a slow request takes."""


class Faults:
    """The requests so far, and the faults of those to come by their numbers, or of all.

    `GET /-/log` returns the requests since the last `POST /-/reset`, whose body is JSON: faults by number.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._log: list[dict[str, Any]] = []
        self._faults: dict[str, str] = {}

    def meet(self, said: dict[str, Any]) -> str:
        """Note a request; return the fault that it meets, "" for none."""
        with self._lock:
            self._log.append(said)
            return self._faults.get(str(len(self._log) - 1), self._faults.get("all", ""))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/-/log":
            return answer(start_response, "200 OK", json.dumps(self._log).encode())
        with self._lock:
            self._log, self._faults = [], json.loads(body(environ) or b"{}")
        return answer(start_response, "200 OK", b"")

    def listen(self, port: int) -> None:
        """Be told and asked at a port, in a thread."""
        server = make_server("127.0.0.1", port, self)
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Faulty:
    """What stands before a service; faults are 500, 403, slow, refused (nothing is done), cut (done, but no answer)."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._faults = Faults()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, size = environ["PATH_INFO"], int(environ.get("CONTENT_LENGTH") or 0)
        if path in ("/-/log", "/-/reset"):
            return self._faults(environ, start_response)
        said = {"method": environ["REQUEST_METHOD"], "path": path, "query": environ["QUERY_STRING"], "bytes": size}
        fault = self._faults.meet(said)
        if fault in ("500", "403"):
            body(environ)
            return answer(start_response, f"{fault} No", b"<Error><Code>No</Code></Error>")
        if fault == "refused":
            raise ConnectionAbortedError
        if fault == "slow":
            time.sleep(SLOW)

        def begin(status: str, *arguments: Any) -> Any:
            said["status"] = int(status[:3])
            return start_response(status, *arguments)

        answered = [*self._application(environ, begin)]
        said["received"] = sum(map(len, answered))
        if fault == "cut":
            raise ConnectionAbortedError
        return answered


def body(environ: dict[str, Any]) -> bytes:
    """Return the body of a request."""
    data: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return data


def answer(start_response: Callable[..., Any], status: str, data: bytes) -> list[bytes]:
    """Answer a request."""
    start_response(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(data)))])
    return [data]
