"""Cut texts into tokens, folded: the same ones for the index and for queries, and as `client/tokens.js` cuts them.

Scripts that put no spaces between words are cut into bigrams: a run of such characters has a token for each two that
are neighbours, and one for its last character. So each character begins a token, and one alone is found by prefix.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category, normalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_CHARACTERS = 30
"""Characters of a token; longer words are cut."""

_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u19e0-\u19ff\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    "\u3038-\u303c\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
"""Thai, Lao, Burmese, Khmer, Hangul, Kana, Bopomofo, Han."""
_RUNS = re.compile(f"[{_DENSE}]+|[^ {_DENSE}]+")
_IS_DENSE = re.compile(f"[{_DENSE}]")
_ARTICLE = re.compile("(?:[وفبك]?ال|لل)(?=..)")
"""The Arabic article, with what is written as one word with it: `والأديرة` is found by `أديرة` and by `الأديرة`."""
_WORDS = re.compile("[a-z0-9\u0080-\U0010ffff]+")
_PLAIN = {number: chr(number).lower() if chr(number).isalnum() else " " for number in range(128)}
"""The same for texts of ASCII, where it is quicker to put spaces between the words."""

_DROPPED = (
    *((0xAD, 0xAD), (0x300, 0x36F), (0x591, 0x5BD), (0x5BF, 0x5BF), (0x5C1, 0x5C2), (0x5C4, 0x5C5), (0x5C7, 0x5C7)),
    *((0x610, 0x61A), (0x61C, 0x61C), (0x640, 0x640), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6DC)),
    *((0x6DF, 0x6E4), (0x6E7, 0x6E8), (0x6EA, 0x6ED), (0x180B, 0x180D), (0x200B, 0x200F), (0x202A, 0x202E)),
    *((0x2060, 0x2060), (0x20DD, 0x20E4), (0x2066, 0x2069), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xE0100, 0xE01EF)),
)
"""Accents, vowel points and marks of Hebrew and Arabic, the kashida, and characters that show nothing."""

_FOLDED = {
    **dict(zip("ςıøđłðħٱىیةەہھک", "σiodldhاييههههك", strict=True)),
    **dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True)),
} | {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}


class _Table(dict[int, "int | str | None"]):
    """What each character becomes: a letter, digit or mark itself or its folded form, anything else a space."""

    def __missing__(self, character: int) -> int | str | None:
        text = chr(character)
        found: int | str | None = _FOLDED.get(text, character if category(text)[0] in "LNM" else " ")
        if any(first <= character <= last for first, last in _DROPPED):
            found = None
        self[character] = found
        return found


_TABLE = _Table()


def fold(text: str) -> str:
    """Return a text's words in folded form, each run of other characters as spaces."""
    return normalize("NFC", normalize("NFKD", text).lower().translate(_TABLE))


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in their order."""
    return [token for word in _WORDS.findall(text.lower()) for token in _tokens_of(word)]


def count_tokens(lines: Iterable[str]) -> Mapping[str, int]:
    """Return how often each token is in some lines: each of their words is cut once."""
    plain: list[str] = []
    others: list[str] = []
    for line in lines:
        (plain if line.isascii() else others).append(line)
    counts = Counter("\n".join(plain).translate(_PLAIN).split())
    words = Counter(_WORDS.findall("\n".join(others).lower()))
    if len(max(counts, key=len, default="")) > MOST_CHARACTERS:
        counts, words = Counter(), counts + words
    for word, count in words.items():
        for token in _tokens_of(word):
            counts[token] += count
    return counts


def _tokens_of(word: str) -> tuple[str, ...]:
    if word.isascii():
        return (word[:MOST_CHARACTERS],)
    return _remembered(word) if len(word) <= MOST_CHARACTERS else _cut(word)


def _cut(word: str) -> tuple[str, ...]:
    """Return the tokens of what stands between characters of ASCII that are neither letters nor digits."""
    found: list[str] = []
    for run in _RUNS.findall(fold(word)):
        if _IS_DENSE.match(run):
            found += [run[at : at + 2] for at in range(len(run))]
        else:
            article = _ARTICLE.match(run)
            found.append(run[article.end() if article else 0 :][:MOST_CHARACTERS])
    return tuple(found)


_remembered = lru_cache(maxsize=1 << 15)(_cut)
"""The same for words: a guide has few that are no ASCII, and many times each."""
