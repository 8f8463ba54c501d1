"""The words of the theme: complete in every language it has, found by locale, script and language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from exporter.guide.library.template_files import THEME
from exporter.guide.library.theme_words import FIRST_OFFLINE, FOLDER, codes_for, find_word, read_words, theme_names
from tests.conftest import PROJECT, content_type, entry, locale
from tests.support.everything import field

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
MOST_USED = [
    "en",
    "es",
    "de",
    "ja",
    "fr",
    "pt",
    "ru",
    "it",
    "nl",
    "pl",
    "tr",
    "fa",
    "zh",
    "vi",
    "id",
    "cs",
    "ko",
    "uk",
    "hu",
    "ar",
]
"""The languages that most pages of the web are in."""
_IF_OFFLINE = re.compile(r"{% if site\.offline %}.*?{% endif %}", re.DOTALL)
_USED = re.compile(r"""word\(["'](\w+)["']\)""")


def test_theme_has_the_most_common_languages_of_the_web() -> None:
    assert sorted({*MOST_USED, "zh-Hant"}) == LANGUAGES


@pytest.mark.parametrize("code", LANGUAGES)
def test_language_of_the_theme_has_every_word_with_its_placeholders(code: str, tmp_path: Path) -> None:
    words = read_words([code], tmp_path)
    assert list(words) == theme_names()
    for name, by_language in words.items():
        assert by_language[code].strip() == by_language[code] != ""
        assert by_language[code].count("{}") == by_language["en"].count("{}"), name


def test_words_used_only_for_offline_reading_come_last() -> None:
    names = theme_names()
    first = names.index(FIRST_OFFLINE)
    texts = {file: _IF_OFFLINE.sub("", file.read_text("utf-8")) for file in THEME.rglob("*.html")}
    used = {file: {*_USED.findall(text)} for file, text in texts.items()}
    others = {name for file, found in used.items() if file.name != "offline.html" for name in found}
    assert others - {FIRST_OFFLINE} <= {*names[:first]}
    assert used[THEME / "offline.html"] <= {*names[first:]}


def test_reference_names_the_languages_of_the_theme() -> None:
    paragraph = (PROJECT / "exporter/docs/templates.md").read_text("utf-8").split("The theme has ")[1].split("\n\n")[0]
    assert paragraph.startswith(f"{len(MOST_USED)} languages")
    named = paragraph.replace("\n", " ").split(": ")[1].split(".")[0].replace(" and ", ", ").split(", ")
    heads = (
        re.search(r"words in (?:simplified )?(\w+)\.", (FOLDER / f"{code}.yaml").read_text()) for code in MOST_USED
    )
    assert sorted(named) == named == sorted(found[1] for found in heads if found)


def test_chinese_is_written_in_the_script_of_the_locale(tmp_path: Path) -> None:
    words = read_words(["zh-TW", "zh-CN"], tmp_path)
    spoken = {
        code: find_word(words, "home", code) for code in ("zh", "zh-CN", "zh-Hans-CN", "zh-TW", "zh-Hant", "zh-HK")
    }
    assert [code for code, word in spoken.items() if word == "首頁"] == ["zh-TW", "zh-Hant", "zh-HK"]
    assert {word for code, word in spoken.items() if code in ("zh", "zh-CN", "zh-Hans-CN")} == {"首页"}


def test_only_the_languages_of_the_guide_are_read(tmp_path: Path) -> None:
    assert {code for by_language in read_words(["uk", "xx/../de"], tmp_path).values() for code in by_language} == {
        "uk",
        "en",
    }


def test_word_of_the_project_replaces_the_themes(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("skip: {ja: 本文, ja-JP: 本文へ}\n", "utf-8")
    words = read_words(["ja-JP"], tmp_path)
    assert [find_word(words, "skip", code) for code in ("ja", "ja-JP")] == ["本文", "本文へ"]
    assert codes_for("ja-JP") == ("ja-JP", "ja")


def test_page_in_a_language_uses_it_throughout(guide: Guide, space: SpaceFiles) -> None:
    post = content_type("post", field("title", "Symbol", localized=True), field("slug", "Symbol"))
    space.put_model(post, locales=[locale("ja", default=True), locale("ko"), locale("fa")])
    space.put(
        {**entry("post", "a"), "fields": {"title": {"ja": "港", "ko": "항구", "fa": "بندر"}, "slug": {"ja": "a"}}}
    )
    space.put({**entry("post", "b"), "fields": {"title": {"ja": "風車"}, "slug": {"ja": "b"}}})
    guide.build()
    for url, skip, note in (
        ("/ko/post/", "본문으로 건너뛰기", "일본어로만 제공"),
        ("/fa/post/", "رفتن به متن", "فقط به زبان ژاپنی"),
    ):
        assert skip in guide.page(url)
        assert note in guide.page(url)
    assert 'lang="fa" dir="rtl"' in guide.page("/fa/post/")
