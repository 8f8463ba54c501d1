"""`content/moved.json`: earlier values of the fields that addresses are made of, so that old addresses can lead on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.core.encoding import canonical, decode
from exporter.core.files import read_bytes, remove, write_if_different
from exporter.core.model import link_key
from exporter.core.naming import MOVED_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.core.model import Item

Moved = dict[str, dict[str, dict[str, list[str]]]]


def read_moved(content: Path) -> Moved:
    """Read the record; a missing one, or one that somebody broke, is empty."""
    try:
        raw: Any = decode(read_bytes(content / MOVED_PATH) or b"{}")
        return {
            str(key): {
                str(name): {str(code): [*map(str, old)] for code, old in values.items() if isinstance(old, list)}
                for name, values in fields.items()
            }
            for key, fields in raw.items()
        }
    except (ValueError, AttributeError):
        return {}


def note_move(earlier: Mapping[str, Any], before: Item, after: Item, fields: Iterable[str]) -> dict[str, Any]:
    """Give an item's record with the values of `fields` that `after` replaces; one that is back is no earlier one."""
    found: dict[str, Any] = {}
    for name in fields:
        then, now = ({code: _text(each) for code, each in item.localized(name).items()} for item in (before, after))
        had = earlier.get(name, {})
        found[name] = _filled(
            {
                code: list(
                    dict.fromkeys(
                        each
                        for each in (*had.get(code, ()), then.get(code))
                        if each is not None and each != now.get(code)
                    )
                )
                for code in {*then, *had}
            }
        )
    return _filled(found)


def _text(value: Json) -> str | None:
    """Give what an address can be made of as text, of a link what it leads to; of several values the first."""
    first = value[0] if isinstance(value, list) and value else value
    key = link_key(first) if isinstance(first, dict) else None
    if key is not None:
        return str(key)
    return str(first) if isinstance(first, str | int) else None


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in values.items() if each}


def write_moved(content: Path, moved: Moved, scratch: Path) -> None:
    """Write the record; remove it where nothing has moved."""
    filled = _filled(moved)
    if filled:
        write_if_different(content / MOVED_PATH, canonical(filled), scratch)
    else:
        remove(content / MOVED_PATH, content)
