"""The cost of one change does not grow with the space: counted in files read, questions asked, rows written."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from exporter.build.scan import look_at_items
from exporter.build.tasks import PageTasks
from exporter.config.settings import load_project
from exporter.core.encoding import canonical
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.schema.read_model import read_guide_model
from tests.conftest import CATEGORY, PLACE, entry, link, locale
from tests.support.steps import setting

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

LONG_AGO = 0, 1_600_000_000_123_456_789
"""An old access and modification time: it is enough to show that a file is unchanged; a recent one is not."""

COUNTED = ("evaluated", "rendered", "written", "removed", "failed", "read", "asked", "rows")


def put_place(guide: Guide, number: int, **fields: Any) -> None:
    """Write a place into the mirror, as an edit by hand or a checkout does."""
    defaults = {
        "title": f"Place {number:05}",
        "slug": f"p{number}",
        "body": f"It is **{number}**.\n\n" + "Words. " * 60,
    }
    near = f"\n\nSee [the next](/place/p{number + 1}/)." if number % 2 else ""
    linked = {"category": link("Entry", f"c{number % 10}")}
    values = {**defaults, "body": defaults["body"] + near, **linked, **fields}
    file = guide.root / f"content/entries/place/p{number}.json"
    file.write_bytes(canonical(entry("place", f"p{number}", **values)))
    os.utime(file, ns=LONG_AGO)


def fill(guide: Guide, size: int) -> None:
    assert guide.run("sync").code == 0
    for number in range(10):
        raw = entry("category", f"c{number}", title=f"Category {number}", slug=f"c{number}")
        (guide.root / f"content/entries/category/c{number}.json").write_bytes(canonical(raw))
    for number in range(size):
        put_place(guide, number)
    for folder in sorted((guide.root / "content").rglob("*/")):
        os.utime(folder, ns=LONG_AGO)
    report = guide.run("render", "--json").json["render"]
    others = [path for path in guide.files("site") if path.endswith((".xml", ".webmanifest", "robots.txt"))]
    assert (report["rendered"], report["failed"]) == (report["pages"] + len(others), 0)
    settled = guide.run("render", "--json").json["render"]
    assert (settled["rendered"], settled["written"]) == (0, 0)
    while guide.run("render", "--json").json["render"]["read"]:
        pass  # files changed just now are read until their mtime is old enough to show a later change


def costs(guide: Guide, size: int) -> dict[str, list[int]]:
    """Make some changes, one per build; return what each costs."""
    fill(guide, size)
    changes: dict[str, dict[str, Any]] = {
        "nothing": {},
        "a body": {"body": "Another."},
        "a body that links": {"body": "Another [one](/place/p7/), and [none](/place/none/)."},
        "a field that nobody shows": {"slug": "p5", "body": "Another.", "unknown": "x"},
    }
    found = {}
    for name, fields in changes.items():
        if fields:
            put_place(guide, 5, **fields)
        report = guide.run("render", "--json").json["render"]
        found[name] = [report[counted] for counted in COUNTED]
        while guide.run("render", "--json").json["render"]["read"]:
            pass
    return found


@pytest.fixture
def sizes(guide: Guide, space: SpaceFiles, tmp_path: Path) -> list[Guide]:
    """Two guides over the same space."""
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    other = tmp_path / "larger"
    other.mkdir()
    (other / "site.yaml").write_bytes((guide.root / "site.yaml").read_bytes())
    return [guide, type(guide)(other, guide.call)]


def check(sizes: list[Guide], small: int, large: int) -> None:
    few, many = costs(sizes[0], small), costs(sizes[1], large)
    assert few == many
    by_name = {name: dict(zip(COUNTED, counts, strict=True)) for name, counts in few.items()}
    assert [by_name["nothing"][counted] for counted in COUNTED] == [0] * len(COUNTED)
    for name in ("a body", "a body that links"):
        assert [by_name[name][counted] for counted in ("rendered", "written", "removed", "failed")] == [1, 1, 0, 0]


def test_one_change_costs_the_same_in_a_small_and_a_large_space(sizes: list[Guide]) -> None:
    check(sizes, 300, 3_000)


def test_one_change_costs_the_same_with_feeds_a_sitemap_and_lists(sizes: list[Guide]) -> None:
    for guide in sizes:
        setting(guide, "base_url: https://guide.example.org\n")
        setting(guide, "lists: {all: {type: place, by: category, sort: -title, per_page: 50}}\n")
        setting(guide, "pages: {place: {url: '/{category.slug}/{slug}/'}, category: {}}\n")
    check(sizes, 300, 3_000)


@pytest.mark.long
def test_one_change_costs_the_same_at_a_thousand_and_at_ten_thousand(sizes: list[Guide]) -> None:
    check(sizes, 1_000, 10_000)


def test_task_sent_in_pieces_keeps_no_more_than_its_first_piece(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guide.run("sync").code == 0
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "any")
    config = load_project(guide.root)
    paths = sorted(look_at_items(config.content))
    kept = []
    for most in (len(paths) + 1, len(paths)):
        monkeypatch.setattr("exporter.build.tasks.MOST_FILES_KEPT", most)
        with closing(GuideIndex(None)) as index:
            tasks = PageTasks(config, read_guide_model(config.content, config.site), index)
            assert len([*tasks.read(paths), *tasks.read(paths[:1])]) == len(paths) + 1
            kept.append(len(tasks.library.items._whole))
    assert kept[0] > 0
    assert kept[1] == 0
