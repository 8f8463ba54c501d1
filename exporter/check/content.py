"""What is wrong with an item by itself, and what has to be known of it to judge others: from values, without a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.check.assets import alt_missing, odd_files
from exporter.check.written import links_in_text, path_of
from exporter.guide.pages.addresses import earlier_bases, earlier_linked_values
from exporter.guide.pages.item_facts import facts_of, links_in
from exporter.render.markup.link_syntax import is_refused
from exporter.report.problems import problem
from exporter.report.report import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.check.rules import Found, Rules
    from exporter.core.encoding import Json
    from exporter.core.model import Field, Item
    from exporter.report.report import Problem


Parts = tuple[tuple[str, str, str], ...]
"""What an entry says in the addresses of others: field, locale and value."""


class ItemFindings(NamedTuple):
    """What a look at an item gave; `name` is its key with its title.

    `links`: target, field and locale of what it links to. `written`: the same of links to addresses of the guide, whose
    target is a path. `bases`: locale and address of each page that it wants, `earlier` of those that it had, both with
    marks for what linked entries say; `parts`: what it says itself in addresses of others, `before` what it said there.
    `filled`: how many localised fields it has in each locale of the guide, and under "" in any of them.
    """

    key: str
    path: str
    type: str
    name: str
    problems: tuple[Problem, ...]
    links: tuple[tuple[str, str, str], ...] = ()
    written: tuple[tuple[str, str, str], ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    earlier: tuple[tuple[str, str], ...] = ()
    parts: Parts = ()
    before: tuple[Parts, ...] = ()
    filled: Mapping[str, int] | None = None


def look_at(rules: Rules, item: Item, path: str) -> ItemFindings:
    """Look at an item whose JSON lies at `path` under content/."""
    written = list(_written(rules, item))
    found = [*_coordinates(rules, item), *_refused(written)]
    if item.key.kind == "asset":
        found += [*alt_missing(rules, item), *odd_files(rules, item, path)]
    else:
        found += [*_required(rules, item), *_translations(rules, item)]
    key, file = str(item.key), f"content/{path}"
    name = _name(rules, item)
    problems = tuple(
        problem(code, one_line(f"{name}{said}", 400), item=key, locale=locale, field=field, file=file)
        for code, locale, field, said in found
        if code in rules.codes
    )
    links = {(str(to), name, code) for name, code, value in _shown(rules, item) for to in links_in(value)}
    facts, moved = facts_of(rules.guide, item, path), rules.moved.get(key, {})
    spoken = dict(facts.bases)
    return ItemFindings(
        key,
        path,
        item.content_type,
        name,
        problems,
        tuple(sorted(links)),
        tuple((path, field, code) for link, field, code in written if (path := path_of(link))),
        facts.bases,
        tuple(each for each in earlier_bases(rules.guide, item, moved) if each[0] in spoken),
        facts.linked_values,
        tuple(earlier_linked_values(rules.guide, item, moved)),
        _filled(rules, item),
    )


def _name(rules: Rules, item: Item) -> str:
    """Name an item as problems do: by its key, and by its title where it has one."""
    title = one_line(rules.guide.title(item, rules.guide.locales[0]), 60)
    return f'{item.key} "{title}"' if title and title != item.key.id else str(item.key)


def _shown(rules: Rules, item: Item) -> Iterator[tuple[str, str, dict[str, Json] | list[Json]]]:
    """Yield field, locale and value of what has an inside and can come on a page."""
    for name, values in item.fields.items():
        for code, value in values.items() if isinstance(values, dict) else ():
            if isinstance(value, dict | list) and code in rules.shown:
                yield name, code, value


def _written(rules: Rules, item: Item) -> Iterator[tuple[str, str, str]]:
    """Yield the links that stand in texts as addresses, with field and locale."""
    for field in _fields(rules, item) if rules.codes & {"link-dead", "link-refused"} else ():
        for code, value in item.localized(field.id).items() if field.type in ("Text", "RichText") else ():
            if code in rules.shown:
                yield from ((link, field.id, code) for link in links_in_text(value, field.type))


def _refused(written: list[tuple[str, str, str]]) -> Iterator[Found]:
    for link, field, code in written:
        if is_refused(link):
            said = f", {field} ({code}) links to {one_line(link)}, which is no address that links may have: "
            yield "link-refused", code, field, f"{said}it is shown as plain text, so mend it or take it out"


def _fields(rules: Rules, item: Item) -> tuple[Field, ...]:
    content_type = rules.guide.model.types.get(item.content_type)
    return content_type.fields if content_type is not None else ()


def is_empty(value: Json) -> bool:
    """Tell whether a value says nothing: none, an empty text or list, a document in which there is nothing to see."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict) and value.get("nodeType") == "document":
        return not _says(value)
    return value is None or value == []


_SILENT = {"document", "paragraph", "text"}


def _says(document: Json) -> bool:
    """Tell whether a document holds a text, or a node that shows something without one, such as a picture or a rule."""
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if not isinstance(node, dict):
            continue
        value, content, kind = node.get("value"), node.get("content"), node.get("nodeType")
        if (isinstance(value, str) and value.strip()) or (str(kind) not in _SILENT and not content):
            return True
        pending += content if isinstance(content, list) else ()
    return False


def _required(rules: Rules, item: Item) -> Iterator[Found]:
    """Yield the required fields that are empty in the space's default locale: that is where it asks for them."""
    default = rules.guide.default
    for field in _fields(rules, item):
        if field.required and is_empty(item.localized(field.id).get(default)):
            said = f" has no {field.name} in {default}, which {item.content_type} requires: fill it in and publish"
            yield "required-missing", default, field.id, said


def _own(rules: Rules, item: Item) -> Iterator[tuple[Field, list[str]]]:
    """Yield each localised field that is filled in some locale of the guide, with those locales."""
    for field in _fields(rules, item):
        if field.localized:
            values = item.localized(field.id)
            codes = [code for code in rules.guide.locales if not is_empty(values.get(code))]
            if codes:
                yield field, codes


def _filled(rules: Rules, item: Item) -> dict[str, int]:
    own = [codes for _, codes in _own(rules, item)]
    return {"": len(own), **{code: sum(code in each for each in own) for code in rules.guide.locales}} if own else {}


def _translations(rules: Rules, item: Item) -> Iterator[Found]:
    """Yield what is not translated: a field, or the whole entry where it has nothing in a locale."""
    if "translation-missing" not in rules.codes:
        return
    own = list(_own(rules, item))
    for code in rules.guide.locales if own else ():
        lacking = [field for field, codes in own if code not in codes]
        if len(lacking) == len(own):
            yield "translation-missing", code, "", f" has nothing in {code}: translate it and publish"
        else:
            for field in lacking:
                said = f" has no {field.name} in {code}: translate it and publish"
                yield "translation-missing", code, field.id, said


def _coordinates(rules: Rules, item: Item) -> Iterator[Found]:
    kinds = {field.id: field.type for field in _fields(rules, item)}
    for name, code, value in _shown(rules, item):
        if isinstance(value, dict) and (kinds.get(name) == "Location" or set(value) == {"lat", "lon"}):
            lat, lon = value.get("lat"), value.get("lon")
            if _within(lat, 90) and _within(lon, 180):
                continue
            swapped = ", as if the two were swapped" if _within(lat, 180) and _within(lon, 90) else ""
            said = f", {name} ({code}): latitude {lat}, longitude {lon} is no place on Earth{swapped}: "
            said += "give a latitude of -90 to 90 and a longitude of -180 to 180"
            yield "coordinates-out-of-range", code, name, said


def _within(value: Json, limit: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -limit <= value <= limit
