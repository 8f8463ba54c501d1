"""What lies in a target: its manifest read, or a listing compared with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from exporter.core.errors import GuardError
from exporter.core.files import read_bytes, write_atomic
from exporter.publish.buckets import all_rows
from exporter.publish.headers import decode
from exporter.publish.manifest import (
    FOLDER,
    GOING,
    LARGEST,
    LOCK,
    ROOT,
    UNKNOWN,
    Root,
    Row,
    content_mark,
    headers_mark,
    is_bucket,
    is_safe,
    read_bucket,
    read_root,
)
from exporter.publish.plan import goes_unnamed
from exporter.publish.stores.store import ABSENT, TooLargeError
from exporter.publish.upload import short_tag
from exporter.reader.encoding import BrokenError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from exporter.publish.stores.store import Listed, Requests

_LARGEST_FILE = 4 << 30
_FAR_LARGER = 1 << 16
"""Bytes by which a file that is there may be larger than ours, for us to look at what it holds."""
_WORTH_A_LISTING = 200
"""Files to look at from which on a listing tells first which are there at all."""


@dataclass(frozen=True)
class Known:
    """What is known of a target: its root and the root's tag, the rows of its buckets, and all rows.

    `foreign` are files there that are not ours, as far as a listing was made; `unnamed` files of ours that nothing
    names, which a publish that did not end has left.
    """

    root: Root
    tag: str
    contents: tuple[Mapping[str, Row], ...] = ({},)
    rows: Mapping[str, Row] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()
    unnamed: frozenset[str] = frozenset()


def read_known_root(requests: Requests, guide: str, *, adopt: bool) -> tuple[Root | None, str]:
    """Return the root of a target and its tag; None if it has none, or none that counts. Raises GuardError."""
    where = requests.store.name
    try:
        found = requests.get(ROOT, LARGEST)
    except TooLargeError:
        raise _broken(where, "it is far too large", "remove it by hand, then take over what is there") from None
    if found is None:
        return None, ABSENT
    try:
        root = read_root(found.data)
    except BrokenError as error:
        if adopt:
            return None, found.tag
        raise _broken(where, str(error)) from None
    if root.guide != guide:
        if adopt:
            return None, found.tag
        advice = "choose another prefix, or take its place with --adopt"
        raise GuardError("manifest-foreign", f"{where} has the manifest of another guide: {advice}")
    return root, found.tag


def read_known(requests: Requests, root: Root, tag: str, cache: Path) -> Known:
    """Return what a root says: buckets that the cache has under their names need not be requested."""
    contents = tuple(_bucket(requests, name, cache) if name else {} for name, _ in root.buckets)
    return Known(root, tag, contents, all_rows(contents, root.changes))


def _bucket(requests: Requests, path: str, cache: Path) -> Mapping[str, Row]:
    """Return a bucket. Its name is made of its bytes, so that a wrong file in the cache cannot be taken for it."""
    kept = read_bytes(cache / path.rpartition("/")[2])
    with suppress(BrokenError):
        if kept is not None:
            return read_bucket(path, kept)
    try:
        found = requests.get(path, LARGEST)
        if found is None:
            raise BrokenError(f"{path} is not there")
        rows = read_bucket(path, found.data)
    except (BrokenError, TooLargeError) as error:
        raise _broken(requests.store.name, str(error)) from None
    keep_bucket(cache, path, found.data)
    return rows


def _broken(where: str, why: str, advice: str = "check who else writes there, then make it anew") -> GuardError:
    return GuardError("manifest-broken", f"the manifest in {where} cannot be used: {why}; {advice} with --adopt")


def keep_bucket(cache: Path, path: str, data: bytes) -> None:
    """Keep a bucket for the next publish from this folder; where that fails, it is requested then."""
    with suppress(OSError):
        write_atomic(cache / path.rpartition("/")[2], data, cache)


def forget_buckets(cache: Path, names: Collection[str]) -> None:
    """Remove what the cache has beside the buckets of these names."""
    kept = {name.rpartition("/")[2] for name in names}
    with suppress(OSError):
        for file in cache.iterdir() if cache.is_dir() else ():
            if file.suffix == ".bin" and file.name not in kept:
                file.unlink()


def first_look(requests: Requests, tag: str, guide: str, site: Collection[str], *, adopt: bool) -> Known:
    """Return what is known of a target without a manifest: that it is empty, or what a listing says.

    Raises GuardError where it is not empty and nobody said that it may be adopted.
    """
    root = Root(guide)
    listed = (found for found in requests.listing() if not found.path.startswith(f"{FOLDER}/"))
    if not adopt:
        first = next(listed, None)
        if first is None:
            return Known(root, tag)
        advice = "choose an empty prefix or folder, or take over what is there with --adopt"
        where = requests.store.name
        raise GuardError("target-foreign", f"{where} holds files ({first.path}) but no manifest of a guide: {advice}")
    paths = [found.path for found in listed]
    ours = {path: UNKNOWN for path in paths if path in site}
    return Known(root, tag, ({},), ours, tuple(sorted(path for path in paths if path not in ours)))


def without_doubt(requests: Requests, known: Known, workers: int) -> Known:
    """Return what is known once each uncertain file was looked at; those that are not there, or not ours, have no row.

    A publish that did not end wrote what nothing names yet before anything else. Where one of these files is missing,
    it did not come to the others, so that nothing names any of them.
    """
    uncertain = {path: row for path, row in known.rows.items() if row.is_uncertain}
    there = {found.path for found in requests.listing()} if len(uncertain) > _WORTH_A_LISTING else {*uncertain}
    with ThreadPoolExecutor(workers) as pool:
        look = partial(_looked_at, requests)
        looked = dict(
            zip(
                uncertain,
                pool.map(look, uncertain, uncertain.values(), [*map(there.__contains__, uncertain)]),
                strict=True,
            )
        )
    rows = {path: looked.get(path, row) for path, row in known.rows.items()}
    first = [path for path, row in uncertain.items() if row.maybe and goes_unnamed(path)]
    ended = all((row := looked[path]) is not None and row.mark for path in first)
    unnamed = {path for path, row in uncertain.items() if not row.maybe} | (set() if ended else {*first})
    standing = {path: row for path, row in rows.items() if row is not None}
    return replace(known, rows=standing, unnamed=frozenset(path for path in unnamed if path in standing))


def _looked_at(requests: Requests, path: str, row: Row, is_there: bool) -> Row | None:
    """Return what an uncertain row has to say; None where the file is not there, or not ours."""
    otherwise = (UNKNOWN if row.maybe else GOING) if row.tag == "-" else None
    most = row.size + _FAR_LARGER if row.maybe else 0
    try:
        found = requests.get(path, most) if is_there else None
        if found is None:
            return None
        if content_mark(decode(found, most)) != row.maybe[: len(content_mark(b""))]:
            return otherwise
    except (TooLargeError, BrokenError):
        return otherwise
    return Row(len(found.data), row.maybe, short_tag(found.tag) if requests.store.keeps_headers else "")


def verified(requests: Requests, known: Known, workers: int) -> Known:
    """Return what is known after a listing: rows that do not hold are gone or unknown, and what is foreign is named."""
    listed = {found.path: found for found in requests.listing()}
    known = without_doubt(requests, known, workers)
    rows = {path: row for path, row in known.rows.items() if path in listed}
    with ThreadPoolExecutor(workers) as pool:
        holds = list(pool.map(lambda path: _holds(requests, rows[path], listed[path]), rows))
    known_of = zip(rows.items(), holds, strict=True)
    rows = {path: row if as_said or row == GOING else UNKNOWN for (path, row), as_said in known_of}
    named = {bucket.name for bucket in known.root.buckets}
    ours = {path for path in listed if path.startswith(f"{FOLDER}/")}
    rest = {path for path in ours if is_bucket(path) and path not in named}
    foreign = sorted(path for path in listed if path not in rows and path not in ours)
    root = replace(known.root, leaving=frozenset(path for path in known.root.leaving if path in rows) | rest)
    root = root if rows == known.rows else replace(root, state="")
    return replace(known, root=root, rows=rows, foreign=tuple(foreign))


def _holds(requests: Requests, row: Row, listed: Listed) -> bool:
    """Whether a file is as its row says: by the tag of the listing, else by its bytes; and by its headers."""
    if not row.mark or row.size != listed.size:
        return False
    if listed.tag and row.tag:
        return short_tag(listed.tag) == row.tag and (
            requests.store.tags_tell_headers or _has_headers(requests, row, listed.path)
        )
    found = requests.get(listed.path, _LARGEST_FILE)
    try:
        if found is None or content_mark(decode(found, _LARGEST_FILE)) != row.content:
            return False
    except BrokenError:
        return False
    return not requests.store.keeps_headers or _has_headers(requests, row, listed.path)


def _has_headers(requests: Requests, row: Row, path: str) -> bool:
    found = requests.headers(path)
    return found is not None and headers_mark(found) == row.headers


def shown_foreign(paths: Collection[str]) -> Iterator[str]:
    """Yield the foreign files that may be shown: names that would make a mess of a line are left out."""
    return (path for path in paths if is_safe(path) and path not in (ROOT, LOCK))
