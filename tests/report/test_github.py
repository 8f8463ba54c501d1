"""GitHub Actions: annotations at problems, a step summary, nothing that a space's text could smuggle in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.report.github import annotation, summary
from exporter.report.report import CheckReport, Problem, Report
from tests.conftest import Guide, entry, link

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SpaceFiles


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A step of GitHub Actions; gives the file of its summary."""
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


def test_problem_becomes_an_annotation_at_its_file_and_the_run_a_summary(
    guide: Guide, space: SpaceFiles, step: Path
) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    assert guide.run("build").code == 0
    said = guide.run("check", "--json")
    assert said.json["ok"] is True
    gone = "which is not published: publish it, or remove the link"
    expected = f'entry:gate "Gate", category (en-US) links to entry:gone, {gone}'
    assert said.err.splitlines() == [
        f"::warning file=content/entries/place/gate.json,title=link-unresolved::{expected}"
    ]
    text = step.read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith("#")] == ["### exporter build", "### exporter check"]
    assert "| translated | en\\-US | ar | de\\-DE |" in text
    assert "| warning | link\\-unresolved | entry:gate" in text


def test_dead_link_is_annotated_at_its_line() -> None:
    problem = Problem("error", "page-link-dead", "gone", file="site/a, b/index.html", line=7, link="x")
    assert annotation(problem) == "::error file=site/a%2C b/index.html,line=7,title=page-link-dead::gone"


def test_error_that_ends_a_run_is_annotated(guide: Guide, step: Path) -> None:
    said = guide.run("check")
    assert said.code == 4
    assert said.err.startswith("::error title=mirror-missing::")
    assert "### exporter check\n\n- error: " in step.read_text("utf-8")


def test_summary_that_cannot_be_written_spoils_no_run(
    guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    assert guide.run("build").code == 0
    assert guide.run("check").code == 0


def test_text_of_the_space_is_no_command_and_no_markup() -> None:
    odd = "a\n::error::b | <script>x</script> `c` 100% \u202e\x1b[0m"
    assert annotation(Problem("warning", "x", odd)) == (
        "::warning title=x::a ::error::b | <script>x</script> `c` 100%25 [0m"
    )
    checked = CheckReport(coverage={"a|b\n# c": {"en": 1, "de": 2}})
    report = Report("check", check=checked, problems=(Problem("warning", "x", odd),))
    text = summary(report)
    assert "\n# c" not in text
    assert "<script>" not in text
    row = next(line for line in text.splitlines() if line.startswith("| warning"))
    assert row.replace("\\|", "").count("|") == 4
