"""Run the program and end it, as SIGKILL would, at its N-th file operation: `python -m tests.support.killer N …`.

If N is 0, nothing is killed and the number of operations is printed.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KILLED = 99


class _Fate:
    """The number of file operations so far, in all threads, and the number of the last one."""

    def __init__(self, mortal: int) -> None:
        self.mortal = mortal
        self.count = 0
        self._numbers = itertools.count(1)

    def counted(self, operation: Callable[..., Any], half: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """Wrap an operation: an odd number kills before it or, given `half`, halfway through; an even one after it."""

        def counting(*arguments: Any, **values: Any) -> Any:
            number = self.count = next(self._numbers)
            if number == self.mortal and number % 2:
                if half is not None:
                    half(*arguments, **values)
                os._exit(KILLED)
            try:
                return operation(*arguments, **values)
            finally:
                if number == self.mortal:
                    os._exit(KILLED)

        return counting


def arm(mortal: int) -> _Fate:
    """Kill this process at its n-th file operation from now on; if n is 0, only count them."""
    fate = _Fate(mortal)
    for name in ("unlink", "replace", "rmdir", "mkdir", "link"):
        setattr(os, name, fate.counted(getattr(os, name)))
    write, write_bytes = os.write, Path.write_bytes
    os.write = fate.counted(write, lambda handle, data: write(handle, data[: len(data) // 2]))
    Path.write_bytes = fate.counted(  # type: ignore[method-assign] # wrapped in this process only
        write_bytes, lambda path, data: write_bytes(path, data[: len(data) // 2])
    )

    class Connection(sqlite3.Connection):
        """A connection whose statements count."""

        execute = fate.counted(sqlite3.Connection.execute)
        executemany = fate.counted(sqlite3.Connection.executemany)
        __exit__ = fate.counted(sqlite3.Connection.__exit__)

    connect = sqlite3.connect

    def connect_quickly(*arguments: Any, **values: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*arguments, **{**values, "factory": Connection})
        with suppress(sqlite3.Error):  # what a killed process has written is still there
            sqlite3.Connection.execute(database, "PRAGMA synchronous = OFF")
        return database

    sqlite3.connect = connect_quickly  # type: ignore[assignment] # wrapped in this process only
    return fate


def main(mortal: int, arguments: list[str]) -> int:
    """Run the program's arguments."""
    from exporter.cli.commands import run

    fate = arm(mortal)
    code = run(arguments)
    if mortal == 0:
        sys.stderr.write(f"{fate.count}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
