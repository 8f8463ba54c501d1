"""Rich Text as Markdown for the readable twins; every text is kept, whatever node holds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.core.model import link_id, link_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.core.encoding import Json

_MOST_LEVELS = 60
"""Nested nodes; what is deeper becomes an ellipsis."""
_MARKS = {"bold": "**", "italic": "*", "code": "`", "strikethrough": "~~"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")


def to_markdown(document: Json) -> str:
    """Write a Rich Text document as Markdown, with links as `entry/ID` and `asset/ID`."""
    return "\n\n".join(_blocks(_content(document), _MOST_LEVELS))


def _content(node: Json) -> list[Json]:
    content = node.get("content") if isinstance(node, dict) else None
    return [node for node in content if isinstance(node, dict)] if isinstance(content, list) else []


def _blocks(nodes: list[Json], depth: int) -> list[str]:
    written = (_block(node, depth) for node in nodes) if depth else iter(["…"])
    return [block for block in written if block.strip()]


def _block(node: Json, depth: int) -> str:
    kind = str(node.get("nodeType", ""))
    if kind in _HEADINGS:
        return f"{'#' * int(kind[8:])} {_inline(node, depth)}"
    if kind.startswith("embedded-"):
        return f"![{_target(node)}]({_target(node)})"
    writer = _WRITERS.get(kind)
    if writer is not None:
        return writer(node, depth - 1)
    children = _content(node)
    if any(str(child.get("nodeType")) in _BLOCK_KINDS for child in children):
        return "\n\n".join(_blocks(children, depth - 1))
    return _inline(node, depth)


def _list(node: Json, depth: int) -> str:
    ordered = node.get("nodeType") == "ordered-list"
    items = []
    for number, item in enumerate(_content(node), 1):
        mark = f"{number}. " if ordered else "- "
        blocks = _blocks(_content(item), depth)
        text = ("\n\n" if any("\n" in block for block in blocks) else "\n").join(blocks)
        items.append(mark + text.replace("\n", "\n" + " " * len(mark)))
    return "\n".join(items)


def _quote(node: Json, depth: int) -> str:
    text = "\n\n".join(_blocks(_content(node), depth))
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _table(node: Json, depth: int) -> str:
    rows = [[_cell(cell, depth) for cell in _content(row)] for row in _content(node)]
    width = max((len(row) for row in rows), default=0)
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
    return "\n".join([*lines[:1], "|" + " --- |" * width, *lines[1:]]) if rows else ""


def _cell(node: Json, depth: int) -> str:
    return " ".join(_blocks(_content(node), depth)).replace("\n", " ").replace("|", "\\|")


def _rule(_node: Json, _depth: int) -> str:
    return "---"


_WRITERS: dict[str, Callable[[Json, int], str]] = {
    "ordered-list": _list,
    "unordered-list": _list,
    "blockquote": _quote,
    "table": _table,
    "hr": _rule,
}
_HEADINGS = {f"heading-{level}" for level in range(1, 7)}
_BLOCK_KINDS = {*_WRITERS, "paragraph", *_HEADINGS, "list-item", "table-row"}


def _inline(node: Json, depth: int) -> str:
    if depth <= 0:
        return "…"
    if node.get("nodeType") == "text" or "value" in node:
        return _text(node)
    inner = "".join(_inline(child, depth - 1) for child in _content(node))
    kind = str(node.get("nodeType", ""))
    data = node.get("data")
    if kind == "hyperlink" and isinstance(data, dict):
        return f"[{inner}]({data.get('uri', '')})"
    if kind.endswith("-hyperlink"):
        return f"[{inner}]({_target(node)})"
    return f"[{_target(node)}]({_target(node)})" if kind.startswith("embedded-") else inner


def _text(node: Json) -> str:
    value = node.get("value")
    text = _SPECIAL.sub(r"\\\1", value) if isinstance(value, str) else ""
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else ():
        delimiter = _MARKS.get(str(mark.get("type")), "") if isinstance(mark, dict) else ""
        core = text.strip()
        text = text.replace(core, f"{delimiter}{core}{delimiter}", 1) if core else text
    return text


def _target(node: Json) -> str:
    data = node.get("data")
    return link_text(data.get("target") if isinstance(data, dict) else None)


def link_text(value: Json) -> str:
    """Return a link as `entry/ID` or `asset/ID`, a cross-space one as its urn."""
    key = link_key(value)
    if key is not None:
        return f"{key.kind}/{key.id}"
    sys = value.get("sys") if isinstance(value, dict) else None
    return str(sys.get("urn") or link_id(value) or "") if isinstance(sys, dict) else ""
