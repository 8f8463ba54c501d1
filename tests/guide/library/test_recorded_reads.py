"""Everything a page reads is recorded: templates cannot bypass it, and leave nothing behind for the next page."""

from __future__ import annotations

import gc
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from exporter.build.program_stamp import program_digest
from exporter.build.scan import read_files
from exporter.build.update import look_for_items, update_items
from exporter.config.settings import load_project
from exporter.config.site_schema import SiteConfig
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.index.records import PageKind
from exporter.guide.library.library import Library
from exporter.guide.pages.planner import PagePlanner
from exporter.guide.schema.read_model import read_guide_model
from exporter.render.filters import FILTERS
from exporter.render.renderer import PageError, Renderer
from tests.conftest import CATEGORY, PLACE, asset, content_type, entry, link, locale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.guide.index.records import Page
    from tests.conftest import Guide, SpaceFiles

CASTLE, MILL = "/place/castle/", "/place/mill/"
CODE = "`<View object at 0x7f5dd24e11b0>`"
DOCUMENT = {"nodeType": "document", "data": {}, "content": [{"nodeType": "hr", "data": {}, "content": []}]}
EXTRA = [
    {"id": name, "name": name.title(), "type": kind, "localized": False}
    for name, kind in (("words", "Array"), ("facts", "Object"), ("story", "RichText"))
]


@dataclass(frozen=True)
class Kitchen:
    """A small guide whose template for places each test writes."""

    library: Library

    def write(self, name: str, text: str) -> None:
        path = self.library.templates / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def show(self, text: str, *urls: str, bytecode: Path | None = None) -> list[str]:
        """Render pages of places, one after another, with one template."""
        self.write("place.html", text)
        renderer = Renderer(self.library, bytecode)
        return [renderer.render(self.at(url)).data.decode() for url in urls or (CASTLE,)]

    def reads(self, text: str, url: str = CASTLE) -> set[tuple[str, str]]:
        """Return the questions that the page of a place asks with a template."""
        self.write("place.html", text)
        return {read[:2] for read in Renderer(self.library).render(self.at(url)).reads}

    def at(self, url: str) -> Page:
        ((_, page),) = self.library.index.pages.at(url)
        return page


@pytest.fixture
def kitchen(space: SpaceFiles) -> Iterator[Kitchen]:
    space.put_model(content_type("place", *PLACE["fields"], *EXTRA), CATEGORY, locales=[locale("en-US", default=True)])
    built = {"built": [1200, {"by": "the king"}]}
    links: dict[str, Any] = {"picture": link("Asset", "pic"), "category": link("Entry", "sights")}
    more: dict[str, Any] = {"words": ["old", "high"], "facts": built, "story": DOCUMENT, **links}
    space.put(entry("place", "castle", title="The castle", slug="castle", body=CODE, **more))
    space.put(entry("place", "quay", title="The quay", slug="quay"))
    space.put(asset("pic", "castle.svg", 3), file=b"svg")
    guide_model = read_guide_model(
        space.root, SiteConfig.model_validate({"title": "Guide", "source": {"local": "demo"}})
    )
    with closing(GuideIndex(None)) as index:
        planner = PagePlanner(index, guide_model)
        looks = look_for_items(index, space.root, everything=True)
        update_items(index, planner, looks, read_files(space.root, guide_model, looks.now), everything=True)
        planner.settle()
        planner.place_others()
        planner.refuse_conflicts()
        library = Library(index, guide_model, space.root, space.root.parent / "templates")
        yield Kitchen(library)


PRIVATE = [
    *("entry._view", "entry['_view']", "entry|attr('_view')", "[entry]|map(attribute='_view')|list"),
    *("[entry]|map('attr', '_loaded')|list", "[entry]|map(attribute='_loaded.path')|list"),
    *("[entry]|selectattr('_view')|list", "([entry]|groupby('_loaded'))[0][0]", "[entry]|sum('_loaded', '')"),
    *("'{0._view}'.format(entry)", "'{0[_view]}'.format(entry)", "('{0._view}'|safe).format(entry)"),
    *("('{0[_view]}'|safe).format(entry)", "'{e[_view]}'.format_map({'e': entry})", "'%(_view)s' % entry"),
    *("entry.sys._thing", "entry.sys['_thing']", "'{0[_thing]}'.format(entry.sys)", "site._view", "site['_view']"),
    *("entries('place')._view", "entries('place')['_view']", "entries('place')._ask('')", "types[0]._view"),
    *("types[0]['_view']", "entry.story._document", "entry.story['_document']", "entry.story|attr('_document')"),
    *("entry.__class__", "entry['__class__']", "entry|attr('__class__')", "entry.__getattr__('_view')"),
    *("page.__class__", "page._replace(url='/')", "entries.__globals__", "word.__globals__", "self.__init__"),
    *("entry._memo", "entry['_memo']", "entry._answers", "entry|attr('_values')", "entry.view", "entry.loaded"),
    *("entry.library", "entry.frame", "entry.asked", "entries('place')|attr('_make')", "alternates._make"),
]


@pytest.mark.parametrize("expression", PRIVATE)
def test_nothing_private_is_reached(kitchen: Kitchen, expression: str) -> None:
    text = f"<{{% set found = {expression} %}}{{{{ found }}}}{{% if found %}}{{{{ found.key }}}}{{% endif %}}>"
    try:
        text_shown = kitchen.show(text)[0]
    except PageError:
        return
    assert text_shown in ("<>", "<[]>", "<[Undefined]>")


@pytest.mark.parametrize(
    "way", ["entry.{}", "entry['{}']", "entry|attr('{}')", "([entry]|map(attribute='{}')|list)[0]"]
)
def test_every_way_to_a_field_is_a_read_of_it(kitchen: Kitchen, way: str) -> None:
    for name in ("body", "nothing", "category", "facts"):
        assert ("entry:castle", f"f/en-US/{name}") in kitchen.reads(f"{{{{ {way.format(name)} }}}}")


@pytest.mark.parametrize(
    ("expression", "read"),
    [
        ("'{0.body}'.format(entry)", ("entry:castle", "f/en-US/body")),
        ("'%(body)s' % entry", ("entry:castle", "f/en-US/body")),
        ("[entry]|groupby('body')", ("entry:castle", "f/en-US/body")),
        ("[entry]|map(attribute='order')|list", ("entry:castle", "f/en-US/order")),
        ("entry.category.title", ("entry:sights", "f/en-US/title")),
        ("entry.picture.is_image", ("asset:pic", "f/en-US/file")),
        ("entry.picture|url", ("asset:pic", "u/en-US")),
        ("entry.sys.updatedAt", ("entry:castle", "s/updatedAt")),
        ("entry.tags", ("entry:castle", "m")),
        ("site.title", ("site", "title")),
        ("site.base_url", ("site", "base_url")),
        ("types|length", ("types", "en-US")),
        ("types[0].count", ("list:place", "n")),
        ("types[0].name", ("word", "en-US/type.place")),
        ("types[1].name", ("sole", "en-US")),
        ("entries('walk')|length", ("list:walk", "n")),
        ("entries('place')|list", ("list:place", "k/en-US//")),
        ("entries('place')[:1]", ("list:place", "k/en-US//1")),
        ("entries('place')|first", ("list:place", "k/en-US//")),
        ("entry|referrers", ("to:entry:castle", "")),
        ("entry.category|url", ("entry:sights", "u/en-US")),
        ("entry|title", ("type:place", "")),
        ("word('skip')", ("word", "en-US/skip")),
        ("'/place/mill/'|href", ("url:/place/mill/", "")),
        ("'[a](/place/mill/)'|html", ("url:/place/mill/", "")),
        ("'[a](/none/)'|html", ("url:/none/", "")),
        ("'category'|type_name", ("word", "en-US/type.category")),
    ],
)
def test_questions_of_constants_are_recorded_too(
    kitchen: Kitchen, expression: str, read: tuple[str, str], tmp_path: Path
) -> None:
    text = f"{{% set found = {expression} %}}"
    assert read in kitchen.reads(text)
    kitchen.show(text, bytecode=tmp_path / "compiled")
    page = kitchen.at(CASTLE)
    compiled = Renderer(kitchen.library, tmp_path / "compiled").render(page)
    assert read in {question[:2] for question in compiled.reads}


def test_every_template_that_a_page_asks_for_is_recorded_even_if_missing(kitchen: Kitchen) -> None:
    kitchen.write("parts/a.html", "{% include 'parts/b.html' %}")
    kitchen.write("parts/b.html", "{% from 'macros.html' import m %}{{ m() }}")
    kitchen.write("macros.html", "{% macro m() %}m{% endmacro %}")
    kitchen.write("frame.html", "{% block x %}{% endblock %}")
    text = (
        "{% extends 'frame.html' %}{% block x %}{% include 'parts/a.html' %}{% include 'none.html' ignore missing %}"
        "{% include ['first.html', 'parts/b.html', 'never.html'] %}{% import 'macros.html' as n with context %}"
        "{% endblock %}"
    )
    expected = {"place.html", "frame.html", "parts/a.html", "parts/b.html", "macros.html", "none.html", "first.html"}
    for _ in range(2):
        assert {name for subject, name in kitchen.reads(text) if subject == "template"} == expected


NAMELESS = [
    *("entries", "word", "range", "site", "entry.sys", "cycler('a')", "joiner()", "'x'.upper", "[1]|map('string')"),
    *("[1]|batch(2)", "entry.title.upper", "entries('place')|reverse", "groups", "[entries, 1]|list", "[site]|pprint"),
    *(
        "'%s'|format(entries)",
        "'a' ~ entries",
        "[entries]|join('-')",
        "entries|string|upper|lower",
        "'{}'.format(word)",
    ),
]


@pytest.mark.parametrize("expression", NAMELESS)
def test_object_without_a_text_form_fails_the_page_and_no_memory_address_is_printed(
    kitchen: Kitchen, expression: str
) -> None:
    message = r"entry:castle in en-US: templates/place.html prints <.* which has no text of its own$"
    with pytest.raises(PageError, match=message):
        kitchen.show(f"<p>{{{{ {expression} }}}}</p>")
    with pytest.raises(PageError, match="has no text of its own"):
        kitchen.show(f"<p>{{{{ ({expression})|string|safe }}}}</p>")


@pytest.mark.parametrize("text", ["{{ '`<View object at 0x7f5dd24e11b0>`'|html }}", "{{ entry.body|html }}"])
def test_text_that_looks_like_a_memory_address_is_printed(kitchen: Kitchen, text: str) -> None:
    assert kitchen.show(text) == ["<p><code>&lt;View object at 0x7f5dd24e11b0&gt;</code></p>\n"]


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("entry", "entry:castle"),
        ("[entry.category, entry.picture]", "[entry:sights, asset:pic]"),
        ("entries('place')", "(entry:castle, entry:mill, entry:quay)"),
        ("entries('place')[:1]", "(entry:castle,)"),
        ("types", "(place, category)"),
        ("entry.story", "Rich Text"),
        ("entry.words", "('old', 'high')"),
        ("groups()", "(Group(name='Category', targets=((entry:sights, 2),)),)"),
    ],
)
def test_objects_print_their_values(kitchen: Kitchen, expression: str, printed: str) -> None:
    assert kitchen.show(f"{{{{ ({expression})|string|safe }}}}") == [printed]


CHANGES = [
    *(
        "entry.facts.clear()",
        "entry.facts.update({'a': 1})",
        "entry.facts.setdefault('a', 1)",
        "entry.facts.pop('built')",
    ),
    *("entry.facts.built.append(1)", "entry.facts.built[1].clear()", "entry.words.append('x')", "entry.words.sort()"),
    *("entry.story.document.clear()", "entry.story.document.content.append(1)", "entry.story.content.clear()"),
    *("entry.picture.file.details.clear()", "entry.picture.file.details.image.update({'width': 1})"),
    *("entries('place').append(entry)", "entries('place')[:1].clear()", "types.clear()", "languages.clear()"),
    *("(entry|fields).clear()", "(entry|referrers).clear()", "(entry.category|referrers)[0][1].append(1)"),
]


@pytest.mark.parametrize("expression", CHANGES)
def test_no_template_changes_a_value(kitchen: Kitchen, expression: str) -> None:
    look = (
        "{{ entry.facts }}{{ entry.words }}{{ entry.story|html }}{{ entry.picture.file }}{{ entries('place')|list }}"
        "{{ types|length }}{{ languages|length }}{{ entry|fields }}{{ entry.category|referrers }}"
    )
    before = kitchen.show(look)
    with pytest.raises(PageError, match="has no attribute"):
        kitchen.show(f"{look}{{{{ {expression} }}}}")
    assert kitchen.show(look) == before


@pytest.mark.parametrize("context", ["", " with context", " without context"])
def test_import_keeps_nothing_between_pages(kitchen: Kitchen, context: str) -> None:
    kitchen.write(
        "macros.html",
        "{% set seen = namespace(n=0) %}{% set name = site.title %}{% set first = entries('place')[:1]|list %}"
        "{% macro m() %}{% set seen.n = seen.n + 1 %}"
        "{{ seen.n }} {{ name }} {{ page.url }} {{ site.title }}{% endmacro %}",
    )
    text = f"{{% import 'macros.html' as m{context} %}}{{{{ m.m() }}}}"
    kitchen.write("place.html", text)
    renderer = Renderer(kitchen.library)
    for url in (CASTLE, MILL, CASTLE):
        found = renderer.render(kitchen.at(url))
        assert found.data.decode() == f"1 Guide {url} Guide"
        questions = {question[:2] for question in found.reads}
        assert {("site", "title"), ("list:place", "k/en-US//1"), ("template", "macros.html")} <= questions


def test_compiled_templates_of_another_program_are_not_used(
    kitchen: Kitchen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "{{ 'the mill'|title }}"
    assert kitchen.show(text, bytecode=tmp_path) == ["The Mill"]
    monkeypatch.setitem(FILTERS, "title", lambda _value: "another program")
    monkeypatch.setattr(kitchen.library.index, "program", "2")
    assert kitchen.show(text, bytecode=tmp_path) == ["another program"]


@pytest.mark.parametrize("damage", [b"", b"j2", bytes(range(256)), "cut"])
def test_broken_compiled_templates_are_compiled_again(kitchen: Kitchen, tmp_path: Path, damage: bytes | str) -> None:
    kitchen.show("{{ entry.title }}", bytecode=tmp_path)
    files = list(tmp_path.glob("*.bin"))
    for file in files:
        file.write_bytes(damage if isinstance(damage, bytes) else file.read_bytes()[:-40])
    assert files
    assert kitchen.show("{{ entry.title }}", bytecode=tmp_path) == ["The castle"]


@pytest.mark.parametrize("text", ["{{ [1, 2]|random }}", "{{ lipsum() }}", "{{ random() }}"])
def test_no_random_filter_is_available(kitchen: Kitchen, text: str) -> None:
    with pytest.raises(PageError):
        kitchen.show(text)


@pytest.mark.parametrize("path", ["nothing", "nothing.at.all", "category.nothing", "category.nothing.more", "sys.none"])
def test_missing_value_is_empty_and_its_absence_is_recorded(kitchen: Kitchen, path: str) -> None:
    loop = f"{{% for item in entry.{path} %}}x{{% else %}}none{{% endfor %}}"
    text = f"<{loop}{{{{ entry.{path} }}}}{{{{ entry.{path}|html }}}}>"
    assert kitchen.show(text) == ["<none>"]
    subject, name = ("entry:sights", "nothing") if path.startswith("category") else ("entry:castle", path.split(".")[0])
    assert (subject, f"f/en-US/{name}") in kitchen.reads(text)


def test_rendered_page_leaves_no_reference_cycles(guide: Guide) -> None:
    lists = "lists: {parts: {type: place, by: category}, pages: {type: place, per_page: 5}}"
    site = f"title: Lisbon\nbase_url: https://guide.example.org/\nsource: {{local: demo}}\n{lists}\n"
    (guide.root / "site.yaml").write_text(site, "utf-8")
    guide.build()
    config = load_project(guide.root)
    with closing(GuideIndex(config.cache / "guide.db", program_digest())) as index:
        library = Library(
            index, read_guide_model(config.content, config.site), config.content, guide.root / "templates"
        )
        renderer = Renderer(library)
        pages = [page for _, page in index.pages.all() if page.kind is not PageKind.ENTRY or page.locale == "ar"]
        for page in pages:
            renderer.render(page)
        gc.collect()
        gc.freeze()
        left = {page.url: cycles(renderer, page) for page in pages}
        gc.unfreeze()
    assert {page.kind for page in pages} >= {"home", "list", "entry", "feed", "sitemap", "missing", "robots"}
    assert {url: kinds for url, kinds in left.items() if kinds} == {}


def cycles(renderer: Renderer, page: Page) -> list[str]:
    """Render a page; return the types of the objects left in reference cycles, which only the collector frees."""
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        renderer.render(page)
        gc.collect()
        return sorted({type(thing).__name__ for thing in gc.garbage})
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
