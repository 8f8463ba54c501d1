"""Rich Text as HTML: one table of nodes, one of marks; text is kept whatever node it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from exporter.core.model import link_key
from exporter.guide.library import questions
from exporter.render.entry.inline import inline
from exporter.render.entry.values import spoken_word
from exporter.render.markup.headings import Outline
from exporter.render.markup.links import resolve_link
from exporter.render.markup.rich_text_tree import CONTROLS, content_of, texts_of
from exporter.render.markup.table_spans import fit_spans
from exporter.render.view.fields import title_of, type_of
from exporter.render.view.other_spaces import Resource, read_resource
from exporter.render.view.referrers import address_for_readers
from exporter.render.view.view import Asset, Entry, View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.core.encoding import Json

_DEEPEST_NODE = 60
_DEEPEST_EMBED = 4
"""Entries shown inside one another at the most; one inside itself is a link."""
_MARKS = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "code": "code",
    "superscript": "sup",
    "subscript": "sub",
    "strikethrough": "s",
}
_HEADINGS = {f"heading-{level}": level for level in range(1, 7)}
_LISTS = {"ordered-list": "ol", "unordered-list": "ul"}
_CELLS = {"table-cell": "td", "table-header-cell": "th"}


class _Place(NamedTuple):
    """Where a node is: in which document, on which page, below which headings, how much deeper nodes may nest.

    `inline` says that no blocks may be there, `linked` that it is in a link, `headed` that it is in a header cell.
    """

    document: Mapping[str, Json]
    view: View
    outline: Outline
    depth: int = _DEEPEST_NODE
    inline: bool = False
    linked: bool = False
    headed: bool = False


def render_document(document: Mapping[str, Json], view: View, under: int = 1) -> Markup:
    """Render a Rich Text document. Every tag is written here and every text escaped, so no sanitiser is needed.

    Its headings get ids and stand below one of the level `under`.
    """
    return Markup(_inside(document, _Place(document, view, Outline(view, under))))  # noqa: S704 - see above


def _inside(node: Mapping[str, Json], place: _Place) -> str:
    """Return what is inside a node as HTML; what is nested too deep is only text."""
    if not place.depth:
        return str(escape(" ".join(texts_of(node)).translate(CONTROLS)))
    deeper = place._replace(depth=place.depth - 1)
    return "".join(_node(child, deeper) for child in content_of(node))


def _node(node: Mapping[str, Json], place: _Place) -> str:
    kind = node.get("nodeType")
    if kind == "text" or isinstance(node.get("value"), str):
        return _text(node) + (_inside(node, place) if node.get("content") else "")
    write = _WRITERS.get(kind) if isinstance(kind, str) else None
    return write(node, place) if write is not None else _inside(node, place)


def _text(node: Mapping[str, Json]) -> str:
    """Return a text with its marks; the first one is the innermost."""
    value = node.get("value")
    text = str(escape(value.translate(CONTROLS) if isinstance(value, str) else "")).replace("\n", "<br>")
    marks = node.get("marks")
    kinds = [mark.get("type") for mark in marks if isinstance(mark, dict)] if isinstance(marks, list) else []
    for name in dict.fromkeys(_MARKS[kind] for kind in kinds if isinstance(kind, str) and kind in _MARKS):
        text = f"<{name}>{text}</{name}>"
    return text


def _block(node: Mapping[str, Json], place: _Place, name: str, inner: _Place) -> str:
    """Return a block, or only what is inside it where no block may be."""
    if place.inline:
        return f" {_inside(node, place)} "
    written = _inside(node, inner)
    return f"<{name}>{written}</{name}>" if written.strip() else ""


def _paragraph(node: Mapping[str, Json], place: _Place) -> str:
    return _block(node, place, "p", place._replace(inline=True))


def _quote(node: Mapping[str, Json], place: _Place) -> str:
    return _block(node, place, "blockquote", place)


def _stray(node: Mapping[str, Json], place: _Place) -> str:
    """Return an item that is in no list, or a row or cell that is in no table."""
    return _block(node, place, "div", place)


def _heading(node: Mapping[str, Json], place: _Place) -> str:
    if place.inline or place.headed:
        return _paragraph(node, place)
    written = _inside(node, place._replace(inline=True))
    if not written.strip():
        return ""
    return place.outline.heading(_HEADINGS[node["nodeType"]], "".join(texts_of(node)), written)


def _list(node: Mapping[str, Json], place: _Place) -> str:
    """Return a list; what is in it outside of an item gets an item."""
    if place.inline or not place.depth:
        return f"{_inside(node, place)} "
    deeper = place._replace(depth=place.depth - 1)
    items = (_item(child, deeper) for child in content_of(node))
    written = "".join(f"<li>{item}</li>" for item in items if item)
    name = _LISTS[node["nodeType"]]
    return f"<{name}>{written}</{name}>" if written else ""


def _item(node: Mapping[str, Json], place: _Place) -> str:
    return _inside(node, place) if node.get("nodeType") == "list-item" else _node(node, place)


def _table(node: Mapping[str, Json], place: _Place) -> str:
    """Return a table; what is in it outside of a row or a cell gets one."""
    if place.inline or place.depth < 3:
        return f"{_inside(node, place._replace(inline=True))} "
    deeper = place._replace(depth=place.depth - 2)
    rows = [row for row in (_row(child, deeper) for child in content_of(node)) if row]
    spans = fit_spans([[(cell.columns, cell.rows) for cell in row] for row in rows])
    written = "".join(f"<tr>{''.join(map(_cell, row, fitting))}</tr>" for row, fitting in zip(rows, spans, strict=True))
    return f'<div class="scroll"><table>{written}</table></div>' if written else ""


class _Cell(NamedTuple):
    name: str
    written: str
    columns: int = 1
    rows: int = 1


def _row(node: Mapping[str, Json], place: _Place) -> list[_Cell]:
    cells = content_of(node) if node.get("nodeType") == "table-row" else [node]
    return [_read_cell(cell, place) for cell in cells]


def _read_cell(node: Mapping[str, Json], place: _Place) -> _Cell:
    kind = node.get("nodeType")
    name = _CELLS.get(kind) if isinstance(kind, str) else None
    if name is None:
        return _Cell("td", _node(node, place))
    data = node.get("data")
    sizes = [data.get(key) if isinstance(data, dict) else None for key in ("colspan", "rowspan")]
    columns, rows = (size if isinstance(size, int) else 1 for size in sizes)
    return _Cell(name, _inside(node, place._replace(headed=place.headed or name == "th")), columns, rows)


def _cell(cell: _Cell, span: tuple[int, int]) -> str:
    written = "".join(f' {name}="{size}"' for name, size in zip(("colspan", "rowspan"), span, strict=True) if size > 1)
    return f"<{cell.name}{written}>{cell.written}</{cell.name}>"


def _rule(node: Mapping[str, Json], place: _Place) -> str:
    return ("" if place.inline else "<hr>") + _inside(node, place)


def _target(node: Mapping[str, Json], place: _Place) -> Entry | Asset | Resource | None:
    data = node.get("data")
    target = data.get("target") if isinstance(data, dict) else None
    if link_key(target) is not None:
        return place.view.target(target, place.document)
    resource = read_resource(target)
    if resource is None:
        place.view.report("link-unresolved", "links to what is neither an entry nor an asset", place.document)
    return resource


def _linked(inner: str, address: str, place: _Place) -> str:
    """Return a link, or only what is inside it where it is in another link or leads nowhere."""
    if not address or place.linked or not inner.strip():
        return inner
    return f'<a href="{escape(address)}">{inner}</a>'


def _hyperlink(node: Mapping[str, Json], place: _Place) -> str:
    data = node.get("data")
    uri = data.get("uri") if isinstance(data, dict) else None
    address = resolve_link(uri, place.view, place.document) if isinstance(uri, str) else None
    return _linked(_inside(node, place._replace(inline=True, linked=True)), address or "", place)


def _item_hyperlink(node: Mapping[str, Json], place: _Place) -> str:
    target = _target(node, place)
    return _linked(_inside(node, place._replace(inline=True, linked=True)), _address(target), place)


def _inline(node: Mapping[str, Json], place: _Place) -> str:
    """Return the name of an entry, asset or resource as a link to it."""
    target = _target(node, place)
    name = _linked(str(escape(_name(target, place.view))), _address(target), place)
    return name + _inside(node, place)


def _embedded(node: Mapping[str, Json], place: _Place) -> str:
    """Return an entry rendered by the template of its type, an asset by the theme's."""
    if place.inline or place.linked:
        return f"{_inline(node, place)} "
    view, target = place.view, _target(node, place)
    if target is None:
        return _inside(node, place)
    key = repr(target)
    if isinstance(target, Resource) or key in view.embedding or len(view.embedding) == _DEEPEST_EMBED:
        return f"<p>{_inline(node, place._replace(inline=True))}</p>"
    view.embedding.append(key)
    try:
        return _shown(target, place) + _inside(node, place)
    finally:
        view.embedding.pop()


def _shown(target: Entry | Asset, place: _Place) -> str:
    """Render an embedded item by its template; a part of pages without one of its own becomes part of the text."""
    view, template = place.view, _part_of(target, place.view)
    if template == "parts/entry.html" and repr(target) == view.page.key:
        return f"<p>{escape(title_of(target))}</p>"
    if template == "parts/entry.html" and isinstance(target, Entry) and type_of(target) in view.guide.embedded_types:
        written = inline(target, place.outline.level + 1)
        if written:
            return str(written)
    name = "entry" if isinstance(target, Entry) else "asset"
    return str(view.part(template, level=place.outline.level, **{name: target}))


def _part_of(target: Entry | Asset, view: View) -> str:
    """Return the template of an embedded item: the project's own `parts/TYPE.html`, else the one for any entry."""
    if isinstance(target, Asset):
        return "parts/asset.html"
    own = f"parts/{type_of(target)}.html"
    exists = view.ask(questions.template(own)) is not None and view.library.template_files.find(f"theme/{own}") is None
    return own if exists else "parts/entry.html"


def _address(target: Entry | Asset | Resource | None) -> str:
    if isinstance(target, Resource):
        return target.url
    return address_for_readers(target) if target is not None else ""


def _name(target: Entry | Asset | Resource | None, view: View) -> str:
    if isinstance(target, Resource):
        return spoken_word("elsewhere", view)
    return title_of(target) if target is not None else ""


_WRITERS: dict[str, Callable[[Mapping[str, Json], _Place], str]] = {
    "paragraph": _paragraph,
    **dict.fromkeys(_HEADINGS, _heading),
    **dict.fromkeys(_LISTS, _list),
    "list-item": _stray,
    "blockquote": _quote,
    "hr": _rule,
    "table": _table,
    **dict.fromkeys(("table-row", *_CELLS), _stray),
    "hyperlink": _hyperlink,
    **dict.fromkeys(("entry-hyperlink", "asset-hyperlink", "resource-hyperlink"), _item_hyperlink),
    **dict.fromkeys(("embedded-entry-inline", "embedded-resource-inline"), _inline),
    **dict.fromkeys(("embedded-entry-block", "embedded-asset-block", "embedded-resource-block"), _embedded),
}
