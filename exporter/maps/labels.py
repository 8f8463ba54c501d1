"""Labels of pins: each is put where it collides with nothing, or left out."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SIZE = 11.0
"""The height of the letters, in units of the drawing."""
PIN = 7.0
"""The radius of a pin."""
_AWAY = PIN + 2.0
_AWAY_IN_A_CORNER = _AWAY * 0.75
"""The distance of a label from the middle of its pin; in a corner it touches the pin's circle."""
_LETTER = 0.58
_WIDE = {"W", "F"}
_CELL = 24.0
_FEW = 16
_ONE_CELL = ((0, 0),)
_EAST_FIRST = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1))
"""The eight positions around a pin, the best first: sideways, above and below, in the corners."""


class Label(NamedTuple):
    """A label in a drawing: its text, where this is anchored (`start`, `middle`, `end`) and its baseline."""

    text: str
    x: float
    y: float
    anchor: str


class Box(NamedTuple):
    """A rectangle of a drawing."""

    left: float
    top: float
    right: float
    bottom: float


class _Taken:
    """The rectangles that are taken, by the squares of a grid that they touch; of a small drawing all together."""

    def __init__(self, cell: float) -> None:
        self._cell = cell
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        for cell in self._touched(box):
            self._cells.setdefault(cell, []).append(box)

    def is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        for cell in self._touched(box):
            for taken_left, taken_top, taken_right, taken_bottom in self._cells.get(cell, ()):
                if taken_left < right and left < taken_right and taken_top < bottom and top < taken_bottom:
                    return False
        return True

    def _touched(self, box: Box) -> Sequence[tuple[int, int]]:
        if not self._cell:
            return _ONE_CELL
        columns = range(int(box.left // self._cell), int(box.right // self._cell) + 1)
        rows = range(int(box.top // self._cell), int(box.bottom // self._cell) + 1)
        return [(column, row) for column in columns for row in rows]


def text_width(text: str) -> float:
    """Return about how wide a text is, rather too much than too little."""
    if text.isascii():
        return len(text) * SIZE * _LETTER
    widths = (_letter_width(letter) for letter in text)
    return sum(widths) * SIZE


def _letter_width(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(letter) in _WIDE else _LETTER


def place_labels(
    pins: Sequence[tuple[float, float]],
    texts: Sequence[Sequence[str]],
    width: float,
    height: float,
    taken: Iterable[Box] = (),
) -> list[Label | None]:
    """Return a label for each pin: the first of its texts that has room at one of eight positions; None for none.

    Pins come in the order of their weight. No label covers a pin, another label, what is `taken`, or leaves the map.
    """
    held = _Taken(_CELL if len(pins) > _FEW else 0)
    for box in (*taken, *(Box(x - PIN, y - PIN, x + PIN, y + PIN) for x, y in pins)):
        held.add(box)
    found: list[Label | None] = []
    for (x, y), choices in zip(pins, texts, strict=True):
        placed = _first_free(x, y, choices, width, height, held)
        found.append(placed[0] if placed is not None else None)
        if placed is not None:
            held.add(placed[1])
    return found


def _first_free(
    x: float, y: float, choices: Sequence[str], width: float, height: float, held: _Taken
) -> tuple[Label, Box] | None:
    for text in choices:
        wide = text_width(text)
        for across, down in _EAST_FIRST:  # of many positions few are free: nothing is made of the others
            away = _AWAY_IN_A_CORNER if across and down else _AWAY
            left = x + away if across > 0 else x - away - wide if across < 0 else x - wide / 2
            top = y + away if down > 0 else y - away - SIZE if down < 0 else y - SIZE / 2
            right, bottom = left + wide, top + SIZE
            if left < 0 or top < 0 or right > width or bottom > height:
                continue
            box = Box(left, top, right, bottom)
            if held.is_free(box):
                return _label(text, box, across), box
    return None


def _label(text: str, box: Box, across: int) -> Label:
    anchor = ("middle", "start", "end")[across]
    x = (box.left + box.right) / 2 if across == 0 else box.left if across > 0 else box.right
    return Label(text, x, box.bottom - SIZE * 0.2, anchor)
