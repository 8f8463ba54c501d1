"""A job started by a webhook: it syncs in rounds until the mirror has the announced entry."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from exporter.config.settings import Project, load_project
from exporter.core.errors import GuardError, SourceError
from exporter.core.model import Key
from exporter.jobs import lock
from exporter.mirror import wait
from exporter.mirror.run import SyncOptions, SyncOutcome
from exporter.mirror.wait import Awaited, pause_after, read_awaited, sync_until
from exporter.report.sync_report import ItemChange, SyncReport
from tests.conftest import PICTURE, PLACE, Guide, SpaceFiles, asset, entry, locale
from tests.support.stub import Reply, Request, error, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOLD = """
import sys
from pathlib import Path
from exporter.core.files import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def place(identifier: str, revision: int = 1, **fields: Any) -> dict[str, Any]:
    return entry("place", identifier, revision, title=f"The {identifier}", slug=identifier, **fields)


@pytest.fixture
def during(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """A function that makes one event happen in each pause; it returns the list of pauses in seconds, which grows."""

    def arrange(*events: Callable[[], Any]) -> list[float]:
        pauses: list[float] = []
        left = list(events)

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            if left:
                left.pop(0)()

        monkeypatch.setattr(lock, "time", SimpleNamespace(sleep=sleep))
        return pauses

    return arrange


def nothing() -> None:
    """Do nothing in a pause."""


def test_entry_found_at_once_takes_one_round(guide: Guide, during: Callable[..., list[float]]) -> None:
    pauses = during()
    assert guide.build("--wait-for", "mill")["sync"]["rounds"] == 1
    assert guide.build("--wait-for", "mill@1")["sync"]["requests"] == 4
    assert pauses == []


def test_rounds_go_on_until_the_entry_has_come_and_are_summed_up(
    guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]
) -> None:
    pauses = during(lambda: space.put(place("gate")), nothing, lambda: space.put(place("tower")))
    report = guide.build("--wait-for", "tower")
    synced = report["sync"]
    assert (synced["rounds"], synced["full"], synced["requests"], synced["sync_requests"]) == (4, True, 17, 4)
    assert (synced["upserted"], synced["assets_downloaded"], synced["token_moved"], len(pauses)) == (6, 1, True, 3)
    assert "The tower" in guide.page("/place/tower/")


def test_older_revision_is_not_enough_and_a_later_one_is(
    guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]
) -> None:
    guide.build()
    pauses = during(lambda: space.put(place("mill", 2)), lambda: space.put(place("mill", 4)))
    assert guide.build("--wait-for", "mill@3")["sync"]["upserted"] == 2
    assert len(pauses) == 2


def test_wait_ends_at_its_limit_keeps_what_came_and_renders_nothing(
    guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]
) -> None:
    guide.build()
    site = guide.files("site")
    during(lambda: space.put(place("mill", 2)))
    outcome = guide.run("build", "--wait-for", "mill@3", "--wait-limit", "0.3")
    assert outcome.code == 3
    assert re.match(r"error: entry:mill at revision 3 or later did not come \(\d+ s, ", outcome.err)
    assert "the mirror has revision 2, what else came is kept; check that it is published" in outcome.err
    assert json.loads(guide.files("content")["content/entries/place/mill.json"])["sys"]["revision"] == 2
    assert guide.files("site") == site
    assert guide.build()["sync"]["upserted"] == 0


def test_limit_of_zero_is_one_round(guide: Guide, during: Callable[..., list[float]]) -> None:
    pauses = during()
    outcome = guide.run("sync", "--wait-for", "tower@7", "--wait-limit", "0", "--json")
    assert (outcome.code, outcome.err, pauses) == (3, "", [])
    report = json.loads(re.sub(r"come \(\d+ s, ", "come (0 s, ", outcome.out))
    assert report == {
        "command": "sync",
        "ok": False,
        "exit": 3,
        "error": {
            "code": "wait-limit",
            "message": "entry:tower at revision 7 or later did not come (0 s, 1 round): the mirror does not have it, "
            "what else came is kept; check that it is published in this space and environment, run again or raise "
            "--wait-limit",
        },
    }


def test_summary_names_the_rounds(guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]) -> None:
    guide.build()
    during(lambda: space.put(place("tower")))
    out = guide.run("sync", "--wait-for", "tower").out
    assert out.startswith("delta sync: 1 new or changed, 0 removed (2 rounds, 2 sync requests of 8 requests, ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["sync", "--wait-for", "a", "--dry-run"],
            "it cannot be combined with --wait-for",
        ),
        (
            ["build", "--wait-limit", "9", "--dry-run"],
            "it cannot be combined with --wait-limit",
        ),
        (["build", "--wait-limit", "9"], "--wait-limit says how long --wait-for waits"),
        (["sync", "--wait-for", ""], "expected ENTRY_ID or ENTRY_ID@REVISION, found ''"),
        (["sync", "--wait-for", "a@"], "expected ENTRY_ID or ENTRY_ID@REVISION, found 'a@'"),
        (["sync", "--wait-for", "@4"], "expected ENTRY_ID or ENTRY_ID@REVISION, found '@4'"),
        (["sync", "--wait-for", "a@new"], "expected ENTRY_ID or ENTRY_ID@REVISION, found 'a@new'"),
        (["sync", "--wait-for", "a b"], "expected ENTRY_ID or ENTRY_ID@REVISION, found 'a b'"),
        (["sync", "--wait-for", "a", "--wait-limit", "-1"], "--wait-limit"),
    ],
)
def test_contradictory_options_are_a_usage_error(guide: Guide, arguments: list[str], message: str) -> None:
    outcome = guide.run(*arguments)
    assert (outcome.code, message in outcome.err, [path.name for path in guide.root.iterdir()]) == (
        2,
        True,
        ["site.yaml"],
    )


def test_asset_is_waited_for_by_its_kind(guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]) -> None:
    space.put(place("view"))
    pauses = during(lambda: space.put(asset("view", "view.svg", len(PICTURE)), file=PICTURE))
    assert guide.build("--wait-for", "asset:view")["sync"]["assets_downloaded"] == 2
    assert len(pauses) == 1


def test_only_the_first_round_is_a_full_sync(
    guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]
) -> None:
    guide.build()
    during(lambda: space.put(place("tower")))
    synced = guide.build("--full", "--wait-for", "tower")["sync"]
    assert (synced["full"], synced["unchanged"], synced["upserted"]) == (True, 4, 1)


def test_search_is_repeated_until_it_finds_the_entry(
    guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]
) -> None:
    source = f"{{local: {space.root}, search: {{content_type: place, max: 9}}}}"
    (guide.root / "site.yaml").write_text(f"title: T\nsource: {source}\n", "utf-8")
    during(lambda: space.put(place("tower")))
    synced = guide.build("--wait-for", "tower")["sync"]
    assert (synced["search"], synced["rounds"], synced["upserted"]) == (True, 2, 5)
    outcome = guide.run("sync", "--wait-for", "other", "--wait-limit", "0")
    assert "source.search leaves out what it does not find" in outcome.err


def test_excluded_types_are_named_if_the_entry_does_not_come(guide: Guide, space: SpaceFiles) -> None:
    (guide.root / "site.yaml").write_text(f"title: T\nsource: {{local: {space.root}, only: [place]}}\n", "utf-8")
    reason = "source.only leaves out entries that are not of the types place"
    for item, expected in (("sights", True), ("mill@9", False), ("asset:none", False)):
        outcome = guide.run("sync", "--wait-for", item, "--wait-limit", "0")
        assert (outcome.code, reason in outcome.err) == (3, expected)


def test_message_lists_the_changes_of_all_rounds_with_every_item_once(
    guide: Guide, space: SpaceFiles, tmp_path: Path, during: Callable[..., list[float]]
) -> None:
    guide.build()
    file = tmp_path / "message.txt"

    def first() -> None:
        space.put(place("mill", 2))
        space.put(place("gate"))

    def second() -> None:
        space.put(place("mill", 3))
        space.put(place("gate", 2))
        space.remove("entries/place/castle.json")

    during(first, second)
    guide.build("--wait-for", "mill@3", "--message", str(file))
    assert file.read_text("utf-8").splitlines() == [
        "1 place new, 1 changed, 1 removed",
        "",
        "new place The gate (gate)",
        "changed place The mill (mill)",
        "removed place The castle (castle)",
    ]


def test_message_is_written_even_if_the_wait_was_in_vain(
    guide: Guide, space: SpaceFiles, tmp_path: Path, during: Callable[..., list[float]]
) -> None:
    guide.build()
    file = tmp_path / "message.txt"
    during(lambda: space.put(place("mill", 2)))
    assert guide.run("sync", "--wait-for", "none", "--wait-limit", "0.2", "--message", str(file)).code == 3
    assert file.read_text("utf-8").startswith("1 place changed\n")


@pytest.mark.parametrize(
    ("hows", "line"),
    [
        (("new", "changed"), "new place B (x)"),
        (("new", "removed"), None),
        (("changed", "changed"), "changed place B (x)"),
        (("changed", "removed"), "removed place B (x)"),
        (("removed", "new"), "changed place B (x)"),
    ],
)
def test_changes_of_an_item_in_several_rounds_are_listed_as_one(
    guide: Guide, hows: tuple[str, str], line: str | None
) -> None:
    from exporter.mirror.message import Message

    message = Message(load_project(guide.root), rounds=True)
    for how, title in zip(hows, "AB", strict=True):
        message.add(ItemChange(how, "entry:x", "Place", title))
    expected = f"1 place {line.split()[0]}\n\n{line}\n" if line else ""
    assert message.text() == expected


def test_lock_is_free_during_a_pause(guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]) -> None:
    codes = []

    def sync_elsewhere() -> None:
        space.put(place("tower"))
        command = [sys.executable, "-m", "exporter", "-C", str(guide.root), "sync"]
        codes.append(subprocess.run(command, check=False, capture_output=True).returncode)

    pauses = during(sync_elsewhere)
    synced = guide.build("--wait-for", "tower")["sync"]
    assert (codes, synced["rounds"], synced["upserted"], len(pauses)) == ([0], 2, 4, 1)


def test_another_run_that_took_the_lock_in_a_pause_is_waited_for(
    guide: Guide, space: SpaceFiles, during: Callable[..., list[float]]
) -> None:
    command = [sys.executable, "-c", HOLD, str(guide.root / ".export/lock")]
    holders: list[subprocess.Popen[str]] = []

    def take() -> None:
        space.put(place("tower"))
        holders.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        assert holders[0].stdout is not None
        assert holders[0].stdout.readline() == "held\n"

    def let_go() -> None:
        holders.pop().communicate()

    pauses = during(take, nothing, let_go)
    synced = guide.build("--wait-for", "tower")["sync"]
    assert (synced["rounds"], len(pauses)) == (2, 3)
    during(take)
    outcome = guide.run("sync", "--wait-for", "none", "--wait-limit", "0.5")
    assert (outcome.code, f"process {holders[0].pid} is running in this folder" in outcome.err) == (4, True)
    let_go()
    assert guide.run("sync").code == 0


def test_file_that_failed_in_one_round_and_came_in_a_later_one_is_no_failure(
    remote: Callable[[str], Guide], during: Callable[..., list[float]]
) -> None:
    files = [error(404, "NotFound"), Reply(PICTURE)]
    pages = {"": "one", "one": "two", "two": "two"}
    delivered = {"": asset("pic", "p.svg", len(PICTURE)), "one": place("tower")}

    def script(request: Request) -> Reply:
        if request.last == "p.svg":
            return files.pop(0)
        if request.last == "sync":
            token = request.query.get("sync_token", "")
            return page(*[delivered[token]] if token in delivered else [], token=pages[token])
        model = {"locales": [locale("en-US", default=True)], "content_types": [PLACE]}
        return listing(*model.get(request.last, []))

    with serve(script) as stub:
        delivered[""]["fields"]["file"]["en-US"]["url"] = "/pic/p.svg"
        guide = remote(stub.url)
        during()
        outcome = guide.run("sync", "--wait-for", "tower", "--json")
    report = outcome.json
    assert (outcome.code, report["problems"], report["sync"]["assets_failed"], report["sync"]["rounds"]) == (
        0,
        [],
        0,
        2,
    )
    assert guide.files("content/files") == {"content/files/pic/p.svg": PICTURE}


def test_failed_round_ends_the_wait_and_keeps_what_came(
    remote: Callable[[str], Guide], during: Callable[..., list[float]]
) -> None:
    answers = [page(place("mill"), token="one"), error(401, "AccessTokenInvalid")]

    def script(request: Request) -> Reply:
        if request.last == "sync":
            return answers.pop(0)
        model = {"locales": [locale("en-US", default=True)], "content_types": [PLACE]}
        return listing(*model.get(request.last, []))

    with serve(script) as stub:
        guide = remote(stub.url)
        during()
        outcome = guide.run("sync", "--wait-for", "tower")
    assert (outcome.code, "refused the access token" in outcome.err) == (3, True)
    assert json.loads(guide.files(".syncstate")[".syncstate"])["token"] == "one"


class Clock:
    """A clock that advances with each pause, and by a second with each sync."""

    def __init__(self) -> None:
        self.now = 50.0
        self.pauses: list[float] = []
        self.syncs: list[float] = []
        self.locked: set[int] = set()

    def sync(self, _options: SyncOptions) -> SyncOutcome:
        self.syncs.append(self.now - 50)
        self.now += 1
        return SyncOutcome(SyncReport(requests=4))

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        if len(self.pauses) in self.locked:
            raise GuardError("locked", "process 7 is running")


@pytest.fixture
def config(guide: Guide) -> Project:
    return load_project(guide.root)


def waited(clock: Clock, config: Project, limit: float, chance: float) -> SyncOutcome:
    """Wait for an entry that never comes, unless a test makes the mirror report it."""
    return sync_until(
        Awaited(Key("entry", "a"), 5),
        limit,
        config,
        SyncOptions(),
        clock.sync,
        clock.pause,
        clock=lambda: clock.now,
        chance=lambda: chance,
    )


@pytest.mark.parametrize(
    ("limit", "chance", "pauses"),
    [
        (0, 1.0, []),
        (1, 1.0, []),
        (2, 1.0, [1.0]),
        (2.5, 1.0, [1.0]),
        (60, 1.0, [1, 2, 4, 8, 15, 15, 8]),
        (12, 0.0, [0.5, 1, 2, 4]),
        (13, 0.0, [0.5, 1, 2, 4, 0.5]),
    ],
)
def test_pauses_grow_and_the_last_round_is_at_the_limit(
    config: Project, monkeypatch: pytest.MonkeyPatch, limit: float, chance: float, pauses: list[float]
) -> None:
    monkeypatch.setattr(wait, "mirrored_revision", lambda _config, _key: 4)
    clock = Clock()
    with pytest.raises(SourceError, match="the mirror has revision 4") as caught:
        waited(clock, config, limit, chance)
    assert (clock.pauses, len(clock.syncs), caught.value.code) == (pauses, len(pauses) + 1, "wait-limit")
    assert clock.syncs[-1] <= limit <= clock.now - 50


def test_lock_held_by_another_run_after_a_pause_is_not_counted_as_a_round(
    config: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    clock.locked = {1, 2}
    monkeypatch.setattr(wait, "mirrored_revision", lambda _config, _key: 5 if len(clock.syncs) == 2 else None)
    report = waited(clock, config, 60, 1.0).report
    assert (clock.syncs, report.rounds, report.requests, report.seconds) == ([0, 4], 2, 8, 5)
    clock = Clock()
    clock.locked = set(range(100))
    with pytest.raises(GuardError, match="process 7"):
        waited(clock, config, 60, 1.0)
    assert clock.now - 50 == 60


def test_pause_has_an_upper_bound_whatever_the_round() -> None:
    assert [pause_after(10**6, chance) for chance in (0.0, 1.0)] == [7.5, 15.0]


def test_awaited_item_is_read_as_reports_write_it() -> None:
    read = [read_awaited(text) for text in ("5Ks.a-_", "5Ks@0", "entry:a@12", "asset:pic", "odd:id@3")]
    assert read == [
        Awaited(Key("entry", "5Ks.a-_")),
        Awaited(Key("entry", "5Ks"), 0),
        Awaited(Key("entry", "a"), 12),
        Awaited(Key("asset", "pic")),
        Awaited(Key("entry", "odd:id"), 3),
    ]
