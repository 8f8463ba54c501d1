"""`content/moved.json`: earlier values of the fields that addresses are made of, so that old addresses redirect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from exporter.core.encoding import canonical
from exporter.core.errors import GuardError
from exporter.core.files import read_json, remove, write_if_different
from exporter.core.model import link_key
from exporter.core.naming import MOVED_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.core.model import Item

Record = dict[str, dict[str, list[str]]]
"""Earlier values of an entry's fields: by field and locale."""
APART = "sys.id"
"""The name under which a record has addresses that an entry lost because others came to want the same, or ceased to.

They stand there as paths behind what the addresses of the locale begin with: `show/storm-s1`.
"""


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


def record_move(earlier: Mapping[str, Any], before: Item, after: Item, fields: Iterable[str]) -> dict[str, Any]:
    """Return an item's record with the values of `fields` that `after` replaces; a value that is back leaves it."""
    found: dict[str, Any] = {APART: earlier.get(APART, {})}
    for name in fields:
        old, new = ({code: _text(value) for code, value in item.localized(name).items()} for item in (before, after))
        recorded = earlier.get(name, {})
        values = {code: (*recorded.get(code, ()), old.get(code)) for code in {*old, *recorded}}
        found[name] = _filled({code: _without(texts, new.get(code)) for code, texts in values.items()})
    return _filled(found)


def record_loss(earlier: Mapping[str, Any], locale: str, lost: str, now: str) -> dict[str, Any]:
    """Return an item's record with an address that it lost in a locale; the one that it has `now` leaves the record."""
    apart = earlier.get(APART, {})
    texts = _without((*apart.get(locale, ()), lost), now)
    return _filled({**earlier, APART: _filled({**apart, locale: texts})})


def _without(texts: Iterable[str | None], current: str | None) -> list[str]:
    """Return the texts, each once, but for the one that is current."""
    return list(dict.fromkeys(text for text in texts if text is not None and text != current))


def _text(value: Json) -> str | None:
    """Return the text that an address can be made of: a link as its target's key, the first of several values."""
    first = value[0] if isinstance(value, list) and value else value
    key = link_key(first) if isinstance(first, dict) else None
    if key is not None:
        return str(key)
    return str(first) if isinstance(first, str | int) else None


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def write_moved(content: Path, moved: Mapping[str, Record], scratch: Path) -> None:
    """Write the record; remove the file where nothing has moved."""
    filled = _filled(moved)
    if filled:
        write_if_different(content / MOVED_PATH, canonical(filled), scratch)
    else:
        remove(content / MOVED_PATH, content)
