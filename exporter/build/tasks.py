"""What a process does of a build, alone or as one of several: it reads items, and renders the pages that show them."""

from __future__ import annotations

import itertools
from contextlib import closing, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from exporter.build.outcome import Outcome
from exporter.build.scan import ReadFile, read_files
from exporter.core.containment import PlainFolders
from exporter.core.encoding import digest
from exporter.core.files import read_below
from exporter.guide.index.guide_index import GuideIndex
from exporter.report.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.core.model import Item
    from exporter.guide.index.picture_tables import FactsRow, OfferRow
    from exporter.guide.index.records import Page
    from exporter.guide.index.search_tables import PageFile, SearchedPage
    from exporter.guide.library.library import Library
    from exporter.guide.library.recorded_reads import Packer
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.pictures.making import Work
    from exporter.render.renderer import Renderer
    from exporter.workers.worker import Tasks

PAGES_A_QUERY = 1000
"""Pages whose rows are fetched by one query; from as many on, it pays to fetch what is linked to in advance."""

MOST_FILES_KEPT = 20_000
"""Files of a share from which on too small a part of the entries would fit into memory to be worth keeping."""


@contextmanager
def open_page_tasks(
    project: Project, guide: GuideModel, index_file: Path, *, unchanging: bool = False
) -> Iterator[Tasks]:
    """Open what a worker needs: the index is only read there, or a snapshot of it that is `unchanging`."""
    with closing(GuideIndex(index_file, read_only=True, unchanging=unchanging)) as index:
        yield PageTasks(project, guide, index).by_name


class PageTasks:
    """The tasks of a build and what they share; nothing of it is loaded before there is work."""

    def __init__(self, project: Project, guide: GuideModel, index: GuideIndex) -> None:
        self._project = project
        self._guide = guide
        self._index = index
        self._has_too_many = False
        self._sent_offers: set[int] = set()

    @property
    def by_name(self) -> Tasks:
        """The tasks by the names that they are sent out under."""
        return {
            "read": self.read,
            "render": self.render,
            "look": self.look,
            "make": self.make,
            "search": self.search,
            "render apart": self.render_apart,
        }

    @cached_property
    def library(self) -> Library:
        """What answers the questions of pages; where nothing changed, nobody asks."""
        from exporter.guide.library.library import Library

        return Library(self._index, self._guide, self._project.content, self._project.root / "templates")

    def load(self, key: str) -> Item | None:
        """Return an entry with all its fields; None for one that is not there."""
        loaded = self.library.items.load_whole(key)
        return loaded.item if loaded.path is not None else None

    def read(self, paths: Sequence[str]) -> Iterator[ReadFile]:
        """Read files of items. Raises GuardError for one that is not JSON."""
        self._has_too_many = self._has_too_many or len(paths) >= MOST_FILES_KEPT  # the largest part of a share is first
        keep = None if self._has_too_many else self.library.items.keep
        return read_files(self._project.content, self._guide, paths, keep)

    @cached_property
    def _renderer(self) -> Renderer:
        """What renders pages, once a process."""
        from exporter.render.renderer import Renderer

        return Renderer(self.library, self._project.cache / "templates")

    @cached_property
    def _packer(self) -> Packer:
        """What packs what pages asked, once for all those whose outcomes stay together."""
        from exporter.guide.library.recorded_reads import Packer

        return Packer()

    def render_apart(self, numbers: Sequence[int]) -> Iterator[Outcome]:
        """Render pages whose outcomes have to be of use without those of any others before."""
        vars(self).pop("_packer", None)
        self._sent_offers.clear()
        yield from self.render(numbers)

    def render(self, numbers: Sequence[int]) -> Iterator[Outcome]:
        """Render pages by their numbers; a page that fails is an outcome with its problem."""
        from exporter.render.renderer import PageError

        library, renderer, packer = self.library, self._renderer, self._packer
        if len(numbers) >= PAGES_A_QUERY:
            library.items.fetch_linked()
        for number, page in self._pages_of(numbers):
            read, asked = library.items.files_read, library.questions
            offers: dict[int, OfferRow] = {}
            try:
                data, questions, problems, offers = renderer.render(page)
                reads = packer.pack(questions)
            except PageError as error:
                file, line = error.place
                item, cause = page.key or "", error.cause
                failure = problem(
                    "page-failed", str(error), item=item, locale=page.locale, file=file, line=line, cause=cause
                )
                data, reads, problems = b"", None, [failure]
            work = library.items.files_read - read, library.questions - asked
            new = tuple(row for offer, row in offers.items() if offer not in self._sent_offers)
            self._sent_offers.update(offers)
            yield Outcome(number, page, data, reads, problems, *work, tuple(offers), new)

    def look(self, sources: Sequence[str]) -> Iterator[FactsRow]:
        """Find out what files of assets are."""
        from exporter.build.pictures.looking import look_at

        yield from look_at(self._project.content, self._project.cache, sources)

    def make(self, work: Sequence[Work]) -> Iterator[list[str]]:
        """Make variants of pictures; yield the names of those that were made, picture by picture."""
        from exporter.build.pictures.variants import made_folder
        from exporter.pictures.making import make_variants

        folder = str(made_folder(self._project.cache))
        yield from (make_variants(one, folder) for one in work)

    def search(self, pages: Sequence[PageFile]) -> Iterator[tuple[SearchedPage, str]]:
        """Read what is searched of pages, with what is shown of each; one whose file is another is left out."""
        from exporter.search.data_files import read_page

        root = self._project.output
        folders = PlainFolders(root)
        for page in pages:
            data = read_below(root, page.path, folders)
            if data is not None and digest(data) == page.digest:
                yield read_page(page, data)

    def _pages_of(self, numbers: Iterable[int]) -> Iterator[tuple[int, Page]]:
        """Yield pages in the order of their numbers."""
        left = iter(numbers)
        while some := list(itertools.islice(left, PAGES_A_QUERY)):
            pages = self._index.pages.numbered(some)
            self.library.items.expect([page.key for page in pages.values() if page.key is not None])
            yield from ((number, pages[number]) for number in some)
