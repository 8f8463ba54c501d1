"""The Delivery API over HTTP: one session, the token for its own host alone, requests that are tried again."""

from __future__ import annotations

import platform
import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import requests

from exporter import __version__
from exporter.core.encoding import LISTED, MOST_LEVELS, Json, decode
from exporter.core.errors import SourceError
from exporter.source.address import proxies_for
from exporter.source.bodies import read_body, time_outs, unpack
from exporter.source.failures import failure, refusal
from exporter.source.retry import RetryableError, retrying

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.source.address import Address

T = TypeVar("T")

_MOST_LISTED = 100_000
"""Items of one listing, at most: far more than any space has locales, content types or tags."""

_ACCEPT = "application/vnd.contentful.delivery.v1+json"


class _Answer(NamedTuple):
    """An answer that came whole: its body, and the same as it travelled."""

    status: int
    headers: Mapping[str, str]
    body: bytes | bytearray
    packed: bytearray


class Delivery:
    """A client that counts every attempt: `requests`, `sync_requests`, `bytes` as they travelled.

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
        """Return what `read` makes of an answer, and the answer as it travelled; else as `get`.

        `read` raises ValueError for an answer that is damaged.
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
            raise refusal(answer.status, answer.headers, answer.body, self.address, secrets)
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
                proxies=proxies_for(self.address.url),
                allow_redirects=False,
                stream=True,
            ) as answer:
                try:
                    # a redirect is refused, and requests has read its body
                    packed = bytearray() if answer.is_redirect else read_body(answer, self.address.host, end)
                finally:
                    self.bytes += answer.raw.tell()
        except requests.RequestException as error:
            raise failure(error, self.address.host, reached=self._reached) from None
        self._reached = True
        return _Answer(answer.status_code, answer.headers, unpack(packed, self.address.host), packed)

    def collection(self, path: str) -> list[Json]:
        """Ask for all items of a listing such as `locales`, page by page. Raises SourceError if it does not end."""
        found: list[Json] = []
        while True:
            body = self.get(path, {"limit": "1000", "skip": str(len(found))} if found else {"limit": "1000"})
            items = body.get("items")
            if not isinstance(items, list):
                raise SourceError("malformed", f"{self.address.host} answered {path} with no list of items")
            found += items
            if len(found) > _MOST_LISTED:
                raise SourceError("malformed", f"{self.address.host} answered {path} with a list that does not end")
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
    """Return the program's name in the form of the SDKs (`key name/version;` items)."""
    system = {"Darwin": "macOS"}.get(platform.system(), platform.system() or "unknown")
    return (
        f"app contentful-exporter/{__version__}; sdk requests/{requests.__version__}; "
        f"platform python/{platform.python_version()}; os {system};"
    )


def _read_object(data: bytes | bytearray) -> Json:
    body = decode(data, levels=MOST_LEVELS + LISTED)
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    return body
