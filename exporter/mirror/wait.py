"""Wait for what a webhook announced: sync in rounds, with growing pauses, until the mirror has it."""

from __future__ import annotations

import random
import re
import time
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exporter.core.errors import GuardError, SourceError
from exporter.core.files import read_bytes
from exporter.core.model import Key, item_from_bytes
from exporter.mirror.index import MirrorIndex
from exporter.report.sync_report import SyncReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.config.settings import Project
    from exporter.config.site_schema import Source
    from exporter.mirror.run import SyncOptions, SyncOutcome

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
"""Seconds."""
_AWAITED = re.compile(r"(?:(entry|asset):)?([^@\s/]+)(?:@([0-9]{1,18}))?")


@dataclass(frozen=True)
class Awaited:
    """An item that is waited for, at a revision or a later one; None for any."""

    key: Key
    revision: int | None = None

    def is_met_by(self, revision: int | None) -> bool:
        """Whether the wait is over with the revision that the mirror has; None if it does not have the item."""
        return revision is not None and revision >= (self.revision or 0)

    def __str__(self) -> str:
        return str(self.key) if self.revision is None else f"{self.key} at revision {self.revision} or later"


def read_awaited(text: str) -> Awaited:
    """Read `ID` or `ID@REVISION`, of an entry or after `asset:` of an asset. Raises ValueError."""
    found = _AWAITED.fullmatch(text)
    if found is None:
        raise ValueError(f"expected ENTRY_ID or ENTRY_ID@REVISION, found {text!r}")
    return Awaited(Key(found[1] or "entry", found[2]), int(found[3]) if found[3] else None)


def mirrored_revision(project: Project, key: Key) -> int | None:
    """Return the revision of an item in the mirror, after a sync; None if it is not there, 0 if it has none."""
    with closing(MirrorIndex(project.cache / "mirror.db")) as index:
        row = index.find(key)
    data = read_bytes(project.content / row.path) if row is not None else None
    item = item_from_bytes(data) if data is not None else None
    revision = item.sys.get("revision") if item is not None else None
    return (revision if isinstance(revision, int) else 0) if item is not None else None


def sync_until(
    awaited: Awaited,
    limit: float,
    project: Project,
    options: SyncOptions,
    sync: Callable[[SyncOptions], SyncOutcome],
    pause: Callable[[float], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> SyncOutcome:
    """Sync until the mirror has what is awaited, the last time when `limit` seconds have passed; return the sum.

    `sync` makes one round. `pause` releases the lock for some seconds; where another run holds it afterwards it raises
    GuardError and is asked for another pause. Raises SourceError if nothing came.
    """
    start, busy = clock(), None
    total = _with_round(None, sync(options))
    revision = mirrored_revision(project, awaited.key)
    while True:
        passed = clock() - start
        total = replace(total, report=replace(total.report, seconds=round(passed, 2)))
        if awaited.is_met_by(revision):
            return total
        if passed >= limit:
            raise busy or SourceError("wait-limit", _in_vain(awaited, revision, project.site.source, total.report))
        busy = _busy(pause, min(pause_after(total.report.rounds or 0, chance()), limit - passed))
        if busy is None:
            total = _with_round(total, sync(options._replace(full=False)))
            revision = mirrored_revision(project, awaited.key)


def _with_round(total: SyncOutcome | None, later: SyncOutcome) -> SyncOutcome:
    """Return the rounds so far, None for none, with one more."""
    if total is None:
        return replace(later, report=SyncReport(rounds=0).followed_by(later.report))
    return replace(total.followed_by(later), report=total.report.followed_by(later.report))


def pause_after(rounds: int, chance: float) -> float:
    """Return the seconds to pause after some rounds; `chance`, from 0 to 1, spreads jobs that one webhook started."""
    return min(_FIRST_PAUSE * 2.0 ** min(rounds - 1, 16), _LONGEST_PAUSE) * (1 + chance) / 2


def _busy(pause: Callable[[float], None], seconds: float) -> GuardError | None:
    """Pause; return the error that names another run where it holds the lock afterwards."""
    try:
        pause(seconds)
    except GuardError as error:
        if error.code != "locked":
            raise
        return error
    return None


def _in_vain(awaited: Awaited, revision: int | None, source: Source, total: SyncReport) -> str:
    """Return what was waited for, what there is instead, and what to check."""
    spent = f"{total.seconds:.0f} s, {total.rounds} {'round' if total.rounds == 1 else 'rounds'}"
    found = "does not have it" if revision is None else f"has revision {revision}"
    kept = "what else came is kept"
    advice = "check that it is published in this space and environment, run again or raise --wait-limit"
    return (
        f"{awaited} did not come ({spent}): the mirror {found}, {kept}; {advice}{_left_out(awaited, revision, source)}"
    )


def _left_out(awaited: Awaited, revision: int | None, source: Source) -> str:
    """Return the setting of site.yaml that may keep an item from ever coming."""
    if revision is None and source.only and awaited.key.kind == "entry":
        return f"; source.only leaves out entries that are not of the types {', '.join(source.only)}"
    if revision is None and source.search:
        return "; source.search leaves out what it does not find"
    return ""
