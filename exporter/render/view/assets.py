"""The files of assets as pages see them: their own file, what their metadata says, their address at the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.picture_tables import own_file_offer
from exporter.guide.library import questions
from exporter.pictures.recipe import CENTRE
from exporter.render.view.view import Asset, loaded_of, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.core.encoding import Json


def own_file(asset: Asset) -> str | None:
    """Return the path under site/ of an asset's own file, None if it has none; a page that asks for it links to it."""
    view = view_of(asset)
    path = view.of_item(loaded_of(asset), questions.file_path(view.locale))
    if path:
        row = own_file_offer(path)
        view.offers[row.number] = row
    return path


def has_file(asset: Asset) -> bool:
    """Whether an asset's file is here; a page that asks does not link to it."""
    view = view_of(asset)
    return view.of_item(loaded_of(asset), questions.file_path(view.locale)) is not None


def file_values(asset: Asset) -> Mapping[str, Mapping[str, Json]]:
    """Return what an asset's metadata says of its files, by locale."""
    values = view_of(asset).of_item(loaded_of(asset), questions.FILE_VALUES)
    return {code: value for code, value in values.items() if isinstance(value, dict)}


def source_of(asset: Asset) -> str:
    """Return the address of an asset's file at the source, "" if it has none: for links, pages never load it."""
    value = view_of(asset).answer(loaded_of(asset), "file")[0]
    url = value.get("url") if isinstance(value, dict) else None
    whole = f"https:{url}" if isinstance(url, str) and url.startswith("//") else url
    return whole if isinstance(whole, str) and whole.startswith(("https://", "http://")) else ""


def stated_size(asset: Asset) -> tuple[int, int]:
    """Return the width and height of a picture that its metadata states, 0 for what it does not."""
    value = view_of(asset).answer(loaded_of(asset), "file")[0] if asset.is_image else None
    details = value.get("details") if isinstance(value, dict) else None
    image = details.get("image") if isinstance(details, dict) else None
    width, height = (image.get(name) if isinstance(image, dict) else 0 for name in ("width", "height"))
    return _counted(width), _counted(height)


def stated_file(asset: Asset) -> tuple[str, int]:
    """Return the name and the number of bytes of a file that its metadata states, "" and 0 for what it does not."""
    value = view_of(asset).answer(loaded_of(asset), "file")[0]
    name, details = (value.get(key) if isinstance(value, dict) else None for key in ("fileName", "details"))
    size = details.get("size") if isinstance(details, dict) else 0
    return name if isinstance(name, str) else "", _counted(size)


def focal_point(asset: Asset) -> tuple[int, int]:
    """Return the point of a picture that matters most, in thousandths of its sides; the centre if none is stated.

    It stands in the details of the file as `focalPoint`: `x` and `y` in pixels, or as parts of 1.
    """
    value = view_of(asset).answer(loaded_of(asset), "file")[0]
    details = value.get("details") if isinstance(value, dict) else None
    image = details.get("image") if isinstance(details, dict) else None
    found = next((one["focalPoint"] for one in (image, details) if isinstance(one, dict) and "focalPoint" in one), None)
    if not isinstance(found, dict):
        return CENTRE
    across, down = (_part(found.get(name), side) for name, side in zip("xy", stated_size(asset), strict=True))
    return (across, down) if across is not None and down is not None else CENTRE


def _part(value: Json, side: int) -> int | None:
    """Return a place along a side in thousandths; None if it is no place there."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    part = value if 0 <= value <= 1 else value / side if side else -1.0
    return round(part * 1000) if 0 <= part <= 1 else None


def _counted(value: Json) -> int:
    return value if type(value) is int and value > 0 else 0
