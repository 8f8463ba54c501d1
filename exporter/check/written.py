"""The links that editors write themselves, in Markdown and Rich Text, to pages of the guide: by address."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from exporter.guide.commonmark import to_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.guide.frame import Frame
    from exporter.model import Json

_MAY_LINK = re.compile(r"\]\(|\]:|href", re.IGNORECASE)
_LINK = re.compile(r"""<a\s[^<>]*?\bhref=["']?([^"'<>\s]+)""", re.IGNORECASE)


def written_links(value: Json, kind: str) -> Iterator[str]:
    """Yield the links to addresses of the guide that a value holds; `kind` is the type of its field."""
    if isinstance(value, str):
        found = _in_markdown(value) if kind == "Text" else iter(())
    else:
        found = _in_document(value) if isinstance(value, dict) and value.get("nodeType") == "document" else iter(())
    for link in dict.fromkeys(found):
        try:
            parts = urlsplit(link.strip())
        except ValueError:
            continue
        if not parts.scheme and not parts.netloc and parts.path:
            yield parts.path


def _in_markdown(text: str) -> Iterator[str]:
    if _MAY_LINK.search(text):
        yield from map(unescape, _LINK.findall(to_html(text)))


def _in_document(document: Mapping[str, Json]) -> Iterator[str]:
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            data, content = node.get("data"), node.get("content")
            uri = data.get("uri") if isinstance(data, dict) else None
            if node.get("nodeType") == "hyperlink" and isinstance(uri, str):
                yield uri
            pending += reversed(content) if isinstance(content, list) else ()


def addresses_of(frame: Frame, path: str) -> list[str]:
    """Give the addresses that the path of a link can mean, whatever the language of the page that it is on."""
    plain = f"/{unquote(path).removesuffix('index.html').strip('/')}/".replace("//", "/")
    return list(dict.fromkeys((*(f"{frame.prefixes[code]}{plain[1:]}" for code in frame.locales), plain)))
