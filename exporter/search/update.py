"""Whether the data files of search need a look after a build: a build that found nothing to do loads no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.naming import file_names

if TYPE_CHECKING:
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.search.writing import Folder, ReadPages


def update_search(
    index: GuideIndex, folder: Folder, locales: tuple[str, ...], read: ReadPages, *, wanted: bool
) -> frozenset[str]:
    """Write the data files that differ; return the paths of those that are no more. Runs within one transaction.

    There is something to do where this build, or one that did not end, changed a page. Where a data file is not as it
    was left, all are made anew.
    """
    made = index.copies.made()
    state = repr(sorted(file_names(locales).items())) if wanted else ""
    is_new = (index.meta("search") or "") != state or not all(folder.stands(*file) for file in made)
    if index.meta("swept") == 1 and not is_new:
        return frozenset()
    gone: set[str] = set()
    if is_new:
        gone.update(path for path, *_ in made)
        index.copies.delete(gone)
        index.search.clear()
    if state:
        from exporter.search.writing import DataFiles

        gone = DataFiles(index, folder, file_names(locales), gone).update(read)
    index.remember("search", state)
    return frozenset(gone)
