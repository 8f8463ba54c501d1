"""Tell a CDN which paths changed: a command of the user's gets them on its standard input, one a line.

They are noted on the disk first, so that those of a publish that was killed are told after the next one.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from exporter.core.files import read_bytes, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.publish.plan import Plan

_NOTE = "invalidate.txt"


class Invalidation:
    """The changed paths of a target that a command still has to be told."""

    def __init__(self, cache: Path, command: str | None) -> None:
        self._cache = cache
        self._command = command

    def note(self, plan: Plan) -> None:
        """Note what is about to change."""
        if self._command is not None:
            text = "".join(f"{path}\n" for path in sorted({*self._noted(), *plan.paths()}))
            write_atomic(self._cache / _NOTE, text.encode(), self._cache)

    def _noted(self) -> list[str]:
        return (read_bytes(self._cache / _NOTE) or b"").decode("utf-8", "replace").splitlines()

    def tell(self) -> tuple[int, int, str]:
        """Run the command; return how many paths it was told, how many it still has to be told, and why."""
        paths = self._noted() if self._command is not None else []
        if self._command is None or not paths:
            return 0, 0, ""
        text = "".join(f"{path}\n" for path in paths)
        # The command is the user's own, as on their own command line, so a shell runs it.
        ran = subprocess.run(  # noqa: S602 - see above
            self._command,
            shell=True,
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if ran.returncode != 0:
            said = ran.stdout.decode("utf-8", "replace").strip().splitlines()
            last = f": {said[-1]}" if said else ""
            return 0, len(paths), f"the command of --invalidate ended with {ran.returncode}{last}"
        with suppress(FileNotFoundError):
            (self._cache / _NOTE).unlink()
        return len(paths), 0, ""
