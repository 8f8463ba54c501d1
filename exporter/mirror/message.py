"""A ready commit message: what a sync brought, in the names and titles that editors know."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.core.files import read_bytes
from exporter.core.model import Key, item_from_bytes
from exporter.mirror.steps import Phase, read_row
from exporter.report.report import ItemChange, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.core.model import Item, Model
    from exporter.mirror.index import MirrorIndex
    from exporter.mirror.staging import Staged, Staging

_HOWS = ("new", "changed", "removed")
_HEADLINE = 72
_LINES = 50


def item_title(item: Item, model: Model) -> str:
    """Give what an item is called in the space's default locale, else in any, else its id; always one line."""
    content_type = model.types.get(item.content_type)
    values = item.localized(content_type.display_field if content_type else "title")
    texts = (values.get(code) for code in (model.default_locale, *values))
    titles = (one_line(text) for text in texts if isinstance(text, str))
    return next(filter(None, titles), one_line(item.key.id))


def item_changes(staging: Staging, index: MirrorIndex, content: Path, model: Model) -> Iterator[ItemChange]:
    """Yield what a planned sync does to items, before it does; titles of those to be removed are read from content/."""
    for change in staging.changes():
        if change.number is not None:
            item = _staged(staging, change, content)
            yield _described("changed" if index.find(change.key) else "new", change.key, item, model)
    for path, source in staging.steps(Phase.INDEX):
        if not source:
            key = Key(*path.split(":", 1))
            row = index.find(key)
            data = read_bytes(content / row.path) if row is not None else None
            yield _described("removed", key, item_from_bytes(data) if data is not None else None, model)


def _staged(staging: Staging, change: Staged, content: Path) -> Item | None:
    """Read a staged item; where an apply broke off it may have its place already, or wait for that of its folder."""
    path = read_row(str(change.key), staging.source(Phase.INDEX, str(change.key))).path
    places = (staging.folder / change.files[0], staging.whole / path, content / path)
    data = next(filter(None, map(read_bytes, places)), None)
    return item_from_bytes(data) if data is not None else None


def _described(how: str, key: Key, item: Item | None, model: Model) -> ItemChange:
    if key.kind == "asset":
        name = "Asset"
    else:
        type_id = item.content_type if item is not None else ""
        name = model.types[type_id].name if type_id in model.types else type_id or "Entry"
    return ItemChange(how, str(key), name, item_title(item, model) if item is not None else one_line(key.id))


class Message:
    """A commit message under way: counts, and the first lines in their order, however many there are.

    Over several `rounds` an item is told once, by what became of it from before the first to after the last.
    """

    def __init__(self, project: Project, *, rounds: bool = False) -> None:
        self._project = project
        self._before = _beside(project)
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._lines: list[tuple[int, str, str, str]] = []
        self._earlier: dict[str, ItemChange] | None = {} if rounds else None

    def add(self, change: ItemChange) -> None:
        """Take up what happens to an item."""
        became: ItemChange | None = change
        if self._earlier is not None:
            earlier = self._earlier.pop(change.item, None)
            if earlier is not None:
                self._take_back(earlier)
                became = _together(earlier, change)
            if became is not None:
                self._earlier[change.item] = became
        if became is not None:
            self._counts[_counted_as(became)] += 1
            insort(self._lines, _line(became))
            del self._lines[_LINES:]

    def _take_back(self, change: ItemChange) -> None:
        self._counts[_counted_as(change)] -= 1
        self._counts += Counter()
        if (line := _line(change)) in self._lines:
            self._lines.remove(line)

    def text(self) -> str:
        """Give the message; empty where nothing changed."""
        if self._counts:
            more = self._counts.total() - len(self._lines)
            lines = [line for *_, line in self._lines] + ([f"and {more} more"] if more else [])
            return "\n".join([_headline(self._counts), "", *lines, ""])
        before, now = self._before, _beside(self._project)
        if before == now:
            return ""
        return "mirror brought up to date\n" if before[1:] == now[1:] else "content model changed\n"

    def write(self, file: Path) -> None:
        """Write the message; where nothing changed, remove the file, so that it is there only for a commit."""
        text = self.text()
        if text:
            file.write_text(text, "utf-8", newline="\n")
        else:
            file.unlink(missing_ok=True)


def _together(earlier: ItemChange, later: ItemChange) -> ItemChange | None:
    """Give what two changes of an item are as one; None for nothing."""
    gone = later.how == "removed"
    if earlier.how == "new":
        return None if gone else replace(later, how="new")
    return later if gone else replace(later, how="changed")


def _counted_as(change: ItemChange) -> tuple[str, str, str]:
    return change.item.partition(":")[0], _noun(change.type), change.how


def _line(change: ItemChange) -> tuple[int, str, str, str]:
    """Give an item's line behind what it is ordered by."""
    identifier, name = change.item.partition(":")[2], _noun(change.type)
    shown = "" if identifier == change.title else f" ({one_line(identifier)})"
    line = f"{change.how} {name} {change.title}{shown}"
    return _HOWS.index(change.how), name.casefold(), change.title.casefold(), line


def _beside(project: Project) -> list[bytes | None]:
    """Give what a commit holds besides items: .syncstate first, then the files of the model."""
    model = sorted((project.content / "model").rglob("*.json"))
    return [
        read_bytes(project.state_file),
        *(part for file in model for part in (file.name.encode(), read_bytes(file))),
    ]


def _headline(counts: Mapping[tuple[str, str, str], int]) -> str:
    """Count by content types, by kinds where that is too long, at last by nothing."""
    for noun in (lambda key: key[1], lambda key: key[0], lambda _key: "item"):
        found: Counter[tuple[str, str]] = Counter()
        for key, number in counts.items():
            found[noun(key), key[2]] += number
        said = _counted(found)
        if len(said) <= _HEADLINE:
            break
    return said


def _counted(counts: Mapping[tuple[str, str], int]) -> str:
    """Say counts by noun; one that was just said is not said again."""
    parts, last = [], ""
    for noun, how in sorted(counts, key=_place_in_headline):
        number = counts[noun, how]
        said = "" if noun == last else f" {noun if number == 1 else _plural(noun)}"
        parts.append(f"{number}{said} {how}")
        last = noun
    return ", ".join(parts)


def _place_in_headline(counted: tuple[str, str]) -> tuple[bool, str, str, int]:
    noun, how = counted
    return noun == "asset", noun.casefold(), noun, _HOWS.index(how)


def _noun(name: str) -> str:
    """Write a content type's name as a noun in a sentence; abbreviations keep their capitals."""
    return " ".join(word.lower() if word.istitle() else word for word in one_line(name).split())


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in (*"aeiou", ""):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"
