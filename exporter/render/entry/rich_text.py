"""Rich Text as HTML: one table of nodes and one of marks; text is kept whatever node it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from exporter.core.model import link_key
from exporter.render.entry.sections import inline
from exporter.render.markup.headings import Outline
from exporter.render.markup.links import follow
from exporter.render.markup.rich_text_tree import CONTROLS, content_of, texts_of
from exporter.render.markup.table_spans import fit_spans
from exporter.render.view.fields import title_of, type_of, url_of
from exporter.render.view.other_spaces import Resource, read_resource
from exporter.render.view.view import Asset, Entry, View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.core.encoding import Json

_DEPTH = 60
_EMBEDDED = 4
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
    """Where a node stands: in which document, on which page, below which headings, how much deeper nodes may be.

    `inline` says that no blocks may stand there, `linked` that it is in a link, `headed` that it is in a header cell.
    """

    document: Mapping[str, Json]
    view: View
    outline: Outline
    depth: int = _DEPTH
    inline: bool = False
    linked: bool = False
    headed: bool = False


def render_document(document: Mapping[str, Json], view: View, under: int = 1) -> Markup:
    """Render a Rich Text document. Every tag is written here and every text escaped, so no sanitiser is needed.

    Its headings get ids and stand below one of the level `under`.
    """
    return Markup(_inside(document, _Place(document, view, Outline(view, under))))  # noqa: S704 - see above


def _inside(node: Mapping[str, Json], place: _Place) -> str:
    """Write what is inside a node; what is nested too deep is only text."""
    if not place.depth:
        return str(escape(" ".join(texts_of(node)).translate(CONTROLS)))
    deeper = place._replace(depth=place.depth - 1)
    return "".join(_node(each, deeper) for each in content_of(node))


def _node(node: Mapping[str, Json], place: _Place) -> str:
    kind = node.get("nodeType")
    if kind == "text" or isinstance(node.get("value"), str):
        return _text(node) + (_inside(node, place) if node.get("content") else "")
    write = _WRITERS.get(kind) if isinstance(kind, str) else None
    return write(node, place) if write is not None else _inside(node, place)


def _text(node: Mapping[str, Json]) -> str:
    """Write a text; the first mark is the innermost."""
    value = node.get("value")
    text = str(escape(value.translate(CONTROLS) if isinstance(value, str) else "")).replace("\n", "<br>")
    marks = node.get("marks")
    kinds = [each.get("type") for each in marks if isinstance(each, dict)] if isinstance(marks, list) else []
    for name in dict.fromkeys(_MARKS[each] for each in kinds if isinstance(each, str) and each in _MARKS):
        text = f"<{name}>{text}</{name}>"
    return text


def _block(node: Mapping[str, Json], place: _Place, name: str, inner: _Place) -> str:
    """Write a block; where none may stand, what is inside it."""
    if place.inline:
        return f" {_inside(node, place)} "
    written = _inside(node, inner)
    return f"<{name}>{written}</{name}>" if written.strip() else ""


def _paragraph(node: Mapping[str, Json], place: _Place) -> str:
    return _block(node, place, "p", place._replace(inline=True))


def _quote(node: Mapping[str, Json], place: _Place) -> str:
    return _block(node, place, "blockquote", place)


def _stray(node: Mapping[str, Json], place: _Place) -> str:
    """Write an item without its list, or a row or a cell without its table."""
    return _block(node, place, "div", place)


def _heading(node: Mapping[str, Json], place: _Place) -> str:
    if place.inline or place.headed:
        return _paragraph(node, place)
    written = _inside(node, place._replace(inline=True))
    if not written.strip():
        return ""
    return place.outline.heading(_HEADINGS[node["nodeType"]], "".join(texts_of(node)), written)


def _list(node: Mapping[str, Json], place: _Place) -> str:
    """Write a list; what stands in it without an item gets one."""
    if place.inline or not place.depth:
        return f"{_inside(node, place)} "
    deeper = place._replace(depth=place.depth - 1)
    written = "".join(f"<li>{each}</li>" for each in (_item(each, deeper) for each in content_of(node)) if each)
    name = _LISTS[node["nodeType"]]
    return f"<{name}>{written}</{name}>" if written else ""


def _item(node: Mapping[str, Json], place: _Place) -> str:
    return _inside(node, place) if node.get("nodeType") == "list-item" else _node(node, place)


def _table(node: Mapping[str, Json], place: _Place) -> str:
    """Write a table; what stands in it without a row or a cell gets one."""
    if place.inline or place.depth < 3:
        return f"{_inside(node, place._replace(inline=True))} "
    rows = [row for row in (_row(each, place._replace(depth=place.depth - 2)) for each in content_of(node)) if row]
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
    return [_read_cell(each, place) for each in cells]


def _read_cell(node: Mapping[str, Json], place: _Place) -> _Cell:
    kind = node.get("nodeType")
    name = _CELLS.get(kind) if isinstance(kind, str) else None
    if name is None:
        return _Cell("td", _node(node, place))
    data = node.get("data")
    sizes = [data.get(each) if isinstance(data, dict) else None for each in ("colspan", "rowspan")]
    columns, rows = (each if isinstance(each, int) else 1 for each in sizes)
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
    found = read_resource(target)
    if found is None:
        place.view.report("link-unresolved", "links to what is neither an entry nor an asset", place.document)
    return found


def _linked(inner: str, address: str, place: _Place) -> str:
    """Write a link; inside another one, or where it leads nowhere, only what is inside it."""
    if not address or place.linked or not inner.strip():
        return inner
    return f'<a href="{escape(address)}">{inner}</a>'


def _hyperlink(node: Mapping[str, Json], place: _Place) -> str:
    data = node.get("data")
    uri = data.get("uri") if isinstance(data, dict) else None
    address = follow("a", uri, place.view, place.document) if isinstance(uri, str) else None
    return _linked(_inside(node, place._replace(inline=True, linked=True)), address or "", place)


def _item_hyperlink(node: Mapping[str, Json], place: _Place) -> str:
    target = _target(node, place)
    return _linked(_inside(node, place._replace(inline=True, linked=True)), _address(target), place)


def _inline(node: Mapping[str, Json], place: _Place) -> str:
    """Write the name of an entry, asset or resource as a link to it."""
    target = _target(node, place)
    name = _linked(str(escape(_name(target, place.view))), _address(target), place)
    return name + _inside(node, place)


def _embedded(node: Mapping[str, Json], place: _Place) -> str:
    """Write an entry by the template of its type, an asset as it is shown everywhere."""
    if place.inline or place.linked:
        return f"{_inline(node, place)} "
    view, target = place.view, _target(node, place)
    if target is None:
        return _inside(node, place)
    key = repr(target)
    if isinstance(target, Resource) or key in view.embedding or len(view.embedding) == _EMBEDDED:
        return f"<p>{_inline(node, place._replace(inline=True))}</p>"
    view.embedding.append(key)
    try:
        return _shown(target, place) + _inside(node, place)
    finally:
        view.embedding.pop()


def _shown(target: Entry | Asset, place: _Place) -> str:
    """Write what is embedded by its template; a part of pages stands in the text where it has none of its own."""
    view, template = place.view, _part_of(target, place.view)
    if template == "parts/entry.html" and isinstance(target, Entry) and type_of(target) in view.guide.embedded_types:
        written = inline(target, place.outline.level + 1)
        if written:
            return str(written)
    name = "entry" if isinstance(target, Entry) else "asset"
    return str(view.part(template, level=place.outline.level, **{name: target}))


def _part_of(target: Entry | Asset, view: View) -> str:
    """Give the template of an embedded item: the project's own `parts/TYPE.html`, else the one for any entry."""
    if isinstance(target, Asset):
        return "parts/asset.html"
    own = f"parts/{type_of(target)}.html"
    stands = view.ask("template", own) is not None and view.library.template_files.find(f"theme/{own}") is None
    return own if stands else "parts/entry.html"


def _address(target: Entry | Asset | Resource | None) -> str:
    if isinstance(target, Resource):
        return target.url
    return url_of(target) if target is not None else ""


def _name(target: Entry | Asset | Resource | None, view: View) -> str:
    if isinstance(target, Resource):
        return str(view.ask("word", f"{view.locale}/elsewhere"))
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
