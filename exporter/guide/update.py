"""Bring the index up to date with content/: what changed there, and which questions may have other answers for it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.errors import GuardError
from exporter.guide.scan import Read, look_again, look_at_items, read_files
from exporter.guide.work import in_processes
from exporter.model import digest

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.guide.facts import Facts
    from exporter.guide.frame import Frame
    from exporter.guide.index import GuideIndex, IndexedItem
    from exporter.guide.pages import Planner

_MANY = 2000
"""Files whose reading is worth a process."""
_AT_ONCE = 1000
_FEW = 200
"""Files that are sooner read again at every build than noted, as long as there is nothing else to be written."""


@dataclass
class Update:
    """What an update found: the subjects of questions that may have other answers, the number of files read.

    `lists` says that what lists show, or in which order, is not as it was; `linked` are the keys of entries that say
    something else to the addresses of those that link to them; `fresh` are paths of files that were written
    so short ago that they could change again without looking another way.
    """

    changed: set[str] = field(default_factory=set)
    read: int = 0
    lists: bool = False
    linked: set[str] = field(default_factory=set)
    fresh: list[str] = field(default_factory=list)


def update_items(
    index: GuideIndex, planner: Planner, frame: Frame, content: Path, jobs: int, *, everything: bool
) -> Update:
    """Take over the files that look another way than at the last build, or `everything` where the frame is another."""
    update = Update()
    before, now = index.signs(), look_at_items(content)
    update.fresh = [path for path, sign in now.items() if not sign]
    for path in sorted(before.keys() - now.keys()):
        _replace(index, planner, update, Read(path, b"", None), index.item_at(path), 0)
    signs: list[tuple[int, str]] = []
    new: list[tuple[str, int, bytes, Facts | None, bytes]] = []
    paths = [path for path, sign in now.items() if everything or sign == 0 or before.get(path) != sign]
    for read in in_processes(jobs, paths, lambda share: read_files(content, frame, share), _MANY):
        path, facts = read.path, read.facts
        update.read += 1
        old = index.item_at(path) if path in before else None
        if old is None or old.digest != read.digest or (everything and old.facts != facts):
            if _replace(index, planner, update, read, old, now[path]):
                new.append((path, now[path], read.digest, facts, read.card))
        elif before[path] != now[path] and now[path]:
            signs.append((now[path], path))
        if everything and old is not None and facts is not None and facts.type:
            planner.place_entry(facts.key, facts)
        if len(new) == _AT_ONCE:
            _put(index, new)
            new.clear()
    _put(index, new)
    if update.changed or len(signs) > _FEW:
        index.sign_again(signs)
    return update


def sign_fresh(index: GuideIndex, content: Path, paths: list[str]) -> None:
    """Note how files look that were fresh when they were read: once they no longer are and still hold the same."""
    signs = []
    for path in paths[:_AT_ONCE]:
        sign, data = look_again(content / path)
        old = index.item_at(path)
        if sign and old is not None and old.digest == digest(data):
            signs.append((sign, path))
    index.sign_again(signs)


def _replace(
    index: GuideIndex, planner: Planner, update: Update, read: Read, old: IndexedItem | None, sign: int
) -> bool:
    """Put a file's new facts for its old ones; a file without a digest is gone. Tells whether a new row is due."""
    facts, before = read.facts, old.facts if old is not None else None
    if old is not None and read.digest and before == facts:
        index.renew_item(read.path, sign, read.digest, read.card)
        update.changed.update({facts.key} if facts is not None else ())
        return False
    if old is not None:
        index.drop_item(read.path)
    _note(update, before, facts)
    for each in {facts.key if facts else "", before.key if before else ""}:
        if each.startswith("entry:"):
            planner.place_entry(each, facts)
    return bool(read.digest)


def _put(index: GuideIndex, rows: list[tuple[str, int, bytes, Facts | None, bytes]]) -> None:
    try:
        index.put_items(rows)
    except sqlite3.IntegrityError:
        paths = [row[0] for row in rows if row[3] is not None and index.path_of(row[3].key) not in (None, row[0])]
        both = " and ".join(f"content/{each}" for each in paths[:2]) or "two files of content/"
        said = f"{both}: an item lies there that lies elsewhere too: remove one of its files, or run sync --full"
        raise GuardError("mirror-double", said) from None


def _note(update: Update, before: Facts | None, after: Facts | None) -> None:
    """Note the subjects that a change of facts concerns: the item, lists that hold it, what it links to."""
    for each, other in ((before, after), (after, before)):
        if each is None:
            continue
        update.changed.add(each.key)
        targets = set(each.targets) - set(other.targets if other else ())
        update.changed.update(f"to:{target}" for target, _ in targets)
        labels = other is None or other.labels != each.labels or other.type != each.type
        if each.type and (labels or targets):
            update.changed.add(f"list:{each.type}")
        places = set(each.lists) - set(other.lists if other else ())
        update.changed.update(f"list:{name}" for whole, *_ in places for name in (whole, whole.partition("/")[0]))
        update.lists = update.lists or labels or bool(places)
        if each.parts != (other.parts if other else ()):
            update.linked.add(each.key)
