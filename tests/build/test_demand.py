"""A build that somebody waits for: wanted pages first, each told of, an early end that loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.build import demand as module
from exporter.core.encoding import digest
from exporter.jobs import RenderChoices, load_project, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from exporter.report.problems import Problem
    from tests.conftest import Guide

PLACES = ("place/castle/index.html", "place/mill/index.html")


class Waiting:
    """Somebody who waits for pages, and for whom it is over once `most` pages stand."""

    def __init__(self, *paths: str, most: int = 1000) -> None:
        self.paths, self.most = list(paths), most
        self.stale: Mapping[str, int] = {}
        self.told: list[str] = []
        self.differing: list[str] = []
        self.failures: dict[str, Sequence[Problem]] = {}
        self.copies: dict[str, bytes] = {}

    def planned(self, stale: Mapping[str, int]) -> None:
        self.stale = stale
        self.told.append("planned")

    def copied(self, changed: Mapping[str, bytes]) -> None:
        self.told.append("copied")
        self.copies = dict(changed)

    def wanted(self) -> Sequence[int]:
        return [self.stale[path] for path in self.paths if path in self.stale and path not in self.told]

    def is_over(self) -> bool:
        return len(self.told) - 2 >= self.most

    def wrote(self, path: str, digest: bytes, *, differs: bool) -> None:
        assert len(digest) > 7
        self.told.append(path)
        self.differing += [path] * differs

    def failed(self, path: str, problems: Sequence[Problem]) -> None:
        self.failures[path] = problems


def rendered(guide: Guide, waiting: Waiting) -> int:
    """Render for somebody who waits; return how many pages are left."""
    return render(load_project(guide.root), RenderChoices(jobs=1, demand=waiting)).left


def edit(guide: Guide, text: str) -> None:
    (guide.root / "templates").mkdir(exist_ok=True)
    (guide.root / "templates/place.html").write_text(text, "utf-8")


def test_wanted_page_is_rendered_first_and_every_stale_page_once(guide: Guide) -> None:
    guide.build()
    edit(guide, "{{ entry.title }}!")
    waiting = Waiting(PLACES[1])
    assert rendered(guide, waiting) == 0
    assert waiting.told[:3] == ["planned", "copied", PLACES[1]]
    assert sorted(waiting.told[2:]) == sorted(waiting.stale) == sorted(waiting.differing)
    assert set(PLACES) <= set(waiting.stale)


def test_page_whose_bytes_stay_is_told_of_as_the_same(guide: Guide) -> None:
    edit(guide, "{{ entry.title }}")
    guide.build()
    edit(guide, "{{ entry.title }}{# the same #}")
    waiting = Waiting()
    rendered(guide, waiting)
    assert set(PLACES) <= set(waiting.told)
    assert waiting.differing == []


def test_build_that_ends_early_leaves_the_rest_to_the_next_one(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGES_A_CHUNK", 1)
    guide.build()
    before = guide.files("site")
    edit(guide, "{{ entry.title }}!")
    first = Waiting(PLACES[1], most=1)
    assert rendered(guide, first) == len(first.stale) - 1
    assert first.differing == [PLACES[1]]
    differing = {path for path, data in guide.files("site").items() if before[path] != data}
    assert differing == {f"site/{PLACES[1]}"}
    second = Waiting()
    assert rendered(guide, second) == 0
    assert set(second.stale) == set(first.stale) - {PLACES[1]}
    unbroken = guide.files("site")
    assert guide.run("render", "--clean").code == 0
    assert guide.files("site") == unbroken


def test_changed_style_is_told_of_before_any_page_is_rendered(guide: Guide) -> None:
    guide.build()
    edit(guide, "{{ entry.title }}!")
    (guide.root / "templates/static").mkdir()
    (guide.root / "templates/static/style.css").write_text("body {}", "utf-8")
    waiting = Waiting()
    rendered(guide, waiting)
    assert waiting.copies == {"style.css": digest(b"body {}")}
    assert waiting.told[:2] == ["planned", "copied"]


def test_page_that_fails_is_told_of_with_file_and_line(guide: Guide) -> None:
    guide.build()
    before = guide.files("site")
    edit(guide, "\n{{ nonsense() }}")
    waiting = Waiting()
    rendered(guide, waiting)
    problem = waiting.failures[PLACES[0]][0]
    assert (problem.item, problem.file, problem.line) == ("entry:castle", "templates/place.html", 2)
    assert guide.files("site") == before
