"""Run the program and end the process, as SIGKILL would, at the n-th operation on files: `python -m tests.killer N …`.

With N of 0 nothing is killed and the number of operations is printed.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

KILLED = 99
_count = 0
_mortal = 0


def _counted(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap an operation so that the n-th one is the last: odd numbers die before it, even ones after."""

    def counting(*arguments: Any, **values: Any) -> Any:
        global _count  # noqa: PLW0603 - a process of its own, with one counter
        _count += 1
        me = _count
        if me == _mortal and me % 2:
            os._exit(KILLED)
        try:
            return operation(*arguments, **values)
        finally:
            if me == _mortal:
                os._exit(KILLED)

    return counting


class _Connection(sqlite3.Connection):
    """A connection whose statements count."""

    execute = _counted(sqlite3.Connection.execute)
    executemany = _counted(sqlite3.Connection.executemany)
    __exit__ = _counted(sqlite3.Connection.__exit__)


def main(mortal: int, arguments: list[str]) -> int:
    """Run the program's arguments."""
    global _mortal  # noqa: PLW0603
    from exporter.cli import run

    _mortal = mortal
    for name in ("unlink", "replace", "rmdir", "mkdir", "link"):
        setattr(os, name, _counted(getattr(os, name)))
    Path.write_bytes = _counted(Path.write_bytes)  # type: ignore[method-assign] # wrapped for this process alone
    connect = sqlite3.connect
    sqlite3.connect = lambda *a, **k: connect(*a, **{**k, "factory": _Connection})
    code = run(arguments)
    if mortal == 0:
        sys.stderr.write(f"{_count}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
