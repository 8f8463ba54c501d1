"""What fields and content types are called, and what that tells of them: for whom a field is, and what it holds."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.model import ContentType, Field

SHORT = {"Symbol", "Text"}
LONG = {"Text", "RichText"}
NUMBERS = {"Integer", "Number"}

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_JOINED = {("tag", "line"), ("head", "line")}
_SPELLED = re.compile(r"[a-z]{2}[A-Za-z0-9]*(?:_[A-Za-z0-9]+)*|[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+", re.ASCII)
_HUMPS = re.compile(r"_|[a-z0-9][A-Z]")

TITLES = ("title", "headline", "heading", "name", "label", "question")
_LABELS = (*TITLES, "text")
_NO_TITLE = {"url", "href", "link", "uri", "cta", "button", "key", "id", "hash", "year"}
ADDRESSES = {"url", "href", "link", "uri"}
_FORENAMES = ({"first", "name"}, {"given", "name"}, {"forename"})
_SURNAMES = ({"last", "name"}, {"family", "name"}, {"surname"})
_INTERNAL = {"internal", "admin", "cms", "backend"}
_INTERNAL_NAMES = {"entryname", "entrytitle", "internalname", "internaltitle"}
_ORDER = {"order", "ordering", "sort", "position", "sequence"}
_ALT = {"alt", "alternative", "alternate"}
_SEARCH = {"seo", "og"}
_SEARCH_ONLY = {"title", "description", "keywords", "image", "robots", "name"}
_SEARCH_TYPES = ({"seo"}, {"metadata"}, {"meta", "data"}, {"open", "graph"})
_SWITCHES = {"hide", "show", "display", "enable", "disable", "render"}
_SIDES = {"left", "right", "button", "cta"}
_STATES = {"toggle", "enabled", "disabled", "visible", "hidden", "visibility", "noindex", "nofollow"}
_LOOKS = (
    *({"layout"}, {"alignment"}, {"align"}, {"variant"}, {"css"}, {"classname"}, {"anchor"}, {"hash"}, {"placeholder"}),
    *({"background", "color"}, {"background", "colour"}, {"text", "color"}, {"text", "colour"}, {"theme", "color"}),
    *({"color", "palette"}, {"color", "scheme"}, {"focal", "point"}, {"aspect", "ratio"}, {"display", "as"}),
    *({"display", "mode"}, {"uid"}, {"uuid"}),
)
"""Words that belong together, of fields that say how a template shows an entry, or where."""


@lru_cache(maxsize=1 << 12)
def words_of(identifier: str) -> tuple[str, ...]:
    """Give the words of an id, in lower case: `shortDescription`, `short_description` and `Short description` alike.

    `subTitle` and `tagLine` are one word, as `subtitle` and `tagline` are.
    """
    found: list[str] = []
    for each in (word.lower() for word in _WORD.findall(identifier)):
        if found and (found[-1] == "sub" or (found[-1], each) in _JOINED):
            found[-1] += each
        else:
            found.append(each)
    return tuple(found)


@lru_cache(maxsize=1 << 12)
def label(name: str) -> str:
    """Give what a field or type is called, in words where editors left it as programs spell it: `openingHours`."""
    if not _SPELLED.fullmatch(name):
        return name[:1].upper() + name[1:] if name[:2].islower() else name
    words = " ".join(words_of(name)) if _HUMPS.search(name) else name
    return words[:1].upper() + words[1:]


def title_rank(identifier: str, titles: tuple[str, ...] = TITLES) -> int:
    """Tell how good an id is for that of a title: the number of its last word among those that titles have."""
    words = words_of(identifier)
    return titles.index(words[-1]) if words and words[-1] in titles else len(titles)


def title_field(content_type: ContentType) -> str:
    """Give the field that says what readers call an entry: the one that editors see, unless that is their own note.

    Then it is the one called `title`, `name` and so on, or so with the type before it: the `pageTitle` of a page. So it
    is where editors see an address or a key.
    """
    shown = content_type.display_field
    own = content_type.find(shown)
    if own is None or not (is_internal(own) or _NO_TITLE & {*words_of(shown)[-1:]}):
        return shown
    titles = TITLES if is_internal(own) else _LABELS
    before = {*words_of(content_type.id), *words_of(content_type.name), "first", "given"}
    texts = (each for each in content_type.fields if each.type in SHORT and not is_internal(each))
    known = (each.id for each in texts if not is_for_search(each) and {*words_of(each.id)[:-1]} <= before)
    best = min(known, key=lambda each: title_rank(each, titles), default=shown)
    return best if title_rank(best, titles) < len(titles) else shown


def surname_field(content_type: ContentType, title: str) -> str:
    """Give the field of a person's surname, where the `title` is a first name; empty for none."""
    if {*words_of(title)} not in _FORENAMES:
        return ""
    return next((each.id for each in content_type.fields if {*words_of(each.id)} in _SURNAMES), "")


def targets_of(field: Field) -> tuple[str, ...]:
    """Give the content types that a field may link to, as far as its validations name some."""
    nodes = [inner for rule in field.rules if isinstance(rule.get("nodes"), dict) for inner in rule["nodes"].values()]
    inside = [rule for rules in nodes if isinstance(rules, list) for rule in rules if isinstance(rule, dict)]
    named = [rule.get("linkContentType") for rule in (*field.rules, *inside)]
    found = [name for each in named for name in (each if isinstance(each, list) else [each])]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def leads_to_entries(field: Field) -> bool:
    """Tell whether entries can be linked to in a field."""
    return field.type == "RichText" or "Entry" in (field.link_type, field.items.get("linkType"))


def is_patterned(field: Field) -> bool:
    """Tell whether a field's texts have to follow a pattern."""
    return any("regexp" in each for each in field.rules)


def is_for_nobody(field: Field) -> bool:
    """Tell whether a field is for no reader: for editors, for search engines, for the order, a switch of a template."""
    return field.id == "slug" or is_order(field) or is_internal(field) or is_for_search(field) or _is_switch(field)


def is_internal(field: Field) -> bool:
    """Tell whether a field is a note of editors among themselves."""
    words = {*words_of(field.id), *words_of(field.name)}
    return bool(words & _INTERNAL) or "".join(words_of(field.id)) in _INTERNAL_NAMES


def is_for_search(field: Field) -> bool:
    """Tell whether a field is for search engines."""
    words, targets = words_of(field.id), targets_of(field)
    first = words[0] if words else ""
    if first in _SEARCH or (first == "meta" and set(words[1:]) & _SEARCH_ONLY):
        return True
    if field.link_type != "Entry" and not targets:
        return False
    return says_search(field.id) or (targets != () and all(says_search(each) for each in targets))


def says_search(identifier: str) -> bool:
    """Tell whether an id is that of a type for search engines."""
    words = {*words_of(identifier)}
    return any(each <= words for each in _SEARCH_TYPES)


def is_order(field: Field) -> bool:
    """Tell whether a field holds the place among others that an editor gives an entry."""
    return field.id == "order" or (field.type in NUMBERS and bool(_ORDER & {*words_of(field.id)}))


def _is_switch(field: Field) -> bool:
    """Tell whether a field says how a template is to show an entry, or names it for a program."""
    words = words_of(field.id)
    if field.type == "Boolean":
        return bool(_SWITCHES & {*words[:1]} or _SIDES & {*words[-1:]} or _STATES & {*words})
    if field.type in ("Symbol", "Integer") and (words[-1:] == ("id",) or words == ("key",)):
        return True
    return not field.link_type and field.type not in LONG and any(each <= {*words} for each in _LOOKS)


def is_alt(field: Field) -> bool:
    """Tell whether a field says in words what a picture shows."""
    words = words_of(field.id)
    return field.type in SHORT and bool(_ALT & set(words)) and words[-1] in ("alt", "text")


def leads_on(content_type: ContentType) -> str:
    """Give the field whose address an entry stands for, as a button or a link does; empty for any other type."""
    fields = [each for each in content_type.fields if not is_for_nobody(each)]
    texts = [each.id for each in fields if each.type == "Symbol" and not _STYLES & {*words_of(each.id)}]
    found = [each for each in texts if ADDRESSES & {*words_of(each)[-1:]}]
    plain = len(fields) <= _FEW and not any(each.type in LONG or each.type == "Array" for each in fields)
    return found[0] if plain and len(found) == 1 and len(texts) <= _FEW_TEXTS and not has_address(content_type) else ""


def called_by(content_type: ContentType) -> dict[str, tuple[str, str]]:
    """Give the addresses that a text beside them names, as `buttonText` does `buttonLink`: its field, what both are."""
    texts = {words_of(each.id): each.id for each in content_type.fields if each.type == "Symbol"}
    found = {}
    for words, name in texts.items():
        beside = (texts.get((*words[:-1], each)) for each in ("text", "label", "title"))
        text = next(filter(None, beside), "") if words[-1:] and words[-1] in ADDRESSES else ""
        if text and words[:-1]:
            found[name] = text, label("_".join(words[:-1]))
    return found


_STYLES = {"theme", "variant", "style", "size", "icon", "color", "colour", "target"}
_FEW = 4
_FEW_TEXTS = 2
"""Fields, and texts among them, of an entry that is no more than a link: what it is called, where it leads."""


def has_address(content_type: ContentType) -> bool:
    """Tell whether editors give the entries of a type addresses of their own."""
    return bool(
        {word for each in content_type.fields for word in words_of(each.id)[-1:]} & {"slug", "permalink", "path"}
    )


_BODIES = {
    *("body", "content", "text", "copy", "description", "article", "story", "page", "post", "main", "details", "about"),
    *("bio", "biography", "markdown", "html", "answer", "message", "quote"),
}
_PLAIN = {"body", "content", "text", "copy", "main", "rich"}
_MODULES = {
    *("sections", "modules", "blocks", "components", "elements", "rows", "widgets", "parts", "items", "children"),
    *("section", "module", "block", "component", "element", "row", "widget", "part", "item", "page", "type"),
    *("hero", "banner", "media", "grid", *_PLAIN),
}
_TEMPLATES = {"theme", "mode", "template"}
_TOKEN = re.compile(r"[a-z][A-Za-z0-9]*(?:[_-][a-z0-9]+)*")


def is_body(name: str) -> bool:
    """Tell whether a text is by its name what a page is about, and no certain part of that."""
    return bool(_BODIES & {*words_of(name)})


def is_plain(name: str, *, inside: bool) -> bool:
    """Tell whether a text needs no name above it; `inside` another entry's page fewer do."""
    return words_of(name) != () and {*words_of(name)} <= (_BODIES if inside else _PLAIN)


def is_module(name: str) -> bool:
    """Tell whether a field is called as designers call where parts of a page go, which tells readers nothing."""
    return words_of(name) != () and {*words_of(name)} <= _MODULES


def has_lines(name: str) -> bool:
    """Tell whether the lines of a text are meant as they are written: those of an address, or of opening hours."""
    return bool({"address", "hours", "times"} & {*words_of(name)})


def is_style(name: str, text: str) -> bool:
    """Tell whether a text names a look to a template."""
    return name in _TEMPLATES and _TOKEN.fullmatch(text) is not None
