"""The manifest: read as it was written, and anything else refused before it can do harm."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.core.encoding import digest
from exporter.publish.buckets import all_rows, pack_rows
from exporter.publish.manifest import (
    FOLDER,
    Bucket,
    Claim,
    Root,
    Row,
    is_safe,
    make_mark,
    read_bucket,
    read_root,
    write_bucket,
    write_root,
)
from exporter.reader.encoding import BrokenError, deflate, dump

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKS = st.binary(max_size=8).map(lambda data: make_mark(digest(data), ("text/html", "no-cache")))
PATHS = st.from_regex(r"[a-zäا-ي]{1,8}(/[a-z.-]{1,8}){0,2}", fullmatch=True).filter(is_safe)
ROWS = st.builds(Row, st.integers(0, 1 << 40), MARKS, st.text("0123456789abcdef-", max_size=12), st.just("") | MARKS)


@given(st.dictionaries(PATHS, ROWS | st.none()), st.frozensets(PATHS), st.booleans())
def test_root_is_read_as_it_was_written(changes: dict[str, Row | None], leaving: frozenset[str], claimed: bool) -> None:
    claim = Claim("process 1 on a host", "machine", 1, "run", 3) if claimed else None
    root = Root("guide", "state", (Bucket("", 0), Bucket("", 0)), changes, leaving, claim, 7)
    assert read_root(write_root(root)) == root


@given(st.dictionaries(PATHS, ROWS))
def test_bucket_is_read_as_it_was_written_and_under_its_name_alone(rows: dict[str, Row]) -> None:
    path, data = write_bucket(rows)
    assert read_bucket(path, data) == rows
    with pytest.raises(BrokenError):
        read_bucket(path.replace(path[-6], "0" if path[-6] != "0" else "1"), data)


@given(st.lists(st.dictionaries(PATHS, ROWS, max_size=40), min_size=1, max_size=6))
def test_rows_are_the_same_however_they_came_into_buckets(states: list[dict[str, Row]]) -> None:
    buckets: tuple[Bucket, ...] = (Bucket("", 0),)
    contents: tuple[Mapping[str, Row], ...] = ({},)
    stored: dict[str, bytes] = {}
    for rows in states:
        packed = pack_rows(rows, buckets, contents, most_rows=8, most_changes=4)
        stored |= packed.written
        assert all_rows(packed.contents, packed.changes) == rows
        named = {bucket.name for bucket in packed.buckets if bucket.name}
        assert named <= stored.keys()
        assert not named & packed.dropped
        read = [read_bucket(name, stored[name]) if name else {} for name, _ in packed.buckets]
        assert all_rows(read, packed.changes) == rows
        buckets, contents = packed.buckets, packed.contents


def test_one_change_writes_at_most_one_bucket_however_many_there_are() -> None:
    written = []
    for count in (100, 2000):
        rows = {f"place/p{number}/index.html": Row(1, make_mark(digest(b"1"), ())) for number in range(count)}
        packed = pack_rows(rows, (Bucket("", 0),), ({},), most_rows=256, most_changes=32)
        sizes = []
        for number in range(100):
            rows[f"place/p{number % count}/index.html"] = Row(2, make_mark(digest(b"%d" % number), ()))
            packed = pack_rows(rows, packed.buckets, packed.contents, most_rows=256, most_changes=32)
            assert len(packed.changes) <= 32
            sizes.append(len(packed.written))
        assert max(sizes) == 1
        written.append(sum(sizes))
    assert written[1] <= 3 * written[0] < 100, "what is written grows with the changes alone"


HOSTILE: dict[str, Any] = {
    "a path with ..": {"changes": [["../../etc/passwd", 1, "", ""]]},
    "a path from the root": {"changes": [["/etc/passwd", 1, "", ""]]},
    "a path with a backslash": {"changes": [["a\\..\\b", 1, "", ""]]},
    "a path of the manifest": {"changes": [[f"{FOLDER}/root.bin", 1, "", ""]]},
    "an empty step": {"changes": [["a//b", 1, "", ""]]},
    "a path that is none": {"changes": [[7, 1, "", ""]]},
    "a very long path": {"changes": [["a" * 2000, 1, "", ""]]},
    "something to delete outside": {"leaving": ["../others/index.html"]},
    "the root to delete": {"leaving": [f"{FOLDER}/root.bin"]},
    "a bucket outside": {"buckets": [["../other.bin", 1]]},
    "three buckets": {"buckets": [["", 0]] * 3},
    "too many buckets": {"buckets": [["", 0]] * (1 << 13)},
    "a size that is none": {"changes": [["a", -1, "", ""]]},
    "a mark that is none": {"changes": [["a", 1, "<script>", ""]]},
    "a claim that is none": {"claim": ["x", "y", "z"]},
    "a member too many": {"more": 1},
    "a deep one": {"guide": None},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_manifest_is_refused(what: str) -> None:
    good: dict[str, Any] = {
        "v": 1,
        "guide": "g",
        "state": "",
        "serial": 0,
        "buckets": [["", 0]],
        "changes": [],
        "leaving": [],
        **HOSTILE[what],
    }
    data = dump(good)
    if what == "a deep one":
        data = data.replace(b"null", b"[" * 100_000 + b"]" * 100_000)
    with pytest.raises(BrokenError):
        read_root(deflate(data))


@pytest.mark.parametrize("data", [b"", b"{}", b"\0" * 100, zlib.compress(b"{}"), deflate(b"[]"), deflate(b'{"v": 2}')])
def test_bytes_that_are_no_manifest_are_refused(data: bytes) -> None:
    with pytest.raises(BrokenError):
        read_root(data)


def test_manifest_that_inflates_without_end_is_refused_before_it_does() -> None:
    bomb = deflate(b" " * (80 << 20))
    assert len(bomb) < 1 << 20
    with pytest.raises(BrokenError, match="too long"):
        read_root(bomb)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for given_data in (data, deflate(data)):
        with pytest.raises(BrokenError):
            read_root(given_data)


def test_paths_that_climb_are_not_safe() -> None:
    climbing = ("..", "a/../b", "/a", "a/", "", ".", "a\\b", "a\0b", "a\nb", "a\udc80b", f"{FOLDER}/x", FOLDER)
    assert [path for path in climbing if is_safe(path)] == []
    assert all(map(is_safe, ("a", "..a", "a b/ü?.html", ".exporter", "a/.hidden", "۱/می\u200cخواهم.html")))
