"""Which content types a guide offers first: those that show something of their own; helpers come last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import is_for_search, leads_to_entries, targets_of, words_of
from exporter.guide.schema.machine_words import is_for_nobody
from exporter.guide.schema.type_traits import type_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from exporter.core.model import ContentType, Field

HELPERS = {
    *("category", "categories", "tag", "tags", "topic", "topics", "genre", "keyword", "taxonomy", "label", "subject"),
    *("person", "people", "author", "authors", "speaker", "contributor", "writer", "editor", "staff", "employee"),
    *("kategorie", "categorie", "categoria", "autor", "auteur", "autore", "persona", "personne"),
}
"""Words in the names of types that say of others what these are about, or who made them."""


def shows_itself(content_type: ContentType, embedded: AbstractSet[str]) -> bool:
    """Whether the entries of a type have texts or pictures of their own, or are made of parts, which are `embedded`."""
    return any(_is_own(field, embedded) for field in content_type.fields if not is_for_nobody(field))


def _is_own(field: Field, embedded: AbstractSet[str]) -> bool:
    is_picture = "Asset" in (field.link_type, field.items.get("linkType"))
    return field.type in ("Text", "RichText") or is_picture or bool(embedded & {*targets_of(field)})


def helper_types(types: Mapping[str, ContentType], embedded: AbstractSet[str]) -> frozenset[str]:
    """Return the types that others link to, and that show nothing of their own or are named as helpers are.

    The Delivery API does not say where single links lead. One that may lead anywhere leads to all that show nothing,
    and to what it is named after: a `category` to the type Category.
    """
    return frozenset(name for name in types.keys() - embedded if _is_helper(types, types[name], embedded))


def _is_helper(types: Mapping[str, ContentType], found: ContentType, embedded: AbstractSet[str]) -> bool:
    own = type_words(found)
    others = (field for other in types.values() if other is not found for field in other.fields)
    leading = [field for field in others if leads_to_entries(field) and not is_for_search(field)]
    free = [field for field in leading if not targets_of(field) and field.type != "RichText"]
    is_named = any(found.id in targets_of(field) for field in leading) or any(
        own & {*words_of(field.id)} for field in free
    )
    if own & HELPERS and is_named:
        return True
    is_dated = any(field.type == "Date" for field in found.fields)
    return not is_dated and not shows_itself(found, embedded) and (is_named or free != [])
