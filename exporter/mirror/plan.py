"""What applying a sync will do to content/, as plain steps computed from what was staged and what the mirror holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.model import Key
from exporter.core.naming import AssetFile, asset_files, file_name, is_own_name, parted_folders, twin_paths
from exporter.mirror.staging import WHOLE
from exporter.mirror.steps import Phase, Step, fetch_step, row_step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporter.core.model import Item
    from exporter.mirror.index import MirrorIndex, Row
    from exporter.mirror.staging import Staged, Staging


class Disk(NamedTuple):
    """What the planner asks of the disk.

    `locales` are those that twins may have, `downloads` says whether asset files are kept; `mirrored` reads an item of
    content/ by its path, `staged` one that came, `is_there` says whether an asset's file is there with its size.
    """

    locales: tuple[str, ...]
    downloads: bool
    mirrored: Callable[[str], Item | None]
    staged: Callable[[Staged], Item | None]
    is_there: Callable[[AssetFile], bool]


@dataclass(frozen=True)
class MirrorPlanner:
    """What was staged, what the mirror holds, and whether what was not staged is to be removed (`full`)."""

    staging: Staging
    mirror: MirrorIndex
    disk: Disk
    full: bool

    def steps(self, due: Iterable[str] = ()) -> Iterator[Step]:
        """Yield the steps that make the mirror what was staged.

        `due` are ids of assets whose files are checked again.
        """
        neighbours: set[Row] = set()
        for change in self.staging.changes():
            old = None if self._mirror_is_empty else self.mirror.find(change.key)
            yield from self._change(change, old)
            if not self._mirror_is_empty and (old.folder if old else "") != change.folder:
                neighbours.update(self._neighbours(change.key, change.folder, old.folder if old else ""))
        alike = self._alike_folders if not self.full else ()
        neighbours.update(row for folder in alike for row in self.mirror.in_folder(folder))
        left = (row for row in self.mirror.all() if self.staging.find(row.key) is None) if self.full else ()
        for row in left:
            yield from self._forget(row)
        for row in self.mirror.duplicates if self.full else ():
            yield from (Step(Phase.REMOVE, path) for path in self._paths(row, row.path, self.disk.mirrored(row.path)))
        for row in sorted(neighbours, key=lambda row: row.key) if not self.full else ():
            yield from self._relocate(row)
        for identifier in due:
            yield from self._missing_files(self.mirror.find(Key("asset", identifier)))

    def _change(self, change: Staged, old: Row | None) -> Iterator[Step]:
        if change.number is not None:
            yield from self._upsert(change, old)
        elif old is not None and change.digest is None:
            yield from self._forget(old)
        elif old is not None and self.full:
            yield from self._relocate(old)

    def _upsert(self, change: Staged, old: Row | None) -> Iterator[Step]:
        path = self._path(change.key, change.folder)
        placed = [path, *twin_paths(path, change.twins).values()] if change.twins else [path]
        for target, source in zip(placed, change.files, strict=True):
            if source != f"{WHOLE}/{target}":
                yield Step(Phase.PUT, target, source)
        yield row_step(change.key, change.folder, path, change.digest or b"")
        now = self._files(change, path) if change.key.kind == "asset" and self.disk.downloads else ()
        if old is None:
            yield from (fetch_step(change.key, file) for file in now)
            return
        before = self.disk.mirrored(old.path)
        had = asset_files(before, old.path) if before is not None else ()
        standing = {file.url: file.path for file in had if self.disk.is_there(file)}
        for file in now:
            if file.url not in standing:
                yield fetch_step(change.key, file)
            elif standing[file.url] != file.path:
                yield Step(Phase.KEEP, file.path, standing[file.url])
        kept = {*placed, *(file.path for file in now if standing.get(file.url) == file.path)}
        yield from (Step(Phase.REMOVE, unused) for unused in self._paths(old, old.path, before) if unused not in kept)

    def _forget(self, row: Row) -> Iterator[Step]:
        item = self.disk.mirrored(row.path)
        yield from (Step(Phase.REMOVE, path) for path in self._paths(row, row.path, item))
        yield Step(Phase.INDEX, str(row.key))

    def _paths(self, row: Row, path: str, item: Item | None) -> list[str]:
        """Return all paths of an item whose JSON is at `path`: the JSON, its twins, its files."""
        if row.key.kind == "asset":
            return [path, *(file.path for file in asset_files(item, path))] if item is not None else [path]
        values = (item.localized(name) for name in item.fields) if item is not None else ()
        codes = {*self.disk.locales, *(code for value in values for code in value)}
        alone = (twin for code in sorted(codes) for twin in twin_paths(path, [code]).values())
        return list(dict.fromkeys([path, *alone, *twin_paths(path, sorted(codes)).values()]))

    def _files(self, change: Staged, path: str) -> tuple[AssetFile, ...]:
        item = self.disk.staged(change)
        return asset_files(item, path) if item is not None else ()

    def _missing_files(self, row: Row | None) -> Iterator[Step]:
        """Fetch the files that an asset lacks; where asset files are not kept, remove those that it has."""
        change = self.staging.find(row.key) if row else None
        item = self.disk.mirrored(row.path) if row is not None else None
        if row is None or item is None or (change is None and self.full):
            return
        if change is not None and (change.number is not None or change.digest is None):
            return
        planned = asset_files(item, self._path(row.key, row.folder))
        for present, future in zip(asset_files(item, row.path), planned, strict=True):
            if not self.disk.downloads:
                if present.path == future.path:
                    yield Step(Phase.REMOVE, present.path)
            elif not self.disk.is_there(present):
                yield fetch_step(row.key, future)

    @cached_property
    def _meeting(self) -> set[tuple[str, str]]:
        return self.staging.meeting_folds()

    @cached_property
    def _mirror_is_empty(self) -> bool:
        return self.mirror.empty

    def _path(self, key: Key, folder: str) -> str:
        """Return the path of an item's JSON; a suffix tells ids of a folder apart that differ only by case."""
        if self._mirror_is_empty and (folder, key.id.lower()) not in self._meeting:
            return f"{self._parted.get(folder, folder)}/{file_name(key.id)}.json"
        alike = {key.id, *self._ids_alike(key.id.lower(), folder)}
        clash = sum(map(is_own_name, alike)) > 1
        return f"{self._parted.get(folder, folder)}/{file_name(key.id, clash=clash)}.json"

    @cached_property
    def _alike_folders(self) -> dict[str, str]:
        """The folders, of the mirror as it is and as it will be, that differ only by case, with distinct names."""
        return parted_folders({*self.mirror.folders(), *self.staging.folders()})

    @cached_property
    def _parted(self) -> dict[str, str]:
        """Those that still do in the mirror as it will be."""
        return parted_folders(filter(self._has_items, self._alike_folders))

    def _has_items(self, folder: str) -> bool:
        """Whether a folder will hold items; one that stays as it is is enough."""
        staged = folder in self.staging.folders()
        return staged or any(
            self.staging.find(row.key) is None for row in self.mirror.in_folder(folder) if not self.full
        )

    def _ids_alike(self, fold: str, folder: str) -> Iterator[str]:
        """Yield the ids of a folder, as it will be, that differ only by case."""
        yield from (change.key.id for change in self.staging.alike(folder, fold))
        for row in self.mirror.alike(folder, fold):
            if self.staging.find(row.key) is None and not self.full:
                yield row.key.id

    def _neighbours(self, key: Key, *folders: str) -> Iterator[Row]:
        for folder in filter(None, folders):
            yield from (row for row in self.mirror.alike(folder, key.id.lower()) if row.key != key)

    def _relocate(self, row: Row) -> Iterator[Step]:
        """Move an item that stays as it is where another one that came or went changes its file name."""
        change = self.staging.find(row.key)
        path = self._path(row.key, row.folder)
        if path == row.path or (change is not None and (change.number is not None or change.digest is None)):
            return
        item = self.disk.mirrored(row.path)
        for old, new in zip(self._paths(row, row.path, item), self._paths(row, path, item), strict=True):
            if self.disk.downloads or not new.startswith("files/"):
                yield Step(Phase.KEEP, new, old)
            yield Step(Phase.REMOVE, old)
        yield row_step(row.key, row.folder, path, row.digest)
