"""Width and height of a static picture from the first bytes of its file, so that a page can reserve its space."""

from __future__ import annotations

import re
import struct
from math import ceil
from typing import TYPE_CHECKING

from exporter.core.files import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 100_000
"""Pixels; a file that claims to be larger is taken for damaged."""
_ROOT = re.compile(rb"<svg\b[^<>]*>")
_ATTRIBUTE = re.compile(r"""\s(width|height|viewBox)\s*=\s*["']([^"']*)["']""")
_PIXELS = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:px)?")


def logo_size(static: Path, logo: str | None) -> list[int] | None:
    """Return width and height of the logo among the static files; None without a logo, or without a size."""
    data = read_bytes(static / logo) if logo is not None else None
    found = picture_size(data) if data is not None else None
    return list(found) if found is not None else None


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height, in pixels, of a PNG, GIF, JPEG, WebP or SVG; None where the file has no size."""
    read = next((reader for begins, reader in _READERS if data.startswith(begins)), _svg)
    try:
        found = read(data)
    except (struct.error, IndexError):  # cut short
        return None
    return found if found is not None and all(0 < side <= _LARGEST for side in found) else None


def _png(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _gif(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """Return the size in the first segment that starts a frame."""
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
    """Return the width and height of an SVG, else those of its `viewBox`."""
    root = _ROOT.search(data)
    values = dict(_ATTRIBUTE.findall(root[0].decode("utf-8", "replace"))) if root is not None else {}
    box = values.get("viewBox", "").replace(",", " ").split()
    for pair in ([values.get("width", ""), values.get("height", "")], box[2:4]):
        sizes = [found for side in pair if (found := _PIXELS.fullmatch(side.strip()))]
        if len(sizes) == 2:
            width, height = (ceil(float(size[1])) for size in sizes)
            return width, height
    return None


_READERS = ((b"\x89PNG\r\n\x1a\n", _png), (b"GIF8", _gif), (b"\xff\xd8", _jpeg), (b"RIFF", _webp))
