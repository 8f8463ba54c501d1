"""The filters of templates for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from markupsafe import Markup

from exporter.render.entry.values import lang_attributes
from exporter.render.markup.picture import SHOWN, picture_element, recipe_of
from exporter.render.view.assets import stated_size
from exporter.render.view.fields import alt_of, locale_of, picture_of
from exporter.render.view.view import Asset, Entry, value_named, view_of

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
    lazy: bool = False,
) -> Markup:
    """The whole element of a picture in variants; empty for what is no picture that can be shown."""
    picture = picture_of(value) if isinstance(value, Entry) else value
    if not (isinstance(picture, Asset) and picture.is_image):
        return Markup("")
    language = Markup("")
    if alt is None:
        alt, code = alt_of(picture), locale_of(picture, "description" if value_named(picture, "description") else None)
        language = lang_attributes(code) if code != view_of(picture).locale else language
    attributes = Markup(' alt="{}"{}').format(alt, language)
    return picture_element(picture, recipe_of(ratio), int(width), sizes, attributes, lazy=lazy)


def size(value: Asset) -> Markup:
    """` width="…" height="…"` of a picture, as far as its metadata has them."""
    names = zip(("width", "height"), stated_size(value), strict=True)
    return Markup("").join(Markup(' {}="{}"').format(name, number) for name, number in names if number)
