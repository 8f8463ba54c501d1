"""Values as people read them: short facts, dates, addresses, and the objects of JSON fields as tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from exporter.guide.schema.dates import machine_date, read_date, write_date
from exporter.guide.schema.field_words import ADDRESSES, key_name, words_of
from exporter.render.markup.links import follow
from exporter.render.view.fields import locale_of, roles_of_thing, source_of, title_of, url_of
from exporter.render.view.languages import language, language_name, locale_of_page, write_number
from exporter.render.view.other_spaces import Resource
from exporter.render.view.view import Asset, Entry, RichText, Values, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exporter.render.view.fields import FieldValue

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?:\+ ?)?[0-9][0-9 ()./-]{4,}")
_PATH = re.compile(r"/[^/\s]|mailto:|tel:")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+(?!(?:html?|php|pdf|md|txt|jpe?g|png)\b)[a-z]{2,}(?:/[\w.~/-]*)?", re.ASCII)
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:\S", re.IGNORECASE)
_PHONES = {"phone", "telephone", "tel", "mobile", "fax", "whatsapp"}
_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_LANGUAGES = {"language", "languages", "locale", "locales"}
_NUMBERS = (int, float)
_ROUND = 360
_COLUMNS = 8
_DEPTH = 5
_PRECISE = 5
_NOTHING = Markup("")


@dataclass(frozen=True)
class Anchor:
    """A link that two fields are: what it is called, and where it leads."""

    text: str
    url: str


def date(value: Any, view: View, length: str = "long") -> Markup:
    """Write a date in the page's language; what is none stays as it is."""
    moment = read_date(value)
    if moment is None:
        return escape("" if value is None else value)
    written = write_date(moment, locale_of_page(view), length)
    return Markup('<time datetime="%s">%s</time>') % (machine_date(moment), written)


def fact(field: FieldValue, view: View) -> Markup:
    """Write a short field by its type."""
    value = field.value
    if isinstance(value, tuple):
        return Markup(", ").join(
            _text(each, field.id, view) if isinstance(each, str) else leaf(each, view) for each in value
        )
    if field.type == "Date":
        return date(value, view)
    if isinstance(value, str):
        return _text(value, field.id, view)
    if isinstance(value, Values):
        return table(value, view)
    if isinstance(value, Anchor):
        address = _led(value.url, view)
        return Markup('<a href="%s">%s</a>') % (address, value.text) if address else escape(value.text)
    return leaf(value, view)


def place(value: Mapping[str, Any], view: View) -> Markup:
    """Write a location as a link that maps open; nothing where it is none on earth."""
    numbers = (each for each in (value.get("lat"), value.get("lon")) if isinstance(each, _NUMBERS))
    pair = [each for each in numbers if not isinstance(each, bool) and abs(each) <= _ROUND]
    if len(pair) < 2:
        return _NOTHING
    shown = ", ".join(write_number(round(each, _PRECISE), view.locale) for each in pair)
    return Markup('<a href="geo:%s,%s" dir="ltr">%s</a>') % (*pair, shown)


def _text(value: str, name: str, view: View) -> Markup:
    """Write a short text: an address of the web or of mail, or a telephone number, as a link, a date in words.

    What is a telephone number is told by the field's name, and what is a language, which is written in words too.
    """
    text = value.strip()
    named = {*words_of(name)[-1:]}
    if read_date(text) is not None and not (text.startswith("0") or _PHONES & {*words_of(name)}):
        return date(text, view)
    is_host = _HOST.fullmatch(text) and (text.startswith("www.") or {"website", *ADDRESSES} & named)
    if is_host or text.startswith(("https://", "http://")) or (_PATH.match(text) and ADDRESSES & named):
        address = follow("a", f"https://{text}" if is_host else text, view, value)
        shown = re.sub(r"^(?:https?://|mailto:|tel:)", "", text).removesuffix("/") or text
        return Markup('<a href="%s">%s</a>') % (address, shown) if address else escape(text)
    if _CODE.fullmatch(text) and _LANGUAGES & named:
        return escape(language_name(text, view.locale))
    if _MAIL.fullmatch(text):
        return Markup('<a href="mailto:{0}">{0}</a>').format(text)
    if _PHONE.fullmatch(text) and _PHONES & set(words_of(name)):
        return Markup('<a href="{}" dir="ltr">{}</a>').format(_tel(text), text)
    return escape(text)


def leaf(value: Any, view: View) -> Markup:
    """Write a single value of any kind."""
    if isinstance(value, bool):
        return escape(view.ask("word", f"{view.locale}/{'yes' if value else 'no'}"))
    if isinstance(value, _NUMBERS):
        return escape(write_number(value, view.locale))
    if isinstance(value, Resource):
        words = view.ask("word", f"{view.locale}/elsewhere")
        return Markup('<a href="{}">{}</a>').format(value.url, words)
    if isinstance(value, str):
        return _text(value, "", view)
    return _thing(value, view) if isinstance(value, (Entry, Asset)) else _NOTHING


def _thing(value: Entry | Asset, view: View) -> Markup:
    """Write what an entry or asset is called, with a link to it, in its own language."""
    address = led_to(value, view) or url_of(value) or (source_of(value) if isinstance(value, Asset) else "")
    code = locale_of(value)
    spoken = _NOTHING if code == view.locale else lang_attributes(code)
    name = title_of(value)
    return Markup('<a href="%s"%s>%s</a>') % (address, spoken, name) if address else _said(name, spoken)


def led_to(value: Entry | Asset, view: View) -> str:
    """Give the address that an entry stands for which is no more than a link; empty for any other."""
    name = roles_of_thing(value).leads_on
    url = view.answer(value._loaded, name)[0] if name else None
    return _led(url, view) if isinstance(url, str) else ""


def is_address(text: str) -> bool:
    """Tell whether a text is something that a link can lead to, with a scheme or without."""
    forms = (_WITH_SCHEME.match, _PATH.match, _HOST.fullmatch, _MAIL.fullmatch, _PHONE.fullmatch)
    return any(is_one(text.strip()) for is_one in forms)


def _led(url: str, view: View) -> str:
    """Lead an address that an editor wrote in a field of its own; empty where it leads nowhere."""
    text = url.strip()
    if _HOST.fullmatch(text):
        return f"https://{text}"
    if _MAIL.fullmatch(text):
        return f"mailto:{text}"
    return _tel(text) if _PHONE.fullmatch(text) else follow("a", url, view, url) or ""


def _tel(text: str) -> str:
    return f"tel:{re.sub(r'[^0-9+]', '', text)}"


def _said(text: str, spoken: Markup) -> Markup:
    return Markup("<span%s>%s</span>") % (spoken, text) if spoken else escape(text)


def lang_attributes(code: str) -> Markup:
    """Give ` lang="…" dir="…"` of a locale."""
    found = language(code, code)
    return Markup(' lang="%s" dir="%s"') % (found.code, found.direction)


def table(value: Any, view: View, depth: int = _DEPTH) -> Markup:
    """Write what a JSON field holds as a table or a list, or in a sentence where it is deep inside others."""
    if isinstance(value, RichText) or value is None or leads_elsewhere(value):
        return _NOTHING
    if isinstance(value, Mapping):
        if {"lat", "lon"} == set(value) and (found := place(value, view)):
            return found
        return _rows(value, view, depth) if depth else _sentence(value, view)
    if not isinstance(value, tuple):
        return leaf(value, view)
    if any(isinstance(each, Mapping | tuple) for each in value):
        columns = _columns(value)
        return _grid(value, columns, view) if columns and depth else _list(value, view, depth)
    return Markup(", ").join(leaf(each, view) for each in value)


def leads_elsewhere(value: Any) -> bool:
    """Tell whether a value is a link to an entry of another space, which has no page here."""
    sys = value.get("sys") if isinstance(value, Values) else None
    return isinstance(sys, Values) and sys.get("type") == "ResourceLink"


def _rows(value: Mapping[str, Any], view: View, depth: int) -> Markup:
    """Write an object: a row for each key that has something."""
    row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
    cells = ((each, table(value[each], view, depth - 1)) for each in value)
    rows = [row.format(key_name(each), cell) for each, cell in cells if cell]
    return Markup("<table>{}</table>").format(_NOTHING.join(rows)) if rows else _NOTHING


def _columns(value: Sequence[Any]) -> list[str]:
    """Give the keys of a list of objects that have the like and are flat; none for any other list."""
    if not all(isinstance(each, Mapping) for each in value):
        return []
    keys = list(dict.fromkeys(key for each in value for key in each))
    flat = not any(isinstance(inner, Mapping | tuple) for each in value for inner in each.values())
    return keys if flat and len(keys) <= _COLUMNS and len(value) > 1 else []


def _grid(value: Sequence[Any], columns: list[str], view: View) -> Markup:
    head = _each('<th scope="col">{}</th>', columns, key_name)
    rows = [
        _each("<td>{}</td>", [each.get(key) for key in columns], lambda cell: table(cell, view, 0)) for each in value
    ]
    body = _each("<tr>{}</tr>", rows, lambda each: each)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)


def _list(value: Sequence[Any], view: View, depth: int) -> Markup:
    found = [written for each in value if (written := table(each, view, max(0, depth - 1)))]
    if len(found) < 2:
        return _NOTHING.join(found)
    return Markup("<ol>{}</ol>").format(_each("<li>{}</li>", found, lambda each: each))


def _each(markup: str, values: Sequence[Any], write: Callable[[Any], Any]) -> Markup:
    return _NOTHING.join(Markup(markup).format(write(each)) for each in values)  # noqa: S704 - it stands in this file


def _sentence(value: Mapping[str, Any], view: View) -> Markup:
    """Write an object that lies deep inside others in a sentence."""
    cells = ((each, table(value[each], view, 0)) for each in value)
    return Markup("; ").join(Markup("{}: {}").format(key_name(each), cell) for each, cell in cells if cell)
