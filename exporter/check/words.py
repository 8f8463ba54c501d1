"""Languages of the guide in which the theme's own words are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.library.theme_words import FIRST_OFFLINE, NAMES, codes_for, read_words, theme_names, word_language
from exporter.render.view.languages import language_name
from exporter.report.problems import problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.guide.schema.guide_model import GuideModel
    from exporter.report.problems import Problem

_MOST_NAMED = 5
_FILE = "templates/words.yaml"


def missing_words(guide: GuideModel, templates: Path) -> Iterator[Problem]:
    """Yield each language of the guide that lacks words which its pages use. Raises ConfigError."""
    names, words = theme_names(), read_words(guide.locales, templates)
    if guide.site.offline is not True:
        names = names[: names.index(FIRST_OFFLINE)]
    names = [name for name in names if not name.startswith(NAMES)]
    for code in guide.locales:
        lacking = [name for name in names if not any(known in words[name] for known in codes_for(code))]
        if lacking:
            yield problem("words-missing", _sentence(guide, words, code, lacking, len(names)), locale=code, file=_FILE)


def _sentence(
    guide: GuideModel, words: Mapping[str, Mapping[str, str]], code: str, lacking: list[str], number: int
) -> str:
    spoken = word_language(words, lacking[0], code, guide.locales[0])
    which = "no words" if len(lacking) == number else f"not all words ({_listed(lacking)})"
    message = f"the theme has {which} in {_called(code)} and uses those in {_called(spoken)}"
    return f"{message}: add them to {_FILE}, under the names that exporter/theme/words/en.yaml has"


def _called(code: str) -> str:
    name = language_name(code, "en")
    return f"{name} ({code})" if name != code else code


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more are missing" if more > 0 else " missing")
