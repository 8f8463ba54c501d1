"""What applying a sync will do to content/, as plain steps: worked out of what was staged and what the mirror holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from exporter.layout import AssetFile, asset_files, file_name, is_own_name, twin_path
from exporter.mirror.index import Row
from exporter.model import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporter.mirror.index import MirrorIndex
    from exporter.mirror.staging import Staged, Staging
    from exporter.model import Item


class Phase(IntEnum):
    """The phases of an apply, in their order."""

    FETCH = 0
    REMOVE = 1
    PUT = 2
    INDEX = 3


class Step(NamedTuple):
    """One step.

    FETCH: an asset file to `path`; `source` says asset, URL and size. REMOVE: the file `path`. PUT: the file `path`
    from `source`, which is `staged:` or `content:` and a path there. INDEX: the row of the key `path`; `source` says
    folder, path and digest, nothing for an item that is gone. Paths are relative to content/.
    """

    phase: Phase
    path: str
    source: str = ""


@dataclass(frozen=True)
class Disk:
    """What the planner asks of the disk.

    `locales` are those that twins may have, `downloads` says whether asset files are kept; `mirrored` reads an item of
    content/ by its path, `staged` one by its number, `exists` tells of a file under content/.
    """

    locales: tuple[str, ...]
    downloads: bool
    mirrored: Callable[[str], Item | None]
    staged: Callable[[int], Item | None]
    exists: Callable[[str], bool]


@dataclass(frozen=True)
class Planner:
    """What was staged, what the mirror holds, and whether what was not staged is to go (`full`)."""

    staging: Staging
    mirror: MirrorIndex
    disk: Disk
    full: bool

    def steps(self, due: Iterable[str] = ()) -> Iterator[Step]:
        """Yield the steps that make the mirror what was staged.

        `due` are ids of assets whose files are looked for again.
        """
        neighbours: set[Row] = set()
        for change in self.staging.changes():
            old = self.mirror.find(change.key)
            if change.digest is None and old is not None:
                yield from self._forget(old)
            elif change.number is not None:
                yield from self._upsert(change, change.number, old)
            if (old.folder if old else "") != change.folder:
                neighbours.update(self._neighbours(change.key, change.folder, old.folder if old else ""))
        if self.full:
            for row in self.mirror.all():
                if self.staging.find(row.key) is None:
                    yield from self._forget(row)
                    neighbours.update(self._neighbours(row.key, row.folder))
        for row in sorted(neighbours, key=lambda each: each.key):
            yield from self._relocate(row)
        for identifier in due:
            yield from self._missing_files(self.mirror.find(Key("asset", identifier)))

    def _upsert(self, change: Staged, number: int, old: Row | None) -> Iterator[Step]:
        path = self._path(change.key, change.folder)
        placed = {path: f"{number}.json"} | {
            twin_path(path, code): f"{number}.{place}.md" for place, code in enumerate(change.twins)
        }
        yield from (Step(Phase.PUT, each, f"staged:{name}") for each, name in placed.items())
        yield _row_step(change.key, change.folder, path, change.digest or b"")
        before = self._files(self.disk.mirrored(old.path), old.path) if old else ()
        now = self._files(self.disk.staged(number), path) if change.key.kind == "asset" else ()
        standing = {each.url: each.path for each in before if self.disk.exists(each.path)}
        for file in now:
            if standing.get(file.url) is None:
                yield _fetch(change.key, file)
            elif standing[file.url] != file.path:
                yield Step(Phase.PUT, file.path, f"content:{standing[file.url]}")
        moved = {standing[file.url] for file in now if file.url in standing}
        kept = {*placed, *(file.path for file in now), *moved}
        if old is not None:
            yield from (Step(Phase.REMOVE, each) for each in self._all_paths(old, before) if each not in kept)

    def _forget(self, row: Row) -> Iterator[Step]:
        files = self._files(self.disk.mirrored(row.path), row.path) if row.key.kind == "asset" else ()
        yield from (Step(Phase.REMOVE, each) for each in self._all_paths(row, files))
        yield Step(Phase.INDEX, str(row.key))

    def _all_paths(self, row: Row, files: Iterable[AssetFile]) -> list[str]:
        twins = [twin_path(row.path, code) for code in self.disk.locales] if row.key.kind == "entry" else []
        return [row.path, *twins, *(each.path for each in files)]

    def _files(self, item: Item | None, path: str) -> tuple[AssetFile, ...]:
        if item is None or item.key.kind != "asset" or not self.disk.downloads:
            return ()
        return asset_files(item, path)

    def _missing_files(self, row: Row | None) -> Iterator[Step]:
        """Fetch the files that an asset lacks; where files are not kept, remove those that it has."""
        change = self.staging.find(row.key) if row else None
        item = self.disk.mirrored(row.path) if row is not None else None
        if row is None or item is None or (change is not None and (change.number is not None or change.digest is None)):
            return
        for file in asset_files(item, row.path):
            standing = self.disk.exists(file.path)
            if self.disk.downloads and not standing:
                yield _fetch(row.key, file)
            elif standing and not self.disk.downloads:
                yield Step(Phase.REMOVE, file.path)

    def _path(self, key: Key, folder: str) -> str:
        """Give the path of an item's JSON; a suffix parts ids of a folder that differ only by case."""
        alike = {key.id, *self._ids_alike(key.id.lower(), folder)}
        return f"{folder}/{file_name(key.id, clash=sum(map(is_own_name, alike)) > 1)}.json"

    def _ids_alike(self, fold: str, folder: str) -> Iterator[str]:
        """Yield the ids of a folder, as it is to be, that differ only by case."""
        yield from (each.key.id for each in self.staging.alike(folder, fold) if each.digest is not None)
        for row in self.mirror.alike(folder, fold):
            change = self.staging.find(row.key)
            if change is None and not self.full:
                yield row.key.id

    def _neighbours(self, key: Key, *folders: str) -> Iterator[Row]:
        for folder in filter(None, folders):
            yield from (row for row in self.mirror.alike(folder, key.id.lower()) if row.key != key)

    def _relocate(self, row: Row) -> Iterator[Step]:
        """Move an item that stays as it is where its name changes by one that came or went."""
        change = self.staging.find(row.key)
        stays = not self.full if change is None else change.number is None and change.digest is not None
        path = self._path(row.key, row.folder)
        if not stays or path == row.path:
            return
        item = self.disk.mirrored(row.path)
        pairs = zip(
            self._all_paths(row, self._files(item, row.path)),
            self._all_paths(replace(row, path=path), self._files(item, path)),
            strict=True,
        )
        yield from (Step(Phase.PUT, new, f"content:{old}") for old, new in pairs)
        yield _row_step(row.key, row.folder, path, row.digest)


def _row_step(key: Key, folder: str, path: str, digest: bytes) -> Step:
    return Step(Phase.INDEX, str(key), json.dumps([folder, path, digest.hex()]))


def read_row(step_path: str, source: str) -> Row:
    """Read the row of an INDEX step."""
    kind, _, identifier = step_path.partition(":")
    folder, path, digest = json.loads(source)
    return Row(Key(kind, identifier), folder, path, bytes.fromhex(digest))


def _fetch(key: Key, file: AssetFile) -> Step:
    return Step(Phase.FETCH, file.path, json.dumps([key.id, file.url, file.size]))
