"""Modules: content types whose entries are the parts that editors make pages of, by fields that hold lists of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import is_for_search, targets_of, words_of
from exporter.guide.schema.type_traits import has_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.core.model import ContentType, Field

_LISTS = {
    *("sections", "modules", "blocks", "components", "elements", "rows", "widgets", "slices", "parts", "zones"),
    *("component", "block", "module", "widget", "slice", "zone"),
}
"""Words in the names of fields that hold the parts of a page."""
PART_WORDS = {
    *("block", "module", "component", "widget", "slice", "section", "hero", "banner", "carousel", "accordion", "row"),
}
"""Words in the names of types whose entries are such parts."""
_LAID_OUT = {
    *(
        "tile",
        "teaser",
        "cta",
        "grid",
        "columns",
        "column",
        "slider",
        "slideshow",
        "spotlight",
        "callout",
        "testimonial",
    ),
    *("stats", "tabs", "spacer", "divider"),
}
"""Words in the names of types that are parts where a list of parts names no types, and they have no slugs."""
_PATH = " > "
"""What designers part the names of types with: `Landing > Hero` is what a `Landing` is made of."""
_SURE = {"block", "module", "component", "widget", "slice"}
"""Those of them that name a part even where it has a slug, which then is an anchor on the page."""


def module_types(types: Mapping[str, ContentType]) -> set[str]:
    """Return the content types that are modules of pages.

    A list of several types without slugs takes modules. In a list that is named as one of parts, such as `sections`, a
    few types may have slugs: those are anchors, unless other fields lead there too. A list that is named so but names
    no types takes those whose own names say that they are parts, of that type or of any.
    """
    found: set[str] = set()
    for owner, field in entry_lists(types):
        targets = targets_of(field)
        if len(targets) > 1:
            found.update(_modules_among(types, targets, is_named=is_of_parts(field)))
        elif not targets and is_of_parts(field):
            others = (content_type for name, content_type in types.items() if name != owner)
            found.update(other.id for other in others if _is_part(other, types[owner]))
    return found & types.keys()


def entry_lists(types: Mapping[str, ContentType]) -> Iterator[tuple[str, Field]]:
    """Yield the fields that hold lists of entries, each with the id of its content type."""
    for type_id, content_type in types.items():
        for field in content_type.fields:
            if field.type == "Array" and field.items.get("linkType") == "Entry" and not is_for_search(field):
                yield type_id, field


def is_of_parts(field: Field) -> bool:
    """Whether a list is named as one of parts of pages."""
    return bool(_LISTS & {*words_of(field.id)})


def is_surely_of_parts(field: Field) -> bool:
    """Whether it is named by a word that means nothing else, such as `blocks`."""
    return bool({*_SURE, *(f"{word}s" for word in _SURE)} & {*words_of(field.id)})


def _modules_among(types: Mapping[str, ContentType], targets: tuple[str, ...], *, is_named: bool) -> set[str]:
    """Return the modules among the types that a list takes; `is_named` says that it is named as one of parts."""
    addressed = {name for name in targets if name in types and has_address(types[name])}
    if not addressed:
        return {*targets}
    sure = {name for name in addressed if _SURE & _words(types[name])}
    if not is_named and addressed != sure:
        return set()
    few = 2 * len(addressed) < len(targets)
    anchored = {name for name in addressed if name in sure or (few and not _is_led_to_elsewhere(types, name))}
    return {*targets} - (addressed - anchored)


def _is_led_to_elsewhere(types: Mapping[str, ContentType], type_id: str) -> bool:
    """Whether a type has pages of its own by other signs: its parts, or a link to it that is not one to a part."""
    own = any(is_of_parts(field) for field in types[type_id].fields if field.type == "Array")
    fields = (field for content_type in types.values() for field in content_type.fields)
    return own or any(type_id in targets_of(field) and not is_of_parts(field) for field in fields)


def _is_part(content_type: ContentType, owner: ContentType) -> bool:
    """Whether a type's name says that it is a part of pages; one with slugs has to say so plainly."""
    words = _words(content_type)
    if any(is_of_parts(field) for field in content_type.fields if field.type == "Array") and content_type.slug_field:
        return False
    is_below = _PATH in content_type.name and content_type.name.split(_PATH)[0] == owner.name.split(_PATH)[0]
    return bool(_SURE & words or ((is_below or (PART_WORDS | _LAID_OUT) & words) and not has_address(content_type)))


def _words(content_type: ContentType) -> set[str]:
    return {*words_of(content_type.id), *words_of(content_type.name)}
