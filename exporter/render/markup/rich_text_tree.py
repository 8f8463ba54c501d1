"""Rich Text documents as trees of nodes, however malformed: their texts, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.core.encoding import Json

CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A, 0x0D})
"""Characters that no page may hold, for `str.translate`."""
_GROUPS = ("ordered-list", "unordered-list", "table", "blockquote")


def content_of(node: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Return the nodes inside a node."""
    content = node.get("content")
    return [child for child in content if isinstance(child, dict)] if isinstance(content, list) else []


def texts_of(node: Mapping[str, Json]) -> Iterator[str]:
    """Yield the texts inside a node in their order, however deep."""
    pending = [node]
    while pending:
        inner = pending.pop()
        if isinstance(inner.get("value"), str):
            yield inner["value"]
        pending += reversed(content_of(inner))


def blocks_of(document: Mapping[str, Json]) -> Iterator[str]:
    """Yield the text of each block of a document, without what is embedded in it."""
    for node in content_of(document):
        for block in content_of(node) if node.get("nodeType") in _GROUPS else [node]:
            yield "".join(texts_of(block)).translate(CONTROLS)


def is_passage(document: Mapping[str, Json], most: int) -> bool:
    """Whether a document is nothing but paragraphs, of `most` characters together."""
    kinds = {node.get("nodeType") for node in content_of(document)}
    return kinds == {"paragraph"} and 0 < len("".join(texts_of(document)).strip()) <= most
