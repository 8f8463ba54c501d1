"""Write the answers of a space to its clients as gzipped files, which the stub sends as they are.

    python -m tests.benchmarks.corpus.answers PLACES FOLDER

An initial sync is a chain of pages of a thousand items, whose last one leads to the token `end`; from there on nothing
is new. The tokens `body-1` to `body-12` each bring the same place with another body, newer than that of the one before,
and lead to `end` too. As the service does it, a page has one of the links `nextPageUrl` and `nextSyncUrl`, and an
answer with nothing new repeats the token. Prints the numbers of items, pages and bytes as JSON.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.corpus.items import (
    ENVIRONMENT,
    all_items,
    changed_place,
    content_types,
    locales,
)
from tests.benchmarks.corpus.places import CHANGES, SPACE, Corpus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.benchmarks.corpus.items import Json

PAGE = 1_000
"""Items a page, the most that the service sends."""
INITIAL, END = "initial", "end"
_LINK = f"https://cdn.contentful.com/spaces/{SPACE}/environments/{ENVIRONMENT}/sync?sync_token="
"""Clients take the token alone and ask the host that they know, so the stub can listen on any port."""


def body_token(change: int) -> str:
    """Return the sync token that brings a change."""
    return f"body-{change}"


def sync_name(token: str) -> str:
    """Return the name of the answer to a sync token; that to an initial sync is `initial`."""
    return f"sync-{token}"


def answers(corpus: Corpus, page: int = PAGE) -> Iterator[tuple[str, Json]]:
    """Yield all answers by their names, one page at a time in memory."""
    pages = -(-corpus.items // page)
    tokens = [INITIAL, *(f"page-{number}" for number in range(1, pages)), END]
    for number, items in enumerate(_chunks(all_items(corpus), page)):
        last = number == pages - 1
        yield sync_name(tokens[number]), _sync_page(items, tokens[number + 1], last=last)
    yield sync_name(END), _sync_page([], END, last=True)
    for change in range(1, CHANGES + 1):
        yield sync_name(body_token(change)), _sync_page([changed_place(corpus, change)], END, last=True)
    yield "content_types", _listing(content_types())
    yield "locales", _listing(locales())


def _chunks(items: Iterable[Json], size: int) -> Iterator[list[Json]]:
    chunk = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _sync_page(items: list[Json], token: str, *, last: bool) -> Json:
    return {"sys": {"type": "Array"}, "items": items, "nextSyncUrl" if last else "nextPageUrl": f"{_LINK}{token}"}


def _listing(items: list[Json]) -> Json:
    return {"sys": {"type": "Array"}, "total": len(items), "skip": 0, "limit": PAGE, "items": items}


def write_answers(corpus: Corpus, folder: Path, page: int = PAGE) -> dict[str, Any]:
    """Write all answers as `NAME.json.gz`; return the numbers of items, pages of the initial sync, and their bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {"items": corpus.items, "pages": 0, "bytes": 0, "gzipped": 0}
    for name, answer in answers(corpus, page):
        data = json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
        packed = gzip.compress(data, 6, mtime=0)
        (folder / f"{name}.json.gz").write_bytes(packed)
        if name == sync_name(INITIAL) or name.startswith(sync_name("page-")):
            made["pages"] += 1
            made["bytes"] += len(data)
            made["gzipped"] += len(packed)
    return made


def main() -> None:
    """Write the answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    print(json.dumps(write_answers(Corpus(options.places), options.folder)))


if __name__ == "__main__":
    main()
