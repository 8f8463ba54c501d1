"""Answers, and their bodies: read within the time and the size that an answer may take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import SourceError
from exporter.source.retry import RetryableError
from exporter.source.unpacking import TooLargeError, unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes of an answer, at most."""

MOST_BYTES = 64 << 20
"""Bytes of one answer as they travel, at most; the service's own limit is 7 MB unpacked."""

MOST_UNPACKED = 256 << 20
"""Bytes of one answer unpacked, at most."""

_CHUNK_BYTES = 1 << 18


OK = 200
"""The status of an answer that is what was asked for."""


class Answer(NamedTuple):
    """An answer that came whole: its headers by their names in lower case, and its body as it travelled."""

    status: int
    headers: Mapping[str, str]
    packed: bytes | bytearray


def time_outs(left: float) -> tuple[float, float]:
    """Return the time-outs of an attempt, in seconds: each is half of what is left, so that a second try fits in."""
    return min(TIMEOUT[0], left / 2), min(TIMEOUT[1], left / 2)


def hurry(answer: requests.Response, left: float) -> None:
    """Allow the next bytes of an answer only the seconds that are left of its attempt.

    Where the server closes the connection after the answer its socket is out of reach, and `time_outs` alone apply.
    """
    if (connection := answer.raw.connection) and connection.sock:
        connection.sock.settimeout(max(left, 0.01))


def read_body(answer: requests.Response, host: str, end: float) -> bytearray:
    """Read a body to its end, gzip as it is.

    `end` is the time of the monotonic clock by which it has to be there. Raises RetryableError if it does not come
    whole, SourceError where it is larger than any answer may be.
    """
    import urllib3.exceptions  # with requests, which a sync whose answers were asked ahead does without

    body = bytearray()
    unpacks = answer.headers.get("Content-Encoding", "").strip().lower() not in ("", "gzip")
    try:
        # read1 returns what is there, so that a body that trickles in cannot outlast the deadline
        while chunk := answer.raw.read1(_CHUNK_BYTES, decode_content=unpacks):
            body += chunk
            hurry(answer, end - time.monotonic())
            if answer.raw.tell() > MOST_BYTES or len(body) > MOST_UNPACKED:
                raise _too_large(host)
            if time.monotonic() > end:
                raise RetryableError(f"{host} did not send its whole answer in time")
    except urllib3.exceptions.TimeoutError:
        raise RetryableError(f"{host} did not send its whole answer in time") from None
    except urllib3.exceptions.HTTPError:
        raise _damaged(host) from None
    return body


def unpack(body: bytes | bytearray, host: str) -> bytes | bytearray:
    """Return a body unpacked. Raises RetryableError if it is damaged, SourceError where it is too large."""
    try:
        return unpacked(body, MOST_UNPACKED)
    except TooLargeError:
        raise _too_large(host) from None
    except ValueError:
        raise _damaged(host) from None


def _too_large(host: str) -> SourceError:
    most = f"{MOST_BYTES >> 20} MB, {MOST_UNPACKED >> 20} MB unpacked"
    return SourceError("answer-too-large", f"{host} sends an answer of more than {most}: lower source.limit")


def _damaged(host: str) -> RetryableError:
    return RetryableError(f"the answer of {host} broke off or was damaged")
