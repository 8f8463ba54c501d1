"""What stands before another server on this machine, hands requests on, and can fail any of them.

python -m tests.publish.fault_proxy PORT PORT-OF-THE-OTHER
"""

from __future__ import annotations

import sys
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

from werkzeug.serving import run_simple

from tests.publish.faults import Faulty, body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding"}


class Handing:
    """An application that hands each request on, with a connection of its own."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            headers |= {name.replace("_", "-"): environ[name]} if environ.get(name) else {}
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], body(environ), headers)
            answered = connection.getresponse()
            kept = [(name, value) for name, value in answered.getheaders() if name.lower() not in _OF_A_CONNECTION]
            start_response(f"{answered.status} {answered.reason}", kept)
            return [answered.read()]
        finally:
            connection.close()


if __name__ == "__main__":
    run_simple("127.0.0.1", int(sys.argv[1]), Faulty(Handing(int(sys.argv[2]))), threaded=True)
