"""Work beside the run: in a process of its own meanwhile, where the system can fork and has a core for it."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from exporter.core.encoding import pack, unpack
from exporter.workers.pool import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def in_background(function: Callable[[], Any], *, alone: bool) -> Iterator[Callable[[], Any]]:
    """Run a function beside the block; the block gets what gives its answer.

    The answer is of what can be packed. The function writes nothing, and opens anew what it reads of databases. Where
    it is to stay `alone`, or its process cannot be had or is ended from outside, it runs here when it is asked.
    """
    if alone or not hasattr(os, "fork") or cores() == 1:
        yield function
        return
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        os.close(reader)  # else nothing would tell this process that nobody reads any more
        _answer(function, writer)
    os.close(writer)
    try:
        with open(reader, "rb") as answers:  # noqa: PTH123 - a pipe has no path

            def answer() -> Any:
                try:
                    return unpack(answers.read())
                except ValueError:
                    return function()

            yield answer
    finally:
        os.waitpid(process, 0)


def _answer(function: Callable[[], Any], writer: int) -> None:
    """Write what a function gives and end this process, whatever happens: all else belongs to the one it came from."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with open(writer, "wb") as answers:
            answers.write(pack(function()))
    finally:
        os._exit(0)
