"""The names of fields and content types, and what follows from them: for whom a field is, and what it holds."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from exporter.core.model import Field

SHORT = {"Symbol", "Text"}
LONG = {"Text", "RichText"}
NUMBERS = {"Integer", "Number"}

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_JOINED = {("tag", "line"), ("head", "line"), ("hash", "tag")}
_SPELLED = re.compile(
    r"[a-z]{2}[A-Za-z0-9]*(?:_[A-Za-z0-9]+)*|[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|(?:[A-Z][a-z]{2,}){2,}", re.ASCII
)
_BRANDS = {
    *("YouTube", "TripAdvisor", "WhatsApp", "SoundCloud", "OpenTable", "PayPal", "WordPress", "BandCamp", "FaceTime"),
}
_HUMPS = re.compile(r"_|[a-z0-9][A-Z]")
_KEY = re.compile(r"[A-Za-z0-9_-]+")

TITLES = ("title", "headline", "heading", "name", "label", "question")
ADDRESSES = {"url", "href", "link", "uri"}
_INTERNAL = {"internal", "admin", "cms", "backend"}
_INTERNAL_NAMES = {"entryname", "entrytitle", "internalname", "internaltitle"}
_ORDER = {"order", "ordering", "sort", "position", "sequence", "reihenfolge", "ordre", "orden"}
_OF_ORDER = {"display", "list", "menu", "nav", "navigation", "index", "number", "key", "custom", "manual", "page"}
ALT = {"alt", "text", "alternative", "alternate"}
_SEARCH = {"seo", "og"}
_SEARCH_ONLY = {"title", "description", "keywords", "image", "robots", "name"}
_SEARCH_TYPES = ({"seo"}, {"metadata"}, {"meta", "data"}, {"open", "graph"})


@lru_cache(maxsize=1 << 12)
def words_of(identifier: str) -> tuple[str, ...]:
    """Return the words of an id in lower case; `shortDescription` and `short_description` have the same.

    `subTitle` and `tagLine` are one word, as `subtitle` and `tagline` are.
    """
    found: list[str] = []
    for part in _WORD.findall(identifier):
        word = part.lower()
        if found and (found[-1] == "sub" or (found[-1], word) in _JOINED):
            found[-1] += word
        else:
            found.append(word)
    return tuple(found)


@lru_cache(maxsize=1 << 12)
def label(name: str) -> str:
    """Return what a field or type is called; in words where editors left it spelled as programs do: `openingHours`.

    Of a path, such as `Lesson > Copy`, it is the last part.
    """
    name = name.rpartition(" > ")[2].strip() or name
    if _SPELLED.fullmatch(name) and _HUMPS.search(name) and name not in _BRANDS:
        return key_name(name)
    return name[:1].upper() + name[1:] if name[:2].islower() else name


def key_name(key: str) -> str:
    """Return a key of an object as words: `openingHours` becomes Opening hours."""
    words = " ".join(words_of(key)) if _KEY.fullmatch(key) else key
    return words[:1].upper() + words[1:] or key


def title_rank(identifier: str, titles: tuple[str, ...] = TITLES) -> int:
    """Return how well an id names a title, the best first: the place of its last word in `titles`."""
    words = words_of(identifier)
    return titles.index(words[-1]) if words and words[-1] in titles else len(titles)


def targets_of(field: Field) -> tuple[str, ...]:
    """Return the content types that a field may link to, as far as its validations name them."""
    nodes = [inner for rule in field.rules if isinstance(rule.get("nodes"), dict) for inner in rule["nodes"].values()]
    inside = [rule for rules in nodes if isinstance(rules, list) for rule in rules if isinstance(rule, dict)]
    named = [rule.get("linkContentType") for rule in (*field.rules, *inside)]
    found = [name for names in named for name in (names if isinstance(names, list) else [names])]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def leads_to_entries(field: Field) -> bool:
    """Whether a field can link to entries."""
    return field.type == "RichText" or "Entry" in (field.link_type, field.items.get("linkType"))


def is_patterned(field: Field) -> bool:
    """Whether a field's texts have to match a regular expression."""
    return any("regexp" in rule for rule in field.rules)


def is_internal(field: Field) -> bool:
    """Whether a field is an internal note of the editors."""
    words = {*words_of(field.id), *words_of(field.name)}
    is_note = field.type in SHORT and bool(words & _INTERNAL)
    return is_note or "".join(words_of(field.id)) in _INTERNAL_NAMES


def is_for_search(field: Field) -> bool:
    """Whether a field is for search engines."""
    words, targets = words_of(field.id), targets_of(field)
    first = words[0] if words else ""
    if first in _SEARCH or (first == "meta" and set(words[1:]) & _SEARCH_ONLY):
        return True
    if field.link_type != "Entry" and not targets:
        return False
    return says_search(field.id) or (targets != () and all(says_search(target) for target in targets))


def says_search(identifier: str) -> bool:
    """Whether an id names a type for search engines."""
    words = {*words_of(identifier)}
    return any(names <= words for names in _SEARCH_TYPES)


def is_order(field: Field) -> bool:
    """Whether a field holds the place that editors give an entry among others."""
    words = {*words_of(field.id)}
    return field.type in NUMBERS and bool(_ORDER & words) and words <= {*_ORDER, *_OF_ORDER}


def is_alt(field: Field) -> bool:
    """Whether a field says in words what a picture shows."""
    words = words_of(field.id)
    return field.type in SHORT and bool((ALT - {"text"}) & {*words}) and words[-1] in ("alt", "text")


_BODIES = {
    *("body", "content", "text", "copy", "description", "article", "story", "page", "post", "main", "details", "about"),
    *("bio", "biography", "markdown", "html", "answer", "message", "quote"),
}
_PLAIN = {"body", "content", "text", "copy", "main", "rich"}
_MODULES = {
    *("sections", "modules", "blocks", "components", "elements", "rows", "widgets", "parts", "items", "children"),
    *("section", "module", "block", "component", "element", "row", "widget", "part", "item", "page", "type"),
    *("hero", "banner", "media", "grid", "tile", "tiles", "teaser", "teasers", "banners", "slides", "panels", *_PLAIN),
    *(
        "inhalt",
        "inhalte",
        "baustein",
        "bausteine",
        "elemente",
        "abschnitte",
        "bereiche",
        "contenu",
        "contenus",
        "blocs",
    ),
    *("contenido", "contenidos", "bloques", "secciones", "contenuto", "contenuti", "blocchi", "sezioni"),
}
_PICTURES = {"image", "picture", "photo", "img"}
_NUMBERED = {"first", "second", "third", "fourth", "fifth"}


def is_body(name: str, type_words: AbstractSet[str]) -> bool:
    """Whether a text is, by its name, what a page is about, and not one part of that."""
    words = words_of(name)
    return words[:1] == ("about",) or (words != () and {*words} <= {"rich", "long", "full", *_BODIES, *type_words})


def is_plain(name: str, *, inside: bool) -> bool:
    """Whether a text needs no label above it; `inside` another entry's page fewer do."""
    return words_of(name) != () and {*words_of(name)} <= (_BODIES if inside else _PLAIN)


def is_counted(name: str) -> bool:
    """Whether a picture's name is only a number among others: `image2`, `secondPhoto`."""
    words = {*words_of(name)}
    return bool(words & _NUMBERED or any(word.isdigit() for word in words)) and all(
        word.isdigit() or word in _NUMBERED or word in _PICTURES for word in words
    )


def is_module(name: str) -> bool:
    """Whether a field has a designer's name for where parts of a page go, which means nothing to readers."""
    return words_of(name) != () and {*words_of(name)} <= _MODULES


def has_lines(name: str) -> bool:
    """Whether a text's line breaks have to stay: those of an address, or of opening hours."""
    return bool(_IN_LINES & {*words_of(name)})


_IN_LINES = {
    *("address", "adresse", "anschrift", "direccion", "domicilio", "indirizzo", "hours", "times", "oeffnungszeiten"),
    *("zeiten", "horaires", "horaire", "horario", "horarios", "orari"),
}
