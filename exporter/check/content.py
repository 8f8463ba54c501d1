"""What is wrong with an item by itself, and what has to be known of it to judge others: from values, without a disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.guide.facts import facts_of, links_in
from exporter.layout import asset_files
from exporter.problems import problem
from exporter.report import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from exporter.guide.frame import Frame
    from exporter.model import Field, Item, Json
    from exporter.report import Problem

LARGEST_FILE = 5_000_000
"""Bytes of an asset's file that a reader on the way should not have to load at once."""


@dataclass(frozen=True)
class Rules:
    """What items are judged by: the frame of the guide, the codes that are not off, the locales that pages show."""

    frame: Frame
    codes: AbstractSet[str]
    shown: AbstractSet[str]


def make_rules(frame: Frame, codes: AbstractSet[str]) -> Rules:
    """Make the rules for a guide; it shows its own locales, those that they fall back to and the space's default."""
    chains = (frame.chains.get(code, (code,)) for code in frame.locales)
    return Rules(frame, codes, {frame.default, *(code for chain in chains for code in chain)})


class Look(NamedTuple):
    """What a look at an item gave; `name` is its key with its title.

    `links`: target, field and locale of what it links to. `bases`: locale and address of each page that it wants.
    `filled`: how many localised fields it has in each locale of the guide, and under "" in any of them.
    """

    key: str
    path: str
    type: str
    name: str
    problems: tuple[Problem, ...]
    links: tuple[tuple[str, str, str], ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    filled: Mapping[str, int] | None = None


def look_at(rules: Rules, item: Item, path: str) -> Look:
    """Look at an item whose JSON lies at `path` under content/."""
    found = [*_coordinates(rules, item)]
    if item.key.kind == "asset":
        found += [*_alt(rules, item), *_files(rules, item, path)]
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
    bases = facts_of(rules.frame, item, path).bases
    return Look(key, path, item.content_type, name, problems, tuple(sorted(links)), bases, _filled(rules, item))


def _name(rules: Rules, item: Item) -> str:
    """Name an item as problems do: by its key, and by its title where it has one."""
    title = one_line(rules.frame.title(item, rules.frame.locales[0]), 60)
    return f'{item.key} "{title}"' if title and title != item.key.id else str(item.key)


Found = tuple[str, str, str, str]
"""Code, locale, field and sentence of a problem; the sentence goes on after the item's name."""


def _shown(rules: Rules, item: Item) -> Iterator[tuple[str, str, dict[str, Json] | list[Json]]]:
    """Yield field, locale and value of what has an inside and can come on a page."""
    for name, values in item.fields.items():
        for code, value in values.items() if isinstance(values, dict) else ():
            if isinstance(value, dict | list) and code in rules.shown:
                yield name, code, value


def _fields(rules: Rules, item: Item) -> tuple[Field, ...]:
    content_type = rules.frame.model.types.get(item.content_type)
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
        if (isinstance(value, str) and value.strip()) or (kind not in _SILENT and not content):
            return True
        pending += content if isinstance(content, list) else ()
    return False


def _required(rules: Rules, item: Item) -> Iterator[Found]:
    """Yield the required fields that are empty in the space's default locale: that is where it asks for them."""
    default = rules.frame.default
    for field in _fields(rules, item):
        if field.required and is_empty(item.localized(field.id).get(default)):
            said = f" has no {field.name} in {default}, which {item.content_type} requires: fill it in and publish"
            yield "required-missing", default, field.id, said


def _own(rules: Rules, item: Item) -> Iterator[tuple[Field, list[str]]]:
    """Yield each localised field that is filled in some locale of the guide, with those locales."""
    for field in _fields(rules, item):
        if field.localized:
            values = item.localized(field.id)
            codes = [code for code in rules.frame.locales if not is_empty(values.get(code))]
            if codes:
                yield field, codes


def _filled(rules: Rules, item: Item) -> dict[str, int]:
    own = [codes for _, codes in _own(rules, item)]
    return {"": len(own), **{code: sum(code in each for each in own) for code in rules.frame.locales}} if own else {}


def _translations(rules: Rules, item: Item) -> Iterator[Found]:
    """Yield what is not translated: a field, or the whole entry where it has nothing in a locale."""
    if "translation-missing" not in rules.codes:
        return
    own = list(_own(rules, item))
    for code in rules.frame.locales if own else ():
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


def _is_image(value: Json) -> bool:
    kind = value.get("contentType") if isinstance(value, dict) else None
    return isinstance(kind, str) and kind.startswith("image/")


def _alt(rules: Rules, item: Item) -> Iterator[Found]:
    """Yield where a picture has no words: no description, and no title but the name of its file."""
    frame = rules.frame
    for code in dict.fromkeys((frame.default, *frame.locales)):
        file = frame.answer(item, "file", code).value
        if _is_image(file) and not _words(rules, item, code, file.get("fileName")):
            said = f" is a picture without words in {code}: describe what it shows in its description, and publish"
            yield "alt-missing", code, "description", said
            if code == frame.default:
                return  # what falls back to it has none either


def _words(rules: Rules, item: Item, code: str, file_name: Json) -> bool:
    answers = (rules.frame.answer(item, name, code).value for name in ("description", "title"))
    return any(isinstance(each, str) and each.strip() and each != file_name for each in answers)


def _files(rules: Rules, item: Item, path: str) -> Iterator[Found]:
    """Yield what is odd with the files that the guide takes along."""
    if rules.frame.site.content.assets != "download":
        return
    values = item.localized("file")
    for file in asset_files(item, path):
        code = file.locales[0]
        if file.size is not None and file.size > LARGEST_FILE:
            said = f" has a file of {megabytes(file.size)}, which readers have to load: upload a smaller one"
            yield "file-too-large", code, "file", said
        if _is_image(values[code]) and not _has_size(values[code]):
            said = " is a picture of unknown width and height, so pages jump while it loads: upload it anew"
            yield "image-size-missing", code, "file", said


def megabytes(size: int) -> str:
    """Write a number of bytes."""
    return f"{size / 1_000_000:.1f} MB"


def _has_size(value: Mapping[str, Json]) -> bool:
    details = value.get("details")
    image = details.get("image") if isinstance(details, dict) else None
    sizes = [image.get(name) for name in ("width", "height")] if isinstance(image, dict) else [None]
    return all(isinstance(each, int) and each > 0 for each in sizes)
