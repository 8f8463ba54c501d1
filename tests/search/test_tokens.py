"""Tokens: what they are, and that the browser cuts the same ones."""

from __future__ import annotations

import random
from collections import Counter
from unicodedata import category

import pytest

from exporter.search.tokens import MOST_CHARACTERS, count_tokens, tokens
from tests.search.scripts import run

ALPHABETS = (
    "abc XYZ 019 -'’.,_",
    "éÉàçñõöüßẞøØæÆœłŁđðþħıİIiſﬁǅ",
    "ΑΣς σας ά ΐ ᾳ",
    "ЁёЙйїґ",
    "ابتةىيآأإٱؤئءکی۱۲٣٤ًٌٍَُِّْٰـ\u200c\u200d",
    "אבגָּׁ",
    "中文東京國国々〆〇ㄅ",
    "カタカナｶﾞｷﾞひらがなー・゛",
    "한국어서울ᄒ\u1161ㄱ",
    "ภาษาไทยกำ๑๒ລາວ",
    "ភាសាខ្មែរ",
    "မြန်မာ",
    "हिन्दी कि ক্",
    "①²½㎏Ⅳ™…“”—\u00ad\u200b\u2060\ufe0f\U0001f600\U00020000\U0001d400",
)


def strings(number: int) -> list[str]:
    """Return so many texts: of one alphabet, of several, and of any characters that Unicode 14 has."""
    rng = random.Random(7)
    anything = [chr(code) for code in range(0x20, 0x3FF) if category(chr(code)) not in ("Cn", "Cc")]
    found = []
    for at in range(number):
        some = rng.choice(ALPHABETS) if at % 2 else "".join(rng.sample(ALPHABETS, 3))
        letters = anything if at % 10 == 0 else some
        found.append("".join(rng.choice(letters) for _ in range(rng.randint(0, 40))))
    return found


def test_browser_and_publisher_cut_ten_thousand_texts_alike() -> None:
    given = strings(10_000)
    assert run(["tokens.js"], "given.map(guideTokens.tokens)", given) == [tokens(text) for text in given]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Torre de Belém, 15E!", ["torre", "de", "belem", "15e"]),
        ("Straße STRASSE ẞ", ["strasse", "strasse", "ss"]),
        ("İstanbul ISPARTA ığdır", ["istanbul", "isparta", "igdir"]),
        ("الإِسْكَنْدَرِيّة ١٢", ["اسكندريه", "12"]),
        ("والأديرة الأديرة أديرة ولد", ["اديره", "اديره", "اديره", "ولد"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー", "ー"]),
        ("ｶﾞｲﾄﾞ ガイド", ["ガイ", "イド", "ド"] * 2),
        ("서울 1910년", ["서울", "울", "1910", "년"]),
        ("ไทย", ["ไท", "ทย", "ย"]),
        ("ΟΔΟΣ οδός", ["οδοσ", "οδοσ"]),
        ("…", []),
    ],
)
def test_tokens_of_a_text(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_long_words_are_cut() -> None:
    assert [len(token) for token in tokens("x" * 500 + " " + "é" * 500)] == [MOST_CHARACTERS] * 2


@pytest.mark.parametrize(("query", "wanted"), [("京", [["京", True]]), ("東京駅", [["東京", False], ["京駅", False]])])
def test_query_of_one_character_stands_for_what_begins_with_it(query: str, wanted: list[list[object]]) -> None:
    expression = "guideTokens.wanted(given).map(({token, single}) => [token, single])"
    assert run(["tokens.js"], expression, query) == wanted


def test_tokens_of_lines_are_counted_as_those_of_the_whole_text() -> None:
    chosen = random.Random(9)
    for _ in range(400):
        alphabets = chosen.choices((*ALPHABETS, "abc XYZ\t019 -'.,_" * 9), k=2)
        lines = ["".join(chosen.choices("".join(alphabets), k=chosen.randrange(90))) for _ in range(3)]
        lines.append("a" * chosen.randrange(2 * MOST_CHARACTERS))
        assert dict(count_tokens(lines)) == Counter(tokens("\n".join(lines)))
