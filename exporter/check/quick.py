"""Whether a page is certainly in order, found out without a parser, which takes much longer.

Whatever is spelled like a link is checked wherever it stands, in scripts and comments too; an anchor counts only where
no parser could read it differently. So a page that passes here is in order; any other one is parsed.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from exporter.check.pages import PAGES, Site, Target, addresses_in

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 4000
"""Characters of a link that is read here; a page with a longer one is parsed."""
_LINK = re.compile(
    rf"""=(?<=(?:(?i:..href|...src|(srcset)|poster|..data)|(.....\s))=)\s*"""
    rf"""(?=(?:"([^"]{{0,{_LONGEST}}})"|'([^']{{0,{_LONGEST}}})'|([^\s"'>][^\s>]*)|(.)))""",
    re.DOTALL,
)
"""It starts at the plain `=`, since that is found ten times as fast. With a space before that, the page is parsed."""
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|title|textarea)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_IMAGE = re.compile(r"<img\b([^>]*)", re.IGNORECASE)
_ALT = re.compile(r"\salt(?=[\s=/]|$)", re.IGNORECASE)
_SIZES = tuple(re.compile(rf"""\s{name}=["']?[0-9]""", re.IGNORECASE) for name in ("width", "height"))
_PLAIN = re.compile(r"((?:\.\./)*)((?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*/)*[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)")
_ELSEWHERE = re.compile(r"(?:https?|mailto|tel|geo|data):", re.IGNORECASE)


def is_in_order(text: str, page: str, site: Site, *, alt: bool, size: bool) -> list[Target] | None:
    """Return the anchors of other pages that a page in order links to; None where the page has to be parsed.

    `alt` and `size` say whether pictures without these are problems.
    """
    if "<base" in text or "<BASE" in text or not _pictures_are_in_order(text, alt=alt, size=size):
        return None
    parts = page.split("/")[:-1]
    above = ["".join(f"{folder}/" for folder in parts[:end]) for end in range(len(parts), -1, -1)]
    own: list[str] = []
    others: list[Target] = []
    for link in _links(text):
        target = _place(link, page, above, site) if link is not None else None
        if target is None:
            return None
        if target.anchor and target.file == page:
            own.append(target.anchor)
        elif target.anchor:
            others.append(target)
    if not own:
        return others
    shown = _HIDDEN.sub("", text)
    return others if all(_has(shown, anchor) for anchor in own) else None


def _place(link: str, page: str, above: list[str], site: Site) -> Target | None:
    """Return the file and anchor that a link leads to, both empty outside the guide; None where no file lies there.

    `above` are the folders that a relative link can start from: the page's own, its parent, and so on.
    """
    plain = _PLAIN.fullmatch(link)
    if plain is not None:
        steps = len(plain[1]) // 3
        return _NOTHING if steps < len(above) and f"{above[steps]}{plain[2]}" in site.files else None
    if _ELSEWHERE.match(link) and not (site.base_url and link.startswith(site.base_url)):
        return _NOTHING
    target = site.target(page, link)
    file = site.file(target.file) if target is not None else ""
    if target is None or file is None:
        return _NOTHING if target is None else None
    return Target(file, target.anchor if file.endswith(PAGES) else "")


_NOTHING = Target("", "")


def _links(text: str) -> Iterator[str | None]:
    """Yield whatever is spelled like a link, without repeats; None for one that only a parser can read."""
    for sets, spaced, *values, odd in set(_LINK.findall(text)):
        if odd or spaced:
            yield None
        value = next(filter(None, values), "")
        value = unescape(value) if "&" in value else value
        yield from addresses_in(value) if sets else (value,)


def _has(text: str, anchor: str) -> bool:
    """Whether an anchor is written in a tag of a text, so plainly that a parser reads it the same way."""
    found = text.find(f' id="{anchor}"')
    tag = text.rfind("<", 0, found) if found > 0 and "&" not in anchor else -1
    before = text[tag + 1 : found]
    return tag >= 0 and before[:1].isalpha() and ">" not in before and "'" not in before and before.count('"') % 2 == 0


def _pictures_are_in_order(text: str, *, alt: bool, size: bool) -> bool:
    if not (alt or size):
        return True
    for attributes in _IMAGE.findall(text):
        if (alt and not _ALT.search(attributes)) or (size and not all(side.search(attributes) for side in _SIZES)):
            return False
    return True
