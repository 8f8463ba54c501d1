"""How an entry is laid out where no template says it: lead, picture, short facts, then its sections in their order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from exporter.guide.fields import FieldValue, fields_of, picture_of, roles_of, summary_field, title_of, type_of, url_of
from exporter.guide.objects import Asset, Entry, Values
from exporter.guide.values import leads_elsewhere, leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

_THINGS = (Entry, Asset)
_LONGEST_LEAD = 500
_DEEPEST = 3
_LOWEST = 5
"""The level of a heading that leaves one below it."""
_PATH = " > "
"""What editors write between the names of a page and of its part: `Home > Hero`."""


@dataclass(slots=True)
class Section(FieldValue):
    """A field that stands by itself on a page.

    Its kind: text, code, table, gallery (assets), cards (entries with pages), parts (entries that stand on this page).
    `headed` says that the field's name stands above it: the first body of a page has the page's own title there.
    """

    kind: str = ""
    headed: bool = True


class Layout:
    """What a page shows of an entry, each worked out when it is looked at; `inside` says that the page is another's."""

    def __init__(self, entry: Entry, *, inside: bool = False) -> None:
        self._entry = entry
        self._inside = inside

    @cached_property
    def title(self) -> str:
        """What the entry is called; empty where that is for editors alone and the page has another title."""
        roles = roles_of(self._entry)
        if self._inside and not (roles.is_titled and roles.title in {each.id for each in self._fields}):
            return ""
        title = title_of(self._entry)
        return "" if self._inside and _PATH in title else title

    @cached_property
    def picture(self) -> Asset | None:
        """The picture beside the title."""
        return picture_of(self._entry)

    @cached_property
    def summary(self) -> str:
        """The field that says what the entry is; empty where there is none."""
        return summary_field(self._entry)

    @cached_property
    def lead(self) -> str:
        """The same where it is short enough for a sentence below the title."""
        name = self.summary
        value = self._entry[name] if name else ""
        return name if value and len(value) <= _LONGEST_LEAD else ""

    @cached_property
    def captions(self) -> tuple[FieldValue, ...]:
        """The fields that stand below the picture."""
        names = roles_of(self._entry).captions if self.picture is not None else ()
        return tuple(each for each in self._fields if each.id in names and isinstance(each.value, str))

    @property
    def is_bare(self) -> bool:
        """Tell whether there is nothing to show beside a title."""
        return not (self.lead or self.picture or any(self._shown))

    @property
    def facts(self) -> tuple[FieldValue, ...]:
        """The short fields."""
        return self._shown[0]

    @property
    def opening(self) -> tuple[Section, ...]:
        """The sections before the first list of entries."""
        return self._shown[1]

    @property
    def further(self) -> tuple[Section, ...]:
        """The sections from the first list of entries on."""
        return self._shown[2]

    @cached_property
    def _fields(self) -> tuple[FieldValue, ...]:
        return fields_of(self._entry)

    @cached_property
    def _shown(self) -> tuple[tuple[FieldValue, ...], tuple[Section, ...], tuple[Section, ...]]:
        facts: list[FieldValue] = []
        sections: list[Section] = []
        for each in self._lay_out():
            if isinstance(each, Section):
                sections.append(each)
            else:
                facts.append(each)
        lists = (number for number, each in enumerate(sections) if each.kind in ("cards", "gallery"))
        cut = next(lists, len(sections))
        return tuple(facts), tuple(sections[:cut]), tuple(sections[cut:])

    def _lay_out(self) -> Iterator[FieldValue]:
        roles = roles_of(self._entry)
        left_out = {*roles.hidden, self.lead, *(each.id for each in self.captions)}
        titles = {self.title, title_of(self._entry)} if roles.title else {self.title}
        bodies = 0
        for each in self._fields:
            if each.id in left_out or (isinstance(each.value, str) and each.value.strip() in titles):
                continue
            value = self._left(each.value)
            if isinstance(value, str) and each.type == "Text" and each.id not in roles.code:
                value = self._below(value)
            kind = self._kind(each, value, roles.code)
            if value is None or not kind:
                continue
            if kind == "fact":
                yield each if value is each.value else FieldValue(each.id, each.name, each.type, value, each.locale)
                continue
            is_body = kind == "text" or (kind == "parts" and isinstance(value, tuple))
            bodies += is_body
            items = value if isinstance(value, tuple) or kind not in ("gallery", "parts") else (value,)
            yield Section(each.id, each.name, each.type, items, each.locale, kind, not is_body or bodies > 1)

    def _left(self, value: Any) -> Any:
        """Give a value without the picture beside the title and without links to other spaces; None for nothing."""
        if leads_elsewhere(value):
            return None
        if isinstance(value, tuple):
            return tuple(each for each in value if each != self.picture and not leads_elsewhere(each)) or None
        if isinstance(value, str) and not value.strip():
            return None
        return None if isinstance(value, Asset) and value == self.picture else value

    def _below(self, text: str) -> str | None:
        """Give a text without a first line that says the title above it once more; None where nothing is left."""
        first, _, rest = text.strip().partition("\n")
        is_apart = first.startswith("#") or not rest.partition("\n")[0].strip()
        if not self.title or not is_apart or first.lstrip("# ").strip() != self.title:
            return text
        self._entry._view.stand_for(rest, text)  # noqa: SLF001 - an object of the same room
        return rest if rest.strip() else None

    def _kind(self, field: FieldValue, value: Any, code: frozenset[str]) -> str:
        """Tell how a field is shown: as a short fact, as one of the kinds of sections, or not at all."""
        if isinstance(value, tuple):
            things = [each for each in value if isinstance(each, _THINGS)]
            if things and len({type(each) for each in value}) == 1:
                return self._kind_of(things[0], many=True)
            return "fact" if field.type == "Array" and not things else "table"
        if isinstance(value, _THINGS):
            return self._kind_of(value, many=False)
        if field.type in ("Text", "RichText"):
            return "code" if field.id in code else "text"
        if isinstance(value, Values):
            return "fact" if field.type == "Location" else "table" if value else ""
        return "table" if field.type == "Object" else "fact"

    def _kind_of(self, thing: Entry | Asset, *, many: bool) -> str:
        if isinstance(thing, Asset):
            return "gallery" if many or thing.is_image else "fact"
        if not url_of(thing) or type_of(thing) in thing._view.frame.parts:  # noqa: SLF001
            return "parts"
        return "cards" if many else "fact"


def inline(entry: Entry, level: int) -> Markup | str:
    """Render an entry as a part of the page; where it stands there already, or is too deep inside others, its title."""
    view, key = entry._view, entry._loaded.key  # noqa: SLF001 - objects of the same room
    fields = Layout(entry, inside=True)
    if key in view.inside or key == view.page.key or len(view.inside) >= _DEEPEST or fields.is_bare:
        return Markup("<p>{}</p>").format(leaf(entry, view)) if fields.title else ""
    view.inside.append(key)
    try:
        return view.part("parts/inline.html", entry=entry, fields=fields, level=min(level, _LOWEST))
    finally:
        view.inside.pop()
