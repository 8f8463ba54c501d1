"""Tasks for workers, importable as workers need them, and a program with workers that is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

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


def process_of(_request: bytes) -> bytes:
    """Return the id of the process that does this."""
    time.sleep(0.05)
    return str(os.getpid()).encode()


def environment_of(_request: bytes) -> bytes:
    """Return the environment of the process that does this."""
    time.sleep(0.05)
    return "\n".join(f"{name}={value}" for name, value in os.environ.items()).encode()


def dies_once(request: bytes) -> bytes:
    """Count in the file that is named how often this was done; the process that does file 2 first is killed."""
    file = Path(request.decode())
    runs = int(file.read_text("utf-8")) + 1 if file.exists() else 1
    file.write_text(str(runs), "utf-8")
    if file.name == "2" and runs == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return request


class Evil:
    """What makes a file where it is decoded."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path(self.file),)


def evil_answer(request: bytes) -> Any:
    """Return what must not be decoded."""
    return Evil(request.decode())


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
