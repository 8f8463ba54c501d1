"""Check every item of the mirror by itself, then what only shows between items: links and addresses."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from exporter.build.copies import Copies
from exporter.build.scan import look_at_items
from exporter.check.active import active_files
from exporter.check.addresses import address_problems
from exporter.check.assets import odd_files
from exporter.check.content import ItemFindings, look_at
from exporter.check.links import LinkTables
from exporter.core.encoding import decode
from exporter.core.files import broken_sentence, read_file
from exporter.core.naming import item_at
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.index.records import ItemFacts, NewItem
from exporter.guide.pages.planner import PagePlanner
from exporter.report.problems import problem
from exporter.workers.pool import in_processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from exporter.check.rules import Rules
    from exporter.config.settings import Project
    from exporter.core.model import Item
    from exporter.core.moved import Record
    from exporter.report.problems import Problem

_ITEMS_PER_PROCESS = 2000
"""Items that are worth a process of their own."""
_ITEMS_PER_INSERT = 1000


class MirrorCheck:
    """What was found in the mirror: the number of items, their translated fields, problems.

    The pages are planned as render plans them, over an index in memory; `moved` is the record of earlier addresses.
    """

    def __init__(self, project: Project, rules: Rules, moved: Mapping[str, Record], jobs: int) -> None:
        self._project = project
        self._rules = rules
        self._moved = moved
        self._jobs = jobs
        self._filled: dict[str, Counter[str]] = {}
        self._is_broken = False
        self.items = 0

    def find(self) -> Iterator[Problem]:
        """Yield the problems, those that stand between items last."""
        with closing(GuideIndex(None)) as index:
            planner = PagePlanner(index, self._rules.guide, Copies(self._project, index, {}).files)
            links = LinkTables(index, self._rules.guide)
            with index.transaction(alone=True):
                yield from self._look_at_items(index, planner, links)
                if not self._is_broken:  # what is missing may well be in the file that cannot be read
                    yield from self._compare(index, planner, links)

    def _look_at_items(self, index: GuideIndex, planner: PagePlanner, links: LinkTables) -> Iterator[Problem]:
        content = self._project.content
        paths = sorted(look_at_items(content))
        found = in_processes(self._jobs, paths, look_at_files, (self._rules, content), _ITEMS_PER_PROCESS)
        seen: set[str] = set()
        items: list[ItemFindings] = []
        for item in found:
            yield from item.problems
            self._count(item)
            if item.key and item.key not in seen:
                seen.add(item.key)
                items.append(item)
                planner.place_entry(item.key, item.facts)
            if len(items) == _ITEMS_PER_INSERT:
                _insert(items, index, links)
                items.clear()
        _insert(items, index, links)

    def _count(self, item: ItemFindings) -> None:
        if not item.key:
            self._is_broken = True
            return
        self.items += 1
        if item.filled:
            self._filled.setdefault(item.facts.type, Counter()).update(item.filled)

    def _compare(self, index: GuideIndex, planner: PagePlanner, links: LinkTables) -> Iterator[Problem]:
        yield from links.unresolved()
        planner.settle()
        planner.place_others()
        planner.place_redirects(lambda key: self._load(index, key), self._moved, frozenset(), everything=True)
        yield from address_problems(index, planner, self._rules.guide, links.name_of)
        yield from links.dead()

    def _load(self, index: GuideIndex, key: str) -> Item | None:
        path = index.items.path_of(key)
        return item_at(path, decode(read_file(f"{self._project.content}/{path}"))) if path is not None else None

    def coverage(self) -> dict[str, dict[str, int]]:
        """Return in percent, by content type and locale, how many of the localised fields in use have a value there."""
        locales = self._rules.guide.locales
        return {
            type_id: {code: 100 * filled[code] // filled[""] for code in locales}
            for type_id, filled in sorted(self._filled.items())
        }


def _insert(items: list[ItemFindings], index: GuideIndex, links: LinkTables) -> None:
    index.put_items(NewItem(item.path, 0, b"", item.facts, b"") for item in items)
    links.add(items)


def look_at_files(rules: Rules, content: Path, paths: Iterable[str]) -> Iterator[ItemFindings]:
    """Yield what is found in files of items; a file that is gone by now yields nothing."""
    for path in paths:
        try:
            data = read_file(f"{content}/{path}")
        except FileNotFoundError:
            continue
        try:
            item = item_at(path, decode(data))
        except ValueError as error:
            message = f"{broken_sentence(content, path, data, error)}; neither links nor addresses were checked"
            broken = problem("mirror-broken", message, file=f"content/{path}")
            yield ItemFindings("", path, "", (broken,), ItemFacts("", ""))
            continue
        if item is not None:
            of_files = [*active_files(rules, item, path, content), *odd_files(rules, item, path, content)]
            yield look_at(rules, item, path, of_files)
