"""The commands that stay open until a signal ends them, which is no error."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from exporter.cli.progress import following
from exporter.cli.signals import until_interrupted, was_interrupted
from exporter.report.ending import ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from exporter.cli.printing import Printer
    from exporter.config.settings import Project
    from exporter.report.progress import Listener


PREVIEW_EVERY = 10.0
"""Seconds between two syncs of a preview, unless others are asked for."""


@dataclass(frozen=True)
class Lines:
    """Where lines go: with `as_json`, all on standard error, since standard output has one object at the end."""

    printer: Printer
    quiet: bool
    as_json: bool

    def out(self, line: str) -> None:
        """Print what was done, unless errors alone are wanted."""
        if not self.quiet:
            (self.printer.err if self.as_json else self.printer.out)(line)

    def err(self, line: str) -> None:
        """Print what is wrong."""
        self.printer.err(line)

    def following(self) -> AbstractContextManager[Listener | None]:
        """Show how far a round has come while the block runs."""
        return following(self.printer.err, quiet=self.quiet, as_json=self.as_json)


def serve(load: Callable[[], Project], lines: Lines, *, opens: bool, **chosen: Any) -> int:
    """Serve a guide until a signal comes, be it while the program is being loaded; return the exit code."""

    def work() -> None:
        from exporter.serve.dev_server import DevServer, ServeOptions

        options = ServeOptions(**chosen)
        if options.preview and options.every is None:
            options = replace(options, every=PREVIEW_EVERY)
        DevServer(load(), load, options, lines).run(_open if opens else lambda _url: None, was_interrupted)

    until_interrupted(work)
    return _end("serve", lines)


def watch(load: Callable[[], Project], lines: Lines, **chosen: Any) -> int:
    """Build again and again until a signal comes, be it while the program is being loaded; return the exit code."""

    def work() -> None:
        from exporter.serve.watch import Watcher, WatchOptions

        watcher = Watcher(load(), load, WatchOptions(**chosen), lines)
        if hasattr(signal, "SIGUSR1"):
            signal.signal(signal.SIGUSR1, lambda _number, _frame: watcher.sync_soon())
        watcher.run(was_interrupted)

    until_interrupted(work)
    return _end("watch", lines)


def _open(url: str) -> None:
    import webbrowser

    webbrowser.open(url)


def _end(command: str, lines: Lines) -> int:
    if lines.as_json:
        lines.printer.out(json.dumps(ended(command)))
    return 0
