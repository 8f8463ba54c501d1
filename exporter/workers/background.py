"""Work in the background: in a process of its own meanwhile, where this one can fork and there is a core for it."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from exporter.core.encoding import pack, unpack
from exporter.workers.executor import start_method
from exporter.workers.pool import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_FILES = 1 << 16
"""Numbers of open files that are closed in a forked process."""


def has_background() -> bool:
    """Whether work can be done in a process of its own meanwhile."""
    return cores() > 1 and start_method() == "fork"


@contextmanager
def in_background(function: Callable[..., Any], *arguments: Any, alone: bool) -> Iterator[Callable[[], Any]]:
    """Run a function while the block runs; the block is given a function that returns its answer.

    The function writes nothing and opens for itself what it reads; its answer is of plain values. It runs here, when it
    is asked for, if it is to stay `alone` or no process can be forked for it, or that is ended from outside: what it
    does takes less time than a new interpreter needs to start. Its process ends with the block at the latest.
    """
    if alone or not has_background():
        yield lambda: function(*arguments)
        return
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        _answer(writer, function, arguments)
    os.close(writer)
    try:
        with open(reader, "rb") as answers:  # noqa: PTH123 - a pipe has no path

            def answer() -> Any:
                try:
                    return unpack(answers.read())
                except ValueError:
                    return function(*arguments)

            yield answer
    finally:
        os.kill(process, signal.SIGKILL)  # whoever leaves the block without the answer does not wait for it
        os.waitpid(process, 0)


def _answer(writer: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Write what a function returns and end this process, whatever happens: all else belongs to its parent.

    So does what the parent has open: a lock would stay held after the parent's end, and with its own end of the pipe
    open, this process would not notice that nobody reads any more.
    """
    try:
        os.closerange(3, writer)
        os.closerange(writer + 1, _MOST_FILES)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with open(writer, "wb") as answers:
            answers.write(pack(function(*arguments)))
    finally:
        os._exit(0)
