"""Random histories of a guide: its content, templates, settings and output change by rules.

The test writes the mirror itself, so that a history tests the renderer alone; an edit by hand is like any other. What
must hold after a build stands in one place, `_check`.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from exporter.core.encoding import canonical
from exporter.core.model import Item, Key
from exporter.core.naming import LOCALES_PATH, MOVED_PATH, TAGS_PATH, asset_files, content_type_paths, item_path
from tests.conftest import CATEGORY, PICTURE, PLACE, SpaceFiles, asset, content_type, entry, link, locale
from tests.support.killer import KILLED
from tests.support.pictures import plain

if TYPE_CHECKING:
    from tests.conftest import Outcome
    from tests.support.forks import Forks

IDS = ("a", "A", "b", "c", "d", "../é")
TYPES = ("place", "category", "walk")
SLUGS = ("x", "y", "X", "", "x-a", "x-b", "é/z", "category", "files", "が", "か\u3099")
EARLIER = ("old", "older", "x", "y", "", "entry:a", "entry:d", "2026-02-01", "2026-06-01T10:00Z", "古い")
CODES = ("en-US", "de-DE", "ar")

LINKED = {"id": "category", "name": "Category", "type": "Link", "linkType": "Entry", "localized": False}
MORE = (
    {"id": "order", "name": "Order", "type": "Integer", "localized": False},
    {"id": "story", "name": "Story", "type": "RichText", "localized": True},
    {
        "id": "related",
        "name": "Related",
        "type": "Array",
        "localized": False,
        "items": {"type": "Link", "linkType": "Entry"},
    },
    {"id": "startDate", "name": "Start", "type": "Date", "localized": False},
    {"id": "data", "name": "Data", "type": "Object", "localized": True},
    {"id": "pictureAlt", "name": "Alt", "type": "Symbol", "localized": False},
)
WIDE = content_type("place", *PLACE["fields"], *MORE)
WALK = content_type("walk", ("title", "Symbol"), ("slug", "Symbol"), ("body", "Text"), LINKED)


def _changed(definition: dict[str, Any], field_id: str, **changes: Any) -> dict[str, Any]:
    fields = [field | changes if field["id"] == field_id else field for field in definition["fields"]]
    return {**definition, "fields": fields}


PARTS_OF_PAGES = {"type": "Link", "linkType": "Entry", "validations": [{"linkContentType": ["category", "walk"]}]}
MODELS: tuple[tuple[dict[str, Any], ...], ...] = (
    (WIDE, CATEGORY, WALK),
    (WIDE, CATEGORY),
    ({**WIDE, "displayField": "summary"}, {**CATEGORY, "name": "Kind"}, WALK),
    (_changed(WIDE, "summary", localized=False), _changed(CATEGORY, "title", localized=False), WALK),
    (_changed(WIDE, "slug", localized=True), CATEGORY, WALK),
    (content_type("place", *reversed(WIDE["fields"])), CATEGORY, content_type("walk", ("title", "Symbol"))),
    (
        _changed(WIDE, "category", validations=[{"linkContentType": ["category"]}]),
        content_type("category", ("body", "Text"), LINKED, display=""),
        WALK,
    ),
    (
        _changed(WIDE, "related", items=PARTS_OF_PAGES),
        content_type("category", ("title", "Symbol"), ("body", "Text"), LINKED),
        content_type("walk", ("title", "Symbol"), ("story", "RichText")),
    ),
    (
        _changed(WIDE, "related", items=PARTS_OF_PAGES),
        content_type("category", ("title", "Symbol"), ("url", "Symbol")),
        content_type(
            "walk", ("firstName", "Symbol"), ("lastName", "Symbol"), ("story", "RichText"), display="firstName"
        ),
    ),
)
LOCALES = (
    [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")],
    [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "de-DE")],
    [locale("en-US", default=True), locale("de-DE"), locale("ar", "en-US")],
    [locale("de-DE", default=True), locale("en-US", "de-DE")],
    [locale("en-US", default=True)],
)
SETTINGS: dict[str, tuple[Any, ...]] = {
    "title": ("Guide", "Another guide"),
    "description": (None, "Of *places*", "Of all"),
    "base_url": (None, "https://example.org", "https://example.org/guide"),
    "untranslated": (None, True),
    "locales": (None, ["en-US"], ["de-DE", "en-US"], ["en-US", "ar"]),
    "theme": (None, {"accent": "#0b6e4f"}, {"accent": "#123456"}, {"logo": "logo.svg"}),
    "content": (None, {"assets": "link"}),
    "pages": (
        None,
        {"place": {}, "category": {}},
        {"place": {"template": "own.html"}},
        {"place": {"url": "/see/{slug}/"}, "category": {}, "walk": {}},
        {"place": {"url": "/{category}/{slug}/"}},
        {"category": {"url": "/place/{slug}-of/"}, "place": {"template": "place.html"}},
        {"place": {"url": "/{category.slug}/{sys.id}/{slug}/"}, "category": {}},
        {
            "place": {"url": "/{category.category}/{sys.id}/"},
            "walk": {"url": "/w/{category}/{sys.createdAt.year}/{sys.id}/"},
        },
    ),
    "lists": (
        None,
        {"news": {"type": "place", "sort": "-order", "per_page": 2}},
        {"kinds": {"type": "place", "by": "category"}, "tagged": {"type": "place", "by": "tags", "per_page": 1}},
        {"place": {"type": "place", "where": {"category": ["a", "b"]}, "sort": ["-sys.updatedAt"], "per_page": 1}},
        {"walks": {"type": "category", "url": "/walk/", "where": {"tags": "Tag 1"}, "title": "Tagged"}},
        {"slugs": {"type": "place", "by": "slug", "sort": ["title", "-sys.createdAt"], "feed": False}},
    ),
}

ALL = """{{ entry|title }}{{ entry|lang }}{{ entry|foreign }} {{ entry.sys.revision }} {{ entry.body|html }}
{{ entry.story|html }} {{ entry.category|title }} {{ entry.category|url }} {{ entry.category.category.title }}
{% for each in entries('place')[:3] %}{{ each|title }} {{ each|url }} {% endfor %}
{% for each in entries('walk') %}{{ each.slug }} {% endfor %}{{ entries('category')|length }}
{% for each in types %}{{ each.name }} {{ each.count }} {{ each.url }} {% endfor %}
{% for type, found in entry|referrers %}{{ type }}{% for each in found %} {{ each|title }}{% endfor %}{% endfor %}
{% for each in alternates %}{{ each.language.code }} {{ each.url }} {{ each.exact }} {% endfor %}
{{ entry.tags|join(', ') }} {{ entry.picture|url }} {{ entry.picture.title }} {{ entry.picture|source }}
{% for each in entry.related %}{{ each|title }} {{ each|url }} {{ each.body|length }} {% endfor %}
{{ entry.nothing|url }}{{ entry.nothing.more }} {{ (entry|picture)|url }} {{ entry|changes|length }} {{ entry|lead }}
{% include 'parts/note.html' ignore missing %}{% include ['parts/none.html', 'note.txt'] ignore missing %}
{{ word('skip') }} {{ word('own') }} {{ site.title }} {{ site.base_url }} {{ page.url }} {{ home }}
{{ 'place'|type_name }} {{ entry|translated|join(' ') }} {{ entry.sys.updatedAt|date }} {{ 1.5|number }}
{{ page.locale|language }} {{ entry.body|html(3) }} {{ entry.story|html(2) }}
{{ 'place'|type_name }} {{ entry.startDate|date }} {{ entry.data|table }} {{ entry.category|inline }}
{% for each in (entry|layout).opening + (entry|layout).further %}{{ each.kind }} {{ each.name }} {% endfor %}
{% for each in entry|changes %}{{ each|fact }} {% endfor %}{% for each in parts %}{{ each.name }}{% endfor %}
{{ 'place'|type_name }} {{ entry|absolute }} {{ metadata(entry|title, entry|lead, entry|picture) }}
{% for each in lists %}{{ each.title }} {{ each.count }} {{ each.url }}{{ each.feed }}{{ each.entries|length }}
{% for part in each.parts %}{{ part.title }} {{ part.url }} {{ part.entries }} {% endfor %}{% endfor %}
"""
PARTS = ("one {{ entry|title }}", "two {{ entry.summary }} {{ site.description }}", "{{ entry.category|title }}")
TEMPLATES: dict[str, tuple[str, ...]] = {
    "place.html": (
        ALL,
        "{% extends 'entry.html' %}{% block main %}" + ALL + "{% endblock %}",
        "{% from 'macros.html' import m %}{{ m(entry) }}",
        "{{ entry.summary }}",
        "{% if entry.slug == 'x' %}{{ 1 // 0 }}{% endif %}{{ entry|title }}",
        "{% if %}",
    ),
    "walk.html": ("{{ entry.body|html }}{{ entry.category|url }}", "{% include 'parts/note.html' %}"),
    "own.html": (ALL, "{% extends 'walk.html' %}"),
    "macros.html": tuple(f"{{% macro m(entry) %}}{text}{{% endmacro %}}" for text in PARTS),
    "parts/note.html": PARTS,
    "parts/entry.html": (*PARTS, "{{ nothing.at.all }}", "{{ entry }} {{ entry.sys.updatedAt }}"),
    "parts/none.html": PARTS,
    "parts/place.html": (*PARTS, "{{ entry.story|html }} {{ entry.body|html }}"),
    "parts/category.html": ("of {{ entry|title }}", "{{ entry.story|html }}"),
    "note.txt": ("a note", "b note"),
    "home.html": (
        (
            "{% for t in types %}{{ t.count }}{% for e in entries(t.id)[:2] %}{{ e|title }}{{ e|url }}{% endfor %}"
            "{% endfor %}"
        ),
        "{{ entries('place')|length }} {{ entries('place')[1:3]|map('title')|join }} {{ site.description }}",
    ),
    "list.html": (
        "{{ letters }} {{ groups() }} {% for e in entries(page.type_id) %}{{ e|title }} {{ e.slug }}{% endfor %}",
        "{{ entries('place')|first|title }} {{ entries(page.type_id)|length }}",
        "{{ list.title }} {{ list.number }}{{ list.newer }} {{ list.older }} {{ list.count }}{{ list.entries|length }}",
    ),
    "moved.html": ("{{ entry|url }} {{ entry|title }}",),
    "words.yaml": ("skip: {de: Weiter}\n", "own: {en: One, de: Eins}\ntype.place: {en: Spots}\n", "skip: [1]\n"),
    "static/style.css": ("a {}", "b {}"),
    "static/own.txt": ("one", "two"),
    "static/logo.svg": ('<svg viewBox="0 0 3 2"/>', '<svg viewBox="0 0 3 2"></svg>', '<svg viewBox="0 0 3 4"/>'),
    "static/robots.txt": ("own",),
    "static/404.html": ("own",),
    "static/place/feed.xml": ("own",),
    "feed.xml": (
        "{{ list.newest|length }}{% for each in list.newest %}{{ each.entry|absolute }}{{ each.updated }}{% endfor %}",
    ),
    "static/place": ("a file where pages lie",),
    "static/place/x/index.html": ("hidden", "under a page"),
    "static/walk/index.html": ("a page of its own",),
    "static/see/x/more.txt": ("beside a page",),
    "static/files/a/file.svg": ("over an asset",),
}
LAST = 900
"""The approximate number of file operations of a full render; a kill planned for a later one does not happen."""


class Change(NamedTuple):
    """The state an entry is put into; every number chooses one aspect of it."""

    id: str
    type: str
    title: int
    slug: int
    body: int
    category: int
    more: int


ENTRIES = st.builds(
    Change,
    st.sampled_from(IDS),
    st.sampled_from(TYPES),
    st.integers(0, 6),
    st.integers(0, len(SLUGS) - 1),
    st.integers(0, 7),
    st.integers(0, len(IDS)),
    st.integers(0, 15),
)
JOBS = st.integers(1, 2)


def _text(number: int, change: Change) -> str:
    """Return a text with links inside the guide, some perhaps to pages that do not exist."""
    slug = SLUGS[(number + change.slug) % len(SLUGS)]
    texts = (
        "It turns.",
        f"See [it](/place/{slug}/), [that](/category/{slug}/ 'a') and [what is called so](/{slug}#a).",
        f"[x](/de-DE/place/{slug}/) ![p](/files/{change.id}/file.svg) [home](/) [list](/walk/)",
        f"Beside [one](../{slug}/) and [two](https://example.org).\n\n" + "Much. " * 80,
        "",
        "See [moved](/place/old/) or [m](/place/older/#there). <b>&amp;</b>",
        f"# Up\n\n### {slug}\n\n[e](entry/{change.id}) ![a](asset/{change.id}) [f](asset/{change.id})",
        f"Note[^n].\n\n[^n]: <i>[see](./../{slug}/)</i> ![p](//images.ctfassets.net/small/{change.id}/{0:032x}/f.svg)",
    )
    return texts[number]


def _document(target: dict[str, Any]) -> dict[str, Any]:
    identifier = target["sys"]["id"]
    leaf = {"nodeType": "text", "value": f"The {identifier}", "marks": [], "data": {}}
    urn = f"crn:contentful:::content:spaces/other/entries/{identifier}"
    elsewhere = {"sys": {"type": "ResourceLink", "linkType": "Contentful:Entry", "urn": urn}}
    nodes = (
        _node("embedded-entry-block", {"target": target}),
        _node("heading-1", {}, leaf),
        _node("embedded-asset-block", {"target": link("Asset", identifier)}),
        _node("entry-hyperlink", {"target": target}, leaf),
        _node("asset-hyperlink", {"target": link("Asset", identifier)}, leaf),
        _node("embedded-entry-inline", {"target": target}),
        _node("resource-hyperlink", {"target": elsewhere}, leaf),
        _node("hyperlink", {"uri": f"/place/{identifier}/"}, leaf),
    )
    return _node("document", {}, *nodes)


def _node(kind: str, data: dict[str, Any], *content: dict[str, Any]) -> dict[str, Any]:
    return {"nodeType": kind, "data": data, "content": list(content)}


def make_entry(change: Change, revision: int) -> dict[str, Any]:
    """Make an entry as the API delivers it."""
    title, more = change.title, change.more
    texts: dict[str, Any] = {
        code: f"{'TitleÀé'[title]} {change.id if title % 2 else ''}{code if title % 3 else ''}"
        for number, code in enumerate(CODES)
        if number == title % 3 or (title + number) % 4
    }
    fields: dict[str, Any] = {"title": texts, "slug": SLUGS[change.slug], "body": _text(change.body, change)}
    fields |= {"url": f"/{SLUGS[more % len(SLUGS)]}", "firstName": texts, "lastName": f"L{more // 2}"}
    if change.category < len(IDS):
        fields["category"] = link("Entry", IDS[change.category])
    if change.type == "place":
        fields["summary"] = {"en-US": f"Sum {more}", "de-DE": "" if more % 2 else "Kurz"}
        fields |= {"picture": link("Asset", IDS[more % 4]), "pictureAlt": f"Alt {more // 3}"}
    if more & 1:
        fields["order"] = more // 4
    if more & 2:
        fields["related"] = [link("Entry", IDS[(more + step) % len(IDS)]) for step in range(more % 3)]
    if more & 4:
        fields["story"] = {"en-US": _document(link("Entry", IDS[more % len(IDS)]))}
    if more & 3 == 1:
        fields["startDate"] = {"en-US": f"2026-{more % 12 + 1:02}-01", "de-DE": "soon"}
        fields["data"] = {"en-US": {"to": link("Entry", IDS[more % len(IDS)]), "rows": [{"n": more}, {"n": True}]}}
    if more & 8:
        fields["slug"] = {"en-US": SLUGS[change.slug], "de-DE": SLUGS[-change.slug]}
    raw = entry(change.type, change.id, revision, **fields)
    raw["metadata"]["tags"] = [link("Tag", f"tag{number}") for number in range(more % 3)]
    return raw


class GuideHistories(RuleBasedStateMachine):
    """A guide over a mirror that the test writes; `forks` runs the program and must be set."""

    forks: ClassVar[Forks]

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        self.guide = self.root / "guide"
        self.settings: dict[str, Any] = {"title": "Guide", "source": {"local": "demo"}}
        self._paths: dict[Key, list[str]] = {}
        self._changes: dict[str, Change] = {}
        self._revision = 0
        self._clock = 1_600_000_000_000_000_000

    @initialize(
        changes=st.lists(ENTRIES, min_size=4, max_size=6, unique_by=lambda change: change.id), assets=st.integers(1, 4)
    )
    def open(self, changes: list[Change], assets: int) -> None:
        """Write a mirror and build the guide."""
        self.model(0, 0, 1)
        self._write_site()
        for change in changes:
            self.put_entry(change)
        for number in range(assets):
            self.put_asset(IDS[number], number)
        self.build(1)

    def _write(self, path: str, data: bytes) -> None:
        """Write a file of the guide; two of three get an old mtime, one keeps the current time."""
        SpaceFiles(self.guide).write(path, data)
        self._revision += 1
        if self._revision % 3:
            self._age(self.guide / path)

    def _age(self, file: Path) -> None:
        """Set the mtime of a file to a time long ago that no other file has."""
        self._clock += 1_000_001
        os.utime(file, ns=(self._clock, self._clock))

    def _write_site(self) -> None:
        given = {name: value for name, value in self.settings.items() if value is not None}
        self._write("site.yaml", json.dumps(given).encode())

    # Edits in the space.

    @rule(change=ENTRIES)
    def put_entry(self, change: Change) -> None:
        """Publish an entry."""
        key = Key("entry", change.id)
        self.delete(key)
        path = item_path(key, change.type, clash=True)
        self._paths[key] = [f"content/{path}"]
        self._changes[change.id] = change
        self._write(f"content/{path}", canonical(make_entry(change, self._revision % 50)))

    @rule(identifier=st.sampled_from(IDS[:4]), now=st.integers(0, 7))
    def put_asset(self, identifier: str, now: int) -> None:
        """Publish an asset, with its file or without, in one language or two."""
        key = Key("asset", identifier)
        self.delete(key)
        is_bitmap = now % 4 == 2
        name = "file.png" if is_bitmap else ("file.svg", "File.svg")[now % 2]
        kind = "image/png" if is_bitmap else ("image/svg+xml", "text/plain")[now // 4]
        raw = asset(identifier, name, 3, now, kind)
        if now & 2:
            file = raw["fields"]["file"]
            file["de-DE"] = {**file["en-US"], "url": "//images.ctfassets.net/o/de.svg"}
        path = item_path(key, "", clash=True)
        files = [f"content/{file.path}" for file in asset_files(Item(key, raw), path)]
        self._paths[key] = [f"content/{path}", *files]
        self._write(f"content/{path}", canonical(raw))
        for name in files[now == 5 :]:
            self._write(name, plain(400 + now, 300 + len(name)) if is_bitmap else PICTURE + name.encode())

    @precondition(lambda self: self._paths)
    @rule(place=st.integers(0, 99))
    def unpublish(self, place: int) -> None:
        """Delete an item."""
        keys = sorted(self._paths)
        self.delete(keys[place % len(keys)])

    def delete(self, key: Key) -> None:
        """Delete an item and its files."""
        if key.kind == "entry":
            self._changes.pop(key.id, None)
        for path in self._paths.pop(key, ()):
            (self.guide / path).unlink(missing_ok=True)

    @rule(types=st.integers(0, len(MODELS) - 1), locales=st.integers(0, len(LOCALES) - 1), tags=st.integers(0, 2))
    def model(self, types: int, locales: int, tags: int) -> None:
        """Change content types, locales or tags."""
        shutil.rmtree(self.guide / "content/model", ignore_errors=True)
        paths = content_type_paths(definition["sys"]["id"] for definition in MODELS[types])
        for definition in MODELS[types]:
            self._write(f"content/{paths[definition['sys']['id']]}", canonical(definition))
        self._write(f"content/{LOCALES_PATH}", canonical({raw["code"]: raw for raw in LOCALES[locales]}))
        self._write(f"content/{TAGS_PATH}", canonical({f"tag{n}": {"name": f"Tag {n + tags}"} for n in range(tags)}))

    @rule(
        identifier=st.sampled_from(IDS),
        code=st.sampled_from(CODES),
        name=st.sampled_from(("slug", "slug", "category", "startDate")),
        values=st.lists(st.sampled_from(EARLIER), max_size=2),
    )
    def move(self, identifier: str, code: str, name: str, values: list[str]) -> None:
        """Change the record of earlier addresses."""
        file = self.guide / "content" / MOVED_PATH
        moved = json.loads(file.read_bytes()) if file.exists() else {}
        moved[f"entry:{identifier}"] = {name: {code: values}}
        self._write(f"content/{MOVED_PATH}", canonical(moved))

    # Edits by hand.

    @rule(place=st.integers(0, 99), how=st.sampled_from(("gone", "longer", "touched", "touched", "replaced", "bad")))
    def handle(self, place: int, how: str) -> None:
        """Remove, edit or touch a file under content/; one made invalid JSON is repaired after a build."""
        found = sorted(path for path in (self.guide / "content").rglob("*") if path.is_file())
        found = [path for path in found if how != "gone" or "model" not in path.parts]
        if not found:
            return
        file = found[place % len(found)]
        data = file.read_bytes()
        if how == "gone":
            file.unlink()
        elif how == "longer":
            self._write(str(file.relative_to(self.guide)), data + b"\n")
        elif how == "replaced":
            other = self.root / "other"
            other.write_bytes(data.replace(b"It turns", b"It burns"))
            shutil.copystat(file, other)
            other.replace(file)
        elif how == "touched":
            self._age(file)
        elif file.suffix == ".json":
            file.write_bytes(data[:-9])
            self.build(1)
            self._write(str(file.relative_to(self.guide)), data)

    @rule(name=st.sampled_from(sorted(TEMPLATES)), number=st.integers(0, 6))
    def template(self, name: str, number: int) -> None:
        """Write a template or another file under templates/; the last number removes it."""
        file = self.guide / "templates" / name
        texts = TEMPLATES[name]
        if number == 6:
            if file.is_file():
                file.unlink()
            return
        above = [parent for parent in file.parents if parent.is_file()]
        for parent in above:
            parent.unlink()
        if file.is_dir():
            shutil.rmtree(file)
        self._write(f"templates/{name}", texts[number % len(texts)].encode())

    @rule()
    def lose_templates(self) -> None:
        """Remove all templates of the guide's own."""
        shutil.rmtree(self.guide / "templates", ignore_errors=True)

    @rule(name=st.sampled_from(sorted(SETTINGS)), number=st.integers(0, 7))
    def configure(self, name: str, number: int) -> None:
        """Change a key of site.yaml."""
        self.settings[name] = SETTINGS[name][number % len(SETTINGS[name])]
        self._write_site()

    @rule(place=st.integers(0, 99), how=st.sampled_from(("gone", "spoilt", "same size", "folder", "folder gone")))
    def spoil(self, place: int, how: str) -> None:
        """Delete or edit a file of the output, put a folder in its place, or remove its whole folder."""
        output = self.guide / "site"
        found = sorted(path for path in output.rglob("*") if path.is_file() and path.name != ".exporter")
        if not found:
            return
        file = found[place % len(found)]
        size = file.stat().st_size
        if how == "folder gone":
            shutil.rmtree(file.parent)
        elif how in ("gone", "folder"):
            file.unlink()
        if how == "folder":
            self._write(f"{file.relative_to(self.guide)}/deep/stray.txt", b"x")
        elif how in ("spoilt", "same size"):
            self._write(str(file.relative_to(self.guide)), b"x" * (size if how == "same size" else 3))

    @precondition(lambda self: (self.guide / "site/.exporter").exists())
    @rule(
        path=st.sampled_from(
            ("stray.html", "place/stray.txt", "place/x/deep/er", "empty/", "place/x", "updates/kept.json", "walk/")
        )
    )
    def stray(self, path: str) -> None:
        """Add a file or folder that does not belong to the output."""
        file = self.guide / "site" / path
        if path.endswith("/"):
            if not any(path.is_file() for path in (file, *file.parents)):
                file.mkdir(parents=True, exist_ok=True)
        elif not file.exists() and not any(parent.is_file() for parent in file.parents):
            self._write(f"site/{path}", b"stray")

    @rule(what=st.sampled_from((".export", ".export/guide.db", ".export/templates", "site")))
    def lose(self, what: str) -> None:
        """Lose the cache, a part of it, or the output."""
        path = self.guide / what
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    @rule(share=st.floats(0, 1), how=st.sampled_from(("short", "noise", "zeros", "head")))
    def damage(self, share: float, how: str) -> None:
        """Truncate the index or overwrite a block of it."""
        path = self.guide / ".export/guide.db"
        data = path.read_bytes() if path.exists() else b""
        start = 0 if how == "head" else int(share * len(data)) // 4096 * 4096
        block = bytes(4096) if how == "zeros" else random.Random(start).randbytes(4096)
        if data:
            path.write_bytes(data[:start] if how == "short" else data[:start] + block + data[start + 4096 :])

    # Builds.

    @rule(jobs=JOBS)
    def build(self, jobs: int) -> None:
        """Build: the output is the same as that of a build from scratch."""
        self._check(self._render(jobs))

    @rule(jobs=JOBS)
    def build_rested(self, jobs: int) -> None:
        """Build long after any file was added or removed, when a folder's mtime is enough to know its names."""
        for folder in (self.guide / "content").rglob("*/"):
            self._age(folder)
        self.build(jobs)

    @precondition(lambda self: self._changes)
    @rule(
        jobs=JOBS,
        place=st.integers(0, 99),
        what=st.sampled_from(("title", "slug", "body", "category", "more")),
        now=st.integers(0, 7),
    )
    def build_one_change(self, jobs: int, place: int, what: str, now: int) -> None:
        """Change one aspect of an entry and build, as most builds do."""
        known = sorted(self._changes.values())
        changed: dict[str, Any] = {what: now % 7 if what == "title" else now}
        self.put_entry(known[place % len(known)]._replace(**changed))
        self.build(jobs)

    @precondition(lambda self: any(key.kind == "asset" for key in self._paths))
    @rule(jobs=JOBS, place=st.integers(0, 99))
    def build_one_file(self, jobs: int, place: int) -> None:
        """Remove or restore an asset's file and build."""
        found = sorted(path for paths in self._paths.values() for path in paths if path.startswith("content/files/"))
        path = found[place % len(found)]
        if (self.guide / path).exists():
            (self.guide / path).unlink()
        else:
            self._write(path, PICTURE + path.encode())
        self.build(jobs)

    @rule(jobs=JOBS, at=st.integers(1, 60) | st.integers(1, LAST))
    def build_killed(self, jobs: int, at: int) -> None:
        """Build and be killed at a file operation."""
        outcome = self._render(jobs, mortal=at)
        event(f"a build that was to be killed ended with {outcome.code}")
        lost = "a process of the build was ended from outside" in outcome.out
        if outcome.code != KILLED and not lost:
            self._check(outcome)

    @rule(jobs=JOBS)
    def build_strictly(self, jobs: int) -> None:
        """Build strictly: an error leaves site/ as it was."""
        before = self._mtimes()
        outcome = self._render(jobs, "--strict")
        if outcome.code != 1:
            self._check(outcome)
            return
        event("an error stopped a strict build")
        assert outcome.json["render"]["stopped"], outcome
        assert self._mtimes() == before

    def _render(self, jobs: int, *options: str, mortal: int = 0, guide: Path | None = None) -> Outcome:
        arguments = ("-C", str(guide or self.guide), "render", "--json", "-j", str(jobs), *options)
        return self.forks.run(*arguments, mortal=mortal)

    def _check(self, outcome: Outcome) -> None:
        """Compare a build with one from scratch; the next build has nothing to do."""
        event(f"a build ended with {outcome.code}")
        fresh = self.root / "fresh"
        fresh.mkdir()
        for name in ("content", "templates"):
            if (self.guide / name).is_dir():
                shutil.copytree(self.guide / name, fresh / name)
        shutil.copy(self.guide / "site.yaml", fresh)
        expected = self._render(1, guide=fresh)
        assert outcome.code == expected.code, (outcome, expected)
        assert outcome.code in (0, 1, 2, 4), outcome
        if outcome.code < 2:
            failed = outcome.json["render"]["failed"]
            assert (outcome.code, failed) == (1, expected.json["render"]["failed"]) or not failed, (outcome, expected)
            assert self._problems(outcome) == self._problems(expected)
            found, wanted = self._site(self.guide), self._site(fresh)
            differs = {path for path in {*found, *wanted} if found.get(path) != wanted.get(path)}
            assert not differs & wanted.keys(), sorted(differs)
            left = {path for path in differs if (self.guide / "site" / path).is_file()}
            assert len(left) <= failed, sorted(left)
            assert failed or not differs, sorted(differs)
            self._check_rest(failed)
        shutil.rmtree(fresh)

    def _problems(self, outcome: Outcome) -> list[str]:
        """Return the problems that a build reported, independent of the guide's folder."""
        problems = outcome.json["problems"]
        history = [problem for problem in problems if problem["code"] in ("updates-missing", "updates-broken")]
        assert all(problem["severity"] == "warning" for problem in history)  # what site/updates/ records may be lost
        text = json.dumps(sorted(str(problem) for problem in problems if problem not in history))
        found: list[str] = json.loads(text.replace(str(self.root / "fresh"), str(self.guide)))
        return found

    def _check_rest(self, failed: int) -> None:
        before = self._mtimes()
        again = self._render(2)
        report = again.json["render"]
        work = {name: report[name] for name in ("rendered", "written", "removed", "failed")}
        assert work == {"rendered": 0, "written": 0, "removed": 0, "failed": failed}, again
        assert self._mtimes() == before

    def _site(self, guide: Path) -> dict[str, bytes]:
        site = guide / "site"
        files = {path.relative_to(site).as_posix(): path for path in site.rglob("*")}
        return {
            path: b"" if file.is_dir() else b"=" + file.read_bytes()
            for path, file in files.items()
            if not path.startswith("updates")
        }

    def _mtimes(self) -> dict[str, int]:
        return {str(path): path.stat().st_mtime_ns for path in (self.guide / "site").rglob("*")}

    def teardown(self) -> None:
        """End with a build that is compared with one from scratch."""
        try:
            if sys.exc_info()[0] is None:
                self.build(2)
        finally:
            self._folder.cleanup()
