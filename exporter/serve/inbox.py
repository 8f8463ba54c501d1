"""What other threads tell the one that makes the rounds."""

from __future__ import annotations

import queue
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from exporter.serve.http.webhook import Refresh


@dataclass(frozen=True)
class Inbox:
    """What other threads tell the main one: paths that were edited, syncs that were asked for."""

    items: queue.SimpleQueue[frozenset[Path] | Refresh] = field(default_factory=queue.SimpleQueue)

    def take(self, seconds: float) -> tuple[frozenset[Path] | None, list[Refresh]]:
        """Wait for something and return all that came: paths, None if nothing was edited, and refreshes."""
        came: list[frozenset[Path] | Refresh] = []
        with suppress(queue.Empty):
            came.append(self.items.get(timeout=seconds))
            while True:
                came.append(self.items.get_nowait())
        edits = [item for item in came if not isinstance(item, Refresh)]
        paths = frozenset[Path]().union(*edits) if edits else None
        return paths, [item for item in came if isinstance(item, Refresh)]
