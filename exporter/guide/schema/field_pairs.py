"""Fields that are one thing for readers: a button's text and its address, a heading and the text or list below it.

Editors name them alike: by a stem (`newsletterCta`, `newsletterUrl`), by a number (`headerText2`, `paragraphText2`), or
by both (`buttonText1`, `buttonDestination1`).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.schema.field_words import ADDRESSES, LONG, label, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.core.model import ContentType, Field

_BUTTONS = {"cta", "button"}
_CALLS = ("text", "label", "title", *sorted(_BUTTONS))
_TARGETS = {*ADDRESSES, "destination", "target", "page", "path", "href"}
_HEADINGS = {"title", "heading", "header", "headline"}
_TEXTS = {"body", "text", "paragraph", "description", "content", "copy"}
_LISTS = {"items", "list", "cards", "entries"}


class _Name(NamedTuple):
    """A field's id: its words without numbers, and the numbers."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]

    def without(self, words: Iterable[str]) -> _Name:
        """Return the name without some words."""
        left_out = {*words}
        return _Name(tuple(word for word in self.words if word not in left_out), self.numbers)


def _name(identifier: str) -> _Name:
    words = words_of(identifier)
    numbers = tuple(word for word in words if word.isdigit())
    return _Name(tuple(word for word in words if not word.isdigit()), numbers)


@cache
def is_of_button(name: str) -> bool:
    """Whether a field has, by its name, the words on a button."""
    words = _name(name).words
    return bool(_BUTTONS & {*words}) and {*words[-1:]} <= {*_CALLS, "copy"}


def called_by(content_type: ContentType) -> dict[str, tuple[str, str]]:
    """Return, by field of an address, the field of the text that names it, and a label for both.

    An address is a text, or a link to the page. Where a type has one button and one address, they need no common name.
    """
    fields = [field for field in content_type.fields if field.type == "Symbol" or field.link_type == "Entry"]
    texts = {_name(field.id): field.id for field in reversed(fields)}
    found = {}
    for field in fields:
        name = _name(field.id)
        before = _Name(name.words[:-1] or name.words, name.numbers)
        text = next(filter(None, map(texts.get, _calls(name, before))), "") if _is_target(field, name) else ""
        if text and text != field.id:
            found[field.id] = text, label("_".join((*before.words, *before.numbers)))
    return found or _only_button(fields)


def _is_target(field: Field, name: _Name) -> bool:
    """Whether a field holds where a link leads, by its last word; a text that is no button's has fewer such words."""
    last = {*name.words[-1:]}
    return bool(last & (_TARGETS if field.type == "Link" or _BUTTONS & {*name.words} else ADDRESSES))


def _calls(name: _Name, before: _Name) -> Iterator[_Name]:
    """Yield the names that the text of an address can have, the likeliest first."""
    yield from (_Name((*before.words, word), name.numbers) for word in _CALLS)
    if before.words != name.words and {*before.words[-1:]} <= _BUTTONS:
        yield before


def _only_button(fields: list[Field]) -> dict[str, tuple[str, str]]:
    """Return the only address of a type and the only text of a button, if there are these two."""
    buttons = [field.id for field in fields if field.type == "Symbol" and is_of_button(field.id)]
    targets = [field.id for field in fields if field.id not in buttons and {*words_of(field.id)} <= _TARGETS]
    return {targets[0]: (buttons[0], label(targets[0]))} if len(buttons) == len(targets) == 1 else {}


def headed_by(content_type: ContentType) -> dict[str, str]:
    """Return, by field of a text or list, the field of its heading: `section1Heading` for `section1Body`."""
    headings = dict(_headings(content_type))
    found = {}
    for field in content_type.fields:
        name = _name(field.id)
        is_short = field.type == "Symbol" and (_HEADINGS & {*name.words} or not {*name.words[-1:]} <= _TEXTS)
        if not is_short and (heading := _heading(field, name, headings)) not in ("", field.id):
            found[field.id] = heading
    return found


def _headings(content_type: ContentType) -> Iterator[tuple[_Name, str]]:
    """Yield the headings of a type by what they head."""
    for field in content_type.fields:
        name = _name(field.id)
        if field.type == "Symbol" and _HEADINGS & {*name.words}:
            yield name.without(_HEADINGS), field.id
            if {*name.words} <= _HEADINGS | {"text"} and name.numbers:
                yield _Name((), name.numbers), field.id


def _heading(field: Field, name: _Name, headings: dict[_Name, str]) -> str:
    """Return the heading of a field, "" if it has none of its own."""
    if field.type not in (*LONG, "Symbol", "Array"):
        return ""
    bare = name.without(_LISTS if field.type == "Array" else _TEXTS)
    names = (bare, name) if field.type != "Symbol" else (bare,) if bare != name else ()
    return next(filter(None, (headings.get(found) for found in names if found.words or found.numbers)), "")
