"""Finish a build once its pages are written: copy files, sweep what nothing names, collect what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.build.pictures.variants import Variants, make_missing
from exporter.build.update import note_folders, sign_fresh
from exporter.core.naming import page_path
from exporter.guide.schema.left_out import mark_left_out
from exporter.mirror.state import pending_assets
from exporter.render.template_problems import template_problems
from exporter.report.problems import HOW_TO_RESTORE, Problem, problem, weigh
from exporter.search.update import update_search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from exporter.build.outcome import Outcome
    from exporter.build.output import Output
    from exporter.build.plan import BuildInputs, PagePlan
    from exporter.build.update import FileChanges
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.search_tables import PageFile, SearchedPage
    from exporter.report.progress import Stages

WORTH_SEARCHERS = 400
"""Pages whose texts are worth the workers that are there."""


def make_pictures(inputs: BuildInputs, output: Output, stages: Stages, *, has_news: bool) -> None:
    """Make the variants that pages offer and that are missing; where pages changed, forget those that none offers."""
    index, cache = inputs.index, inputs.project.cache
    if has_news:
        with index.transaction():
            index.pictures.drop_unused_offers()
    variants = inputs.copies.variants = Variants(index, inputs.project.content, cache)
    if variants.wanted:
        variants.look(output, index.copies.all())
        make_missing(variants, cache, inputs.pool, stages)


class Finished(NamedTuple):
    """How many files were copied, and how many removed."""

    copied: int
    removed: int


def finish_site(
    inputs: BuildInputs, output: Output, changes: FileChanges, plan: PagePlan, failed: Iterable[Outcome]
) -> Finished:
    """Copy files and sweep site/, then note in the index that the build came to its end, all in one transaction.

    A page that failed keeps its file.
    """
    index, content = inputs.index, inputs.project.content
    with index.transaction():
        copied, kept = inputs.copies.copy(output)
        made = _update_search(inputs, output)
        _note_strays(index, output, plan.moved)
        removed = output.sweep(kept | output.note_links({outcome.page.path for outcome in failed}))
        output.strays.update(made)
        output.sweep(set())
        output.settle()
        sign_fresh(index, content, plan.fresh)
        note_folders(index, content, changes)
        if output.stale:
            index.reads.drop_unused_shared_sets()
        index.remember("swept", 1)
    if inputs.copies.variants is not None and output.stale:
        inputs.copies.variants.sweep()
    return Finished(copied, removed)


def _update_search(inputs: BuildInputs, output: Output) -> frozenset[str]:
    """Bring the data files of search up to date; they are no files of the guide that a report counts."""

    def read(pages: Sequence[PageFile]) -> Iterator[tuple[SearchedPage, str]]:
        return inputs.pool.work("search", pages, lambda page: page.path, WORTH_SEARCHERS)

    wanted = inputs.guide.site.search
    return update_search(inputs.index, output, inputs.guide.locales, read, wanted=wanted)


def find_problems(inputs: BuildInputs, others: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return what is wrong with the pages as they are, whenever they were rendered, and `others`, weighed."""
    found = (*_standing_problems(inputs), *others)
    return tuple(dict.fromkeys(weigh(mark_left_out(found, inputs.guide), inputs.project.site.check)))


def _standing_problems(inputs: BuildInputs) -> Iterator[Problem]:
    yield from inputs.copies.linked
    yield from inputs.copies.hidden.values()
    if inputs.index.pages.has_parted():
        from exporter.guide.pages.conflicts import clashes

        yield from clashes(inputs.index)
    yield from (Problem(*values) for values in inputs.index.built.problems())
    if inputs.copies.assets:
        yield from _broken_pictures(inputs)
    yield from _missing_files(inputs)
    yield from template_problems(inputs.project.root, inputs.guide, inputs.index)


def _missing_files(inputs: BuildInputs) -> Iterator[Problem]:
    """Yield asset files that somebody removed; those that did not come are problems of the sync."""
    missing = inputs.copies.missing_assets()
    pending = pending_assets(inputs.project.state_file) if missing else frozenset()
    for source, key in sorted(missing):
        if key not in pending:
            cause = f"asset files are missing from content/: {HOW_TO_RESTORE}"
            yield problem(
                "asset-missing", f"{key}: content/{source} is missing: {HOW_TO_RESTORE}", item=key, cause=cause
            )


def _broken_pictures(inputs: BuildInputs) -> Iterator[Problem]:
    keeps = inputs.project.site.content.active == "keep"
    for source, key, facts in inputs.index.pictures.faulty():
        done = "is not published" if facts.kind == "svg" and not keeps else "is linked to and not shown"
        message = f"{key}: content/{source} {facts.fault}: it {done}; upload another picture, and publish"
        yield problem("picture-broken", message, item=key)


def _note_strays(index: GuideIndex, output: Output, moved: Iterable[str]) -> None:
    """Note the files of pages that moved away, unless a page that stands is that very file on this disk."""
    for url in moved:
        standing = [page.url for _, page in index.pages.at(url)]
        if url not in standing and not any(output.is_same(page_path(url), page_path(other)) for other in standing):
            output.strays.add(page_path(url))
