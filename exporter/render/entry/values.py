"""Values as people read them: short facts, dates, addresses, and objects of JSON fields as tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from exporter.core.encoding import DEEPEST_SHOWN, TOO_DEEP
from exporter.guide.library import questions
from exporter.guide.schema.dates import machine_date, read_date, write_date
from exporter.guide.schema.field_words import ADDRESSES, key_name, words_of
from exporter.render.markup.links import resolve_link
from exporter.render.view.fields import fields_of, locale_of, text_in, title_of
from exporter.render.view.languages import language, language_name, locale_of_page, write_number
from exporter.render.view.other_spaces import Resource
from exporter.render.view.referrers import address_for_readers
from exporter.render.view.rich_text import RichText
from exporter.render.view.view import Asset, Entry, Values, View, loaded_of, roles_of_thing, view_of
from exporter.report.problems import DEPTH_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
_FULL_CIRCLE = 360
_MOST_COLUMNS = 8
_DEEPEST_TABLE = 5
_DEGREE_DECIMALS = 5
_NOTHING = Markup("")


@dataclass(frozen=True)
class Anchor:
    """A link made of two fields: its text and its address, as an editor wrote it or as that of a page (`is_page`)."""

    text: str
    url: str
    is_page: bool = False


def date(value: Any, view: View, length: str = "long") -> Markup:
    """Return a date in the page's language; any other value stays as it is."""
    moment = read_date(value)
    if moment is None:
        return escape("" if value is None else value)
    written = write_date(moment, locale_of_page(view), length)
    return Markup(f'<time datetime="{escape(machine_date(moment))}">{escape(written)}</time>')  # noqa: S704 - escaped


def fact(field: FieldValue, view: View) -> Markup:
    """Return a short field by its type."""
    value = field.value
    if isinstance(value, tuple):
        items = [_text(item, field.id, view) if isinstance(item, str) else leaf(item, view) for item in value]
        return Markup(", ".join(items))  # noqa: S704 - markup all of them
    if field.type == "Date":
        return date(value, view)
    if isinstance(value, str):
        return _text(value, field.id, view)
    if isinstance(value, Values):
        return table(value, view)
    if isinstance(value, Anchor):
        address = value.url if value.is_page else _resolve(value.url, view)
        return Markup('<a href="%s">%s</a>') % (address, value.text) if address else escape(value.text)
    return leaf(value, view)


def place(value: Mapping[str, Any], view: View) -> Markup:
    """Return a location as a link that opens a map, nothing where its degrees are not on earth."""
    numbers = (degrees for degrees in (value.get("lat"), value.get("lon")) if isinstance(degrees, _NUMBERS))
    pair = [degrees for degrees in numbers if not isinstance(degrees, bool) and abs(degrees) <= _FULL_CIRCLE]
    if len(pair) < 2:
        return _NOTHING
    shown = ", ".join(write_number(round(degrees, _DEGREE_DECIMALS), view.locale) for degrees in pair)
    lat, lon = pair[:2]
    return Markup(f'<a href="geo:{lat},{lon}" dir="ltr">{escape(shown)}</a>')  # noqa: S704 - numbers, and escaped


def _text(value: str, name: str, view: View) -> Markup:
    """Return a short text: web and mail addresses and telephone numbers as links, dates and languages in words.

    The field's name says whether it is a telephone number or a language.
    """
    text = value.strip()
    named = {*words_of(name)[-1:]}
    if read_date(text) is not None and not (text.startswith("0") or _PHONES & {*words_of(name)}):
        return date(text, view)
    is_host = _HOST.fullmatch(text) and (text.startswith("www.") or {"website", *ADDRESSES} & named)
    if is_host or text.startswith(("https://", "http://")) or (_PATH.match(text) and ADDRESSES & named):
        address = resolve_link(f"https://{text}" if is_host else text, view, value)
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
    """Return a single value of any kind."""
    if isinstance(value, bool):
        return spoken_word("yes" if value else "no", view)
    if isinstance(value, _NUMBERS):
        return escape(write_number(value, view.locale))
    if isinstance(value, Resource):
        return Markup('<a href="{}">{}</a>').format(value.url, spoken_word("elsewhere", view))
    if isinstance(value, str):
        if value == TOO_DEEP:
            view.report("nested-too-deep", DEPTH_MESSAGE, value)
        return _text(value, "", view)
    return _thing(value, view) if isinstance(value, (Entry, Asset)) else _NOTHING


def _thing(value: Entry | Asset, view: View) -> Markup:
    """Return the title of an entry or asset as a link to it, marked with its language."""
    word = text_in(value) if isinstance(value, Entry) else ""
    if word:
        roles = roles_of_thing(value)
        code = locale_of(value, roles.wrapped) if roles.wraps == "word" else view.locale  # that prices are written in
        return _span(word, _NOTHING if code == view.locale else lang_attributes(code))
    address = target_of(value)
    code = locale_of(value)
    lang = _NOTHING if code == view.locale else lang_attributes(code)
    name = title_of(value)
    if not address:
        return _span(name, lang)
    return Markup(f'<a href="{escape(address)}"{lang}>{escape(name)}</a>')  # noqa: S704 - escaped


def target_of(value: Entry | Asset) -> str:
    """Return where a link to an entry or asset leads: to its page or file, or on where it is but a link itself."""
    return _wrapped_link(value, view_of(value)) or address_for_readers(value)


def _wrapped_link(value: Entry | Asset, view: View) -> str:
    """Return the address that an entry holds if it is nothing but a link, or that of the page it names, else ""."""
    name = roles_of_thing(value).leads_on
    url = view.answer(loaded_of(value), name)[0] if name else None
    if not name or (isinstance(url, str) and url.strip()):
        return _resolve(url, view) if isinstance(url, str) else ""
    targets = (field.value for field in fields_of(value) if isinstance(field.value, Entry))
    return next(filter(None, map(address_for_readers, targets)), "")


def is_address(text: str) -> bool:
    """Whether a text is something that a link can lead to, with a scheme or without."""
    forms = (_WITH_SCHEME.match, _PATH.match, _HOST.fullmatch, _MAIL.fullmatch, _PHONE.fullmatch)
    return any(is_one(text.strip()) for is_one in forms)


def _resolve(url: str, view: View) -> str:
    """Return the target of an address that an editor wrote in a field of its own, "" if it leads nowhere."""
    text = url.strip()
    if _HOST.fullmatch(text):
        return f"https://{text}"
    if _MAIL.fullmatch(text):
        return f"mailto:{text}"
    return _tel(text) if _PHONE.fullmatch(text) else resolve_link(url, view, url) or ""


def _tel(text: str) -> str:
    return f"tel:{re.sub(r'[^0-9+]', '', text)}"


def _span(text: str, lang: Markup) -> Markup:
    return Markup("<span%s>%s</span>") % (lang, text) if lang else escape(text)


def spoken_word(name: str, view: View) -> Markup:
    """Return one of the theme's own words, with its language where that is not the page's."""
    word = escape(view.ask(questions.word(name, view.locale)))
    code = view.ask(questions.word_language(name, view.locale))
    return Markup('<span lang="{}">{}</span>').format(code, word) if code else word


def lang_attributes(code: str) -> Markup:
    """Return ` lang="…" dir="…"` of a locale."""
    described = language(code, code)
    return Markup(' lang="%s" dir="%s"') % (described.code, described.direction)


def table(value: Any, view: View, depth: int = _DEEPEST_TABLE) -> Markup:
    """Return what a JSON field holds as a table or a list, or as a sentence where it is deep inside others."""
    if isinstance(value, RichText) or value is None or is_link_to_other_space(value):
        return _NOTHING
    if depth < -DEEPEST_SHOWN and isinstance(value, Mapping | tuple):
        value = TOO_DEEP
    if isinstance(value, Mapping):
        if {"lat", "lon"} == set(value) and (location := place(value, view)):
            return location
        return _rows(value, view, depth) if depth > 0 else _sentence(value, view, depth)
    if not isinstance(value, tuple):
        return leaf(value, view)
    if any(isinstance(item, Mapping | tuple) for item in value):
        columns = _columns(value)
        return _grid(value, columns, view) if columns and depth > 0 else _list(value, view, depth)
    return Markup(", ").join(leaf(item, view) for item in value)


def is_link_to_other_space(value: Any) -> bool:
    """Whether a value is a link to an entry of another space, which has no page here."""
    sys = value.get("sys") if isinstance(value, Values) else None
    return isinstance(sys, Values) and sys.get("type") == "ResourceLink"


def _rows(value: Mapping[str, Any], view: View, depth: int) -> Markup:
    """Return an object as a table with a row for each key that is not empty."""
    row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
    cells = ((key, table(value[key], view, depth - 1)) for key in value)
    rows = [row.format(key_name(key), cell) for key, cell in cells if cell]
    return Markup("<table>{}</table>").format(_NOTHING.join(rows)) if rows else _NOTHING


def _columns(value: Sequence[Any]) -> list[str]:
    """Return the keys of a list of flat objects, none for any other list and where the keys are too many."""
    if not all(isinstance(item, Mapping) for item in value):
        return []
    keys = list(dict.fromkeys(key for item in value for key in item))
    flat = not any(isinstance(inner, Mapping | tuple) for item in value for inner in item.values())
    return keys if flat and len(keys) <= _MOST_COLUMNS and len(value) > 1 else []


def _grid(value: Sequence[Any], columns: list[str], view: View) -> Markup:
    head = _wrapped('<th scope="col">{}</th>', map(key_name, columns))
    rows = [_wrapped("<td>{}</td>", [table(item.get(key), view, 0) for key in columns]) for item in value]
    body = _wrapped("<tr>{}</tr>", rows)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)


def _list(value: Sequence[Any], view: View, depth: int) -> Markup:
    items = [written for item in value if (written := table(item, view, depth - 1))]
    if len(items) < 2:
        return _NOTHING.join(items)
    return Markup("<ol>{}</ol>").format(_wrapped("<li>{}</li>", items))


def _wrapped(element: str, contents: Iterable[str]) -> Markup:
    """Return each content, escaped unless it is markup, in an element of its own."""
    markup = Markup(element)  # noqa: S704 - a literal of this file
    return _NOTHING.join(markup.format(content) for content in contents)


def _sentence(value: Mapping[str, Any], view: View, depth: int) -> Markup:
    """Return an object that is deep inside others as a sentence."""
    cells = ((key, table(value[key], view, depth - 1)) for key in value)
    return Markup("; ").join(Markup("{}: {}").format(key_name(key), cell) for key, cell in cells if cell)
