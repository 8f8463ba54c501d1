"""Publish for the reader's device what a build changed, and confirm the build's result once that is done."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from exporter.build.program_stamp import program_digest
from exporter.build.result import BuildResult, all_files, confirm_result
from exporter.core.naming import file_names
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.schema.read_model import locale_prefixes
from exporter.report.problems import Problem
from exporter.report.render_report import ReaderPart
from exporter.workers.pool import cores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.build.result import SiteFile
    from exporter.config.settings import Project
    from exporter.jobs.options import RenderChoices
    from exporter.reader.model import Publication, PublishedChange
    from exporter.reader.model import SiteFile as ChainFile

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def publish_result(
    project: Project, locales: tuple[str, ...], result: BuildResult, choices: RenderChoices
) -> tuple[dict[str, ReaderPart], tuple[Problem, ...]]:
    """Bring site/updates/ up to date with a build; return what each locale's readers will pay, and warnings.

    The result is confirmed last: where this fails or is killed, the next build's result has the same changes again.
    Raises SourceError where the guide that is published already can't be read.
    """
    parts: dict[str, ReaderPart] = {}
    problems: tuple[Problem, ...] = ()
    with closing(GuideIndex(project.cache / INDEX, program_digest())) as index:
        if project.site.offline is True:
            parts, problems = _publish(project, locales, result, index, choices)
        else:
            _withdraw(project)
        confirm_result(index, result)
    return parts, problems


def _withdraw(project: Project) -> None:
    """Remove site/updates/, or put a farewell in its place."""
    offline = project.site.offline
    if offline is False and not (project.output / "updates").is_dir():
        return
    from exporter.reader.folder import publish_farewell, withdraw_updates

    if isinstance(offline, bool):
        withdraw_updates(project.output)
    else:
        publish_farewell(project.output, project.cache / "reader", str(offline.farewell) or None)


def _publish(
    project: Project, locales: tuple[str, ...], result: BuildResult, index: GuideIndex, choices: RenderChoices
) -> tuple[dict[str, ReaderPart], tuple[Problem, ...]]:
    from exporter.reader.publish import publish_updates

    folders = file_names(locales)
    publication = _publication(project, folders, result, choices)
    change = _change(publication, folders, result, index)
    warnings: tuple[tuple[str, str], ...] = ()
    if choices.previous is not None:
        from exporter.reader.takeover.previous import take_previous

        warnings = take_previous(choices.previous, publication, change.listing())
    report = publish_updates(change, publication)
    chains = ((code, report.chains[folder]) for code, folder in folders.items() if folder in report.chains)
    parts = {
        code: ReaderPart(chain.token, chain.changed, chain.removed, chain.bytes, chain.install)
        for code, chain in chains
    }
    return parts, tuple(Problem("warning", code, sentence) for code, sentence in (*warnings, *report.warnings))


def _publication(
    project: Project, folders: Mapping[str, str], result: BuildResult, choices: RenderChoices
) -> Publication:
    """Return where and for whom to publish; `folders` names the chain of each locale."""
    from exporter.reader.model import Publication

    newest = _EPOCH + timedelta(seconds=result.newest) if result.newest else None
    prefixes = {folders[code]: prefix[1:] for code, prefix in locale_prefixes(tuple(folders)).items()}
    state, workers = project.cache / "reader", choices.jobs or cores()
    return Publication(project.output, state, tuple(folders.values()), newest, jobs=workers, prefixes=prefixes)


def _change(
    publication: Publication, folders: Mapping[str, str], result: BuildResult, index: GuideIndex
) -> PublishedChange:
    from exporter.reader.model import PublishedChange
    from exporter.reader.model import SiteFile as ChainFile

    def in_chains(files: Iterable[tuple[str, SiteFile]]) -> Iterator[ChainFile]:
        for path, file in files:
            chains = (folders[file.locale],) if file.locale else publication.locales
            yield ChainFile(path, chains, file.digest.hex())

    changed = ((path, file) for path, (_, file) in result.changed.items())
    written = (*in_chains(result.added.items()), *in_chains(changed))
    return PublishedChange(
        written, tuple(result.removed), result.before, result.after, lambda: in_chains(all_files(index))
    )
