"""Waiting for what a webhook announced: sync in rounds, with growing pauses, until the mirror has it."""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.core.errors import GuardError, SourceError
from exporter.core.files import read_bytes
from exporter.core.model import Key, item_from_bytes
from exporter.mirror.index import MirrorIndex
from exporter.report.report import SyncReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.config.settings import Project
    from exporter.config.site_schema import Source
    from exporter.mirror.sync import SyncOptions
    from exporter.report.report import Report

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
_FORM = re.compile(r"(?:(entry|asset):)?([^@\s]+)(?:@([0-9]{1,18}))?")


@dataclass(frozen=True)
class Awaited:
    """An item that is waited for, at a revision or a later one; None for any."""

    key: Key
    revision: int | None = None

    def is_met_by(self, revision: int | None) -> bool:
        """Tell whether that is over with what the mirror has; None for nothing."""
        return revision is not None and revision >= (self.revision or 0)

    def __str__(self) -> str:
        return str(self.key) if self.revision is None else f"{self.key} at revision {self.revision} or later"


def read_awaited(text: str) -> Awaited:
    """Read `ID` or `ID@REVISION`, of an entry or after `asset:` of an asset. Raises ValueError."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise ValueError(f"expected ENTRY_ID or ENTRY_ID@REVISION, found {text!r}")
    return Awaited(Key(found[1] or "entry", found[2]), int(found[3]) if found[3] else None)


def mirrored_revision(project: Project, key: Key) -> int | None:
    """Give the revision of an item in the mirror, after a sync; None where it is not there, 0 where it has none."""
    index = MirrorIndex(project.cache / "mirror.db")
    try:
        row = index.find(key)
    finally:
        index.close()
    data = read_bytes(project.content / row.path) if row is not None else None
    item = item_from_bytes(data) if data is not None else None
    revision = item.sys.get("revision") if item is not None else None
    return (revision if isinstance(revision, int) else 0) if item is not None else None


def sync_until(
    awaited: Awaited,
    limit: float,
    project: Project,
    options: SyncOptions,
    report: Report,
    sync: Callable[[SyncOptions], None],
    pause: Callable[[float], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> None:
    """Sync until the mirror has what is awaited, the last time when `limit` seconds have passed.

    `sync` makes one round, `report.sync` sums them up. `pause` lets go of the lock for some seconds; where another run
    has it afterwards it raises GuardError and is asked for another pause. Raises SourceError where nothing came.
    """
    start, total, busy = clock(), SyncReport(rounds=0), None
    while True:
        if busy is None:
            report.problems.clear()
            sync(options)
            assert report.sync is not None
            total = report.sync = total.followed_by(report.sync)
            options = replace(options, full=False)
            has = mirrored_revision(project, awaited.key)
        passed = clock() - start
        total.seconds = round(passed, 2)
        if awaited.is_met_by(has):
            return
        if passed >= limit:
            raise busy or SourceError("wait-limit", _told(awaited, has, project.site.source, total))
        busy = _busy(pause, min(pause_after(total.rounds or 0, chance()), limit - passed))


def pause_after(rounds: int, chance: float) -> float:
    """Give the seconds to pause after some rounds; `chance`, from 0 to 1, spreads jobs that one webhook started."""
    return min(_FIRST_PAUSE * 2.0 ** min(rounds - 1, 16), _LONGEST_PAUSE) * (1 + chance) / 2


def _busy(pause: Callable[[float], None], seconds: float) -> GuardError | None:
    """Pause; give what another run was found by that holds the lock afterwards."""
    try:
        pause(seconds)
    except GuardError as error:
        if error.code != "locked":
            raise
        return error
    return None


def _told(awaited: Awaited, has: int | None, source: Source, total: SyncReport) -> str:
    """Say what was waited for, what there is, and what to look at."""
    spent = f"{total.seconds:.0f} s, {total.rounds} {'round' if total.rounds == 1 else 'rounds'}"
    there = "does not have it" if has is None else f"has revision {has}"
    kept = "what else came is kept"
    advice = "check that it is published in this space and environment, run again or raise --wait-limit"
    return f"{awaited} did not come ({spent}): the mirror {there}, {kept}; {advice}{_left_out(awaited, has, source)}"


def _left_out(awaited: Awaited, has: int | None, source: Source) -> str:
    """Say where site.yaml may be what keeps an item from ever coming."""
    if has is None and source.only and awaited.key.kind == "entry":
        return f"; source.only leaves out entries that are not of the types {', '.join(source.only)}"
    if has is None and source.search:
        return "; source.search leaves out what it does not find"
    return ""


WAIT_SECONDS = 120.0
