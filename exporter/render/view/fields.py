"""What filters say about an entry or asset: title, address, picture, fields, all of it read through its view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.guide.library import questions
from exporter.guide.library.theme_words import ENGLISH, known_names
from exporter.guide.schema.dates import read_date
from exporter.guide.schema.field_words import label
from exporter.guide.schema.titles import Title, find_title, is_file_name
from exporter.render.view.assets import own_file, source_of
from exporter.render.view.languages import write_price
from exporter.render.view.view import Asset, Entry, Thing, loaded_of, memo_of, read_field, roles_of_thing, view_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Field
    from exporter.guide.library.items import ItemInMemory
    from exporter.guide.schema.field_roles import Roles
    from exporter.render.view.view import View


@dataclass(slots=True)  # templates cannot assign to it, and a frozen one takes three times as long to make
class FieldValue:
    """A field of an entry as a generic template lists it: its name, type, value and the locale that it came from."""

    id: str
    name: str
    type: str
    value: Any
    locale: str


T = TypeVar("T")


def once(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """Decorate a function of an entry or asset so that it runs once a page."""

    @wraps(function)
    def remembered(thing: Any) -> T:
        memo: dict[Any, T] = memo_of(thing)
        try:
            return memo[function]
        except KeyError:
            found = memo[function] = function(thing)
            return found

    return remembered


def type_of(thing: Thing) -> str:
    """Return the id of an entry's content type, "" for an asset. It is part of the item's key: no recorded read."""
    return loaded_of(thing).type


def content_type_of(thing: Thing) -> ContentType | None:
    """Return what the content model says of an entry's type, None for a type that it does not know."""
    return view_of(thing).content_type(type_of(thing))


@once
def _title(thing: Thing) -> Title:
    """Return what an entry or asset is called, the locale of that, and its heading.

    It is worked out once for all pages in a locale; each of them has read what it depends on.
    """
    view, loaded = view_of(thing), loaded_of(thing)
    roles = roles_of_thing(thing)
    if view.locale not in loaded.titles:
        answers: dict[str, Any] = {}
        loaded.titles[view.locale] = _find_title(view, loaded, roles, answers), answers
    title, answers = loaded.titles[view.locale]
    view.reads.of(loaded).update(answers)
    return title


def _find_title(view: View, loaded: ItemInMemory, roles: Roles, answers: dict[str, Any]) -> Title:
    """Find what an item is called: in the page's locale, the default one, or that of the page that links lead to.

    The answers that this depends on are added to `answers`, by argument.
    """
    library, type_id, unlocalized = view.library, loaded.type, view.guide.unlocalized

    def ask(name: str, code: str) -> tuple[Any, str | None]:
        argument, (value, found) = library.field(loaded, name, code)
        answers[argument] = loaded.answers[argument]
        return value, view.locale if (type_id, name) in unlocalized else found

    title = find_title(roles, (view.locale, view.guide.default), ask)
    if title is None and loaded.key.startswith("entry:"):
        argument = questions.page_address(view.locale).argument
        page = answers[argument] = library.answer(loaded, argument)
        title = find_title(roles, page[:1], ask) if page is not None else None
    if loaded.key.startswith("asset:") and (title is None or title.value.startswith(("https://", "http://"))):
        stem = PurePosixPath(_name_of_file(ask("file", view.locale)[0])).stem.replace("_", " ").strip()
        name = stem or loaded.key.partition(":")[2]
        return Title(name, None, name)
    return title if title is not None else Title(view.guide.untitled(type_id), None, view.guide.untitled(type_id))


def _file_name(asset: Asset) -> str:
    """Return the name of an asset's file, "" if it has none."""
    return _name_of_file(view_of(asset).answer(loaded_of(asset), "file")[0])


def _name_of_file(value: Json) -> str:
    name = value.get("fileName") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def caption_of(asset: Asset) -> str:
    """Return an asset's title, "" if that only repeats the name of the uploaded file."""
    title, code = _title(asset)[:2]
    return title if code is not None and not is_file_name(title, _file_name(asset)) else ""


def alt_of(asset: Asset) -> str:
    """Return what an asset shows, in words: its description, else its caption."""
    description = view_of(asset).answer(loaded_of(asset), "description")[0]
    return description.strip() if isinstance(description, str) and description.strip() else caption_of(asset)


def title_of(thing: Thing) -> str:
    """Return what an entry or asset is called."""
    return _title(thing).value


def heading_of(thing: Thing) -> str:
    """Return the whole title of an entry, "" if it has none but is called by the beginning of its text."""
    return _title(thing).heading


def locale_of(thing: Thing, name: str | None = None) -> str:
    """Return the locale that a field (the title where none is named) came from, the page's own where it is empty."""
    view = view_of(thing)
    code = view.answer(loaded_of(thing), name)[1] if name else _title(thing).locale
    if name and content_type_of(thing) is not None and (type_of(thing), name) in view.guide.unlocalized:
        return view.locale
    return view.locale if code is None else code


@once
def url_of(thing: Thing) -> str:
    """Return the relative address of an entry's page or an asset's file, "" if there is none."""
    view, loaded = view_of(thing), loaded_of(thing)
    if isinstance(thing, Entry):
        page = view.page_of(loaded)
        return view.link(page[1]) if page is not None else ""
    path = own_file(thing) if isinstance(thing, Asset) else None
    return view.link(f"/{path}") if path else ""


def fields_of(thing: Thing, wanted: Callable[[Any], bool] | None = None) -> tuple[FieldValue, ...]:
    """Return an entry's filled fields in the editor's order: all, or those whose definitions are `wanted`."""
    content_type = content_type_of(thing)
    definitions = content_type.fields if content_type else ()
    fields = (_field(thing, definition) for definition in definitions if wanted is None or wanted(definition))
    return tuple(field for field in fields if field is not None)


def _field(thing: Thing, definition: Field) -> FieldValue | None:
    """Return a field of an entry, None if it is empty; worked out once a page."""
    memo, name = memo_of(thing), definition.id
    if name not in memo:
        value, code = read_field(thing, name)
        locale = code if code is not None and definition.localized else view_of(thing).locale
        filled = value is not None and value not in ("", ())
        memo[name] = (
            FieldValue(name, called(view_of(thing), definition.name), definition.type, value, locale)
            if filled
            else None
        )
    field: FieldValue | None = memo[name]
    return field


def picture_of(thing: Thing) -> Asset | None:
    """Return an entry's picture: the first image in its fields, single ones first. An image asset is its own."""
    return _picture(thing)[1]


def single_picture_of(thing: Thing) -> Asset | None:
    """Return an entry's picture unless that is one of several in a field, which a part of a page shows together."""
    name, picture = _picture(thing)
    value = view_of(thing).answer(loaded_of(thing), name)[0] if name else None
    return None if isinstance(value, list) and len(value) > 1 else picture


def picture_field(thing: Thing) -> str:
    """Return the id of the field that holds an entry's picture, "" if it has none."""
    return _picture(thing)[0]


@once
def _picture(thing: Thing) -> tuple[str, Asset | None]:
    if isinstance(thing, Asset):
        return "", thing if thing.is_image else None
    view, loaded = view_of(thing), loaded_of(thing)
    for name in roles_of_thing(thing).pictures:
        value = view.answer(loaded, name).value
        targets = map(view.target, value if isinstance(value, list) else (value,))
        picture = next((target for target in targets if isinstance(target, Asset) and target.is_image), None)
        if picture is not None:
            return name, picture
    return _wrapped_picture(thing)


def _wrapped_picture(thing: Thing) -> tuple[str, Asset | None]:
    """Return the field of the first entry that wraps a picture, and that picture; "" and None if there is none."""
    view, loaded = view_of(thing), loaded_of(thing)
    for name in view.guide.wrapped_pictures.get(type_of(thing), ()) if content_type_of(thing) is not None else ():
        value = view.answer(loaded, name).value
        targets = map(view.target, value if isinstance(value, list) else (value,))
        wrappers = (target for target in targets if isinstance(target, Entry) and is_wrapper(target, "picture"))
        picture = next(filter(None, map(picture_of, wrappers)), None)
        if picture is not None:
            return name, picture
    return "", None


def is_wrapper(thing: object, *kinds: str) -> bool:
    """Whether a value is an entry that only wraps a picture, a word or a price for editors (one of the `kinds`)."""
    return isinstance(thing, Entry) and roles_of_thing(thing).wraps in (kinds or ("picture", "word", "price"))


def word_in(thing: Entry) -> str:
    """Return the word that an entry wraps under a key, "" if it wraps none."""
    roles = roles_of_thing(thing)
    value = view_of(thing).answer(loaded_of(thing), roles.wrapped)[0] if roles.wraps == "word" else None
    return value.strip() if isinstance(value, str) else ""


def text_in(thing: Entry) -> str:
    """Return what an entry wraps that stands in a line, a word or one price, "" for any other entry."""
    roles, view = roles_of_thing(thing), view_of(thing)
    if roles.wraps != "price":
        return word_in(thing)
    sums = [name for name in roles.prices if view.answer(loaded_of(thing), name)[0] is not None]
    return priced(thing, sums[0]) if len(sums) == 1 else ""


def priced(thing: Entry, name: str) -> str:
    """Return the sum of money in a field with its currency and what it is for, "" where it is no number."""
    roles, view, loaded = roles_of_thing(thing), view_of(thing), loaded_of(thing)
    value = view.answer(loaded, name)[0]
    currency, unit = (view.answer(loaded, other)[0] if other else "" for other in (roles.currency, roles.price_unit))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    written = write_price(value, currency if isinstance(currency, str) else "", view.locale)
    return f"{written} / {unit.strip()}" if isinstance(unit, str) and unit.strip() else written


def address_of(thing: Thing) -> str:
    """Return where a link to an entry or asset leads: its page or local file, else the asset's file at the source."""
    return url_of(thing) or (source_of(thing) if isinstance(thing, Asset) else "")


@once
def summary_field(thing: Thing) -> str:
    """Return the id of the field that says in a sentence what an entry is, "" if it has none beside its title."""
    view, loaded = view_of(thing), loaded_of(thing)
    for name in roles_of_thing(thing).summaries:
        value = view.answer(loaded, name)[0]
        is_filled = value.strip() if isinstance(value, str) else isinstance(value, dict) and value.get("content")
        if is_filled and (_title(thing).name != name or not _title(thing).heading):
            return name
    return ""


@once
def day_of(thing: Thing) -> str:
    """Return the date that puts an entry in the calendar, as it was written; "" if it has none."""
    name = roles_of_thing(thing).date
    value = view_of(thing).answer(loaded_of(thing), name)[0] if name else None
    return value if isinstance(value, str) and read_date(value) is not None else ""


def field_type(thing: Thing, name: str) -> str:
    """Return the type that the content model gives a field, "" for a field that it does not know."""
    content_type = content_type_of(thing)
    field = content_type.find(name) if content_type else None
    return field.type if field else ""


def is_home(thing: Thing) -> bool:
    """Whether an entry is the home of the guide, and so no card among others."""
    view = view_of(thing)
    return loaded_of(thing).key in view.ask(questions.home_keys(view.locale))


def type_name(view: View, type_id: str) -> str:
    """Return what a type's list is called: the templates' word `type.ID`, else the name in the content model."""
    name = view.ask(questions.word(f"type.{type_id}", view.locale))
    content_type = view.content_type(type_id)
    return called(view, content_type.name) if name == f"type.{type_id}" and content_type else name


def called(view: View, name: str) -> str:
    """Return what a field or content type is called: in the page's language where the theme has a word for its name.

    The content model has names in one language alone, mostly English.
    """
    text = label(name)
    if view.locale.partition("-")[0] == ENGLISH:
        return text
    word, english = known_names().get(text.casefold(), ("", ""))
    if not word:
        return text
    found = view.ask(questions.word(word, view.locale))
    return text if found == english else found
