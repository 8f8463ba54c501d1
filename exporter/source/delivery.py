"""The Delivery API over HTTP: one session, the token for its own host alone, requests that are tried again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from exporter.core.encoding import LISTED, MOST_LEVELS, Json, decode
from exporter.core.errors import SourceError
from exporter.source.bodies import OK, unpack
from exporter.source.failures import refusal
from exporter.source.retry import RetryableError, retrying

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.source.address import Address
    from exporter.source.ahead import Ahead
    from exporter.source.bodies import Answer
    from exporter.source.connection import Connection

T = TypeVar("T")

_MOST_LISTED = 100_000
"""Items of one listing, at most: far more than any space has locales, content types or tags."""


class Delivery:
    """A client that counts every attempt: `requests`, `sync_requests`, `bytes` as they travelled.

    `deadline` is in seconds, for each request with all its attempts. `environment_uuid` is what the first answer named:
    an alias that is moved under a run shows in the next one.
    """

    def __init__(self, address: Address, access_token: str, deadline: float = 30.0, ahead: Ahead | None = None) -> None:
        self.address = address
        self.requests = 0
        self.sync_requests = 0
        self.bytes = 0
        self.environment_uuid: str | None = None
        self._token = access_token
        self.deadline = deadline
        self._ahead = ahead

    @cached_property
    def connection(self) -> Connection:
        """The session with the host; where all answers came ahead, nothing of it is loaded."""
        from exporter.source.connection import Connection

        return Connection(self.address, self._token)

    def get(self, path: str, parameters: Mapping[str, str]) -> Json:
        """Ask for a JSON answer under the environment's address, again where the failure may pass, to the deadline.

        Raises SourceError, TokenRejectedError where a sync token is refused, TooBigError where the page is too large.
        """
        return self.ask(path, parameters, _read_object)[0]

    def ask(
        self, path: str, parameters: Mapping[str, str], read: Callable[[bytes | bytearray], T]
    ) -> tuple[T, bytes | bytearray]:
        """Return what `read` makes of an answer, and the answer as it travelled; else as `get`.

        `read` raises ValueError for an answer that is damaged.
        """
        return retrying(lambda left: self._attempt(path, parameters, read, left), self.deadline)

    def _attempt(
        self, path: str, parameters: Mapping[str, str], read: Callable[[bytes | bytearray], T], left: float
    ) -> tuple[T, bytes | bytearray]:
        """Ask once, for no longer than the seconds that are left."""
        self.requests += 1
        self.sync_requests += path == "sync"
        answer = self._ask(path, parameters, left)
        body = unpack(answer.packed, self.address.host)
        if answer.status != OK:
            secrets = [self._token, *(value for name, value in parameters.items() if name == "sync_token")]
            raise refusal(answer.status, answer.headers, body, self.address, secrets)
        try:
            value = read(body)
        except ValueError:
            raise RetryableError(f"{self.address.host} answered with no JSON object", code="malformed") from None
        self.environment_uuid = self.environment_uuid or answer.headers.get("cf-environment-uuid")
        return value, answer.packed

    def _ask(self, path: str, parameters: Mapping[str, str], left: float) -> Answer:
        """Return the answer that was asked for ahead, if there is one; else ask."""
        ahead = self._ahead.take(path, parameters) if self._ahead is not None else None
        if ahead is not None:
            self.bytes += ahead.bytes
            if ahead.answer is None:  # only the other process knows why; asked again, this one finds out
                raise RetryableError(f"{self.address.host} could not be asked")
            return ahead.answer
        before = self.connection.bytes
        try:
            return self.connection.ask(path, parameters, left)
        finally:
            self.bytes += self.connection.bytes - before

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


def _read_object(data: bytes | bytearray) -> Json:
    body = decode(data, levels=MOST_LEVELS + LISTED)
    if not isinstance(body, dict):
        raise ValueError("no JSON object")
    return body
