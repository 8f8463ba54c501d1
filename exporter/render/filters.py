"""The filters that templates have beside Jinja's own: one table of small functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from markupsafe import Markup

from exporter.guide.library import questions
from exporter.guide.schema.field_words import LONG
from exporter.render.entry.actions import actions_of
from exporter.render.entry.card import besides_eyebrow, eyebrow, key_facts
from exporter.render.entry.inline import inline, parts_and_cards
from exporter.render.entry.metadata import absolute, absolute_url, metadata
from exporter.render.entry.position import position
from exporter.render.entry.rich_text import render_document
from exporter.render.entry.sections import Layout
from exporter.render.entry.values import date, fact, lang_attributes, table
from exporter.render.image_filters import file_kind, image, size
from exporter.render.maps.functions import PLACE_FILTERS, PLACE_FUNCTIONS
from exporter.render.markup.headings import headings_in
from exporter.render.markup.links import resolve_link
from exporter.render.markup.markdown import markdown
from exporter.render.markup.one_line import blocks_in, in_one_line
from exporter.render.markup.rich_text_tree import blocks_of
from exporter.render.view.assets import source_of
from exporter.render.view.fields import (
    FieldValue,
    alt_of,
    caption_of,
    day_of,
    field_type,
    fields_of,
    is_home,
    locale_of,
    once,
    picture_of,
    summary_field,
    title_of,
    type_name,
    url_of,
)
from exporter.render.view.groups import find_groups
from exporter.render.view.languages import language_name, spoken_name, write_number
from exporter.render.view.lazy import EntryList, Lazy, SiteValues, locale_of_site
from exporter.render.view.other_spaces import Resource
from exporter.render.view.referrers import referrers_of
from exporter.render.view.rich_text import RichText, document_of
from exporter.render.view.type_links import TypeLink
from exporter.render.view.view import Asset, Entry, Thing, View, loaded_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2.runtime import Context

    from exporter.render.entry.actions import Action


_NOTHING = Markup("")
VIEW = " view"
"""The context variable that holds the page's view: no template can write this name."""


def _title(value: Any) -> str:
    """What an entry or asset is called; a text with capitals, as Jinja has it."""
    if isinstance(value, Resource):
        return value.id
    return title_of(value) if isinstance(value, Thing) else str(value).title()


def _url(value: Any) -> str:
    """The relative address of an entry's page or an asset's file, the address of a resource; empty for none."""
    if isinstance(value, Resource):
        return value.url
    return url_of(value) if isinstance(value, Thing) else ""


@pass_context
def _html(context: Context, value: Any, under: int = 1) -> Markup:
    """A Text as Markdown, a Rich Text document, an object as a table, anything else as a fact; always safe.

    Its headings stand below a heading of the level `under`.
    """
    view: View = context.parent[VIEW]
    if isinstance(value, RichText):
        return render_document(document_of(value), view, under)
    return markdown(value, view, under) if isinstance(value, str) else table(value, view)


@pass_context
def _lead(context: Context, value: Any) -> str:
    """The field that sums an entry up, as plain text."""
    view: View = context.parent[VIEW]
    name = summary_field(value)
    text = value[name] if name else ""
    if isinstance(text, RichText):
        return in_one_line(blocks_of(document_of(text)))
    with view.discarding_ids():
        return in_one_line(blocks_in(_lead_html(context, value)))


@pass_context
def _lead_html(context: Context, value: Any) -> Markup:
    """The field that sums an entry up, as markup: a Text is Markdown, a short field is a paragraph."""
    name = summary_field(value)
    text = value[name] if name else ""
    return _html(context, text) if field_type(value, name) in LONG else Markup("<p>%s</p>") % text


@pass_context
def _href(context: Context, value: Any) -> str:
    """An address that an editor wrote, where links may lead to it; empty for any other."""
    return resolve_link(value, context.parent[VIEW], value) or "" if isinstance(value, str) else ""


@pass_context
def _lang(context: Context, value: Any, name: str | None = None) -> Markup:
    """` lang="…" dir="…"` where a field, the title if none is named, is in another language than the page."""
    if isinstance(value, Thing):
        code = locale_of(value, name)
    elif isinstance(value, (FieldValue, TypeLink)):
        code = value.locale
    elif isinstance(value, SiteValues):
        code = locale_of_site(context.parent[VIEW])
    else:
        return _NOTHING
    return _NOTHING if code == context.parent[VIEW].locale else lang_attributes(code)


@pass_context
def _foreign(context: Context, value: Any) -> str:
    """The language of an entry's page where it is not this page's, named as the word `fallback` speaks; else empty."""
    view: View = context.parent[VIEW]
    page = view.page_of(loaded_of(value))
    if page is None:
        return ""
    code = _written_in(value, view) if page[0] == view.locale else page[0]
    if code == view.locale:
        return ""
    spoken = view.ask(questions.word_language("fallback", view.locale)) or view.locale
    return spoken_name(code, str(context["languages"][code].name), spoken)


def _written_in(entry: Entry, view: View) -> str:
    """Return the locale that an entry's page in the page's locale is written in: another only with `untranslated`."""
    codes = view.guide.chains[view.locale] if view.guide.site.untranslated else ()
    translated = (code for code in codes if view.of_item(loaded_of(entry), questions.translated_fields(code)))
    return next(translated, view.locale)


@pass_context
def _translated(context: Context, value: Entry | Asset) -> tuple[str, ...]:
    """The ids of the fields that have a value in the page's locale itself, not by a fallback."""
    view: View = context.parent[VIEW]
    return tuple(view.of_item(loaded_of(value), questions.translated_fields(view.locale)))


@pass_context
def _number(context: Context, value: Any) -> str:
    """A number as the page's locale writes it; any other value as it is."""
    return write_number(value, context["page"].locale)


@pass_context
def _language(context: Context, code: Any) -> str:
    """What a language is called in the page's language: `'de-DE'|language`."""
    return language_name(str(code), context["page"].locale)


@pass_context
def _entries(context: Context, type_id: str) -> EntryList | tuple[()]:
    """All entries of a content type; on a page of one letter of its list, those of the letter."""
    view: View = context.parent[VIEW]
    if type_id.startswith("@"):
        return context["list"].entries if view.page.type_id == type_id else EntryList(view, type_id)
    if view.page.type_id != type_id or view.page.key is not None:
        return EntryList(view, type_id)
    if view.page.letter or view.ask(questions.is_long(type_id)):
        return EntryList(view, type_id, view.page.letter) if view.page.letter else ()
    return EntryList(view, type_id)


@pass_context
def word(context: Context, name: str) -> str:
    """One of the theme's own words in the page's language."""
    view: View = context.parent[VIEW]
    return view.ask(questions.word(name, view.locale))


@pass_context
def word_lang(context: Context, name: str, *, inside: bool = False) -> Markup:
    """` lang="…"` where a word is in another language than the page; `inside` gives that of the page back."""
    view: View = context.parent[VIEW]
    code = view.ask(questions.word_language(name, view.locale))
    return Markup(' lang="%s"') % (view.locale if inside else code) if code else _NOTHING


@pass_context
def _absolute(context: Context, value: Any) -> str:
    """The absolute address of an entry's page, an asset's file or an address from the guide's root; needs base_url."""
    view: View = context.parent[VIEW]
    return absolute_url(view, value) if isinstance(value, Entry | Asset) else absolute(view, str(value or ""))


@pass_context
def _metadata(context: Context, title: str, description: str = "", picture: Asset | None = None) -> Markup:
    """Open Graph and JSON-LD of a page."""
    name = title.striptags() if isinstance(title, Markup) else str(title)
    summary = description.striptags() if isinstance(description, Markup) else str(description)
    return metadata(context.parent[VIEW], name, summary, picture or None, context["entry"])


@pass_context
def _type_name(context: Context, type_id: str) -> str:
    """What a content type's list is called."""
    return type_name(context.parent[VIEW], type_id)


@pass_context
def _static(context: Context, name: str) -> str:
    """The relative address of a static file."""
    return str(context.parent[VIEW].link(f"/{name}"))


@pass_context
def _fact(context: Context, value: FieldValue) -> Markup:
    """A short field as people read it: links, dates, numbers, yes or no."""
    return fact(value, context.parent[VIEW])


@pass_context
def _date(context: Context, value: Any, length: str = "long") -> Markup:
    """A date as the page's language writes it: `short`, `medium`, `long` or `full`."""
    return date(value, context.parent[VIEW], length)


@pass_context
def _table(context: Context, value: Any) -> Markup:
    """What a JSON field holds, as a table."""
    return table(value, context.parent[VIEW])


def _inline(value: Any, level: int = 3) -> Markup:
    """An entry, or several, as parts of this page, with headings from a level on; empty if there is nothing.

    Of several, those that have pages of their own are cards between the parts.
    """
    if isinstance(value, Entry):
        return _NOTHING + inline(value, level)
    if not isinstance(value, tuple):
        return _NOTHING
    return Markup("\n").join(parts_and_cards((entry for entry in value if isinstance(entry, Entry)), level))


@once
def _facts(entry: Entry) -> tuple[FieldValue, ...]:
    """The short fields: what is neither title, address, summary, text nor a list of links."""
    return Layout(entry).facts


@pass_context
def _actions(context: Context, facts: Iterable[FieldValue]) -> tuple[Action, ...]:
    """What readers do with an entry at once, by its short facts."""
    return actions_of(facts, context.parent[VIEW])


@pass_context
def _groups(context: Context, type_id: str = "") -> Lazy:
    """What a list can be divided by: the single-link fields of its type that gather entries with pages, no parts."""
    view: View = context.parent[VIEW]
    return Lazy(lambda: find_groups(view, type_id or view.page.type_id))


FILTERS = {
    "absolute": _absolute,
    "actions": _actions,
    "alt": alt_of,
    "at": position,
    "besides_eyebrow": besides_eyebrow,
    "caption": caption_of,
    "contents": headings_in,
    "date": _date,
    "fact": _fact,
    "day": day_of,
    "eyebrow": eyebrow,
    "facts": _facts,
    "file_kind": file_kind,
    "inline": _inline,
    "is_asset": lambda value: isinstance(value, Asset),
    "is_home": is_home,
    "key_facts": key_facts,
    "is_entry": lambda value: isinstance(value, Entry),
    "is_resource": lambda value: isinstance(value, Resource),
    "language": _language,
    "lead": _lead,
    "lead_html": _lead_html,
    "layout": Layout,
    "size": size,
    "source": source_of,
    "static": _static,
    "table": _table,
    "type_name": _type_name,
    "fields": fields_of,
    "foreign": _foreign,
    "href": _href,
    "html": _html,
    "image": image,
    "lang": _lang,
    "number": _number,
    "picture": picture_of,
    "referrers": referrers_of,
    "summary": summary_field,
    "title": _title,
    "translated": _translated,
    "url": _url,
    **PLACE_FILTERS,
}
"""The filters that templates have beside Jinja's own."""

GLOBALS = {
    "entries": _entries,
    "groups": _groups,
    "metadata": _metadata,
    "word": word,
    "word_lang": word_lang,
    **PLACE_FUNCTIONS,
}
"""The functions that templates have beside Jinja's own."""
