"""A ready commit message: what a sync brought, in the names and titles that editors and readers know."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.core.files import read_bytes
from exporter.core.model import Key, item_from_bytes
from exporter.guide.schema.field_roles import UNKNOWN, roles_of
from exporter.guide.schema.titles import find_title
from exporter.mirror.steps import Phase, read_row
from exporter.report.sync_report import ItemChange
from exporter.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.core.model import Item, Model
    from exporter.guide.schema.field_roles import Roles
    from exporter.mirror.index import MirrorIndex
    from exporter.mirror.staging import Staged, Staging

HOWS = ("new", "changed", "removed")
"""What becomes of items, in the order in which it is listed."""
_HEADLINE_CHARACTERS = 72
"""As git and its hosts show in one line."""
_MOST_LINES = 50


class ItemTitles:
    """What items are called in lists of changes: as the guide's own pages call them."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._roles: dict[str, Roles] = {}

    def title(self, item: Item) -> str:
        """Return an item's title in the space's default locale, else in any, else its id; always one line."""
        roles = self._roles_of(item.content_type)
        locales = (self._model.default_locale, *(code for name in roles.named_by for code in item.localized(name)))
        found = find_title(roles, locales, lambda name, code: (item.localized(name).get(code), code))
        return (one_line(found.value) if found is not None else "") or one_line(item.key.id)

    def title_or_id(self, item: Item | None, key: Key) -> str:
        """Return the title of an item that may have been lost, then its id."""
        return self.title(item) if item is not None else one_line(key.id)

    def type_name(self, key: Key, item: Item | None) -> str:
        """Return what kind of thing an item is: the name of its content type, Asset for every asset."""
        if key.kind == "asset":
            return "Asset"
        type_id = item.content_type if item is not None else ""
        return self._model.types[type_id].name if type_id in self._model.types else type_id or "Entry"

    def _roles_of(self, type_id: str) -> Roles:
        if type_id not in self._roles:
            content_type = self._model.types.get(type_id)
            self._roles[type_id] = roles_of(content_type) if content_type is not None else UNKNOWN
        return self._roles[type_id]


def item_changes(staging: Staging, index: MirrorIndex, content: Path, model: Model) -> Iterator[ItemChange]:
    """Yield what a planned sync does to items, before it does; titles of items to be removed are read from content/."""
    titles = ItemTitles(model)
    for change in staging.changes():
        if change.number is not None:
            item = _staged(staging, change, content)
            yield _described("changed" if index.find(change.key) else "new", change.key, item, titles)
    for path, source in staging.steps(Phase.INDEX):
        if not source:
            key = Key(*path.split(":", 1))
            row = index.find(key)
            data = read_bytes(content / row.path) if row is not None else None
            yield _described("removed", key, item_from_bytes(data) if data is not None else None, titles)


def _staged(staging: Staging, change: Staged, content: Path) -> Item | None:
    """Read a staged item; after an apply that broke off it may be in place already, or in the folder to be moved."""
    path = read_row(str(change.key), staging.source(Phase.INDEX, str(change.key))).path
    candidates = (staging.folder / change.files[0], staging.whole / path, content / path)
    data = next(filter(None, map(read_bytes, candidates)), None)
    return item_from_bytes(data) if data is not None else None


def _described(how: str, key: Key, item: Item | None, titles: ItemTitles) -> ItemChange:
    return ItemChange(how, str(key), titles.type_name(key, item), titles.title_or_id(item, key))


class Message:
    """A commit message under way: counts, and the first lines in their order.

    Over several `rounds` an item has one line, for what became of it from before the first to after the last.
    """

    def __init__(self, project: Project, *, rounds: bool = False) -> None:
        self._project = project
        self._before = _other_files(project)
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lines: list[tuple[int, str, str, str]] = []
        self._earlier: dict[str, ItemChange] | None = {} if rounds else None

    def add(self, change: ItemChange) -> None:
        """Add what happens to an item."""
        became: ItemChange | None = change
        if self._earlier is not None:
            earlier = self._earlier.pop(change.item, None)
            if earlier is not None:
                self._take_back(earlier)
                became = _combined(earlier, change)
            if became is not None:
                self._earlier[change.item] = became
        if became is not None:
            self._counts[_counted_as(became)] += 1
            insort(self._lines, _line(became))
            del self._lines[_MOST_LINES:]

    def _take_back(self, change: ItemChange) -> None:
        self._counts[_counted_as(change)] -= 1
        self._counts += Counter()
        if (line := _line(change)) in self._lines:
            self._lines.remove(line)

    def text(self) -> str:
        """Return the message; empty if nothing changed."""
        if self._counts:
            more = self._counts.total() - len(self._lines)
            lines = [line for *_, line in self._lines] + ([f"and {more} more"] if more else [])
            return "\n".join([_headline(self._counts), "", *lines, ""])
        before, now = self._before, _other_files(self._project)
        if before == now:
            return ""
        return "mirror brought up to date\n" if before[1:] == now[1:] else "content model changed\n"

    def write(self, file: Path) -> None:
        """Write the message; where nothing changed, remove the file, so that it exists only where there is a commit."""
        text = self.text()
        if text:
            file.write_text(text, "utf-8", newline="\n")
        else:
            file.unlink(missing_ok=True)


def _combined(earlier: ItemChange, later: ItemChange) -> ItemChange | None:
    """Return two changes of an item as one, or None if they cancel out."""
    removed = later.how == "removed"
    if earlier.how == "new":
        return None if removed else replace(later, how="new")
    return later if removed else replace(later, how="changed")


def _counted_as(change: ItemChange) -> tuple[str, str, str]:
    return change.item.partition(":")[0], _noun(change.type), change.how


def _line(change: ItemChange) -> tuple[int, str, str, str]:
    """Return an item's line, after what it is ordered by."""
    identifier, name = change.item.partition(":")[2], _noun(change.type)
    suffix = "" if identifier == change.title else f" ({one_line(identifier)})"
    line = f"{change.how} {name} {change.title}{suffix}"
    return HOWS.index(change.how), name.casefold(), change.title.casefold(), line


def _other_files(project: Project) -> list[bytes | None]:
    """Return what a commit holds besides items: .syncstate first, then the files of the model."""
    model = sorted((project.content / "model").rglob("*.json"))
    return [
        read_bytes(project.state_file),
        *(part for file in model for part in (file.name.encode(), read_bytes(file))),
    ]


def _headline(counts: Mapping[tuple[str, str, str], int]) -> str:
    """Return the counts by content type, by kind where that is too long, else of all items."""
    for noun in (lambda key: key[1], lambda key: key[0], lambda _key: "item"):
        found: Counter[tuple[str, str]] = Counter()
        for key, number in counts.items():
            found[noun(key), key[2]] += number
        headline = _counted(found)
        if len(headline) <= _HEADLINE_CHARACTERS:
            break
    return headline


def _counted(counts: Mapping[tuple[str, str], int]) -> str:
    """Return counts with their nouns; a noun that was just named is not repeated."""
    parts, last = [], ""
    for noun, how in sorted(counts, key=_place_in_headline):
        number = counts[noun, how]
        named = "" if noun == last else f" {noun if number == 1 else _plural(noun)}"
        parts.append(f"{number}{named} {how}")
        last = noun
    return ", ".join(parts)


def _place_in_headline(counted: tuple[str, str]) -> tuple[bool, str, str, int]:
    noun, how = counted
    return noun == "asset", noun.casefold(), noun, HOWS.index(how)


def _noun(name: str) -> str:
    """Return a content type's name as a noun in a sentence; abbreviations keep their capitals."""
    return " ".join(word.lower() if word.istitle() else word for word in one_line(name).split())


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in (*"aeiou", ""):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"
