"""`--strict` of render and build: a failed page, or any other error, leaves all of site/ as it was."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Guide, Outcome, asset, entry, link

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import SpaceFiles


def template(guide: Guide, name: str, text: str) -> None:
    path = guide.root / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def setting(guide: Guide, text: str) -> None:
    path = guide.root / "site.yaml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def from_nothing(guide: Guide, root: Path) -> dict[str, bytes]:
    """Return the site that a build in a new folder makes."""
    root.mkdir()
    shutil.copy(guide.root / "site.yaml", root)
    if (guide.root / "templates").is_dir():
        shutil.copytree(guide.root / "templates", root / "templates")
    other = Guide(root, guide.call)
    other.build()
    return other.files("site")


@pytest.mark.parametrize("clean", [(), ("--clean",)], ids=["", "clean"])
def test_failed_page_stops_a_strict_render_before_the_first_write(
    guide: Guide, space: SpaceFiles, tmp_path: Path, clean: tuple[str, ...]
) -> None:
    guide.build()
    space.put(entry("place", "gate", title="Gate", slug="gate"))
    space.remove("entries/place/mill.json")
    template(guide, "place.html", "{{ entry|nonesuch }}")
    template(guide, "static/new.txt", "new")
    assert guide.run("sync").code == 0
    before = guide.files("site")
    outcome = guide.run("render", "--strict", "--json", *clean)
    assert (outcome.code, outcome.json["ok"], guide.files("site") == before) == (1, False, True)
    report = outcome.json["render"]
    assert (report["stopped"], report["written"], report["removed"], report["failed"]) == (True, 0, 0, 4)
    assert {problem["code"] for problem in outcome.json["problems"]} == {"page-failed"}
    assert "errors, so site/ is as it was" in guide.run("render", "--strict").out
    (guide.root / "templates/place.html").unlink()
    mended = guide.run("render", "--strict", "--json")
    assert (mended.code, mended.json["render"]["stopped"]) == (0, False)
    assert {problem["code"] for problem in mended.json["problems"]} == {"link-dead"}
    assert guide.files("site") == from_nothing(guide, tmp_path / "other")
    again = guide.run("render", "--strict", "--json").json["render"]
    assert (again["rendered"], again["written"], again["removed"]) == (0, 0, 0)


def test_first_strict_render_that_fails_makes_no_site(guide: Guide) -> None:
    template(guide, "place.html", "{{ entry|nonesuch }}")
    outcome = guide.run("build", "--strict", "--json")
    assert (outcome.code, outcome.json["sync"]["upserted"], outcome.json["render"]["stopped"]) == (1, 4, True)
    assert not (guide.root / "site").exists()
    assert (guide.root / ".syncstate").exists()


def test_warning_stays_a_warning_in_a_strict_build(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    outcome = guide.run("build", "--strict", "--json")
    assert (outcome.code, outcome.json["render"]["stopped"]) == (0, False)
    assert {(problem["severity"], problem["code"]) for problem in outcome.json["problems"]} == {
        ("warning", "link-unresolved")
    }
    assert "Gate" in guide.page("/place/gate/")


def test_severity_raised_to_error_stops_a_strict_build_and_ends_any_other_with_1(
    guide: Guide, space: SpaceFiles
) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    guide.build()
    setting(guide, "description: Another.\ncheck: {link-unresolved: error}\n")
    before = guide.files("site")
    outcome = guide.run("build", "--strict", "--json")
    assert (outcome.code, outcome.json["render"]["failed"], guide.files("site") == before) == (1, 0, True)
    assert {(problem["severity"], problem["code"]) for problem in outcome.json["problems"]} == {
        ("error", "link-unresolved")
    }
    outcome = guide.run("build", "--json")
    assert (outcome.code, "Another." in guide.page("/")) == (1, True)
    setting(guide, "# another look\n")
    outcome = guide.run("render", "--strict", "--json")
    assert (outcome.code, outcome.json["render"]["rendered"]) == (1, 0), "what stands is not forgotten"


def test_severity_turned_off_is_not_reported_and_renders_nothing_again(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    assert guide.build()["problems"] != []
    setting(guide, "check: {link-unresolved: off}\n")
    report = guide.build()
    assert (report["problems"], report["render"]["rendered"]) == ([], 0)


def test_asset_file_that_failed_to_download_stops_a_strict_build(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    before = guide.files("site")
    space.put(asset("lost", "lost.svg", 10))
    space.put(entry("place", "gate", title="Gate", slug="gate", picture=link("Asset", "lost")))
    outcome = guide.run("build", "--strict", "--json")
    assert (outcome.code, outcome.json["render"]["stopped"], guide.files("site") == before) == (3, True, True)
    assert guide.run("build").code == 3
    assert "Gate" in guide.page("/place/gate/")


def test_hidden_static_file_stops_a_strict_render_if_it_is_an_error(guide: Guide) -> None:
    template(guide, "static/place", "a file where a folder of pages lies")
    setting(guide, "check: {static-hidden: error}\n")
    outcome = guide.run("build", "--strict", "--json")
    assert (outcome.code, [problem["code"] for problem in outcome.json["problems"]]) == (1, ["static-hidden"])
    assert not (guide.root / "site").exists()


def test_strict_clean_build_is_a_build_from_scratch(guide: Guide, tmp_path: Path) -> None:
    guide.build()
    (guide.root / "site/stray.html").write_text("stray")
    assert guide.run("build", "--strict", "--clean").code == 0
    assert guide.files("site") == from_nothing(guide, tmp_path / "other")


def test_demo_builds_strictly(tmp_path: Path, call: Callable[..., Outcome]) -> None:
    (tmp_path / "site.yaml").write_text("title: T\nsource: {local: demo}\n", "utf-8")
    assert Guide(tmp_path, call).build("--strict")["problems"] == []
