"""Readers' updates, brought up to date in a process of its own that the next edit ends.

They can take longer than anybody wants to wait for a page. A process that is ended amid them loses nothing but its
time: what it did not confirm, the next one finds again.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS_TO_END = 5.0
_DONE = (0, 1)
"""Exit codes of a render that came to its end: with pages that failed, too."""


class Publisher:
    """A `render` of a guide in a process of its own, of which there is one at most."""

    def __init__(self, root: Path, file: Path) -> None:
        self._command = [sys.executable, "-m", "exporter", "-C", str(root), "--config", str(file), "-q", "render"]
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin to bring the updates up to date."""
        self.stop()
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def stop(self) -> bool:
        """End the process if it runs; return whether it did."""
        if self._process is None:
            return False
        with self._process as process:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=_SECONDS_TO_END)
            if process.poll() is None:
                process.kill()
        self._process = None
        return True

    def failure(self) -> str | None:
        """Return, once the process has ended, what went wrong, "" for nothing; None while there is nothing to tell."""
        if self._process is None or self._process.poll() is None:
            return None
        with self._process as process:
            _, printed = process.communicate()
        self._process = None
        return "" if process.returncode in _DONE else printed.strip()
