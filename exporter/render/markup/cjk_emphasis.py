"""Emphasis beside Chinese, Japanese and Korean text, which CommonMark's rules leave as asterisks.

A run of `*` or `~` opens or closes emphasis by what stands beside it. CommonMark expects a space between a word and the
punctuation around it; these languages write none, so that in `**好。**请` the second run would close nothing. The rules
here are the amendments of https://github.com/tats-u/markdown-cjk-friendly for
https://github.com/commonmark/commonmark-spec/issues/650, which beside such text take punctuation for a letter.

The parser cannot be changed, so it is shown a letter: a mark between the run and the punctuation, dropped afterwards.
Runs of `_` are left alone, since the amendments change nothing where those can be emphasis at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = "\ufdd0"
"""A noncharacter, which pages never hold: nothing is lost when all of them are dropped."""
_WRITTEN_MARKS = re.compile(f"{_MARK}|%EF%B7%90")
"""Marks in HTML: in addresses the parser percent-encodes them."""
_RUNS = (re.compile(r"\*+"), re.compile("~+"))
_BESIDE_CJK = re.compile("[*~][^\0-\u10ff]|[^\0-\u10ff][*~]")
"""What a text must hold for any mark to be due: looked for first, since most texts hold none."""
_FIRST_CJK = "\u1100"
_OUTSIDE_OF_TEXT = frozenset("\\|")
"""What belongs to the syntax: a backslash escapes the run, a bar ends the cell of a table."""
_QUOTES = " \t>"
"""What a line of a quotation begins with."""


def mark_delimiters(text: str) -> str:
    """Return Markdown with the marks that show the parser emphasis beside CJK text; without any, the text itself."""
    if text.isascii() or _BESIDE_CJK.search(text) is None:
        return text
    places = sorted(place for runs in _RUNS for run in runs.finditer(text) for place in _places(text, *run.span()))
    if not places:
        return text
    return _MARK.join(text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True))


def drop_marks(html: str) -> str:
    """Return HTML without the marks that its Markdown was given."""
    return _WRITTEN_MARKS.sub("", html)


def _places(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the places beside a run where a mark belongs."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if before < _FIRST_CJK and after < _FIRST_CJK:
        return
    if not (_is_cjk_before(text, start) or _is_cjk(after)):
        return
    if _is_punctuation(before) and not _begins_quote(text, start):
        yield start
    if _is_punctuation(after):
        yield end


def _is_cjk_before(text: str, at: int) -> bool:
    """Whether the character that ends at a place is CJK; a variation selector belongs to the character before it."""
    before = text[at - 1 : at] if at else ""
    if "\ufe00" <= before <= "\ufe0e":
        before = text[at - 2 : at - 1] if at > 1 else ""
    return _is_cjk(before) or "\U000e0100" <= before <= "\U000e01ef"


def _is_cjk(character: str) -> bool:
    """Whether a character is written without spaces around it: wide or Hangul, but not an emoji."""
    if character < _FIRST_CJK:
        return False
    if "\u1100" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff":  # Hangul that is combined into syllables
        return True
    is_emoji = category(character) in ("So", "Sk") and ("\u231a" <= character <= "\u2bff" or character >= "\U0001f000")
    return east_asian_width(character) in ("W", "F", "H") and not is_emoji


def _is_punctuation(character: str) -> bool:
    return character != "" and character not in _OUTSIDE_OF_TEXT and category(character)[0] in "PS"


def _begins_quote(text: str, at: int) -> bool:
    """Whether nothing but the signs of a quotation stands before a place in its line."""
    return text[at - 1] == ">" and not text[text.rfind("\n", 0, at) + 1 : at].strip(_QUOTES)
