"""What a sync changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from exporter.report.text import counted, requests_made, sized


@dataclass(frozen=True)
class SyncReport:
    """What a sync changed. `bytes` are those of HTTP bodies as transferred, `seconds` are wall time.

    `search` is true for a search, else None; `rounds` is the number of rounds, None without --wait-for.
    """

    full: bool = False
    requests: int = 0
    sync_requests: int = 0
    bytes: int = 0
    upserted: int = 0
    deleted: int = 0
    unchanged: int = 0
    assets_downloaded: int = 0
    assets_failed: int = 0
    token_moved: bool = False
    seconds: float = 0.0
    search: bool | None = None
    rounds: int | None = None

    def followed_by(self, later: SyncReport) -> SyncReport:
        """Return the sum of the rounds of a wait; only the failures of the last one count."""
        counts = {name: getattr(self, name) + getattr(later, name) for name in _COUNTS}
        once = {name: getattr(self, name) or getattr(later, name) for name in ("full", "token_moved")}
        return replace(later, rounds=(self.rounds or 0) + 1, **counts, **once)

    def sentence(self) -> str:
        """Return the summary, in one line."""
        if not (self.upserted or self.deleted or self.assets_downloaded or self.assets_failed):
            parts = ["nothing new"]
        else:
            parts = [f"{self.upserted} new or changed", f"{self.deleted} removed"]
            parts += [f"{counted(self.assets_downloaded, 'file')} downloaded"] if self.assets_downloaded else []
            parts += [f"{counted(self.assets_failed, 'file')} failed"] if self.assets_failed else []
        how = "search" if self.search else "full sync" if self.full else "delta sync"
        rounds = f"{counted(self.rounds, 'round')}, " if self.rounds else ""
        asked = requests_made(self.requests, self.sync_requests, self.search)
        return f"{how}: {', '.join(parts)} ({rounds}{asked}, {sized(self.bytes)}, {self.seconds:.1f} s)"


_COUNTS = ("requests", "sync_requests", "bytes", "upserted", "deleted", "unchanged", "assets_downloaded")


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What a sync does to an item.

    `how` is new, changed or removed; `item` its key as text, `type` the name of its content type, or Asset.
    """

    how: str
    item: str
    type: str
    title: str
