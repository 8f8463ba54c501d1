"""Templates, words, settings and the content model are read like items; output and index are checked and repaired."""

from __future__ import annotations

import json
import random
import shutil
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import pytest

from exporter.build.copies import Copies
from exporter.guide.index.guide_index import GuideIndex
from exporter.workers.pool import WorkerPool
from tests.conftest import CATEGORY, PLACE, content_type, entry, link, locale
from tests.support.steps import (
    ALL,
    CARDS,
    CASTLE,
    CATEGORIES,
    MILL,
    PLACES,
    SIGHTS,
    THREE,
    edit,
    expect,
    from_nothing,
    mill,
    step,
    template,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

GERMAN = [url for url in ALL if "de-DE" in url]
OWN = "{{ entry|title }} {{ entry.body }}"


def setting(guide: Guide, lines: str) -> None:
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(lines)


def test_added_edited_or_removed_partial_renders_the_pages_that_include_it(guide: Guide) -> None:
    guide.build()
    template(guide, "parts/entry.html", "<b>{{ entry|title }}</b>")
    expect(step(guide, "render"), CARDS)
    template(guide, "parts/entry.html", "<i>{{ entry|title }}</i>")
    expect(step(guide, "render"), CARDS)
    shutil.rmtree(guide.root / "templates")
    expect(step(guide, "render"), CARDS)


def test_added_or_removed_template_of_a_type_renders_its_pages(guide: Guide) -> None:
    guide.build()
    template(guide, "place.html", OWN)
    expect(step(guide, "render"), [*CASTLE, *MILL])
    shutil.rmtree(guide.root / "templates")
    expect(step(guide, "render"), [*CASTLE, *MILL])


@pytest.mark.parametrize(
    "how",
    [
        "{% include 'parts/note.html' ignore missing %}",
        "{% include ['parts/note.html', 'parts/asset.html'] ignore missing %}",
    ],
)
def test_missing_template_renders_the_pages_that_asked_for_it_when_it_is_added(guide: Guide, how: str) -> None:
    template(guide, "place.html", f"{{% if entry.slug == 'mill' %}}{how}{{% endif %}}")
    guide.build()
    template(guide, "parts/note.html", "A note.")
    expect(step(guide, "render"), MILL)
    template(guide, "parts/note.html", "Another note.")
    expect(step(guide, "render"), MILL)
    (guide.root / "templates/parts/note.html").unlink()
    expect(step(guide, "render"), MILL)


@pytest.mark.parametrize("name", ["note.txt", "parts/mark.svg", "data", "static/mark.svg", "static/own.html"])
def test_file_of_any_name_that_is_included_is_read(guide: Guide, name: str) -> None:
    template(guide, name, "one")
    template(guide, "place.html", f"{{% include '{name}' %}}")
    guide.build()
    template(guide, name, "two")
    expect(step(guide, "render"), [*CASTLE, *MILL])


def test_imported_macros_and_extended_templates_are_read(guide: Guide) -> None:
    template(guide, "place.html", "{% from 'macros.html' import m %}{{ m(entry) }}")
    template(guide, "category.html", "{% extends 'wide.html' %}")
    template(guide, "macros.html", "{% macro m(e) %}{{ e|title }}{% endmacro %}")
    template(guide, "wide.html", "{% extends 'theme/entry.html' %}{% block above %}one{% endblock %}")
    guide.build()
    edit(guide, "templates/macros.html", "{{ e|title }}", "<b>{{ e|title }}</b>")
    expect(step(guide, "render"), [*CASTLE, *MILL])
    edit(guide, "templates/wide.html", "one", "two")
    expect(step(guide, "render"), SIGHTS)
    template(guide, "unused.html", "nobody asks")
    expect(step(guide, "render"), [])


def test_object_with_keys_reordered_by_hand_renders_the_pages_that_list_them(guide: Guide) -> None:
    template(guide, "place.html", "{{ entry.hours|table }}")
    guide.build()
    path = guide.root / "content/entries/place/mill.json"
    raw = json.loads(path.read_text("utf-8"))
    for hours in ({"friday": 9, "sunday": 10}, {"sunday": 10, "friday": 9}):
        raw["fields"]["hours"] = {"en-US": hours}
        path.write_text(json.dumps(raw), "utf-8")
        expect(step(guide, "render"), MILL)


def test_changed_word_renders_the_pages_that_use_it(guide: Guide) -> None:
    guide.build()
    template(guide, "words.yaml", "skip: {de: Weiter}\n")
    expect(step(guide, "render"), GERMAN)
    template(guide, "words.yaml", "skip: {de: Weiter}\nfallback: {ar: 'only {}'}\n")
    expect(step(guide, "render"), ["/ar/", "/ar/place/"])
    template(guide, "words.yaml", "skip: {de: Weiter}\nfallback: {ar: 'only {}'}\nunused: {en: x}\n")
    expect(step(guide, "render"), [])


def test_changed_key_of_site_yaml_renders_the_pages_that_read_it(guide: Guide) -> None:
    template(guide, "place.html", OWN)
    guide.build()
    edit(guide, "site.yaml", "Small guide", "Great guide")
    expect(step(guide, "render"), [url for url in ALL if url not in [*CASTLE, *MILL]])
    template(guide, "place.html", "{{ site.base_url }}")
    template(guide, "category.html", OWN)
    template(guide, "base.html", "{% block main %}{% endblock %}")
    step(guide, "render")
    setting(guide, "base_url: https://example.org\n")
    found = step(guide, "render")
    new = [path for path in (guide.root / "site").iterdir() if path.name in ("404.html", "robots.txt", "sitemap.xml")]
    feeds = list((guide.root / "site").rglob("feed.xml"))
    assert (found.written, len(new), len(feeds)) == (sorted([*CASTLE, *MILL]), 3, 3)
    assert found.rendered == len(found.written) + len(new) + len(feeds)


def test_locales_of_site_yaml_take_pages_away_and_bring_them_back(guide: Guide) -> None:
    guide.build()
    setting(guide, "locales: [en-US, ar]\n")
    assert step(guide, "render").gone == sorted(GERMAN)
    edit(guide, "site.yaml", "locales: [en-US, ar]", "locales: [de-DE, en-US, ar]")
    step(guide, "render")
    edit(guide, "site.yaml", "locales: [de-DE, en-US, ar]\n", "")
    step(guide, "render")


def test_pattern_and_template_of_site_yaml_move_and_change_pages(guide: Guide) -> None:
    guide.build()
    template(guide, "sight.html", OWN)
    setting(guide, "pages: {place: {template: sight.html}, category: {}}\n")
    expect(step(guide, "render"), [*CASTLE, *MILL, *CATEGORIES])
    edit(guide, "site.yaml", "template: sight.html", "template: sight.html, url: '/see/{slug}/'")
    found = step(guide, "render")
    assert found.gone == sorted([*CASTLE, *MILL])
    edit(guide, "site.yaml", "template: sight.html, url: '/see/{slug}/'", "url: '/see/{slug}/'")
    assert set(step(guide, "render").written) == {url.replace("/place/", "/see/") for url in [*CASTLE, *MILL]}


def test_switch_to_linked_assets_renders_the_pages_that_show_them(guide: Guide) -> None:
    template(guide, "place.html", "{{ entry.picture|url }}")
    guide.build()
    setting(guide, "content: {assets: link}\n")
    assert set(CASTLE) <= set(step(guide, "render").written)


def test_field_that_is_no_longer_localised_renders_the_pages_that_read_it(guide: Guide, space: SpaceFiles) -> None:
    template(guide, "place.html", "{{ entry.summary }}")
    guide.build()
    fields = [field | {"localized": False} if field["id"] == "summary" else field for field in PLACE["fields"]]
    space.put_model(content_type("place", *fields), CATEGORY, locales=THREE)
    assert "/ar/place/castle/" in step(guide).written
    assert guide.page("/ar/place/castle/") == "On a hill."
    space.put_model(PLACE, CATEGORY, locales=THREE)
    assert "/ar/place/castle/" in step(guide).written


def test_changed_fallback_of_a_locale_renders_the_pages_that_use_it(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put_model(PLACE, CATEGORY, locales=[*THREE[:2], locale("ar", "de-DE")])
    step(guide)
    assert "Orte" in guide.page("/ar/place/castle/")


def test_changed_display_field_and_name_of_a_type_render_the_pages_that_show_them(
    guide: Guide, space: SpaceFiles
) -> None:
    guide.build()
    space.put_model({**PLACE, "displayField": "summary"}, CATEGORY, locales=THREE)
    assert {*CASTLE, *CARDS} <= set(step(guide).written)
    space.put_model({**PLACE, "name": "Spot"}, CATEGORY, locales=THREE)
    assert set(PLACES) <= set(step(guide).written)


def test_type_that_loses_its_pages_takes_them_away(guide: Guide) -> None:
    guide.build()
    setting(guide, "pages: {place: {}}\n")
    assert set(step(guide, "render").gone) == {*SIGHTS}
    edit(guide, "site.yaml", "pages: {place: {}}\n", "")
    step(guide, "render")


BROKEN = "<p>{{ entry|title }}</p>\n{% if entry.slug == 'mill' %}\n{{ 1 // 0 }}\n{% endif %}\n"


@pytest.mark.parametrize("index", ["kept", "lost"])
def test_page_that_fails_keeps_its_last_good_version_and_is_tried_again(guide: Guide, index: str) -> None:
    guide.build()
    before = guide.files("site")
    template(guide, "place.html", BROKEN)
    for again in range(3):
        if index == "lost":
            shutil.rmtree(guide.root / ".export")
        outcome = guide.run("render", "--json")
        report = outcome.json["render"]
        assert (outcome.code, report["failed"]) == (1, 1)
        assert report["rendered"] == (11 if index == "lost" else 0 if again else 3)
        (problem,) = [problem for problem in outcome.json["problems"] if problem["code"] == "page-failed"]
        assert problem["message"].startswith("entry:mill in en-US: templates/place.html:3: ")
        after = guide.files("site")
        assert {path[4:-10] for path in before if after.get(path) != before[path]} == set(CASTLE)
    edit(guide, "templates/place.html", "1 // 0", "1")
    expect_mended = step(guide, "render")
    assert set(MILL) <= set(expect_mended.written) <= {*MILL, *CASTLE}


def test_failed_page_is_rendered_once_its_item_is_repaired(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    template(guide, "place.html", BROKEN)
    space.put(mill(title="The old mill"))
    outcome = guide.run("build", "--json")
    assert (outcome.code, outcome.json["render"]["failed"]) == (1, 1)
    assert "The old mill" in guide.page("/place/")
    assert "The old mill" not in guide.page("/place/mill/")
    space.put(mill(revision=3, slug="windmill"))
    step(guide)


def test_deleted_item_takes_its_failed_page_away(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    template(guide, "place.html", BROKEN)
    assert guide.run("render").code == 1
    space.remove("entries/place/mill.json")
    assert MILL[0] in step(guide).gone


def delete(file: Path) -> None:
    file.unlink()


def spoil(file: Path) -> None:
    file.write_bytes(b"spoilt")


def spoil_in_place(file: Path) -> None:
    before = file.stat()
    file.write_bytes(b"x" * before.st_size)


def make_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()
    (file / "more.txt").write_text("x", "utf-8")


@pytest.mark.parametrize("how", [delete, spoil, spoil_in_place, make_a_folder])
@pytest.mark.parametrize("name", ["place/mill/index.html", "style.css", "files/pic/castle.svg", ".exporter"])
def test_spoilt_output_is_repaired_and_nothing_else_is_done(
    guide: Guide, name: str, how: Callable[[Path], None]
) -> None:
    guide.build()
    before = guide.files("site")
    how(guide.root / "site" / name)
    outcome = guide.run("render", "--json")
    if name == ".exporter" and outcome.code == 4:
        assert outcome.json["error"]["code"] == "output-foreign"
        return
    assert (outcome.code, guide.files("site")) == (0, before)
    assert outcome.json["render"]["rendered"] == (1 if name.endswith(".html") else 0)
    assert guide.run("render", "--json").json["render"]["written"] == 0


def test_deleted_folder_is_written_again(guide: Guide) -> None:
    guide.build()
    before = guide.files("site")
    shutil.rmtree(guide.root / "site/place")
    found = guide.run("render", "--json").json["render"]
    assert (found["rendered"], guide.files("site")) == (3, before)
    shutil.rmtree(guide.root / "site")
    assert guide.run("render", "--json").json["render"]["rendered"] == len(ALL)
    assert guide.files("site") == before


def test_processes_are_forked_outside_every_transaction(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    index: list[GuideIndex] = []
    opened, start = GuideIndex.__init__, WorkerPool.start

    def open_noted(self: GuideIndex, *arguments: Any, read_only: bool = False) -> None:
        opened(self, *arguments, read_only=read_only)
        index.extend([] if read_only else [self])

    states = []

    def start_noted(self: WorkerPool, count: int, least: int) -> None:
        states.append((count > 0, index[-1].database.in_transaction))
        start(self, count, least)

    monkeypatch.setattr(GuideIndex, "__init__", open_noted)
    monkeypatch.setattr(WorkerPool, "start", start_noted)
    guide.build()
    assert set(states) == {(True, False)}
    assert len(states) > 1


def test_folder_at_the_path_of_a_file_is_removed_with_the_file(guide: Guide) -> None:
    guide.build()
    (file,) = (guide.root / "site/files").rglob("*.svg")
    file.unlink()
    (file / "deep").mkdir(parents=True)
    (file / "deep/stray.txt").write_text("mine", "utf-8")
    (guide.root / "content" / file.relative_to(guide.root / "site")).unlink()
    assert "[asset-missing]" in guide.run("render").err
    assert not file.exists()


def test_stray_files_and_folders_are_removed_and_the_history_of_updates_stays(guide: Guide) -> None:
    guide.build()
    before = guide.files("site")
    for path in ("stray.html", "place/stray.txt", "place/mill/deep/er/stray.txt", "updates/kept.json"):
        (guide.root / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (guide.root / "site" / path).write_text("{}", "utf-8")
    (guide.root / "site/empty/folder").mkdir(parents=True)
    report = guide.run("render", "--json").json["render"]
    assert (report["rendered"], report["written"], report["removed"]) == (0, 0, 3)
    assert guide.files("site") == before | {"site/updates/kept.json": b"{}"}
    assert not (guide.root / "site/empty").exists()
    assert not (guide.root / "site/place/mill/deep").exists()


def lose(file: Path) -> None:
    file.unlink()


def fill_with_noise(file: Path) -> None:
    file.write_bytes(random.Random(7).randbytes(file.stat().st_size))


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def cut_to_nothing(file: Path) -> None:
    file.write_bytes(b"")


def age(file: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA user_version = 1")


@pytest.mark.parametrize("how", [lose, fill_with_noise, cut, cut_to_nothing, age])
def test_unusable_index_renders_all_pages_with_the_same_bytes(guide: Guide, how: Callable[[Path], None]) -> None:
    guide.build()
    before = guide.files("site")
    how(guide.root / ".export/guide.db")
    report = guide.run("render", "--json").json["render"]
    assert (report["rendered"], report["written"], report["removed"]) == (len(ALL), 0, 0)
    assert guide.files("site") == before
    assert guide.run("render", "--json").json["render"]["rendered"] == 0


@pytest.mark.parametrize("seed", range(10))
def test_index_with_a_damaged_page_costs_no_more_than_a_full_render(guide: Guide, seed: int) -> None:
    guide.build()
    chance = random.Random(seed)
    file = guide.root / ".export/guide.db"
    data = bytearray(file.read_bytes())
    start = chance.randrange(len(data) // 4096) * 4096
    data[start : start + 4096] = chance.randbytes(4096)
    file.write_bytes(data)
    edit(guide, "content/entries/place/mill.json", "It turns.", "It burns.")
    outcome = guide.run("render", "--json")
    assert (outcome.code, guide.files("site")) == (0, from_nothing(guide))


def test_index_of_a_process_killed_before_its_first_page_is_completed(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guide.run("sync").code == 0
    with monkeypatch.context() as patched:
        patched.setattr("exporter.build.run.write_pages", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert guide.run("render").code == 130
    report = guide.run("render", "--json").json["render"]
    assert (report["rendered"], report["failed"]) == (len(ALL), 0)
    assert guide.files("site") == from_nothing(guide)


def test_asset_file_removed_after_an_interrupted_build_renders_the_pages_that_show_it(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide.build()
    shutil.rmtree(guide.root / ".export")
    with monkeypatch.context() as patch:
        patch.setattr(Copies, "copy", no_room)
        assert guide.run("render", "-j", "1").code != 0
    for file in (guide.root / "content/files").rglob("*.*"):
        file.unlink()
    assert "[asset-missing]" in guide.run("render").err
    assert guide.files("site") == from_nothing(guide, code=1)


def test_removed_file_takes_empty_folders_along_even_if_its_own_was_removed_by_hand(guide: Guide) -> None:
    guide.build()
    for folder in [folder for folder in (guide.root / "site/files").iterdir() if folder.is_dir()]:
        shutil.rmtree(folder)
    for file in (guide.root / "content/files").rglob("*.*"):
        file.unlink()
    assert "[asset-missing]" in guide.run("render").err
    assert not (guide.root / "site/files").exists()


def no_room(*_arguments: Any) -> Any:
    raise OSError(28, "no room")


def test_one_process_and_several_make_the_same_bytes(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        linked: dict[str, Any] = {"category": link("Entry", "sights"), "picture": link("Asset", "pic")}
        space.put(entry("place", f"p{number}", title=f"Place {number}", slug=f"p{number}", body="*x*", **linked))
    assert guide.run("sync").code == 0
    made: list[str] = []

    def forked(method: str) -> Any:
        made.append(method)
        return get_context(method)

    monkeypatch.setattr("multiprocessing.get_context", forked)
    found = []
    for jobs in ("1", "2", "3"):
        report = guide.run("render", "--clean", "-j", jobs, "--json").json["render"]
        found.append((guide.files("site"), {name: report[name] for name in ("pages", "rendered", "written", "failed")}))
        assert len(made) == (0 if jobs == "1" else int(jobs) - 1)
    assert found[0] == found[1] == found[2]
    edit(guide, "site.yaml", "Small guide", "Great guide")
    assert guide.run("render", "-j", "2").code == 0
    several = guide.files("site")
    assert guide.run("render", "--clean", "-j", "1").code == 0
    assert guide.files("site") == several


def test_number_of_processes_is_a_number(guide: Guide) -> None:
    for wrong in ("0", "many"):
        assert guide.run("render", "-j", wrong).code == 2
    assert (guide.root / "site").exists() is False
    assert json.loads(guide.run("render", "--json").out)["exit"] == 4
