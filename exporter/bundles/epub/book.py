"""The guide as a book: its pages as chapters, with a table of contents by content type."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from exporter.bundles.archive import Archive
from exporter.bundles.epub.chapters import volumes_of
from exporter.bundles.epub.package import (
    CONTAINER,
    MIMETYPE,
    BookFacts,
    Node,
    Resource,
    contents_page,
    package,
    xhtml_page,
)
from exporter.bundles.epub.pictures import Pictures
from exporter.bundles.epub.xhtml import Writer, book_path, language_tag, read_main
from exporter.bundles.output import replacing
from exporter.bundles.prepare import paths_in, prepare
from exporter.core.files import read_file
from exporter.guide.library.template_files import TemplateFiles
from exporter.render.view.languages import languages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from exporter.bundles.bundling import Bundling
    from exporter.bundles.epub.chapters import Chapter, Volume
    from exporter.bundles.epub.xhtml import MainPart
    from exporter.guide.index.records import Page
    from exporter.report.bundle_report import BundleReport

_PAGE = "application/xhtml+xml"
_STYLE = "epub/book.css"


def write_epub(bundling: Bundling, target: Path) -> BundleReport:
    """Write the book."""
    book = _Book(bundling)
    with replacing(target) as (part,), Archive(part) as archive:
        archive.add("mimetype", MIMETYPE, packed=True)
        archive.add("META-INF/container.xml", CONTAINER)
        for path, data in bundling.followed(book.files(), None):
            archive.add(f"EPUB/{path}", data)
    return bundling.report(target, pages=len(book.mains), files=archive.files)


class _Book:
    """A book: the main parts of its pages by their paths under site/, in order; `apart` are only reached by links."""

    def __init__(self, bundling: Bundling) -> None:
        self._bundling = bundling
        self._output = bundling.project.output
        self.volumes = volumes_of(bundling)
        self._files = bundling.site_files()
        self._paths = frozenset(self._files.paths)
        self.spine = [page.path for volume in self.volumes for page in volume.pages() if page.path in self._paths]
        self.mains: dict[str, MainPart] = {}
        self._read(self.spine)
        self.apart = [path for path in self.mains if path not in set(self.spine)]
        self._languages = languages({code: code for code in bundling.guide.model.locales})

    def _read(self, paths: Iterable[str]) -> None:
        """Read pages, and those of parts that they lead to."""
        parts = bundling_parts(self._bundling) & self._paths
        pending = deque(paths)
        while pending:
            path = pending.popleft()
            if path in self.mains:
                continue
            text = read_file(f"{self._output}/{path}").decode("utf-8", "replace")
            self.mains[path] = read_main(text)
            pending += sorted((parts & paths_in(self.mains[path].html, path)) - self.mains.keys()) if parts else []

    def files(self) -> Iterator[tuple[str, bytes | Path]]:
        """Yield the files below EPUB/: pages, pictures, and what names them last."""
        pictures = Pictures(self._output, self._paths)
        writer = Writer(self._ids_of, lambda path: bool(pictures.type_of(path)))
        resources = [Resource("nav.xhtml", _PAGE, "nav"), Resource("book.css", "text/css")]
        shown: dict[str, None] = {}
        for path, main in self.mains.items():
            clean = prepare(main.html, path, lambda other: other in self.mains or bool(pictures.type_of(other)))
            body = writer.write(path, clean)
            shown.update(dict.fromkeys(body.pictures))
            name = book_path(path)
            resources.append(Resource(name, _PAGE, "svg" if body.has_drawing else ""))
            yield name, xhtml_page(name, main.title, body.xhtml, main.locale, main.direction)
        for path in shown:
            resources.append(Resource(path, pictures.type_of(path)))
            yield path, self._output / path
        yield "book.css", self._style()
        yield "nav.xhtml", self._contents()
        yield "package.opf", package(self._facts(), resources, map(book_path, self.spine), map(book_path, self.apart))

    def _ids_of(self, path: str) -> frozenset[str] | None:
        main = self.mains.get(path)
        return frozenset(main.ids) if main is not None else None

    def _style(self) -> bytes:
        """Return the style sheet: the project's own `templates/epub/book.css` in place of the theme's."""
        files = TemplateFiles(self._bundling.project.root / "templates")
        return read_file(files.find(_STYLE) or "")

    def _contents(self) -> bytes:
        first = self.volumes[0]
        nodes = [self._nodes(volume) for volume in self.volumes]
        lines = nodes[0] if len(nodes) == 1 else tuple(map(self._volume, self.volumes, nodes))
        heading = self._bundling.word("contents", first.locale)
        return contents_page(lines, heading, language_tag(first.locale), self._languages[first.locale].direction)

    def _volume(self, volume: Volume, nodes: tuple[Node, ...]) -> Node:
        language = self._languages[volume.locale]
        return Node(language.name, "", nodes, language_tag(volume.locale), language.direction)

    def _nodes(self, volume: Volume) -> tuple[Node, ...]:
        home = [Node(self.mains[volume.home.path].title, book_path(volume.home.path))] if volume.home else []
        return (*home, *(self._chapter(chapter) for chapter in volume.chapters))

    def _chapter(self, chapter: Chapter) -> Node:
        entries = tuple(self._node(page) for page in chapter.entries)
        if chapter.page is not None:
            return self._node(chapter.page)._replace(nodes=entries)
        return entries[0] if len(entries) == 1 else Node(chapter.called, "", entries)

    def _node(self, page: Page) -> Node:
        return Node(self.mains[page.path].title, book_path(page.path))

    def _facts(self) -> BookFacts:
        site, codes = self._bundling.guide.site, [volume.locale for volume in self.volumes]
        tags = tuple(dict.fromkeys(map(language_tag, codes)))
        direction, modified = self._languages[codes[0]].direction, self._bundling.newest()
        return BookFacts(site.title, site.description or "", site.base_url or "", tags, direction, modified)


def bundling_parts(bundling: Bundling) -> frozenset[str]:
    """Return the paths of chosen pages that show what is part of other pages."""
    parts = bundling.guide.mere_parts
    return frozenset(page.path for _, page in bundling.selection.readable() if page.type_id in parts)
