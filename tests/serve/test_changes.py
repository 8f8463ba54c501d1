"""The log of changes: each page hears once of each change since it was read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from exporter.serve import changes as module
from exporter.serve.changes import ChangeLog
from exporter.serve.overlay import Failure

PATHS = ("a/index.html", "b/index.html", "style.css")
EDITS = st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from([b"1", b"2", None])), max_size=30)


@given(edits=EDITS, at=st.integers(0, 30))
def test_stream_from_an_epoch_hears_of_exactly_the_files_noted_since(
    edits: list[tuple[str, bytes | None]], at: int
) -> None:
    log = ChangeLog(100)
    known: dict[str, bytes | None] = {}
    expected: set[str] = set()
    epoch = log.epoch
    for number, (path, digest) in enumerate(edits):
        if number == at:
            epoch, expected = log.epoch, set()
        log.note([(path, digest)])
        if known.get(path, b"") != digest:
            expected.add(path)
        known[path] = digest
    if at >= len(edits):
        epoch, expected = log.epoch, set()
    news = log.since(epoch, {"a/index.html"}, ())
    assert set(news.changes) == expected - {"b/index.html"}
    assert news.epoch == log.epoch
    assert not news.everything


def test_page_from_before_the_start_is_told_that_anything_may_have_changed() -> None:
    log = ChangeLog(100)
    assert log.since(99, (), ()).everything
    assert not log.since(100, (), ()).everything
    log.note_everything()
    assert log.since(100, (), ()).everything
    assert not log.since(log.epoch, (), ()).everything


def test_failures_of_all_steps_are_told_until_each_is_over() -> None:
    log = ChangeLog(1)
    one, other = Failure("one"), Failure("other")
    log.set_failures("pages", (one,))
    log.set_failures("sync", (other,))
    assert log.since(1, (), None).failures == (one, other)
    assert log.since(1, (), (one, other)).failures is None
    log.set_failures("pages", ())
    assert log.since(1, (), (one, other)).failures == (other,)
    log.set_failures("sync", ())
    assert log.since(1, (), None).failures == ()


def test_log_forgets_what_is_long_past_and_then_says_so() -> None:
    before, module._MOST_KEPT = module._MOST_KEPT, 10
    try:
        log = ChangeLog(1)
        for number in range(100):
            log.note([(f"{number}/index.html", b"x")])
        assert len(log._changes) <= 10
        assert log.since(1, ("0/index.html",), ()).everything
        assert not log.since(log.epoch - 1, (), ()).everything
    finally:
        module._MOST_KEPT = before
