"""What the planner asks of the disk, answered out of content/ and staging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.files import has_size, read_bytes
from exporter.layout import LOCALES_PATH
from exporter.mirror.index import read_item
from exporter.mirror.plan import Disk
from exporter.spelling import decode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporter.mirror.staging import Staging
    from exporter.model import Item


def look_at(content: Path, staging: Staging, locales: Iterable[str], *, downloads: bool) -> Disk:
    """Give the answers for a mirror; `locales` are those of the space, `downloads` says whether files are kept."""
    return Disk(
        tuple(sorted({*locales, *_locale_codes(content)})),
        downloads,
        mirrored=lambda path: _read_item(content / path),
        staged=lambda change: _read_item(staging.folder / change.files[0]),
        stands=lambda file: has_size(content / file.path, file.size),
    )


def _locale_codes(content: Path) -> list[str]:
    """Give the locales that twins were written in so far; none where the file is missing or broken."""
    try:
        found = decode(read_bytes(content / LOCALES_PATH) or b"{}")
    except ValueError:
        found = {}
    return list(found) if isinstance(found, dict) else []


def _read_item(path: Path) -> Item | None:
    data = read_bytes(path)
    return read_item(data) if data is not None else None
