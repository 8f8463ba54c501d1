"""Bring the index up to date with content/: what changed there, and which questions may have other answers for it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.scan import ReadFile, folder_signature, item_folders, look_again, look_at_known, look_into
from exporter.core.encoding import digest
from exporter.core.errors import GuardError
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.index.records import NewItem
from exporter.guide.index.subjects import list_subject, points_subjects, referrers_subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from exporter.guide.index.records import IndexedItem, ItemFacts
    from exporter.guide.pages.planner import PagePlanner

ITEMS_AN_INSERT = 1000

_FRESH_FILES = 1000
"""Files that are read once more at the end of a build, so that the next one need not: after a large sync, not all."""

_SIGNATURES_WORTH_A_WRITE = 200
"""Files beyond which it is quicker to note signatures than to read the files again in every build.

Anything else that has to be written makes it worth it, too.
"""


@dataclass
class Update:
    """What an update found.

    `changed` are the subjects of questions that may have other answers, `read` is the number of files read. `lists`
    says that what lists show, or its order, may be different; `linked` are the keys of entries that mean something
    else to the addresses of those that link to them; `points` are where entries came or went: layer, latitude,
    longitude. `fresh` are paths of files written so short ago that they could change again without looking different;
    `newest` is the latest `sys.updatedAt` that was read, as it came.
    """

    changed: set[str] = field(default_factory=set)
    read: int = 0
    lists: bool = False
    linked: set[str] = field(default_factory=set)
    points: set[tuple[str, float, float]] = field(default_factory=set)
    fresh: list[str] = field(default_factory=list)
    newest: str = ""


class FileChanges(NamedTuple):
    """What a look at the files of items found: signatures `now` of those to be read, and `before` if they had one.

    `gone` are files that are not there any more; `listed` the signatures of folders whose names were all looked at.
    """

    now: dict[str, int]
    before: dict[str, int]
    gone: list[str]
    listed: dict[str, int]


def look_for_items(index: GuideIndex, content: Path, *, everything: bool = False) -> FileChanges:
    """Look for files that differ from what the index knows of them; with `everything`, all of them are to be read.

    A folder whose signature is the noted one has the names that it had: only the files that are known are looked at.
    """
    found = FileChanges({}, {}, [], {})
    listed, seen = index.listed.signatures(), 0
    folders = item_folders(content)
    for folder in folders:
        signature, known = folder_signature(f"{content}/{folder}"), index.items.signatures_in(folder)
        seen += len(known)
        if signature and listed.get(folder) == signature and not everything:
            _look_at_known(found, content, known)
        else:
            found.listed[folder] = signature
            _list_folder(found, known, look_into(content, folder), everything=everything)
    if seen != index.items.count():
        standing = tuple(f"{folder}/" for folder in folders)
        found.gone.extend(path for path in index.items.all_paths() if not path.startswith(standing))
    return found


def look_for_items_at(index_file: Path, content: Path) -> FileChanges:
    """Do the same in a process of its own."""
    with closing(GuideIndex(index_file, read_only=True)) as index:
        return look_for_items(index, content)


def _look_at_known(found: FileChanges, content: Path, known: list[tuple[str, int]]) -> None:
    differing, gone = look_at_known(content, known)
    found.before.update({path: before for path, (before, _) in differing.items()})
    found.now.update({path: now for path, (_, now) in differing.items()})
    found.gone.extend(gone)


def _list_folder(found: FileChanges, known: list[tuple[str, int]], now: dict[str, int], *, everything: bool) -> None:
    before = dict(known)
    differing = [
        path for path, signature in now.items() if everything or before.get(path) != signature or not signature
    ]
    found.before.update({path: before[path] for path in differing if path in before})
    found.now.update({path: now[path] for path in differing})
    found.gone.extend(path for path in before if path not in now)


def note_folders(index: GuideIndex, content: Path, changes: FileChanges) -> None:
    """Note the signatures of folders in which nothing came or went since they were listed.

    As long as nothing else is to be written, it is quicker to list them in every build. A folder that is moved away and
    back again has the signature that it had, though its files have left the index: it is forgotten when they do.
    """
    if not index.database.total_changes:
        return
    index.listed.forget({path.rpartition("/")[0] for path in changes.gone})
    unchanged = (
        (path, signature)
        for path, signature in changes.listed.items()
        if signature and signature == folder_signature(f"{content}/{path}")
    )
    index.listed.insert(unchanged)


def update_items(
    index: GuideIndex, planner: PagePlanner, changes: FileChanges, reads: Iterable[ReadFile], *, everything: bool
) -> Update:
    """Take over what was read of files that look different, or of `everything` where the model is another."""
    update = Update(fresh=[path for path, signature in changes.now.items() if not signature])
    before, now = changes.before, changes.now
    for path in changes.gone:
        _replace(index, planner, update, ReadFile(path, b"", None), index.items.at_path(path), 0)
    signatures: list[tuple[int, str]] = []
    new: list[NewItem] = []
    for file in reads:
        path, facts = file.path, file.facts
        update.read += 1
        update.newest = max(update.newest, file.updated)
        old = index.items.at_path(path) if path in before else None
        if old is None or old.digest != file.digest or (everything and old.facts != facts):
            if _replace(index, planner, update, file, old, now[path]):
                new.append(NewItem(path, now[path], file.digest, facts, file.summary))
        elif before[path] != now[path] and now[path]:
            signatures.append((now[path], path))
        if everything and old is not None and facts is not None and facts.type:
            planner.place_entry(facts.key, facts)
        if len(new) == ITEMS_AN_INSERT:
            _insert(index, new)
            new.clear()
    _insert(index, new)
    if update.changed or len(signatures) > _SIGNATURES_WORTH_A_WRITE:
        index.items.set_signatures(signatures)
    return update


def sign_fresh(index: GuideIndex, content: Path, paths: Sequence[str]) -> None:
    """Note the signatures of files that were just written when they were read, if they still hold the same."""
    signatures = []
    for path in paths[:_FRESH_FILES]:
        signature, data = look_again(content / path)
        old = index.items.at_path(path)
        if signature and old is not None and old.digest == digest(data):
            signatures.append((signature, path))
    index.items.set_signatures(signatures)


def _replace(
    index: GuideIndex, planner: PagePlanner, update: Update, file: ReadFile, old: IndexedItem | None, signature: int
) -> bool:
    """Put a file's new facts in place of its old ones; a file without a digest is gone. Return whether a row is due."""
    facts, before = file.facts, old.facts if old is not None else None
    if old is not None and file.digest and before == facts:
        index.items.renew(file.path, signature, file.digest, file.summary)
        update.changed.update({facts.key} if facts is not None else ())
        return False
    if old is not None:
        index.drop_item(file.path)
    _note(update, before, facts)
    for key in {facts.key if facts else "", before.key if before else ""}:
        if key.startswith("entry:"):
            planner.place_entry(key, facts)
    return bool(file.digest)


def _insert(index: GuideIndex, rows: list[NewItem]) -> None:
    try:
        index.put_items(rows)
    except sqlite3.IntegrityError:
        known = ((row.path, index.items.path_of(row.facts.key)) for row in rows if row.facts is not None)
        paths = [path for path, other in known if other not in (None, path)]
        both = " and ".join(f"content/{path}" for path in paths[:2]) or "two files of content/"
        message = f"{both}: the same item lies in two places: remove one of the files, or run sync --full"
        raise GuardError("mirror-double", message) from None


def _note(update: Update, before: ItemFacts | None, after: ItemFacts | None) -> None:
    """Note the subjects that a change of facts concerns: the item, the lists that hold it, what it links to."""
    for facts, other in ((before, after), (after, before)):
        if facts is None:
            continue
        update.changed.add(facts.key)
        targets = set(facts.targets) - set(other.targets if other else ())
        update.changed.update(referrers_subject(target) for target, _ in targets)
        labels = other is None or other.labels != facts.labels or other.type != facts.type
        if facts.type and (labels or targets):
            update.changed.add(list_subject(facts.type))
        places = set(facts.lists) - set(other.lists if other else ())
        update.changed.update(list_subject(name) for whole, *_ in places for name in (whole, whole.partition("/")[0]))
        update.lists = update.lists or labels or bool(places)
        if facts.points and (labels or places or other is None or other.points != facts.points):
            update.changed.update(points_subjects(facts.type, (name for name, *_ in facts.lists)))
            standing = {point[:4] for point in other.points} if other is not None else set()
            gone = (point for point in facts.points if point[:4] not in standing)
            update.points.update((layer, lat, lon) for layer, _, lat, lon, _ in gone)
            update.lists = update.lists or other is None or not other.points
        if facts.linked_values != (other.linked_values if other else ()):
            update.linked.add(facts.key)
