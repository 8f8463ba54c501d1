"""The render run: what changed, which pages are no longer current, render them, write what differs, then sweep."""

from __future__ import annotations

import importlib
import sqlite3
import time
from contextlib import ExitStack, closing
from dataclasses import asdict
from functools import cached_property, partial
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from exporter.build.copies import Copies
from exporter.build.outcome import HeldBack, Outcome
from exporter.build.output import Output, OutputDrift, check_output
from exporter.build.program_stamp import file_digest, program_digest
from exporter.build.scan import look_at_files
from exporter.build.tasks import PageTasks
from exporter.build.update import FileChanges, look_for_items, note_folders, sign_fresh, update_items
from exporter.core.encoding import digest, pack, value_digest
from exporter.core.errors import ConfigError
from exporter.core.files import walk_files
from exporter.core.naming import MOVED_PATH, page_path
from exporter.guide.index.database import read_row
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.library.template_files import THEME
from exporter.guide.schema.guide_model import site_values
from exporter.guide.schema.read_model import read_guide_model, read_json
from exporter.report.problems import weigh
from exporter.report.report import Problem, RenderReport, Report
from exporter.workers.background import in_background
from exporter.workers.pool import WorkerPool, cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from exporter.config.settings import Project
    from exporter.guide.pages.redirects import Record
    from exporter.guide.schema.guide_model import GuideModel

_AT_ONCE = 1000
_OWNERS = """
SELECT id, coalesce(substr(key, instr(key, ':') + 1), url) FROM page WHERE id NOT IN (SELECT page FROM built)
"""
_MANY = 2000
_LEAST = 200
"""Files whose reading is worth a process, and pages whose rendering is."""
_WORTH_A_PROCESS = 1000
"""Pages in a guide whose items are looked at beside all else."""


def render_guide(
    project: Project, report: Report, jobs: int, changes: Callable[[], OutputDrift], *, strict: bool = False
) -> None:
    """Bring site/ up to date with content/, templates and site.yaml, in `jobs` processes (0: one a core).

    `changes` gives those of the folder site/. A page that fails keeps its last good version and is a problem in the
    report; where it is `strict`, that or any other error leaves all of site/ as it was. Raises GuardError for a site/
    that is not ours, ConfigError for what site.yaml asks in vain.
    """
    start = time.monotonic()
    check_output(project.output)
    _check_logo(project)
    path = project.cache / "guide.db"
    for attempt in (1, 2):
        told = report.render = RenderReport()
        with closing(GuideIndex(path, program_digest())) as index:
            try:
                _build(project, report, index, jobs, changes, strict=strict)
                break
            except sqlite3.DatabaseError as error:
                if attempt == 2 or not _is_broken(error):
                    raise
                index.close()
                index.discard_file()
    told.seconds = round(time.monotonic() - start, 2)


def _build(
    project: Project, report: Report, index: GuideIndex, jobs: int, changes: Callable[[], OutputDrift], *, strict: bool
) -> None:
    """Build with an index. Where a sync brought something, what renders is loaded while the items are looked at."""
    sync = report.sync
    brought = sync is not None and (sync.upserted > 0 or sync.deleted > 0)
    many = jobs != 1 and index.value("SELECT 1 FROM built LIMIT 1 OFFSET ?", _WORTH_A_PROCESS) is not None

    def look_at_items() -> FileChanges:
        index.reopen_here()
        return look_for_items(index, project.content)

    with in_background(look_at_items, alone=not (brought and many)) as look:
        if brought:
            importlib.import_module("exporter.render.renderer")
        _Build(project, report, index, jobs or cores(), strict=strict).run(look, changes)


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    """Tell whether an index has to be made anew; a full disk, or a file that may not be read, is another thing."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # none where a row is no text
    return not isinstance(error, sqlite3.OperationalError) or code == sqlite3.SQLITE_ERROR


class _Build:
    """One run over the index."""

    def __init__(self, project: Project, report: Report, index: GuideIndex, jobs: int, *, strict: bool) -> None:
        assert report.render is not None
        self._strict = strict
        self._project = project
        self._report = report
        self._told = report.render
        self._index = index
        self._jobs = jobs
        self._guide: GuideModel = read_guide_model(project.content, project.site)
        self._tasks = PageTasks(project, self._guide, index)
        self._output = Output(project.output, project.cache, index)
        self._copies = Copies(project, index, look_at_files(project.content))
        self._failed: list[Outcome] = []
        self._fresh: list[str] = []
        self._look = FileChanges({}, {}, [], {})

    def run(self, look: Callable[[], FileChanges], changes: Callable[[], OutputDrift]) -> None:
        """Find what is stale in one transaction, then render, then sweep.

        `look` gives the files of items that differ, `changes` what does in the folder site/.
        """
        with WorkerPool(self._jobs, {"read": self._tasks.read, "render": self._tasks.render}) as self._pool:
            self._run(look, changes)

    def _run(self, look: Callable[[], FileChanges], changes: Callable[[], OutputDrift]) -> None:
        rearranged = self._index.meta("frame") != self._guide.digest
        every = partial(look_for_items, self._index, self._project.content, everything=True)
        self._look = FileChanges(*(every if rearranged else look)())
        self._pool.start(len(self._look.now), _MANY)
        is_new = self._index.value("SELECT 1 FROM built LIMIT 1") is None
        seen = changes() if is_new else None  # it reads the index, which nobody can once more of it is written
        with self._index.transaction(alone=is_new):
            gone = self._find()
            self._output.look(seen or changes(), gone)
            stale = sorted(self._output.stale)
            if stale or gone or self._output.strays:
                self._index.remember("swept", 0)
        self._told.pages = self._index.value("SELECT count(*) FROM page")
        outcomes = self._rendered(stale) if stale else iter(())
        with ExitStack() as files:
            if self._strict:
                held = HeldBack(files.enter_context(TemporaryFile(dir=self._project.cache)), outcomes)
                if self._stops(held):
                    return
                outcomes = iter(held)
            self._output.begin()
            self._render(outcomes)
        with self._index.transaction():
            self._finish(gone)
        self._told.rows, self._told.failed = self._index.database.total_changes, len(self._failed)
        self._tell(self._problems())

    def _tell(self, problems: Iterable[Problem]) -> None:
        self._report.problems += dict.fromkeys(weigh(problems, self._project.site.check))

    def _stops(self, held: HeldBack) -> bool:
        """Tell whether an error keeps pages that are rendered from being written; then that is all that is told."""
        before = list(self._report.problems)
        self._tell((*self._problems(), *held.problems))
        self._told.stopped = any(each.severity == "error" for each in self._report.problems)
        if self._told.stopped:
            self._told.failed, self._told.rendered = held.failed, held.rendered
        else:
            self._report.problems = before
        return self._told.stopped

    def _find(self) -> set[str]:
        """Find what changed but for the folder site/; give the addresses at which something did."""
        index, look = self._index, self._look
        marks = {"frame": self._guide.digest, "moved": self._moved(), "gate": self._gate()}
        others = {name for name, value in marks.items() if index.meta(name) != value}
        moved_assets = self._copies.moved_assets()
        if not (look.now or look.gone or moved_assets or others):
            return set()
        moved = self._take_over(moved_assets, others)
        for name, value in marks.items():
            index.remember(name, value)
        return moved

    def _take_over(self, moved_assets: set[str], others: set[str]) -> set[str]:
        """Bring items and pages up to date, mark the stale ones; `others` names what else is not as it was."""
        from exporter.guide.library.recorded_reads import find_stale, find_stale_shapes
        from exporter.guide.pages.planner import PagePlanner
        from exporter.guide.pages.sitemap import changed_files

        index, guide = self._index, self._guide
        rearranged = "frame" in others
        planner = PagePlanner(index, guide, self._copies.files)
        reads = self._pool.work("read", sorted(self._look.now), _stem, _MANY)
        update = update_items(index, planner, self._look, reads, everything=rearranged)
        self._fresh = update.fresh if update.changed else []
        planner.follow(update.linked)
        planner.settle()
        if planner.moved or update.lists or update.linked or others & {"frame", "moved"}:
            planner.place_others()
        planner.refuse_conflicts()
        if planner.moved or update.changed or others & {"frame", "moved"}:
            planner.place_redirects(self._tasks.load, self._earlier, update.changed, everything=rearranged)
        changed = update.changed | {f"url:{each}" for each in planner.moved} | planner.shifted
        changed |= {f"list:@{name}" for name, each in guide.site.lists.items() if each.by and update.linked}
        changed |= changed_files(index, planner.buckets, changed)
        found = find_stale(index, self._tasks.library, changed | moved_assets, everything=rearranged)
        if "gate" in others:
            _ = self._tasks.library.words  # where that file is broken, the build ends before it has done anything
        if update.lists or others & {"frame", "gate"}:
            index.mark_stale(find_stale_shapes(index, self._tasks.library))
        index.mark_stale(found.pages)
        self._told.evaluated, self._told.read = found.looked_at, update.read
        return planner.moved

    def _moved(self) -> bytes:
        """Give what stands for what keeps redirects: earlier addresses, and static files that lie at one."""
        return value_digest([self._earlier, sorted(self._copies.files)])

    @cached_property
    def _earlier(self) -> Mapping[str, Record]:
        return dict(read_json(self._project.content, MOVED_PATH))

    def _gate(self) -> bytes:
        """Give what stands for all that the shared questions are asked of, lists apart."""
        own = self._project.root / "templates"
        files = [*(THEME / name for name in walk_files(THEME)), *(own / name for name in walk_files(own))]
        sources = [(str(file), file_digest(file)) for file in files]
        guide = self._guide
        return value_digest([sources, site_values(guide), dict(guide.definitions), dict(guide.tags), guide.locales])

    def _rendered(self, stale: list[int]) -> Iterator[Outcome]:
        """Yield what rendering pages gives, in processes where they are many."""
        owners = dict(self._index.rows(_OWNERS))
        self._pool.start(len(stale), _LEAST)
        yield from self._pool.work("render", stale, owners.__getitem__, _LEAST)

    def _render(self, outcomes: Iterator[Outcome]) -> None:
        """Write pages that processes render; what they read is kept once their files stand."""
        told = self._told
        written: list[tuple[Outcome, int, int]] = []
        for each in outcomes:
            told.read += each.read
            told.asked += each.asked
            if each.reads is None:
                self._failed.append(each)
                continue
            told.rendered += 1
            written.append((each, *self._write(each)))
            if len(written) == _AT_ONCE:
                self._keep(written)
                written = []
        if written:
            self._keep(written)

    def _write(self, outcome: Outcome) -> tuple[int, int]:
        """Write a page's file; give its size and time."""
        differs, size, stamp = self._output.write(outcome.page.path, outcome.data)
        if differs:
            self._told.written += 1
            self._report.detail(f"written: {outcome.page.path}")
        return size, stamp

    def _keep(self, written: list[tuple[Outcome, int, int]]) -> None:
        """Keep what pages read and how their files look: with that they are built."""
        from exporter.guide.library.recorded_reads import store_reads

        index, rows = self._index, []
        reads = [(each.number, each.page.key, each.reads) for each, *_ in written if each.reads is not None]
        for (each, size, stamp), (*_, found) in zip(written, reads, strict=True):
            problems = pack([list(asdict(each).values()) for each in each.problems]) if each.problems else None
            rows.append((each.number, found.shape, size, stamp, digest(each.data), problems))
        with index.transaction():
            store_reads(index, reads)
            index.database.executemany("INSERT OR REPLACE INTO built VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _finish(self, gone: set[str]) -> None:
        """Copy files, sweep what nothing stands for, note that it is done."""
        index, output = self._index, self._output
        written, kept = self._copies.copy(output)
        self._told.written += written
        for url in gone:
            standing = [page.url for _, page in index.pages("url = ?", url)]
            if url not in standing and not any(output.is_same(page_path(url), page_path(each)) for each in standing):
                output.strays.add(page_path(url))
        self._told.removed = output.sweep(kept | {each.page.path for each in self._failed})
        output.settle()
        sign_fresh(index, self._project.content, self._fresh)
        note_folders(index, self._project.content, self._look)
        if self._output.stale:
            index.database.execute("DELETE FROM shape WHERE id NOT IN (SELECT shape FROM built)")
        index.remember("swept", 1)

    def _problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the pages as they are, whenever they were rendered."""
        yield from self._copies.hidden.values()
        if self._index.value("SELECT 1 FROM page WHERE parted NOT NULL") is not None:
            from exporter.guide.pages.planner import clashes

            yield from clashes(self._index)
        for (data,) in self._index.rows("SELECT problems FROM built WHERE problems NOT NULL ORDER BY page"):
            yield from (Problem(*values) for values in read_row(data))
        for each in self._failed:
            yield from each.problems


def _stem(path: str) -> str:
    """Give the name of an item's file, which mostly is its id."""
    return path.rpartition("/")[2].removesuffix(".json")


def _check_logo(project: Project) -> None:
    logo = project.site.theme.logo
    if logo is not None and logo not in set(walk_files(project.root / "templates/static")):
        raise ConfigError("config-invalid", f"theme.logo: there is no {project.root / 'templates/static' / logo}")
