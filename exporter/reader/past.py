"""What devices hold at earlier tokens, walked back from the newest through the reverse since-files, as far as is asked.

A state is numbered as its token in `tokens`, the oldest 0; `len(tokens)` is the newest. Layer *n* has what differs
between state *n* and state *n* + 1, as it is at *n*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.reader.encoding import BrokenError
from exporter.reader.since import apply_rows, apply_slots, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from exporter.reader.model import Entry


class LostError(BrokenError):
    """Say that the reverse step to the state `at` is not there or is broken: states up to it can't be reached."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True)
class Layer:
    """Entries and texts of slots at a state, of those that the next one has otherwise."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    slots: Mapping[int, bytes] = field(default_factory=dict)


class Past:
    """The states of a chain up to the newest one."""

    def __init__(
        self,
        tokens: Sequence[str],
        load: Callable[[str, str], bytes | None],
        newest: Callable[[str], Entry],
        slots: Mapping[int, bytes],
    ) -> None:
        """Take the tokens of the states before the newest, and how to ask for steps and for the newest's entries."""
        self.tokens = tokens
        self._load, self._newest, self._slots = load, newest, slots
        self._layers: dict[int, Layer] = {}

    def add_layer(self, at: int, layer: Layer) -> None:
        """Say what state `at` has otherwise than the next."""
        self._layers[at] = layer

    def layer(self, at: int) -> Layer:
        """Return a layer, reading those of newer states first. Raises LostError."""
        for number in range(len(self.tokens) - 1, at - 1, -1):
            if number not in self._layers:
                self._layers[number] = self._read(number)
        return self._layers[at]

    def entry(self, at: int, path: str) -> Entry:
        """Return what a device in a state has at a path."""
        for number in range(at, len(self.tokens)):
            entries = self._layers[number].entries if number in self._layers else self.layer(number).entries
            if path in entries:
                return entries[path]
        return self._newest(path)

    def slot(self, at: int, slot: int) -> bytes:
        """Return the text of a slot in a state; empty for none."""
        for number in range(at, len(self.tokens)):
            slots = self.layer(number).slots
            if slot in slots:
                return slots[slot]
        return self._slots.get(slot, b"")

    def touched(self, first: int, last: int) -> set[str]:
        """Return the paths that some state from `first` to `last` may have otherwise than the next."""
        return {path for number in range(first, last) for path in self.layer(number).entries}

    def touched_slots(self, first: int, last: int) -> set[int]:
        """Return the slots, likewise."""
        return {slot for number in range(first, last) for slot in self.layer(number).slots}

    def _read(self, at: int) -> Layer:
        newer = self.tokens[at + 1] if at + 1 < len(self.tokens) else ""
        data = self._load(self.tokens[at], newer)
        if data is None:
            raise LostError(at, f"there is no step back to {self.tokens[at]}")
        try:
            step = decode(data)
            slots = apply_slots(step, {slot: self.slot(at + 1, slot) for slot in step.slots})
            entries: dict[str, Entry] = dict(apply_rows(step.pages, lambda path: self.entry(at + 1, path)))
        except LostError:
            raise
        except BrokenError as error:
            raise LostError(at, str(error)) from None
        entries |= {path: (size, digest) for path, size, digest in step.files}
        entries |= dict.fromkeys(step.gone)
        return Layer(entries, slots)
