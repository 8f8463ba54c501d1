"""Hulls: the smallest convex outline around some points."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Spot: TypeAlias = tuple[float, float]


def hull(spots: Iterable[Spot]) -> list[Spot]:
    """Return the corners of the convex hull of some spots in a drawing, in order; one or two spots are their own."""
    ordered = sorted(set(spots))
    if len(ordered) < 3:
        return ordered
    return [*_half(ordered), *_half(ordered[::-1])]


def _half(ordered: list[Spot]) -> list[Spot]:
    """Return one side of the hull without its last corner, with which the other side begins."""
    found: list[Spot] = []
    for spot in ordered:
        while len(found) > 1 and _turn(found[-2], found[-1], spot) <= 0:
            found.pop()
        found.append(spot)
    return found[:-1]


def _turn(start: Spot, corner: Spot, end: Spot) -> float:
    """Return a positive number where the way turns left at a corner, a negative one where it turns right."""
    return (corner[0] - start[0]) * (end[1] - start[1]) - (corner[1] - start[1]) * (end[0] - start[0])
