"""The texts of the corpus: titles, sentences and Markdown, in two languages."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    T = TypeVar("T")

LOCALES = ("en-US", "de-DE")
_SYLLABLES = {
    "en-US": "al ash bay beck bell brook burn cas cove crag dale down east ell ey farm fen fold ford glen green ham "
    "hay heath holm isle kirk land lee ley low marsh mead mere mill moor ness north oak pier pool reed rock shore "
    "south stow thorpe ton vale ward well west wick win wood wy y a o en",
    "de-DE": "acker ahorn anger bach bad birke blick born bucht busch damm dorf eck eiche ette fels först furt "
    "gasse grün hain halde heim höfe horn kamm kirche lind mark moos neu nord ost pfad quell ried rode röhr schlucht "
    "sied stätt stein süd teich tor ufer wall wasser weiler wiese zell zug er e en in ig ü ö",
}
"""What the words are made of."""
_LENGTHS = {"en-US": (1, 1, 1, 2, 3), "de-DE": (1, 1, 2, 2, 3)}
"""The lengths of the words, in syllables."""
_SMALL_WORDS = {
    "en-US": "a after all an and are before below but few has into its many more no not off old once over so then they",
    "de-DE": "aber alle als auch aus bis da dem den doch durch er es hat kein man nicht noch nur ob oder sie so um",
}
_SMALL_SHARE = 0.42
"""The share of small words in a sentence."""
_WORDS, _SENTENCES = 1800, 2500
"""The numbers of different words and sentences of a language: a body is as easy to compress as prose."""


@dataclass(frozen=True)
class Stream:
    """Random choices that are the same in every version of Python: only those of `random()` are promised to be."""

    random: Callable[[], float]

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to below a limit."""
        return int(self.random() * limit)

    def between(self, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        return least + self.below(most - least + 1)

    def one(self, values: Sequence[T]) -> T:
        """Return one of some values."""
        return values[self.below(len(values))]

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """Return some of the values, which can repeat."""
        return [self.one(values) for _ in range(count)]

    def different(self, limit: int, count: int) -> list[int]:
        """Return different whole numbers from 0 to below a limit, in ascending order; at most `limit` of them."""
        found: set[int] = set()
        while len(found) < min(limit, count):
            found.add(self.below(limit))
        return sorted(found)


def stream(*key: object) -> Stream:
    """Return the random choices that belong to a key."""
    return Stream(random.Random("/".join(map(str, key))).random)


@cache
def words(locale: str) -> list[str]:
    """Return the words of a language."""
    choices, syllables = stream("words", locale), _SYLLABLES[locale].split()
    return ["".join(choices.some(syllables, choices.one(_LENGTHS[locale]))) for _ in range(_WORDS)]


@cache
def sentences(locale: str) -> list[str]:
    """Return the sentences of a language; three in ten have inline Markdown."""
    choices = stream("sentences", locale)
    return [_sentence(choices, locale) for _ in range(_SENTENCES)]


_INLINE = ("**{}**",) * 12 + ("*{}*",) * 10 + ("[{}](https://example.org/{})",) * 6 + ("`{}`",) * 3 + ("{}",) * 69
"""The Markdown of one word in a sentence, for each of a hundred sentences."""


def _sentence(choices: Stream, locale: str) -> str:
    small = _SMALL_WORDS[locale].split()
    found = [
        choices.one(small if choices.random() < _SMALL_SHARE else words(locale)) for _ in range(choices.between(7, 19))
    ]
    marked = choices.below(len(found))
    found[marked] = choices.one(_INLINE).format(found[marked], choices.below(900))
    text = " ".join(found)
    return f"{text[0].upper()}{text[1:]}."


def title(kind: str, number: int, locale: str) -> str:
    """Return the title of an item: two words and its number, which makes it unique."""
    return f"{_heading(stream('title', kind, number, locale), locale, 2)} {number}"


def body(number: int, locale: str) -> str:
    """Return the body of a place: three sections of Markdown, 3.3 kB in English and 3.7 kB in German on average."""
    choices = stream("body", number, locale)
    blocks = []
    for section in range(3):
        if section:
            blocks.append(f"## {_heading(choices, locale, 3)}")
        blocks += [" ".join(choices.some(sentences(locale), choices.between(4, 7))) for _ in range(2)]
        blocks += _extra(choices, locale)
    return "\n\n".join(blocks) + "\n"


def _heading(choices: Stream, locale: str, count: int) -> str:
    return " ".join(word.capitalize() for word in choices.some(words(locale), count))


def _extra(choices: Stream, locale: str) -> list[str]:
    """Return what a section ends with: a list, a numbered list, a quotation, code or nothing."""
    share, pool = choices.random(), sentences(locale)
    if share < 0.45:
        return ["\n".join(f"- {sentence}" for sentence in choices.some(pool, 4))]
    if share < 0.65:
        return ["\n".join(f"{place}. {sentence}" for place, sentence in enumerate(choices.some(pool, 3), 1))]
    if share < 0.78:
        return [f"> {choices.one(pool)}"]
    if share < 0.84:
        return ["```\n{} = {}\n```".format(*choices.some(words(locale), 2))]
    return []
