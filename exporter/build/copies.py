"""Files that are copied into the guide as they are: of assets, of the theme, of the project's templates/static/."""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING

from exporter.build.client_files import CLIENT, CLIENT_FILES, farewell_worker
from exporter.build.scan import file_signature, look_again
from exporter.core.encoding import digest
from exporter.core.files import read_bytes, walk_files
from exporter.guide.library.template_files import THEME
from exporter.pictures.icons import icon_files
from exporter.report.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.build.output import Output
    from exporter.config.settings import Project
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.report.report import Problem


class Copies:
    """The files to be copied: path under site/, source, sign of the source."""

    def __init__(self, project: Project, index: GuideIndex, files: dict[str, int]) -> None:
        self._index = index
        self._content = project.content
        self._files = files
        self._static = dict(_static_files(project))

    @property
    def files(self) -> set[str]:
        """The paths under site/ of static files that are no page's."""
        return {path for path in self._static if path.rpartition("/")[2] != "index.html"}

    def moved_assets(self) -> set[str]:
        """Give the keys of assets whose files came or went since the last build; of all where that did not end.

        What it copied is not known then, though pages stand that say what was there.
        """
        if self._index.meta("swept") != 1:
            return {key for (key,) in self._index.rows("SELECT key FROM asset_file")}
        how = "LEFT JOIN" if self._files else "JOIN"  # without files only what was copied counts
        query = f"SELECT a.source, a.key, c.path FROM asset_file a {how} copy c ON c.path = a.path"  # noqa: S608
        rows = self._index.rows(query)
        return {key for source, key, copied in rows if (source in self._files) != (copied is not None)}

    def wanted(self) -> Iterator[tuple[str, Path, int]]:
        """Yield what is to be copied."""
        if self._files:
            for source, path in self._index.rows("SELECT source, path FROM asset_file ORDER BY path"):
                if source in self._files:
                    yield path, self._content / source, self._files[source]
        for path, (source_file, sign) in sorted(self._static.items()):
            yield path, source_file, sign

    @cached_property
    def hidden(self) -> dict[str, Problem]:
        """The static files, by path, in whose place pages lie: they are not copied."""
        said = "{} is not copied: a page of the guide lies there"
        found = ((path, str(source)) for path, (source, _) in sorted(self._static.items()) if self._is_hidden(path))
        return {path: problem("static-hidden", said.format(source)) for path, source in found}

    def copy(self, output: Output) -> tuple[int, set[str]]:
        """Copy what differs; give the number of files written and all paths that belong to copies."""
        index, written = self._index, 0
        known = {row[0]: row[1:] for row in index.rows("SELECT path, source, size, mtime FROM copy")}
        paths: set[str] = set()
        for path, source, sign in self.wanted():
            if path in self.hidden:
                continue
            paths.add(path)
            before = known.get(path)
            if sign and before is not None and before[0] == sign and output.stands(path, before[1], before[2]):
                continue
            seen, data = (sign, read_bytes(source) or b"") if sign else look_again(source)
            differs, size, stamp = output.write(path, data)
            written += differs
            if before != (seen, size, stamp):
                index.database.execute(
                    "INSERT OR REPLACE INTO copy VALUES (?, ?, ?, ?, ?)", (path, seen, size, stamp, digest(data))
                )
        gone = known.keys() - paths
        index.database.executemany("DELETE FROM copy WHERE path = ?", ((each,) for each in gone))
        output.strays.update(each for each in gone if not self._is_hidden(each))
        return written, paths

    def _is_hidden(self, path: str) -> bool:
        """Tell whether a page lies at a path, above it or below it."""
        steps = path.split("/")
        files = ["/".join(steps[:end]) for end in range(1, len(steps) + 1)]
        urls = [f"/{file.removesuffix('index.html')}" for file in files if file.rpartition("/")[2] == "index.html"]
        urls += [f"/{file}" for file in files]
        if any(self._index.value("SELECT 1 FROM page WHERE url = ?", url) for url in urls):
            return True
        return bool(self._index.value("SELECT 1 FROM page WHERE url >= ? AND url < ?", f"/{path}/", f"/{path}0"))


def _static_files(project: Project) -> Iterator[tuple[str, tuple[Path, int]]]:
    """Yield the theme's static files, those of the reader's device and the project's own, each over those before."""
    now = time.time_ns()
    sources = [(name, THEME / "static" / name) for name in walk_files(THEME / "static")]
    own = project.root / "templates/static"
    for name, source in (*sources, *_offline_files(project), *((name, own / name) for name in walk_files(own))):
        yield name, (source, file_signature(os.stat(source), now))  # noqa: PTH116 - paths as text: there are many


def _offline_files(project: Project) -> Iterator[tuple[str, Path]]:
    """Yield what the reader's device needs: the browser's code and icons, or a worker that removes itself.

    The latter is always there: a clean checkout cannot know whether readers have a worker of an earlier build.
    """
    site = project.site
    if site.offline is True:
        yield from ((f"offline/{name}", CLIENT / name) for name in CLIENT_FILES)
        yield "sw.js", CLIENT / "sw.js"
        logo = project.root / "templates/static" / site.theme.logo if site.theme.logo else None
        yield from icon_files(project.cache, site.title, site.theme.accent, logo).items()
    else:
        farewell = None if site.offline is False else site.offline.farewell or True
        yield "sw.js", farewell_worker(project.cache, farewell)
