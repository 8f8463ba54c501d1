"""Offers: the variants of a picture that a page lets the browser choose from, and the names of their files.

A variant is named by the digest of the picture's bytes, the recipe in its canonical spelling, and the version of all
recipes; never by its own bytes, which change with the library that made it. So whether it is there already, and at
which address, is known before anything is decoded.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

from exporter.pictures.facts import VARIED, FileFacts
from exporter.pictures.geometry import result_size
from exporter.pictures.recipe import CENTRE, WHOLE, Recipe

VERSION = 1
"""The version of all recipes: another one names every variant anew, so it changes with what a recipe makes."""

FOLDER = "pictures"
"""The folder under site/ in which variants lie."""

WIDTHS = (320, 480, 640, 960, 1280, 1920)
"""Widths in which a picture is offered, as far as it is wide enough itself; in pixels."""

KEPT_WIDTH = 960
"""The width of the variant of the whole picture that readers' devices keep, for every place where it is shown."""


class Variant(NamedTuple):
    """A file that is made of a picture: its name under `FOLDER`, its size in pixels, the kind of file."""

    name: str
    width: int
    height: int
    kind: str


class Offer(NamedTuple):
    """What a page offers of a picture.

    `number` stands for it in the index: 64 bits of a digest. `modern` are the variants that most browsers take, by kind
    and from the smallest to the largest; `fallback` is for all others. `made` are all that has to be made for it, each
    once with its recipe, and beside them the variant that readers' devices keep.
    """

    number: int
    modern: tuple[Variant, ...]
    fallback: Variant
    made: tuple[tuple[Recipe, Variant], ...]

    def __hash__(self) -> int:
        return self.number  # pages look up elements by their offers, some hundred times each


@lru_cache(maxsize=4096)
def offer(source: str, facts: FileFacts, recipe: Recipe, shown: int, *, avif: bool = False) -> Offer:
    """Return what is made of a picture that is shown at most `shown` pixels wide; never larger than it is.

    `source` is the path of its file.
    """
    width, height = result_size((facts.width, facts.height), recipe)
    if recipe.ratio is not None and (width, height) == (facts.width, facts.height):
        recipe = recipe._replace(ratio=None, focus=CENTRE)  # it has that ratio
    widths = [width] if recipe.width or recipe.height else _widths(width, shown)
    kinds = [recipe.kind] if recipe.kind else ["avif", "webp"] if avif else ["webp"]

    def variant(at: int, kind: str) -> Variant:
        return Variant(_name(facts, recipe, at, kind), at, max(1, round(height * at / width)), kind)

    modern = tuple(variant(at, kind) for kind in kinds for at in widths)
    fallback = variant(widths[0] if len(widths) == 1 else min(width, shown), recipe.kind or VARIED[facts.kind])
    made = dict.fromkeys([*((recipe, one) for one in (*modern, fallback)), (WHOLE, kept_variant(facts))])
    number = int.from_bytes(_digest(facts, f"{source}\n{recipe.canonical}\n{shown}\n{kinds}"), "big", signed=True)
    return Offer(number, modern, fallback, tuple(made))


def kept_variant(facts: FileFacts) -> Variant:
    """Return the variant that readers' devices keep of a picture."""
    width = min(KEPT_WIDTH, facts.width)
    height = max(1, round(facts.height * width / facts.width))
    return Variant(f"{_picture_name(facts)}.webp", width, height, "webp")


def _widths(natural: int, shown: int) -> list[int]:
    """Return the widths that a picture is offered in where it is shown so wide: up to twice that, for dense screens."""
    most = min(natural, 2 * shown, max(shown, WIDTHS[-1]))
    return sorted({*(width for width in WIDTHS if width <= most), min(natural, shown), most})


def _name(facts: FileFacts, recipe: Recipe, width: int, kind: str) -> str:
    if recipe == WHOLE:
        is_kept = kind == "webp" and width == min(KEPT_WIDTH, facts.width)
        return kept_variant(facts).name if is_kept else f"{_picture_name(facts)}-{width}.{kind}"
    return f"{_picture_name(facts)}-{_digest(facts, recipe.canonical).hex()[:8]}-{width}.{kind}"


def _picture_name(facts: FileFacts) -> str:
    return _digest(facts, "").hex()


def _digest(facts: FileFacts, text: str) -> bytes:
    return hashlib.sha256(f"{VERSION}\n{facts.digest}\n{text}".encode()).digest()[:8]
