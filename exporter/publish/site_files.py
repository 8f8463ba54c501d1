"""The files of site/ with the marks of what they hold, and whether the last build came to its end."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.drift import look_of
from exporter.build.output import check_output
from exporter.core.encoding import digest
from exporter.core.errors import GuardError
from exporter.core.files import read_file, walk_files
from exporter.core.naming import page_path
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.index.published import unpublished_changes
from exporter.mirror.state import read_state
from exporter.publish.headers import headers_of
from exporter.publish.manifest import is_safe, make_mark
from exporter.publish.plan import SiteFile
from exporter.reader.encoding import BrokenError, inflate, load_object
from exporter.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.config.settings import Project


class Site(NamedTuple):
    """What is to be published: files by path, and the since-files of the newest tokens."""

    files: Mapping[str, SiteFile]
    newest: frozenset[str]


def read_site_files(project: Project, *, keeps_headers: bool, compressed: bool) -> Site:
    """Return the files of site/. Raises GuardError where there is no guide, or a name that no target may be given.

    What the index knows of a file is believed as long as its size and time are those that the build left.
    """
    check_output(project.output)
    known = _known_digests(project)
    files: dict[str, SiteFile] = {}
    for path in walk_files(project.output):
        if not is_safe(path):
            shown = ascii(path)[1:-1]
            raise GuardError("name-unsafe", f"site/{shown} has a name that cannot be published: give it another one")
        look = look_of(f"{project.output}/{path}")
        size, mtime = look or (0, 0)
        found = known.get(path)
        data_digest = found[2] if found is not None and found[:2] == (size, mtime) else _digest_of(project, path)
        headers = headers_of(path, compressed=compressed) if keeps_headers else ()
        files[path] = SiteFile(size, make_mark(data_digest, headers))
    if not files:
        raise GuardError("site-missing", f"{project.output} has no guide to publish: run exporter build first")
    return Site(files, frozenset(_newest(project, files)))


def _digest_of(project: Project, path: str) -> bytes:
    return digest(read_file(f"{project.output}/{path}"))


def _known_digests(project: Project) -> dict[str, tuple[int, int, bytes]]:
    """Return size, mtime and digest of pages and copies as the last build wrote them; nothing if there is no index."""
    found: dict[str, tuple[int, int, bytes]] = {}
    with suppress(sqlite3.Error), closing(GuideIndex(project.cache / INDEX, read_only=True)) as index:
        found |= {page_path(url): (size, mtime, data) for url, size, mtime, data in index.built.digests()}
        found |= {path: (size, mtime, data) for path, size, mtime, data in index.copies.digests()}
    return found


def _newest(project: Project, files: Mapping[str, SiteFile]) -> list[str]:
    """Return the since-files of the tokens that the reader's lists name."""
    found = []
    for path in files:
        parts = path.split("/")
        if len(parts) == 3 and parts[0] == "updates" and parts[2] == "list.bin":
            with suppress(BrokenError, KeyError):
                token = load_object(inflate(read_file(f"{project.output}/{path}")))["token"]
                found.append(f"updates/{parts[1]}/since/{token}.bin")
    return found


def unfinished_build(project: Project) -> str:
    """Return what the last build left undone and what to do about it; "" if nothing is known of that."""
    state = read_state(project.state_file)
    if state is not None and state.pending:
        return f"{counted(len(state.pending), 'asset file')} did not come with the last sync: build again"
    if not (project.cache / INDEX).is_file():
        return ""
    with suppress(sqlite3.Error), closing(GuideIndex(project.cache / INDEX, read_only=True)) as index:
        stale = len(index.built.stale())
        if stale:
            advice = "correct the template or the entry that it named, then build again"
            return f"{counted(stale, 'page')} of the last build failed or were not rendered: {advice}"
        if index.meta("swept") != 1:
            return "the last build did not come to its end: build again"
        if next(unpublished_changes(index), None) is not None:
            return "the last build did not write the updates for readers: build again"
    return ""
