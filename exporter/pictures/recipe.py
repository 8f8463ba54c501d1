"""A recipe: what is to be made of a picture, as plain values."""

from __future__ import annotations

from typing import NamedTuple

CENTRE = (500, 500)


class Recipe(NamedTuple):
    """What is made of a picture before it is offered in several widths.

    `fit` is "whole" (nothing is cut off) or one of Contentful's: pad, fill, scale, crop, thumb. `width` and `height`
    are those of the result in pixels, 0 for the picture's own. `ratio` is another proportion of width to height, which
    the picture is cut to around its focus: two whole numbers. `focus` is a point in thousandths of width and height.
    `radius` rounds corners, in pixels (-1 for an ellipse); `background` is a colour, `quality` from 1 to 100, 0 for the
    usual one. `kind` is the kind of file, "" for WebP beside a fallback.
    """

    fit: str = "whole"
    width: int = 0
    height: int = 0
    ratio: tuple[int, int] | None = None
    focus: tuple[int, int] = CENTRE
    radius: int = 0
    background: str = ""
    quality: int = 0
    kind: str = ""

    @property
    def canonical(self) -> str:
        """The recipe in the one spelling that names and caches know it by: what is as usual is left out."""
        parts = zip(self._fields, self, Recipe(), strict=True)
        return ";".join(f"{name}={value}" for name, value, usual in parts if value != usual)


WHOLE = Recipe()
