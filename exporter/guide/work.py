"""Work in several processes: forked where the system can, so that they have all that was read before."""

from __future__ import annotations

import os
import signal
import sqlite3
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.errors import ExporterError, GuardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

_AT_ONCE = 32
_CHUNK = 50


def cores() -> int:
    """Give the number of processes that can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_processes(
    jobs: int, things: Sequence[T], function: Callable[[Iterable[T]], Iterator[R]], least: int = 200
) -> Iterator[R]:
    """Apply a function to things, shared out among `jobs` processes; yield what it gives, in no certain order.

    Fewer things than `least` are not worth a process. A process that is ended from outside raises GuardError.
    """
    jobs = min(jobs, 1 + len(things) // least) if hasattr(os, "fork") else 1
    if jobs == 1:
        yield from function(things)
        return
    context = get_context("fork")
    pipes: list[Connection] = []
    workers = []
    try:
        for number in range(jobs):
            mine, theirs = context.Pipe(duplex=False)
            chunks = range(number * _CHUNK, len(things), jobs * _CHUNK)
            share = [each for start in chunks for each in things[start : start + _CHUNK]]
            worker = context.Process(target=_work, args=(theirs, function, share), daemon=True)
            worker.start()
            theirs.close()
            pipes.append(mine)
            workers.append(worker)
        yield from _receive(pipes)
    finally:
        for worker in workers:
            worker.terminate() if worker.is_alive() else None
            worker.join()
        for pipe in pipes:
            pipe.close()


def _receive(pipes: list[Connection]) -> Iterator[Any]:
    left = list(pipes)
    while left:
        for pipe in [each for each in connection.wait(left) if isinstance(each, Connection)]:
            try:
                kind, found = pipe.recv()
            except EOFError:
                raise GuardError("worker-lost", "a process of the build was ended from outside: run again") from None
            if kind == "done":
                left.remove(pipe)
            elif kind == "error":
                raise found
            else:
                yield from found


def _work(pipe: Connection, function: Callable[[Iterable[T]], Iterator[R]], share: list[T]) -> None:
    """Do a share; nothing is written here, so a process that outlives the one that started it does no harm."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        batch: list[R] = []
        for each in function(share):
            batch.append(each)
            if len(batch) == _AT_ONCE:
                pipe.send(("some", batch))
                batch = []
        pipe.send(("some", batch))
        pipe.send(("done", None))
    except BrokenPipeError:
        pass
    except (ExporterError, OSError, sqlite3.DatabaseError) as error:
        pipe.send(("error", error))
    finally:
        pipe.close()
