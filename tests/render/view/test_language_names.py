"""Names of languages: different even if two share one, and one language per sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import html

from exporter.guide.library.theme_words import find_word
from exporter.render.view.languages import languages
from tests.conftest import content_type, entry, locale
from tests.render.entry.test_page_builder import shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

POST = content_type("post", field("title", "Symbol", localized=True), field("slug", "Symbol", localized=True))


def names(*codes: str) -> list[str]:
    return [language.name for language in languages({code: f"Space's {code}" for code in codes}).values()]


def test_languages_of_the_same_name_are_distinguished_by_region_or_script() -> None:
    assert names("es", "es-MX") == ["Español", "Español (México)"]
    assert names("pt-BR", "pt-PT") == ["Português (Brasil)", "Português (Portugal)"]
    assert names("en-US", "de-DE") == ["English", "Deutsch"]
    assert len({*names("zh-Hans-CN", "zh-Hant-TW")}) == 2


def test_locales_with_the_same_name_in_babel_have_the_names_of_the_space() -> None:
    assert names("en-US", "en-US-x-easy") != ["English", "English"]
    assert len({*names("en-x-a", "en-x-b", "en-x-c")}) == 3


def test_untranslated_entry_has_the_title_of_the_language_that_its_card_links_to(
    guide: Guide, space: SpaceFiles
) -> None:
    space.put_model(POST, locales=[locale("de-DE", default=True), locale("en-US")])
    space.put(entry("post", "b", title={"en-US": "Second mill"}, slug={"en-US": "mill"}))
    space.put(entry("post", "a", title={"en-US": "Hello harbour"}, slug={"en-US": "hello"}))
    guide.build()
    cards = shown(guide, "/post/").xpath(".//a[@class='card']//strong")
    assert [(text_of(card), card.get("lang")) for card in cards] == [
        ("Hello harbour", "en-US"),
        ("Second mill", "en-US"),
    ]


def test_sentence_of_the_theme_is_in_one_language(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(POST, locales=[locale("en-US", default=True), locale("el"), locale("de")])
    fields = {"title": {"en-US": "Hello", "el": "Γεια", "de": "Hallo"}, "slug": {"en-US": "hello"}}
    space.put({**entry("post", "a"), "fields": fields})
    space.put(entry("post", "b", title={"en-US": "Only English"}, slug={"en-US": "b"}))
    guide.build()
    for code, expected in (("el", "Only in English"), ("de", "Nur auf Englisch")):
        page = html.document_fromstring(guide.page(f"/{code}/post/").encode())
        assert [text_of(note) for note in page.iter("small")] == [expected]


def test_words_missing_in_a_language_are_those_of_the_guides_first_language() -> None:
    words = {"more": {"en": "More", "de": "Mehr"}}
    assert find_word(words, "more", "uk", "de-DE") == "Mehr"
    assert find_word(words, "more", "uk", "el") == "More"
    assert find_word(words, "less", "uk", "de-DE") == "less"


def test_two_locales_that_are_marked_default_name_cards_in_the_language_they_lead_to(
    guide: Guide, space: SpaceFiles
) -> None:
    marked = [locale("de-DE", default=True), locale("en-US", default=True), locale("fr")]
    space.put_model(POST, locales=marked)
    space.put(entry("post", "a", title={"en-US": "Hello harbour"}, slug={"en-US": "hello"}))
    space.put(entry("post", "b", title={"de-DE": "Die Mühle"}, slug={"de-DE": "muehle"}))
    guide.build()
    for url in ("/post/", "/en-US/post/", "/fr/post/"):
        cards = shown(guide, url).xpath(".//a[@class='card']")
        names = sorted(text_of(card.find(".//strong")) for card in cards)
        assert names == ["Die Mühle", "Hello harbour"]
        assert {card.get("href").split("/")[-2] for card in cards} == {"hello", "muehle"}


def test_plain_field_of_a_space_with_two_default_locales_is_found_under_either(guide: Guide, space: SpaceFiles) -> None:
    plain = content_type("post", field("title", "Symbol", localized=True), field("slug", "Symbol"))
    marked = [locale("de-DE", default=True), locale("en-US", default=True), locale("fr")]
    space.put_model(plain, locales=marked)
    title = {"de-DE": "Hafen", "en-US": "Harbour", "fr": "Port"}
    space.put({**entry("post", "a"), "fields": {"title": title, "slug": {"en-US": "harbour"}}})
    guide.build()
    assert [text_of(shown(guide, f"{code}/post/harbour/").find(".//h1")) for code in ("", "/en-US", "/fr")] == [
        "Hafen",
        "Harbour",
        "Port",
    ]
