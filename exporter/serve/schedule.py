"""When what is due: the next sync, items that a webhook announced, what was put off. Pure: times come from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.jobs.options import WAIT_SECONDS
from exporter.mirror.wait import pause_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporter.core.model import Key
    from exporter.serve.http.webhook import Refresh
    from exporter.serve.pace import Pace

_LOCKED_PAUSE = 0.5
"""Seconds before another try where another run holds the folder."""


@dataclass
class Awaiting:
    """A refresh whose item has not come: when it was asked for, how many syncs there were, when the next is due."""

    refresh: Refresh
    since: float
    rounds: int = 0
    due: float = 0.0


@dataclass
class Schedule:
    """What is to come; times are in seconds of one clock. `pace` None never syncs by itself.

    `sync_at` is the time of the next sync, `render_at` that of a render that was put off (pages are left, or another
    run held the folder), `publish_at` that of bringing readers' updates up to date, once it is quiet.
    """

    pace: Pace | None = None
    sync_at: float | None = None
    render_at: float | None = None
    publish_at: float | None = None
    awaiting: list[Awaiting] = field(default_factory=list)

    def seconds_left(self, now: float) -> float | None:
        """Return the seconds until something is due; None for never."""
        times = [self.sync_at, self.render_at, self.publish_at, *(one.due for one in self.awaiting)]
        left = [at - now for at in times if at is not None]
        return max(0.0, min(left)) if left else None

    def is_sync_due(self, now: float) -> bool:
        """Whether a sync is due, by the pace or for what is awaited."""
        times = [self.sync_at, *(one.due for one in self.awaiting)]
        return any(at is not None and at <= now for at in times)

    def add(self, refreshes: Iterable[Refresh], now: float) -> None:
        """Sync at once for these refreshes."""
        self.awaiting.extend(Awaiting(refresh, now, due=now) for refresh in refreshes)

    def locked_out(self, now: float, *, syncs: bool) -> None:
        """Put a round off that another run kept from its folder."""
        self.render_at = now + _LOCKED_PAUSE
        if syncs:
            self.sync_at = now + _LOCKED_PAUSE
            for one in self.awaiting:
                one.due = now + _LOCKED_PAUSE

    def synced(self, now: float, *, failed: bool, news: bool) -> None:
        """Note that a sync is over, and set the time of the next by the pace."""
        self.sync_at = None
        if self.pace is not None:
            pace = self.pace
            self.pace = pace.after_failure() if failed else pace.after_news() if news else pace.after_quiet()
            self.sync_at = now + self.pace.pause

    def settle(
        self, now: float, problem: str, revision_of: Callable[[Key], int | None], chance: float
    ) -> Iterator[Refresh]:
        """Yield the refreshes that end with this sync, after setting when the others are due.

        `problem` is the sentence of a sync that failed. An item is awaited for a limited time; what was asked for
        without an item ends with the first sync.
        """
        left: list[Awaiting] = []
        for one in self.awaiting:
            one.rounds += 1
            announced = one.refresh.announced
            is_met = not problem and (announced is None or announced.is_met_by(revision_of(announced.awaited.key)))
            if is_met or announced is None or now - one.since >= WAIT_SECONDS:
                late = f"{announced} did not come in {WAIT_SECONDS:.0f} s"
                one.refresh.end("" if is_met else problem or late)
                yield one.refresh
            else:
                one.due = min(now + pause_after(one.rounds, chance), one.since + WAIT_SECONDS)
                left.append(one)
        self.awaiting = left
