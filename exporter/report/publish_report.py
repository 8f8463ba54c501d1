"""What a publish brought to a host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.report.text import counted, sized

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class PublishReport:
    """What a publish brought to its target: numbers of files, and of requests; `bytes` are those that were sent.

    `waiting` files are deleted by the next publish, since readers may still ask for them. `foreign` are files there
    that are not the guide's, `failed` those that did not go. A command was told `invalidated` paths, or has still to be
    told `untold` ones. `seconds` are wall time. With --dry-run the numbers say what would be done, and `upload` (bytes
    by path) and `remove` list it; else these are None.
    """

    target: str
    uploaded: int = 0
    removed: int = 0
    unchanged: int = 0
    waiting: int = 0
    requests: int = 0
    bytes: int = 0
    foreign: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    invalidated: int = 0
    untold: int = 0
    seconds: float = 0.0
    upload: Mapping[str, int] | None = None
    remove: tuple[str, ...] | None = None

    def lines(self) -> list[str]:
        """Return the summary for people."""
        spent = f"{counted(self.requests, 'request')}, {sized(self.bytes)}, {self.seconds:.1f} s"
        done = [f"{self.uploaded} uploaded", f"{self.removed} removed"]
        if self.upload is not None:
            spent = f"{counted(self.requests, 'request')}, {self.seconds:.1f} s"
            done = [f"{self.uploaded} to upload ({sized(sum(self.upload.values()))})", f"{self.removed} to remove"]
        nothing = not (self.uploaded or self.removed or self.failed)
        parts = ["nothing changed"] if nothing else [*done, f"{self.unchanged} unchanged"]
        parts += [f"{len(self.failed)} failed"] if self.failed else []
        parts += [f"{self.waiting} to be removed by a later publish"] if self.waiting and not nothing else []
        parts += [f"{counted(self.invalidated, 'path')} invalidated"] if self.invalidated else []
        dry = "dry run of " if self.upload is not None else ""
        lines = [f"{dry}publish to {self.target}: {', '.join(parts)} ({spent})"]
        return [*lines, *self._foreign_lines()]

    def _foreign_lines(self) -> list[str]:
        if not self.foreign:
            return []
        shown = ", ".join(self.foreign[:_SHOWN])
        more = f" and {len(self.foreign) - _SHOWN} more" if len(self.foreign) > _SHOWN else ""
        are = "is not the guide's and was" if len(self.foreign) == 1 else "are not the guide's and were"
        return [f"{counted(len(self.foreign), 'file')} there {are} left alone: {shown}{more}"]


_SHOWN = 10
