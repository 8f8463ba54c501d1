"""The result of a build: what it added, changed and removed under site/, until whoever uses it confirms it."""

from __future__ import annotations

import random
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from exporter.build.output import look_ahead
from exporter.build.program_stamp import program_digest
from exporter.build.result import BuildResult, confirm_result, find_result
from exporter.build.run import INDEX, RenderOptions, render_guide
from exporter.config.settings import load_project
from exporter.core.encoding import digest
from exporter.guide.index.guide_index import GuideIndex
from tests.conftest import PICTURE, asset, entry, link

if TYPE_CHECKING:
    from exporter.config.settings import Project
    from tests.conftest import Guide, SpaceFiles


def project_of(guide: Guide) -> Project:
    return load_project(guide.root)


def render(guide: Guide, *, strict: bool = False) -> BuildResult:
    project = project_of(guide)
    with look_ahead(project, 1) as drift:
        return render_guide(project, RenderOptions(1, strict=strict), drift).result


def confirm(guide: Guide) -> None:
    with closing(GuideIndex(project_of(guide).cache / INDEX, program_digest())) as index:
        confirm_result(index, find_result(index))


def template(guide: Guide, text: str) -> None:
    path = guide.root / "templates/place.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def standing(guide: Guide) -> dict[str, bytes]:
    """Return the digest of every file of site/ but its marker."""
    files = guide.files("site")
    return {path.removeprefix("site/"): digest(data) for path, data in files.items() if not path.endswith("/.exporter")}


def paths(result: BuildResult) -> tuple[set[str], set[str], set[str]]:
    return set(result.added), set(result.changed), set(result.removed)


def check_step(result: BuildResult, before: dict[str, bytes], after: dict[str, bytes]) -> None:
    assert {path: file.digest for path, file in result.added.items()} == {
        path: after[path] for path in after.keys() - before.keys()
    }
    assert {path: (old, file.digest) for path, (old, file) in result.changed.items()} == {
        path: (before[path], after[path]) for path in before.keys() & after.keys() if before[path] != after[path]
    }
    assert dict(result.removed) == {path: before[path] for path in before.keys() - after.keys()}


def test_first_build_adds_every_file_of_the_site(guide: Guide) -> None:
    assert guide.run("sync").code == 0
    result = render(guide)
    check_step(result, {}, standing(guide))
    assert result.added["index.html"].locale == "en-US"
    assert result.added["style.css"].locale == ""


def test_edit_changes_what_shows_it_and_nothing_else(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    before = standing(guide)
    space.put(entry("place", "mill", 2, title="Another mill", slug="mill"))
    assert guide.run("sync").code == 0
    result = render(guide)
    assert "place/mill/index.html" in result.changed
    check_step(result, before, standing(guide))


def test_removed_entry_is_removed_and_a_confirmed_result_does_not_come_again(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    before = standing(guide)
    space.remove("entries/place/mill.json")
    assert guide.run("sync").code == 0
    result = render(guide)
    assert "place/mill/index.html" in result.removed
    check_step(result, before, standing(guide))
    confirm(guide)
    assert not render(guide)


def test_result_that_nobody_confirmed_comes_again_with_what_changed_since(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    before = standing(guide)
    for title in ("One", "Two"):
        space.put(entry("place", "mill", 2, title=title, slug="mill"))
        assert guide.run("sync").code == 0
        result = render(guide)
    check_step(result, before, standing(guide))


def test_lost_cache_gives_a_result_with_every_file_added(guide: Guide) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    assert guide.run("render", "--clean").code == 0
    with closing(GuideIndex(project_of(guide).cache / INDEX, program_digest())) as index:
        check_step(find_result(index), {}, standing(guide))


def test_page_that_fails_keeps_its_file_and_is_no_change(guide: Guide) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    template(guide, "{{ 1 // 0 }}")
    assert paths(render(guide)) == (set(), set(), set())
    template(guide, "mended")
    assert "place/mill/index.html" in render(guide).changed


def test_newest_is_the_time_of_the_last_edit(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("build").code == 0
    first = render(guide).newest
    space.put(entry("place", "mill", 9, title="Later", slug="mill"))
    assert guide.run("sync").code == 0
    assert render(guide).newest > first > 0


@pytest.mark.parametrize("seed", range(4))
def test_results_add_up_to_what_stands_after_any_history(guide: Guide, space: SpaceFiles, seed: int) -> None:
    chance = random.Random(seed)
    before: dict[str, bytes] = {}
    for step in range(8):
        kind = chance.choice(("edit", "add", "remove", "template", "asset", "killed"))
        name = f"p{chance.randrange(4)}"
        slug = chance.choice((name, f"moved-{name}"))
        made = entry("place", name, step + 1, title=f"Title {step}", slug=slug)
        if kind == "remove":
            (space.root / f"entries/place/{name}.json").unlink(missing_ok=True)
        elif kind == "template":
            template(guide, f"{{{{ entry.title }}}} {step}")
        elif kind == "asset":
            data = PICTURE.replace(b"M0", f"M{step}".encode())
            space.put(asset("picture", f"{step}.svg", len(data), step + 1), file=data)
            made["fields"]["picture"] = {"en-US": link("Asset", "picture")}
        if kind not in ("remove", "template"):
            space.put(made)
        assert guide.run("sync").code == 0
        result = render(guide)
        check_step(result, before, standing(guide))
        if kind != "killed":
            confirm(guide)
            before = standing(guide)
