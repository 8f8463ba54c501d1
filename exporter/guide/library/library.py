"""The library: every question that a page can ask, each with an answer that can be compared with an earlier one."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from exporter.core.containment import PlainFolders
from exporter.core.naming import asset_files
from exporter.guide.library.items import ItemInMemory, Items
from exporter.guide.library.list_answers import addresses_in, answer_of_list
from exporter.guide.library.questions import SharedQuestion, Subject
from exporter.guide.library.template_files import TemplateFiles, word_files
from exporter.guide.library.theme_words import read_words, word
from exporter.guide.pages.list_parts import LONGEST_LIST, count_of, letters_of
from exporter.guide.schema.guide_model import site_values
from exporter.pictures.size import logo_size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.core.model import LocalizedValue
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel

_ITEMS = ("entry", "asset")


class Library:
    """Answers questions out of the index and the files of the mirror; what was asked is kept for the next page.

    `questions` counts the answers that were worked out; `known` are those that many pages ask alike.
    """

    def __init__(self, index: GuideIndex, guide: GuideModel, content: Path, templates: Path) -> None:
        self.index = index
        self.guide = guide
        self.templates = templates
        self.items = Items(index, content)
        self.questions = 0
        self._folders = PlainFolders(content)
        self.known: dict[tuple[str, str], SharedQuestion] = {}
        self._subjects: dict[str, Subject] = {}
        self.template_files = TemplateFiles(templates)
        self._referrers_known: dict[str, list[tuple[str, str]]] = {}

    def shared(self, subject: str, argument: str) -> SharedQuestion:
        """Ask what many pages ask alike."""
        found = self.known.get((subject, argument))
        if found is None:
            self.questions += 1
            kind, _, rest = subject.partition(":")
            answer = _OF_OTHERS[kind](self, rest, argument)
            found = self.known[subject, argument] = SharedQuestion(subject, argument, answer)
        return found

    def subject(self, key: str) -> Subject:
        """Give what questions are asked of: an item by its key, or `list:TYPE`, `to:KEY`, `url:ADDRESS`."""
        if key.partition(":")[0] in _ITEMS:
            return self.items.load(key)
        found = self._subjects.get(key)
        if found is None:
            found = self._subjects[key] = Subject(key)
        return found

    def answer(self, subject: Subject, argument: str) -> Json:
        """Ask a question.

        Of an item: `f/LOCALE/FIELD` a field's value and the locale that it came from, `x` what it is, `s/NAME` a fact,
        `m` its tags, `p` its files, `u/LOCALE` its address, `t/LOCALE` the fields that have something in the locale
        itself.
        """
        answers = subject.answers
        if argument not in answers:
            self.questions += 1
            if isinstance(subject, ItemInMemory):
                kind, _, rest = argument.partition("/")
                answers[argument] = _OF_ITEM[kind](self, subject, rest)
            else:
                kind, _, rest = subject.key.partition(":")
                answers[argument] = _OF_OTHERS[kind](self, rest, argument)
        return answers[argument]

    def field(self, loaded: ItemInMemory, name: str, locale: str) -> tuple[str, LocalizedValue]:
        """Ask for a field's value; give the question's argument and the value with the locale that it came from."""
        argument = f"f/{locale}/{name}"
        found = loaded.answers.get(argument)
        if found is None:
            self.questions += 1
            if loaded.long and name in loaded.long:
                self.items.complete(loaded)
            found = self.guide.answer_of(loaded.type, loaded.fields, name, locale)
            loaded.answers[argument] = found
        return argument, found

    def stamp(self, key: str, arguments: tuple[str, ...]) -> bytes:
        """Give what stands for the answers that some questions have now."""
        subject = self.subject(key)
        return subject.stamp(arguments, [self.answer(subject, each) for each in arguments])

    def _field(self, loaded: ItemInMemory, rest: str) -> Json:
        locale, _, name = rest.partition("/")
        return self.field(loaded, name, locale)[1]

    def _what(self, loaded: ItemInMemory, _rest: str) -> str | None:
        """Give an entry's content type, nothing for an asset, None for what is not there."""
        return loaded.type if loaded.path is not None else None

    def _fact(self, loaded: ItemInMemory, name: str) -> Json:
        return (loaded.type or "asset") if name == "type" else loaded.facts.get(name)

    def _tag_ids(self, loaded: ItemInMemory, _rest: str) -> Sequence[str]:
        return loaded.tags

    def _files(self, loaded: ItemInMemory, _rest: str) -> Json:
        if loaded.long and "file" in loaded.long:
            self.items.complete(loaded)
        return loaded.item.localized("file")

    def _translated(self, loaded: ItemInMemory, locale: str) -> list[str]:
        if loaded.long:
            self.items.complete(loaded)
        return sorted(name for name in loaded.fields if self.guide.has_own(loaded.fields[name], locale))

    def _address(self, loaded: ItemInMemory, locale: str) -> Json:
        """Give locale and address of an entry's page, or an asset's public path; None where there is none."""
        chain = (locale, *self.guide.chains.get(locale, ()))
        if loaded.key.startswith("asset:"):
            return self._file(loaded, (*chain, self.guide.default))
        pages = self.items.pages_of(loaded)
        return next(((code, pages[code]) for code in (*chain, *self.guide.locales) if code in pages), None)

    def _file(self, loaded: ItemInMemory, codes: tuple[str, ...]) -> str | None:
        if loaded.path is None or self.guide.site.content.assets != "download":
            return None
        if loaded.long and "file" in loaded.long:
            self.items.complete(loaded)
        files = asset_files(loaded.item, loaded.path)
        found = (each for code in codes for each in files if code in each.locales)
        return next((each.public_path for each in found if self._folders.find(each.path) is not None), None)

    def _listed(self, type_id: str, argument: str) -> Json:
        """Answer of a type: `n` how many entries it has (`n/LOCALE` in a locale), `l` whether that is a long list.

        `g/FIELD` what a field leads to, `a/LOCALE` the letters of its list, `k/LOCALE/LETTER/MOST` the keys in order.
        """
        kind, _, rest = argument.partition("/")
        if kind == "k":
            return self._keys(type_id, *rest.rsplit("/", 2))
        if kind == "a":
            return letters_of(self.index, type_id, rest)
        if kind == "g":
            query = "SELECT target, count(*) FROM link WHERE type = ? AND field = ? GROUP BY target"
            return self.index.rows(query, type_id, rest)
        if kind in ("d", "o", "p", "t", "v"):
            return answer_of_list(self.index, self.guide, self._all_keys, type_id, kind, rest)
        count = count_of(self.index, type_id, rest or self.guide.locales[0])
        return count if kind == "n" else count > LONGEST_LIST

    def _all_keys(self, list_id: str, locale: str) -> Sequence[str]:
        keys: Sequence[str] = self.answer(self.subject(f"list:{list_id}"), f"k/{locale}//")
        return keys

    def _keys(self, type_id: str, locale: str, letter: str, most: str) -> list[str]:
        query = "SELECT key FROM label JOIN item ON item.id = label.item WHERE label.type = ? AND label.locale = ?"
        values = [type_id, locale]
        if letter:
            query, values = f"{query} AND label.letter = ?", [*values, letter]
        return [row[0] for row in self.index.rows(f"{query} ORDER BY label.sort LIMIT ?", *values, int(most or -1))]

    def _referrers(self, key: str, _argument: str) -> Json:
        """Give the entries that link to an item; where its page is rendered among many, it is asked for all of them."""
        expected = self.items.expected
        if key not in expected:
            return self.index.referrers([key])[key]
        if key not in self._referrers_known:
            self._referrers_known = self.index.referrers(list(expected))
        return self._referrers_known[key]

    def _page_at(self, url: str, _argument: str) -> Json:
        found = self.index.pages("url = ?", url)
        return next(([page.kind, page.key, page.url] for _, page in found if page.url == url), None)

    def _template(self, _rest: str, name: str) -> str | None:
        """Give what stands for a template's source; None for one that is missing."""
        return self.template_files.digest(name)

    @cached_property
    def words(self) -> Mapping[str, Mapping[str, str]]:
        """The theme's own words and the project's over them."""
        theme, own = word_files(self.templates)
        return read_words([theme, *([own] if PlainFolders(self.templates).find(own.name) is not None else ())])

    def _word(self, _rest: str, argument: str) -> str:
        locale, _, name = argument.partition("/")
        return word(self.words, name, locale)

    def _site(self, _rest: str, name: str) -> Json:
        if name == "logo_size":
            return logo_size(self.templates / "static", self.guide.site.theme.logo)
        return site_values(self.guide)[name]

    def _type(self, type_id: str, _argument: str) -> Json:
        return self.guide.definitions.get(type_id)

    def _types(self, _rest: str, _argument: str) -> list[str]:
        """Give the content types that have pages and entries."""
        query = "SELECT 1 FROM label WHERE type = ? LIMIT 1"
        return [each for each in self.guide.types if self.index.value(query, each)]

    def _lists(self, _rest: str, _argument: str) -> list[str]:
        """Give the lists of site.yaml, those apart that lie where the list of a type would."""
        own = {f"/{self.guide.segments[each]}/" for each in self.guide.types}
        return [name for name, each in self.guide.site.lists.items() if (each.url or f"/{name}/") not in own]

    def _sitemap(self, name: str, _argument: str) -> Json:
        return addresses_in(self.index, self.guide, self.items, name)

    def _guide(self, _rest: str, _argument: str) -> Json:
        guide = self.guide
        locales = {code: [each.name, each.default, each.fallback] for code, each in guide.model.locales.items()}
        return [
            list(locales.items()),
            guide.locales,
            guide.types,
            sorted(guide.embedded_types),
            list(guide.prefixes.items()),
            list(guide.segments.items()),
            guide.site.untranslated,
        ]

    def _tag(self, tag: str, _argument: str) -> str:
        return self.guide.tags.get(tag, tag)


_OF_ITEM: dict[str, Callable[[Library, ItemInMemory, str], Json]] = {
    "f": Library._field,
    "x": Library._what,
    "s": Library._fact,
    "p": Library._files,
    "m": Library._tag_ids,
    "t": Library._translated,
    "u": Library._address,
}
_OF_OTHERS: dict[str, Callable[[Library, str, str], Json]] = {
    "list": Library._listed,
    "to": Library._referrers,
    "url": Library._page_at,
    "template": Library._template,
    "word": Library._word,
    "site": Library._site,
    "type": Library._type,
    "types": Library._types,
    "lists": Library._lists,
    "sitemap": Library._sitemap,
    "frame": Library._guide,
    "tag": Library._tag,
}
