"""Plan a build: bring the index up to date with content/ and find the pages whose recorded reads no longer hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.pictures.looking import keep_looks
from exporter.build.program_stamp import file_digest
from exporter.build.update import FileChanges, Update, look_for_items, update_items
from exporter.core.encoding import inputs_digest
from exporter.core.moved import read_moved
from exporter.guide.index.subjects import list_subject, url_subject
from exporter.guide.library.template_files import own_files, theme_files
from exporter.guide.schema.dates import read_date, unix_time
from exporter.guide.schema.guide_model import site_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.build.copies import Copies
    from exporter.build.pictures.looking import FileLooks
    from exporter.build.tasks import PageTasks
    from exporter.config.settings import Project
    from exporter.core.moved import Record
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.pages.planner import PagePlanner
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.workers.pool import WorkerPool


class OtherPartsError(Exception):
    """Other content types are parts of pages than those that the guide model was made with: the build begins again."""

    def __init__(self, parts: frozenset[str]) -> None:
        super().__init__(parts)
        self.parts = parts


WORTH_READERS = 2000
"""Files whose reading is worth a process."""


@dataclass(frozen=True)
class BuildInputs:
    """What a build is made of: the project, its guide model and index, and what works on them."""

    project: Project
    guide: GuideModel
    index: GuideIndex
    tasks: PageTasks
    copies: Copies
    pool: WorkerPool


class Digests(NamedTuple):
    """What pages depend on as a whole, each as a digest that the index remembers.

    `model`: content model, locales and site.yaml as far as they place pages. `moved`: what redirects come from.
    `shared_inputs`: all that the shared questions are asked of (templates, words, settings), lists apart.
    """

    model: bytes
    moved: bytes
    shared_inputs: bytes

    def differing(self, index: GuideIndex) -> Differing:
        """Return which of them differ from those of the last build."""
        return Differing(**{name: index.meta(name) != value for name, value in self._asdict().items()})

    def remember(self, index: GuideIndex) -> None:
        """Keep them in the index."""
        for name, value in self._asdict().items():
            index.remember(name, value)


class Differing(NamedTuple):
    """Which of the `Digests` are not those of the last build."""

    model: bool
    moved: bool
    shared_inputs: bool

    def __bool__(self) -> bool:
        return self.model or self.moved or self.shared_inputs


class PagePlan(NamedTuple):
    """What a look at content/, templates and site.yaml found.

    `moved` are the addresses at which a page came, went or became another's; `fresh` paths of files written so short
    ago that they could change again without looking different. `evaluated` pages had their recorded reads compared,
    `read` files of content/ were read.
    """

    moved: frozenset[str] = frozenset()
    fresh: tuple[str, ...] = ()
    evaluated: int = 0
    read: int = 0


def changed_items(inputs: BuildInputs, look: Callable[[], FileChanges]) -> FileChanges:
    """Return the files of items that differ; with another model all of them are read anew."""
    index, guide = inputs.index, inputs.guide
    if index.meta("model") != guide.digest:
        return look_for_items(index, inputs.project.content, everything=True)
    return look()


def plan_pages(inputs: BuildInputs, changes: FileChanges, looks: FileLooks) -> PagePlan:
    """Bring items and pages of the index up to date and mark the stale pages. Runs within one transaction.

    Raises OtherPartsError.
    """
    earlier = read_moved(inputs.project.content)
    digests = _digests(inputs, earlier)
    differing = digests.differing(inputs.index)
    moved_assets = inputs.copies.moved_assets()
    if looks.rows or looks.gone:
        moved_assets |= keep_looks(inputs.index, looks)
    if not (changes.now or changes.gone or moved_assets or differing):
        return PagePlan()
    plan = _bring_up_to_date(inputs, changes, moved_assets, differing, earlier)
    digests.remember(inputs.index)
    return plan


def _digests(inputs: BuildInputs, earlier: Mapping[str, Record]) -> Digests:
    moved = inputs_digest(earlier, sorted(inputs.copies.files))
    return Digests(inputs.guide.digest, moved, _shared_inputs(inputs.project, inputs.guide))


def _shared_inputs(project: Project, guide: GuideModel) -> bytes:
    own = project.root / "templates"
    files = [*theme_files(guide.site.theme.name).values(), *(own / name for name in own_files(own))]
    sources = [(str(file), file_digest(file)) for file in files]
    return inputs_digest(sources, site_values(guide), dict(guide.definitions), dict(guide.tags), guide.locales)


def _bring_up_to_date(
    inputs: BuildInputs,
    changes: FileChanges,
    moved_assets: set[str],
    differing: Differing,
    earlier: Mapping[str, Record],
) -> PagePlan:
    from exporter.guide.pages.parts_in_lists import find_parts, may_differ, remember_parts
    from exporter.guide.pages.planner import PagePlanner  # which a build that finds nothing does not need

    index = inputs.index
    planner = PagePlanner(index, inputs.guide, inputs.copies.files)
    reads = inputs.pool.work("read", sorted(changes.now), _stem, WORTH_READERS)
    update = update_items(index, planner, changes, reads, everything=differing.model)
    if differing.model or may_differ(update.changed):
        parts = find_parts(index, inputs.guide)
        if parts != inputs.guide.held:
            raise OtherPartsError(parts)
        remember_parts(index, parts)
    _remember_newest(index, update.newest)
    _place_pages(inputs, planner, update, differing, earlier)
    changed = _changed_subjects(inputs, planner, update)
    navigation = update.lists or bool(planner.moved)  # the only entry of a type stands there with its address
    evaluated = _mark_stale(inputs, changed | moved_assets, differing, navigation=navigation)
    fresh = tuple(update.fresh) if update.changed else ()
    return PagePlan(frozenset(planner.moved), fresh, evaluated, update.read)


def _remember_newest(index: GuideIndex, updated: str) -> None:
    """Keep the content's own time, which never runs backwards here (the service writes them all in UTC)."""
    moment = read_date(updated)
    if moment is not None:
        index.remember("newest", max(unix_time(moment), float(index.meta("newest") or 0)))


def _place_pages(
    inputs: BuildInputs, planner: PagePlanner, update: Update, differing: Differing, earlier: Mapping[str, Record]
) -> None:
    planner.follow(update.linked)
    planner.settle()
    rules = differing.model or differing.moved
    if planner.moved or update.lists or update.linked or rules:
        planner.place_others()
    planner.refuse_conflicts()
    if planner.moved or update.changed or rules:
        planner.place_redirects(inputs.tasks.load, earlier, update.changed, everything=differing.model)


def _changed_subjects(inputs: BuildInputs, planner: PagePlanner, update: Update) -> set[str]:
    """Return the subjects of questions that may have other answers now."""
    from exporter.guide.pages.sitemap import changed_files

    changed = update.changed | {url_subject(url) for url in planner.moved} | planner.shifted
    lists = inputs.guide.site.lists.items()
    if inputs.guide.located:
        from exporter.guide.library.place_answers import concerned

        changed |= concerned(inputs.index, update.points, planner.shifted)
    changed |= {list_subject(f"@{name}") for name, wanted in lists if wanted.by and update.linked}
    return changed | changed_files(inputs.index, planner.sitemap_buckets, changed)


def _mark_stale(inputs: BuildInputs, changed: set[str], differing: Differing, *, navigation: bool) -> int:
    """Mark the pages whose questions have other answers; return how many were compared."""
    from exporter.guide.library.recorded_reads import find_stale, find_stale_shared

    index, library = inputs.index, inputs.tasks.library
    found = find_stale(index, library, changed, everything=differing.model)
    if differing.shared_inputs:
        _ = library.words, library.outline  # where a file is broken, the build ends before it has done anything
    if navigation or differing.model or differing.shared_inputs:
        index.built.forget(find_stale_shared(index, library))
    index.built.forget(found.pages)
    return found.looked_at


def _stem(path: str) -> str:
    """Return the name of an item's file, which mostly is its id."""
    return path.rpartition("/")[2].removesuffix(".json")
