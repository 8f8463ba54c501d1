"""Check every file of the built guide: links and anchors that lead nowhere, pictures, files that are too large."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from exporter.check.assets import LARGEST_FILE, megabytes
from exporter.check.pages import PAGES, Found, PageReader, Site, Target
from exporter.check.quick import is_in_order
from exporter.core.files import read_file, walk_files
from exporter.report.problems import problem
from exporter.report.text import one_line
from exporter.workers.pool import in_processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from exporter.report.problems import Problem

LARGEST_PAGE = 1_000_000
"""Bytes beyond which a page is too much to load."""
_PAGES_PER_PROCESS = 500
"""Pages that are worth a process of their own."""
_ASSETS = "files/"
_TAKEN_ALONG = (_ASSETS, "updates/")
"""Folders whose files are checked as assets, or are made from the pages."""


class PageFindings(NamedTuple):
    """What was found on a page: its number, its size, what is wrong (by code), the anchors of other pages it names."""

    number: int
    size: int
    wrong: list[tuple[str, Found]]
    anchors: list[Target]


@dataclass
class _Wrong:
    """What is wrong in the same way on several pages: the first of them, with the line, and all their numbers."""

    number: int
    found: Found
    pages: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class SitePages:
    """The pages of site/ by their numbers, and what to look for on them; any process can look at some of them."""

    output: Path
    site: Site
    paths: Sequence[str]
    codes: AbstractSet[str]

    def look_at(self, numbers: Iterable[int]) -> Iterator[PageFindings]:
        """Yield what is found on pages, by their numbers."""
        alt, size = "alt-missing" in self.codes, "image-size-missing" in self.codes
        for number in numbers:
            page = self.paths[number]
            data = read_file(f"{self.output}/{page}")
            text = data.decode("utf-8", "replace")
            anchors = is_in_order(text, page, self.site, alt=alt, size=size)
            if anchors is not None:
                yield PageFindings(number, len(data), [], anchors)
            else:
                yield PageFindings(number, len(data), *self._parse(text, page))

    def _parse(self, text: str, page: str) -> tuple[list[tuple[str, Found]], list[Target]]:
        reader = PageReader(text, page, self.site)
        wrong = [("alt-missing", found) for found in reader.without_alt]
        wrong += [("image-size-missing", found) for found in reader.without_size]
        others: list[Target] = []
        for found in reader.links:
            file = self.site.file(found.target.file) if found.target is not None else ""
            if found.target is None or file is None:
                wrong += [("page-link-dead", found)] if file is None else []
            elif file == page and found.target.anchor and found.target.anchor not in reader.anchors:
                wrong.append(("page-anchor-dead", found._replace(target=Target(file, found.target.anchor))))
            elif file and file != page and found.target.anchor and file.endswith(PAGES):
                others.append(Target(file, found.target.anchor))
        return [found for found in wrong if found[0] in self.codes], others

    def read(self, page: str) -> PageReader:
        """Parse a page by its path."""
        data = read_file(f"{self.output}/{page}")
        return PageReader(data.decode("utf-8", "replace"), page, self.site)


class SiteCheck:
    """The check of site/: it counts the pages and yields their problems."""

    def __init__(self, output: Path, codes: AbstractSet[str], base_url: str, jobs: int) -> None:
        self._output = output
        self._codes = codes
        self._jobs = jobs
        self._site = Site(frozenset(walk_files(output)), base_url)
        pages = (path for path in self._site.files if path.endswith(PAGES))
        self._paths = sorted(path for path in pages if not path.startswith(_ASSETS))
        self._pages = SitePages(output, self._site, self._paths, codes)
        self._wrong: dict[tuple[str, str | Target], _Wrong] = {}
        self.pages = len(self._paths)

    def find(self) -> Iterator[Problem]:
        """Yield the problems; what is wrong in the same way on several pages is one."""
        wanted: dict[Target, list[int]] = {}
        numbers = range(self.pages)
        for found in in_processes(self._jobs, numbers, SitePages.look_at, (self._pages,), _PAGES_PER_PROCESS):
            self._keep(found)
            for target in found.anchors:
                wanted.setdefault(target, []).append(found.number)
            if found.size > LARGEST_PAGE:
                yield self._too_large(self._paths[found.number], found.size)
        self._look_for(wanted)
        yield from self._other_files()
        for (code, _), wrong in self._wrong.items():
            yield self._problem(code, wrong)

    def _keep(self, page: PageFindings) -> None:
        for code, found in page.wrong:
            wrong = self._wrong.setdefault((code, found.target or found.written), _Wrong(page.number, found))
            if (page.number, found.line) < (wrong.number, wrong.found.line):
                wrong.number, wrong.found = page.number, found
            wrong.pages.add(page.number)

    def _look_for(self, wanted: dict[Target, list[int]]) -> None:
        """Look for the anchors that other pages name; where one is missing, those pages are read again for the line."""
        by_file: dict[str, list[Target]] = {}
        for target in wanted if "page-anchor-dead" in self._codes else ():
            by_file.setdefault(target.file, []).append(target)
        dead: dict[int, set[Target]] = {}
        for file, targets in by_file.items():
            anchors = self._pages.read(file).anchors
            for target in targets:
                for number in wanted[target] if target.anchor not in anchors else ():
                    dead.setdefault(number, set()).add(target)
        for number, gone in dead.items():
            page = self._paths[number]
            links = ((link, link.target) for link in self._pages.read(page).links if link.target is not None)
            whole = (link._replace(target=Target(self._site.file(to.file) or "", to.anchor)) for link, to in links)
            wrong = [("page-anchor-dead", link) for link in whole if link.target in gone]
            self._keep(PageFindings(number, 0, wrong, []))

    def _other_files(self) -> Iterator[Problem]:
        for path in sorted(self._site.files - set(self._paths)):
            if not path.startswith(_TAKEN_ALONG):
                size = os.stat(f"{self._output}/{path}").st_size  # noqa: PTH116 - paths as text: there are many
                if size > LARGEST_FILE:
                    yield self._too_large(path, size)

    def _too_large(self, path: str, size: int) -> Problem:
        message = one_line(f"site/{path} has {megabytes(size)}, which readers have to load: make it smaller", 400)
        return problem("file-too-large", message, file=f"site/{path}")

    def _problem(self, code: str, wrong: _Wrong) -> Problem:
        line, written, _ = wrong.found
        page = f"site/{self._paths[wrong.number]}"
        more = len(wrong.pages) - 1
        message = f"{page}:{line}{_MESSAGES[code].format(written)}"
        message += f" ({more} other page{'s have' if more > 1 else ' has'} the same)" if more else ""
        return problem(code, one_line(message, 600), file=page, line=line, link=written)


_MESSAGES = {
    "page-link-dead": ': the link "{}" leads to nothing in site/: fix it in the template or in the entry',
    "page-anchor-dead": ': the link "{}" names an anchor that its page does not have: fix it, or add that id',
    "alt-missing": ': the picture "{}" has no alt: add one in the template, an empty one if it only decorates',
    "image-size-missing": ': the picture "{}" has no width and height: add both in the template or the file',
}
