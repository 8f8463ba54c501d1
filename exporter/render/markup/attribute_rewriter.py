"""The attributes of a text's markup as its page has them: links and pictures resolved, ids of footnotes unique."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from exporter.guide.library import questions
from exporter.render.markup.links import resolve_link, resolve_picture
from exporter.render.view.assets import source_of
from exporter.render.view.fields import title_of
from exporter.render.view.view import Asset, loaded_of

if TYPE_CHECKING:
    from exporter.render.view.view import View

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

    `unresolved` says whether a link of it leads nowhere.
    """

    def __init__(self, text: str, view: View) -> None:
        self.text = text
        self._view = view
        self._notes: dict[str, str] = {}
        self._used: set[str] = set()
        self._prefix = ""
        self.unresolved = False
        self._at_source: dict[str, Asset] = {}

    @property
    def has_linked_pictures(self) -> bool:
        """Whether a picture of the text becomes a link, since its file is only at the source."""
        return bool(self._at_source)

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
        """Return a picture with an `alt`; a link where its file is at the source, its words where it has no source.

        The words are escaped again: older sanitisers leave `<` in attributes as it is.
        """
        values = dict(ATTRIBUTE.findall(tag[1]))
        words, source = unescape(values.get("alt", "")), values.get("src")
        if source is None:
            return str(escape(words))
        asset = self._at_source.get(unescape(source))
        if asset is not None:
            return str(Markup('<a href="{}">{}</a>').format(source_of(asset), words.strip() or title_of(asset)))
        return tag[0] if "alt" in values else f'{tag[0][:-1]} alt="">'

    def _source(self, url: str) -> str | None:
        """Return the `src` of a picture: for one that becomes a link a key, which is no address of the guide."""
        picture = resolve_picture(url, self._view, self.text)
        if not isinstance(picture, Asset):
            return picture
        key = loaded_of(picture).key
        self._at_source[key] = picture
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
