"""The executor: processes that do work which can leave this one, forked or spawned.

Work leaves the process as a function that can be imported by its name and arguments that can be pickled: folders, paths
of databases, ids, plain values. The function opens what it needs where it runs, and what comes back is bytes and
values. No closure and no open database crosses the border, so that a worker may be a copy of this process, a new
interpreter (Windows, macOS, a process with threads) or one day another machine.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
from contextlib import contextmanager, nullcontext, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from exporter.core.errors import GuardError
from exporter.workers.worker import ENDING_SIGNALS, Assignment, Origin, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnContext


class Worker(NamedTuple):
    """A worker: its process and this side of its pipe."""

    process: Any
    pipe: Connection


def start_method() -> str:
    """Return how a worker is started from here: `fork` where that is quick and safe, else `spawn`.

    A fork copies only the thread that asks for it. A lock that any other thread holds at that moment stays locked in
    the copy forever, so a process with threads never forks. On macOS, libraries of the system start threads that
    nobody sees from here.
    """
    forks = hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1
    return "fork" if forks else "spawn"


class Executor:
    """Workers, started all at once and kept until they are closed.

    Invariant: this process alone holds its ends of the pipes. A forked worker inherits copies of those that are open
    then, its own among them, and closes them first of all; a spawned one inherits none. So the end of this process,
    however it comes, is the end of every worker's pipe.
    """

    def __init__(self) -> None:
        self.workers: list[Worker] = []

    def start(self, number: int, assignment: Assignment) -> None:
        """Start workers.

        Never within a transaction: SQLite in a forked process would take the locks of this one for its own.
        """
        from multiprocessing import get_context  # which a small change does not need

        method = start_method()
        for module in assignment.modules if method == "fork" else ():
            importlib.import_module(module)
        context = cast("SpawnContext", get_context(method))
        with prepared_to_spawn() if method == "spawn" else nullcontext(), signals_held():
            for _ in range(number):
                mine, theirs = context.Pipe()
                copied = [worker.pipe for worker in self.workers] + [mine] if method == "fork" else []
                origin = Origin(os.getpid(), copied, gc.get_threshold())
                process = context.Process(target=serve, args=(theirs, assignment, origin), daemon=True)
                self.workers.append(Worker(process, mine))
                process.start()
                theirs.close()

    def send(self, worker: Worker, message: object) -> None:
        """Send a message to a worker. Raises GuardError for one that was ended from outside."""
        try:
            worker.pipe.send(message)
        except (BrokenPipeError, ConnectionResetError):
            raise _lost() from None

    def receive(self, among: list[Worker]) -> Iterator[tuple[Worker, Any]]:
        """Yield a message of each worker that has one, after waiting for the first. Raises GuardError, as `send`."""
        from multiprocessing import connection

        ready = connection.wait([worker.pipe for worker in among])
        for worker in [worker for worker in among if worker.pipe in ready]:
            try:
                yield worker, worker.pipe.recv()
            except (EOFError, OSError):  # the end of the pipe, or an end amid a message
                raise _lost() from None

    def close(self) -> None:
        """End the workers, whatever they are doing."""
        for process, _ in self.workers:
            with suppress(AttributeError):  # of a process that could not be started
                process.kill()
        for process, pipe in self.workers:
            with suppress(AssertionError):
                process.join()
            pipe.close()
        self.workers.clear()


def _lost() -> GuardError:
    return GuardError("worker-lost", "a process of the build was ended from outside: run again")


@contextmanager
def prepared_to_spawn() -> Iterator[None]:
    """Let workers begin without this process's main module.

    `multiprocessing` would run the main module again in each of them, though nothing that they do is defined there. So
    a script that uses the Python API needs no `if __name__ == "__main__"`.
    """
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # which would let the signals through that are held back
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def signals_held(held: set[signal.Signals] = ENDING_SIGNALS) -> Iterator[None]:
    """Hold back the signals that end the program while workers start; each worker lets them through once it is ready.

    An exception amid a fork would be lost or leave a process that nobody knows, Python drops signals that reach a
    forked process before it is set up, and a new interpreter would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
