"""Everything templates can use is documented in the reference, with examples that give the stated results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from exporter.render.filters import FILTERS, GLOBALS
from exporter.render.renderer import Renderer
from tests.conftest import PROJECT
from tests.support.steps import mill, setting, template

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

THEME = PROJECT / "exporter/theme"
TEXT = (PROJECT / "exporter/docs/templates.md").read_text("utf-8")
EXAMPLES = re.findall(r"```jinja\n((?:(?!```).)*)```\n\n```html\n(.*?)```", TEXT, re.DOTALL)
NAMED = set(re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)))


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("source", "expected"), EXAMPLES, ids=lambda text: text.split("\n")[0][:40])
def test_example_gives_the_documented_result(guide: Guide, space: SpaceFiles, source: str, expected: str) -> None:
    space.put(mill(2))
    setting(guide, "lists: {all: {type: place, sort: -title, title: All places}}\n")
    template(guide, "place.html", source)
    guide.build()
    assert lines(guide.page("/place/castle/")) == lines(expected)


def test_documentation_has_examples() -> None:
    assert len(EXAMPLES) == TEXT.count("```html") == TEXT.count("```jinja") - 1 >= 8


def test_example_of_an_extended_template_fills_its_blocks(guide: Guide) -> None:
    (source,) = re.findall(r"```jinja\n(\{% extends.*?)```", TEXT, re.DOTALL)
    template(guide, "place.html", source)
    guide.build()
    page = guide.page("/place/castle/")
    assert ("<title>Castle</title>" in page, "<p>Sights</p>" in page, "<dl" in page) == (True, True, False)


def test_every_filter_function_and_object_is_documented(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    given: set[str] = set()
    context = Renderer._context

    def spy(renderer: Renderer, view: object) -> dict[str, object]:
        found = context(renderer, view)  # type: ignore[arg-type]  # whatever the renderer passes
        given.update(found)
        return found

    monkeypatch.setattr(Renderer, "_context", spy)
    guide.build("-j", "1")
    functions = {name.partition("(")[0] for name in NAMED if "(" in name}
    assert {name for name in given if not name.startswith(" ")} - NAMED == set()
    assert FILTERS.keys() - NAMED == set()
    assert GLOBALS.keys() - functions == set()


def test_every_block_and_partial_of_the_theme_is_documented() -> None:
    files = [file for file in THEME.rglob("*") if file.suffix in (".html", ".xml", ".txt")]
    blocks = {name for file in files for name in re.findall(r"{% block (\w+)", file.read_text("utf-8"))}
    assert {file.relative_to(THEME).as_posix() for file in files} - NAMED == {"base.html", "entry.html"} - NAMED
    assert blocks - NAMED == set()


def test_included_template_escapes_whatever_includes_it(guide: Guide) -> None:
    """All templates share how they begin to evaluate; a block without escapes changes nothing for the others."""
    template(guide, "parts/shown.html", "{{ [(entry.title ~ '<b>')|safe, '<i>']|join }}")
    shown = "{% include 'parts/shown.html' %}"
    template(guide, "place.html", f"{{% autoescape false %}}{shown}{{% endautoescape %}} {shown}")
    guide.build()
    assert guide.page("/place/castle/") == "The castle<b>&lt;i&gt; The castle<b>&lt;i&gt;"


def test_error_in_the_template_of_a_file_names_template_line_and_url(guide: Guide) -> None:
    template(guide, "feed.xml", "<feed>\n{{ 1 // 0 }}</feed>")
    setting(guide, "base_url: https://example.org\n")
    outcome = guide.run("build", "--json")
    messages = [problem["message"] for problem in outcome.json["problems"]]
    assert outcome.code == 1
    assert messages[0].endswith("/feed.xml: templates/feed.xml:2: integer division or modulo by zero")
