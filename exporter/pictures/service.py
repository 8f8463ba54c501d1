"""The parameters of Contentful's Images API as recipes: `?w=300&h=200&fit=fill&f=top` in an address of a picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from exporter.pictures.geometry import MOST_SIDE
from exporter.pictures.recipe import CENTRE, WHOLE, Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FITS = ("pad", "fill", "scale", "crop", "thumb")
_ACROSS = {"left": 0, "right": 1000}
_DOWN = {"top": 0, "bottom": 1000}
_FOCUSES = {
    "center": CENTRE,
    **{name: (place, 500) for name, place in _ACROSS.items()},
    **{name: (500, place) for name, place in _DOWN.items()},
    **{f"{down}_{across}": (x, y) for down, y in _DOWN.items() for across, x in _ACROSS.items()},
}
_KINDS = {"jpg": "jpg", "png": "png", "webp": "webp", "avif": "avif"}
_COLOUR = re.compile(r"rgb:([0-9a-fA-F]{6})")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,5}")


class Request(NamedTuple):
    """What parameters ask for: the recipe, and a note for each that is not honoured as the service would."""

    recipe: Recipe
    notes: tuple[str, ...] = ()


def read_request(query: str) -> Request:
    """Read the parameters of an address; those that are none of a picture's are passed over."""
    values: dict[str, Any] = {}
    notes: list[str] = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        reader = _READERS.get(name)
        if reader is None:
            continue
        found = reader(value)
        if found is None:
            notes.append(f"{name}={value} is not honoured")
        else:
            values |= found
            if value in ("face", "faces"):
                notes.append(f"{name}={value} takes the centre: nobody looks for faces here")
    recipe = WHOLE._replace(**values)
    if not (recipe.width or recipe.height):
        recipe = recipe._replace(fit="whole", focus=CENTRE)  # without a size there is nothing to fit
    return Request(recipe, tuple(notes))


def _side(name: str, value: str) -> dict[str, Any] | None:
    pixels = int(value) if _WHOLE_NUMBER.fullmatch(value) else 0
    return {name: pixels} if 0 < pixels <= MOST_SIDE else None


def _focus(value: str) -> dict[str, Any] | None:
    found = CENTRE if value in ("face", "faces") else _FOCUSES.get(value)
    return {"focus": found} if found is not None else None


def _radius(value: str) -> dict[str, Any] | None:
    if value == "max":
        return {"radius": -1}
    return {"radius": int(value)} if _WHOLE_NUMBER.fullmatch(value) else None


def _quality(value: str) -> dict[str, Any] | None:
    found = int(value) if _WHOLE_NUMBER.fullmatch(value) else 0
    return {"quality": found} if 0 < found <= 100 else None


def _background(value: str) -> dict[str, Any] | None:
    found = _COLOUR.fullmatch(value)
    return {"background": f"#{found[1].lower()}"} if found else None


_READERS: Mapping[str, Callable[[str], dict[str, Any] | None]] = {
    "w": lambda value: _side("width", value),
    "h": lambda value: _side("height", value),
    "fit": lambda value: {"fit": value} if value in FITS else None,
    "f": _focus,
    "r": _radius,
    "bg": _background,
    "q": _quality,
    "fm": lambda value: {"kind": _KINDS[value]} if value in _KINDS else None,
}
"""The parameters, each with what reads its value: None for one that is not honoured."""
