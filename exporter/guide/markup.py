"""Markup from the space made safe: Markdown by cmark, one sanitiser for all, links led to local pages."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import nh3
from markupsafe import Markup, escape

from exporter.guide.commonmark import to_html
from exporter.guide.fields import file_values, url_of
from exporter.guide.objects import Asset, View
from exporter.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMES = {"http", "https", "mailto", "tel", "geo"}
"""Where links of the space may lead. Everything else is shown as plain text."""

_TAGS = {
    *("a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "cite", "code", "del", "dfn", "div", "em", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small"),
    *("span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul", "var"),
}
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_ADDRESSES = {("a", "href"), ("img", "src")}
_TAG = re.compile(r'<([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")+)( /)?>')
_ELSEWHERE = re.compile(r"https?://[\w.-]+(?:/[\w.~%+,;=-]*){0,3}", re.ASCII)
"""An address elsewhere that is too short to be an asset's file: most are, and it costs little to tell."""
_PICTURE = re.compile(r'<img((?:\s[a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r'\s([a-z]+)="([^"]*)"')


class _Cleaner:
    """One sanitiser for all pages; what a link becomes is asked of the page at hand."""

    def __init__(self) -> None:
        self._follow: Callable[[str, str], str | None] = lambda _tag, _url: None
        self._failure: Exception | None = None
        self._cleaner = nh3.Cleaner(
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            attribute_filter=self._attribute,
            link_rel=None,
            url_schemes=SCHEMES,
        )

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        """Rewrite an address; what goes wrong is kept, since the sanitiser swallows it."""
        if (tag, name) not in _ADDRESSES:
            return value
        try:
            return self._follow(tag, value)
        except Exception as error:  # noqa: BLE001 - raised again by clean()
            self._failure = error
            return None

    def clean(self, markup: str, follow: Callable[[str, str], str | None]) -> str:
        """Give safe markup; `follow` gives the address of a link or picture, None to drop it."""
        self._follow, self._failure = follow, None
        text = self._cleaner.clean(markup)
        if self._failure is not None:
            raise self._failure
        return _PICTURE.sub(_or_its_words, text)


_CLEANER = _Cleaner()


def _or_its_words(found: re.Match[str]) -> str:
    """Put its words for a picture that has lost its source; an older sanitiser leaves `<` in attributes as it is."""
    values = dict(_ATTRIBUTE.findall(found[1]))
    return found[0] if "src" in values else f"<span>{escape(unescape(values.get('alt', '')))}</span>"


def clean(markup: str, view: View) -> Markup:
    """Sanitise markup and lead its links: to local pages and files, to allowed schemes, or to nothing."""
    return Markup(_CLEANER.clean(markup, lambda tag, url: follow(tag, url, view)))  # noqa: S704 - sanitised


def markdown(text: str, view: View) -> Markup:
    """Render Markdown: CommonMark with tables, strikethrough and autolinks."""
    markup = to_html(text)
    return clean(markup, view) if "<" in text else _led(markup, view)


def _led(markup: str, view: View) -> Markup:
    """Lead the links of markup that was made of a text without `<`: every tag in it is the Markdown engine's own.

    So only attributes have to be looked at; the sanitiser, which reads and writes all of it anew, takes ten times as
    long and gives the same.
    """

    def written(found: re.Match[str]) -> str:
        tag = found[1]
        kept = "".join(_attribute(tag, name, value, view) for name, value in _ATTRIBUTE.findall(found[2]))
        return _PICTURE.sub(_or_its_words, f"<{tag}{kept}>")

    return Markup(_TAG.sub(written, markup).replace(" />", ">"))  # noqa: S704 - see above


def _attribute(tag: str, name: str, value: str, view: View) -> str:
    """Write an attribute of the Markdown engine, nothing for one that is not allowed or leads nowhere."""
    if name not in _ATTRIBUTES.get(tag, ()):
        return ""
    if (tag, name) not in _ADDRESSES:
        return f' {name}="{value}"'
    address = follow(tag, unescape(value), view)
    return f' {name}="{escape(address)}"' if address is not None else ""


def follow(tag: str, url: str, view: View) -> str | None:
    """Give the address that a link or picture of the space gets on this page; None for one that is left out."""
    if _ELSEWHERE.fullmatch(url):
        return url if tag == "a" else None
    return _follow(tag, url, view)


def _follow(tag: str, url: str, view: View) -> str | None:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.netloc and parts.scheme in ("", "http", "https"):
        local = _asset_file(parts.netloc, unquote(parts.path), view)
        if local or tag == "img":
            return local
        return url.strip() if parts.scheme else f"https:{url.strip()}"
    if parts.scheme:
        return url.strip() if tag == "a" and parts.scheme.lower() in SCHEMES else None
    if tag == "img":
        return None
    return _internal(parts.path, parts.fragment, view)


def _asset_file(host: str, path: str, view: View) -> str | None:
    """Give the local file of an asset's address, //HOST/SPACE/ASSET/HASH/NAME; None for any other address."""
    parts = path.split("/")
    asset = view.thing(f"asset:{parts[2]}") if len(parts) > 3 and parts[2] else None
    values = file_values(asset) if isinstance(asset, Asset) else {}
    if asset is None or not any(_is_at(str(value.get("url")), host, path) for value in values.values()):
        return None
    return url_of(asset) or None


def _is_at(url: str, host: str, path: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return (parts.netloc, unquote(parts.path)) == (host, path)


def _internal(path: str, fragment: str, view: View) -> str | None:
    """Lead a link without scheme and host to the page at that address, in the page's locale where it stands there."""
    anchor = f"#{fragment}" if fragment else ""
    if not path:
        return anchor or None
    plain = f"/{unquote(path).removesuffix('index.html').strip('/')}/".replace("//", "/")
    for url in dict.fromkeys((f"{view.frame.prefixes[view.locale]}{plain[1:]}", plain)):
        found = view.ask(f"url:{url}")
        if found is not None:
            kind, key, address = found
            better = view.page_of(view.library.items.load(key)) if kind in ("entry", "moved") else None
            return view.link(better[1] if better is not None else address) + anchor
    subject = view.page.key or ""
    said = f"{subject or view.page.url} links to {path}, where no page is"
    view.problems[Problem("warning", "link-dead", said, subject, view.locale)] = None
    return None
