"""States of a space, which tokens name, and places in a sync."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from exporter.core.model import Key


class State(NamedTuple):
    """A state of the space: its number in this log, and the sum that names it everywhere."""

    seq: int
    sum: str


class Cursor(NamedTuple):
    """Where a page of a sync ends: time, kind and id of its last item."""

    time: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Logged:
    """An item in a state: its digest there (None where it is deleted), and the time and revision of that."""

    key: Key
    digest: bytes | None
    time: str
    revision: int
    content_type: str

    def is_of(self, only: Filter) -> bool:
        """Whether it passes a filter."""
        return (
            only.kind in ("", self.key.kind)
            and only.state in ("", "gone" if self.digest is None else "standing")
            and only.content_type in ("", self.content_type)
        )

    @property
    def cursor(self) -> Cursor:
        """Its place in a sync, which goes from the newest to the oldest."""
        return Cursor(self.time, *self.key)


class Filter(msgspec.Struct, frozen=True, omit_defaults=True):
    """The items that a sync is about: of a kind, `standing` or `gone` (deleted), of a content type; empty for all."""

    kind: str = ""
    state: str = ""
    content_type: str = ""
