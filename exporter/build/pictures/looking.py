"""Look at the files of assets that differ from those that the index knows, in workers where they are many."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.scan import NS_FRESH, file_signature
from exporter.guide.index.picture_tables import FactsRow
from exporter.pictures.facts import NOTHING, read_facts
from exporter.pictures.manifest import known_facts, remember_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.report.progress import Stages
    from exporter.workers.pool import WorkerPool

WORTH_WORKERS = 8
"""Files of assets whose look is worth a process."""


class FileLooks(NamedTuple):
    """What a look at the files of assets found: rows of those that may differ, and the paths of those that are gone."""

    rows: Sequence[FactsRow] = ()
    gone: Sequence[str] = ()


def files_to_look_at(index: GuideIndex, files: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Return the paths of files whose signature is not the known one, and of those that are gone."""
    known = index.pictures.signatures()
    if known == files:
        return [], []
    differing = [path for path, signature in files.items() if not signature or known.get(path) != signature]
    return sorted(differing), [path for path in known if path not in files]


class AssetLooks:
    """Looks at the files of assets; what it saw it keeps, as a build may begin again."""

    def __init__(self, cache: Path, stages: Stages) -> None:
        self._cache = cache
        self._stages = stages
        self._seen: dict[str, FactsRow] = {}

    def look(self, index: GuideIndex, files: Mapping[str, int], pool: WorkerPool) -> FileLooks:
        """Find out what the files are that may differ. Nothing is written to the index."""
        differing, gone = files_to_look_at(index, files)
        if not differing:
            return FileLooks((), gone)
        unseen = [path for path in differing if path not in self._seen or self._seen[path].signature != files[path]]
        if unseen:
            with self._stages.stage("pictures", len(unseen)):
                pool.start(len(unseen), WORTH_WORKERS)
                rows = list(self._stages.follow("pictures", pool.hand_out("look", unseen)))
            remember_facts(self._cache, [row.facts for row in rows], index.pictures.digests())
            self._seen.update((row.source, row) for row in rows)
        return FileLooks([self._seen[path] for path in differing], gone)


def keep_looks(index: GuideIndex, looks: FileLooks) -> set[str]:
    """Note in the index what files are; return the keys of the assets whose files are something else now."""
    changed = {row.source for row in looks.rows if index.pictures.facts_of(row.source) != row.facts}
    index.pictures.put_facts(looks.rows)
    index.pictures.forget_facts(looks.gone)
    return {key for source, key in index.asset_files.keys_of_sources() if source in changed} if changed else set()


def look_at(content: Path, cache: Path, sources: Sequence[str]) -> Iterator[FactsRow]:
    """Yield what files are, by their paths under content/."""
    known = known_facts(cache)
    for source in sources:
        path = f"{content}/{source}"
        try:
            size, signature = _settled(path)
            facts = read_facts(path, size, known)
            if file_signature(os.lstat(path), time.time_ns()) != signature:
                signature = 0  # it was written meanwhile
        except OSError:
            facts, signature = NOTHING, 0
        yield FactsRow(source, signature, facts)


def _settled(path: str) -> tuple[int, int]:
    """Return the size and signature of a file, after a short wait if it was just written."""
    found = os.lstat(path)
    signature = file_signature(found, time.time_ns())
    if not signature:
        time.sleep(min(max(found.st_mtime_ns + NS_FRESH - time.time_ns(), 0), NS_FRESH) / 1_000_000_000)
        found = os.lstat(path)
        signature = file_signature(found, time.time_ns())
    return found.st_size, signature
