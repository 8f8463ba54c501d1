"""Progress on a terminal: one bar, drawn over itself, that goes when the job is done.

Rich is loaded once a job has taken half a second: what is quicker needs no bar. It draws only when it is told to, since
a thread of its own would keep the processes that render from being forked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from exporter.cli.tally import Tally

_DELAY = 0.5
_PAUSE = 0.1
"""Seconds before the first drawing, and between two."""


class Bars:
    """One bar for the stage that is under way."""

    def __init__(self, stream: TextIO, delay: float = _DELAY) -> None:
        self._stream = stream
        self._delay = delay
        self._started: float | None = None
        self._drawn = 0.0
        self._live: Any = None

    def show(self, tally: Tally, now: float) -> None:
        """Draw, unless that was done a moment ago."""
        self._started = now if self._started is None else self._started
        if now - self._started < self._delay or now - self._drawn < _PAUSE:
            return
        self._drawn = now
        if self._live is None:
            self._live = self._open()
        self._live.update(_row(tally, now), refresh=True)

    def _open(self) -> Any:
        from rich.console import Console
        from rich.live import Live

        console = Console(file=self._stream, highlight=False)
        live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False)
        live.start()
        return live

    def close(self) -> None:
        """Remove the bar and show the cursor again."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def _row(tally: Tally, now: float) -> Any:
    """Return what is drawn: what is done, a bar if anybody knows how much there is, counts, rate, what is left."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    row = Table.grid(padding=(0, 1))
    said = ", ".join(filter(None, (tally.counts(), tally.pace(now))))
    cells: list[Any] = [Text(tally.doing, no_wrap=True)]
    if tally.share is not None:
        cells.append(ProgressBar(total=1.0, completed=tally.share, width=24))
    row.add_row(*cells, Text(said, no_wrap=True, overflow="ellipsis"))
    return row
