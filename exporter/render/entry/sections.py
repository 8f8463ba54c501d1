"""How an entry is laid out where no template says it: lead, picture, short facts, then its sections in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from exporter.guide.schema.field_words import LONG, has_lines, is_counted, is_module, is_plain, is_style
from exporter.render.entry.values import Anchor, is_address, leads_elsewhere, leaf
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
from exporter.render.view.view import Asset, Entry, RichText, Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.guide.schema.field_roles import Roles

_THINGS = (Entry, Asset)
_LONGEST_LEAD = 500
_DEEPEST = 8
_MOST = 500
"""Parts of a page: entries that link to each other crosswise would stand there more often than there are readers."""
_LOWEST = 5
"""The level of a heading that leaves one below it."""
_LINE = re.compile(r"(?<=\S)[ \t]*\n(?=[ \t]*\S)")
_BLOCK = re.compile(r"^\s*(?:(?:#{1,6}|[*+-])\s|[>|<`~]|[0-9]+[.)]\s)", re.MULTILINE)
"""A line that begins a block of Markdown, which no line break may stand before."""
_PATH = " > "
"""What editors write between the names of a page and of its part: `Home > Hero`."""


@dataclass(slots=True)
class Section(FieldValue):
    """A field that stands by itself on a page.

    Its kind: text, code, table, gallery (assets), cards (entries with pages), parts (entries that stand on this page).
    `headed` says that the field's name stands above it: the body of a page has the page's own title there.
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
        roles = roles_of_thing(self._entry)
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
        if isinstance(value, RichText):
            return name if is_passage(value._document, _LONGEST_LEAD) else ""
        return name if value and len(value) <= _LONGEST_LEAD else ""

    @cached_property
    def captions(self) -> tuple[FieldValue, ...]:
        """The fields that stand below the picture."""
        names = roles_of_thing(self._entry).captions if self.picture is not None else ()
        return tuple(each for each in self._fields if each.id in names and isinstance(each.value, str))

    @property
    def alt(self) -> str:
        """What the picture shows, where a field of the entry says so."""
        name = roles_of_thing(self._entry).alts.get(picture_field(self._entry), "")
        value = self._entry[name] if name in {each.id for each in self._fields} else ""
        return value.strip() if isinstance(value, str) else ""

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
        roles, told = roles_of_thing(self._entry), False
        headings = self._headings(roles) if roles.headed_by else {}
        named = self._named_addresses(roles) if roles.called_by else {}
        left_out = {*self._left_out, *(roles.headed_by[each] for each in headings)}
        left_out.update(roles.called_by[each][0] for each in named)
        titles = {self.title, title_of(self._entry)} if roles.title else {self.title}
        titles.add(_plain_text(self._entry[self.lead]) if self.lead else "")
        for each in self._fields:
            if each.id in left_out or (each.id != roles.leads_on and self._is_said(each, titles)):
                continue
            value = self._value(each, roles)
            kind = self._kind(each, value, roles.code) if value is not None else ""
            if each.id in named:
                yield FieldValue(each.id, roles.called_by[each.id][1], each.type, named[each.id], each.locale)
            elif kind == "fact":
                yield each if value is each.value else FieldValue(each.id, each.name, each.type, value, each.locale)
            elif kind:
                yield self._section(each, value, kind, headings.get(each.id, ""), is_first=not told)
                told = True

    @cached_property
    def _left_out(self) -> set[str]:
        """The fields that no fact or section is made of: for no reader, or told elsewhere on the page."""
        roles = roles_of_thing(self._entry)
        captions = (each.id for each in self.captions)
        return {*roles.hidden, self.lead, *captions, roles.title if roles.surname else ""}

    def _value(self, field: FieldValue, roles: Roles) -> Any:
        """Give what is left to be shown of a field; None for nothing."""
        value = self._left(field.value)
        if field.id in roles.spare and self.picture is not None and _is_picture(value):
            return None
        if isinstance(value, str) and field.type == "Text" and field.id not in roles.code:
            return self._in_lines(field.id, self._below(value))
        return value

    def _section(self, field: FieldValue, value: Any, kind: str, heading: str, *, is_first: bool) -> Section:
        """Make a section; `is_first` says that none stands before it, `heading` what another field says above it."""
        items = value if isinstance(value, tuple) or kind not in ("gallery", "parts") else (value,)
        is_first = is_first and (kind == "text" or (kind == "parts" and isinstance(value, tuple)))
        headed = heading != "" or not self._speaks_for_itself(field, kind, is_first=is_first)
        return Section(field.id, heading or field.name, field.type, items, field.locale, kind, headed)

    @cached_property
    def _texts(self) -> dict[str, str]:
        return {each.id: each.value.strip() for each in self._fields if isinstance(each.value, str)}

    def _headings(self, roles: Roles) -> dict[str, str]:
        """Give the headings of texts that stand in fields beside them."""
        filled = {each.id for each in self._fields} - {self.lead}
        pairs = ((text, self._texts.get(name)) for text, name in roles.headed_by.items() if text in filled)
        return {text: heading for text, heading in pairs if heading}

    def _named_addresses(self, roles: Roles) -> dict[str, Anchor]:
        """Give the links that an address and a text beside it are."""
        pairs = (
            (name, self._texts.get(text), self._texts.get(name, "")) for name, (text, _) in roles.called_by.items()
        )
        return {name: Anchor(text, url) for name, text, url in pairs if text and is_address(url)}

    def _speaks_for_itself(self, field: FieldValue, kind: str, *, is_first: bool) -> bool:
        """Tell whether a section needs no name above it: as the body of the page, as a mere text, part or picture."""
        if is_first and kind == "text" and field.id in roles_of_thing(self._entry).bodies:
            return True
        entry = self._entry
        is_part = self._inside or type_of(entry) in entry._view.guide.embedded_types
        if is_first and is_part and (kind != "text" or self._has_one_text):
            return True
        if kind == "text":
            return is_plain(field.id, inside=self._inside)
        return (kind == "parts" and is_module(field.id)) or (kind == "gallery" and is_counted(field.id))

    @cached_property
    def _has_one_text(self) -> bool:
        left_out = {*self._left_out, *roles_of_thing(self._entry).code}
        return sum(each.type in LONG and each.id not in left_out for each in self._fields) == 1

    @staticmethod
    def _is_said(field: FieldValue, titles: set[str]) -> bool:
        """Tell whether a field only says what stands there already, or a colour or the like to a template."""
        text = field.value.strip() if isinstance(field.value, str) else ""
        if is_style(field.id, text):
            return True
        if field.type in LONG and len(text) > _LONGEST_LEAD:
            is_said = text in titles
            titles.add(text)
            return is_said
        return bool(text) and text in titles

    def _left(self, value: Any) -> Any:
        """Give a value without the picture beside the title and without links to other spaces; None for nothing."""
        if leads_elsewhere(value):
            return None
        if isinstance(value, tuple):
            left = [each for each in value if each != self.picture and not leads_elsewhere(each)]
            things = [each for each in left if isinstance(each, _THINGS)]
            return tuple(dict.fromkeys(things) if len(things) == len(left) else left) or None
        if isinstance(value, str) and not value.strip():
            return None
        return None if isinstance(value, Asset) and value == self.picture else value

    def _below(self, text: str) -> str | None:
        """Give a text without a first line that says the title above it once more; None where nothing is left."""
        first, _, rest = text.strip().partition("\n")
        is_apart = first.startswith("#") or not rest.partition("\n")[0].strip()
        if not self.title or not is_apart or first.lstrip("# ").strip() != self.title:
            return text
        self._entry._view.origins.stand_for(rest, text)
        return rest if rest.strip() else None

    def _in_lines(self, name: str, text: str | None) -> str | None:
        """Keep the lines of an address, or of opening hours, that Markdown runs together."""
        if text is None or "\n" not in text or not has_lines(name) or _BLOCK.search(text):
            return text
        found = _LINE.sub("\\\\\n", text)
        self._entry._view.origins.stand_for(found, text)
        return found

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
        if not many and roles_of_thing(thing).leads_on:
            return "fact"
        if not url_of(thing) or type_of(thing) in thing._view.guide.embedded_types:
            return "parts"
        return "cards" if many else "fact"


def _is_picture(value: Any) -> bool:
    """Tell whether there is nothing but pictures."""
    return all(isinstance(each, Asset) and each.is_image for each in (value if isinstance(value, tuple) else (value,)))


def _plain_text(value: Any) -> str:
    """Give the text that a lead says."""
    if isinstance(value, RichText):
        return " ".join(blocks_of(value._document)).strip()
    return str(value).strip()


def inline(entry: Entry, level: int) -> Markup | str:
    """Render an entry as a part of the page; where it stands there already, or is one too many, its title."""
    view, key = entry._view, entry._loaded.key
    fields = Layout(entry, inside=True)
    too_many = len(view.inside) >= _DEEPEST or view.parts >= _MOST
    is_link = roles_of_thing(entry).leads_on and not fields.picture
    if too_many or is_link or key in view.inside or key == view.page.key:
        is_told = fields.title or is_link or (too_many and url_of(entry))
        return Markup("<p>{}</p>").format(leaf(entry, view)) if is_told else ""
    if fields.is_bare:
        name = fields.title if type_of(entry) in view.guide.embedded_types else fields.title and leaf(entry, view)
        return Markup("<p>{}</p>").format(name) if name else ""
    view.inside.append(key)
    view.parts += 1
    try:
        return view.part("parts/inline.html", entry=entry, fields=fields, level=min(level, _LOWEST))
    finally:
        view.inside.pop()
