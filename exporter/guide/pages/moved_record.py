"""`content/moved.json` as it lies there: earlier values of the fields that addresses are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from exporter.core.errors import GuardError
from exporter.core.naming import MOVED_PATH
from exporter.guide.schema.read_model import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.core.encoding import Json

Record = dict[str, dict[str, list[str]]]
"""Earlier values of an entry's fields: by field and locale."""


def read_moved(content: Path) -> dict[str, Record]:
    """Return the records by item; none where there is no file.

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
