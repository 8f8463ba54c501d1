"""How an entry is laid out where no template does it: lead, picture, short facts, then its sections in their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from exporter.core.cached_property import cached_property
from exporter.core.own_address import own_address
from exporter.guide.schema.field_words import LONG, has_lines, is_counted, is_module, is_plain
from exporter.guide.schema.machine_words import is_for_template
from exporter.guide.schema.part_words import is_link_name
from exporter.render.entry.pairs import figure_text, headings_of, links_of, unpaired_buttons
from exporter.render.entry.part_titles import part_title
from exporter.render.entry.section import Section, in_a_line, sole_card, stands_for_itself
from exporter.render.entry.values import is_link_to_other_space
from exporter.render.markup.rich_text_tree import blocks_of, is_passage
from exporter.render.view.fields import (
    FieldValue,
    fields_of,
    heading_of,
    is_wrapper,
    picture_field,
    picture_of,
    priced,
    single_picture_of,
    summary_field,
    text_in,
    title_of,
    type_of,
)
from exporter.render.view.rich_text import RichText, document_of
from exporter.render.view.view import Asset, Entry, Values, loaded_of, roles_of_thing, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.guide.schema.field_roles import Roles

_THINGS = (Entry, Asset)
_LEAD_CHARACTERS = 500
_LINE = re.compile(r"(?<=\S)[ \t]*\n(?=[ \t]*\S)")
_BLOCK = re.compile(r"^\s*(?:(?:#{1,6}|[*+-])\s|[>|<`~]|[0-9]+[.)]\s)", re.MULTILINE)
"""A line that begins a block of Markdown: no line break may be put before it."""


class Layout:
    """What a page shows of an entry; `inside` says that the page is another entry's.

    Every property is worked out when a template asks for it, so that a page depends on no more than it shows.
    """

    def __init__(self, entry: Entry, *, inside: bool = False) -> None:
        self._entry = entry
        self._inside = inside

    @cached_property
    def title(self) -> str:
        """The whole title of the entry, "" if it has none, and inside another's page where it is for editors.

        There a figure is called by its number and what that counts.
        """
        roles = roles_of_thing(self._entry)
        if self._inside and (figure := figure_text(self._fields, roles, view_of(self._entry).locale)):
            return figure
        if self._inside and not (roles.is_titled and roles.title in self._ids):
            return ""
        title = heading_of(self._entry)
        return part_title(self._entry, title) if self._inside else title

    @cached_property
    def picture(self) -> Asset | None:
        """The picture beside the title."""
        return single_picture_of(self._entry) if self._inside else picture_of(self._entry)

    @cached_property
    def summary(self) -> str:
        """The id of the field that says what the entry is, "" if there is none."""
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
        if not names:
            return ()
        return tuple(field for field in self._fields if field.id in names and isinstance(field.value, str))

    @property
    def alt(self) -> str:
        """What the picture shows, where a field of the entry describes it."""
        wrapper = self._wrapper
        if wrapper is not None:
            return Layout(wrapper).alt
        name = roles_of_thing(self._entry).alts.get(picture_field(self._entry), "")
        value = self._entry[name] if name in self._ids else ""
        return value.strip() if isinstance(value, str) else ""

    @property
    def _wrapper(self) -> Entry | None:
        """The entry that wraps the picture beside the title, None if it is in a field of the entry itself."""
        value = self._entry[picture_field(self._entry)] if picture_field(self._entry) else None
        values = value if isinstance(value, tuple) else (value,)
        return next((item for item in values if is_wrapper(item, "picture") and picture_of(item) == self.picture), None)

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
    def _ids(self) -> frozenset[str]:
        return frozenset(field.id for field in self._fields)

    @cached_property
    def _shown(self) -> tuple[tuple[FieldValue, ...], tuple[Section, ...], tuple[Section, ...]]:
        facts: list[FieldValue] = []
        sections: list[Section] = []
        fields = tuple(self._lay_out())
        for field in sole_card(fields) if self._inside else fields:
            if isinstance(field, Section):
                sections.append(field)
            else:
                facts.append(field)
        lists = (number for number, section in enumerate(sections) if section.kind in ("cards", "gallery"))
        cut = next(lists, len(sections))
        return tuple(facts), tuple(sections[:cut]), tuple(sections[cut:])

    def _lay_out(self) -> Iterator[FieldValue]:
        roles, has_sections = roles_of_thing(self._entry), False
        headings = headings_of(self._fields, roles, self.lead)
        links = links_of(self._fields, roles)
        left_out = {*self._left_out, *(roles.headed_by[name] for name in headings)}
        left_out.update(unpaired_buttons(self._fields, links, roles), (roles.called_by[name][0] for name in links))
        titles = {self.title, title_of(self._entry)} if roles.title else {self.title}
        titles.add(_plain_text(self._entry[self.lead]) if self.lead else "")
        for field in self._fields:
            if field.id in left_out or (field.id != roles.leads_on and self._is_redundant(field, titles)):
                continue
            value = self._value(field, roles)
            kind = self._kind(field, value, roles) if value is not None else ""
            if field.id in links:
                yield in_a_line(links[field.id], roles)
            elif kind == "fact":
                name = headings.get(field.id, field.name)
                yield in_a_line(FieldValue(field.id, name, field.type, value, field.locale), roles)
            elif kind:
                yield self._section(field, value, kind, headings.get(field.id, ""), is_first=not has_sections)
                has_sections = True

    @cached_property
    def _left_out(self) -> set[str]:
        """The fields that become neither fact nor section: not for readers, or shown elsewhere on the page."""
        roles = roles_of_thing(self._entry)
        captions = (field.id for field in self.captions)
        found = {*roles.hidden, self.lead, *captions, self._own_address(roles), roles.title if roles.surname else ""}
        if self._inside and roles.figure[1]:
            found.update(roles.figure)
        if roles.prices and self._ids & {*roles.prices}:
            found |= {roles.currency, roles.price_unit}
        return found

    def _own_address(self, roles: Roles) -> str:
        """Return the field that holds the address of the entry's own page, "" if it leads elsewhere."""
        is_part = type_of(self._entry) in view_of(self._entry).guide.embedded_types
        value = self._entry[roles.slug] if roles.slug in self._ids else None
        is_url_of_part = is_part and roles.slug.lower().endswith("url")
        return roles.slug if own_address(roles.slug, value) and not is_url_of_part else ""

    def _value(self, field: FieldValue, roles: Roles) -> Any:
        """Return what is left to be shown of a field, None for nothing."""
        value = self._left(field.value)
        if field.id in roles.spare and self.picture is not None and _is_picture(value):
            return None
        if isinstance(value, str) and field.type == "Text" and field.id not in roles.code:
            return self._with_line_breaks(field.id, self._without_title(value))
        if field.id in roles.prices:
            return priced(self._entry, field.id) or value
        return value

    def _section(self, field: FieldValue, value: Any, kind: str, heading: str, *, is_first: bool) -> Section:
        """Return a section; `is_first` says that none is before it, `heading` is the text of a field that heads it."""
        items = value if isinstance(value, tuple) or kind not in ("gallery", "parts") else (value,)
        is_first = is_first and (kind == "text" or (kind == "parts" and isinstance(value, tuple)))
        headed = heading != "" or not self._needs_no_name(field, kind, is_first=is_first)
        return Section(field.id, heading or field.name, field.type, items, field.locale, kind, headed)

    def _needs_no_name(self, field: FieldValue, kind: str, *, is_first: bool) -> bool:
        """Whether a section needs no name above it: the body of the page, a mere text, part or picture."""
        roles = roles_of_thing(self._entry)
        if kind == "text" and (field.id == roles.title or (is_first and field.id in roles.bodies)):
            return True
        entry = self._entry
        is_part = self._inside or type_of(entry) in view_of(entry).guide.embedded_types
        if is_first and is_part and (kind != "text" or self._has_one_text):
            return True
        if kind == "text":
            return is_plain(field.id, inside=self._inside)
        if kind == "quote":
            return True
        if kind == "parts":
            return is_module(field.id) or is_wrapper(field.value) or is_link_name(field.id.removesuffix("s"))
        is_only = self._inside and len(roles_of_thing(entry).pictures) == 1
        return kind == "gallery" and (is_only or is_counted(field.id))

    @cached_property
    def _has_one_text(self) -> bool:
        left_out = {*self._left_out, *roles_of_thing(self._entry).code}
        return sum(field.type in LONG and field.id not in left_out for field in self._fields) == 1

    @staticmethod
    def _is_redundant(field: FieldValue, titles: set[str]) -> bool:
        """Whether a field repeats what is shown already, or tells templates about a colour or the like."""
        text = field.value.strip() if isinstance(field.value, str) else ""
        if is_for_template(field.id, field.type, field.value):
            return True
        if field.type in LONG and len(text) > _LEAD_CHARACTERS:
            is_shown = text in titles
            titles.add(text)
            return is_shown
        return bool(text) and text in titles

    def _left(self, value: Any) -> Any:
        """Return a value without what is shown already and links to other spaces, None for nothing left."""
        if isinstance(value, str):
            return value if value.strip() else None
        if isinstance(value, tuple):
            shown = (item for item in value if not self._is_picture(item) and not is_link_to_other_space(item))
            left = [item for item in shown if not _is_of_page(item)]
            things = [item for item in left if isinstance(item, _THINGS)]
            return tuple(dict.fromkeys(things) if len(things) == len(left) else left) or None
        if is_link_to_other_space(value) or self._is_picture(value):
            return None
        if is_wrapper(value, "word", "price"):
            return text_in(value) or (value if is_wrapper(value, "price") else None)
        return value

    def _is_picture(self, value: Any) -> bool:
        """Whether a value is the picture beside the title, or the entry that wraps it."""
        is_thing = self.picture is not None and isinstance(value, _THINGS)
        return is_thing and self.picture in (value, is_wrapper(value) and picture_of(value))

    def _without_title(self, text: str) -> str | None:
        """Return a text without a first line that repeats the title above it, None if nothing is left."""
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

    def _kind(self, field: FieldValue, value: Any, roles: Roles) -> str:
        """Return how a field is shown: as a fact, as one of the kinds of sections, or "" for not at all."""
        if isinstance(value, tuple):
            things = [item for item in value if isinstance(item, _THINGS)]
            if things and len({type(item) for item in value}) == 1:
                kinds = {self._kind_of(thing, many=True) for thing in things}
                return "parts" if "parts" in kinds else self._kind_of(things[0], many=True)
            return "fact" if field.type == "Array" and not things else "table"
        if isinstance(value, _THINGS):
            return self._kind_of(value, many=False)
        if field.id == roles.quote or field.type in ("Text", "RichText"):
            return "quote" if field.id == roles.quote else "code" if field.id in roles.code else "text"
        if isinstance(value, Values):
            return "fact" if field.type == "Location" else "table" if value else ""
        return "table" if field.type == "Object" else "fact"

    def _kind_of(self, thing: Entry | Asset, *, many: bool) -> str:
        if isinstance(thing, Asset):
            return "gallery" if many or thing.is_image else "fact"
        is_name = type_of(thing) in view_of(thing).guide.mere_names
        if is_name or (not many and roles_of_thing(thing).leads_on):
            return "fact"
        if not stands_for_itself(thing):
            return "parts"
        return "cards" if many else "fact"


def _is_of_page(value: Any) -> bool:
    """Whether a value is the entry whose page is being rendered: no card leads to its own page."""
    return isinstance(value, Entry) and loaded_of(value).key == view_of(value).page.key


def _is_picture(value: Any) -> bool:
    """Whether a value is nothing but pictures."""
    return all(isinstance(item, Asset) and item.is_image for item in (value if isinstance(value, tuple) else (value,)))


def _plain_text(value: Any) -> str:
    """Return the text of a lead."""
    if isinstance(value, RichText):
        return " ".join(blocks_of(document_of(value))).strip()
    return str(value).strip()
