"""Where an entry is, for what sorts by distance on the reader's device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from exporter.render.view.fields import content_type_of, once
from exporter.render.view.view import loaded_of, view_of

if TYPE_CHECKING:
    from exporter.core.encoding import Json

_DECIMALS = 5
"""Of a degree: about a metre."""


@once
def position(thing: Any) -> Markup:
    """Return the attribute with latitude and longitude of an entry's first location; nothing if it has none."""
    content_type = content_type_of(thing)
    names = [field.id for field in content_type.fields if field.type == "Location"] if content_type is not None else []
    for name in names:
        value: Json = view_of(thing).answer(loaded_of(thing), name)[0]
        degrees: list[Any] = [value.get(part) for part in ("lat", "lon")] if isinstance(value, dict) else []
        if degrees and all(_is_degree(part, most) for part, most in zip(degrees, (90, 180), strict=True)):
            lat, lon = (f"{round(part, _DECIMALS):.10g}" for part in degrees)
            return Markup(f' data-at="{lat},{lon}"')  # noqa: S704 - numbers
    return Markup("")


def _is_degree(value: Json, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= most
