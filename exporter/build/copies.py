"""Files that are copied into the guide as they are: of assets, of the theme, of the project's templates/static/."""

from __future__ import annotations

import os
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.client_files import CLIENT, CLIENT_FILES, SEARCH_CLIENT, SEARCH_FILES, farewell_worker
from exporter.build.pictures.variants import VARIANT_SIGNATURE, Variants
from exporter.build.scan import file_signature, look_again
from exporter.core.encoding import digest
from exporter.core.files import read_below, read_bytes, walk_files, write_if_different
from exporter.core.naming import HARMLESS_XML, suffix_of
from exporter.guide.library.template_files import STATIC, linked_files, theme_files
from exporter.report.problems import link_problem, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.build.output import Output
    from exporter.config.settings import Project
    from exporter.guide.index.file_tables import Copy
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.report.problems import Problem


class Source(NamedTuple):
    """A file to be copied: its path under site/, where it is, its signature, whether scripts in it are removed."""

    path: str
    file: Path
    signature: int
    cleaned: bool = False


class Copies:
    """The files to be copied. `files` are the signatures of asset files, by path under content/.

    `changed` are the digests of those that differed and were written, by path under site/. `variants` are those of
    pictures once they are made. A picture that is shown by its variants is copied itself only where a page links to it.
    """

    def __init__(self, project: Project, index: GuideIndex, files: dict[str, int]) -> None:
        self._index = index
        self._content = project.content
        self._files = files
        self._keeps_active = project.site.content.active == "keep"
        self._templates = project.root / "templates"
        self.changed: dict[str, bytes] = {}
        self.variants: Variants | None = None
        self._static = {source.path: source for source in _static_files(project)}
        self._project = project

    @property
    def files(self) -> set[str]:
        """The paths under site/ of static files that are not a page's."""
        return {path for path in self._static if path.rpartition("/")[2] != "index.html"}

    @property
    def assets(self) -> dict[str, int]:
        """The signatures of the files of assets, by path under content/; none where they stay at the source."""
        return self._files if self._project.site.content.assets == "download" else {}

    def missing_assets(self) -> list[tuple[str, str]]:
        """Return paths under content/ of asset files that are not there, each with the key of its asset."""
        if self._project.site.content.assets != "download":
            return []
        return [row for row in self._index.asset_files.keys_of_sources() if row[0] not in self._files]

    def moved_assets(self) -> set[str]:
        """Return the keys of assets whose files came or went since the last build; of all assets if it did not end.

        What that build copied is not known, yet there may be pages that show it.
        """
        if self._index.meta("swept") != 1:
            return self._index.asset_files.keys()
        known = self._index.pictures.signatures().keys()
        moved = known ^ self._files.keys()
        return {key for source, key in self._index.asset_files.keys_of_sources() if source in moved} if moved else set()

    @property
    def refused(self) -> set[str]:
        """The paths under content/ of the SVG pictures that cannot be made harmless and so are not published."""
        return {source for source, _, facts in self._index.pictures.faulty() if facts.kind == "svg"}

    @cached_property
    def linked(self) -> list[Problem]:
        """What is in templates/ and is no file or folder of its own: it is neither read nor copied."""
        return [link_problem(f"templates/{path}") for path in linked_files(self._templates)]

    @cached_property
    def hidden(self) -> dict[str, Problem]:
        """The static files, by path, in whose place pages lie: they are not copied."""
        message = "{} is not copied: a page of the guide lies there"
        hidden = (source for _, source in sorted(self._static.items()) if self._is_hidden(source.path))
        return {source.path: problem("static-hidden", message.format(source.file)) for source in hidden}

    def copy(self, output: Output) -> tuple[int, set[str]]:
        """Copy what differs; return the number of files written, also by earlier calls, and the paths of all copies."""
        known = self._index.copies.all()
        variants = self.variants or Variants(self._index, self._content, self._project.cache)
        if variants is not self.variants:
            variants.look(output, known)
        paths = set(variants.standing)
        for path, file in variants.made():
            paths.add(path)
            self._copy_one(output, Source(path, file, VARIANT_SIGNATURE), known.get(path))
        for source in self._wanted():
            if source.path not in self.hidden:
                paths.add(source.path)
                self._copy_one(output, source, known.get(source.path))
        gone = known.keys() - paths
        self._index.copies.delete(gone)
        output.strays.update(path for path in gone if not self._is_hidden(path))
        return len(self.changed), paths

    def _wanted(self) -> Iterator[Source]:
        if self._files:
            own = self._index.pictures.own_files() if self._files else set()
            varied = self._index.pictures.varied()
            refused = set() if self._keeps_active else self.refused
            for source, path in self._index.asset_files.paths():
                if source in self._files and source not in refused and (source not in varied or path in own):
                    cleaned = not self._keeps_active and suffix_of(path) in HARMLESS_XML
                    yield Source(path, self._content / source, self._files[source], cleaned)
        yield from (source for _, source in sorted({**self._static, **self._of_host()}.items()))

    def _of_host(self) -> dict[str, Source]:
        """Return the list of the pages that moved for the guide's host, by its path, if it takes one."""
        project, host = self._project, self._project.site.host
        if host is None:
            return {}
        from exporter.guide.pages.host_redirects import LISTS, moves, redirects_text

        path, file = LISTS[host], project.cache / LISTS[host]
        own = read_below(project.root / STATIC, path) or b""  # the owner's rules come first: the first that fits wins
        own += b"\n" if own and not own.endswith(b"\n") else b""
        write_if_different(file, own + redirects_text(host, moves(self._index)).encode(), project.cache)
        return {path: Source(path, file, file_signature(os.lstat(file), time.time_ns()))}

    def _copy_one(self, output: Output, source: Source, before: Copy | None) -> None:
        """Copy a file if it differs. One that was just changed (signature 0) is read."""
        path, signature = source.path, source.signature
        known = _signature_of_copy(source, signature)
        if signature and before is not None and before[0] == known and output.stands(path, before[1], before[2]):
            return
        signature, data = (signature, read_bytes(source.file) or b"") if signature else look_again(source.file)
        data = _cleaned(path, data) if source.cleaned else data
        written = output.write(path, data)
        now = _signature_of_copy(source, signature), written.size, written.mtime
        if before != now:
            self._index.copies.insert(path, now, digest(data))
        if written.differs:
            self.changed[path] = digest(data)

    def _is_hidden(self, path: str) -> bool:
        """Whether there is a page at a path, above it or below it."""
        steps = path.split("/")
        files = ["/".join(steps[:end]) for end in range(1, len(steps) + 1)]
        urls = [f"/{file.removesuffix('index.html')}" for file in files if file.rpartition("/")[2] == "index.html"]
        pages = self._index.pages
        return any(map(pages.is_at, [*urls, *(f"/{file}" for file in files)])) or pages.is_below(f"/{path}")


def _signature_of_copy(source: Source, signature: int) -> int:
    """Return the signature that a copy is noted with: a cleaned one never has that of a file copied as it is."""
    return ~signature if source.cleaned and signature else signature


def _cleaned(path: str, data: bytes) -> bytes:
    from exporter.pictures.svg import harmless  # a build that copies nothing loads no parser

    return harmless(path, data)


def _search_files(project: Project) -> Iterator[tuple[str, Path]]:
    """Yield the browser's code for search."""
    if project.site.search:
        yield from ((f"search/{name}", SEARCH_CLIENT / name) for name in SEARCH_FILES)


def _static_files(project: Project) -> Iterator[Source]:
    """Yield the theme's static files, those of the reader's device and the project's own; the later ones replace."""
    now = time.time_ns()
    own = project.root / STATIC
    theme = theme_files(project.site.theme.name).items()
    static = ((name.removeprefix("static/"), file) for name, file in theme if name.startswith("static/"))
    program = [*static, *_search_files(project), *_offline_files(project)]
    files = [(name, Path(os.path.realpath(file))) for name, file in program]  # an installer may have linked them
    for name, file in (*files, *((name, own / name) for name in walk_files(own))):
        yield Source(name, file, file_signature(os.lstat(file), now))


def _offline_files(project: Project) -> Iterator[tuple[str, Path]]:
    """Yield what the reader's device needs: the browser's code and icons, or a worker that removes itself.

    The latter is always there: a clean checkout cannot know whether readers have a worker of an earlier build.
    """
    site = project.site
    if site.offline is True:
        from exporter.pictures.icons import icon_files

        yield from ((f"offline/{name}", CLIENT / name) for name in CLIENT_FILES)
        yield "sw.js", CLIENT / "sw.js"
        logo = project.root / STATIC / site.theme.logo if site.theme.logo else None
        yield from icon_files(project.cache, site.title, site.theme.accent, logo).items()
    else:
        farewell = None if site.offline is False else site.offline.farewell or True
        yield "sw.js", farewell_worker(project.cache, farewell)
