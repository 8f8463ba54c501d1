"""Rich Text documents as trees of nodes, whatever stands in them: their texts, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.core.encoding import Json

CONTROLS = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A, 0x0D})
"""Characters that no page may hold, for `str.translate`."""
_GROUPS = ("ordered-list", "unordered-list", "table", "blockquote")


def content_of(node: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Give the nodes inside a node."""
    content = node.get("content")
    return [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []


def texts_of(node: Mapping[str, Json]) -> Iterator[str]:
    """Yield the texts inside a node in their order, however deep."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each.get("value"), str):
            yield each["value"]
        pending += reversed(content_of(each))


def blocks_of(document: Mapping[str, Json]) -> Iterator[str]:
    """Yield the text of each block of a document, without what is embedded there."""
    for node in content_of(document):
        for each in content_of(node) if node.get("nodeType") in _GROUPS else [node]:
            yield "".join(texts_of(each)).translate(CONTROLS)


def is_passage(document: Mapping[str, Json], most: int) -> bool:
    """Tell whether a document is a few paragraphs and no more, of `most` characters together."""
    kinds = {node.get("nodeType") for node in content_of(document)}
    return kinds == {"paragraph"} and 0 < len("".join(texts_of(document)).strip()) <= most
