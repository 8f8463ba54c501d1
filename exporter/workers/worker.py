"""What runs in a worker: it does what it is assigned to until the process that started it closes the pipe or ends.

A worker may read whatever its assignment names: content/, templates, the index (opened read-only), site/. It may not
print, or use anything that it holds as a copy of the process that it was forked from, such as an open database. It
writes no file but variants of pictures, into the cache, each of which appears under its name once it is whole. So it
can be ended at any moment, and nothing is lost but its time.
"""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from exporter.core.errors import ExporterError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection

Tasks: TypeAlias = Mapping[str, Callable[[Sequence[Any]], Iterable[Any]]]
"""What a worker can do, by name: each task takes some items and yields what it makes of them."""

ITEMS_A_MESSAGE = 32
"""Items, or what was made of them, that travel at once: few enough that a lost parent is soon noticed."""

_SECONDS_ORPHANED = 0.5
"""Seconds within which a worker that is busy notices that its parent has ended."""


ENDING_SIGNALS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
"""Signals that end the program; they are held back while workers start."""


class Assignment(NamedTuple):
    """What workers are to do: `opener`, called in the worker with `arguments`, opens what its tasks need.

    The opener is a function that can be imported by its name, the arguments can be pickled. It returns a context with
    the tasks, which is left when the worker is assigned to something else. `modules` are what the tasks will load:
    before it forks, the parent loads them once for all workers.
    """

    opener: Callable[..., AbstractContextManager[Tasks]]
    arguments: tuple[Any, ...] = ()
    modules: tuple[str, ...] = ()


class Message(NamedTuple):
    """What a worker says: some results, that it is `done` with what it was sent, or the error that ended it."""

    results: Sequence[Any] = ()
    done: bool = False
    error: Exception | None = None


@contextmanager
def nothing_open() -> Iterator[Tasks]:
    """Do nothing and hold nothing open: what a worker is assigned to between builds."""
    yield {}


@contextmanager
def single_task(function: Callable[..., Iterable[Any]], arguments: tuple[Any, ...]) -> Iterator[Tasks]:
    """Make a task, called "do", of a function that takes the items after its arguments."""
    yield {"do": partial(function, *arguments)}


class Origin(NamedTuple):
    """The process that a worker comes from: its id, its own ends of pipes that a fork copied, its settings of `gc`."""

    process: int
    pipes: Sequence[Connection]
    collects: tuple[int, int, int]


def serve(pipe: Connection, assignment: Assignment | None, origin: Origin) -> None:
    """Do what comes through the pipe until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal: the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
    for other in origin.pipes:
        other.close()
    gc.set_threshold(*origin.collects)
    threading.Thread(target=_end_with_parent, args=(origin.process,), daemon=True).start()
    try:
        while assignment is not None:
            assignment = _follow(pipe, assignment)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        pass
    except (ExporterError, OSError, sqlite3.DatabaseError) as error:
        with suppress(OSError):
            pipe.send(Message(error=error))
    finally:
        pipe.close()


def _follow(pipe: Connection, assignment: Assignment) -> Assignment | None:
    """Do tasks of an assignment; return the next one."""
    with assignment.opener(*assignment.arguments) as tasks:
        while True:
            order = pipe.recv()
            if isinstance(order, Assignment):
                return order
            task, items = order
            made = iter(tasks[task](items))
            while results := list(itertools.islice(made, ITEMS_A_MESSAGE)):
                pipe.send(Message(results))
            pipe.send(Message(done=True))


def _end_with_parent(parent: int) -> None:
    """End this process soon after its parent, even amid a page that takes forever."""
    if os.name == "nt":
        from multiprocessing import parent_process

        process = parent_process()
        if process is not None:
            process.join()
    else:
        while os.getppid() == parent:
            time.sleep(_SECONDS_ORPHANED)
    os._exit(1)
