"""A guide that is built, edited step by step, and read on a device."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.reader import corpus
from tests.reader.device import Device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SpaceFiles

WORD, TITLE = 7, 11
"""The places that are edited."""


LIMITS = {
    "word": 200,
    "sentence": 260,
    "title in lists": 2_000,
    "foot": 800,
    "navigation item": 2_000,
    "title of the guide": 2_500,
}
"""The bytes that readers may pay for an edit, by its kind: the bodies of all answers.

A title stands in lists and, with the theme, on the maps of the places near by and on that of all places.
"""


@dataclass
class Story:
    """A guide that is edited step by step; `states` are its pages after each step."""

    guide: corpus.Built
    space: SpaceFiles
    places: int
    look: str
    states: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def start(self) -> Device:
        corpus.write_corpus(self.space, self.places)
        corpus.write_site(self.guide, self.space)
        corpus.write_template(self.guide, self.look)
        self.build("")
        device = Device(self.guide.root / "site/updates/en-US", self.guide.root / "site")
        device.install()
        return device

    def build(self, step: str) -> dict[str, bytes]:
        self.guide.build()
        known = list(self.states.values())[-1] if self.states else {}
        self.states[step] = corpus.site_pages(self.guide.root / "site", known)
        return self.states[step]

    def steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        yield "word", lambda: self.space.put(corpus.place(WORD, 2, more=" Riverbank."))
        yield "sentence", lambda: self.space.put(corpus.place(WORD, 3, more=f" Riverbank.{corpus.SENTENCE}"))
        yield "title in lists", lambda: self.space.put(corpus.place(TITLE, 4, title="The Old Lighthouse"))
        yield "entry", lambda: self.space.put(corpus.place(self.places, 5))
        yield "foot", lambda: corpus.write_template(self.guide, self.look, corpus.with_foot)
        both = lambda text: corpus.with_item(corpus.with_foot(text))  # noqa: E731 # as the other steps are
        yield "navigation item", lambda: corpus.write_template(self.guide, self.look, both)
        yield "title of the guide", lambda: corpus.write_site(self.guide, self.space, "The friends of the harbour")


def update(device: Device) -> tuple[int, int]:
    """Update; return bytes of bodies and requests."""
    before = device.received, device.requests
    device.update()
    assert device.updates_taken[-1] == "step"
    return device.received - before[0], device.requests - before[1]
