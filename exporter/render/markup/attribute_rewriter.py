"""The attributes of a text's markup as its page has them: links and pictures resolved, ids of footnotes unique."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from exporter.guide.library import questions
from exporter.render.markup.links import resolve_link, resolve_picture
from exporter.render.markup.picture import SHOWN, picture_element
from exporter.render.view.fields import address_of, title_of

if TYPE_CHECKING:
    from exporter.render.markup.links import PictureNamed
    from exporter.render.view.view import Asset, View

ATTRIBUTE = re.compile(r'\s([a-z]+)="([^"]*)"')
_SMALL = re.compile(r"[1-9][0-9]{0,2}")
_VALUES = {
    "align": re.compile(r"left|center|right"),
    "colspan": _SMALL,
    "dir": re.compile(r"ltr|rtl|auto"),
    "height": re.compile(r"[0-9]{1,5}"),
    "lang": re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}"),
    "rowspan": _SMALL,
    "start": re.compile(r"-?[0-9]{1,9}"),
    "width": re.compile(r"[0-9]{1,5}"),
}
"""What the values of some attributes have to be; the others may have any."""
_NOTE = re.compile(r"fn(?:ref)?-\S+")


class AttributeRewriter:
    """Rewrites the attributes of one text on a page: resolves its links, makes the ids of its footnotes unique.

    `unresolved` says whether a link of it leads nowhere, `has_linked_pictures` whether a picture of it became a link.
    """

    def __init__(self, text: str, view: View) -> None:
        self.text = text
        self._view = view
        self._notes: dict[str, str] = {}
        self._used: set[str] = set()
        self._prefix = ""
        self.unresolved = False
        self.has_linked_pictures = False
        self._pictures: dict[str, PictureNamed] = {}

    def number_notes(self) -> None:
        """Number the text among those of the page that have footnotes."""
        self._view.footnoted += 1
        self._prefix = f"note.{self._view.footnoted}-"

    def attribute(self, tag: str, name: str, value: str) -> str | None:
        """Return the new value of an attribute, None for an attribute that is dropped."""
        if (tag, name) == ("a", "href"):
            if self._prefix and value.startswith("#fn") and _NOTE.fullmatch(value, 1):
                return f"#{self._note(value[1:])}"
            address = resolve_link(value, self._view, self.text)
            self.unresolved = self.unresolved or address is None
            return address
        if (tag, name) == ("img", "src"):
            return self._source(value)
        if name == "id":
            return self._id(value)
        expected = _VALUES.get(name)
        return value if expected is None or expected.fullmatch(value) else None

    def word(self, name: str) -> str:
        """Return one of the theme's own words in the page's language."""
        return self._view.ask(questions.word(name, self._view.locale))

    def language_of(self, name: str) -> str:
        """Return the language of such a word where it is not the page's, "" where it is."""
        return self._view.ask(questions.word_language(name, self._view.locale))

    def picture(self, tag: re.Match[str]) -> str:
        """Return the element of a picture; a link where it cannot be shown, its words where it has no source.

        The words are escaped again: older sanitisers leave `<` in attributes as it is.
        """
        values = dict(ATTRIBUTE.findall(tag[1]))
        words, key = unescape(values.get("alt", "")), values.get("src")
        named = self._pictures.get(key) if key is not None else None
        if named is None:
            return str(escape(words))
        title = f' title="{values["title"]}"' if values.get("title") else ""
        shown = int(values.get("width") or 0) or SHOWN
        size = "".join(f' {name}="{values[name]}"' for name in ("width", "height") if values.get(name))
        attributes = f' alt="{escape(words)}"{title}'
        element = picture_element(named.asset, named.recipe, shown, attributes=attributes, size=size)
        return str(element or self._link(named.asset, words))

    def _link(self, asset: Asset, words: str) -> Markup:
        self.has_linked_pictures = True
        return Markup('<a href="{}">{}</a>').format(address_of(asset), words.strip() or title_of(asset))

    def _source(self, url: str) -> str | None:
        """Return the `src` of a picture until its element is written: a key, which is no address of the guide."""
        named = resolve_picture(url, self._view, self.text)
        if named is None:
            return None
        key = f"picture{len(self._pictures)}"
        self._pictures[key] = named
        return key

    def _id(self, value: str) -> str | None:
        """Return the new id of a footnote, once each; every other id is dropped."""
        name = self._note(value) if self._prefix and _NOTE.fullmatch(value) else None
        if name in self._used or name is None:
            return None
        self._used.add(name)
        return name

    def _note(self, name: str) -> str:
        return self._notes.setdefault(name, f"{self._prefix}{len(self._notes) + 1}")
