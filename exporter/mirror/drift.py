"""Which files under content/ are not what was synced: edited, missing, foreign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.containment import PlainFolders, walk_links
from exporter.core.files import read_bytes, walk_files
from exporter.core.model import item_digest, item_from_bytes
from exporter.core.naming import LOCALES_PATH, MOVED_PATH, TAGS_PATH, asset_files, twin_paths
from exporter.mirror.twins import markdown
from exporter.report.status_report import Drift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.core.model import Item, Model
    from exporter.mirror.index import Row
    from exporter.mirror.run import SyncRun
    from exporter.mirror.state import SyncState


def find_drift(run: SyncRun, state: SyncState | None) -> Drift:
    """Compare the files with the rows of the index, which are those of the last sync or of the files as they are.

    Twins depend on the model too: they are compared where it is still that of the last sync.
    """
    settings = run.index.meta("settings")
    same_model = state is not None and dict(state.fingerprints) == run.fingerprints()
    finder = _Finder(run, compares_twins=same_model and settings in (None, run.settings()))
    with run.stages.stage("drift", len(run.index)):
        for row in run.stages.follow("drift", run.index.all()):
            finder.compare(row)
    return Drift(tuple(finder.changed), tuple(finder.missing), tuple(finder.foreign()), tuple(finder.files_missing))


class _Finder:
    """Collects the drift, the paths that belong to items, and what paths of items with a damaged JSON begin with."""

    def __init__(self, run: SyncRun, *, compares_twins: bool) -> None:
        self.changed: list[str] = []
        self.missing: list[str] = []
        self.files_missing: list[str] = []
        self._content: Path = run.project.content
        self._folders = PlainFolders(self._content)
        self._model: Model = run.answers.read()
        self._has_twins, self._downloads, self._compares_twins = run.writes_twins, run.downloads, compares_twins
        self._own = {LOCALES_PATH, TAGS_PATH, MOVED_PATH}
        self._damaged: list[str] = []

    def compare(self, row: Row) -> None:
        """Compare an item's files; twins and files of a JSON that is not the synced one are not judged."""
        self._own.add(row.path)
        data = read_bytes(self._content / row.path)
        item = item_from_bytes(data) if data is not None and item_digest(row.key, data) == row.digest else None
        if item is not None:
            self._compare_twins(item, row) if row.key.kind == "entry" else self._compare_files(item, row)
            return
        (self.missing if data is None else self.changed).append(_shown(row.path))
        stem = row.path.removesuffix(".json")
        self._damaged.append(f"files/{stem.removeprefix('assets/')}/" if row.key.kind == "asset" else f"{stem}.")

    def _compare_twins(self, item: Item, row: Row) -> None:
        if not self._has_twins and self._compares_twins:
            return
        twins = markdown.twins(item, self._model)
        for code, path in twin_paths(row.path, twins).items():
            self._own.add(path)
            data = read_bytes(self._content / path)
            if data != twins[code] and self._compares_twins:
                (self.missing if data is None else self.changed).append(_shown(path))

    def _compare_files(self, item: Item, row: Row) -> None:
        for file in asset_files(item, row.path) if self._downloads else ():
            self._own.add(file.path)
            found = self._folders.find(file.path)
            if found is None:
                self.files_missing.append(_shown(file.path))
            elif file.size is not None and found.st_size != file.size:
                self.changed.append(_shown(file.path))

    def foreign(self) -> Iterator[str]:
        """Yield the paths of files that belong to no item; hidden ones such as .gitkeep are left alone."""
        for path in (*walk_files(self._content), *walk_links(self._content)):
            of_model = path.startswith("model/content_types/") and path.endswith(".json")
            hidden = path.rpartition("/")[2].startswith(".")
            if path not in self._own and not of_model and not hidden and not path.startswith(tuple(self._damaged)):
                yield _shown(path)


def _shown(path: str) -> str:
    """Return a path of content/ as it is shown; bytes that are no UTF-8 become question marks."""
    return f"content/{path.encode('utf-8', 'replace').decode()}"
