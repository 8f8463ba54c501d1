"""Markup from the space made safe: Markdown by cmark, one sanitiser for all, links resolved to local pages."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from html import unescape
from typing import TYPE_CHECKING

import nh3
from markupsafe import Markup, escape

from exporter.render.markup.attribute_rewriter import ATTRIBUTE, AttributeRewriter
from exporter.render.markup.commonmark import to_html
from exporter.render.markup.headings import mark_headings, mark_plain_headings
from exporter.render.markup.link_syntax import EXTERNAL_URL, SCHEMES, is_refused, written_links
from exporter.render.markup.nesting import drop_misplaced_tags, limit_depth

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.render.view.view import View

_MOST_CHARACTERS = 1_000_000
"""Characters of a text beyond which it is not read as Markdown; Contentful's own limit is 50,000."""

_CACHED_CHARACTERS = 20_000
"""Characters of a text up to which its HTML is cached."""

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
_TAG = re.compile(
    rf"""<(?!a href="{EXTERNAL_URL.pattern}">)([a-z][a-z0-9]*)(?:((?: [a-z]+="[^"]*")+)(?: /)?| /)>""", re.ASCII
)
"""A tag of the Markdown engine that has to be rewritten: most are bare, or plain links to other hosts."""
_PICTURE = re.compile(r'<img((?:\s[a-z]+="[^"]*")*)>')
_ALIGNED = re.compile(r'(<t[hd](?: [a-z]+="[^"]*")*?) align="([a-z]+)"')
_NOTES = '<section class="footnotes" data-footnotes>'
_BACK = re.compile(r' class="footnote-backref" data-footnote-backref [^<>]*>')
_UNRESOLVED = "<a>"
_UNRESOLVED_LINK = re.compile(r"<a>(.*?)</a>", re.DOTALL)
_NAMED = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]*)[^<>]*>")
_SEEN_BY_SANITISER = {*_TAGS, "script", "style"}
"""Elements that the sanitiser gets to see: of some others, like those of MathML, it would drop the text too."""
_HIDING = re.compile(r"<(?:script|style)\b", re.IGNORECASE)
_ENDS = {name: re.compile(f".*</{name}", re.DOTALL | re.IGNORECASE) for name in ("script", "style")}
_START = re.compile(r"""<([a-zA-Z][a-zA-Z0-9:-]*)(?:"[^"]*"|'[^']*'|[^"'<>])*+>""")
_BOGUS_COMMENT = re.compile(r"<(?=/[^A-Za-z>]|\?)")
"""What an HTML parser takes for the start of a comment, though it is none: `</ `, `<?`."""
_TO_NOTE = re.compile(r'<a href="#(note\.[0-9]+-[0-9]+)"([^<>]*)>(.*?)</a>', re.DOTALL)
_ID = re.compile(r' id="(note\.[^"]*)"')


class _Cleaner:
    """One sanitiser for all pages, since making one is slow: the rewriter of the text at hand decides on attributes."""

    def __init__(self) -> None:
        self._rewriter: AttributeRewriter | None = None
        self._failure: Exception | None = None
        self._cleaner = nh3.Cleaner(
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=self._attribute,
            link_rel=None,
            url_schemes=SCHEMES,
        )

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        """Rewrite an attribute; an exception is kept, since the sanitiser swallows it."""
        try:
            return self._rewriter.attribute(tag, name, value) if self._rewriter is not None else None
        except Exception as error:  # noqa: BLE001 - raised again by clean()
            self._failure = error
            return None

    def clean(self, markup: str, rewriter: AttributeRewriter) -> str:
        """Return safe markup that is nested as HTML allows it."""
        self._rewriter, self._failure = rewriter, None
        if not _SEEN_BY_SANITISER.issuperset(_NAMED.findall(rewriter.text)):
            markup = _NAMED.sub(_tag_or_space, markup)
        text = self._cleaner.clean(_BOGUS_COMMENT.sub("&lt;", _drop_unclosed(markup)))
        if self._failure is not None:
            raise self._failure
        for tag, name, url in written_links(markup):
            if is_refused(url):  # the sanitiser drops it without calling the filter, so it would not be reported
                rewriter.attribute(tag, name, url)
        return drop_misplaced_tags(_PICTURE.sub(rewriter.picture, text))


_CLEANER = _Cleaner()


def _drop_unclosed(markup: str) -> str:
    """Drop `<script>` and `<style>` tags that are never closed: they would swallow all that follows."""
    for name, up_to_last in _ENDS.items() if _HIDING.search(markup) else ():
        last = up_to_last.match(markup)
        cut = last.end() if last else 0
        markup = markup[:cut] + _START.sub(partial(_unless_named, name), markup[cut:])
    return markup


def _unless_named(name: str, tag: re.Match[str]) -> str:
    return " " if tag[1].lower() == name else tag[0]


def _tag_or_space(tag: re.Match[str]) -> str:
    return tag[0] if tag[1].lower() in _SEEN_BY_SANITISER else " "


def markdown(text: str, view: View, under: int = 1) -> Markup:
    """Render Markdown: CommonMark with tables, strikethrough, footnotes and bare addresses as links.

    Its headings get ids and stand below a heading of the level `under`.
    """
    if len(text) > _MOST_CHARACTERS:
        message = f"has {len(text)} characters, too many to be read as Markdown: it is shown as plain text"
        view.report("text-too-long", message, text)
        return Markup("<p>{}</p>").format(text)
    markup = _cached_html(text) if len(text) <= _CACHED_CHARACTERS else _html(text)
    rewriter = AttributeRewriter(text, view)
    write = sanitise if "<" in text else rewrite_own_tags
    has_notes = "^" in text and _NOTES in markup
    whole = _with_notes(markup, rewriter, write) if has_notes else write(markup, rewriter)
    if ("|" in text or "<" in text) and ' align="' in whole:
        whole = _ALIGNED.sub(r'\1 class="align-\2"', whole)  # a strict policy refuses style attributes
    mark = mark_headings if "<" in text else mark_plain_headings
    return Markup(mark(whole, view, under))  # noqa: S704 - it is sanitised


def _html(text: str) -> str:
    html = to_html(text)
    return limit_depth(_FRAME.sub(_link_to_frame, html) if "<" in text else html)


_FRAME = re.compile(r"""<iframe\b[^<>]*?\ssrc\s*=\s*["']?(?:https?:)?(//[^"'\s<>]+)[^<>]*>""", re.IGNORECASE)


def _link_to_frame(frame: re.Match[str]) -> str:
    """Return a link to the page that a frame shows: readers without a network cannot see the frame."""
    return f'<a href="https:{frame[1]}">{frame[1][2:].partition("?")[0]}</a> '


_cached_html = lru_cache(256)(_html)
"""For texts that many pages show, and for a page that shows a text twice."""


def sanitise(markup: str, rewriter: AttributeRewriter) -> str:
    """Sanitise markup and resolve its links: to local pages and files, to allowed schemes, or to nothing."""
    return _CLEANER.clean(markup, rewriter)


def rewrite_own_tags(markup: str, rewriter: AttributeRewriter) -> str:
    """Resolve the links of markup made of a text without `<`: every tag in it is the Markdown engine's own.

    So only attributes need a look; the sanitiser, which parses and writes everything anew, takes ten times as long to
    the same result.
    """

    def written(match: re.Match[str]) -> str:
        tag = match[1]
        kept = "".join(_attribute(tag, name, value, rewriter) for name, value in ATTRIBUTE.findall(match[2] or ""))
        if tag == "a" and " href=" not in kept:
            return _UNRESOLVED
        return _PICTURE.sub(rewriter.picture, f"<{tag}{kept}>") if tag == "img" else f"<{tag}{kept}>"

    whole = _TAG.sub(written, markup)
    whole = _UNRESOLVED_LINK.sub(r"\1", whole) if rewriter.unresolved else whole
    return drop_misplaced_tags(whole) if rewriter.has_linked_pictures else whole


def _attribute(tag: str, name: str, value: str, rewriter: AttributeRewriter) -> str:
    """Return an attribute of the Markdown engine as markup, "" for one that is not allowed or leads nowhere."""
    if name not in _ATTRIBUTES.get(tag, ()):
        return ""
    rewritten = rewriter.attribute(tag, name, unescape(value))
    return f' {name}="{escape(rewritten)}"' if rewritten is not None else ""


def _label(name: str, rewriter: AttributeRewriter) -> str:
    """Return a word as a label for screen readers; in another language than the page's only for what holds no text."""
    code = rewriter.language_of(name)
    if code and name == "footnotes":
        return ""
    lang = f' lang="{escape(code)}"' if code else ""
    return f' aria-label="{escape(rewriter.word(name))}"{lang}'


def _with_notes(markup: str, rewriter: AttributeRewriter, write: Callable[[str, AttributeRewriter], str]) -> str:
    """Return a text and its footnotes, each made safe by itself; their label is in the page's language."""
    rewriter.number_notes()
    plain = _BACK.sub(">", markup.replace(" data-footnote-ref>", ">").replace('<sup class="footnote-ref">', "<sup>"))
    text, _, notes = plain.rpartition(_NOTES)
    main, below = write(text, rewriter), write(notes.replace("</section>", ""), rewriter)
    label, back = (_label(name, rewriter) for name in ("footnotes", "back"))
    ids = set(_ID.findall(main + below))

    def linked(link: re.Match[str]) -> str:
        """Label a link back to the text; drop a link whose other end was in markup that is not shown."""
        is_back = link[3].startswith("↩")
        if link[1] not in ids:
            return "" if is_back else link[3]
        return f'<a href="#{link[1]}"{back}>{link[3]}</a>' if is_back else link[0]

    main, below = (_TO_NOTE.sub(linked, part) for part in (main, below))
    return f'{main}<section class="footnotes"{label}>{below}</section>'
