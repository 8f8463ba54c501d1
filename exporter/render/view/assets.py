"""The files of assets as pages see them: their own file, what their metadata says, their address at the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.index.picture_tables import own_file_offer
from exporter.guide.library import questions
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
    return _pixels(width), _pixels(height)


def _pixels(value: Json) -> int:
    return value if type(value) is int and value > 0 else 0
