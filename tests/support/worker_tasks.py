"""Tasks for workers, importable as workers need them, and a program with workers that is killed."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

from exporter.workers.pool import WorkerPool
from exporter.workers.worker import Assignment, single_task

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def add(number: int, items: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield each item plus a number, and the id of the process that added them."""
    for item in items:
        yield item + number, os.getpid()


def wait(seconds: float, items: Iterable[int]) -> Iterator[int]:
    """Yield the items, each after a pause in seconds."""
    for item in items:
        time.sleep(seconds)
        yield item


def never_end(items: Iterable[int]) -> Iterator[int]:
    """Run forever, as a template can."""
    while True:
        list(items)
    yield 0


TASKS = {"wait": Assignment(single_task, (wait, (0.02,))), "endless": Assignment(single_task, (never_end, ()))}


def main(method: str, task: str) -> None:
    """Start workers, print their process ids, and let them work or wait for work."""
    if method == "spawn":
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    numbers, pool = range(3000), WorkerPool(3)
    pool.assign(TASKS[task if task in TASKS else "wait"], {})
    pool.start(len(numbers), 1)
    print(*pool.processes, flush=True)
    if task == "idle":
        time.sleep(600)
    for _ in pool.work("do", numbers, str, 1):
        pass
