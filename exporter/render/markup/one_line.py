"""A text with markup as one line of plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BLOCK_ENDS = re.compile(r"</(?:p|li|h[1-6]|td|th|div|blockquote)>|<br ?/?>")
_CLOSING_MARKS = "\"'”’»)]"
_STOPS = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "؟", "।")


def blocks_in(markup: str) -> Iterator[str]:
    """Yield the blocks of safe markup as plain text."""
    return (Markup(block).striptags() for block in _BLOCK_ENDS.split(markup))  # noqa: S704 - the tags are removed


def in_one_line(blocks: Iterable[str]) -> str:
    """Return the blocks of a text in one line, with a mark between those that end without punctuation."""
    filled = (block.strip() for block in blocks if block.strip())
    ended = (f"{text} " if text.rstrip(_CLOSING_MARKS).endswith(_STOPS) else f"{text} · " for text in filled)
    return "".join(ended).removesuffix(" · ").rstrip()
