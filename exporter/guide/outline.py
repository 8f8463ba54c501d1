"""Headings of a text as they stand on its page: below the page's own, with no level left out."""

from __future__ import annotations

import re

from markupsafe import Markup

_HEADING = re.compile(r"<(/?)h([1-6])(?=[ >])")
_DEEPEST = 6


def outline(markup: Markup, above: int) -> Markup:
    """Number the headings of sanitised markup anew: each one level below the heading that it belongs to.

    `above` is the level of the heading over the whole text.
    """
    if "<h" not in markup:
        return markup
    opened: list[int] = []

    def renumber(found: re.Match[str]) -> str:
        if not found[1]:
            level = int(found[2])
            while opened and opened[-1] >= level:
                opened.pop()
            opened.append(level)
        return f"<{found[1]}h{min(_DEEPEST, above + len(opened))}"

    return Markup(_HEADING.sub(renumber, markup))  # noqa: S704 - only the numbers of its headings are others
