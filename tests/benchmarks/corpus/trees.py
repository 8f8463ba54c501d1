"""The source trees of the other generators: the corpus in English, as each of them wants it.

The templates and settings are in the folder `trees`; Zensical has the templates of MkDocs. Every tree gives the same
pages: one for each place, one for each category with a list of its places, and a home page with a list of the
categories.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.corpus import texts
from tests.benchmarks.corpus.items import DEFAULT
from tests.benchmarks.corpus.places import CATEGORIES, picture, published, slug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.benchmarks.corpus.places import Corpus, Place

_TREES = Path(__file__).parents[1] / "trees"
_CONTENT = {"hugo": "content", "eleventy": "content", "mkdocs": "docs", "zensical": "docs"}


def navigation() -> str:
    """Return the links to the categories that every page has."""
    links = [f'<a href="/category/{name}/">{title}</a>' for name, title in _categories().items()]
    return f"<nav>{' '.join(links)}</nav>"


def write_trees(corpus: Corpus, folders: dict[Path, str]) -> None:
    """Write the source trees of some generators (`hugo`, `eleventy`, `mkdocs`, `zensical`), by their folders."""
    for folder, kind in folders.items():
        _copy_templates(kind, folder)
        _LISTS[kind](corpus, folder)
    for place in map(corpus.place, range(corpus.places)):
        text = f"{_front_matter(place)}{texts.body(place.number, DEFAULT)}"
        for folder, kind in folders.items():
            path = folder / _CONTENT[kind] / f"place/{_slug(place)}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")


def _copy_templates(kind: str, folder: Path) -> None:
    for source in ("mkdocs", "zensical") if kind == "zensical" else (kind,):
        shutil.copytree(_TREES / source, folder, dirs_exist_ok=True)
    for path in folder.rglob("*.*"):
        if path.is_file():
            path.write_text(path.read_text("utf-8").replace("NAVIGATION", navigation()), "utf-8")


def _front_matter(place: Place) -> str:
    category = slug("category", place.category)
    values = {
        "title": texts.title("place", place.number, DEFAULT),
        "date": f"{published('place', place.number):%Y-%m-%dT%H:%M:%SZ}",
        "category": category,
        "category_title": _categories()[category],
        "city": texts.title("city", place.city, DEFAULT),
        "lat": place.latitude,
        "lon": place.longitude,
        "rating": place.rating,
        "labels": place.tags,
        "images": [picture(number) for number in place.pictures],
    }
    return _yaml(values)


def _yaml(values: dict[str, object]) -> str:
    """Return values as the head of a Markdown file; JSON is YAML."""
    return "".join(["---\n", *(f"{name}: {json.dumps(value)}\n" for name, value in values.items()), "---\n"])


def _categories() -> dict[str, str]:
    numbers = range(CATEGORIES)
    return {slug("category", number): texts.title("category", number, DEFAULT) for number in numbers}


def _slug(place: Place) -> str:
    return slug("place", place.number)


def _hugo_lists(_corpus: Corpus, folder: Path) -> None:
    """Write the titles of the terms; Hugo finds out what is in a list."""
    for name, title in _categories().items():
        path = folder / f"content/category/{name}/_index.md"
        path.parent.mkdir(parents=True)
        path.write_text(_yaml({"title": title}), "utf-8")


def _eleventy_lists(_corpus: Corpus, folder: Path) -> None:
    """Write the titles of the categories; Eleventy finds out what is in a list."""
    (folder / "categories.json").write_text(json.dumps(_categories()), "utf-8")


def _mkdocs_lists(corpus: Corpus, folder: Path) -> None:
    """Write the lists as Markdown: MkDocs has none of its own."""
    members: dict[str, list[str]] = {name: [] for name in _categories()}
    for place in map(corpus.place, range(corpus.places)):
        title = texts.title("place", place.number, DEFAULT)
        members[slug("category", place.category)].append(f"[{title}](../place/{_slug(place)}.md)")
    (folder / "docs/category").mkdir(parents=True)
    for name, title in _categories().items():
        path = folder / f"docs/category/{name}.md"
        path.write_text(_yaml({"title": title}) + _list(members[name]), "utf-8")
    home = _list(f"[{title}](category/{name}.md) {len(members[name])}" for name, title in _categories().items())
    (folder / "docs/index.md").write_text(_yaml({"title": "Guide"}) + home, "utf-8")


def _list(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


_LISTS: dict[str, Callable[[Corpus, Path], None]] = {
    "hugo": _hugo_lists,
    "eleventy": _eleventy_lists,
    "mkdocs": _mkdocs_lists,
    "zensical": _mkdocs_lists,
}
