"""The addresses that an entry's pages want: the pattern of site.yaml filled in, else the type and the slug.

What a pattern reads of linked entries is not known where one entry is read. There an address holds a mark between NULs:
the key of the linked entry and the path of what is read of it. Marks are resolved once all entries are known, and again
when one of them changes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from exporter.config.url_patterns import DATE_PARTS, PLACEHOLDER, links_to_entries, paths_of
from exporter.core.model import link_key
from exporter.core.moved import APART
from exporter.core.own_address import decoded, own_address
from exporter.core.url_names import bounded, url_path, url_segment, with_ending
from exporter.guide.index.earlier_tables import EarlierAddress
from exporter.guide.schema.dates import read_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import Item
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import ItemFacts
    from exporter.guide.schema.guide_model import GuideModel

_MARK = re.compile("\0([^\0]*)\0([^\0]*)\0")
HOME = "home"
"""What the address of an entry with the slug `/` ends in."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOST_LINKS = 9
"""Links that a placeholder follows; one of a hostile pattern ends here."""


def base_address(guide: GuideModel, item: Item, locale: str) -> str:
    """Return the address that an entry's page wants, with marks for values of linked entries."""
    wanted = guide.site.pages.get(item.content_type)
    prefix = guide.prefixes[locale]
    if wanted is None or wanted.url is None:
        return f"{prefix}{guide.segments[item.content_type]}/{own_slug(guide, item, locale)}/"
    filled = prefix + PLACEHOLDER.sub(lambda found: _filled(guide, item, found[1], locale), wanted.url)[1:]
    return filled if "\0" in filled else bounded(filled)


def own_slug(guide: GuideModel, item: Item, locale: str) -> str:
    """Return the last segment of an entry's address where no pattern of site.yaml says otherwise."""
    content_type = guide.model.types.get(item.content_type)
    if content_type is None:
        return _id_segment(item.key.id)
    name, shown = content_type.slug_field, content_type.display_field
    written = own_address(name, _text(guide, item, name, locale)) if name else ""
    slug = url_path(decoded(written)) if written != "/" else HOME
    titles = (_title_segment(guide, item, shown, code) for code in (locale, guide.default))
    return slug or next(filter(None, titles), "") or _id_segment(item.key.id)


def _title_segment(guide: GuideModel, item: Item, shown: str, locale: str) -> str:
    """Return one segment of an address for an entry's display field: what it is called where that is an address."""
    text = _text(guide, item, shown, locale)
    if text and (text.startswith("/") or not own_address("url", text)):
        title = guide.title(item, locale)
        text = title if title == text or title != guide.untitled(item.content_type) else ""
    return "" if text.startswith(("https://", "http://")) else url_segment(text.replace("/", " ").lower())


def _text(guide: GuideModel, item: Item, name: str, locale: str) -> str:
    value = guide.answer(item, name, locale).value
    return value if isinstance(value, str) else ""


def _id_segment(identifier: str) -> str:
    return url_path(identifier) or "entry"


def _filled(guide: GuideModel, item: Item, path: str, locale: str) -> str:
    """Fill in one placeholder: a field, a part of a date, a mark for a linked entry's value; else the entry's id."""
    name, _, rest = path.partition(".")
    if name == "sys":
        name, _, rest = rest.partition(".")
        return _segment(str(item.sys.get(name, "")), rest) or _id_segment(item.key.id)
    value = linked_value(guide.answer(item, name, locale).value)
    if value.startswith("\0"):
        known = links_to_entries(guide.model.types.get(item.content_type), name)
        return f"{value}\0{rest}\0" if known else _id_segment(item.key.id)
    return _segment(value, rest) or _id_segment(item.key.id)


def linked_value(value: Json) -> str:
    """Return a field's value as text for an address, of several the first; for a link to an entry a NUL and its key."""
    first = value[0] if isinstance(value, list) and value else value
    key = link_key(first) if isinstance(first, dict) else None
    if key is not None and key.kind == "entry":
        return f"\0entry:{_plain(key.id)}"
    return _plain(str(first)) if isinstance(first, (str, int)) else ""


def _plain(text: str) -> str:
    bare = text.replace("\0", "")
    return bare if bare.isascii() else bare.encode("utf-8", "replace").decode()


def _segment(value: str, rest: str) -> str:
    if not rest:
        return url_path(value)
    return value[DATE_PARTS[rest]] if rest in DATE_PARTS and _DATE.match(value) else ""


def linked_values(guide: GuideModel, item: Item) -> tuple[tuple[str, str, str], ...]:
    """Return what the addresses of others read of an entry: field, locale and value; the field "" is its slug."""
    content_type = guide.model.types.get(item.content_type) if guide.linked_fields else None
    found: list[tuple[str, str, str]] = []
    for name in sorted(guide.linked_fields) if content_type is not None else ():
        if not name:
            found += [(name, code, own_slug(guide, item, code)) for code in guide.locales]
        elif content_type is not None and content_type.find(name):
            found += [(name, code, linked_value(guide.answer(item, name, code).value)) for code in guide.locales]
    return tuple(found)


def resolve(base: str, locale: str, facts_of: Callable[[str], ItemFacts | None]) -> str:
    """Replace the marks of an address by values of linked entries; by the id where there is no entry or no value."""
    return bounded(_MARK.sub(lambda found: _linked(found[1], found[2], locale, facts_of, _MOST_LINKS), base))


def _linked(key: str, path: str, locale: str, facts_of: Callable[[str], ItemFacts | None], depth: int) -> str:
    name, _, rest = path.partition(".")
    facts = facts_of(key)
    values = facts.linked_values if facts is not None else ()
    value = next((text for field, code, text in values if (field, code) == (name, locale)), "")
    if value.startswith("\0"):
        ends = not rest or not depth
        return _id_segment(value[7:]) if ends else _linked(value[1:], rest, locale, facts_of, depth - 1)
    return _segment(value, rest) or _id_segment(key.removeprefix("entry:"))


def dependents(index: GuideIndex, guide: GuideModel, key: str) -> set[str]:
    """Return the keys of the entries whose addresses read something of an entry."""
    found: set[str] = set()
    for type_id, wanted in guide.site.pages.items():
        for path in paths_of(wanted.url or ""):
            if links_to_entries(guide.model.types.get(type_id), path[0]):
                steps = path[:-1] or path
                found.update(*(_leading_to(index, key, steps[:end]) for end in range(1, len(steps) + 1)))
    return found


def _leading_to(index: GuideIndex, key: str, steps: tuple[str, ...]) -> set[str]:
    """Return the entries from which links of these fields, one after the other, lead to an entry."""
    keys = {key}
    for name in reversed(steps):
        keys = {source for target in keys for source in index.links.sources(target, name)}
    return keys


def earlier_addresses(
    index: GuideIndex,
    guide: GuideModel,
    item: Item,
    fields: Mapping[str, Mapping[str, list[str]]],
    facts_of: Callable[[str], ItemFacts | None],
) -> Iterator[EarlierAddress]:
    """Yield the addresses of pages as they were before one of the fields that they are made of changed.

    `facts_of` returns what the index knows of an entry.
    """
    key, standing = str(item.key), facts_of(str(item.key))
    if standing is None:
        return
    others = sorted(dependents(index, guide, key) - {key}) if guide.linked_fields else []
    linking = [facts for facts in map(facts_of, others) if facts is not None]
    for before in _earlier(guide, item, {name: values for name, values in fields.items() if name != APART}):
        known = {key: standing._replace(linked_values=linked_values(guide, before))}
        own = (base for base in _own_bases(guide, before) if base not in standing.bases)
        bases = [(key, locale, base) for locale, base in own]
        bases += [(facts.key, locale, base) for facts in linking for locale, base in facts.bases]
        for source, locale, base in bases:
            yield EarlierAddress(source, locale, resolve(base, locale, partial(_facts_from, known, facts_of)))
    yield from _dated(guide, item, standing, fields)
    for code, paths in fields.get(APART, {}).items():
        if code in guide.prefixes:
            yield from (EarlierAddress(key, code, f"{guide.prefixes[code]}{url_path(path)}/") for path in paths)


def _dated(
    guide: GuideModel, item: Item, standing: ItemFacts, fields: Mapping[str, Mapping[str, list[str]]]
) -> Iterator[EarlierAddress]:
    """Yield the addresses in which an earlier date of an entry told it from others that want the same address."""
    wanted, roles = guide.site.pages.get(item.content_type), guide.roles.get(item.content_type)
    if roles is None or roles.date not in fields or (wanted is not None and wanted.url is not None):
        return
    bases = dict(standing.bases)
    for before in _earlier(guide, item, {roles.date: fields[roles.date]}):
        for code, day in dates_of(guide, before):
            if code in bases and (code, day) not in standing.dates:
                yield EarlierAddress(standing.key, code, with_ending(bases[code], day), dated=True)


def dates_of(guide: GuideModel, item: Item) -> tuple[tuple[str, str], ...]:
    """Return the day that puts an entry in the calendar, by locale; nothing for an entry without one."""
    roles = guide.roles.get(item.content_type)
    if roles is None or not roles.date or roles.date not in item.fields:
        return ()
    moments = ((code, read_date(guide.answer(item, roles.date, code).value)) for code in guide.locales)
    return tuple((code, moment.when.date().isoformat()) for code, moment in moments if moment is not None)


def _own_bases(guide: GuideModel, item: Item) -> Iterator[tuple[str, str]]:
    for code in guide.locales if item.content_type in guide.types else ():
        yield code, base_address(guide, item, code)


def _earlier(guide: GuideModel, item: Item, fields: Mapping[str, Mapping[str, list[str]]]) -> Iterator[Item]:
    """Yield an entry as it was before each change of its fields."""
    for name, by_locale in fields.items():
        for code, values in by_locale.items():
            yield from (_with_value(guide, item, name, code, value) for value in values)


def _facts_from(
    known: Mapping[str, ItemFacts], facts_of: Callable[[str], ItemFacts | None], key: str
) -> ItemFacts | None:
    return known.get(key) or facts_of(key)


def _with_value(guide: GuideModel, item: Item, name: str, locale: str, value: str) -> Item:
    """Return an entry as it was with an earlier value, which is a key where the field was a link."""
    earlier: Json = value
    kind, _, identifier = value.partition(":")
    if kind == "entry" and links_to_entries(guide.model.types.get(item.content_type), name):
        earlier = {"sys": {"type": "Link", "linkType": "Entry", "id": identifier}}
    fields = {**item.fields, name: {**item.localized(name), locale: earlier}}
    return replace(item, raw={**item.raw, "fields": fields})
