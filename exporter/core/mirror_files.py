"""Files of the mirror that are no item's, read through checked types: JSON, and the record of earlier addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from exporter.core.encoding import decode
from exporter.core.errors import GuardError
from exporter.core.files import read_below
from exporter.core.naming import MOVED_PATH

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.core.encoding import Json

Record = dict[str, dict[str, list[str]]]
"""Earlier values of an entry's fields: by field and locale."""


def read_json(content: Path, path: str) -> Json:
    """Read a JSON file of the mirror; a missing file is an empty object. Raises GuardError for a broken one."""
    try:
        data = read_below(content, path)
        return decode(data) if data is not None else {}
    except ValueError as error:
        raise GuardError(
            "mirror-broken", f"{content / path} is not JSON ({error}): restore it from git, or run sync --full"
        ) from None


def read_moved(content: Path) -> dict[str, Record]:
    """Return the records by item; none if there is no file.

    Raises GuardError for a file of another form: what it held would be lost if it were taken for an empty one.
    """
    found = read_json(content, MOVED_PATH)
    if not _are_records(found):
        raise GuardError(
            "mirror-broken",
            f"{content / MOVED_PATH} is no record of earlier addresses (items, their fields, locales, lists of texts): "
            "restore it from git, or delete it and lose the redirects",
        )
    return found


def _are_records(value: Json) -> TypeGuard[dict[str, Record]]:
    """Whether a value has the form of the file: items, their fields, the locales of each, lists of texts."""
    level = [value]
    for _ in range(3):
        if not all(isinstance(part, dict) for part in level):
            return False
        level = [inner for part in level for inner in part.values()]
    lists = all(isinstance(part, list) for part in level)
    return lists and all(isinstance(text, str) for part in level for text in part)
