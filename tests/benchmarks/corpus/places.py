"""The model of the corpus: how many items there are of which kind, and what is known of a place."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tests.benchmarks.corpus.texts import stream

SPACE = "guidespace01"
CATEGORIES = 20
CHANGES = 12
"""How many different changes to the body of one place the answers have."""
_TAGS = ("art", "children", "evening", "food", "garden", "music", "nature", "view")
_NEWEST = datetime(2025, 1, 1, tzinfo=UTC)
_AGES = {"change": 0, "category": 1_000, "city": 2_000, "place": 100_000, "asset": 10_000_000}
"""From which age in seconds on the items of a kind were published: the service sends the newest first."""


@dataclass(frozen=True)
class Place:
    """What is known of a place, besides its texts; categories, cities and pictures are the numbers of others."""

    number: int
    category: int
    city: int
    pictures: tuple[int, ...]
    latitude: float
    longitude: float
    rating: float
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """A guide of some places. Equal numbers of places are equal guides, on every machine."""

    places: int

    @cached_property
    def counts(self) -> dict[str, int]:
        """The number of items of each kind, in the order in which they are sent."""
        cities, assets = max(10, self.places // 100), max(1, self.places // 2)
        return {"category": CATEGORIES, "city": cities, "place": self.places, "asset": assets}

    @property
    def items(self) -> int:
        """The number of all items."""
        return sum(self.counts.values())

    @property
    def changing(self) -> int:
        """The number of the place whose body changes."""
        return self.places // 2

    def place(self, number: int) -> Place:
        """Return a place."""
        choices = stream("place", number)
        return Place(
            number,
            choices.below(CATEGORIES),
            choices.below(self.counts["city"]),
            tuple(choices.different(self.counts["asset"], choices.between(1, 3))),
            round(choices.random() * 130 - 60, 6),
            round(choices.random() * 360 - 180, 6),
            round(choices.random() * 3 + 2, 1),
            tuple(_TAGS[number] for number in choices.different(len(_TAGS), 3)),
        )


def identifier(kind: str, number: int) -> str:
    """Return the id of an item, 21 to 24 characters long."""
    return f"{kind}{number:07d}x{zlib.crc32(f'{kind} {number}'.encode()):08x}"


def slug(kind: str, number: int) -> str:
    """Return the slug of an entry."""
    return f"{kind}-{number:06d}"


def picture(number: int) -> str:
    """Return the address of a picture's file, which is nowhere."""
    tag, name = f"{number * 40503 % 0xFFFFFF:06x}", f"photo-{number:06d}.jpg"
    return f"//images.ctfassets.net/{SPACE}/{identifier('asset', number)}/{tag}/{name}"


def published(kind: str, number: int) -> datetime:
    """Return when an item was published last."""
    return _NEWEST - timedelta(seconds=_AGES[kind] + number)


def changed_words(change: int) -> str:
    """Return the words that a change adds to the end of a body."""
    return f"(change {change})"
