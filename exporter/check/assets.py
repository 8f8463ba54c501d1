"""What is wrong with an asset: no words for a picture, no size, too large a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.containment import PlainFolders
from exporter.core.naming import asset_files
from exporter.guide.schema.titles import is_file_name
from exporter.report.problems import HOW_TO_RESTORE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.check.rules import Found, Rules
    from exporter.core.encoding import Json
    from exporter.core.model import Item

LARGEST_FILE = 5_000_000
"""Bytes beyond which a file is too much to load for a reader on the road."""


def _is_image(value: Json) -> bool:
    kind = value.get("contentType") if isinstance(value, dict) else None
    return isinstance(kind, str) and kind.startswith("image/")


def alt_missing(rules: Rules, item: Item) -> Iterator[Found]:
    """Yield the locales in which a picture has neither a description nor a title, except for the name of its file."""
    guide = rules.guide
    for code in dict.fromkeys((guide.default, *guide.locales)):
        file = guide.answer(item, "file", code).value
        if _is_image(file) and not _words(rules, item, code, file.get("fileName")):
            message = f" has no description in {code}: describe what it shows, and publish"
            yield "alt-missing", code, "description", message
            if code == guide.default:
                return  # what falls back to it has none either


def _words(rules: Rules, item: Item, code: str, file_name: Json) -> bool:
    answers = (rules.guide.answer(item, name, code).value for name in ("description", "title"))
    file = file_name if isinstance(file_name, str) else ""
    return any(isinstance(text, str) and text.strip() and not is_file_name(text.strip(), file) for text in answers)


def odd_files(rules: Rules, item: Item, path: str, content: Path) -> Iterator[Found]:
    """Yield files that are too large and pictures without a size, among those that are there to be copied."""
    if item.key.kind != "asset" or rules.guide.site.content.assets != "download":
        return
    values, folders = item.localized("file"), PlainFolders(content)
    for file in asset_files(item, path):
        code = file.locales[0]
        if folders.find(file.path) is None:
            yield "asset-missing", code, "file", f" lacks content/{file.path}: {HOW_TO_RESTORE}"
            continue
        if file.size is not None and file.size > LARGEST_FILE:
            message = f" has a file of {megabytes(file.size)}, which readers have to load: upload a smaller one"
            yield "file-too-large", code, "file", message
        if _is_image(values[code]) and not _has_size(values[code]):
            message = " is a picture of unknown width and height, so pages jump while it loads: upload it again"
            yield "image-size-missing", code, "file", message


def megabytes(size: int) -> str:
    """Return a number of bytes in megabytes, as messages have it."""
    return f"{size / 1_000_000:.1f} MB"


def _has_size(value: Mapping[str, Json]) -> bool:
    details = value.get("details")
    image = details.get("image") if isinstance(details, dict) else None
    sizes = [image.get(name) for name in ("width", "height")] if isinstance(image, dict) else [None]
    return all(isinstance(number, int) and number > 0 for number in sizes)
