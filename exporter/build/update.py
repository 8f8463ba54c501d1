"""Bring the index up to date with content/: what changed there, and which questions may have other answers for it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.scan import Read, folder_signature, item_folders, look_again, look_at_known, look_into
from exporter.core.encoding import digest
from exporter.core.errors import GuardError
from exporter.guide.index.records import NewItem
from exporter.guide.index.subjects import list_subject, referrers_subject

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import IndexedItem, ItemFacts
    from exporter.guide.pages.planner import PagePlanner

_AT_ONCE = 1000
_FEW = 200
"""Files that are sooner read again at every build than noted, as long as there is nothing else to be written."""


@dataclass
class Update:
    """What an update found: the subjects of questions that may have other answers, the number of files read.

    `lists` says that what lists show, or in which order, is not as it was; `linked` are the keys of entries that say
    something else to the addresses of those that link to them; `fresh` are paths of files that were written
    so short ago that they could change again without looking another way; `newest` is the latest `sys.updatedAt` of
    what was read, as it came.
    """

    changed: set[str] = field(default_factory=set)
    read: int = 0
    lists: bool = False
    linked: set[str] = field(default_factory=set)
    fresh: list[str] = field(default_factory=list)
    newest: str = ""


class FileChanges(NamedTuple):
    """What a look at the files of items found: those to be read, with their signs `now` and `before`, if they had one.

    `gone` are files that are no longer there; `listed` the signs of folders in which all names were looked at.
    """

    now: dict[str, int]
    before: dict[str, int]
    gone: list[str]
    listed: dict[str, int]


def look_for_items(index: GuideIndex, content: Path, *, everything: bool = False) -> FileChanges:
    """Look for files that differ from what the index knows of them; with `everything` all are to be read.

    In a folder that has the names that it had only the files that the index knows are looked at.
    """
    look = FileChanges({}, {}, [], {})
    trusted, seen = dict(index.rows("SELECT path, signature FROM listed")), 0
    for folder in item_folders(content):
        sign, known = folder_signature(f"{content}/{folder}"), index.items.signatures_in(folder)
        seen += len(known)
        if sign and trusted.get(folder) == sign and not everything:
            differing, gone = look_at_known(content, known)
            look.before.update({path: before for path, (before, _) in differing.items()})
            look.now.update({path: now for path, (_, now) in differing.items()})
        else:
            look.listed[folder] = sign
            before, now = dict(known), look_into(content, folder)
            gone = [path for path in before if path not in now]
            differs = [path for path, each in now.items() if everything or not each or before.get(path) != each]
            look.before.update({path: before[path] for path in differs if path in before})
            look.now.update({path: now[path] for path in differs})
        look.gone.extend(gone)
    if seen != index.items.count():
        folders = tuple(f"{each}/" for each in item_folders(content))
        look.gone.extend(path for path in index.items.all_paths() if not path.startswith(folders))
    return look


def note_folders(index: GuideIndex, content: Path, look: FileChanges) -> None:
    """Note the signs of folders in which nothing came or went since they were listed.

    They are sooner listed again at every build than noted, as long as there is nothing else to be written.
    """
    if not index.database.total_changes:
        return
    noted = [
        (path, sign) for path, sign in look.listed.items() if sign and sign == folder_signature(f"{content}/{path}")
    ]
    index.database.executemany("INSERT OR REPLACE INTO listed VALUES (?, ?)", noted)


def update_items(
    index: GuideIndex, planner: PagePlanner, look: FileChanges, reads: Iterable[Read], *, everything: bool
) -> Update:
    """Take over what was read of the files that look another way, or `everything` where the frame is another."""
    update = Update()
    before, now = look.before, look.now
    update.fresh = [path for path, sign in now.items() if not sign]
    for path in look.gone:
        _replace(index, planner, update, Read(path, b"", None), index.items.at_path(path), 0)
    signs: list[tuple[int, str]] = []
    new: list[NewItem] = []
    for read in reads:
        path, facts = read.path, read.facts
        update.read += 1
        update.newest = max(update.newest, read.updated)
        old = index.items.at_path(path) if path in before else None
        if old is None or old.digest != read.digest or (everything and old.facts != facts):
            if _replace(index, planner, update, read, old, now[path]):
                new.append(NewItem(path, now[path], read.digest, facts, read.card))
        elif before[path] != now[path] and now[path]:
            signs.append((now[path], path))
        if everything and old is not None and facts is not None and facts.type:
            planner.place_entry(facts.key, facts)
        if len(new) == _AT_ONCE:
            _put(index, new)
            new.clear()
    _put(index, new)
    if update.changed or len(signs) > _FEW:
        index.items.set_signatures(signs)
    return update


def sign_fresh(index: GuideIndex, content: Path, paths: list[str]) -> None:
    """Note how files look that were fresh when they were read: once they no longer are and still hold the same."""
    signs = []
    for path in paths[:_AT_ONCE]:
        sign, data = look_again(content / path)
        old = index.items.at_path(path)
        if sign and old is not None and old.digest == digest(data):
            signs.append((sign, path))
    index.items.set_signatures(signs)


def _replace(
    index: GuideIndex, planner: PagePlanner, update: Update, read: Read, old: IndexedItem | None, sign: int
) -> bool:
    """Put a file's new facts for its old ones; a file without a digest is gone. Tells whether a new row is due."""
    facts, before = read.facts, old.facts if old is not None else None
    if old is not None and read.digest and before == facts:
        index.items.renew(read.path, sign, read.digest, read.card)
        update.changed.update({facts.key} if facts is not None else ())
        return False
    if old is not None:
        index.drop_item(read.path)
    _note(update, before, facts)
    for each in {facts.key if facts else "", before.key if before else ""}:
        if each.startswith("entry:"):
            planner.place_entry(each, facts)
    return bool(read.digest)


def _put(index: GuideIndex, rows: list[NewItem]) -> None:
    try:
        index.put_items(rows)
    except sqlite3.IntegrityError:
        paths = [
            row.path
            for row in rows
            if row.facts is not None and index.items.path_of(row.facts.key) not in (None, row.path)
        ]
        both = " and ".join(f"content/{each}" for each in paths[:2]) or "two files of content/"
        said = f"{both}: an item lies there that lies elsewhere too: remove one of its files, or run sync --full"
        raise GuardError("mirror-double", said) from None


def _note(update: Update, before: ItemFacts | None, after: ItemFacts | None) -> None:
    """Note the subjects that a change of facts concerns: the item, lists that hold it, what it links to."""
    for each, other in ((before, after), (after, before)):
        if each is None:
            continue
        update.changed.add(each.key)
        targets = set(each.targets) - set(other.targets if other else ())
        update.changed.update(referrers_subject(target) for target, _ in targets)
        labels = other is None or other.labels != each.labels or other.type != each.type
        if each.type and (labels or targets):
            update.changed.add(list_subject(each.type))
        places = set(each.lists) - set(other.lists if other else ())
        update.changed.update(list_subject(name) for whole, *_ in places for name in (whole, whole.partition("/")[0]))
        update.lists = update.lists or labels or bool(places)
        if each.linked_values != (other.linked_values if other else ()):
            update.linked.add(each.key)
