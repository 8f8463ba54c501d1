"""Bundle: bring site/ up to date, choose what goes along, write one file in one step."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from exporter.build.program_stamp import program_digest
from exporter.bundles.bundling import Bundling
from exporter.bundles.choices import target_of
from exporter.bundles.selection import select
from exporter.config.settings import line_numbers
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.pages.parts_in_lists import known_parts
from exporter.guide.schema.read_model import read_guide_model
from exporter.jobs.jobs import render_alone
from exporter.jobs.lock import FolderLock
from exporter.report.progress import Stages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exporter.bundles.choices import BundleChoices
    from exporter.config.settings import Project
    from exporter.report.bundle_report import BundleReport
    from exporter.report.progress import Listener
    from exporter.report.report import Report

_WRITERS = {
    "zip": ("exporter.bundles.zip_bundle", "write_zip"),
    "sqlite": ("exporter.bundles.sqlite.bundle", "write_sqlite"),
    "epub": ("exporter.bundles.epub.book", "write_epub"),
    "zim": ("exporter.bundles.zim", "write_zim"),
}
"""Module and function that write each format; only that of the format asked for is loaded."""


def bundle(
    project: Project, choices: BundleChoices, *, verbose: bool = False, listener: Listener | None = None
) -> Report:
    """Bring site/ up to date as `render` does, then write one file out of it, completely or not at all.

    If a page fails, no bundle is written. Raises ConfigError for choices that do not fit the guide or lack a library,
    GuardError where there is no mirror or a guard stops it.
    """
    begun, stages, target = time.monotonic(), Stages(listener), target_of(project, choices)
    module, name = _WRITERS[choices.format]
    write: Callable[[Bundling, Path], BundleReport] = getattr(import_module(module), name)
    with line_numbers(project), FolderLock(project):
        rendered = render_alone("bundle", project, stages, verbose=verbose)
        if rendered.render is not None and rendered.render.failed:
            note = f"no bundle was written, since pages failed: {target} is as it was"
            return replace(rendered, notes=(*rendered.notes, note))
        with closing(GuideIndex(project.cache / INDEX, program_digest())) as index:
            written = write(_bundling(project, choices, index, stages), target)
    written = replace(written, seconds=round(time.monotonic() - begun, 2))
    return replace(rendered, bundle=written, stages=stages.rounded() if verbose else {})


def _bundling(project: Project, choices: BundleChoices, index: GuideIndex, stages: Stages) -> Bundling:
    guide = read_guide_model(project.content, project.site, known_parts(index))
    pages = tuple(index.pages.all())
    locales = choices.locales or (guide.locales[:1] if choices.format == "epub" else ())
    selection = select(pages, guide, locales, choices.only)
    return Bundling(project, choices, guide, index, pages, selection, stages)
