"""Rich Text as HTML: one table of nodes and one of marks; text is kept whatever node it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from exporter.guide.fields import title_of, url_of
from exporter.guide.markup import follow
from exporter.guide.objects import Asset, Entry, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exporter.model import Json

_DEPTH = 60
_WIDEST = 1000
_MARKS = {
    "bold": "strong",
    "italic": "em",
    "underline": "u",
    "code": "code",
    "superscript": "sup",
    "subscript": "sub",
    "strikethrough": "s",
}
_BLOCKS = {
    "paragraph": "p",
    **{f"heading-{level}": f"h{level}" for level in range(1, 7)},
    "ordered-list": "ol",
    "unordered-list": "ul",
    "list-item": "li",
    "blockquote": "blockquote",
    "table-row": "tr",
    "table-cell": "td",
    "table-header-cell": "th",
}
_CELLS = {"table-cell", "table-header-cell"}


def render_document(document: Mapping[str, Json], view: View) -> Markup:
    """Render a Rich Text document. Every tag is written here and every text escaped, so no sanitiser is needed."""
    return Markup("").join(_children(document, view, _DEPTH))


def _children(node: Mapping[str, Json], view: View, depth: int) -> list[Markup]:
    content = node.get("content")
    return [_node(each, view, depth) for each in content if isinstance(each, dict)] if isinstance(content, list) else []


def _node(node: Mapping[str, Json], view: View, depth: int) -> Markup:
    kind = str(node.get("nodeType", ""))
    if kind == "text" or isinstance(node.get("value"), str):
        return _text(node)
    inner = Markup("").join(_children(node, view, depth - 1)) if depth else escape(" ".join(_texts(node)))
    if kind in _WRITERS:
        return _WRITERS[kind](node, view, inner)
    if kind == "paragraph" and not inner.strip():
        return Markup("")
    return _tag(_BLOCKS[kind], inner, _spans(node)) if kind in _BLOCKS else inner


def _texts(node: Json) -> Iterator[str]:
    """Yield the texts inside a node in their order, however deep."""
    pending = [node]
    while pending:
        each = pending.pop()
        content = each.get("content") if isinstance(each, dict) else None
        if isinstance(each, dict) and isinstance(each.get("value"), str):
            yield each["value"]
        pending += reversed(content) if isinstance(content, list) else ()


def _tag(name: str, inner: Markup, attributes: Mapping[str, str | int] | None = None) -> Markup:
    written = Markup("").join(Markup(' {}="{}"').format(*each) for each in (attributes or {}).items())
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, inner)  # noqa: S704 - the names stand in this file


def _spans(node: Mapping[str, Json]) -> dict[str, int | str]:
    data = node.get("data")
    if not isinstance(data, dict) or node.get("nodeType") not in _CELLS:
        return {}
    wanted = {name: data.get(name) for name in ("colspan", "rowspan")}
    return {name: value for name, value in wanted.items() if isinstance(value, int) and 1 < value <= _WIDEST}


def _text(node: Mapping[str, Json]) -> Markup:
    """Write a text; the first mark is the innermost."""
    value = node.get("value")
    text = escape(value if isinstance(value, str) else "").replace("\n", Markup("<br>"))
    for mark in node.get("marks") or ():
        name = _MARKS.get(str(mark.get("type"))) if isinstance(mark, dict) else None
        text = _tag(name, text) if name else text
    return text


def _target(node: Mapping[str, Json], view: View) -> Entry | Asset | None:
    data = node.get("data")
    return view.target(data.get("target")) if isinstance(data, dict) else None


def _hyperlink(node: Mapping[str, Json], view: View, inner: Markup) -> Markup:
    data = node.get("data")
    uri = data.get("uri") if isinstance(data, dict) else None
    address = follow("a", uri, view) if isinstance(uri, str) else None
    return _tag("a", inner, {"href": address}) if address else inner


def _item_hyperlink(node: Mapping[str, Json], view: View, inner: Markup) -> Markup:
    target = _target(node, view)
    address = url_of(target) if target is not None else ""
    return _tag("a", inner, {"href": address}) if address else inner


def _inline_entry(node: Mapping[str, Json], view: View, inner: Markup) -> Markup:
    target = _target(node, view)
    if target is None:
        return inner
    return _tag("a", escape(title_of(target)), {"href": url_of(target)}) if url_of(target) else escape(title_of(target))


def _embedded(node: Mapping[str, Json], view: View, inner: Markup) -> Markup:
    target = _target(node, view)
    if target is None:
        return inner
    name = "entry" if isinstance(target, Entry) else "asset"
    return view.part(f"parts/{name}.html", **{name: target})


def _table(_node: Mapping[str, Json], _view: View, inner: Markup) -> Markup:
    return Markup('<div class="scroll"><table>{}</table></div>').format(inner)


def _rule(_node: Mapping[str, Json], _view: View, _inner: Markup) -> Markup:
    return Markup("<hr>")


_WRITERS: dict[str, Callable[[Mapping[str, Json], View, Markup], Markup]] = {
    "hyperlink": _hyperlink,
    "entry-hyperlink": _item_hyperlink,
    "asset-hyperlink": _item_hyperlink,
    "embedded-entry-inline": _inline_entry,
    "embedded-entry-block": _embedded,
    "embedded-asset-block": _embedded,
    "table": _table,
    "hr": _rule,
}
