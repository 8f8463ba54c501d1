"""Which fields stand on an entry's card beside its title: above it what and where it is, below it what decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.schema.field_words import NUMBERS, words_of

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field
    from exporter.guide.schema.field_roles import Roles

_WHAT = {
    *("category", "categories", "genre", "genres", "topic", "topics", "cuisine"),
    *("kategorie", "kategorien", "thema", "categorie", "categoria", "tema", "rubrik", "rubrique"),
}
_WHAT_IF_LINKED = {"kind", "type", "series", "theme", "section", "subject"}
"""Words that name a kind where the field is a link; a short text with such a name is often for templates."""
_WHERE = {
    *("neighbourhood", "neighborhood", "district", "quarter", "area", "city", "town", "village", "island", "region"),
    *("country", "venue", "room", "hall", "stage", "viertel", "stadtteil", "bezirk", "stadt", "quartier", "ville"),
    *("barrio", "ciudad", "bairro", "cidade", "quartiere", "citta", "pays", "pais", "land"),
}
_DECIDING = (
    {"price", "prices", "cost", "fee", "fare", "admission", "ticket", "preis", "eintritt", "precio", "prix", "prezzo"},
    {"free"},
    {"hours", "opening", "oeffnungszeiten", "zeiten", "horaires", "horario", "horarios", "orari"},
    {"duration", "dauer", "duree", "duracion", "durata"},
    {"distance", "length", "distanz", "entfernung", "distancia", "distanza"},
    {"difficulty", "schwierigkeit", "difficulte", "dificultad", "difficolta"},
)
"""What readers choose by, the most telling first."""
_SHORT = ("Symbol", "Boolean", *NUMBERS)


class CardFields(NamedTuple):
    """The fields of a content type that stand on cards: `above` the title what and where, `below` what decides."""

    above: tuple[str, ...]
    below: tuple[str, ...]


NO_FIELDS = CardFields((), ())


def card_fields(content_type: ContentType, roles: Roles) -> CardFields:
    """Return the fields for a type's cards."""
    taken = {roles.title, roles.slug, roles.surname, roles.date, *roles.hidden}
    fields = [field for field in content_type.fields if field.id not in taken]
    what = next((field.id for field in fields if _names(field, _WHAT, _WHAT_IF_LINKED)), "")
    where = next((field.id for field in fields if field.id != what and _names(field, _WHERE, set())), "")
    return CardFields(tuple(filter(None, (what, where))), _deciding(fields))


def _names(field: Field, words: AbstractSet[str], if_linked: AbstractSet[str]) -> bool:
    """Whether a field names what, or where, an entry is: in a short text, by a link or by several."""
    own = {*words_of(field.id)}
    linked = "Entry" in (field.link_type, field.items.get("linkType"))
    return (bool(own & words) and (linked or field.type == "Symbol")) or (bool(own & if_linked) and linked)


def _deciding(fields: list[Field]) -> tuple[str, ...]:
    short = [field for field in fields if field.type in _SHORT]
    found = (field.id for words in _DECIDING for field in short if _decides(field, words))
    return tuple(dict.fromkeys(found))


def _decides(field: Field, words: AbstractSet[str]) -> bool:
    return bool(words & {*words_of(field.id)}) and ((field.type == "Boolean") == ("free" in words))
