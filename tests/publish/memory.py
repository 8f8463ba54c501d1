"""A target in memory that does what a test says between any two requests, and a clock that only waiting moves."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.publish.claim import Timing
from exporter.publish.manifest import FOLDER, Claim
from exporter.publish.stores.store import ABSENT, ConditionError, Found, Listed, StoreError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from exporter.publish.stores.store import Headers

REFUSED, CUT, FORBIDDEN, KILLED_BEFORE, KILLED_AFTER = "refused", "cut", "forbidden", "killed before", "killed after"
FAULTS = (REFUSED, CUT, FORBIDDEN, KILLED_BEFORE, KILLED_AFTER)


class KilledError(BaseException):
    """The process is gone: nothing of it runs any more."""


@dataclass
class Clock:
    """Time that passes only while somebody waits."""

    now: float = 0.0

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def timing(self) -> Timing:
        return Timing(beat=0, clock=lambda: self.now, pause=self.pause)


@dataclass
class Memory:
    """What lies in the target: bytes, headers and tags by path. Tags are those of the bytes, as S3 has them."""

    files: dict[str, tuple[bytes, Headers | None]] = field(default_factory=dict)

    def guide(self) -> dict[str, bytes]:
        """Return the files beside the manifest."""
        return {path: data for path, (data, _) in self.files.items() if not path.startswith(f"{FOLDER}/")}


@dataclass
class MemoryStore:
    """One publisher's way to it; `faults` by the number of the request, `after` is called after each one."""

    memory: Memory
    faults: dict[int, str] = field(default_factory=dict)
    after: Callable[[int], None] = lambda _number: None
    name: str = "memory"
    bulk: int = 1000
    keeps_headers: bool = True
    tags_tell_headers: bool = False
    is_conditional: bool = True
    log: list[tuple[str, str]] = field(default_factory=list)
    dead: bool = False

    def __post_init__(self) -> None:
        self._numbers = itertools.count()

    def _request(self, what: str, path: str, act: Callable[[], None] = lambda: None) -> None:
        if self.dead:
            raise KilledError
        number = next(self._numbers)
        self.log.append((what, path))
        fault = self.faults.get(number, "")
        if fault == KILLED_BEFORE:
            self.dead = True
            raise KilledError
        if fault in (REFUSED, FORBIDDEN):
            raise StoreError(fault, passing=fault == REFUSED)
        act()
        if fault == KILLED_AFTER:
            self.dead = True
            raise KilledError
        self.after(number)
        if fault == CUT:
            raise StoreError(fault, passing=True)

    def get(self, path: str, most: int) -> Found | None:
        found: list[bytes] = []

        def read() -> None:
            if path in self.memory.files:
                found.append(self.memory.files[path][0])

        self._request("get", path, read)
        if found and len(found[0]) > most:
            raise TooLargeError("too large")
        return Found(found[0], tag_of(found[0])) if found else None

    def headers(self, path: str) -> Headers | None:
        self._request("head", path)
        return self.memory.files[path][1] if path in self.memory.files else None

    def put(self, path: str, data: bytes, headers: Headers, only_if: str | None = None) -> str:
        def write() -> None:
            standing = self.memory.files.get(path)
            there = tag_of(standing[0]) if standing is not None else ABSENT
            if only_if is not None and only_if != there:
                raise ConditionError
            self.memory.files[path] = (data, headers)

        self._request("put", path, write)
        return tag_of(data)

    def delete(self, paths: Sequence[str]) -> None:
        assert 0 < len(paths) <= self.bulk

        def remove() -> None:
            for path in paths:
                self.memory.files.pop(path, None)

        self._request("delete", " ".join(paths), remove)

    def listing(self) -> Iterator[Listed]:
        self._request("list", "")
        yield from [Listed(path, len(data), tag_of(data)) for path, (data, _) in sorted(self.memory.files.items())]

    def tidy(self) -> None:
        pass

    def close(self) -> None:
        pass


def tag_of(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'


def claim(name: str) -> Claim:
    """Return the claim of a publisher on a machine of its own, so that nobody can look whether it lives."""
    return Claim(name, name, 1, name)
