"""The list of the pages that moved, in the form that the guide's host takes: it redirects them itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.core.url_names import quoted
from exporter.guide.index.records import PageKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.guide.index.guide_index import GuideIndex

LISTS = {"netlify": "_redirects", "nginx": "_redirects.nginx"}
"""The name of the list under site/, by host."""
LONGEST_HASHED = 46
"""Bytes of an address that an nginx finds in its table of addresses unless it is told to make that larger."""
_SAFE = re.compile(r'[^\x00-\x20\x7f"\\$;{}#*:]+')
"""Addresses that mean nothing but themselves in a host's file; any other page leads on by itself alone."""


def moves(index: GuideIndex) -> list[tuple[str, str]]:
    """Return the earlier and the present address of each page that moved, in order."""
    pages = [page for _, page in index.pages.of_kinds([PageKind.MOVED]) if page.key is not None]
    present = index.pages.addresses(sorted({page.key or "" for page in pages}))
    pairs = ((page.url, present.get(page.key or "", {}).get(page.locale, "")) for page in pages)
    return sorted((old, new) for old, new in pairs if new and _SAFE.fullmatch(old) and _SAFE.fullmatch(new))


def redirects_text(host: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the list in the form of a host: Netlify's `_redirects`, or lines for a `map $uri` of nginx.

    Links of the guide name the file, `…/index.html`, and people write addresses without it: both are redirected. The
    `!` says that this goes for an address that has a file, as these have.
    """
    line = _netlify_line if host == "netlify" else _nginx_line
    return "".join(f"{line(earlier, new)}\n" for old, new in pairs for earlier in (old, f"{old}index.html"))


def _netlify_line(old: str, new: str) -> str:
    return f"{quoted(old)} {quoted(new)} 301!"


def _nginx_line(old: str, new: str) -> str:
    """Return a line of a map; a long address is a pattern, for which no table has to be made larger."""
    is_long = len(old.encode()) > LONGEST_HASHED
    return f'"{f"~^{re.escape(old)}$" if is_long else old}" "{quoted(new)}";'
