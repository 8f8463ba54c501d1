"""What a run did: counted while it goes, then told as text or as one JSON object."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the content or the guide that somebody should look at."""

    severity: str
    code: str
    message: str
    item: str = ""
    locale: str = ""
    field: str = ""

    def as_json(self) -> dict[str, str]:
        """Give the problem's members that say something."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass
class SyncReport:
    """What a sync brought. `bytes` are those of HTTP bodies as they travelled, `seconds` of wall time."""

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

    def sentence(self) -> str:
        """Say it in one line."""
        if not (self.upserted or self.deleted or self.assets_downloaded or self.assets_failed):
            said = ["nothing new"]
        else:
            said = [f"{self.upserted} new or changed", f"{self.deleted} removed"]
            said += [f"{self.assets_downloaded} files downloaded"] if self.assets_downloaded else []
            said += [f"{self.assets_failed} files failed"] if self.assets_failed else []
        how = "full sync" if self.full else "delta sync"
        asked = f"{_count(self.sync_requests, 'sync request')} of {_count(self.requests, 'request')}"
        return f"{how}: {', '.join(said)} ({asked}, {_size(self.bytes)}, {self.seconds:.1f} s)"


@dataclass
class RenderReport:
    """What a render did; `rendered` are pages whose template ran."""

    pages: int = 0
    evaluated: int = 0
    rendered: int = 0
    written: int = 0
    removed: int = 0
    failed: int = 0
    seconds: float = 0.0

    def sentence(self) -> str:
        """Say it in one line."""
        failed = f", {self.failed} failed" if self.failed else ""
        return (
            f"render: {_count(self.pages, 'page')}, {_count(self.written, 'file')} written, "
            f"{self.removed} removed{failed} ({self.seconds:.1f} s)"
        )


@dataclass
class Report:
    """A whole run."""

    command: str
    verbose: bool = False
    sync: SyncReport | None = None
    render: RenderReport | None = None
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def detail(self, line: str) -> None:
        """Note something that is told only to those who ask for more."""
        if self.verbose:
            self.notes.append(line)

    @property
    def exit_code(self) -> int:
        """Give 3 where an asset file would not come, 1 where a page failed, else 0."""
        if self.sync and self.sync.assets_failed:
            return 3
        return 1 if self.render and self.render.failed else 0

    def as_json(self) -> dict[str, Any]:
        """Give the object that `--json` prints."""
        code = self.exit_code
        parts = {name: asdict(part) for name in ("sync", "render") if (part := getattr(self, name)) is not None}
        return {
            "command": self.command,
            "ok": code == 0,
            "exit": code,
            **parts,
            "problems": [each.as_json() for each in self.problems],
        }

    def lines(self) -> list[str]:
        """Give the short summary for people."""
        return [part.sentence() for part in (self.sync, self.render) if part is not None]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _size(number: int) -> str:
    return f"{number} B" if number < 1000 else f"{number / 1000:.1f} kB"
