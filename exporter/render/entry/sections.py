"""How an entry is laid out where no template does it: lead, picture, short facts, then its sections in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from exporter.guide.schema.field_words import LONG, has_lines, is_counted, is_module, is_plain, is_style
from exporter.render.entry.values import Anchor, is_address, is_link_to_other_space, leaf
from exporter.render.markup.rich_text_tree import blocks_of, is_passage
from exporter.render.view.fields import (
    FieldValue,
    fields_of,
    picture_field,
    picture_of,
    roles_of_thing,
    summary_field,
    title_of,
    type_of,
    url_of,
)
from exporter.render.view.rich_text import RichText, document_of
from exporter.render.view.view import Asset, Entry, Values, loaded_of, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.guide.schema.field_roles import Roles

_THINGS = (Entry, Asset)
_LEAD_CHARACTERS = 500
_DEEPEST_PART = 8
_MOST_PARTS = 500
"""Parts of a page at the most: entries that link to each other crosswise would multiply without an end."""
_LOWEST_LEVEL = 5
"""The lowest level of a heading that leaves one below it."""
_LINE = re.compile(r"(?<=\S)[ \t]*\n(?=[ \t]*\S)")
_BLOCK = re.compile(r"^\s*(?:(?:#{1,6}|[*+-])\s|[>|<`~]|[0-9]+[.)]\s)", re.MULTILINE)
"""A line that begins a block of Markdown: no line break may be put before it."""
_PATH = " > "
"""What editors write between the names of a page and its part: `Home > Hero`."""


@dataclass(slots=True)
class Section(FieldValue):
    """A field that gets a section of its own on a page.

    Its kind: text, code, table, gallery (assets), cards (entries with pages), parts (entries shown whole on this page).
    `headed` says that the field's name is its heading; the body of a page is under the page's own title.
    """

    kind: str = ""
    headed: bool = True


class Layout:
    """What a page shows of an entry; `inside` says that the page is another entry's.

    Every property is worked out when a template asks for it, so that a page depends on no more than it shows.
    """

    def __init__(self, entry: Entry, *, inside: bool = False) -> None:
        self._entry = entry
        self._inside = inside

    @cached_property
    def title(self) -> str:
        """What the entry is called, "" where that is for editors alone and the page has another title."""
        roles = roles_of_thing(self._entry)
        if self._inside and not (roles.is_titled and roles.title in {field.id for field in self._fields}):
            return ""
        title = title_of(self._entry)
        return "" if self._inside and _PATH in title else title

    @cached_property
    def picture(self) -> Asset | None:
        """The picture beside the title."""
        return picture_of(self._entry)

    @cached_property
    def summary(self) -> str:
        """The id of the field that says what the entry is, "" where there is none."""
        return summary_field(self._entry)

    @cached_property
    def lead(self) -> str:
        """The same where that field is short enough to be the lead below the title, else ""."""
        name = self.summary
        value = self._entry[name] if name else ""
        if isinstance(value, RichText):
            return name if is_passage(document_of(value), _LEAD_CHARACTERS) else ""
        return name if value and len(value) <= _LEAD_CHARACTERS else ""

    @cached_property
    def captions(self) -> tuple[FieldValue, ...]:
        """The fields that are captions of the picture."""
        names = roles_of_thing(self._entry).captions if self.picture is not None else ()
        return tuple(field for field in self._fields if field.id in names and isinstance(field.value, str))

    @property
    def alt(self) -> str:
        """What the picture shows, where a field of the entry describes it."""
        name = roles_of_thing(self._entry).alts.get(picture_field(self._entry), "")
        value = self._entry[name] if name in {field.id for field in self._fields} else ""
        return value.strip() if isinstance(value, str) else ""

    @property
    def is_bare(self) -> bool:
        """Whether there is nothing to show beside a title."""
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
        for field in self._lay_out():
            if isinstance(field, Section):
                sections.append(field)
            else:
                facts.append(field)
        lists = (number for number, section in enumerate(sections) if section.kind in ("cards", "gallery"))
        cut = next(lists, len(sections))
        return tuple(facts), tuple(sections[:cut]), tuple(sections[cut:])

    def _lay_out(self) -> Iterator[FieldValue]:
        roles, has_sections = roles_of_thing(self._entry), False
        headings = self._headings(roles) if roles.headed_by else {}
        links = self._links(roles) if roles.called_by else {}
        left_out = {*self._left_out, *(roles.headed_by[name] for name in headings)}
        left_out.update(roles.called_by[name][0] for name in links)
        titles = {self.title, title_of(self._entry)} if roles.title else {self.title}
        titles.add(_plain_text(self._entry[self.lead]) if self.lead else "")
        for field in self._fields:
            if field.id in left_out or (field.id != roles.leads_on and self._is_redundant(field, titles)):
                continue
            value = self._value(field, roles)
            kind = self._kind(field, value, roles.code) if value is not None else ""
            if field.id in links:
                yield replace(field, name=roles.called_by[field.id][1], value=links[field.id])
            elif kind == "fact":
                yield field if value is field.value else replace(field, value=value)
            elif kind:
                yield self._section(field, value, kind, headings.get(field.id, ""), is_first=not has_sections)
                has_sections = True

    @cached_property
    def _left_out(self) -> set[str]:
        """The fields that become neither fact nor section: not for readers, or shown elsewhere on the page."""
        roles = roles_of_thing(self._entry)
        captions = (field.id for field in self.captions)
        return {*roles.hidden, self.lead, *captions, roles.title if roles.surname else ""}

    def _value(self, field: FieldValue, roles: Roles) -> Any:
        """Return what is left to be shown of a field, None for nothing."""
        value = self._left(field.value)
        if field.id in roles.spare and self.picture is not None and _is_picture(value):
            return None
        if isinstance(value, str) and field.type == "Text" and field.id not in roles.code:
            return self._with_line_breaks(field.id, self._without_title(value))
        return value

    def _section(self, field: FieldValue, value: Any, kind: str, heading: str, *, is_first: bool) -> Section:
        """Return a section; `is_first` says that none is before it, `heading` is the text of a field that heads it."""
        items = value if isinstance(value, tuple) or kind not in ("gallery", "parts") else (value,)
        is_first = is_first and (kind == "text" or (kind == "parts" and isinstance(value, tuple)))
        headed = heading != "" or not self._needs_no_name(field, kind, is_first=is_first)
        return Section(field.id, heading or field.name, field.type, items, field.locale, kind, headed)

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {field.id: field.value.strip() for field in self._fields if isinstance(field.value, str)}

    def _headings(self, roles: Roles) -> dict[str, str]:
        """Return the headings that texts have in fields of their own, by the ids of the texts."""
        filled = {field.id for field in self._fields} - {self.lead}
        pairs = ((text, self._texts.get(name)) for text, name in roles.headed_by.items() if text in filled)
        return {text: heading for text, heading in pairs if heading}

    def _links(self, roles: Roles) -> dict[str, Anchor]:
        """Return the links that are made of an address and a text in another field, by the ids of the addresses."""
        pairs = (
            (name, self._texts.get(text), self._texts.get(name, "")) for name, (text, _) in roles.called_by.items()
        )
        return {name: Anchor(text, url) for name, text, url in pairs if text and is_address(url)}

    def _needs_no_name(self, field: FieldValue, kind: str, *, is_first: bool) -> bool:
        """Whether a section needs no name above it: the body of the page, a mere text, part or picture."""
        if is_first and kind == "text" and field.id in roles_of_thing(self._entry).bodies:
            return True
        entry = self._entry
        is_part = self._inside or type_of(entry) in view_of(entry).guide.embedded_types
        if is_first and is_part and (kind != "text" or self._has_one_text):
            return True
        if kind == "text":
            return is_plain(field.id, inside=self._inside)
        return (kind == "parts" and is_module(field.id)) or (kind == "gallery" and is_counted(field.id))

    @cached_property
    def _has_one_text(self) -> bool:
        left_out = {*self._left_out, *roles_of_thing(self._entry).code}
        return sum(field.type in LONG and field.id not in left_out for field in self._fields) == 1

    @staticmethod
    def _is_redundant(field: FieldValue, titles: set[str]) -> bool:
        """Whether a field repeats what is shown already, or tells templates about a colour or the like."""
        text = field.value.strip() if isinstance(field.value, str) else ""
        if is_style(field.id, text):
            return True
        if field.type in LONG and len(text) > _LEAD_CHARACTERS:
            is_shown = text in titles
            titles.add(text)
            return is_shown
        return bool(text) and text in titles

    def _left(self, value: Any) -> Any:
        """Return a value without the picture beside the title and links to other spaces, None for nothing left."""
        if is_link_to_other_space(value):
            return None
        if isinstance(value, tuple):
            left = [item for item in value if item != self.picture and not is_link_to_other_space(item)]
            things = [item for item in left if isinstance(item, _THINGS)]
            return tuple(dict.fromkeys(things) if len(things) == len(left) else left) or None
        if isinstance(value, str) and not value.strip():
            return None
        return None if isinstance(value, Asset) and value == self.picture else value

    def _without_title(self, text: str) -> str | None:
        """Return a text without a first line that repeats the title above it, None where nothing is left."""
        first, _, rest = text.strip().partition("\n")
        is_apart = first.startswith("#") or not rest.partition("\n")[0].strip()
        if not self.title or not is_apart or first.lstrip("# ").strip() != self.title:
            return text
        view_of(self._entry).origins.stand_for(rest, text)
        return rest if rest.strip() else None

    def _with_line_breaks(self, name: str, text: str | None) -> str | None:
        """Return a text of lines, such as a postal address or opening hours, with breaks that Markdown keeps."""
        if text is None or "\n" not in text or not has_lines(name) or _BLOCK.search(text):
            return text
        broken = _LINE.sub("\\\\\n", text)
        view_of(self._entry).origins.stand_for(broken, text)
        return broken

    def _kind(self, field: FieldValue, value: Any, code: frozenset[str]) -> str:
        """Return how a field is shown: as a fact, as one of the kinds of sections, or "" for not at all."""
        if isinstance(value, tuple):
            things = [item for item in value if isinstance(item, _THINGS)]
            if things and len({type(item) for item in value}) == 1:
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
        if not many and roles_of_thing(thing).leads_on:
            return "fact"
        if not url_of(thing) or type_of(thing) in view_of(thing).guide.embedded_types:
            return "parts"
        return "cards" if many else "fact"


def _is_picture(value: Any) -> bool:
    """Whether a value is nothing but pictures."""
    return all(isinstance(item, Asset) and item.is_image for item in (value if isinstance(value, tuple) else (value,)))


def _plain_text(value: Any) -> str:
    """Return the text of a lead."""
    if isinstance(value, RichText):
        return " ".join(blocks_of(document_of(value))).strip()
    return str(value).strip()


def inline(entry: Entry, level: int) -> Markup | str:
    """Render an entry as a part of the page; only its title where the page shows it already or has too many parts."""
    view, key = view_of(entry), loaded_of(entry).key
    fields = Layout(entry, inside=True)
    too_many = len(view.inside) >= _DEEPEST_PART or view.parts >= _MOST_PARTS
    is_link = roles_of_thing(entry).leads_on and not fields.picture
    if too_many or is_link or key in view.inside or key == view.page.key:
        is_named = fields.title or is_link or (too_many and url_of(entry))
        return Markup("<p>{}</p>").format(leaf(entry, view)) if is_named else ""
    if fields.is_bare:
        name = fields.title if type_of(entry) in view.guide.embedded_types else fields.title and leaf(entry, view)
        return Markup("<p>{}</p>").format(name) if name else ""
    view.inside.append(key)
    view.parts += 1
    try:
        return view.part("parts/inline.html", entry=entry, fields=fields, level=min(level, _LOWEST_LEVEL))
    finally:
        view.inside.pop()
