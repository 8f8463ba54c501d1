"""Look at every file of the built guide: links and anchors that lead nowhere, pictures, files that are too large."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from exporter.check.assets import LARGEST_FILE, megabytes
from exporter.check.pages import PAGES, Found, PageReader, Site, Target
from exporter.check.quick import is_well
from exporter.core.files import read_file, walk_files
from exporter.report.problems import problem
from exporter.report.report import one_line
from exporter.workers.pool import in_processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from exporter.report.report import Problem

LARGEST_PAGE = 1_000_000
"""Bytes of a page."""
_MANY = 500
_ASSETS = "files/"
_TAKEN_ALONG = (_ASSETS, "updates/")
"""Folders of files that are looked at as assets, or are made of the pages."""


class PageLook(NamedTuple):
    """What a look at a page gave: its number, its size, what is wrong (by code), which anchors of others it names."""

    number: int
    size: int
    wrong: list[tuple[str, Found]]
    anchors: list[Target]


@dataclass
class _Wrong:
    """The same thing wrong on several pages: the first of them, with its line, and how many there are."""

    number: int
    found: Found
    pages: set[int] = field(default_factory=set)


class SiteCheck:
    """What was found in site/: the number of pages, problems."""

    def __init__(self, output: Path, codes: AbstractSet[str], base_url: str, jobs: int) -> None:
        self._output = output
        self._codes = codes
        self._jobs = jobs
        self._site = Site(frozenset(walk_files(output)), base_url)
        pages = (each for each in self._site.files if each.endswith(PAGES))
        self._pages = sorted(each for each in pages if not each.startswith(_ASSETS))
        self._wrong: dict[tuple[str, str | Target], _Wrong] = {}
        self.pages = len(self._pages)

    def find(self) -> Iterator[Problem]:
        """Yield the problems; what is wrong in the same way on several pages is one."""
        wanted: dict[Target, list[int]] = {}
        for look in in_processes(self._jobs, range(len(self._pages)), self._look_at, _MANY):
            self._keep(look)
            for target in look.anchors:
                wanted.setdefault(target, []).append(look.number)
            if look.size > LARGEST_PAGE:
                yield self._too_large(self._pages[look.number], look.size)
        self._look_for(wanted)
        yield from self._other_files()
        for (code, _), wrong in self._wrong.items():
            yield self._problem(code, wrong)

    def _keep(self, look: PageLook) -> None:
        for code, found in look.wrong:
            wrong = self._wrong.setdefault((code, found.target or found.written), _Wrong(look.number, found))
            if (look.number, found.line) < (wrong.number, wrong.found.line):
                wrong.number, wrong.found = look.number, found
            wrong.pages.add(look.number)

    def _look_at(self, numbers: Iterable[int]) -> Iterator[PageLook]:
        alt, size = "alt-missing" in self._codes, "image-size-missing" in self._codes
        for number in numbers:
            page = self._pages[number]
            data = read_file(f"{self._output}/{page}")
            text = data.decode("utf-8", "replace")
            anchors = is_well(text, page, self._site, alt=alt, size=size)
            if anchors is not None:
                yield PageLook(number, len(data), [], anchors)
            else:
                yield PageLook(number, len(data), *self._parse(text, page))

    def _parse(self, text: str, page: str) -> tuple[list[tuple[str, Found]], list[Target]]:
        reader = PageReader(text, page, self._site)
        wrong = [("alt-missing", each) for each in reader.without_alt]
        wrong += [("image-size-missing", each) for each in reader.without_size]
        others: list[Target] = []
        for found in reader.links:
            file = self._site.file(found.target.file) if found.target is not None else ""
            if found.target is None or file is None:
                wrong += [("page-link-dead", found)] if file is None else []
            elif file == page and found.target.anchor and found.target.anchor not in reader.anchors:
                wrong.append(("page-anchor-dead", found._replace(target=Target(file, found.target.anchor))))
            elif file and file != page and found.target.anchor and file.endswith(PAGES):
                others.append(Target(file, found.target.anchor))
        return [each for each in wrong if each[0] in self._codes], others

    def _look_for(self, wanted: dict[Target, list[int]]) -> None:
        """Look for the anchors that other pages name; where one is not there, those pages say in which line."""
        by_file: dict[str, list[Target]] = {}
        for target in wanted if "page-anchor-dead" in self._codes else ():
            by_file.setdefault(target.file, []).append(target)
        dead: dict[int, set[Target]] = {}
        for file, targets in by_file.items():
            anchors = self._read(file).anchors
            for target in targets:
                for number in wanted[target] if target.anchor not in anchors else ():
                    dead.setdefault(number, set()).add(target)
        for number, gone in dead.items():
            page = self._pages[number]
            links = ((each, each.target) for each in self._read(page).links if each.target is not None)
            whole = (each._replace(target=Target(self._site.file(to.file) or "", to.anchor)) for each, to in links)
            wrong = [("page-anchor-dead", each) for each in whole if each.target in gone]
            self._keep(PageLook(number, 0, wrong, []))

    def _read(self, page: str) -> PageReader:
        data = read_file(f"{self._output}/{page}")
        return PageReader(data.decode("utf-8", "replace"), page, self._site)

    def _other_files(self) -> Iterator[Problem]:
        for path in sorted(self._site.files - set(self._pages)):
            if not path.startswith(_TAKEN_ALONG):
                size = os.stat(f"{self._output}/{path}").st_size  # noqa: PTH116 - paths as text: there are many
                if size > LARGEST_FILE:
                    yield self._too_large(path, size)

    def _too_large(self, path: str, size: int) -> Problem:
        said = one_line(f"site/{path} has {megabytes(size)}, which readers have to load: make it smaller", 400)
        return problem("file-too-large", said, file=f"site/{path}")

    def _problem(self, code: str, wrong: _Wrong) -> Problem:
        line, written, _ = wrong.found
        page = f"site/{self._pages[wrong.number]}"
        more = len(wrong.pages) - 1
        said = f"{page}:{line}{_SAID[code].format(written)}"
        said += f" ({more} other page{'s have' if more > 1 else ' has'} the same)" if more else ""
        return problem(code, one_line(said, 600), file=page, line=line, link=written)


_SAID = {
    "page-link-dead": ': the link "{}" leads to nothing in site/: mend it in the template or in the entry',
    "page-anchor-dead": ': the link "{}" names an anchor that its page does not have: mend it, or give that id',
    "alt-missing": ': the picture "{}" has no alt: give it one in the template, an empty one where it only decorates',
    "image-size-missing": ': the picture "{}" has no width and height: give both in the template or the file',
}
