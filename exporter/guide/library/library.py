"""The library: answers every question that a page can ask, so that each answer can be compared with an earlier one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from exporter.guide.library.item_answers import ItemAnswers
from exporter.guide.library.items import ItemInMemory, Items
from exporter.guide.library.list_answers import ListAnswers, addresses_in
from exporter.guide.library.outline_answers import OUTLINE_VALUES, outline_value, read_outline_file
from exporter.guide.library.place_answers import PlaceAnswers
from exporter.guide.library.questions import FIELD, entry_keys
from exporter.guide.library.read_log import SharedQuestion, Subject
from exporter.guide.library.sole_entries import sole_entries_of
from exporter.guide.library.template_files import TemplateFiles
from exporter.guide.library.theme_words import codes_for, find_word, read_words, word_language
from exporter.guide.pages.home_pages import home_keys, is_listed
from exporter.guide.pages.other_pages import has_map
from exporter.guide.schema.guide_model import site_values
from exporter.pictures.size import logo_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.core.model import LocalizedValue
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.maps.outline import Shape

_ITEMS = ("entry", "asset")


class Library:
    """Answers questions out of the index and the files of the mirror; answers are kept for the next page.

    `questions` counts the answers that were worked out; `known` are those that many pages ask alike.
    """

    def __init__(self, index: GuideIndex, guide: GuideModel, content: Path, templates: Path) -> None:
        self.index = index
        self.guide = guide
        self.templates = templates
        self.items = Items(index, content)
        self.template_files = TemplateFiles(templates, guide.site.theme.name)
        self.questions = 0
        self.known: dict[tuple[str, str], SharedQuestion] = {}
        self.places = PlaceAnswers(index)
        self._item_answers = ItemAnswers(guide, self.items, index.pictures, content)
        self._list_answers = ListAnswers(index, guide, self._all_keys)
        self._subjects: dict[str, Subject] = {}
        self._referrers_known: dict[str, list[tuple[str, str]]] = {}

    def shared(self, subject: str, argument: str) -> SharedQuestion:
        """Answer a question that many pages ask alike."""
        found = self.known.get((subject, argument))
        if found is None:
            self.questions += 1
            found = SharedQuestion(subject, argument, self._answer_of(subject, argument))
            self.known[subject, argument] = found
        return found

    def subject(self, key: str) -> Subject:
        """Return the subject that a key names: an item, or what a `Question` is asked of."""
        if key.partition(":")[0] in _ITEMS:
            return self.items.load(key)
        found = self._subjects.get(key)
        if found is None:
            found = self._subjects[key] = Subject(key)
        return found

    def answer(self, subject: Subject, argument: str) -> Json:
        """Answer a question about a subject, by its argument."""
        answers = subject.answers
        if argument not in answers:
            self.questions += 1
            if isinstance(subject, ItemInMemory):
                answers[argument] = self._item_answers.answer(subject, argument)
            else:
                answers[argument] = self._answer_of(subject.key, argument)
        return answers[argument]

    def field(self, loaded: ItemInMemory, name: str, locale: str) -> tuple[str, LocalizedValue]:
        """Answer the question `field_value`, which is asked most; return its argument, too."""
        argument = f"{FIELD}/{locale}/{name}"  # as field_value makes it, without a call
        found: LocalizedValue | None = loaded.answers.get(argument)
        if found is None:
            self.questions += 1
            found = loaded.answers[argument] = self._item_answers.field(loaded, name, locale)
        return argument, found

    def digest(self, key: str, arguments: tuple[str, ...]) -> bytes:
        """Return the digest of the answers that some questions about a subject have now."""
        subject = self.subject(key)
        return subject.digest(arguments, [self.answer(subject, argument) for argument in arguments])

    def _answer_of(self, subject: str, argument: str) -> Json:
        kind, _, rest = subject.partition(":")
        return _ANSWERS[kind](self, rest, argument)

    def _list(self, list_id: str, argument: str) -> Json:
        return self._list_answers.answer(list_id, argument)

    def _all_keys(self, list_id: str, locale: str) -> Sequence[str]:
        subject, argument = entry_keys(list_id, locale)
        keys: Sequence[str] = self.answer(self.subject(subject), argument)
        return keys

    def _referrers(self, key: str, _argument: str) -> list[tuple[str, str]]:
        """Return the entries that link to an item; where its page is one of many to render, of all those at once."""
        expected = self.items.expected
        if key not in expected:
            return self.index.links.referrers([key])[key]
        if key not in self._referrers_known:
            self._referrers_known = self.index.links.referrers(list(expected))
        return self._referrers_known[key]

    def _page_at(self, url: str, _argument: str) -> tuple[str, str | None, str] | None:
        found = self.index.pages.at(url)
        return next(((page.kind.value, page.key, page.url) for _, page in found if page.url == url), None)

    def _template(self, _rest: str, name: str) -> str | None:
        return self.template_files.digest(name)

    @cached_property
    def words(self) -> Mapping[str, Mapping[str, str]]:
        """The theme's words for the guide's locales, with the project's in their place where it has them."""
        return read_words(self.guide.locales, self.templates)

    def _near(self, rest: str, argument: str) -> Json:
        return self.places.near(rest, argument)

    def _points(self, list_id: str, argument: str) -> Json:
        return self.places.points(list_id, argument)

    def _map(self, _rest: str, _argument: str) -> bool:
        return has_map(self.index, self.guide)

    def _word(self, _rest: str, argument: str) -> str:
        locale, _, name = argument.partition("/")
        return find_word(self.words, name, locale, self.guide.locales[0])

    def _word_language(self, _rest: str, argument: str) -> str:
        locale, _, name = argument.partition("/")
        found = self.language_of_word(name, locale)
        return found if found != locale else ""

    def language_of_word(self, name: str, locale: str) -> str:
        """Return the locale itself where a word is found in its language, else the one that it is found in."""
        found = word_language(self.words, name, locale, self.guide.locales[0])
        return locale if found in codes_for(locale) else found or locale

    @cached_property
    def outline(self) -> Sequence[Shape]:
        """The guide's own outline below maps; empty if it has none. Raises ConfigError for any other file."""
        name = self.guide.site.maps.outline
        return read_outline_file(self.templates / "static" / name) if name is not None else ()

    def _site(self, _rest: str, name: str) -> Json:
        if name in OUTLINE_VALUES:
            return outline_value(self.outline, name)
        if name == "logo_size":
            return logo_size(self.templates / "static", self.guide.site.theme.logo)
        return site_values(self.guide)[name]

    def _type(self, type_id: str, _argument: str) -> Json:
        return self.guide.definitions.get(type_id)

    def _types(self, _rest: str, locale: str) -> list[str]:
        """Return the types that have lists, or are embedded: first that which has the most to offer."""
        homes = home_keys(self.index, self.guide, locale)
        found = [type_id for type_id in self.guide.types if is_listed(self.index, homes, type_id, locale)]
        first = self.index.labels.longest((name for name in self.guide.leading_types if name in found), locale)
        return sorted(found, key=lambda type_id: type_id != first)

    def _sole(self, _rest: str, locale: str) -> Json:
        return sole_entries_of(self.index, self.guide, self.items, self._item_answers, locale)

    def _homes(self, _rest: str, locale: str) -> dict[str, str]:
        return home_keys(self.index, self.guide, locale)

    def _lists(self, _rest: str, _argument: str) -> list[str]:
        own = {f"/{self.guide.segments[type_id]}/" for type_id in self.guide.types}
        return [name for name, pattern in self.guide.site.lists.items() if (pattern.url or f"/{name}/") not in own]

    def _sitemap(self, name: str, _argument: str) -> Json:
        file, _, files = name.partition("/")
        return addresses_in(self.index, self.guide, self.items, int(file), int(files))

    def _guide(self, _rest: str, _argument: str) -> Json:
        guide = self.guide
        locales = guide.model.locales
        return [
            [(code, [locale.name, locale.default, locale.fallback]) for code, locale in locales.items()],
            guide.locales,
            guide.types,
            sorted(guide.embedded_types),
            sorted(guide.menus),
            list(guide.prefixes.items()),
            list(guide.segments.items()),
            guide.site.untranslated,
            [(type_id, tuple(how)) for type_id, how in guide.located.items()],
        ]

    def _tag(self, tag: str, _argument: str) -> str:
        return self.guide.tags.get(tag, tag)


_ANSWERS: dict[str, Callable[[Library, str, str], Json]] = {
    "list": Library._list,
    "to": Library._referrers,
    "near": Library._near,
    "points": Library._points,
    "map": Library._map,
    "url": Library._page_at,
    "template": Library._template,
    "word": Library._word,
    "spoken": Library._word_language,
    "site": Library._site,
    "type": Library._type,
    "types": Library._types,
    "homes": Library._homes,
    "sole": Library._sole,
    "lists": Library._lists,
    "sitemap": Library._sitemap,
    "guide": Library._guide,
    "tag": Library._tag,
}
