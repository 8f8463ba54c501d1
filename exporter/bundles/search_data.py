"""The data files of search for some of a guide's pages: what search finds is then in the bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.encoding import digest
from exporter.guide.index.database import read_row
from exporter.guide.index.search_tables import PageFile
from exporter.search.data_files import (
    FOLDER,
    index_data,
    index_path,
    leaf_data,
    leaf_path,
    page_file_data,
    page_file_path,
    read_page,
)
from exporter.search.shards import Changes, Tree, document_id, low_name, posting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.guide.index.records import Page


def data_folder(folder: str) -> str:
    """Return what the paths of a locale's data files begin with."""
    return f"{FOLDER}/{folder}/"


def search_files(pages: Iterable[tuple[Page, bytes]], folders: Mapping[str, str]) -> dict[str, bytes]:
    """Return the data files for some pages, given with their bytes; `folders` names that of each locale."""
    shown: dict[tuple[str, int], list[tuple[str, str]]] = {}
    changes: dict[str, dict[str, Changes]] = {}
    counts: dict[str, int] = {}
    for page, data in pages:
        counts.setdefault(page.locale, 0)
        searched, text = read_page(PageFile(0, page.locale, page.path, digest(data)), data)
        if searched.document is None or searched.weights is None:
            continue
        counts[page.locale] += 1
        shown.setdefault((page.locale, searched.document), []).append((page.path, text))
        identifier = document_id(searched.document)
        for token, weight in read_row(searched.weights).items():
            change = changes.setdefault(page.locale, {}).setdefault(token, Changes([], []))
            change.new.append(posting(identifier, weight))
    files = {}
    for (locale, number), texts in shown.items():
        folder = folders[locale]
        files[page_file_path(folder, number)] = page_file_data(folder, number, [text for _, text in sorted(texts)])
    for locale, count in counts.items():
        tree = Tree({}, lambda _prefix: {})
        tree.apply(changes.get(locale, {}))
        for prefix, postings in tree.written.items():
            name = low_name(prefix)
            files[leaf_path(folders[locale], name)] = leaf_data(folders[locale], name, postings)
        files[index_path(folders[locale])] = index_data(folders[locale], count, tree.names)
    return files
