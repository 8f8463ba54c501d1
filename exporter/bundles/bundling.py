"""What a bundle is made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from exporter.bundles.output import file_digest
from exporter.bundles.site_files import SiteFiles
from exporter.core.naming import file_names
from exporter.guide.index.database import read_row
from exporter.guide.library.theme_words import find_word, read_words
from exporter.report.bundle_report import BundleReport

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any

    from exporter.bundles.choices import BundleChoices
    from exporter.bundles.selection import Selection
    from exporter.config.settings import Project
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import Page
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.report.progress import Stages

T = TypeVar("T")

_TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d+)?Z", re.ASCII)
_EARLIEST = "1980-01-01T00:00:00"


@dataclass(frozen=True)
class Bundling:
    """The guide as it stands in site/, all its `pages` with their numbers, and what was chosen of them."""

    project: Project
    choices: BundleChoices
    guide: GuideModel
    index: GuideIndex
    pages: tuple[tuple[int, Page], ...]
    selection: Selection
    stages: Stages

    def site_files(self) -> SiteFiles:
        """Return the files of site/ that go along."""
        folders = file_names(self.guide.locales)
        return SiteFiles(self.project.output, self.pages, self.selection, folders)

    @property
    def home(self) -> str:
        """The address of the home page of the first language that goes along."""
        return self.guide.prefixes[self.selection.locales[0]]

    def followed(self, things: Iterable[T], count: int | None) -> Iterator[T]:
        """Yield things, each of which is one step of writing; `count` is how many there are, None if nobody knows."""
        with self.stages.stage("bundle", count):
            yield from self.stages.follow("bundle", things)

    def word(self, name: str, locale: str) -> str:
        """Return one of the words of theme and project in a locale."""
        return find_word(self._words, name, locale, self.guide.locales[0])

    @cached_property
    def _words(self) -> Mapping[str, Mapping[str, str]]:
        return read_words(self.guide.locales, self.project.root / "templates")

    def newest(self) -> str:
        """Return the time of the latest change of an item, in UTC and whole seconds: of bundles that must state one."""
        keys = list(self.index.items.paths())
        times = (read_row(summary)[1].get("updatedAt") for _, _, summary in self.index.items.summaries(keys))
        found = (time[:19] for time in times if isinstance(time, str) and _TIME.fullmatch(time))
        return f"{max(found, default=_EARLIEST)}Z"

    def report(self, target: Path, beside: Collection[Path] = (), **counts: Any) -> BundleReport:
        """Return the report of a file that was written, and of those beside it."""
        size, names = target.stat().st_size, tuple(map(str, beside))
        locales = self.selection.locales
        return BundleReport(
            self.choices.format, str(target), size, file_digest(target), locales, beside=names, **counts
        )
