"""Every construct of Markdown and node of Rich Text has a file with the source and one with the expected result."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from exporter.render.entry.rich_text import render_document
from exporter.render.markup.markdown import markdown
from tests.conftest import PROJECT
from tests.support.small_views import HERE, open_views

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporter.render.view.view import View

CASES = PROJECT / "tests/cases"
BLOCKS = ("document", "paragraph", "ordered-list", "unordered-list", "list-item", "hr", "blockquote", "table")
NODES = {
    *BLOCKS,
    *(f"heading-{level}" for level in range(1, 7)),
    *("table-row", "table-cell", "table-header-cell", "text", "hyperlink"),
    *(f"embedded-{kind}-block" for kind in ("entry", "asset", "resource")),
    *(f"embedded-{kind}-inline" for kind in ("entry", "resource")),
    *(f"{kind}-hyperlink" for kind in ("entry", "asset", "resource")),
}
MARKS = {"bold", "italic", "underline", "code", "superscript", "subscript", "strikethrough"}


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], View]]:
    with open_views(tmp_path_factory.mktemp("mirror")) as at:
        yield at


def case_files(folder: str) -> list[Path]:
    return sorted(file for file in (CASES / folder).iterdir() if file.suffix != ".html")


def check(file: Path, rendered: str) -> None:
    expected = file.with_suffix(".html")
    assert expected.is_file(), f"{expected} is missing; what comes now is\n{rendered}"
    assert f"{rendered.rstrip()}\n" == expected.read_text("utf-8")


@pytest.mark.parametrize("file", case_files("markdown"), ids=lambda file: file.stem)
def test_markdown_case(look: Callable[[str], View], file: Path) -> None:
    check(file, str(markdown(file.read_text("utf-8"), look(HERE))))


@pytest.mark.parametrize("file", case_files("richtext"), ids=lambda file: file.stem)
def test_rich_text_case(look: Callable[[str], View], file: Path) -> None:
    check(file, str(render_document(json.loads(file.read_text("utf-8")), look(HERE))))


def test_no_expected_file_is_without_its_case() -> None:
    known = {file.with_suffix(".html") for folder in ("markdown", "richtext") for file in case_files(folder)}
    assert {file for file in CASES.rglob("*.html") if file not in known} == set()


def test_cases_cover_every_node_and_mark_of_rich_text() -> None:
    texts = [file.read_text("utf-8") for file in case_files("richtext")]
    found = [pair for text in texts for pair in _values(json.loads(text))]
    assert {kind for key, kind in found if key == "nodeType" and isinstance(kind, str)} >= NODES
    assert {kind for key, kind in found if key == "type"} >= MARKS


def _values(value: object) -> list[tuple[str, object]]:
    if isinstance(value, list):
        return [found for item in value for found in _values(item)]
    if not isinstance(value, dict):
        return []
    return [*value.items(), *(found for inner in value.values() for found in _values(inner))]


def test_no_heading_of_the_space_gets_an_id_that_the_theme_writes() -> None:
    templates = [file.read_text("utf-8") for file in (PROJECT / "exporter/theme").rglob("*.html")]
    ids = {name for text in templates for name in re.findall(r'\sid="([^"{]+)"', text)}
    assert ids
    assert {name for name in ids if "." not in name} == set()  # headings lose their dots
