"""The filters of templates for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from markupsafe import Markup

from exporter.core.naming import suffix_of
from exporter.guide.library import questions
from exporter.render.entry.values import lang_attributes
from exporter.render.markup.links import requested
from exporter.render.markup.picture import SHOWN, facts_of, picture_element, recipe_of
from exporter.render.view.assets import stated_file, stated_size
from exporter.render.view.fields import alt_of, locale_of, picture_of
from exporter.render.view.languages import write_number
from exporter.render.view.view import Asset, Thing, value_named, view_of

_LONGEST_SUFFIX = 5
_UNITS = ("B", "kB", "MB", "GB")

if TYPE_CHECKING:
    from jinja2.runtime import Context


@pass_context
def image(
    _context: Context,
    value: Any,
    width: int = SHOWN,
    ratio: str | None = None,
    sizes: str = "",
    alt: str | None = None,
    query: str = "",
    lazy: bool = False,
) -> Markup:
    """The whole element of a picture in variants; empty for what is no picture that can be shown."""
    picture = value if isinstance(value, Asset) else picture_of(value) if isinstance(value, Thing) else None
    if picture is None or facts_of(picture) is None:
        return Markup("")
    language = Markup("")
    if alt is None:
        alt, code = alt_of(picture), locale_of(picture, "description" if value_named(picture, "description") else None)
        language = lang_attributes(code) if code != view_of(picture).locale else language
    attributes = Markup(' alt="{}"{}').format(alt, language)
    recipe = requested(query.removeprefix("?"), query, view_of(picture), None) if query else recipe_of(ratio)
    return picture_element(picture, recipe, int(width), sizes, attributes, lazy=lazy)


def size(value: Asset) -> Markup:
    """` width="…" height="…"` of a picture, as far as its metadata has them."""
    names = zip(("width", "height"), stated_size(value), strict=True)
    return Markup("").join(Markup(' {}="{}"').format(name, number) for name, number in names if number)


def file_kind(value: Any) -> str:
    """What a file for download is: `PDF · 1.2 MB · Pages: 12`, as far as it is known; empty for what is no asset."""
    if not isinstance(value, Asset):
        return ""
    view, found = view_of(value), facts_of(value)
    name, number = stated_file(value)
    suffix = suffix_of(name).removeprefix(".").upper()
    parts = [suffix if suffix.isalnum() and len(suffix) <= _LONGEST_SUFFIX else "", _sized(number, view.locale)]
    if found is not None and found[1].pages:
        word = view.ask(questions.word("pages", view.locale))
        parts.append(f"{word}: {write_number(found[1].pages, view.locale)}")
    return " · ".join(filter(None, parts))


def _sized(number: int, locale: str) -> str:
    """Return a number of bytes as a locale writes it, "" for none."""
    power = 3 if number >= 1_000_000_000 else 2 if number >= 1_000_000 else 1
    amount = number / 1000**power
    rounded = round(amount, 1) if amount < 10 else round(amount)
    return f"{write_number(max(rounded, 0.1), locale)} {_UNITS[power]}" if number else ""
