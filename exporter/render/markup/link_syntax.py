"""Links as texts write them: their schemes, the items that they name."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMES = {"http", "https", "mailto", "tel", "geo"}


ELSEWHERE = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[\w.~+,;=-]*){0,3}", re.ASCII)


_ITEM = re.compile(r"/?(entry|asset)/([^/]+)/?")


_WRITTEN = re.compile(
    r"""<(?:(a)\b[^<>]*?[\s/"'](href)|(img)\b[^<>]*?[\s/"'](src))\s*=\s*"""
    r"""(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""",
    re.IGNORECASE,
)


def written_links(markup: str) -> Iterator[tuple[str, str, str]]:
    """Yield tag, attribute and address of each link and picture in markup that nobody made safe yet."""
    for link, href, picture, source, *values in _WRITTEN.findall(markup):
        yield (link or picture).lower(), (href or source).lower(), unescape(next(filter(None, values), ""))


def is_refused(url: str) -> bool:
    """Tell whether an address has a scheme that links of the space may not have, or is none."""
    try:
        return urlsplit(url.strip()).scheme not in ("", *SCHEMES)
    except ValueError:
        return True


def item_named(path: str) -> str:
    """Give the key of the item that a path names by its id, as twins do: `entry/ID`, `asset/ID`; empty for none."""
    found = _ITEM.fullmatch(unquote(path))
    return f"{found[1]}:{found[2]}" if found else ""
