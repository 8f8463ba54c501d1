"""The values that go into the publisher and come out of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

DAY = 24


class SiteFile(NamedTuple):
    """A file of the site: its path, the locales whose chains it is in, and what the build says stands for its bytes."""

    path: str
    locales: tuple[str, ...]
    digest: str


class PublishedChange(NamedTuple):
    """What a build did to the site.

    `written` are the files that are new or have new bytes, `removed` the paths that are no more. `before` and `after`
    name the states of the build's own table; where `before` is not the state that the publisher last saw (or is None),
    `listing` is asked for all files of the site, and only then.
    """

    written: tuple[SiteFile, ...]
    removed: tuple[str, ...]
    before: str | None
    after: str | None
    listing: Callable[[], Iterable[SiteFile]]


class Keeping(NamedTuple):
    """How long tokens are kept: so many of the last, the first of each hour and of each day for so many hours."""

    recent: int = 30
    hourly: int = 2 * DAY
    daily: int = 180 * DAY
    within_packs: bool = True
    """Keep less where `updates/` beside its packs would outgrow them."""


class Publication(NamedTuple):
    """Where and for whom to publish: the site's folder, the publisher's own, the locales in order, content time.

    `jobs` is how many processes may be begun.
    """

    site: Path
    state: Path
    locales: tuple[str, ...]
    time: datetime | None
    keeping: Keeping = Keeping()
    jobs: int = 1
    prefixes: Mapping[str, str] = MappingProxyType({})
    """What the paths of a locale's pages begin with, `de-DE/`; the first locale's with nothing."""


class ChainReport(NamedTuple):
    """What one locale's readers will pay: `bytes` are the bodies of the step from the state before."""

    token: str
    changed: int
    removed: int
    bytes: int
    install: int
    records: int
    written: int
    """Files that were written under the chain's folder."""


class ReaderReport(NamedTuple):
    """What was published, by locale, and what a user should be warned of: (code, sentence)."""

    chains: Mapping[str, ChainReport]
    warnings: tuple[tuple[str, str], ...] = ()


class Member(NamedTuple):
    """A page or an other file in a chain: the SHA-256 of its bytes, its record (None for an other file), its size."""

    sha: bytes
    record: bytes | None
    size: int

    @property
    def entry(self) -> Entry:
        """What a device keeps of it."""
        return self.record if self.record is not None else (self.size, self.sha.hex()[:24])


Entry: TypeAlias = "bytes | tuple[int, str] | None"
"""What a device keeps at a path: a record; size and digest of an other file; None for nothing."""
