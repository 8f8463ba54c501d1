"""What is wrong with an item by itself, and what has to be known of it to judge others. Reads values, not the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.check.assets import alt_missing
from exporter.check.written import links_in_text, path_of
from exporter.core.model import cut_values
from exporter.guide.pages.item_facts import facts_of, links_in
from exporter.render.markup.link_syntax import is_refused
from exporter.report.problems import DEPTH_MESSAGE, problem
from exporter.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.check.rules import Found, Rules
    from exporter.core.encoding import Json
    from exporter.core.model import Field, Item
    from exporter.guide.index.records import ItemFacts
    from exporter.report.problems import Problem


class ItemFindings(NamedTuple):
    """What was found in an item.

    `name` is its key with its title; `facts` what the guide's index keeps of it, as far as addresses depend on that.
    `links`: target, field and locale of what it links to. `written`: the same for links that are written as addresses
    of the guide; their target is a path. `filled`: how many localised fields it has in each locale of the guide, and
    under "" in any of them. Of a file that is no JSON only its path and the problem are known: its key is empty.
    """

    key: str
    path: str
    name: str
    problems: tuple[Problem, ...]
    facts: ItemFacts
    links: tuple[tuple[str, str, str], ...] = ()
    written: tuple[tuple[str, str, str], ...] = ()
    filled: Mapping[str, int] | None = None


def look_at(rules: Rules, item: Item, path: str, of_files: Iterable[Found] = ()) -> ItemFindings:
    """Check an item whose JSON is at `path` under content/; `of_files` was found in its files."""
    written = list(_written(rules, item))
    facts, nested = facts_of(rules.guide, item, path), list(_nested(rules, item))
    found = [*of_files, *_coordinates(rules, item, nested), *_refused(written), *_cut(item)]
    if item.key.kind == "asset":
        found += alt_missing(rules, item)
    else:
        found += [*_required(rules, item), *_translations(rules, item)]
    key, file = facts.key, f"content/{path}"
    name = _name(rules, item)
    problems = tuple(
        problem(code, one_line(f"{name}{message}", 400), item=key, locale=locale, field=field, file=file)
        for code, locale, field, message in found
        if code in rules.codes
    )
    links = {(str(to), name, code) for name, code, value in nested for to in links_in(value)}
    return ItemFindings(
        key,
        path,
        name,
        problems,
        _address_facts(rules, facts),
        tuple(sorted(links)),
        tuple((path, field, code) for link, field, code in written if (path := path_of(link))),
        _filled(rules, item),
    )


def _address_facts(rules: Rules, facts: ItemFacts) -> ItemFacts:
    """Return the facts that addresses depend on: not the order of lists, nor links that no pattern follows."""
    place = facts.key.encode("utf-8", "replace")
    labels = tuple([(code, letter, place) for code, letter, _ in facts.labels])
    lists = tuple([(name, code, letter, place) for name, code, letter, _ in facts.lists])
    return facts._replace(labels=labels, lists=lists, targets=facts.targets if rules.guide.linked_fields else ())


def _name(rules: Rules, item: Item) -> str:
    """Return what problems call an item: its key, with its title where it has one."""
    title = one_line(rules.guide.title(item, rules.guide.locales[0]), 60)
    return f'{item.key} "{title}"' if title and title != item.key.id else str(item.key)


def _nested(rules: Rules, item: Item) -> Iterator[tuple[str, str, dict[str, Json] | list[Json]]]:
    """Yield field, locale and value of the objects and lists that pages can show."""
    for name, values in item.fields.items():
        for code, value in values.items() if isinstance(values, dict) else ():
            if isinstance(value, dict | list) and code in rules.shown:
                yield name, code, value


def _written(rules: Rules, item: Item) -> Iterator[tuple[str, str, str]]:
    """Yield the links that are written in texts as addresses, with field and locale."""
    for field in _fields(rules, item) if rules.codes & {"link-dead", "link-refused"} else ():
        for code, value in item.localized(field.id).items() if field.type in ("Text", "RichText") else ():
            if code in rules.shown:
                yield from ((link, field.id, code) for link in links_in_text(value, field.type))


def _cut(item: Item) -> Iterator[Found]:
    for name, code in cut_values(item):
        yield "nested-too-deep", code, name, f" in {name}: {DEPTH_MESSAGE}"


def _refused(written: list[tuple[str, str, str]]) -> Iterator[Found]:
    for link, field, code in written:
        if is_refused(link):
            message = f", {field} ({code}) links to {one_line(link)}, which is not an address that links may have: "
            yield "link-refused", code, field, f"{message}it is shown as plain text, so fix it or remove it"


def _fields(rules: Rules, item: Item) -> tuple[Field, ...]:
    content_type = rules.guide.model.types.get(item.content_type)
    return content_type.fields if content_type is not None else ()


def is_empty(value: Json) -> bool:
    """Whether a value is null, a blank text, an empty list, or a document in which there is nothing to see."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict) and value.get("nodeType") == "document":
        return not _has_content(value)
    return value is None or value == []


_SILENT = {"document", "paragraph", "text"}


def _has_content(document: Json) -> bool:
    """Whether a document holds text, or a node that shows something without any, such as a picture or a rule."""
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
    """Yield the required fields that are empty in the space's default locale, the only one that has to fill them."""
    default = rules.guide.default
    for field in _fields(rules, item):
        if field.required and is_empty(item.localized(field.id).get(default)):
            message = f" has no {field.name} in {default}, which {item.content_type} requires: fill it in and publish"
            yield "required-missing", default, field.id, message


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
    return {"": len(own), **{code: sum(code in codes for codes in own) for code in rules.guide.locales}} if own else {}


def _translations(rules: Rules, item: Item) -> Iterator[Found]:
    """Yield what is not translated: fields, or the whole entry where it has nothing in a locale."""
    if "translation-missing" not in rules.codes:
        return
    own = list(_own(rules, item))
    for code in rules.guide.locales if own else ():
        lacking = [field for field, codes in own if code not in codes]
        if len(lacking) == len(own):
            yield "translation-missing", code, "", f" has nothing in {code}: translate it and publish"
        else:
            for field in lacking:
                message = f" has no {field.name} in {code}: translate it and publish"
                yield "translation-missing", code, field.id, message


def _coordinates(
    rules: Rules, item: Item, nested: list[tuple[str, str, dict[str, Json] | list[Json]]]
) -> Iterator[Found]:
    """Yield the locations that are no place on Earth."""
    kinds = {field.id: field.type for field in _fields(rules, item)}
    for name, code, value in nested:
        if isinstance(value, dict) and (kinds.get(name) == "Location" or set(value) == {"lat", "lon"}):
            lat, lon = value.get("lat"), value.get("lon")
            if _within(lat, 90) and _within(lon, 180):
                continue
            swapped = ", as if the two were swapped" if _within(lat, 180) and _within(lon, 90) else ""
            message = f", {name} ({code}): latitude {lat}, longitude {lon} is not a place on Earth{swapped}: "
            message += "give a latitude of -90 to 90 and a longitude of -180 to 180"
            yield "coordinates-out-of-range", code, name, message


def _within(value: Json, limit: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -limit <= value <= limit
