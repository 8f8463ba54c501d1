"""The questions that a page can ask, each made by one function that says what its answer is.

A question is asked of a subject: an item (`ItemQuestion`), or a list, an address and the like (`Question`, which names
it). What it asks is its argument, a short text that is also kept with a page's recorded reads: the kind of the question
as one letter, then what it is about, parted by slashes. Only this module makes arguments, and only `library.py` and
`item_answers.py`, which answer them, take them apart.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from exporter.guide.index.subjects import (
    list_subject,
    near_subject,
    points_subject,
    referrers_subject,
    sitemap_subject,
    url_subject,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.core.encoding import Json
    from exporter.core.model import LocalizedValue

T_co = TypeVar("T_co", covariant=True)

FIELD = "f"
TYPE = "x"
SYS = "s"
TAGS = "m"
FILES = "p"
ADDRESS = "u"
PICTURE = "i"
TRANSLATED = "t"

COUNT = "n"
IS_LONG = "l"
TARGETS = "g"
LETTERS = "a"
KEYS = "k"
KEYS_OF_PAGE = "c"
DEFINITION = "d"
DATE = "w"
SEGMENTS = "v"
NUMBERED_PAGES = "o"

TEMPLATE = "template"
SHARED = frozenset(
    {TEMPLATE, "site", "word", "spoken", "type", "types", "homes", "sole", "lists", "guide", "tag", "map"}
)
"""The kinds of subjects that many pages ask the same of."""


class ItemQuestion(NamedTuple, Generic[T_co]):
    """A question about an item, whose answer is of the type in brackets."""

    argument: str


class Question(NamedTuple, Generic[T_co]):
    """A question about anything else, whose answer is of the type in brackets; equal to the pair that it holds."""

    subject: str
    argument: str = ""


def is_shared(question: Question[Any]) -> bool:
    """Whether a question is one of those that many pages ask alike."""
    return question.subject.partition(":")[0] in SHARED


def field_value(name: str, locale: str) -> ItemQuestion[LocalizedValue]:
    """Ask for a field's value in a locale, and the locale that it came from."""
    return ItemQuestion(f"{FIELD}/{locale}/{name}")


def field_of(argument: str) -> str | None:
    """Return the field whose value a question asks for; None for any other question."""
    return argument.split("/", 2)[2] if argument.startswith(f"{FIELD}/") else None


CONTENT_TYPE: ItemQuestion[str | None] = ItemQuestion(TYPE)
"""What an item is: an entry's content type, empty for an asset, None for an item that the mirror does not hold."""
TAG_IDS: ItemQuestion[Sequence[str]] = ItemQuestion(TAGS)
"""The ids of an item's tags."""
FILE_VALUES: ItemQuestion[Mapping[str, Json]] = ItemQuestion(FILES)
"""What an asset says of its files, by locale."""


@lru_cache(maxsize=64)
def sys_value(name: str) -> ItemQuestion[Json]:
    """Ask for one of an item's own facts in its `sys`."""
    return ItemQuestion(f"{SYS}/{name}")


@cache
def page_address(locale: str) -> ItemQuestion[tuple[str, str] | None]:
    """Ask for locale and address of the page that a link to an entry leads to; None if there is none."""
    return ItemQuestion(f"{ADDRESS}/{locale}")


@cache
def file_path(locale: str) -> ItemQuestion[str | None]:
    """Ask for the path under site/ of an asset's file; None if there is none."""
    return ItemQuestion(f"{ADDRESS}/{locale}")


@cache
def picture(locale: str) -> ItemQuestion[Sequence[Any] | None]:
    """Ask what an asset's file is: its path under content/, then its `FileFacts`; None if there is no file."""
    return ItemQuestion(f"{PICTURE}/{locale}")


@cache
def translated_fields(locale: str) -> ItemQuestion[list[str]]:
    """Ask for the fields of an item that have a value in a locale itself, without a fallback."""
    return ItemQuestion(f"{TRANSLATED}/{locale}")


def entry_count(type_id: str) -> Question[int]:
    """Ask how many entries a content type has."""
    return Question(list_subject(type_id), COUNT)


def list_count(list_id: str, locale: str) -> Question[int]:
    """Ask how many entries a list of site.yaml has in a locale."""
    return Question(list_subject(list_id), f"{COUNT}/{locale}")


def is_long(type_id: str) -> Question[bool]:
    """Ask whether the list of a content type is cut by letter."""
    return Question(list_subject(type_id), IS_LONG)


def link_targets(type_id: str, field: str) -> Question[list[tuple[str, int]]]:
    """Ask what a field of a content type leads to: each key, and how many entries link to it."""
    return Question(list_subject(type_id), f"{TARGETS}/{field}")


def list_letters(type_id: str, locale: str) -> Question[list[str]]:
    """Ask for the letters that the list of a content type is cut by; none if it is short."""
    return Question(list_subject(type_id), f"{LETTERS}/{locale}")


def entry_keys(list_id: str, locale: str, letter: str = "", most: int | None = None) -> Question[Sequence[str]]:
    """Ask for the keys of a list's entries in order: those of a letter alone, and not more than `most`."""
    return Question(list_subject(list_id), f"{KEYS}/{locale}/{letter}/{'' if most is None else most}")


def keys_of_page(list_id: str, locale: str, number: int, size: int) -> Question[Sequence[str]]:
    """Ask for the keys on a page of a list that has so many entries on each; 0 is the main page."""
    return Question(list_subject(list_id), f"{KEYS_OF_PAGE}/{locale}/{number}/{size}")


def list_definition(list_id: str) -> Question[Mapping[str, Any] | None]:
    """Ask what site.yaml says of a list; None if it says nothing."""
    return Question(list_subject(list_id), DEFINITION)


def list_date(list_id: str) -> Question[str]:
    """Ask for the field, or the own fact, that dates the entries of a list."""
    return Question(list_subject(list_id), DATE)


def value_segments(list_id: str, locale: str) -> Question[Mapping[str, str]]:
    """Ask for the values that a list is split by, each with its segment of the address."""
    return Question(list_subject(list_id), f"{SEGMENTS}/{locale}")


def numbered_pages(list_id: str, locale: str) -> Question[int]:
    """Ask how many numbered pages a list has beside its main one."""
    return Question(list_subject(list_id), f"{NUMBERED_PAGES}/{locale}")


def referrers(key: str) -> Question[list[tuple[str, str]]]:
    """Ask for content type and key of each entry that links to an item."""
    return Question(referrers_subject(key))


def page_at(url: str) -> Question[tuple[str, str | None, str] | None]:
    """Ask for kind, key and address of the page at an address; None if there is none."""
    return Question(url_subject(url))


def sitemap_urls(file: int, files: int) -> Question[list[tuple[str, list[tuple[str, str]]]]]:
    """Ask which pages a file of the sitemap names: the date of each, and its locales with their addresses."""
    return Question(sitemap_subject(file, files))


def nearest(
    layer: str, window: str, locale: str, number: int, point: str
) -> Question[Sequence[tuple[str, float, float]] | None]:
    """Ask for key, latitude and longitude of so many places that are nearest to a point; None for too small a window.

    The point is given as latitude and longitude, with a slash between.
    """
    return Question(near_subject(layer, window), f"{locale}/{number}/{point}")


def list_points(list_id: str, locale: str) -> Question[Sequence[tuple[str, str, float, float, str]]]:
    """Ask which entries of a list are somewhere: key, title, latitude, longitude and address, "" for no page."""
    return Question(points_subject(list_id), locale)


def place_count(layer: str, locale: str) -> Question[int]:
    """Ask how many places there are in a layer."""
    return Question(points_subject(""), f"{layer}/{locale}")


@lru_cache(maxsize=1024)
def template(name: str) -> Question[str | None]:
    """Ask for the digest of a template's source; None for one that is missing."""
    return Question(TEMPLATE, name)


@lru_cache(maxsize=4096)
def word(name: str, locale: str) -> Question[str]:
    """Ask for one of the words of theme and project in a locale."""
    return Question("word", f"{locale}/{name}")


@lru_cache(maxsize=4096)
def word_language(name: str, locale: str) -> Question[str]:
    """Ask for the language that such a word is in where it is not that of the locale; "" where it is."""
    return Question("spoken", f"{locale}/{name}")


@lru_cache(maxsize=64)
def site_value(name: str) -> Question[Any]:
    """Ask for a value of site.yaml that templates may use."""
    return Question("site", name)


@lru_cache(maxsize=1024)
def type_definition(type_id: str) -> Question[Json]:
    """Ask what the content model says of a content type; None for one that it does not know."""
    return Question(f"type:{type_id}")


@cache
def listed_types(locale: str) -> Question[list[str]]:
    """Ask for the content types that have pages and, beside homes, entries in a locale, in the order to offer them."""
    return Question("types", locale)


@cache
def home_keys(locale: str) -> Question[Mapping[str, str]]:
    """Ask for the entries that are a home of the guide, as seen from a locale: their content types by their keys."""
    return Question("homes", locale)


def tag_name(tag_id: str) -> Question[str]:
    """Ask what a tag is called."""
    return Question(f"tag:{tag_id}")


@cache
def sole_entries(locale: str) -> Question[Mapping[str, tuple[str, str, str]]]:
    """Ask for address, title and the locale of that of the only entry of each content type that has one beside a home.

    The address is empty if that entry has no page, or is the home page.
    """
    return Question("sole", locale)


HAS_MAP: Question[bool] = Question("map")
"""Whether the guide has a page with the map of its places."""
LISTS: Question[list[str]] = Question("lists")
"""The lists of site.yaml, those apart that lie where the list of a type would."""
GUIDE: Question[Json] = Question("guide")
"""What all pages depend on: locales, content types, where their pages lie. Every page asks for it."""
