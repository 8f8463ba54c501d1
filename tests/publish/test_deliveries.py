"""Any history of publishes, crashes between any two requests, rollbacks, two publishers."""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.core.errors import GuardError
from exporter.publish.buckets import MOST_CHANGES
from exporter.publish.claim import Session, Timing
from exporter.publish.deliver import PublishChoices
from exporter.publish.manifest import LOCK, ROOT, is_bucket, read_root
from exporter.publish.stores.store import StoreError
from tests.publish.guides import LIST, Publisher, Small, dead_links, links
from tests.publish.memory import FAULTS, Clock, KilledError, Memory, MemoryStore

NAMES = ("abbey", "bridge", "castle", "dock", "east", "fair")
FIRST = Small(tuple((name, 1) for name in NAMES[:4]))
FORCED = PublishChoices(uploads=1, force=True)


def after(earlier: Small, later: Small) -> Small:
    """Return a later guide that keeps the tokens of an earlier one, the last three of them."""
    kept = tuple(dict.fromkeys((*earlier.kept, earlier.token)))[-3:]
    return Small(later.places, later.foot, kept, later.picture)


def assert_published(memory: Memory, files: dict[str, bytes], foreign: dict[str, bytes] | None = None) -> None:
    """The target has the files of the site, what waits for the next publish, what is foreign, and nothing else."""
    root = read_root(memory.files[ROOT][0])
    assert root.claim is None
    assert root.state
    waiting = {path: data for path, data in memory.guide().items() if path in root.leaving}
    assert all("/packs/" in path for path in waiting)
    assert memory.guide() == {**waiting, **files, **(foreign or {})}
    named = {bucket.name for bucket in root.buckets if bucket.name}
    assert {path for path in memory.files if is_bucket(path)} - root.leaving == named


small_guides = st.builds(
    Small,
    st.dictionaries(st.sampled_from(NAMES), st.integers(1, 3), min_size=1).map(
        lambda found: tuple(sorted(found.items()))
    ),
    st.integers(0, 1),
    st.just(()),
    st.integers(0, 1),
)


class Run(NamedTuple):
    """A publish: of which guide, by whom, with which faults; and who else publishes what, after which request."""

    guide: Small
    name: str
    faults: dict[int, str]
    rolls_back: bool
    visit: tuple[int, Small] | None


histories = st.lists(
    st.builds(
        Run,
        small_guides,
        st.sampled_from(("ann", "ben")),
        st.dictionaries(st.integers(0, 40), st.sampled_from(FAULTS), max_size=2),
        st.booleans(),
        st.none() | st.tuples(st.integers(0, 30), small_guides),
    ),
    min_size=1,
    max_size=5,
)


@given(histories, st.booleans())
@settings(max_examples=60)
def test_any_history_ends_as_the_site_and_is_whole_at_every_moment(history: list[Run], conditional: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play(history, Path(folder), conditional=conditional)


@pytest.mark.long
@given(histories, st.booleans())
@settings(max_examples=2000)
def test_any_of_many_histories_ends_as_the_site(history: list[Run], conditional: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play(history, Path(folder), conditional=conditional)


def play(history: list[Run], folder: Path, *, conditional: bool) -> None:
    """Play a history, and look at the guide after each request; in the end each publisher has the last word once."""
    clock, memory = Clock(), Memory({"foreign.txt": (b"not ours", None)})
    people = {name: Publisher(folder, name, clock) for name in ("ann", "ben")}
    last = after(FIRST, FIRST)
    people["ann"].publish(MemoryStore(memory), last.files(), PublishChoices(uploads=1, adopt=True))

    def look(_number: int) -> None:
        assert dead_links(memory.guide()) == []

    for run in history:
        later = Small(FIRST.places, kept=(last.token,)) if run.rolls_back else after(last, run.guide)

        def between(number: int, run: Run = run, last: Small = last) -> None:
            look(number)
            if run.visit is not None and number == run.visit[0]:
                other = people["ben" if run.name == "ann" else "ann"]
                store = MemoryStore(memory, after=look, is_conditional=conditional)
                other.publish(store, after(last, run.visit[1]).files(), FORCED)

        store = MemoryStore(memory, run.faults, between, is_conditional=conditional, bulk=1000 if conditional else 1)
        with suppress(KilledError, StoreError, GuardError):
            people[run.name].publish(store, later.files(), FORCED)
        look(0)
        last = later
    for name in ("ann", "ben"):
        store = MemoryStore(memory, after=look, is_conditional=conditional)
        people[name].publish(store, last.files(), FORCED)
        assert_published(memory, last.files(), {"foreign.txt": b"not ours"})


CHANGE = after(FIRST, Small((("abbey", 2), ("bridge", 1), ("dock", 1), ("fair", 1)), foot=1, picture=1))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("first", [True, False])
def test_fault_at_every_request_leaves_the_guide_whole_and_the_next_publish_ends_it(
    tmp_path: Path, fault: str, first: bool
) -> None:
    unbroken, requests = Memory(), 0
    for number in range(200):
        clock, memory = Clock(), Memory()
        ann, ben = (Publisher(tmp_path, name, clock) for name in ("ann", "ben"))
        if not first:
            for guide in (Small(FIRST.places, foot=7), FIRST):  # whose pack waits to be deleted
                ann.publish(MemoryStore(memory), guide.files())
        moments = 0

        def look(_number: int, memory: Memory = memory) -> None:
            nonlocal moments
            moments += 1
            assert dead_links(memory.guide()) == []

        store = MemoryStore(memory, {number: fault} if number else {}, look)
        try:
            done = ann.publish(store, CHANGE.files())
            complete = not done.sent.ended_early
        except (KilledError, StoreError):
            complete = False
        if number == 0:
            requests, unbroken = len(store.log), memory
            continue
        if number > requests:
            break
        assert moments > 0
        if not complete:
            ben.publish(MemoryStore(memory, after=look), CHANGE.files())
        assert memory.guide() == unbroken.guide()
        assert_published(memory, CHANGE.files())
    assert number == requests + 1 > 15


def test_pack_of_the_list_that_readers_have_stays_for_one_publish(tmp_path: Path) -> None:
    memory, ann = Memory(), Publisher(tmp_path, "ann", Clock())
    guides = [FIRST]
    for version in range(2, 6):
        guides.append(after(guides[-1], Small((("abbey", version), *FIRST.places[1:]))))
    for number, guide in enumerate(guides):
        ann.publish(MemoryStore(memory), guide.files())
        packs = {path for path in memory.guide() if "/packs/" in path}
        expected = guides[max(0, number - 1) : number + 1]
        assert packs == {links(one.files()[LIST])[0] for one in expected}


def test_one_who_is_publishing_is_named_and_not_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions: list[Session] = []

    class Noted(Session):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            sessions.append(self)

    class Waiting(Clock):
        def pause(self, seconds: float) -> None:
            super().pause(seconds)
            sessions[0].write(sessions[0].root)  # as ann's own thread does every few seconds

    monkeypatch.setattr("exporter.publish.deliver.Session", Noted)
    memory = Memory()
    ann, ben = Publisher(tmp_path, "ann", Clock()), Publisher(tmp_path, "ben", Waiting())
    ann.publish(MemoryStore(memory), FIRST.files())
    sessions.clear()
    came: list[int] = []

    def ben_comes(number: int) -> None:
        if number == 5:
            store = MemoryStore(memory)
            with pytest.raises(GuardError, match="ann is publishing to memory") as met:
                ben.publish(store, FIRST.files() | {"new.html": b"ben's"})
            came.append(met.value.exit_code)
            assert {what for what, _ in store.log} == {"get"}

    ann.publish(MemoryStore(memory, after=ben_comes), CHANGE.files())
    assert came == [4]
    assert_published(memory, CHANGE.files())


def test_first_publish_leaves_no_bucket_to_delete_to_the_next(tmp_path: Path) -> None:
    memory, ann = Memory(), Publisher(tmp_path, "ann", Clock())
    files = {f"p/{number}.html": b"%d" % number for number in range(2 * MOST_CHANGES)}
    ann.publish(MemoryStore(memory), files)
    assert_published(memory, files)
    named = {bucket.name for bucket in read_root(memory.files[ROOT][0]).buckets}
    assert {path for path in memory.files if is_bucket(path)} == named
    store = MemoryStore(memory)
    ann.publish(store, {**files, "p/7.html": b"seven"})
    assert [what for what, _ in store.log] == ["get", "put", "put", "put"]


def test_one_who_slept_too_long_writes_nothing_more(tmp_path: Path) -> None:
    memory, clock = Memory(), Clock()
    ann, ben = Publisher(tmp_path, "ann", clock), Publisher(tmp_path, "ben", clock)
    ann.publish(MemoryStore(memory), FIRST.files())
    bens = after(FIRST, Small((("abbey", 7), ("fair", 1)), foot=1))

    def ben_comes(number: int) -> None:
        if number == 5:
            ben.publish(MemoryStore(memory), bens.files(), FORCED)

    with pytest.raises(GuardError, match="another publisher"):
        ann.publish(MemoryStore(memory, after=ben_comes), CHANGE.files(), FORCED)
    assert_published(memory, bens.files())


@pytest.mark.parametrize("conditional", [True, False])
def test_two_who_begin_at_once_do_not_both_write(tmp_path: Path, conditional: bool) -> None:
    memory, clock = Memory(), Clock()
    ann, ben = Publisher(tmp_path, "ann", clock), Publisher(tmp_path, "ben", clock)
    ann.publish(MemoryStore(memory), FIRST.files())

    def ben_comes(number: int) -> None:
        if number == 0:  # after ann has read the root
            ben.publish(MemoryStore(memory, is_conditional=conditional), CHANGE.files())

    with pytest.raises(GuardError, match="publishing"):
        ann.publish(MemoryStore(memory, after=ben_comes, is_conditional=conditional), FIRST.files() | {"a.html": b""})
    assert_published(memory, CHANGE.files())
    assert LOCK not in memory.files


def test_claim_counts_up_while_a_long_publish_lives(tmp_path: Path) -> None:
    memory, ann = Memory(), Publisher(tmp_path, "ann", Clock())
    ann.publish(MemoryStore(memory), FIRST.files())
    beats: list[int] = []

    def takes_long(number: int) -> None:
        if number == 5:
            for _ in range(200):
                claim = read_root(memory.files[ROOT][0]).claim
                beats.append(claim.beat if claim is not None else 0)
                if len({*beats}) > 3:
                    break
                time.sleep(0.02)

    ann.timing = Timing(beat=0.02)
    ann.publish(MemoryStore(memory, after=takes_long), CHANGE.files())
    assert len({*beats}) > 3
    assert_published(memory, CHANGE.files())


@pytest.mark.parametrize("whose", ["root", "bucket"])
def test_manifest_that_is_broken_can_be_adopted(tmp_path: Path, whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.publish.buckets.pack_rows.__defaults__", (8192, 2))
    memory, ann, ben = Memory(), Publisher(tmp_path, "ann", Clock()), Publisher(tmp_path, "ben", Clock())
    ann.publish(MemoryStore(memory), FIRST.files())
    buckets = [path for path in memory.files if is_bucket(path)]
    for path in [ROOT] if whose == "root" else buckets:
        memory.files[path] = (b"broken", None)
    assert buckets
    with pytest.raises(GuardError, match="--adopt"):
        ben.publish(MemoryStore(memory), CHANGE.files())
    ben.publish(MemoryStore(memory), CHANGE.files(), PublishChoices(uploads=1, adopt=True))
    assert dead_links(memory.guide()) == []
    assert CHANGE.files().items() <= memory.guide().items()
