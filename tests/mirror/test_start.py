"""Where a sync starts: one pure decision, for the sync and for `--dry-run`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from exporter.mirror.start import Reason, Situation, decide, stops_at_nothing
from exporter.mirror.state import SyncState
from tests.conftest import Guide, SpaceFiles, entry

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = {"url": "https://cdn.contentful.com", "space": "s", "environment": "master", "filter": None}
STATE = SyncState(source=SOURCE, token="t", mirror="ab", environment_uuid="one")
PLAIN = Situation(STATE, dict(SOURCE), "one")
OTHER_SOURCE = "the source has changed since last time"
OTHER_ENVIRONMENT = "the environment has changed since last time (was an alias moved?)"


@pytest.mark.parametrize(
    ("situation", "token", "reason", "note"),
    [
        (PLAIN, "t", None, None),
        (PLAIN._replace(environment_uuid=None), "t", None, None),
        (PLAIN._replace(state=replace(STATE, environment_uuid=None)), "t", None, None),
        (PLAIN._replace(state=None), None, Reason.FIRST, None),
        (PLAIN._replace(full=True), None, Reason.ASKED, None),
        (PLAIN._replace(state=replace(STATE, token=None)), None, Reason.NO_TOKEN, None),
        (PLAIN._replace(source=SOURCE | {"space": "x"}), None, Reason.SOURCE_CHANGED, f"{OTHER_SOURCE}: a full sync"),
        (
            PLAIN._replace(source=SOURCE | {"space": "x"}, searches=True),
            None,
            Reason.SOURCE_CHANGED,
            f"{OTHER_SOURCE}: a search",
        ),
        (
            PLAIN._replace(environment_uuid="two"),
            None,
            Reason.ENVIRONMENT_CHANGED,
            f"{OTHER_ENVIRONMENT}: a full sync",
        ),
        (PLAIN._replace(state=replace(STATE, token=None), searches=True), None, None, None),
    ],
)
def test_token_is_used_unless_there_is_a_reason_for_a_full_sync(
    situation: Situation, token: str | None, reason: Reason | None, note: str | None
) -> None:
    start = decide(situation)
    assert (start.token, start.reason, start.note(), start.full) == (token, reason, note, token is None)


def test_content_that_differs_from_what_was_synced_turns_only_a_delta_into_a_full_sync() -> None:
    delta = decide(PLAIN)
    assert delta.after_comparison(sound=True) == delta
    differing = delta.after_comparison(sound=False)
    assert (differing.token, differing.reason) == (None, Reason.CONTENT_CHANGED)
    assert differing.note() == "content/ differs from what was last synced (edited, reverted?): a full sync"
    first = decide(PLAIN._replace(state=None))
    assert first.after_comparison(sound=False) == first


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("searches", [True, False])
@pytest.mark.parametrize("allow_empty", [True, False])
def test_only_a_full_sync_stops_at_a_space_that_came_back_empty(full: bool, searches: bool, allow_empty: bool) -> None:
    stops = stops_at_nothing(full=full, searches=searches, allow_empty=allow_empty)
    assert stops == ((full, searches, allow_empty) == (True, False, False))


def reverted(guide: Guide, _space: SpaceFiles) -> None:
    path = guide.root / "content/entries/place/mill.json"
    path.write_bytes(path.read_bytes().replace(b"The mill", b"My mill"))
    (guide.root / ".export/mirror.db").unlink()


def emptied(guide: Guide, _space: SpaceFiles) -> None:
    for path in (guide.root / "content/entries").rglob("*.json"):
        path.unlink()
    (guide.root / ".export/mirror.db").unlink()


def edited(_guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "tower", title="The tower", slug="tower"))


def pointed_elsewhere(guide: Guide, space: SpaceFiles) -> None:
    space.root.rename(space.root.with_name("elsewhere"))
    (guide.root / "site.yaml").write_text("title: T\nsource: {local: ../elsewhere}\n", "utf-8")


def untouched(_guide: Guide, _space: SpaceFiles) -> None:
    pass


@pytest.mark.parametrize("happens", [untouched, edited, reverted, emptied, pointed_elsewhere])
def test_dry_run_and_sync_start_alike_and_print_the_same(
    guide: Guide, space: SpaceFiles, happens: Callable[[Guide, SpaceFiles], None]
) -> None:
    guide.build()
    happens(guide, space)
    dry_run = guide.run("sync", "--dry-run").out.splitlines()
    planned = guide.run("sync", "--dry-run", "--json").json["status"]
    done = guide.run("sync", "--json").json["sync"]
    assert planned["full"] == done["full"] == (happens not in (untouched, edited))
    assert len(planned["new"] + planned["changed"]) == done["upserted"]
    assert (planned["requests"], planned["sync_requests"]) == (done["requests"], done["sync_requests"])
    assert any(line.endswith(": a full sync") for line in dry_run) == planned["full"]
