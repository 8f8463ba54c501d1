"""The files of an EPUB beside its pages: the package, the table of contents, the frame of a page."""

from __future__ import annotations

import posixpath
from html import escape
from typing import TYPE_CHECKING, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from exporter.core.url_names import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MIMETYPE = b"application/epub+zip"
CONTAINER = b"""<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
_XHTML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" \
xml:lang="{language}" dir="{direction}">
<head>
<title>{title}</title>
<link rel="stylesheet" type="text/css" href="{style}"/>
</head>
<body>
{body}
</body>
</html>
"""


class Resource(NamedTuple):
    """A file of the book: its path below EPUB/, its media type, and its properties in the manifest."""

    path: str
    media_type: str
    properties: str = ""


class Node(NamedTuple):
    """A line of the table of contents: what it says, the path that it leads to ("" for none), the lines below it."""

    title: str
    path: str
    nodes: tuple[Node, ...] = ()
    language: str = ""
    direction: str = ""


class BookFacts(NamedTuple):
    """What a book says of itself; `source` is the address of the guide, `modified` a time in UTC."""

    title: str
    description: str
    source: str
    languages: Sequence[str]
    direction: str
    modified: str


def xhtml_page(path: str, title: str, body: str, language: str, direction: str) -> bytes:
    """Return a page of the book, by its path below EPUB/."""
    style = posixpath.relpath("book.css", posixpath.dirname(path) or ".")
    values = {"language": language, "direction": direction, "title": escape(title), "style": style, "body": body}
    return _XHTML.format(**values).encode()


def contents_page(nodes: Sequence[Node], heading: str, language: str, direction: str) -> bytes:
    """Return the table of contents."""
    body = f'<nav epub:type="toc" id="toc"><h1>{escape(heading)}</h1>\n<ol>\n{"".join(map(_line, nodes))}</ol>\n</nav>'
    return xhtml_page("nav.xhtml", heading, body, language, direction)


def _line(node: Node) -> str:
    spoken = f' lang="{node.language}" xml:lang="{node.language}" dir="{node.direction}"' if node.language else ""
    title = escape(node.title)
    name = f'<a href="{escape(quoted(node.path))}">{title}</a>' if node.path else f"<span>{title}</span>"
    below = f"\n<ol>\n{''.join(map(_line, node.nodes))}</ol>\n" if node.nodes else ""
    return f"<li{spoken}>{name}{below}</li>\n"


def package(facts: BookFacts, resources: Sequence[Resource], spine: Iterable[str], apart: Iterable[str] = ()) -> bytes:
    """Return the package document; `spine` and `apart` are paths of pages, the latter are only reached by links."""
    numbers = {resource.path: f"r{number}" for number, resource in enumerate(resources)}
    items = "\n".join(_item(numbers[resource.path], resource) for resource in resources)
    order = [f'<itemref idref="{numbers[path]}"/>' for path in spine]
    order += [f'<itemref idref="{numbers[path]}" linear="no"/>' for path in apart]
    lines = "\n".join(order)
    progression = f' page-progression-direction="{facts.direction}"'
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
{chr(10).join(_metadata(facts))}
</metadata>
<manifest>
{items}
</manifest>
<spine{progression}>
{lines}
</spine>
</package>
"""
    return text.encode()


def _metadata(facts: BookFacts) -> Iterator[str]:
    """Yield the elements of the metadata. The identifier is that of the guide: a later edition has the same."""
    name = uuid5(NAMESPACE_URL, "\n".join((facts.source, facts.title, *facts.languages)))
    yield f'<dc:identifier id="id">urn:uuid:{name}</dc:identifier>'
    yield f"<dc:title>{escape(facts.title)}</dc:title>"
    yield from (f"<dc:language>{language}</dc:language>" for language in facts.languages)
    if facts.description:
        yield f"<dc:description>{escape(facts.description)}</dc:description>"
    if facts.source:
        yield f"<dc:source>{escape(facts.source)}</dc:source>"
    yield f'<meta property="dcterms:modified">{facts.modified}</meta>'
    for mode in ("textual", "visual"):
        yield f'<meta property="schema:accessMode">{mode}</meta>'
    for feature in ("tableOfContents", "structuralNavigation", "alternativeText"):
        yield f'<meta property="schema:accessibilityFeature">{feature}</meta>'
    yield '<meta property="schema:accessibilityHazard">none</meta>'


def _item(identifier: str, resource: Resource) -> str:
    properties = f' properties="{resource.properties}"' if resource.properties else ""
    path, kind = escape(quoted(resource.path)), resource.media_type
    return f'<item id="{identifier}" href="{path}" media-type="{kind}"{properties}/>'
