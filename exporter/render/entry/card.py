"""What stands on an entry's card beside its title and its sentence: what and where it is, and what decides."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from exporter.guide.schema.card_fields import NO_FIELDS
from exporter.guide.schema.machine_words import is_for_template
from exporter.render.entry.measures import measure_of, write_measure
from exporter.render.entry.values import lang_attributes
from exporter.render.view.fields import called, content_type_of, locale_of, once, priced, title_of, type_of, url_of
from exporter.render.view.languages import write_number
from exporter.render.view.view import Entry, loaded_of, roles_of_thing, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.schema.card_fields import CardFields
    from exporter.render.view.fields import FieldValue
    from exporter.render.view.view import View

_MOST_FACTS = 2
_LONGEST = 60
"""Characters of a text on a card."""
_BETWEEN = " · "


def _card_fields(entry: Entry) -> CardFields:
    """Return the fields on an entry's cards; they depend on what the content model says of its type."""
    is_known = content_type_of(entry) is not None
    return view_of(entry).guide.cards.get(type_of(entry), NO_FIELDS) if is_known else NO_FIELDS


def eyebrow(entry: Entry, *, links: bool = False) -> Markup:
    """Return what and where an entry is, as names that are `links` to their pages if wanted; the page's own apart."""
    return _in_a_line(filter(None, [_name(entry, field, links=links) for field in _card_fields(entry).above]))


def _in_a_line(texts: Iterable[Markup | str]) -> Markup:
    return Markup(_BETWEEN.join(texts))  # noqa: S704 - each of them is escaped


def besides_eyebrow(facts: Iterable[FieldValue], entry: Entry) -> tuple[FieldValue, ...]:
    """Return an entry's facts without those of which the line above the title shows all."""
    above = _card_fields(entry).above
    return tuple(fact for fact in facts if fact.id not in above or isinstance(fact.value, tuple))


def _name(entry: Entry, field: str, *, links: bool) -> Markup | str:
    """Return the name in a field: a short text, or the title of the first entry that it leads to."""
    view = view_of(entry)
    value = view.answer(loaded_of(entry), field).value
    if isinstance(value, str):
        if is_for_template(field, "Symbol", value):
            return ""
        return _marked(_cut(value), locale_of(entry, field), view)
    target = view.target(value[0] if isinstance(value, list) and value else value)
    if not isinstance(target, Entry) or loaded_of(target).key == view.page.key:
        return ""
    return _link(target) if links and url_of(target) else _title(target)


@once
def _title(target: Entry) -> Markup:
    return _marked(title_of(target), locale_of(target), view_of(target))


@once
def _link(target: Entry) -> Markup:
    code, view = locale_of(target), view_of(target)
    lang = lang_attributes(code) if code != view.locale else ""
    return Markup('<a href="{}"{}>{}</a>').format(url_of(target), lang, title_of(target))


def _marked(text: str, code: str, view: View) -> Markup:
    if code == view.locale:
        return escape(text)
    return Markup("<span{}>{}</span>").format(lang_attributes(code), text)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rsplit(' ', 1)[0]}…"


def key_facts(entry: Entry) -> Markup:
    """Return what readers choose by: price, hours, length. At most two, the most telling first."""
    return _in_a_line(islice(_facts(entry), _MOST_FACTS))


def _facts(entry: Entry) -> Iterator[Markup]:
    view = view_of(entry)
    for field in _card_fields(entry).below:
        value = view.answer(loaded_of(entry), field).value
        if isinstance(value, str) and value.strip() and not is_for_template(field, "Symbol", value):
            yield _marked(_cut(value), locale_of(entry, field), view)
        elif isinstance(value, (int, float)) and value is not False:
            yield _number(entry, field, value)


def _number(entry: Entry, field: str, value: float) -> Markup:
    """Return a sum, a number with its unit or else its name, the name alone of what is true."""
    view, content_type = view_of(entry), content_type_of(entry)
    definition = content_type.find(field) if content_type is not None else None
    name = definition.name if definition is not None else field
    if isinstance(value, bool):
        return escape(called(view, name))
    if field in roles_of_thing(entry).prices:
        return escape(priced(entry, field))
    measure = measure_of(field, name)
    if measure.unit:
        return escape(write_measure(value, measure.unit, view.locale))
    return Markup("{} {}").format(called(view, measure.name), write_number(value, view.locale))
