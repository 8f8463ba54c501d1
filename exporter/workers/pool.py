"""Work in several processes: forked where the system can, so that they have all that was read before."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zlib import crc32

from exporter.core.errors import ExporterError, GuardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

T = TypeVar("T")
R = TypeVar("R")

_AT_ONCE = 32
_LAST = 8
"""The part of a share, an eighth, that any process may do."""


def cores() -> int:
    """Give the number of processes that can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerPool:
    """Processes that do shares of the build's work: forked for the first work that is worth it, kept for the next.

    `tasks` are what they can do, by name: each takes a share and yields what it makes of it.
    """

    def __init__(self, jobs: int, tasks: Mapping[str, Callable[[Sequence[Any]], Iterator[Any]]]) -> None:
        self._jobs = jobs if hasattr(os, "fork") else 1
        self._tasks = tasks
        self._pipes: list[Connection] = []
        self._workers: list[ForkProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.terminate()
            worker.join()
        for pipe in self._pipes:
            pipe.close()

    def start(self, things: int, least: int) -> None:
        """Fork the processes for a number of things, where `least` are worth one and there are none yet.

        Never within a transaction: SQLite in the new process would take its locks for its own.
        """
        number = min(self._jobs, 1 + things // least)
        if number == 1 or self._pipes:
            return
        from multiprocessing import get_context  # which a small change does not need

        context = get_context("fork")
        for _ in range(number):
            mine, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(theirs, self._tasks), daemon=True)
            worker.start()
            theirs.close()
            self._pipes.append(mine)
            self._workers.append(worker)

    def work(self, task: str, things: Sequence[T], owner: Callable[[T], str], least: int) -> Iterator[Any]:
        """Do a task; yield what it gives, in no certain order. Fewer things than `least` are not worth to be sent out.

        Things with one `owner` go to the same process, which may still know it; but for the last ones, which those get
        that are done first. A process that is ended from outside raises GuardError.
        """
        if not self._pipes or len(things) < least:
            yield from self._tasks[task](things)
            return
        shares: list[list[T]] = [[] for _ in self._pipes]
        for each in things:
            shares[crc32(owner(each).encode("utf-8", "replace")) % len(shares)].append(each)
        left: list[list[T]] = []
        for pipe, share in zip(self._pipes, shares, strict=True):
            last = len(share) - len(share) // _LAST
            pipe.send((task, share[:last]))
            left += [share[start : start + _AT_ONCE] for start in range(last, len(share), _AT_ONCE)]
        yield from _receive(self._pipes, task, left)


def in_processes(
    jobs: int, things: Sequence[T], function: Callable[[Sequence[T]], Iterator[R]], least: int
) -> Iterator[R]:
    """Apply a function to things, shared out among processes where they are `least` or more; in no certain order."""
    with WorkerPool(jobs, {"do": function}) as pool:
        pool.start(len(things), least)
        yield from pool.work("do", things, str, least)


def _receive(pipes: list[Connection], task: str, rest: list[list[Any]]) -> Iterator[Any]:
    from multiprocessing import connection

    left = list(pipes)
    while left:
        for pipe in [each for each in connection.wait(left) if isinstance(each, connection.Connection)]:
            try:
                kind, found = pipe.recv()
            except EOFError:
                raise GuardError("worker-lost", "a process of the build was ended from outside: run again") from None
            if kind == "done" and rest:
                pipe.send((task, rest.pop()))
            elif kind == "done":
                left.remove(pipe)
            elif kind == "error":
                raise found
            else:
                yield from found


def _work(pipe: Connection, tasks: Mapping[str, Callable[[Sequence[Any]], Iterator[Any]]]) -> None:
    """Do shares; nothing is written here, so a process that outlives the one that started it does no harm."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        while True:
            task, share = pipe.recv()
            made = tasks[task](share)
            while some := list(itertools.islice(made, _AT_ONCE)):
                pipe.send(("some", some))
            pipe.send(("done", None))
    except (BrokenPipeError, EOFError):
        pass
    except (ExporterError, OSError, sqlite3.DatabaseError) as error:
        pipe.send(("error", error))
    finally:
        pipe.close()
