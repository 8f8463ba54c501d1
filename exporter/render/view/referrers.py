"""What leads to an entry: the entries that link to it and that its own page does not show already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.model import link_key
from exporter.guide.library import questions
from exporter.guide.schema.ordering import place_of, sort_key
from exporter.render.view.fields import address_of, content_type_of, title_of, type_of
from exporter.render.view.lazy import Lazy
from exporter.render.view.view import Asset, Entry, loaded_of, roles_of_thing, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.core.encoding import Json
    from exporter.render.view.view import Thing, View

_MOST_HOLDERS = 30
"""Parts that are looked through for the page that shows one of them."""


def referrers_of(thing: Thing) -> tuple[tuple[str, Referrers], ...]:
    """Return the entries that link here, by content type, sorted by title.

    Parts of other pages are left out, menus, homes, the entry itself, and on its own page what its own fields show.
    """
    view, own = view_of(thing), type_of(thing)
    embedded = view.guide.embedded_types
    types = (type_id for type_id in view.guide.types if type_id not in embedded or own in embedded)
    groups: dict[str, list[str]] = {type_id: [] for type_id in types if type_id not in view.guide.menus}
    linking = view.ask(questions.referrers(loaded_of(thing).key))
    homes = view.ask(questions.home_keys(view.locale))
    left_out = {loaded_of(thing).key, *homes, *(_shown_by(thing) if linking else ())}
    for type_id, key in linking:
        if type_id in groups and key not in left_out:
            groups[type_id].append(key)
    return tuple((type_id, Referrers(view, keys)) for type_id, keys in groups.items() if keys)


def _shown_by(thing: Thing) -> Iterator[str]:
    """Yield the keys of the entries that an entry's own fields show on its page."""
    if loaded_of(thing).key == view_of(thing).page.key:
        yield from _shown_in(thing)


def _shown_in(thing: Thing) -> Iterator[str]:
    """Yield the keys of what an entry's fields show."""
    view, content_type = view_of(thing), content_type_of(thing)
    if isinstance(thing, Asset) or content_type is None:
        return
    hidden = roles_of_thing(thing).hidden
    for field in content_type.fields:
        if field.id not in hidden and (field.type in ("Link", "RichText", "Array")):
            yield from _linked_in(view.answer(loaded_of(thing), field.id).value)


def _linked_in(value: Json) -> Iterator[str]:
    """Yield the keys of the entries that a link, a list of links or a Rich Text holds; a mere hyperlink shows none."""
    pending = [value]
    for part in pending:  # which grows while it is walked
        if isinstance(part, list):
            pending += part
        elif isinstance(part, dict) and "nodeType" in part:
            data = part.get("data")
            if part["nodeType"] == "embedded-entry-block" and isinstance(data, dict):
                pending.append(data.get("target"))
            pending.append(part.get("content"))
        elif isinstance(part, dict) and (key := link_key(part)) is not None:
            yield str(key)


def address_for_readers(thing: Thing) -> str:
    """Return where a link to an entry or asset leads: for a part of pages to the page that shows it, if one does."""
    view = view_of(thing)
    if type_of(thing) not in view.guide.mere_parts or loaded_of(thing).key == view.page.key:
        return address_of(thing)
    seen = [loaded_of(thing).key]
    for key in seen:  # which grows while it is walked, from a part to the parts that it is in
        for type_id, other in view.ask(questions.referrers(key)):
            holder = view.thing(other) if other not in seen and type_id not in view.guide.menus else None
            if holder is None or key not in _shown_in(holder):
                continue
            if type_id not in view.guide.mere_parts:
                return address_of(holder) or address_of(thing)
            seen += [other] if len(seen) < _MOST_HOLDERS else []
    return address_of(thing)


class Referrers(Lazy):
    """Entries that link to something; to count them reads nothing of the entries."""

    __slots__ = ("_keys",)

    def __init__(self, view: View, keys: list[str]) -> None:
        super().__init__(lambda: sort_entries(map(view.known, view.library.items.load_all(keys))))
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)


def sort_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sort entries by their `order` field or date where they have one, then by title."""

    def key(entry: Entry) -> tuple[float, tuple[str, str], str]:
        place = place_of(roles_of_thing(entry), lambda name: _place(entry, name))
        return place, sort_key(title_of(entry)), loaded_of(entry).key

    return tuple(sorted(entries, key=key))


def _place(entry: Entry, name: str) -> Json:
    content_type = content_type_of(entry)
    if content_type is not None and content_type.find(name) is None:
        return None
    return view_of(entry).answer(loaded_of(entry), name)[0]
