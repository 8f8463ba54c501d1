"""A space in a folder laid out like a mirror, and the interface of any space in files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from exporter.core.encoding import Json, canonical, decode, not_json
from exporter.core.errors import ConfigError
from exporter.core.files import read_bytes, walk_files
from exporter.core.model import Item, Upsert, item_digest, read_change
from exporter.core.naming import LOCALES_PATH, TAGS_PATH, AssetFile, asset_files, is_item_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


CLOCK_TICK = 20_000_000
"""Nanoseconds within which a file system may give two writes the same time."""


class FileSignature(NamedTuple):
    """What shows, as in git's index, that a file has not changed."""

    size: int
    mtime: int
    inode: int


class Source(Protocol):
    """A space that lies in files. A path names an item in it; what that means only the source knows."""

    @property
    def root(self) -> Path:
        """The file or folder that the space is."""

    def signatures(self, paths: Iterable[str] | None = None) -> Iterable[tuple[str, FileSignature]]:
        """Return path and signature of all that may hold an item, or of those at some paths."""

    def read(self, path: str) -> tuple[Item, bytes] | None:
        """Return the item at a path with its digest; None if there is none."""

    def locales(self) -> list[Json]:
        """Return the locales."""

    def tags(self) -> list[Json]:
        """Return the tags."""

    def content_types(self) -> list[Json]:
        """Return the content types."""

    def asset_file(self, item: Item, path: str, url_path: str) -> Path | None:
        """Return the file of an asset (whose own path is `path`) for a URL's path; None if there is none."""


@dataclass(frozen=True)
class SpaceFolder:
    """A folder with `entries/`, `assets/`, `files/` and `model/`."""

    root: Path

    def signatures(self, paths: Iterable[str] | None = None) -> Iterator[tuple[str, FileSignature]]:
        """Yield path and signature of every file that may hold an item, or of those at some paths."""
        root = str(self.root)  # paths as text: there are many
        for path in self._item_paths() if paths is None else paths:
            signature = file_signature(f"{root}/{path}") if path.endswith(".json") else None
            if signature is not None:
                yield path, signature

    def _item_paths(self) -> Iterator[str]:
        for top in ("entries", "assets"):
            yield from (f"{top}/{name}" for name in walk_files(self.root / top))

    def read(self, path: str) -> tuple[Item, bytes] | None:
        """Return an item with its digest; None for a file without one, or with one that belongs at another path."""
        data = read_bytes(self.root / path)
        try:
            change = read_change(decode(data)) if data is not None else None
        except ValueError:
            return None
        if not isinstance(change, Upsert):
            return None
        item = change.item
        if not is_item_path(path, item.key, item.content_type):
            return None
        return item, item_digest(item.key, canonical(item.raw))

    def locales(self) -> list[Json]:
        """Return the locales; a space without any has en-US."""
        return locales_in_order(self._model_file(LOCALES_PATH))

    def tags(self) -> list[Json]:
        """Return the tags."""
        return self._model_file(TAGS_PATH)

    def content_types(self) -> list[Json]:
        """Return the content types."""
        files = sorted((self.root / "model/content_types").glob("*.json"))
        return [self._object(file) for file in files]

    def _model_file(self, path: str) -> list[Json]:
        found = list(self._object(self.root / path).values())
        if not all(isinstance(member, dict) for member in found):
            raise ConfigError(
                "space-broken", f"{self.root / path}: expected an object of objects: restore it, or remove it"
            )
        return found

    @staticmethod
    def _object(file: Path) -> dict[str, Json]:
        """Read a file of the model; a missing one is empty. Raises ConfigError for anything but a JSON object."""
        data = read_bytes(file) or b"{}"
        try:
            found = decode(data)
        except ValueError as error:
            raise ConfigError("space-broken", f"{not_json(file, data, error)}: restore it, or remove it") from None
        if not isinstance(found, dict):
            raise ConfigError("space-broken", f"{file}: expected a JSON object: restore it, or remove it")
        return found

    def asset_file(self, item: Item, path: str, url_path: str) -> Path | None:
        """Return the file of an asset (whose JSON is at `path`) for a URL's path; None if there is none."""
        for file in files_at(item, path, url_path):
            found = self.root / file.path
            if found.is_file() and found.resolve().is_relative_to(self.root.resolve()):
                return found
        return None


def files_at(item: Item, path: str, url_path: str) -> Iterator[AssetFile]:
    """Yield the files of an asset (whose own path is `path`) that a URL's path names."""
    for file in asset_files(item, path):
        try:
            same = unquote(urlsplit(file.url).path) == unquote(url_path)
        except ValueError:
            same = False
        if same:
            yield file


def locales_in_order(found: list[Json]) -> list[Json]:
    """Return locales in order, the default one first; a space without any has en-US."""
    default = {"code": "en-US", "name": "English (United States)", "default": True, "fallbackCode": None}
    named = found or [{**default, "sys": {"id": "en-US", "type": "Locale", "version": 1}}]
    return sorted(named, key=lambda locale: (not locale.get("default"), str(locale.get("code"))))


def file_signature(file: Path | str) -> FileSignature | None:
    """Return a file's signature; None for one that has just been removed, or a broken link."""
    try:
        status = os.stat(file)  # noqa: PTH116 - a path as text
    except FileNotFoundError:
        return None
    return FileSignature(status.st_size, status.st_mtime_ns, status.st_ino)
