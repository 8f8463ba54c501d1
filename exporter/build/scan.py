"""Find the files under content/ that look different from how the last build left them, and read them."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.containment import PlainFolders, is_plain_file, list_folder, walk_folders
from exporter.core.encoding import decode, digest
from exporter.core.errors import GuardError
from exporter.core.files import broken_sentence, read_file
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
    """Return a file's signature and bytes, after a short wait if it was just written; 0 if it cannot be read."""
    try:
        wait = file.lstat().st_mtime_ns + _NS_FRESH - time.time_ns()
        time.sleep(min(max(wait, 0), _NS_FRESH) / 1_000_000_000)
        return file_signature(file.lstat(), time.time_ns()), read_file(str(file))
    except OSError:
        return 0, b""


def look_at_items(content: Path) -> dict[str, int]:
    """Return the signature of every JSON file that can be an item's, by its path under content/."""
    found: dict[str, int] = {}
    for folder in item_folders(content):
        found |= look_into(content, folder)
    return found


def item_folders(content: Path) -> list[str]:
    """Return the folders under content/ in which files of items may lie; what is behind a link is none."""
    plain = PlainFolders(content)
    names = list_folder(f"{content}/entries").folders if plain.holds("entries") else ()
    return [*(["assets"] if plain.holds("assets") else ()), *(f"entries/{name}" for name in names)]


def look_into(content: Path, folder: str) -> dict[str, int]:
    """Return the signature of every plain JSON file in a folder, by its path under content/; nothing for no folder."""
    now = time.time_ns()
    try:
        with os.scandir(f"{content}/{folder}") as entries:
            return {
                f"{folder}/{entry.name}": file_signature(entry.stat(follow_symlinks=False), now)
                for entry in entries
                if entry.name.endswith(".json") and entry.is_file(follow_symlinks=False)
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
            found = os.lstat(root + path)
        except FileNotFoundError:
            gone.append(path)
            continue
        if hash((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)) != signature:
            if is_plain_file(found):
                differing[path] = signature, file_signature(found, now)
            else:
                gone.append(path)
    return differing, gone


def folder_signature(folder: str) -> int:
    """Return a number for the names in a folder; 0, which never matches, where its mtime does not tell them.

    So it is with a folder that was changed just now, and on disks that count time in milliseconds or more.
    """
    try:
        found = os.lstat(folder)
    except OSError:
        return 0
    return file_signature(found, time.time_ns()) if found.st_mtime_ns % 1_000_000 else 0


def look_at_files(content: Path) -> dict[str, int]:
    """Return the signature of every asset file, by its path under content/."""
    found: dict[str, int] = {}
    for inside, listing in walk_folders(f"{content}/files") if PlainFolders(content).holds("files") else ():
        now = time.time_ns()
        for name in listing.files:
            path = f"files/{inside}{name}"
            found[path] = file_signature(os.lstat(f"{content}/{path}"), now)
    return found


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
            raise GuardError("mirror-broken", broken_sentence(content, path, data, error)) from None
        if item is None:
            yield ReadFile(path, digest(data), None)
        else:
            facts = facts_of(guide, item, path)
            if keep is not None and facts.bases:
                keep(item, path)
            updated = item.sys.get("updatedAt")
            yield ReadFile(path, digest(data), facts, summary_of(item), updated if isinstance(updated, str) else "")
