"""Pictures for tests: small ones of every kind, each with a corner that tells which way up it is."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image


def corners(width: int = 90, height: int = 60, mode: str = "RGB") -> Image.Image:
    """Return a blue picture whose upper left quarter is red."""
    made = Image.new("RGB", (width, height), (20, 40, 200))
    made.paste((220, 20, 20), (0, 0, width // 2, height // 2))
    return made if mode == "RGB" else made.convert(mode)


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a picture's file."""
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def plain(width: int = 90, height: int = 60, colour: tuple[int, int, int] = (20, 40, 200), kind: str = "PNG") -> bytes:
    """Return the bytes of a picture of one colour."""
    return encoded(Image.new("RGB", (width, height), colour), kind)
