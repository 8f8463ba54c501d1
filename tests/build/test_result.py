"""The result of a build: what it added, changed and removed under site/, kept until its user confirms it."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from exporter import jobs
from exporter.build.drift import look_ahead
from exporter.build.output import clean_output
from exporter.build.program_stamp import program_digest
from exporter.build.result import BuildResult, confirm_result, find_result
from exporter.build.run import RenderOptions, render_guide
from exporter.config.settings import load_project
from exporter.core.encoding import digest
from exporter.core.naming import page_path
from exporter.guide.index.guide_index import INDEX, GuideIndex
from tests.conftest import PICTURE, asset, entry, link
from tests.support.forks import Forks

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


def output_digests(guide: Guide) -> dict[str, bytes]:
    """Return the digest of every file of site/ except its marker and the updates for readers' devices."""
    files = {path.removeprefix("site/"): data for path, data in guide.files("site").items()}
    return {path: digest(data) for path, data in files.items() if path != ".exporter" and path[:8] != "updates/"}


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
    check_step(result, {}, output_digests(guide))
    assert result.added["index.html"].locale == "en-US"
    assert result.added["style.css"].locale == ""


def test_edit_changes_the_pages_that_show_it_and_nothing_else(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    before = output_digests(guide)
    space.put(entry("place", "mill", 2, title="Another mill", slug="mill"))
    assert guide.run("sync").code == 0
    result = render(guide)
    assert "place/mill/index.html" in result.changed
    check_step(result, before, output_digests(guide))


def test_removed_entry_is_in_the_result_and_a_confirmed_result_is_not_repeated(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    before = output_digests(guide)
    space.remove("entries/place/mill.json")
    assert guide.run("sync").code == 0
    result = render(guide)
    assert "place/mill/index.html" in result.removed
    check_step(result, before, output_digests(guide))
    confirm(guide)
    assert not render(guide)


def test_unconfirmed_result_is_repeated_together_with_later_changes(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("build").code == 0
    confirm(guide)
    before = output_digests(guide)
    for title in ("One", "Two"):
        space.put(entry("place", "mill", 2, title=title, slug="mill"))
        assert guide.run("sync").code == 0
        result = render(guide)
    check_step(result, before, output_digests(guide))


def test_lost_cache_gives_a_result_with_every_file_added(guide: Guide) -> None:
    assert guide.run("build").code == 0
    clean_output(project_of(guide))
    check_step(render(guide), {}, output_digests(guide))
    confirm(guide)
    shutil.rmtree(guide.root / ".export")
    check_step(render(guide), {}, output_digests(guide))


def test_failed_page_keeps_its_file_and_is_no_change(guide: Guide) -> None:
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


def test_job_confirms_its_result_when_it_is_done(guide: Guide, space: SpaceFiles) -> None:
    assert guide.run("sync").code == 0
    project = project_of(guide)
    first = jobs.render(project).result
    assert first is not None
    check_step(first, {}, output_digests(guide))
    before = output_digests(guide)
    space.remove("entries/place/mill.json")
    second = jobs.build(project).result
    assert second is not None
    assert "place/mill/index.html" in second.removed
    check_step(second, before, output_digests(guide))
    assert not jobs.render(project).result


def test_result_is_repeated_if_its_use_failed(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guide.run("sync").code == 0
    project = project_of(guide)
    with monkeypatch.context() as patched:
        patched.setattr("exporter.jobs.reader._withdraw", no_room)
        for _ in range(2):
            with pytest.raises(OSError, match="no room"):
                jobs.render(project)
    result = jobs.render(project).result
    assert result is not None
    check_step(result, {}, output_digests(guide))
    assert not jobs.render(project).result


def no_room(*_arguments: object) -> None:
    raise OSError(28, "no room")


def test_stopped_strict_build_has_no_result_and_loses_none(guide: Guide) -> None:
    assert guide.run("build").code == 0
    before = output_digests(guide)
    (guide.root / "content/entries/place/mill.json").unlink()
    template(guide, "{{ 1 // 0 }}")
    assert not render(guide, strict=True)
    template(guide, "mended")
    result = render(guide, strict=True)
    assert "place/mill/index.html" in result.removed
    check_step(result, before, output_digests(guide))


def test_page_that_replaces_a_static_file_is_a_change_and_vice_versa(guide: Guide, space: SpaceFiles) -> None:
    static = guide.root / "templates/static/place/gate/index.html"
    static.parent.mkdir(parents=True)
    static.write_text("my own page", "utf-8")
    assert guide.run("sync").code == 0
    assert "place/gate/index.html" in render(guide).added
    confirm(guide)
    for publish in (True, False):
        before = output_digests(guide)
        if publish:
            space.put(entry("place", "gate", title="The gate", slug="gate"))
        else:
            space.remove("entries/place/gate.json")
        assert guide.run("sync").code == 0
        result = render(guide)
        assert "place/gate/index.html" in result.changed
        check_step(result, before, output_digests(guide))
        confirm(guide)


def published(guide: Guide) -> dict[str, bytes]:
    """Return the published files according to the index; none if there is no index."""
    file = guide.root / ".export/guide.db"
    if not file.exists():
        return {}
    with closing(GuideIndex(file, program_digest())) as index:
        return {page_path(url): found for url, found in index.rows("SELECT url, digest FROM published")}


def change(guide: Guide, space: SpaceFiles, chance: random.Random, number: int) -> None:
    """Make a random change of the site."""
    kind = chance.choice(("edit", "move", "remove", "template", "asset", "static", "spoil", "settings"))
    name = f"p{chance.randrange(4)}"
    slug = f"moved-{chance.randrange(3)}" if kind == "move" else name
    made = entry("place", name, number + 1, title=f"Title {number}", slug=slug)
    static = guide.root / "templates/static" / chance.choice(("style.css", "own.txt", f"place/{name}/index.html"))
    if kind == "remove":
        (space.root / f"entries/place/{name}.json").unlink(missing_ok=True)
    elif kind == "template":
        template(guide, f"{{{{ entry.title }}}} {number}")
    elif kind == "static" and static.exists():
        static.unlink()
    elif kind == "static":
        static.parent.mkdir(parents=True, exist_ok=True)
        static.write_text(f"a {number}", "utf-8")
    elif kind == "spoil":
        for path in chance.sample(sorted(output_digests(guide)), min(1, len(output_digests(guide)))):
            (guide.root / "site" / path).write_text("spoilt", "utf-8")
    elif kind == "settings":
        address = chance.choice(("", "base_url: https://example.org\n"))
        (guide.root / "site.yaml").write_text(
            f"title: Guide {number}\nsource: {{local: {space.root}}}\n{address}", "utf-8"
        )
    else:
        data = PICTURE.replace(b"M0", f"M{number}".encode())
        if kind == "asset":
            space.put(asset("picture", f"{number}.svg", len(data), number + 1), file=data)
            made["fields"]["picture"] = {"en-US": link("Asset", "picture")}
        space.put(made)


@pytest.mark.parametrize("seed", range(6))
def test_results_add_up_to_the_output_after_any_history_of_changes_and_kills(
    guide: Guide, space: SpaceFiles, seed: int
) -> None:
    chance, before = random.Random(seed), dict[str, bytes]()
    ends = Counter[str]()
    with Forks("tests.support.small_forks") as forks:
        for number in range(14):
            change(guide, space, chance, number)
            assert guide.run("sync").code == 0
            for _ in range(chance.randrange(3)):
                forks.run("-C", str(guide.root), "render", "-j", "2", mortal=chance.randrange(1, 400))
                is_done = published(guide) != before
                ends["done" if is_done else "killed"] += 1
                before = published(guide)
                assert not is_done or before == output_digests(guide)
            if chance.random() < 0.2:
                render(guide)  # a result that is not confirmed
                continue
            result = render(guide)
            check_step(result, before, output_digests(guide))
            confirm(guide)
            before = output_digests(guide)
            assert published(guide) == before
    print(dict(ends))
    assert ends["killed"]
