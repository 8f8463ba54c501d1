"""The field of a content type that holds an entry's own address, and which of its values are one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES = ("slug", "permalink", "handle", "path", "url")
_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_NO_LETTER = re.compile(r"[^a-z0-9]")
_LEADING_ON = re.compile(
    r"hero|banner|card|cta|button|link|teaser|tile|promo|social|menu|nav|block|section|module|slide|logo|sponsor"
)
"""Words in the names of types whose entries have the addresses of other pages."""
_ELSEWHERE = re.compile(
    r"[a-z][a-z0-9+.-]*:|//|[#?]|www\.|(?:[a-z0-9-]+\.)+(?!html?\b|php\b)[a-z]{2,}(?:/|\Z)", re.IGNORECASE | re.ASCII
)


def address_named(type_id: str, type_name: str, fields: Iterable[tuple[str, str]]) -> str:
    """Return the field (of those given by id and type) that holds an entry's own address, "" for none.

    It is called `slug`, `permalink`, `handle`, `path` or `url`, perhaps with the type before that: `productUrl`. The
    `url` of a button, a card or another entry without a long text is where that leads.
    """
    known = list(fields)
    if any(name == "slug" for name, _ in known):
        return "slug"
    bare = {_bare(name, type_id): name for name, kind in reversed(known) if kind in ("Symbol", "Text")}
    has_text = any(kind in ("Text", "RichText") for _, kind in known)
    has_url = has_text and _LEADING_ON.search(f"{type_id} {type_name}".lower()) is None
    return next((bare[name] for name in (_NAMES if has_url else _NAMES[:-1]) if name in bare), "")


def _bare(name: str, type_id: str) -> str:
    """Return a field's id in lower case without the words that say whose it is."""
    bare = _NO_LETTER.sub("", name.lower())
    for before in (_NO_LETTER.sub("", type_id.lower()), "page", "url"):
        bare = bare.removeprefix(before) or bare
    return bare


def own_address(name: str, value: object) -> str:
    """Return the value of such a field as a page's own address, "" if it leads to another site or inside a page.

    A slug is an address of its own whatever it looks like.
    """
    text = value.strip() if isinstance(value, str) else ""
    return text if name.lower().endswith("slug") or not _ELSEWHERE.match(text) else ""


def decoded(slug: str) -> str:
    """Return a slug that is kept percent-encoded as it reads; any other as it is."""
    if _ENCODED.search(slug) is None:
        return slug
    try:
        return unquote(slug, errors="strict")
    except UnicodeDecodeError:
        return slug
