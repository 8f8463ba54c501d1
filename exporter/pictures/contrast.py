"""Colours that can be read: the ink on an accent colour, and the accent as a link on light and on dark paper."""

from __future__ import annotations

from typing import NamedTuple

LEAST = 4.5
"""The contrast that texts need (WCAG 2.2, level AA)."""
LIGHT, DARK = "#f0ede5", "#232927"
"""The darkest ground of the light theme and the lightest one of the dark theme that links stand on."""
_STEPS = 64


class Accent(NamedTuple):
    """An accent colour's ink, and the colours that are as near to it as can be read on light and on dark paper."""

    ink: str
    on_light: str
    on_dark: str


def accent_colours(accent: str) -> Accent:
    """Return the colours that go with an accent, `#rrggbb`."""
    ink = max("#ffffff", "#000000", key=lambda colour: contrast(colour, accent))
    return Accent(ink, _readable(accent, LIGHT, "#000000"), _readable(accent, DARK, "#ffffff"))


def contrast(one: str, other: str) -> float:
    """Return the contrast between two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: str, ground: str, towards: str) -> str:
    """Return the first colour on the way from one to black or white that can be read on a ground."""
    mixed = (_mix(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next((found for found in mixed if contrast(found, ground) >= LEAST), towards)


def _mix(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in pairs)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    parts = (value / 255 for value in _channels(colour))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
