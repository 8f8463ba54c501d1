"""A space in the file that `contentful space export` writes: its published items, as the Delivery API has them."""

from __future__ import annotations

import re
import time
from codecs import BOM_UTF8
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from exporter.core.encoding import LISTED, MOST_LEVELS, Json, canonical, decode, digest, no_deeper, not_json
from exporter.core.errors import ConfigError, reference
from exporter.core.model import Item, Upsert, item_digest, read_change
from exporter.core.naming import item_path
from exporter.space.folder import CLOCK_TICK, FileSignature, file_signature, files_at, locales_in_order
from exporter.space.published import DeliveredModel, is_published

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_PARTS = ("entries", "assets", "contentTypes", "locales", "tags")


class NotJsonError(ConfigError):
    """A file is not JSON; the message says where."""


@dataclass(frozen=True, slots=True)
class _DeliveredItem:
    item: Item
    digest: bytes
    signature: FileSignature


@dataclass(frozen=True, slots=True)
class _Contents:
    """The contents of an export in the form of the Delivery API; the items by path."""

    items: Mapping[str, _DeliveredItem]
    locales: list[Json]
    tags: list[Json]
    content_types: list[Json]


class ExportFile:
    """The file of an export. `signatures` and the model read it again if it changed; `read` does not.

    While the file is being written and is not JSON yet, it counts as it was before. Raises ConfigError for a file that
    is no export to begin with.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._signature: FileSignature | None = None
        data = root.read_bytes()
        self._digest, self._contents = digest(data), _read_export(root, data)

    def _current(self) -> _Contents:
        """Read the file again if it may have changed; within a clock tick it may do so under the same signature."""
        settled = time.time_ns() - CLOCK_TICK
        signature = file_signature(self.root)
        data = self._read() if signature not in (None, self._signature) else None
        if data is None or signature is None:
            return self._contents
        if digest(data) != self._digest:
            with suppress(NotJsonError):
                self._contents = _read_export(self.root, data)
                self._digest = digest(data)
        self._signature = signature if signature.mtime < settled else None
        return self._contents

    def _read(self) -> bytes | None:
        """Return the file's bytes, behind a link too: the owner of the guide names it."""
        try:
            return self.root.read_bytes()
        except FileNotFoundError:
            return None

    def signatures(self, paths: Iterable[str] | None = None) -> Iterator[tuple[str, FileSignature]]:
        """Yield path and signature of every published item, or of those at some paths.

        A signature is made from the item's own bytes, so that a new export touches no item that it did not change.
        """
        items = self._current().items
        for path in items if paths is None else paths:
            if path in items:
                yield path, items[path].signature

    def read(self, path: str) -> tuple[Item, bytes] | None:
        """Return the item at a path with its digest; None if there is none."""
        delivered = self._contents.items.get(path)
        return (delivered.item, delivered.digest) if delivered else None

    def locales(self) -> list[Json]:
        """Return the locales that are delivered; an export without has en-US."""
        return self._current().locales

    def tags(self) -> list[Json]:
        """Return the public tags."""
        return self._current().tags

    def content_types(self) -> list[Json]:
        """Return the published content types."""
        return self._current().content_types

    def asset_file(self, item: Item, path: str, url_path: str) -> Path | None:
        """Return an asset's file for a URL's path, where `--download-assets` put it; None if there is none.

        It lies beside the export, under host and path of the URL, and never outside the host's folder.
        """
        for file in files_at(item, path, url_path):
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
    """Read an export. Raises NotJsonError, or ConfigError for JSON of another form."""
    parts = _parts(file, _json(file, data))
    model = DeliveredModel.of(parts["contentTypes"], parts["locales"], parts["tags"])
    items: dict[str, _DeliveredItem] = {}
    for raw in (*parts["entries"], *parts["assets"]):
        if is_published(raw):
            items.update(_delivered(model.item(raw)))
    if not items and (parts["entries"] or parts["assets"]):
        raise ConfigError(
            "space-broken",
            f"{file}: of its {len(parts['entries'])} entries and {len(parts['assets'])} assets, none is published "
            f"(sys.publishedVersion is missing): publish them and export again, see {reference('local-space.md')}",
        )
    return _Contents(items, locales_in_order(model.locales), model.tags, model.content_types)


def _json(file: Path, data: bytes) -> Json:
    plain = data.removeprefix(BOM_UTF8)
    try:
        plain.decode("utf-8")
        return decode(plain, levels=MOST_LEVELS + LISTED)
    except ValueError as error:
        raise NotJsonError(
            "space-broken", f"{not_json(file, plain, error)}: correct it, or export the space again"
        ) from None


def _parts(file: Path, raw: Json) -> dict[str, list[Json]]:
    """Return the parts of an export; one that was not exported is empty."""
    found = {name: raw[name] for name in _PARTS if name in raw} if isinstance(raw, dict) else {}
    lists = {name: part for name, part in found.items() if isinstance(part, list)}
    if not set(lists) & set(_PARTS[:3]) or len(lists) < len(found):
        wrong = next((f"; {name} is no list" for name in found if name not in lists), "")
        raise ConfigError(
            "space-broken",
            f"{file} is not an export of a space: expected a JSON object with the lists entries, assets and "
            f"contentTypes, as `contentful space export` writes it{wrong}",
        )
    return {name: [part for part in lists.get(name, []) if isinstance(part, dict)] for name in _PARTS}


def _delivered(raw: Json) -> Iterator[tuple[str, _DeliveredItem]]:
    """Yield a delivered item with its path; nothing for anything but an entry or asset."""
    with suppress(ValueError):
        raw = no_deeper(raw)
        change = read_change(raw)
        if isinstance(change, Upsert):
            item, data = change.item, canonical(raw)
            name = item_digest(item.key, data)
            signature = FileSignature(len(data), 0, int.from_bytes(name[:8], "big") >> 1)
            yield item_path(item.key, item.content_type), _DeliveredItem(item, name, signature)
