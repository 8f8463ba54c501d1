"""The data files of search: scripts that hand over one value each, so that they load from any address, also a disk's.

| path under `search/` | value |
| --- | --- |
| `LOCALE/index.js` | how many documents there are, and the names of the leaves in the order of their tokens |
| `LOCALE/words/NAME.js` | a leaf: the postings of its tokens |
| `LOCALE/pages/NUMBER.js` | the documents with a number, nearly always one |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from exporter.core.encoding import Json, pack
from exporter.guide.index.search_tables import SearchedPage
from exporter.search.document import read_document, weights
from exporter.search.shards import document_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.guide.index.search_tables import PageFile

FOLDER = "search"
_WRITE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def index_path(folder: str) -> str:
    """Return the path under site/ of a locale's index."""
    return f"{FOLDER}/{folder}/index.js"


def leaf_path(folder: str, name: str) -> str:
    """Return the path under site/ of a leaf."""
    return f"{FOLDER}/{folder}/words/{name}.js"


def page_file_path(folder: str, number: int) -> str:
    """Return the path under site/ of the documents with a number."""
    return f"{FOLDER}/{folder}/pages/{number:06x}.js"


def index_data(folder: str, count: int, names: Iterable[str]) -> bytes:
    """Return a locale's index."""
    return _script(f"{folder}/index", _WRITE({"v": 1, "n": count, "words": " ".join(names)}))


def leaf_data(folder: str, name: str, postings: Mapping[str, str]) -> bytes:
    """Return a leaf."""
    return _script(f"{folder}/words/{name}", _WRITE(dict(sorted(postings.items()))))


def page_file_data(folder: str, number: int, documents: Iterable[str]) -> bytes:
    """Return the file of the documents with a number, each as `read_page` wrote it."""
    return _script(f"{folder}/pages/{number:06x}", f"[{','.join(documents)}]")


def _script(name: str, value: str) -> bytes:
    return f"guideSearchData({_WRITE(name)},{value});\n".encode()


def read_page(file: PageFile, data: bytes) -> tuple[SearchedPage, str]:
    """Return a page as search knows it, and what is shown of it as JSON, "" for a page that is not found."""
    document = read_document(data.decode("utf-8", "replace"))
    if document is None:
        return SearchedPage(*file, None, None), ""
    shown: dict[str, Json] = {
        "path": file.path,
        "type": document.type,
        "title": document.title,
        "lines": document.lines,
    }
    shown |= {"names": document.names} if document.names else {}
    shown |= {"place": [float(part) for part in document.place]} if document.place is not None else {}
    page = SearchedPage(*file, document_number(file.path), pack(weights(document)))
    return page, _WRITE(shown)
