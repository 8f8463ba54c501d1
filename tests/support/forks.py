"""Run the program many times: each run is a process of its own, forked from one that has already loaded it.

A run costs a twentieth of what starting Python for it would. The forking process has no threads, so that a fork is
safe; a run behaves as it does in any other process.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
import traceback
from typing import TYPE_CHECKING, Any, Self

import exporter
from exporter.source import retry
from exporter.source import sync as pages
from tests.conftest import ACCESS_TOKEN, PROJECT, Outcome
from tests.support.killer import arm

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

CRASHED = 98
"""The exit code of a run that raised an error to the top."""

HURRY = {"_FIRST_WAIT": 0.002, "_LEAST_TIME": 0.8}
"""Few and short pauses before a request is repeated; waiting is tested in test_transport.py."""


class AtOnce(pages.Upcoming):
    """A prefetched page that is awaited at once, so that a kill interrupts the same operation each time."""

    def __init__(self, ask: Callable[[], pages.SyncPage]) -> None:
        super().__init__(ask)
        self._thread.join()


class Forks:
    """The process that forks: it runs a module that calls `serve` and ends when the block is left."""

    def __init__(self, module: str = "tests.support.forks") -> None:
        self._module = module

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            cwd=PROJECT,
            env={**os.environ, "CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        with self._process as process:
            process.communicate()

    def run(self, *arguments: str, mortal: int = 0) -> Outcome:
        """Run the program with arguments; it is killed at file operation number `mortal`, or never if that is 0."""
        order = json.dumps({"arguments": arguments, "mortal": mortal})
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        return Outcome(**json.loads(self._process.stdout.readline()))


def serve() -> None:
    """Fork for every order on standard input and write its outcome when the run has ended."""
    for module in pkgutil.walk_packages(exporter.__path__, "exporter."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    vars(retry).update(HURRY)
    vars(pages).update(Upcoming=AtOnce)
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = os.fork()
            if process == 0:
                _run(json.loads(line), out, err)
            _, status = os.waitpid(process, 0)
            texts = [_text(stream) for stream in (out, err)]
        sys.stdout.write(
            json.dumps({"code": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}) + "\n"
        )
        sys.stdout.flush()


def _run(order: dict[str, Any], out: BinaryIO, err: BinaryIO) -> None:
    """Run an order in the process that was forked for it, and end the process."""
    from exporter.cli.commands import run

    code = CRASHED
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        arm(order["mortal"])
        code = run(order["arguments"])
    except BaseException:  # noqa: BLE001 - reported by the exit code and standard error
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode()


if __name__ == "__main__":
    serve()
