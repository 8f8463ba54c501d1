"""Files that hosts refuse and guides that are too large, without writing them: files with holes take no space."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide


def make_large(file: Path, size: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        opened.truncate(size)


@pytest.mark.parametrize(
    ("size", "codes", "exit_code"),
    [(50_000_000, [], 0), (50_000_001, ["commit-large"], 0), (100_000_000, ["commit-too-large"], 1)],
)
@pytest.mark.parametrize("path", ["templates/static/film.mp4", "content/files/film/film.mp4"])
def test_committed_file_is_told_of_before_a_push_is_refused(
    guide: Guide, path: str, size: int, codes: list[str], exit_code: int
) -> None:
    guide.build()
    make_large(guide.root / path, size)
    report = guide.run("check", "--json").json
    found = [problem for problem in report["problems"] if problem["code"].startswith("commit-")]
    assert [problem["code"] for problem in found] == codes
    assert [problem["file"] for problem in found] == [path] * len(codes)
    assert report["exit"] == exit_code


def test_guide_over_a_gigabyte_is_a_warning_that_site_yaml_can_turn_off(guide: Guide) -> None:
    guide.build()
    for number in range(11):
        make_large(guide.root / f"site/files/film{number}/film.mp4", 99_000_000)
    found = guide.run("check", "--json").json
    assert [(p["severity"], p["code"]) for p in found["problems"] if p["code"].startswith("site-")] == [
        ("warning", "site-too-large")
    ]
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("check: {site-too-large: off}\n")
    assert "site-too-large" not in guide.run("check", "--json").out
