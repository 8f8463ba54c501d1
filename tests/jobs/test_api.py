"""The Python API: five plain functions that return reports, print nothing and never exit."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import TYPE_CHECKING

import pytest

from exporter.core.files import exclusive_lock
from exporter.jobs import RenderChoices, SyncChoices, build, check, load_project, render, status, sync
from tests.conftest import entry

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles


def test_sync_then_render_is_what_build_makes(guide: Guide, capfd: pytest.CaptureFixture[str]) -> None:
    project = load_project(guide.root)
    synced = sync(project)
    rendered = render(project)
    assert synced.sync is not None
    assert rendered.render is not None
    assert (synced.sync.upserted, rendered.render.failed) == (4, 0)
    before = guide.files()
    built = build(project)
    assert built.sync is not None
    assert (built.sync.upserted, built.command, guide.files()) == (0, "build", before)
    assert capfd.readouterr() == ("", "")


def test_status_names_what_comes_and_takes_no_lock(guide: Guide, space: SpaceFiles) -> None:
    project = load_project(guide.root)
    sync(project)
    space.put(entry("place", "new", title="New", slug="new"))
    with exclusive_lock(project.cache / "lock"):
        report = status(project)
    assert report.status is not None
    assert [listed.item for listed in report.status.new] == ["entry:new"]
    assert report.exit_code == 1


def test_check_returns_its_problems(guide: Guide, space: SpaceFiles) -> None:
    project = load_project(guide.root)
    space.put(entry("place", "mill", title="The mill"))
    build(project)
    report = check(project)
    assert [problem.code for problem in report.problems if problem.severity == "error"] == ["required-missing"]
    assert report.exit_code == 1


def test_build_says_what_it_changed(guide: Guide) -> None:
    project = load_project(guide.root)
    first = build(project, SyncChoices(full=True), RenderChoices(jobs=1))
    assert first.result is not None
    assert "place/mill/index.html" in first.result.added
    with pytest.raises(FrozenInstanceError):
        first.command = "other"  # type: ignore[misc] # that it cannot be set is what is tested
