"""The program with a disk that fails: each call below a folder has a number, and one of them meets a fault.

    python -m tests.publish.faulty_disk FOLDER CALLS NUMBER FAULT ARGUMENT...

CALLS are writes or looks. Faults are names of `errno` (a write that meets one has written half), full (that call and
every later one that needs space fails), and killed. Standard error ends with a line: how many calls there were.
"""

from __future__ import annotations

import errno
import os
import runpy
import signal
import sys
from typing import Any

_WRITES = ("open", "write", "link", "replace", "rename", "mkdir", "unlink", "rmdir")
_LOOKS = ("open", "lstat", "stat", "scandir")
_NEED_SPACE = {"open", "write", "link", "mkdir"}


class FaultyDisk:
    """What stands in the place of calls of `os`; those of files elsewhere are none of its business."""

    def __init__(self, folder: str, calls: str, number: int, fault: str) -> None:
        self._folder = folder
        self._number = number
        self._fault = fault
        self._writes = calls == "writes"
        self._handles: set[int] = set()
        self.met = 0
        for name in _WRITES if self._writes else _LOOKS:
            setattr(os, name, self._faulty(name, getattr(os, name)))

    def _faulty(self, name: str, plain: Any) -> Any:
        def call(*arguments: Any, **options: Any) -> Any:
            if not self._is_met(name, arguments):
                found = plain(*arguments, **options)
                if name == "open":
                    self._handles.discard(found)
                return found
            number, self.met = self.met, self.met + 1
            if number == self._number and self._fault == "killed":
                self._half_written(name, plain, arguments)
                os.kill(os.getpid(), signal.SIGKILL)
            always = self._fault == "full" and number > self._number and name in _NEED_SPACE
            if (number == self._number and self._fault) or always:
                self._half_written(name, plain, arguments)
                kind = errno.ENOSPC if self._fault == "full" else getattr(errno, self._fault)
                raise OSError(kind, os.strerror(kind), *(map(os.fspath, arguments[:1]) if name != "write" else ()))
            found = plain(*arguments, **options)
            if name == "open":
                self._handles.add(found)
            return found

        return call

    def _is_met(self, name: str, arguments: tuple[Any, ...]) -> bool:
        if name == "write":
            return arguments[0] in self._handles
        if isinstance(arguments[0], int):
            return False
        if name == "open" and self._writes != bool(arguments[1] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            return False
        return f"{os.fspath(arguments[0])}/".startswith(f"{self._folder}/")

    def _half_written(self, name: str, plain: Any, arguments: tuple[Any, ...]) -> None:
        if name == "write":
            plain(arguments[0], arguments[1][: len(arguments[1]) // 2])


if __name__ == "__main__":
    disk = FaultyDisk(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
    sys.argv = ["exporter", *sys.argv[5:]]
    try:
        runpy.run_module("exporter", run_name="__main__")
    finally:
        print(disk.met, file=sys.stderr)
