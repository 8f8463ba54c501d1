"""Where a recipe cuts a picture, and how large the result is: arithmetic alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from exporter.pictures.recipe import Recipe

MOST_SIDE = 4000
"""Pixels a side of what the Images API makes, at the most."""


class Placement(NamedTuple):
    """A part of a picture, and what becomes of it.

    `box` is left, top, right, bottom in pixels of the picture; `size` what the box is resampled to; `canvas` the size
    of the result, in which it stands `at` a place. Where it does not fill the canvas there is background.
    """

    box: tuple[float, float, float, float]
    size: tuple[int, int]
    canvas: tuple[int, int]
    at: tuple[int, int] = (0, 0)


def place(picture: tuple[int, int], recipe: Recipe, width: int) -> Placement:
    """Return where a recipe cuts a picture of a size for a result of this width."""
    whole = _at_own_size(picture, recipe)
    factor = width / whole.canvas[0]
    if factor == 1:
        return whole
    size, canvas = _scaled(whole.size, factor), _scaled(whole.canvas, factor)
    at = (round(whole.at[0] * factor), round(whole.at[1] * factor))
    return Placement(whole.box, size, (width, canvas[1]), at)


def result_size(picture: tuple[int, int], recipe: Recipe) -> tuple[int, int]:
    """Return width and height of what a recipe makes of a picture of a size."""
    return _at_own_size(picture, recipe).canvas


def _at_own_size(picture: tuple[int, int], recipe: Recipe) -> Placement:
    width, height = picture
    if recipe.ratio is not None:
        box = _cut(picture, recipe.ratio, recipe.focus)
        size = max(1, round(box[2] - box[0])), max(1, round(box[3] - box[1]))
        return Placement(box, size, size)
    if not (recipe.width or recipe.height):
        return Placement((0, 0, width, height), picture, picture)
    return _WAYS[recipe.fit](picture, recipe)


def _asked(picture: tuple[int, int], recipe: Recipe) -> tuple[int, int]:
    """Return the width and height asked for; one that is missing follows from the picture's proportions."""
    width, height = min(recipe.width, MOST_SIDE), min(recipe.height, MOST_SIDE)
    return (
        width or max(1, round(picture[0] * height / picture[1])),
        height or max(1, round(picture[1] * width / picture[0])),
    )


def _within(picture: tuple[int, int], recipe: Recipe) -> Placement:
    """Make the picture as large as fits, not larger than it is."""
    asked = _asked(picture, recipe)
    size = _scaled(picture, min(1.0, asked[0] / picture[0], asked[1] / picture[1]))
    return Placement((0, 0, *picture), size, size)


def _pad(picture: tuple[int, int], recipe: Recipe) -> Placement:
    """Do the same and fill the rest of the width and height asked for with background."""
    canvas = _asked(picture, recipe)
    size = _within(picture, recipe).size
    room = canvas[0] - size[0], canvas[1] - size[1]
    at = round(room[0] * recipe.focus[0] / 1000), round(room[1] * recipe.focus[1] / 1000)
    return Placement((0, 0, *picture), size, canvas, at)


def _fill(picture: tuple[int, int], recipe: Recipe) -> Placement:
    """Fill width and height, enlarging if need be, and cut off what is over."""
    canvas = _asked(picture, recipe)
    return Placement(_cut(picture, canvas, recipe.focus), canvas, canvas)


def _scale(picture: tuple[int, int], recipe: Recipe) -> Placement:
    """Make the picture exactly so wide and high, distorting it if need be."""
    canvas = _asked(picture, recipe)
    return Placement((0, 0, *picture), canvas, canvas)


def _crop(picture: tuple[int, int], recipe: Recipe) -> Placement:
    """Cut a part of this size out of the picture as it is."""
    asked = recipe.width or picture[0], recipe.height or picture[1]
    canvas = min(asked[0], picture[0]), min(asked[1], picture[1])
    left = round((picture[0] - canvas[0]) * recipe.focus[0] / 1000)
    top = round((picture[1] - canvas[1]) * recipe.focus[1] / 1000)
    return Placement((left, top, left + canvas[0], top + canvas[1]), canvas, canvas)


_WAYS = {"whole": _within, "pad": _pad, "fill": _fill, "scale": _scale, "crop": _crop, "thumb": _fill}


def _cut(picture: tuple[int, int], ratio: tuple[int, int], focus: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the largest box of a ratio within a picture that lies around the focus as far as it can."""
    width = min(float(picture[0]), picture[1] * ratio[0] / ratio[1])
    height = min(float(picture[1]), width * ratio[1] / ratio[0])
    left = min(max(0.0, picture[0] * focus[0] / 1000 - width / 2), picture[0] - width)
    top = min(max(0.0, picture[1] * focus[1] / 1000 - height / 2), picture[1] - height)
    return left, top, left + width, top + height


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
