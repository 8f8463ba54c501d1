"""What the fields of a content type are for, from the content model alone: title, summary, pictures, date, parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporter.model import ContentType, Field

SHORT = {"Symbol", "Text"}
LONG = {"Text", "RichText"}

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_TITLES = ("title", "headline", "heading", "name", "label", "question")
_INTERNAL = {"internal", "admin", "cms", "backend"}
_INTERNAL_NAMES = {"entryname", "entrytitle", "internalname", "internaltitle"}
_SUMMARIES = (
    *("summary", "lead", "lede", "excerpt", "teaser", "abstract", "standfirst", "subtitle", "tagline", "intro"),
    *("introduction", "description"),
)
_CAPTIONS = {"caption", "credit", "credits", "copyright"}
_SEARCH = {"seo", "og"}
_SEARCH_ONLY = {"title", "description", "keywords", "image", "robots", "name"}
_CODE = {"code", "snippet", "snippets", "css"}
_OLDEST_FIRST = {"start", "starts", "begin", "begins", "beginning", "event", "when", "from"}
_NEWEST_FIRST = {"date", "publish", "published", "publication", "post", "posted", "release", "released"}
_NO_ORDER = {
    *("birth", "birthday", "born", "death", "died", "founded", "built", "end", "ends", "until", "to", "expiry"),
    *("expires", "expiration", "update", "updated", "modified", "created", "deadline", "completed"),
}


def words_of(identifier: str) -> tuple[str, ...]:
    """Give the words of an id, in lower case: `shortDescription`, `short_description` and `Short description` alike."""
    return tuple(each.lower() for each in _WORD.findall(identifier))


@dataclass(frozen=True)
class Roles:
    """What the fields of a content type are for, each told by its id.

    `title` names an entry, the first of `named_by` that is filled does where that is empty. `summaries` say in a
    sentence what it is, the best first. `pictures` are the fields that its picture is looked for in, `captions` what
    stands below that. `date` puts it in the calendar, the newest first where `newest_first`. `hidden` are fields that
    are not for readers; `code` those that hold source code. `is_titled` says that the title is for readers where the
    entry stands inside another one's page.
    """

    title: str
    named_by: tuple[str, ...]
    summaries: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    captions: frozenset[str] = frozenset()
    date: str = ""
    newest_first: bool = False
    hidden: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()
    is_titled: bool = True


UNKNOWN = Roles("title", ("title",), _SUMMARIES)
"""What is told of an asset, or of an entry whose type the content model does not know."""


def roles_of(content_type: ContentType) -> Roles:
    """Tell what the fields of a content type are for."""
    fields = content_type.fields
    title = title_field(content_type)
    date, newest_first = _calendar(fields)
    short = [each for each in fields if each.type in SHORT and each.id not in (title, "slug")]
    hidden = {each.id for each in fields if each.id in ("slug", "order") or is_internal(each) or _is_for_search(each)}
    named = sorted((each.id for each in short if each.id not in hidden and not _is_patterned(each)), key=_title_rank)
    return Roles(
        title,
        tuple(filter(None, (title, *named))),
        _summaries(short),
        tuple(each.id for each in sorted(filter(_may_be_picture, fields), key=_picture_rank)),
        frozenset(each.id for each in short if _CAPTIONS & set(words_of(each.id)[-1:])),
        date,
        newest_first,
        frozenset(hidden),
        _code(content_type),
        _is_titled(content_type, title),
    )


def title_field(content_type: ContentType) -> str:
    """Give the field that says what readers call an entry: the one that editors see, unless that is their own note.

    Then it is the one called `title`, `name` and so on, or so with the type before it: the `pageTitle` of a page.
    """
    shown = content_type.display_field
    own = content_type.find(shown)
    if own is None or not is_internal(own):
        return shown
    of_type = {*words_of(content_type.id), *words_of(content_type.name)}
    texts = (each for each in content_type.fields if each.type in SHORT and not is_internal(each))
    known = (each.id for each in texts if not _is_for_search(each) and set(words_of(each.id)[:-1]) <= of_type)
    best = min(known, key=_title_rank, default=shown)
    return best if _title_rank(best) < len(_TITLES) else shown


def targets_of(field: Field) -> tuple[str, ...]:
    """Give the content types that a field may link to, as far as its validations name some."""
    nodes = [inner for rule in field.rules if isinstance(rule.get("nodes"), dict) for inner in rule["nodes"].values()]
    inside = [rule for rules in nodes if isinstance(rules, list) for rule in rules if isinstance(rule, dict)]
    named = [rule.get("linkContentType") for rule in (*field.rules, *inside)]
    found = [name for each in named for name in (each if isinstance(each, list) else [each])]
    return tuple(dict.fromkeys(name for name in found if isinstance(name, str)))


def _is_patterned(field: Field) -> bool:
    return any("regexp" in each for each in field.rules)


def is_internal(field: Field) -> bool:
    """Tell whether a field is a note of editors among themselves."""
    words = {*words_of(field.id), *words_of(field.name)}
    return bool(words & _INTERNAL) or "".join(words_of(field.id)) in _INTERNAL_NAMES


def _title_rank(identifier: str) -> int:
    words = words_of(identifier)
    return _TITLES.index(words[-1]) if words and words[-1] in _TITLES else len(_TITLES)


def _is_for_search(field: Field) -> bool:
    words, targets = words_of(field.id), targets_of(field)
    first = words[0] if words else ""
    if first in _SEARCH or (first == "meta" and set(words[1:]) & _SEARCH_ONLY):
        return True
    if field.link_type != "Entry" and not targets:
        return False
    return "seo" in words or (targets != () and all("seo" in words_of(each) for each in targets))


def _summaries(fields: Iterable[Field]) -> tuple[str, ...]:
    """Give the fields whose last word is one for a summary: by that word, a short field first."""
    ranked = [
        (_SUMMARIES.index(words[-1]), each.type != "Symbol", number, each.id)
        for number, each in enumerate(fields)
        if (words := words_of(each.id)) and words[-1] in _SUMMARIES and not _is_for_search(each)
    ]
    return tuple(each[-1] for each in sorted(ranked))


def _may_be_picture(field: Field) -> bool:
    return "Asset" in (field.link_type, field.items.get("linkType"))


def _picture_rank(field: Field) -> tuple[bool, bool]:
    """Put single pictures before lists, and marks such as icons and logos behind."""
    words = set(words_of(field.id))
    return field.type == "Array", bool(words & {"icon", "icons", "favicon", "favicons", "logo", "og", "seo"})


def _calendar(fields: tuple[Field, ...]) -> tuple[str, bool]:
    """Give the field that puts entries in the calendar, and whether the newest comes first; empty for none."""
    for each in fields:
        words = set(words_of(each.id))
        if each.type == "Date" and not words & _NO_ORDER and words & (_OLDEST_FIRST | _NEWEST_FIRST):
            return each.id, not words & _OLDEST_FIRST
    return "", False


def _code(content_type: ContentType) -> frozenset[str]:
    """Give the Text fields that hold source code: those called so, or all of a type that is."""
    texts = [each for each in content_type.fields if each.type == "Text"]
    if {"snippet", "snippets"} & {*words_of(content_type.id), *words_of(content_type.name)}:
        return frozenset(each.id for each in texts)
    return frozenset(each.id for each in texts if _CODE & set(words_of(each.id)))


def _is_titled(content_type: ContentType, title: str) -> bool:
    """Tell whether a title is for readers; one of a pattern, or the only text without translations, is for editors."""
    own = content_type.find(title)
    if own is None or _is_patterned(own) or is_internal(own):
        return False
    texts = (each for each in content_type.fields if each.type in {"Symbol", "Text", "RichText"})
    return own.localized or not any(each.localized for each in texts)


def parts_of(types: Mapping[str, ContentType]) -> frozenset[str]:
    """Give the content types whose entries are parts of other pages.

    They have no slug, and a list of links takes them among others that have none: the modules of a page. Or their only
    title is a note of editors, and a field links to them.
    """
    found: set[str] = set()
    for field in (field for each in types.values() for field in each.fields if field.type == "Array"):
        targets = targets_of(field)
        if len(targets) > 1 and not any(_has_slug(types, each) for each in targets):
            found.update(targets)
    named = {name for each in types.values() for name in _named(each, search=False)}
    noted = (each for each in types.values() if each.find("slug") is None and each.id in named)
    return frozenset({*found, *(each.id for each in noted if _is_noted(each))} & types.keys())


def _named(content_type: ContentType, *, search: bool) -> set[str]:
    """Give the other content types that fields link to: those for search engines, or all others."""
    fields = (each for each in content_type.fields if _is_for_search(each) is search)
    return {name for each in fields for name in targets_of(each)} - {content_type.id}


def _is_noted(content_type: ContentType) -> bool:
    title = content_type.find(title_field(content_type))
    return title is not None and is_internal(title)


def _has_slug(types: Mapping[str, ContentType], type_id: str) -> bool:
    return type_id in types and types[type_id].find("slug") is not None


def pages_of(types: Mapping[str, ContentType]) -> tuple[str, ...]:
    """Give the content types that have pages: those with a slug or a title, and those that no other says it links to.

    Of types that link to each other alone the first has pages too, so that what they hold stands somewhere; what is
    for search engines alone, as a type called SEO without a slug is, has none. First those with a slug, then those with
    a title, the parts of other pages last.
    """
    named = {each.id: _named(each, search=False) for each in types.values()}
    linked = {name for names in named.values() for name in names}
    unseen = {name for each in types.values() for name in _named(each, search=True)} - linked
    unseen |= {each.id for each in types.values() if "seo" in words_of(each.id) and each.find("slug") is None}
    shown = [each for each in types.values() if each.id not in unseen or each.find("slug")]
    found = {each.id for each in shown if each.address_field or each.id not in linked}
    led = _led_to(found, named)
    for each in types:
        if each not in led and each not in unseen:
            found.add(each)
            led |= _led_to([each], named)
    parts = parts_of(types)
    ordered = sorted((types[each] for each in types if each in found), key=lambda each: _page_rank(each, parts))
    return tuple(each.id for each in ordered)


def _led_to(found: Iterable[str], named: Mapping[str, Iterable[str]]) -> set[str]:
    """Give some content types and all that links lead to from them."""
    seen, pending = set(found), list(found)
    while pending:
        new = set(named.get(pending.pop(), ())) - seen
        seen |= new
        pending += new
    return seen


def _page_rank(content_type: ContentType, parts: frozenset[str]) -> tuple[bool, bool]:
    return content_type.id in parts, content_type.find("slug") is None
