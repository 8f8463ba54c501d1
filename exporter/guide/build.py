"""The render run: plan, render, write what differs, then sweep what no page stands for."""

from __future__ import annotations

import shutil
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from exporter.errors import ConfigError, GuardError
from exporter.files import clear_way, read_bytes, remove, walk_files, write_if_different
from exporter.guide.library import load_library, load_moved
from exporter.guide.pages import plan_pages
from exporter.guide.render import THEME, PageError, Renderer
from exporter.layout import asset_files
from exporter.report import Problem, RenderReport, Report

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.config import Config
    from exporter.guide.library import Library

MARKER = ".exporter"
_MARKER_TEXT = b"This folder is written by exporter; files of your own go into templates/static/.\n"
_HISTORY = "updates/"


def render_guide(config: Config, report: Report) -> None:
    """Bring site/ up to date with content/, templates and site.yaml.

    A page that fails keeps its last good version and is a problem in the report. Raises GuardError for a site/ that is
    not ours, ConfigError for what site.yaml asks in vain.
    """
    start = time.monotonic()
    _check_output(config.output)
    _check_logo(config)
    library = load_library(config.content)
    plan = plan_pages(library, config.site, load_moved(config.content))
    renderer = Renderer(config, library, plan)
    total = len(plan.pages) + len(plan.redirects)
    report.render = RenderReport(pages=total, evaluated=total)
    found = dict.fromkeys(plan.problems)
    write_if_different(config.output / MARKER, _MARKER_TEXT, config.cache)
    kept = {MARKER}
    for page in (*plan.pages, *plan.redirects):
        kept.add(page.path)
        try:
            data, problems = renderer.render(page)
        except PageError as error:
            report.render.failed += 1
            found[Problem("error", "page-failed", str(error), str(page.key or ""), page.locale)] = None
            continue
        found.update(dict.fromkeys(problems))
        report.render.rendered += 1
        _write(config, page.path, data, report)
    taken = {*kept, *(above for path in kept for above in _above(path))}
    for path, source in _plain_files(config, library):
        if path in taken or any(above in kept for above in _above(path)):
            said = f"{source} is not copied: a page of the guide lies there"
            found[Problem("warning", "static-hidden", said)] = None
            continue
        kept.add(path)
        _write(config, path, source.read_bytes(), report)
    report.render.removed = _sweep(config.output, kept)
    report.problems += found
    report.render.seconds = round(time.monotonic() - start, 2)


def _above(path: str) -> list[str]:
    """Give the folders that a path lies in."""
    return [str(each) for each in PurePosixPath(path).parents[:-1]]


def _write(config: Config, path: str, data: bytes, report: Report) -> None:
    """Write a file of the guide where it differs; a folder that is a file now, or the reverse, gives way."""
    assert report.render is not None
    clear_way(config.output / path, config.output)
    if write_if_different(config.output / path, data, config.cache):
        report.render.written += 1
        report.detail(f"written: {path}")


def _check_output(output: Path) -> None:
    if output.is_dir() and any(output.iterdir()) and not (output / MARKER).is_file():
        raise GuardError(
            "output-foreign", f"{output} holds files but not the mark {MARKER} of a guide: move it away, then run again"
        )


def _check_logo(config: Config) -> None:
    logo = config.site.theme.logo
    if logo is not None and logo not in set(walk_files(config.root / "templates/static")):
        raise ConfigError("config-invalid", f"theme.logo: there is no {config.root / 'templates/static' / logo}")


def _plain_files(config: Config, library: Library) -> Iterator[tuple[str, Path]]:
    """Yield what is copied as it is: the files of assets, the theme's static files, the project's own over them."""
    for item in library.items.values():
        for file in asset_files(item, library.paths[item.key]) if item.key.kind == "asset" else ():
            if config.site.content.assets == "download" and (config.content / file.path).is_file():
                yield file.public_path, config.content / file.path
    own = config.root / "templates/static"
    static = {name: folder / name for folder in (THEME / "static", own) for name in walk_files(folder)}
    yield from sorted(static.items())


def _sweep(output: Path, kept: set[str]) -> int:
    """Remove what no page and no file stands for; the history of updates stays."""
    stale = [path for path in walk_files(output) if path not in kept and not path.startswith(_HISTORY)]
    return sum(remove(output / path, output) for path in stale)


def clean_output(config: Config) -> None:
    """Make site/ and .export/ as if they were absent; the history in site/updates/ and the lock stay."""
    _check_output(config.output)
    if config.output.is_dir():
        _sweep(config.output, {MARKER} if read_bytes(config.output / MARKER) else set())
    for each in config.cache.iterdir() if config.cache.is_dir() else ():
        if each.is_dir():
            shutil.rmtree(each)
        elif each.name != "lock":
            each.unlink()
