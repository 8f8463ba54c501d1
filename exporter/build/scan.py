"""Find the files under content/ that look different from how the last build left them, and read them."""

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

# A signature stands for the bytes of a file only where a later write must change it. The system's clock may stand still
# between two writes, so a file that was written within these times has none: it is read by every build until it has.
_NS_FRESH = 50_000_000
_NS_FRESH_IN_SECONDS = 2_000_000_000
"""The same where the file system counts whole seconds."""


def file_signature(found: os.stat_result, now: int) -> int:
    """Return a number for how a file looks; 0, which never matches, for one that was written just `now` (in ns)."""
    fresh = _NS_FRESH_IN_SECONDS if found.st_mtime_ns % 1_000_000_000 == 0 else _NS_FRESH
    if now - found.st_mtime_ns < fresh:
        return 0
    return hash((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)) or 1


def look_again(file: Path) -> tuple[int, bytes]:
    """Return a file's signature and bytes, after a short wait if it was just written; 0 where it cannot be read."""
    try:
        wait = file.stat().st_mtime_ns + _NS_FRESH - time.time_ns()
        time.sleep(min(max(wait, 0), _NS_FRESH) / 1_000_000_000)
        return file_signature(file.stat(), time.time_ns()), read_file(str(file))
    except OSError:
        return 0, b""


def look_at_items(content: Path) -> dict[str, int]:
    """Return the signature of every JSON file that can be an item's, by its path under content/."""
    found: dict[str, int] = {}
    for folder in item_folders(content):
        found |= look_into(content, folder)
    return found


def item_folders(content: Path) -> list[str]:
    """Return the folders under content/ in which files of items may lie."""
    return ["assets", *(f"entries/{name}" for name in _folders(f"{content}/entries"))]


def look_into(content: Path, folder: str) -> dict[str, int]:
    """Return the signature of every JSON file in a folder, by its path under content/; nothing for no folder."""
    now = time.time_ns()
    try:
        with os.scandir(f"{content}/{folder}") as entries:
            return {
                f"{folder}/{entry.name}": file_signature(entry.stat(), now)
                for entry in entries
                if entry.name.endswith(".json")
            }
    except FileNotFoundError:
        return {}


def look_at_known(content: Path, known: Iterable[tuple[str, int]]) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Look at files by paths and signatures that are known, which is quicker than to list their folder.

    Returns, by path, the known and the present signature of those that look different, and the paths that are gone.
    """
    differing, gone, now, root = {}, [], time.time_ns(), f"{content}/"
    for path, signature in known:
        try:
            found = os.stat(root + path)  # noqa: PTH116 - paths as text: there are many
        except FileNotFoundError:
            gone.append(path)
            continue
        if hash((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)) != signature:
            differing[path] = signature, file_signature(found, now)
    return differing, gone


def folder_signature(folder: str) -> int:
    """Return a number for the names in a folder; 0, which never matches, where its mtime does not tell them.

    So it is with a folder that was changed just now, and on disks that count time in milliseconds or more.
    """
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return 0
    return file_signature(found, time.time_ns()) if found.st_mtime_ns % 1_000_000 else 0


def look_at_files(content: Path) -> dict[str, int]:
    """Return the signature of every asset file, by its path under content/."""
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
            return sorted(entry.name for entry in entries if entry.is_dir())
    except FileNotFoundError:
        return []


class ReadFile(NamedTuple):
    """A file that was read: its path, the digest of its bytes; facts, summary and `sys.updatedAt` of an item's."""

    path: str
    digest: bytes
    facts: ItemFacts | None
    summary: bytes = b""
    updated: str = ""


def read_files(
    content: Path, guide: GuideModel, paths: Iterable[str], keep: Callable[[Item, str], None] | None = None
) -> Iterator[ReadFile]:
    """Read files of items and work out their facts. Raises GuardError for one that is not JSON.

    `keep` is called with every entry that has pages, and its path.
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
            said = f"{content}/{path} is not JSON ({error}): restore it from git, or run sync --full"
            raise GuardError("mirror-broken", said) from None
        if item is None:
            yield ReadFile(path, digest(data), None)
        else:
            facts = facts_of(guide, item, path)
            if keep is not None and facts.bases:
                keep(item, path)
            updated = item.sys.get("updatedAt")
            yield ReadFile(path, digest(data), facts, summary_of(item), updated if isinstance(updated, str) else "")
