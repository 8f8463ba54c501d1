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


@contextmanager
def in_background(function: Callable[..., Any], *arguments: Any, alone: bool) -> Iterator[Callable[[], Any]]:
    """Run a function while the block runs; the block is given a function that returns its answer.

    The function writes nothing and opens for itself what it reads; its answer is of plain values. It runs here, when it
    is asked for, if it is to stay `alone` or no process can be forked for it, or that is ended from outside: what it
    does takes less time than a new interpreter needs to start.
    """
    if alone or cores() == 1 or start_method() != "fork":
        yield lambda: function(*arguments)
        return
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        os.close(reader)  # otherwise this process would not notice that nobody reads any more
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
        os.waitpid(process, 0)


def _answer(writer: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Write what a function returns and end this process, whatever happens: all else belongs to its parent."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with open(writer, "wb") as answers:
            answers.write(pack(function(*arguments)))
    finally:
        os._exit(0)
