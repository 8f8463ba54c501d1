"""A page's main part as XHTML for a book: well formed, without what a book cannot show."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urldefrag

from exporter.bundles.markup import VOID, main_of, tags_of, title_of
from exporter.bundles.prepare import path_of
from exporter.core.url_names import quoted, quoted_url

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

    import nh3

    from exporter.bundles.markup import Tag

_TEXT = (
    "a abbr article aside b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn div dl dt em"
    " figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li mark ol p pre q rp rt ruby s samp section"
    " small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr"
)
_DRAWING = (
    "svg g path circle ellipse rect line polyline polygon text tspan textPath defs use symbol title desc marker"
    " linearGradient radialGradient stop clipPath mask pattern image"
)
_OF_ALL = {"id", "class", "lang", "dir", "title"}
_OF_ONE = {
    "a": {"href"},
    "abbr": {"title"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_OF_DRAWING = {
    *("viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "d", "points", "dx"),
    *("dy", "transform", "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray"),
    *("fill-opacity", "stroke-opacity", "opacity", "fill-rule", "clip-path", "clip-rule", "mask", "offset", "href"),
    *("stop-color", "stop-opacity", "text-anchor", "dominant-baseline", "font-size", "font-weight", "font-family"),
    *("preserveAspectRatio", "gradientUnits", "gradientTransform", "patternUnits", "markerWidth", "markerHeight"),
    *("refX", "refY", "orient", "marker-end", "marker-start", "role", "aria-label", "aria-hidden", "vector-effect"),
}
_SCHEMES = {"http", "https", "mailto", "tel", "geo", "sms"}
_CASED = {name.lower(): name for name in _DRAWING.split()}
_ALONE = VOID | {"image"}
"""Elements that are written as one tag, so that one which is left out leaves nothing behind."""
_SWITCHES = {"open", "reversed"}
_NO_NAME = re.compile(r"[^\w.-]")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class MainPart(NamedTuple):
    """The main part of a page: its language and direction, its markup, clean HTML, and the ids in it."""

    locale: str
    direction: str
    title: str
    html: str
    ids: AbstractSet[str]


class Body(NamedTuple):
    """The body of a page of a book: XHTML, the pictures that it shows, and whether it has a drawing in it."""

    xhtml: str
    pictures: tuple[str, ...]
    has_drawing: bool


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3  # which no other bundle needs

    drawing = dict.fromkeys(_DRAWING.split(), _OF_DRAWING)
    return nh3.Cleaner(
        tags={*_TEXT.split(), *_DRAWING.split()},
        attributes={"*": _OF_ALL, **drawing, **_OF_ONE},
        clean_content_tags={"script", "style", "template", "noscript", "nav", "form", "button", "dialog", "iframe"},
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def read_main(text: str) -> MainPart:
    """Return the main part of a page, or all of its body where its template has no `main`."""
    html = next((tag.attributes() for tag in tags_of(text) if tag.name == "html"), {})
    clean = _cleaner().clean(main_of(text))
    ids = frozenset(value for tag in tags_of(clean) if (value := tag.attributes().get("id")))
    direction = "rtl" if html.get("dir") == "rtl" else "ltr"
    return MainPart(language_tag(html.get("lang", "")), direction, title_of(text), clean, ids)


def language_tag(code: str) -> str:
    """Return a locale's code as language tag, `und` for one that is none."""
    return code if _LANGUAGE.fullmatch(code) else "und"


def name_of(identifier: str) -> str:
    """Return an id as XML has it: a name that begins with no digit."""
    name = _NO_NAME.sub("_", identifier)
    return name if name[:1].isalpha() or name.startswith("_") else f"_{name}"


def book_path(path: str) -> str:
    """Return the path in a book of a page, by its path under site/."""
    return f"{path.rpartition('.')[0]}.xhtml"


class Writer:
    """Writes main parts as XHTML.

    `ids_of` returns the ids of a page of the book by its path under site/, None for any other; `is_picture` says
    whether a path is that of a picture which books can show.
    """

    def __init__(self, ids_of: Callable[[str], AbstractSet[str] | None], is_picture: Callable[[str], bool]) -> None:
        self._ids_of = ids_of
        self._is_picture = is_picture

    def write(self, page: str, html: str) -> Body:
        """Return the body of a page, by its path under site/."""
        pieces, pictures, at = [], [], 0
        ids: set[str] = set()
        has_drawing = False
        for tag in tags_of(html):
            pieces.append(_text(html[at : tag.start]))
            at = tag.end
            values = tag.attributes(cased=True)
            picture = path_of(page, values.get("src", values.get("href", ""))) if _shows(tag) else None
            if _shows(tag) and (picture is None or not self._is_picture(picture)):
                pieces.append(_text(escape(values.get("alt", ""))))
                continue
            pictures += [picture] if picture is not None else []
            has_drawing |= tag.name == "svg"
            pieces.append(self._tag(tag, page, values, ids))
            if tag.text:  # nothing that could run is in it any more
                pieces.append(f"{_text(tag.text)}</{tag.name}>")
        return Body("".join([*pieces, _text(html[at:])]), tuple(dict.fromkeys(pictures)), has_drawing)

    def _tag(self, tag: Tag, page: str, values: dict[str, str], ids: set[str]) -> str:
        name = _CASED.get(tag.name, tag.name)
        if tag.closes:
            return f"</{name}>" if name not in _ALONE else ""
        if "id" in values:
            values["id"] = name_of(values["id"])
            if values["id"] in ids:
                del values["id"]
        ids.update(values[key] for key in ("id",) if key in values)
        if name == "a" and "href" in values:
            values["href"] = self._link(page, values["href"])
            values = {key: value for key, value in values.items() if key != "href" or value}
        if name == "svg":
            values |= {
                "xmlns": "http://www.w3.org/2000/svg",
                "direction": "ltr",
            }  # which style sheets of books may not say
        filled = {key: key if key in _SWITCHES else _ILLEGAL.sub("", value) for key, value in values.items()}
        inside = "".join(f' {key}="{escape(value)}"' for key, value in filled.items())
        return f"<{name}{inside}{'/' if name in _ALONE else ''}>"

    def _link(self, page: str, link: str) -> str:
        """Return a link as the book has it: to its own pages, or out into the world; "" for any other."""
        path = path_of(page, link)
        if path is None:
            return quoted_url(link) if link.partition(":")[0].lower() in _SCHEMES else ""
        known, fragment = self._ids_of(path), unquote(urldefrag(link)[1])
        if known is None:
            return ""
        way = posixpath.relpath(book_path(path), posixpath.dirname(page) or ".")
        return quoted(way) + (f"#{name_of(fragment)}" if fragment in known else "")


def _shows(tag: Tag) -> bool:
    return tag.name in ("img", "image") and not tag.closes


def _text(html: str) -> str:
    """Return text as XML has it: no named references but its own, no characters that it may not hold."""
    plain = unescape(html) if "&" in html else html
    return escape(_ILLEGAL.sub("", plain), quote=False)
