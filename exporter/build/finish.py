"""Finish a build once its pages are written: copy files, sweep what nothing names, collect what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.build.pictures.variants import Variants, make_missing
from exporter.build.update import note_folders, sign_fresh
from exporter.core.naming import page_path
from exporter.guide.schema.left_out import mark_left_out
from exporter.render.template_problems import template_problems
from exporter.report.problems import Problem, problem, weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.build.outcome import Outcome
    from exporter.build.output import Output
    from exporter.build.plan import BuildInputs, PagePlan
    from exporter.build.update import FileChanges
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.report.progress import Stages


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


_ADVICE = "pages link to it and do not show it; upload another picture"


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
        _note_strays(index, output, plan.moved)
        removed = output.sweep(kept | output.note_links({outcome.page.path for outcome in failed}))
        output.settle()
        sign_fresh(index, content, plan.fresh)
        note_folders(index, content, changes)
        if output.stale:
            index.reads.drop_unused_shared_sets()
        index.remember("swept", 1)
    if inputs.copies.variants is not None and output.stale:
        inputs.copies.variants.sweep()
    return Finished(copied, removed)


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
    for source, key, facts in inputs.index.pictures.faulty() if inputs.copies.assets else ():
        yield problem("picture-broken", f"{key}: content/{source} {facts.fault}: {_ADVICE}", item=key)
    yield from template_problems(inputs.project.root, inputs.guide, inputs.index)


def _note_strays(index: GuideIndex, output: Output, moved: Iterable[str]) -> None:
    """Note the files of pages that moved away, unless a page that stands is that very file on this disk."""
    for url in moved:
        standing = [page.url for _, page in index.pages.at(url)]
        if url not in standing and not any(output.is_same(page_path(url), page_path(other)) for other in standing):
            output.strays.add(page_path(url))
