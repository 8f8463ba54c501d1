"""How wide and high a static picture is, by the first bytes of its file: so that a page keeps the room for it."""

from __future__ import annotations

import re
import struct
from math import ceil
from typing import TYPE_CHECKING

from exporter.core.files import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 100_000
_ROOT = re.compile(rb"<svg\b[^<>]*>")
_ATTRIBUTE = re.compile(r"""\s(width|height|viewBox)\s*=\s*["']([^"']*)["']""")
_PIXELS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:px)?")


def logo_size(static: Path, logo: str | None) -> list[int] | None:
    """Return width and height of the logo in the folder of static files; None for none, or where it says neither."""
    data = read_bytes(static / logo) if logo is not None else None
    found = picture_size(data) if data is not None else None
    return list(found) if found is not None else None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Read width and height, in pixels, of a PNG, GIF, JPEG, WebP or SVG; None where the file does not say them."""
    read = next((each for begins, each in _READERS if data.startswith(begins)), _svg)
    try:
        found = read(data)
    except (struct.error, IndexError):  # cut short
        return None
    return found if found is not None and all(0 < each <= _LARGEST for each in found) else None


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Go from segment to segment until one that begins a frame."""
    place = 2
    while data[place] == 0xFF:
        kind = data[place + 1]
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 1 if kind == 0xFF else 2 + struct.unpack_from(">H", data, place + 2)[0]
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return (width & 0x3FFF, height & 0x3FFF) if kind == b"VP8 " else None


def _svg(data: bytes) -> tuple[int, int] | None:
    """Read the size that an SVG says, else that of its `viewBox`."""
    root = _ROOT.search(data)
    values = dict(_ATTRIBUTE.findall(root[0].decode("utf-8", "replace"))) if root is not None else {}
    box = values.get("viewBox", "").replace(",", " ").split()
    for pair in ([values.get("width", ""), values.get("height", "")], box[2:4]):
        sizes = [found for each in pair if (found := _PIXELS.fullmatch(each.strip()))]
        if len(sizes) == 2:
            width, height = (ceil(float(each[1])) for each in sizes)
            return width, height
    return None


_READERS = ((b"\x89PNG\r\n\x1a\n", _png), (b"GIF8", _gif), (b"\xff\xd8", _jpeg), (b"RIFF", _webp))
