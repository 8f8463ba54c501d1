"""Links as texts write them: their schemes, the items that they name."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMES = {"http", "https", "mailto", "tel", "geo"}
"""Where links of the space may lead. Any other link is shown as plain text."""

EXTERNAL_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[\w.~+,;=-]*){0,3}", re.ASCII)
"""An address on another host that is too short to be an asset's file: most are, and a pattern tells at little cost."""

_ITEM = re.compile(r"/?(entry|asset)/([^/]+)/?")

_WRITTEN = re.compile(
    r"""<(?:(a)\b[^<>]*?[\s/"'](href)|(img)\b[^<>]*?[\s/"'](src))\s*=\s*"""
    r"""(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""",
    re.IGNORECASE,
)


def written_links(markup: str) -> Iterator[tuple[str, str, str]]:
    """Yield tag, attribute and address of each link and picture in markup that has not been sanitised."""
    for link, href, picture, source, *values in _WRITTEN.findall(markup):
        yield (link or picture).lower(), (href or source).lower(), unescape(next(filter(None, values), ""))


def is_refused(url: str) -> bool:
    """Whether an address is malformed or has a scheme that links of the space may not have."""
    try:
        return urlsplit(url.strip()).scheme not in ("", *SCHEMES)
    except ValueError:
        return True


def item_named(path: str) -> str:
    """Return the key of the item that a path like `entry/ID` or `asset/ID` names, as twins write it; "" for none."""
    match = _ITEM.fullmatch(unquote(path))
    return f"{match[1]}:{match[2]}" if match else ""
