"""Tables of the space: spans that fit their table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST_SPAN = 100
_MOST_CELLS = 2000


def fit_spans(rows: Sequence[Sequence[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """Cut the spans of cells (columns, rows) that leave their table, overlap another cell, or cover an empty column.

    Every row has a cell. Browsers draw overlapping cells over one another. A table of very many cells gets no spans.
    """
    if sum(map(len, rows)) > _MOST_CELLS:
        return [[(1, 1)] * len(row) for row in rows]
    taken: list[int] = []
    placed = [[_place(taken, number, len(rows), span) for span in row] for number, row in enumerate(rows)]
    starts = {start for row in placed for start, _, _ in row}
    return [[(_filled_columns(starts, start, width), height) for start, width, height in row] for row in placed]


def _place(taken: list[int], row: int, rows: int, span: tuple[int, int]) -> tuple[int, int, int]:
    """Put a cell into the first free column of its row; `taken` says up to which row each column is taken."""
    start = next((column for column, end in enumerate(taken) if end <= row), len(taken))
    width = max(1, min(span[0], _LARGEST_SPAN))
    while len(taken) < start + width:
        taken.append(0)
    free = next((step for step in range(width) if taken[start + step] > row), width)
    height = max(1, min(span[1], _LARGEST_SPAN, rows - row))
    taken[start : start + free] = [row + height] * free
    return start, free, height


def _filled_columns(starts: set[int], start: int, width: int) -> int:
    return sum(column in starts for column in range(start, start + width))
