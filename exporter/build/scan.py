"""What changed under content/ since the last build: a look at every file, a reading of those that look another way."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import decode, digest
from exporter.core.errors import GuardError
from exporter.core.files import read_file
from exporter.core.naming import item_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from exporter.core.model import Item
    from exporter.guide.index.records import ItemFacts
    from exporter.guide.schema.guide_model import GuideModel

_RACY = 50_000_000
_COARSE = 2_000_000_000
"""Nanoseconds in which a file may change without looking another way, where its system counts whole seconds."""


def file_signature(found: os.stat_result, now: int) -> int:
    """Give a number that stands for how a file looks; 0, which never matches, for one that was written just `now`."""
    fresh = _COARSE if found.st_mtime_ns % 1_000_000_000 == 0 else _RACY
    if now - found.st_mtime_ns < fresh:
        return 0
    return hash((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)) or 1


def look_again(file: Path) -> tuple[int, bytes]:
    """Give a file's sign and bytes once it is no longer fresh, for which it may be waited a moment."""
    try:
        wait = file.stat().st_mtime_ns + _RACY - time.time_ns()
        time.sleep(min(max(wait, 0), _RACY) / 1_000_000_000)
        return file_signature(file.stat(), time.time_ns()), read_file(str(file))
    except OSError:
        return 0, b""


def look_at_items(content: Path) -> dict[str, int]:
    """Give the sign of every JSON file that can be an item's, by its path under content/."""
    found: dict[str, int] = {}
    for folder in item_folders(content):
        found |= look_into(content, folder)
    return found


def item_folders(content: Path) -> list[str]:
    """Give the folders under content/ in which files of items may lie."""
    return ["assets", *(f"entries/{name}" for name in _folders(f"{content}/entries"))]


def look_into(content: Path, folder: str) -> dict[str, int]:
    """Give the sign of every JSON file in a folder, by its path under content/; none where it is not there."""
    now = time.time_ns()
    try:
        with os.scandir(f"{content}/{folder}") as entries:
            return {
                f"{folder}/{each.name}": file_signature(each.stat(), now)
                for each in entries
                if each.name.endswith(".json")
            }
    except FileNotFoundError:
        return {}


def look_at_known(content: Path, known: Iterable[tuple[str, int]]) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Look at files by paths and signs that are known, which is quicker than to list their folder.

    Gives the known sign and that of now of those that look another way, and the paths of those that are gone.
    """
    differing, gone, now, root = {}, [], time.time_ns(), f"{content}/"
    for path, sign in known:
        try:
            found = os.stat(root + path)  # noqa: PTH116 - paths as text: there are many
        except FileNotFoundError:
            gone.append(path)
            continue
        if hash((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)) != sign:
            differing[path] = sign, file_signature(found, now)
    return differing, gone


def folder_signature(folder: str) -> int:
    """Give a number that stands for the names in a folder; 0, which never matches, where its time does not tell them.

    So it is with one that was changed just now, and on disks that count time in milliseconds or more.
    """
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return 0
    return file_signature(found, time.time_ns()) if found.st_mtime_ns % 1_000_000 else 0


def look_at_files(content: Path) -> dict[str, int]:
    """Give the sign of every asset file, by its path under content/."""
    found: dict[str, int] = {}
    for folder, _, names in os.walk(f"{content}/files"):
        inside = folder[len(str(content)) + 1 :].replace(os.sep, "/")
        now = time.time_ns()
        for name in names:
            found[f"{inside}/{name}"] = file_signature(os.stat(f"{folder}/{name}"), now)  # noqa: PTH116 - paths as text: there are many
    return found


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(each.name for each in entries if each.is_dir())
    except FileNotFoundError:
        return []


class Read(NamedTuple):
    """A file that was read: its path, the digest of its bytes; facts, summary and `sys.updatedAt` of an item's."""

    path: str
    digest: bytes
    facts: ItemFacts | None
    card: bytes = b""
    updated: str = ""


def read_files(
    content: Path, guide: GuideModel, paths: Iterable[str], keep: Callable[[Item, str], None] | None = None
) -> Iterator[Read]:
    """Read files of items and work out their facts. Raises GuardError for one that is no JSON.

    `keep` is given each entry with pages, and its path.
    """
    from exporter.guide.pages.item_facts import facts_of, summary_of

    for path in paths:
        try:
            data = read_file(f"{content}/{path}")
        except FileNotFoundError:
            continue
        try:
            item = item_at(path, decode(data))
        except ValueError as error:
            said = f"{content}/{path} is no JSON ({error}): take it back from git, or run sync --full"
            raise GuardError("mirror-broken", said) from None
        if item is None:
            yield Read(path, digest(data), None)
        else:
            facts = facts_of(guide, item, path)
            if keep is not None and facts.bases:
                keep(item, path)
            updated = item.sys.get("updatedAt")
            yield Read(path, digest(data), facts, summary_of(item), updated if isinstance(updated, str) else "")
