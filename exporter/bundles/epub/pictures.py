"""Which files are pictures that a book can show, by what they hold: their names may say something else."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError, ParserCreate

from exporter.core.files import read_file

if TYPE_CHECKING:
    from pathlib import Path

_MARKS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
_LARGEST_DRAWING = 1 << 20
"""Bytes of an SVG that are looked at."""


def media_type(data: bytes) -> str:
    """Return the media type of a picture; "" for what is none, or none that every reading system knows."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for mark, kind in _MARKS.items() if data.startswith(mark)), "")
    return found or ("image/svg+xml" if _is_drawing(data) else "")


def _is_drawing(data: bytes) -> bool:
    """Whether bytes are a well-formed SVG without a document type, which books may not have."""
    if b"<svg" not in data[:4096] or b"<!DOCTYPE" in data or len(data) > _LARGEST_DRAWING:
        return False
    try:
        ParserCreate().Parse(data, True)
    except ExpatError:
        return False
    return True


class Pictures:
    """The pictures among the files of a bundle, each looked into once."""

    def __init__(self, output: Path, paths: frozenset[str]) -> None:
        self._output = output
        self._paths = paths
        self.type_of = cache(self._type_of)

    def _type_of(self, path: str) -> str:
        return media_type(read_file(f"{self._output}/{path}")) if path in self._paths else ""
