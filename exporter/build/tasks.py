"""What a process does of a build, alone or as one of several: it reads items, and renders the pages that show them."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import TYPE_CHECKING

from exporter.build.outcome import Outcome
from exporter.build.scan import Read, read_files
from exporter.report.report import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exporter.config.settings import Project
    from exporter.core.model import Item
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import Page
    from exporter.guide.library.library import Library
    from exporter.guide.library.recorded_reads import Packer
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.render.renderer import Renderer

_AT_ONCE = 1000
_FEW = 20_000
"""Files of which a part that is worth it can be kept in memory for their pages."""


class PageTasks:
    """Shares of the work, with what they have in common; nothing of it is loaded before there is work."""

    def __init__(self, project: Project, guide: GuideModel, index: GuideIndex) -> None:
        self._project = project
        self._guide = guide
        self._index = index
        self._many = False

    @cached_property
    def library(self) -> Library:
        """What pages ask of, which nothing is asked of where nothing changed."""
        from exporter.guide.library.library import Library

        return Library(self._index, self._guide, self._project.content, self._project.root / "templates")

    def load(self, key: str) -> Item | None:
        """Give an entry whole; None for one that is not there."""
        loaded = self.library.items.load_whole(key)
        return loaded.item if loaded.path is not None else None

    def read(self, paths: Sequence[str]) -> Iterator[Read]:
        """Read files of items. Raises GuardError for one that is no JSON."""
        self._many = self._many or len(paths) >= _FEW  # a share may come in pieces, the largest first
        keep = None if self._many else self.library.items.keep
        return read_files(self._project.content, self._guide, paths, keep)

    @cached_property
    def _renderer(self) -> tuple[Renderer, Packer]:
        """What renders pages and packs what they asked, once a process."""
        from exporter.guide.library.recorded_reads import Packer
        from exporter.render.renderer import Renderer

        return Renderer(self.library, self._project.cache / "templates"), Packer()

    def render(self, numbers: Sequence[int]) -> Iterator[Outcome]:
        """Render pages by their numbers; yield what each gave."""
        from exporter.render.renderer import PageError

        library, (renderer, packer) = self.library, self._renderer
        library.index.reopen_here()
        if len(numbers) >= _AT_ONCE:
            library.items.fetch_linked()
        for number, page in self._pages_of(numbers):
            read, asked = library.items.files_read, library.questions
            try:
                data, questions, problems = renderer.render(page)
                reads = packer.pack(questions)
            except PageError as error:
                failure = Problem("error", "page-failed", str(error), page.key or "", page.locale)
                data, reads, problems = b"", None, [failure]
            work = library.items.files_read - read, library.questions - asked
            yield Outcome(number, page, data, reads, problems, *work)

    def _pages_of(self, numbers: Iterable[int]) -> Iterator[tuple[int, Page]]:
        """Yield pages in the order of their numbers, which are looked up by few queries."""
        left = iter(numbers)
        while some := list(itertools.islice(left, _AT_ONCE)):
            pages = self._index.pages.numbered(some)
            self.library.items.expect([page.key for page in pages.values() if page.key is not None])
            yield from ((number, pages[number]) for number in some)
