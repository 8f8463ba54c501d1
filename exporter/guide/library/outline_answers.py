"""Answers to questions about the guide's own outline below maps, out of a GeoJSON file in templates/static/."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.maps.outline import Shape

BOXES, SHEET = "outline_boxes", "outline_sheet"
OUTLINE_VALUES = (BOXES, SHEET)
"""What can be asked of it: the part of the Earth that it takes up, and that of each shape; its drawing."""


def read_outline_file(file: Path) -> Sequence[Shape]:
    """Return the shapes of a GeoJSON file. Raises ConfigError for a file that is none."""
    from exporter.maps.outline import read_outline

    try:
        return read_outline(file.read_bytes())
    except ValueError as error:
        raise ConfigError("outline-invalid", f"{file} {error}") from None
    except OSError as error:
        raise ConfigError("outline-invalid", f"{file} cannot be read: {error.strerror}") from None


def outline_value(shapes: Sequence[Shape], name: str) -> Json:
    """Return an answer as JSON: for BOXES west, south, east, north of all and of each, for SHEET width, height, paths.

    It is None without an outline.
    """
    if not shapes:
        return None
    from exporter.maps.outline import box_of, draw_outline

    if name == BOXES:
        return [list(box_of(some)) for some in (shapes, *([shape] for shape in shapes))]
    sheet = draw_outline(shapes)
    return [sheet.width, sheet.height, [list(path) for path in sheet.paths]]
