"""Work shared out among processes: what belongs together goes to one worker, the last eighth to whichever is free."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zlib import crc32

from exporter.core.errors import GuardError
from exporter.workers.executor import Executor
from exporter.workers.worker import ITEMS_A_MESSAGE, Assignment, nothing_open, single_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from exporter.workers.worker import Message, Tasks

T = TypeVar("T")
R = TypeVar("R")

OPEN_SHARE = 8
"""One in so many items is not bound to a worker."""

_IDLE = Assignment(nothing_open)


def cores() -> int:
    """Return the number of processes that can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class WorkerPool:
    """Workers for one build after another, started for the first work that is worth them and kept until it is closed.

    Whoever builds often, as a dev server does, holds one pool and so keeps its workers warm. Between `assign` and
    `release` they are at the disposal of one build.

    Invariant: idle workers have answered everything that they were sent. Where work breaks off, they are all ended, and
    the next work starts new ones.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._executor = Executor()
        self._assignment = _IDLE
        self._tasks: Tasks = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def processes(self) -> list[int]:
        """The ids of the workers' processes."""
        return [worker.process.pid for worker in self._executor.workers]

    def close(self) -> None:
        """End all workers."""
        self._executor.close()

    def assign(self, assignment: Assignment, tasks: Tasks) -> None:
        """Set what the workers do from now on; `tasks` are the same for work that is done in this process."""
        self._assignment, self._tasks = assignment, tasks
        self._send_to_all(assignment)

    def release(self) -> None:
        """Let the workers close what they have open, so that files can be replaced, and wait."""
        self._tasks = {}
        self._send_to_all(_IDLE)

    def _send_to_all(self, assignment: Assignment) -> None:
        try:
            for worker in self._executor.workers:
                self._executor.send(worker, assignment)
        except GuardError:
            self.close()  # a worker that was lost between two builds is no loss

    def start(self, count: int, least: int) -> None:
        """Start workers for a number of items, if `least` of them are worth one, beside those that there are."""
        number = min(self._jobs, 1 + count // least)
        if number > max(1, len(self._executor.workers)):
            self._executor.start(number - len(self._executor.workers), self._assignment)

    def work(self, task: str, items: Sequence[T], owner: Callable[[T], str], least: int) -> Iterator[Any]:
        """Do a task with all items and yield the results in no particular order; fewer than `least` are done here.

        Items with the same `owner` go to the same worker, which may still hold it in memory. Raises GuardError if a
        worker was ended from outside.
        """
        if not self._executor.workers or len(items) < least:
            yield from self._tasks[task](items)
            return
        is_done = False
        try:
            yield from self._share_out(task, items, owner)
            is_done = True
        finally:
            if not is_done:
                self.close()

    def hand_out(self, task: str, items: Sequence[Any], most: int = 0) -> Iterator[Any]:
        """Do a task with items that take long each: whichever worker is free gets the next one, `most` at once.

        Yields the results as they come. Without workers it is done here. Raises GuardError, as `work`.
        """
        if not self._executor.workers:
            yield from self._tasks[task](items)
            return
        executor, left, is_done = self._executor, list(reversed(items)), False
        try:
            busy = executor.workers[: most or None][: len(left)]
            for worker in busy:
                executor.send(worker, (task, [left.pop()]))
            while busy:
                for worker, message in executor.receive(busy):
                    yield from _results(message)
                    if message.done and left:
                        executor.send(worker, (task, [left.pop()]))
                    elif message.done:
                        busy.remove(worker)
            is_done = True
        finally:
            if not is_done:
                self.close()

    def _share_out(self, task: str, items: Sequence[T], owner: Callable[[T], str]) -> Iterator[Any]:
        executor, busy = self._executor, list(self._executor.workers)
        shares: list[list[T]] = [[] for _ in busy]
        for item in items:
            shares[crc32(owner(item).encode("utf-8", "replace")) % len(shares)].append(item)
        rest: list[list[T]] = []
        for worker, share in zip(busy, shares, strict=True):
            bound = len(share) - len(share) // OPEN_SHARE
            executor.send(worker, (task, share[:bound]))
            rest += [share[start : start + ITEMS_A_MESSAGE] for start in range(bound, len(share), ITEMS_A_MESSAGE)]
        while busy:
            for worker, message in executor.receive(busy):
                yield from _results(message)
                if message.done and rest:
                    executor.send(worker, (task, rest.pop()))
                elif message.done:
                    busy.remove(worker)


def in_processes(
    jobs: int, items: Sequence[T], function: Callable[..., Iterable[R]], arguments: tuple[Any, ...], least: int
) -> Iterator[R]:
    """Apply a function to its arguments and some items, shared out among processes if they are `least` or more.

    The function can be imported by its name, and the arguments can be pickled. Results come in no particular order.
    """
    assignment = Assignment(single_task, (function, arguments))
    with WorkerPool(jobs) as pool, single_task(function, arguments) as tasks:
        pool.assign(assignment, tasks)
        pool.start(len(items), least)
        yield from pool.work("do", items, str, least)


def _results(message: Message) -> Sequence[Any]:
    if message.error is not None:
        raise message.error
    return message.results
