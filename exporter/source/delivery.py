"""The Delivery API over HTTP: one session, the token to the one host alone, patience, errors in words."""

from __future__ import annotations

import errno
import math
import os
import platform
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlsplit

import requests
import urllib3.exceptions

from exporter import __version__
from exporter.core.encoding import Json, decode
from exporter.core.errors import SourceError
from exporter.source.retry import RetryableError, retrying
from exporter.source.unpacking import TooLargeError, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes of an answer, at the most."""

MOST_BYTES = 64 << 20
"""Bytes of one answer as they travel, at the most; the service's own limit is 7 MB unpacked."""

MOST_UNPACKED = 256 << 20
"""Bytes of one answer unpacked, at the most."""

_CHUNK = 1 << 18
_ACCEPT = "application/vnd.contentful.delivery.v1+json"


class TokenRejectedError(SourceError):
    """The service no longer knows the sync token: start over."""


class TooBigError(SourceError):
    """An answer would be larger than the service allows: start over with fewer items a page."""


@dataclass(frozen=True)
class Address:
    """Where a space is asked: the host's base address, the space and the environment."""

    url: str
    space: str
    environment: str
    local: bool = False

    @property
    def base(self) -> str:
        """The address that all of the environment's answers lie under."""
        return f"{self.url}/spaces/{quote(self.space, safe='')}/environments/{quote(self.environment, safe='')}"

    @property
    def host(self) -> str:
        """The host as errors name it; the local endpoint's port is a new one each time and says nothing."""
        return "the local endpoint" if self.local else urlsplit(self.url).netloc


@dataclass(frozen=True)
class _Answer:
    """An answer that came whole: its body, and that as it travelled."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray
    packed: bytearray


class Delivery:
    """A client that counts what it asks, attempts each: `requests`, `sync_requests`, `bytes` as they travelled.

    `deadline` is in seconds, for each request with all its attempts. `environment_uuid` is what the first answer named:
    an alias that is moved under a run shows in the next one.
    """

    def __init__(self, address: Address, access_token: str, deadline: float = 30.0) -> None:
        self.address = address
        self.requests = 0
        self.sync_requests = 0
        self.bytes = 0
        self.environment_uuid: str | None = None
        self._token = access_token
        self.deadline = deadline
        self._reached = False
        self.session = requests.Session()
        self.session.headers.update({"Accept": _ACCEPT, "Accept-Encoding": "gzip", "User-Agent": _user_agent()})
        self.session.headers["X-Contentful-User-Agent"] = _contentful_user_agent()

    def get(self, path: str, parameters: Mapping[str, str]) -> Json:
        """Ask for a JSON answer under the environment's address, again where the failure may pass, to the deadline.

        Raises SourceError, TokenRejectedError where a sync token is refused, TooBigError where the page is too large.
        """
        return self.ask(path, parameters, _read_object)[0]

    def ask(
        self, path: str, parameters: Mapping[str, str], read: Callable[[bytes | bytearray], T]
    ) -> tuple[T, bytearray]:
        """Do what `get` does, with what `read` makes of the answer; it raises ValueError for one that is damaged.

        Gives the answer as it travelled, too.
        """
        return retrying(lambda left: self._attempt(path, parameters, read, left), self.deadline)

    def _attempt(
        self, path: str, parameters: Mapping[str, str], read: Callable[[bytes | bytearray], T], left: float
    ) -> tuple[T, bytearray]:
        """Ask once, for no longer than the seconds that are left."""
        self.requests += 1
        self.sync_requests += path == "sync"
        answer = self._ask(path, parameters, left)
        if answer.status != requests.codes.ok:
            secrets = [self._token, *(value for name, value in parameters.items() if name == "sync_token")]
            raise _refusal(answer, self.address, secrets)
        try:
            value = read(answer.body)
        except ValueError:
            raise RetryableError(f"{self.address.host} answered with no JSON object", code="malformed") from None
        self.environment_uuid = self.environment_uuid or answer.headers.get("cf-environment-uuid")
        return value, answer.packed

    def _ask(self, path: str, parameters: Mapping[str, str], left: float) -> _Answer:
        end = time.monotonic() + left
        try:
            with self.session.get(
                f"{self.address.base}/{path}",
                params=dict(parameters),
                auth=self._authorize,
                timeout=time_outs(left),
                allow_redirects=False,
                stream=True,
            ) as answer:
                try:
                    # a redirect is refused, and requests has read it
                    packed = bytearray() if answer.is_redirect else _read_body(answer, self.address.host, end)
                finally:
                    self.bytes += answer.raw.tell()
        except requests.RequestException as error:
            raise failure(error, self.address.host, reached=self._reached) from None
        self._reached = True
        return _Answer(answer.status_code, answer.headers, _unpack(packed, self.address.host), packed)

    def collection(self, path: str) -> list[Json]:
        """Ask for all items of a listing such as `locales`, page by page."""
        found: list[Json] = []
        while True:
            body = self.get(path, {"limit": "1000", "skip": str(len(found))} if found else {"limit": "1000"})
            items = body.get("items")
            if not isinstance(items, list):
                raise SourceError("malformed", f"{self.address.host} answered {path} with no list of items")
            found += items
            total = body.get("total")
            if not items or not isinstance(total, int) or len(found) >= total:
                return found

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the token on this one request; a callable keeps `.netrc` from overriding it."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _user_agent() -> str:
    return f"contentful-exporter/{__version__} requests/{requests.__version__}"


def _contentful_user_agent() -> str:
    """Name the program as the SDKs name themselves (`key name/version;` items)."""
    system = {"Darwin": "macOS"}.get(platform.system(), platform.system() or "unknown")
    return (
        f"app contentful-exporter/{__version__}; sdk requests/{requests.__version__}; "
        f"platform python/{platform.python_version()}; os {system};"
    )


def time_outs(left: float) -> tuple[float, float]:
    """Give the time-outs in seconds of an attempt: half of what is left for each, so that a second try has its time."""
    return min(TIMEOUT[0], left / 2), min(TIMEOUT[1], left / 2)


def hurry(answer: requests.Response, left: float) -> None:
    """Let the next bytes of an answer take no longer than the seconds that are left of its attempt.

    Where the server closes the connection after the answer there is no hold on it, and `time_outs` alone apply.
    """
    if (connection := answer.raw.connection) and connection.sock:
        connection.sock.settimeout(max(left, 0.01))


def failure(error: requests.RequestException, host: str, *, reached: bool = True) -> RetryableError | SourceError:
    """Say why a host could not be asked: a RetryableError where that may pass.

    A host that refuses the very first connection of a run is not there: its address is wrong, or nothing runs at it.
    """
    if not reached and reason(error) == os.strerror(errno.ECONNREFUSED):
        return SourceError("unreachable", f"{host} could not be asked: {reason(error)}; check source.url")
    said = f"{host} could not be asked: {reason(error)}"
    # what requests itself refuses to send (a malformed address, a header with a line break) is a ValueError too
    lasting = isinstance(error, ValueError) or "CERTIFICATE_VERIFY_FAILED" in str(error)
    return SourceError("unreachable", said) if lasting else RetryableError(said)


def reason(error: BaseException) -> str:
    """Give the innermost cause in words, without the address: it may carry a sync token."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        certificate = "CERTIFICATE_VERIFY_FAILED" in str(error)
        return "its certificate could not be verified" if certificate else "no secure connection could be made"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy could not be reached"
    seen: BaseException | None = error
    said = "the connection broke off"
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            said = seen.strerror
        seen = seen.__cause__ or seen.__context__
    return said


def _read_body(answer: requests.Response, host: str, end: float) -> bytearray:
    """Read a body to its end, gzip as it is; what comes is counted while it comes.

    `end` is the time of the monotonic clock at which it has to be there. Raises RetryableError where it does not come
    whole, SourceError where it is larger than any answer may be.
    """
    body = bytearray()
    unpacks = answer.headers.get("Content-Encoding", "").strip().lower() not in ("", "gzip")
    try:
        # read1 comes back with what is there, so that a body that trickles in cannot outlast the deadline
        while chunk := answer.raw.read1(_CHUNK, decode_content=unpacks):
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


def _unpack(body: bytearray, host: str) -> bytes | bytearray:
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


def _read_object(data: bytes | bytearray) -> Json:
    body = decode(data)
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    return body


def _refusal(answer: _Answer, address: Address, secrets: list[str]) -> SourceError | RetryableError:
    """Say what an error status means and where to look (bodies: `sys.type` Error with an id, message, details).

    Only too many requests and the service's own troubles are worth another attempt. `secrets` are the tokens that were
    sent, the sync token second if there was one; a message may repeat them.
    """
    status = answer.status
    said, missing = _error_body(answer)
    too_big = status == 400 and "response size too big" in said.lower()
    for secret in secrets:
        said = said.replace(secret, "…")
    if status == requests.codes.too_many:
        return RetryableError(f"{address.host} says too many requests (429)", reset_time(answer.headers), "rate-limit")
    if status >= 500:
        return RetryableError(f"{address.host} answered {status}{said}", code="refused")
    if too_big:
        return TooBigError(
            "too-big", f"{address.host} says that a page is too big ({status}{said}): lower source.limit"
        )
    if len(secrets) > 1 and status in (400, 404, 410, 422):
        return TokenRejectedError("token-rejected", f"{address.host} no longer knows the sync token ({status}{said})")
    token = "CONTENTFUL_PREVIEW_TOKEN" if "//preview." in address.url else "CONTENTFUL_ACCESS_TOKEN"
    what = f"environment {address.environment}" if missing == "Environment" else f"space {address.space}"
    code, words = {
        401: (
            "unauthorized",
            f"refused the access token (401) for space {address.space}: check {token} and that it is of this space",
        ),
        403: ("forbidden", f"denies access (403{said}): check what {token} may read"),
        404: (
            "not-found",
            f"does not know {what} (404): check source.space, source.environment and that {token} may read them",
        ),
    }.get(status, ("refused", f"answered {status}{said}: try again later"))
    if 300 <= status < 400:
        code, words = "redirected", f"redirects elsewhere ({status}): check source.url"
    return SourceError(code, f"{address.host} {words}")


def reset_time(headers: Mapping[str, str]) -> float | None:
    """Give the seconds until the service takes requests again, None where it does not say so in a number."""
    try:
        seconds = float(headers.get("X-Contentful-RateLimit-Reset", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _error_body(answer: _Answer) -> tuple[str, str]:
    """Give the message of an error body and the type of thing that its details name; details come in many forms."""
    try:
        body = decode(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return "", ""
    details = body.get("details")
    kind = details.get("type") if isinstance(details, dict) else None
    message = body.get("message")
    said = f": {' '.join(message.split())[:300]}" if isinstance(message, str) else ""
    return said, kind if isinstance(kind, str) else ""
