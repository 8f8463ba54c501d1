"""The links that editors write themselves as addresses, in Markdown and Rich Text."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from exporter.core.url_names import written_path
from exporter.render.markup.commonmark import to_html
from exporter.render.markup.link_syntax import is_refused, written_links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.core.encoding import Json
    from exporter.guide.schema.guide_model import GuideModel

_MAY_LINK = re.compile(r"\]\(|\]:|href|<[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def links_in_text(value: Json, kind: str) -> Iterator[str]:
    """Yield the links in a value of a Text or RichText field, without repeats."""
    if isinstance(value, str):
        found = _in_markdown(value) if kind == "Text" else iter(())
    else:
        found = _in_document(value) if isinstance(value, dict) and value.get("nodeType") == "document" else iter(())
    yield from dict.fromkeys(link.strip() for link in found)


def path_of(link: str) -> str:
    """Return the path of a link within the guide; empty for a link that leads elsewhere."""
    parts = urlsplit(link) if not is_refused(link) else urlsplit("")
    return "" if parts.scheme or parts.netloc else parts.path


def _in_markdown(text: str) -> Iterator[str]:
    if _MAY_LINK.search(text):
        yield from (url for tag, _, url in written_links(to_html(text)) if tag == "a")


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


def addresses_of(guide: GuideModel, path: str, locale: str, pages: Iterable[str]) -> Iterator[str]:
    """Yield the addresses that the path of a link can mean: in its own language, and as it stands, the likeliest first.

    `pages` are the addresses of the pages that it may be on; a path that begins with a dot starts from there. A value
    in a language that the guide does not speak can be on pages of any.
    """
    whole = written_path(path)
    relative = whole.startswith(("./", "../"))
    prefixes = [guide.prefixes[locale]] if locale in guide.prefixes else list(guide.prefixes.values())
    for link in (posixpath.normpath(f"{page}{whole}") for page in pages) if relative else (whole,):
        named = f"/{link.removesuffix('index.html').strip('/')}/".replace("//", "/")
        for plain in guide.meant_by(named):
            yield from dict.fromkeys((*(f"{prefix}{plain[1:]}" for prefix in prefixes), plain))
