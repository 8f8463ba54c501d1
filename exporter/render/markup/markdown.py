"""Markup from the space made safe: Markdown by cmark, one sanitiser for all, links led to local pages."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from html import unescape
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup, escape

from exporter.render.markup.commonmark import to_html
from exporter.render.markup.headings import mark_headings, mark_plain_headings
from exporter.render.markup.link_syntax import ELSEWHERE, SCHEMES, is_refused, written_links
from exporter.render.markup.links import follow
from exporter.render.markup.nesting import fit, flatten

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.render.view.view import View

_LONGEST = 1_000_000
"""Characters of a text that is read as Markdown; Contentful's own limit is 50,000."""

_SHORT = 20_000
"""Characters of a text that is kept as it was read."""

_TAGS = {
    *("a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "cite", "code", "del", "dfn", "div", "em", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small"),
    *("span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul", "var"),
}
_CELL = {"align", "colspan", "rowspan"}
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "id"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"id"},
    "ol": {"start"},
    "td": _CELL,
    "th": _CELL,
}
_ADDRESSES = {("a", "href"), ("img", "src")}
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
"""What the values of attributes have to be; those of the others are free."""
_TAG = re.compile(
    rf"""<(?!a href="{ELSEWHERE.pattern}">)([a-z][a-z0-9]*)(?:((?: [a-z]+="[^"]*")+)(?: /)?| /)>""", re.ASCII
)
"""A tag of the Markdown engine that is not to be left as it is: most are bare, or plain links elsewhere."""
_PICTURE = re.compile(r'<img((?:\s[a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r'\s([a-z]+)="([^"]*)"')
_ALIGNED = re.compile(r'(<t[hd](?: [a-z]+="[^"]*")*?) align="([a-z]+)"')
_NOTES = '<section class="footnotes" data-footnotes>'
_BACK = re.compile(r' class="footnote-backref" data-footnote-backref [^<>]*>')
_LOST = "<a>"
_NO_LINK = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_NAMED = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)[^<>]*>")
_READ = {*_TAGS, "script", "style"}
"""Elements that the sanitiser gets to see: with some others, as those of MathML, it would drop their text too."""
_HIDING = re.compile(r"<(?:script|style)\b", re.IGNORECASE)
_ENDS = {name: re.compile(f".*</{name}", re.DOTALL | re.IGNORECASE) for name in ("script", "style")}
_START = re.compile(r"""<([a-zA-Z][a-zA-Z0-9:-]*)(?:"[^"]*"|'[^']*'|[^"'<>])*+>""")
_NO_TAG = re.compile(r"<(?=/[^A-Za-z>]|\?)")
"""What a parser of HTML takes for a comment, though it is none: `</ `, `<?`."""
_TO_NOTE = re.compile(r'<a href="#(note[0-9]+-[0-9]+)"([^<>]*)>(.*?)</a>', re.DOTALL)
_ID = re.compile(r' id="(note[^"]*)"')
_NOTE = re.compile(r"fn(?:ref)?-\S+")


class Writing:
    """A text that is being written into a page: its links are led, and its footnotes get ids of their own.

    `lost` says whether a link of it leads nowhere.
    """

    def __init__(self, text: str, view: View) -> None:
        self.text = text
        self._view = view
        self._notes: dict[str, str] = {}
        self._given: set[str] = set()
        self._prefix = ""
        self.lost = False

    def number_notes(self) -> None:
        """Give the text the next number of those with footnotes."""
        self._view.footnoted += 1
        self._prefix = f"note{self._view.footnoted}-"

    def attribute(self, tag: str, name: str, value: str) -> str | None:
        """Give what an attribute becomes, None for one that is left out."""
        if (tag, name) in _ADDRESSES:
            if self._prefix and value.startswith("#fn") and _NOTE.fullmatch(value, 1):
                return f"#{self._note(value[1:])}"
            found = follow(tag, value, self._view, self.text)
            self.lost = self.lost or found is None
            return found
        if name == "id":
            return self._id(value)
        expected = _VALUES.get(name)
        return value if expected is None or expected.fullmatch(value) else None

    def word(self, name: str) -> str:
        """Give one of the theme's own words in the page's language."""
        return str(self._view.ask("word", f"{self._view.locale}/{name}"))

    def _id(self, value: str) -> str | None:
        """Give the id of a footnote, once; no other id stays."""
        found = self._note(value) if self._prefix and _NOTE.fullmatch(value) else None
        if found in self._given or found is None:
            return None
        self._given.add(found)
        return found

    def _note(self, name: str) -> str:
        return self._notes.setdefault(name, f"{self._prefix}{len(self._notes) + 1}")


class _Cleaner:
    """One sanitiser for all pages; what an attribute becomes is asked of the writing at hand."""

    def __init__(self) -> None:
        self._writing: Writing | None = None
        self._failure: Exception | None = None
        self._cleaner = nh3.Cleaner(
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=self._attribute,
            link_rel=None,
            url_schemes=SCHEMES,
        )

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        """Rewrite an attribute; what goes wrong is kept, since the sanitiser swallows it."""
        try:
            return self._writing.attribute(tag, name, value) if self._writing is not None else None
        except Exception as error:  # noqa: BLE001 - raised again by clean()
            self._failure = error
            return None

    def clean(self, markup: str, writing: Writing) -> str:
        """Give safe markup that is nested as HTML allows it."""
        self._writing, self._failure = writing, None
        if not _READ.issuperset(_NAMED.findall(writing.text)):
            markup = _NAMED.sub(_known, markup)
        text = self._cleaner.clean(_NO_TAG.sub("&lt;", _without_open_ends(markup)))
        if self._failure is not None:
            raise self._failure
        for tag, name, url in written_links(markup):
            if is_refused(url):  # the sanitiser drops it without asking
                writing.attribute(tag, name, url)
        return _PICTURE.sub(_with_words, fit(text))


_CLEANER = _Cleaner()


def _without_open_ends(markup: str) -> str:
    """Drop the tags `<script>` and `<style>` that nothing ends: they would take all that follows with them."""
    for name, up_to_last in _ENDS.items() if _HIDING.search(markup) else ():
        last = up_to_last.match(markup)
        cut = last.end() if last else 0
        markup = markup[:cut] + _START.sub(partial(_unless_named, name), markup[cut:])
    return markup


def _unless_named(name: str, found: re.Match[str]) -> str:
    return " " if found[1].lower() == name else found[0]


def _known(found: re.Match[str]) -> str:
    return found[0] if found[1].lower() in _READ else " "


def _with_words(found: re.Match[str]) -> str:
    """Put its words for a picture that has lost its source; an older sanitiser leaves `<` in attributes as it is."""
    values = dict(_ATTRIBUTE.findall(found[1]))
    if "src" not in values:
        return str(escape(unescape(values.get("alt", ""))))
    return found[0] if "alt" in values else f'{found[0][:-1]} alt="">'


def markdown(text: str, view: View, under: int = 1) -> Markup:
    """Render Markdown: CommonMark with tables, strikethrough, footnotes and addresses that are links.

    Its headings get ids and stand below one of the level `under`.
    """
    if len(text) > _LONGEST:
        view.report("text-too-long", f"is no Markdown with its {len(text)} characters: shown as plain text", text)
        return Markup("<p>{}</p>").format(text)
    markup, writing = _read_short(text) if len(text) <= _SHORT else _read(text), Writing(text, view)
    write = _CLEANER.clean if "<" in text else led
    noted = "^" in text and _NOTES in markup
    whole = _with_notes(markup, writing, write) if noted else write(markup, writing)
    if ("|" in text or "<" in text) and ' align="' in whole:
        whole = _ALIGNED.sub(r'\1 style="text-align: \2"', whole)
    mark = mark_headings if "<" in text else mark_plain_headings
    return Markup(mark(whole, view, under))  # noqa: S704 - it is safe


def _read(text: str) -> str:
    html = to_html(text)
    return flatten(_FRAME.sub(_framed, html) if "<" in text else html)


_FRAME = re.compile(r"""<iframe\b[^<>]*?\ssrc\s*=\s*["']?(?:https?:)?(//[^"'\s<>]+)[^<>]*>""", re.IGNORECASE)


def _framed(found: re.Match[str]) -> str:
    """Put a link for a page of elsewhere that a text shows inside: no network, no such page."""
    return f'<a href="https:{found[1]}">{found[1][2:].partition("?")[0]}</a> '


_read_short = lru_cache(256)(_read)
"""Keeps the texts of what stands on many pages, and of a page that shows a text twice."""


def clean(markup: str, writing: Writing) -> str:
    """Sanitise markup and lead its links: to local pages and files, to allowed schemes, or to nothing."""
    return _CLEANER.clean(markup, writing)


def led(markup: str, writing: Writing) -> str:
    """Lead the links of markup that was made of a text without `<`: every tag in it is the Markdown engine's own.

    So only attributes have to be looked at; the sanitiser, which reads and writes all of it anew, takes ten times as
    long and gives the same.
    """

    def written(found: re.Match[str]) -> str:
        tag = found[1]
        kept = "".join(_attribute(tag, name, value, writing) for name, value in _ATTRIBUTE.findall(found[2] or ""))
        if tag == "a" and " href=" not in kept:
            return _LOST
        return _PICTURE.sub(_with_words, f"<{tag}{kept}>") if tag == "img" else f"<{tag}{kept}>"

    whole = _TAG.sub(written, markup)
    return _NO_LINK.sub(r"\1", whole) if writing.lost else whole


def _attribute(tag: str, name: str, value: str, writing: Writing) -> str:
    """Write an attribute of the Markdown engine, nothing for one that is not allowed or leads nowhere."""
    if name not in _ATTRIBUTES.get(tag, ()):
        return ""
    found = writing.attribute(tag, name, unescape(value))
    return f' {name}="{escape(found)}"' if found is not None else ""


def _with_notes(markup: str, writing: Writing, write: Callable[[str, Writing], str]) -> str:
    """Write a text and its footnotes, each made safe by itself; their label is in the page's language."""
    writing.number_notes()
    plain = _BACK.sub(">", markup.replace(" data-footnote-ref>", ">").replace('<sup class="footnote-ref">', "<sup>"))
    text, _, notes = plain.rpartition(_NOTES)
    main, below = write(text, writing), write(notes.replace("</section>", ""), writing)
    label, back = (escape(writing.word(each)) for each in ("footnotes", "back"))
    found = set(_ID.findall(main + below))

    def linked(link: re.Match[str]) -> str:
        """Name a way back; a link whose other end was in markup that is not shown leads nowhere."""
        is_back = link[3].startswith("↩")
        if link[1] not in found:
            return "" if is_back else link[3]
        return f'<a href="#{link[1]}" aria-label="{back}">{link[3]}</a>' if is_back else link[0]

    main, below = (_TO_NOTE.sub(linked, each) for each in (main, below))
    return f'{main}<section class="footnotes" aria-label="{label}">{below}</section>'
