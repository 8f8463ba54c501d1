"""A space in the file that `contentful space export` writes: its published items, as the Delivery API gives them."""

from __future__ import annotations

import json
import re
import time
from codecs import BOM_UTF8
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from exporter.core.encoding import Json, canonical, decode, digest
from exporter.core.errors import ConfigError
from exporter.core.files import read_bytes
from exporter.core.model import Item, Upsert, item_digest, read_change
from exporter.core.naming import item_path
from exporter.space.folder import Stamp, file_stamp, files_asked, locales_in_order
from exporter.space.published import DeliveredModel, is_published

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_TICK = 20_000_000
"""Nanoseconds within which a file system may give two writes the same time."""

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_PARTS = ("entries", "assets", "contentTypes", "locales", "tags")


class NoJsonError(ConfigError):
    """Say where a file stops being JSON."""


@dataclass(frozen=True, slots=True)
class _Held:
    item: Item
    digest: bytes
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class _Contents:
    """What an export says, in the Delivery API's form; the items by path."""

    items: Mapping[str, _Held]
    locales: list[Json]
    tags: list[Json]
    content_types: list[Json]


class ExportFile:
    """The file of an export. `stamps` and the model look at it anew; `read` gives what the last look found.

    A file that is caught while it is written, no JSON yet, is taken as it was before. Raises ConfigError for a file
    that is no export to begin with.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stamp: Stamp | None = None
        data = root.read_bytes()
        self._digest, self._contents = digest(data), _read_export(root, data)

    def _look(self) -> _Contents:
        """Read the file again where it may have changed; one written within a tick may change under the same stamp."""
        looked = time.time_ns() - _TICK
        stamp = file_stamp(self.root)
        data = read_bytes(self.root) if stamp not in (None, self._stamp) else None
        if data is None or stamp is None:
            return self._contents
        if digest(data) != self._digest:
            with suppress(NoJsonError):
                self._contents = _read_export(self.root, data)
                self._digest = digest(data)
        self._stamp = stamp if stamp.mtime < looked else None
        return self._contents

    def stamps(self, paths: Iterable[str] | None = None) -> Iterator[tuple[str, Stamp]]:
        """Yield path and stamp of every published item, or of those at some paths.

        The stamp is made of the item's own bytes, so that a file written anew touches what it changed and no more.
        """
        items = self._look().items
        for path in items if paths is None else paths:
            if path in items:
                yield path, items[path].stamp

    def read(self, path: str) -> tuple[Item, bytes] | None:
        """Return the item at a path and its digest; None for none."""
        held = self._contents.items.get(path)
        return (held.item, held.digest) if held else None

    def locales(self) -> list[Json]:
        """Return the locales that are delivered; an export without has en-US."""
        return self._look().locales

    def tags(self) -> list[Json]:
        """Return the public tags."""
        return self._look().tags

    def content_types(self) -> list[Json]:
        """Return the published content types."""
        return self._look().content_types

    def asset_file(self, item: Item, path: str, url_path: str) -> Path | None:
        """Return an asset's file that is asked at a URL's path, where `--download-assets` put it; None for no such.

        It lies beside the export under host and path of the URL; what leads out of the host's folder is none.
        """
        for file in files_asked(item, path, url_path):
            parts = urlsplit(file.url)
            inside = unquote(parts.path).lstrip("/")
            if _HOST.fullmatch(parts.netloc) is None or "\0" in inside:
                continue
            folder = (self.root.parent / parts.netloc).resolve()
            found = (folder / inside).resolve()
            if found.is_relative_to(folder) and found.is_file():
                return found
        return None


def _read_export(file: Path, data: bytes) -> _Contents:
    """Read an export. Raises NoJsonError, or ConfigError for JSON of another form."""
    parts = _parts(file, _json(file, data))
    model = DeliveredModel.of(parts["contentTypes"], parts["locales"], parts["tags"])
    items: dict[str, _Held] = {}
    for raw in (*parts["entries"], *parts["assets"]):
        if is_published(raw):
            items.update(_held(model.item(raw)))
    return _Contents(items, locales_in_order(model.locales), model.tags, model.content_types)


def _json(file: Path, data: bytes) -> Json:
    plain = data.removeprefix(BOM_UTF8)
    try:
        plain.decode("utf-8")
        return decode(plain)
    except json.JSONDecodeError as error:
        where, said = f"line {error.lineno}, column {error.colno}", error.msg
    except UnicodeDecodeError as error:
        read = plain[: error.start].decode("utf-8")
        where, said = f"line {read.count(chr(10)) + 1}, column {len(read) - read.rfind(chr(10))}", "no UTF-8"
    except ValueError as error:
        where, said = "", str(error)
    raise NoJsonError("space-broken", ": ".join(filter(None, (f"{file} is no JSON", where, said))))


def _parts(file: Path, raw: Json) -> dict[str, list[Json]]:
    """Take an export apart; a part that was not exported is empty."""
    found = {name: raw[name] for name in _PARTS if name in raw} if isinstance(raw, dict) else {}
    lists = {name: part for name, part in found.items() if isinstance(part, list)}
    if not set(lists) & set(_PARTS[:3]) or len(lists) < len(found):
        wrong = next((f"; {name} is none" for name in found if name not in lists), "")
        raise ConfigError(
            "space-broken",
            f"{file} is no export of a space: expected a JSON object with the lists entries, assets and contentTypes, "
            f"as `contentful space export` writes it{wrong}",
        )
    return {name: [part for part in lists.get(name, []) if isinstance(part, dict)] for name in _PARTS}


def _held(raw: Json) -> Iterator[tuple[str, _Held]]:
    """Yield a delivered item by its path; nothing for what is neither entry nor asset."""
    with suppress(ValueError):
        change = read_change(raw)
        if isinstance(change, Upsert):
            item, data = change.item, canonical(raw)
            name = item_digest(item.key, data)
            stamp = Stamp(len(data), 0, int.from_bytes(name[:8], "big") >> 1)
            yield item_path(item.key, item.content_type), _Held(item, name, stamp)
