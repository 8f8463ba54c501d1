"""What a target can do, whatever it is: read, write, delete, list. Requests are counted here, and faults told apart."""

from __future__ import annotations

import random
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")

ABSENT = ""
"""The condition that nothing is there yet; any other condition is the tag of what has to be there."""
ATTEMPTS = 4
_FIRST_PAUSE = 0.3
"""Seconds before the second attempt; before each later one it is three times as long, give or take a third."""


class StoreError(Exception):
    """A target refused a request, or could not be reached. The message never holds what the target answered.

    With `passing`, the same request may succeed later.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class TooLargeError(StoreError):
    """A file has more bytes than whoever asked for it takes."""


class ConditionError(Exception):
    """What is there is not what the condition of a write says."""


class Headers(NamedTuple):
    """What a target is to send with a file; `encoding` is empty or gzip, and then so are the bytes."""

    content_type: str
    cache_control: str
    encoding: str = ""


class Found(NamedTuple):
    """The bytes of a file as they lie in the target, and its tag; `encoding` as in `Headers`."""

    data: bytes
    tag: str
    encoding: str = ""


class Listed(NamedTuple):
    """A file that a listing names; the tag is empty where a listing tells none."""

    path: str
    size: int
    tag: str


class Store(Protocol):
    """A target. Paths are relative to its prefix or folder, and were found safe (`manifest.is_safe`).

    `name` is how sentences call it, `bulk` how many files it deletes in one request. `keeps_headers` says whether it
    can send what a file's headers say, `tags_tell_headers` whether a tag changes with these, too, and `is_conditional`
    whether two writes with the same condition can never both succeed, whoever makes them.
    """

    name: str
    bulk: int
    keeps_headers: bool
    tags_tell_headers: bool
    is_conditional: bool

    def get(self, path: str, most: int) -> Found | None:
        """Return a file, None if there is none. Raises StoreError, TooLargeError for more than `most` bytes."""

    def headers(self, path: str) -> Headers | None:
        """Return what is sent with a file, None if there is none or if that is more than `Headers` say.

        Where no headers are kept, it is not asked. Raises StoreError.
        """

    def put(self, path: str, data: bytes, headers: Headers, only_if: str | None = None) -> str:
        """Write a file, whole or not at all; return its tag. Raises ConditionError, StoreError."""

    def delete(self, paths: Sequence[str]) -> None:
        """Delete at most `bulk` files; those that are not there are no error. Raises StoreError."""

    def listing(self) -> Iterator[Listed]:
        """Yield every file below the prefix. Raises StoreError."""

    def tidy(self) -> None:
        """Remove what a publisher that was killed has left half written; nobody else publishes now."""

    def close(self) -> None:
        """Let go of connections."""


class Tally:
    """How many requests were made, and how many bytes they sent."""

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0
        self._lock = threading.Lock()

    def count(self, size: int = 0, number: int = 1) -> None:
        """Count requests that are about to be made, and the bytes that they send."""
        with self._lock:
            self.requests += number
            self.bytes += size


class Requests:
    """A target whose requests are counted, and attempted again where that can help."""

    def __init__(self, store: Store, tally: Tally, pause: Callable[[float], None] = time.sleep) -> None:
        self.store = store
        self.tally = tally
        self._pause = pause

    def get(self, path: str, most: int) -> Found | None:
        """Return a file, None if there is none."""
        return self._again(lambda: self.store.get(path, most))

    def headers(self, path: str) -> Headers | None:
        """Return what is sent with a file, as the target's `headers`."""
        return self._again(lambda: self.store.headers(path))

    def put_once(self, path: str, data: bytes, headers: Headers, only_if: str | None = None) -> str:
        """Write a file in one attempt: whoever sets a condition has to look what became of an attempt that failed."""
        self.tally.count(len(data))
        return self.store.put(path, data, headers, only_if)

    def put(self, path: str, data: bytes, headers: Headers, check: Callable[[], None] = lambda: None) -> str:
        """Write a file, whatever is there. What `check` raises before an attempt ends it."""

        def write() -> str:
            check()
            return self.store.put(path, data, headers)

        return self._again(write, len(data))

    def delete(self, paths: Sequence[str], check: Callable[[], None] = lambda: None) -> None:
        """Delete at most as many files as the target deletes in one request; `check` as above."""

        def delete() -> None:
            check()
            self.store.delete(paths)

        self._again(delete)

    def listing(self) -> Iterator[Listed]:
        """Yield every file. Raises StoreError for a listing that breaks off: a part would say that the rest is gone."""
        self.tally.count()
        yield from self.store.listing()

    def pause_before(self, attempt: int) -> None:
        """Wait before an attempt, counted from 1."""
        self._pause(_FIRST_PAUSE * 3 ** (attempt - 1) * random.uniform(0.67, 1.33))  # noqa: S311 - no secret

    def _again(self, request: Callable[[], T], size: int = 0) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            self.tally.count(size)
            try:
                return request()
            except StoreError as error:
                if not error.passing or attempt == ATTEMPTS:
                    raise
            self.pause_before(attempt)
        raise AssertionError("the last attempt returns or raises")
