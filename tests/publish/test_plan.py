"""The plan: which files go, in which order, and which leave."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exporter.publish.manifest import GOING, UNKNOWN, Row
from exporter.publish.plan import HASHED, SiteFile, plan_publish, removes_too_much, with_intent, without_deleted

NAMES = (
    *("index.html", "place/a/index.html", "place/b/index.html", "style.css", "files/p.webp", "sitemap.xml", "sw.js"),
    *("updates/chains.json", "updates/en/list.bin", "updates/en/sizes.bin", "updates/en/since/1.bin"),
    *("updates/en/since/2.bin", "updates/en/packs/1.bin", "updates/en/packs/2.bin", "place/feed.xml", "robots.txt"),
)
MARKS = st.sampled_from(["a" * 26, "b" * 26])
SITES = st.dictionaries(st.sampled_from(NAMES), st.builds(SiteFile, st.just(1), MARKS))
THERE = st.dictionaries(st.sampled_from(NAMES), st.builds(Row, st.just(1), MARKS) | st.just(UNKNOWN))


def order_of(*names: str, there: dict[str, Row] | None = None) -> list[list[str]]:
    plan = plan_publish(
        there or {}, frozenset(), {name: SiteFile(1, "a" * 26) for name in names}, {"updates/en/since/2.bin"}
    )
    return [[upload.path for upload in group] for group in plan.uploads]


def test_what_is_new_goes_before_what_names_it_and_what_points_at_pages_goes_last() -> None:
    there = dict.fromkeys(
        ("index.html", "place/a/index.html", "style.css", "sitemap.xml", "updates/en/since/1.bin"), UNKNOWN
    )
    assert order_of(*NAMES, there=there) == [
        ["updates/en/packs/1.bin", "updates/en/packs/2.bin"],
        ["files/p.webp"],
        ["place/b/index.html"],
        ["style.css"],
        ["place/a/index.html"],
        ["index.html"],
        ["updates/en/since/2.bin"],
        ["updates/en/since/1.bin"],
        ["updates/en/sizes.bin"],
        ["updates/en/list.bin"],
        ["place/feed.xml", "robots.txt", "sitemap.xml", "sw.js", "updates/chains.json"],
    ]


@given(THERE, SITES, st.frozensets(st.sampled_from(NAMES)))
def test_plan_makes_the_target_the_site(
    rows: dict[str, Row], site: dict[str, SiteFile], leaving: frozenset[str]
) -> None:
    plan = plan_publish(rows, leaving, site)
    after = {path: row.mark for path, row in rows.items() if path not in plan.deletes}
    after |= {upload.path: upload.file.mark for upload in plan.all_uploads}
    waiting = {path: mark for path, mark in after.items() if path in plan.stays_once}
    assert all(HASHED.fullmatch(path) and path not in leaving for path in waiting)
    assert after == {**waiting, **{path: file.mark for path, file in site.items()}}
    assert plan.unchanged + sum(1 for _ in plan.all_uploads) == len(site)
    intent = with_intent(rows, leaving, plan, site)
    assert {upload.path for upload in plan.all_uploads} <= intent.keys()
    for upload in plan.all_uploads:
        assert intent[upload.path] == (UNKNOWN if upload.path in rows else Row(1, "", "", upload.file.mark))
    assert {path for path, row in without_deleted(rows, plan).items() if row == GOING} == {*plan.deletes} & {*rows}


@given(THERE, SITES)
def test_nothing_is_planned_twice(rows: dict[str, Row], site: dict[str, SiteFile]) -> None:
    plan = plan_publish(rows, frozenset(), site)
    after = {path: row for path, row in rows.items() if path not in plan.deletes}
    after |= {upload.path: Row(1, upload.file.mark) for upload in plan.all_uploads}
    again = plan_publish(after, plan.stays_once, site)
    assert (again.uploads, again.stays_once, {*again.deletes}) == ((), frozenset(), {*plan.stays_once})


def test_more_than_half_is_asked_about() -> None:
    rows = {f"p{number}.html": Row(1, "a" * 26) for number in range(10)}
    site = {f"p{number}.html": SiteFile(1, "a" * 26) for number in range(5)}
    assert removes_too_much(rows, frozenset(), site) == (0, 0)
    del site["p4.html"]
    assert removes_too_much(rows, frozenset(), site) == (6, 10)
