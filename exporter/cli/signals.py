"""Signals that end the program: all of them as Ctrl-C does, with a message, code 130 and nothing left running."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from sys import UnraisableHookArgs

_received: list[int] = []


def end_as_interrupted() -> None:
    """Let TERM and HUP raise KeyboardInterrupt, as INT does, so that workers are ended and temporary files removed.

    A signal that whoever started the program had ignored, as `nohup` does, stays ignored. A forked copy of this process
    that has not set up its own handling yet just ends, without a word.
    """
    own = os.getpid()

    def interrupt(number: int, _frame: object) -> None:
        if os.getpid() != own:
            os._exit(128 + number)
        _received.append(number)
        raise KeyboardInterrupt

    sys.unraisablehook = _without_interrupts

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, interrupt)


def until_interrupted(work: Callable[[], None]) -> None:
    """Do work that goes on until a signal ends it, which is no error; whatever that signal breaks off is none either.

    Further signals are ignored, so that what is open gets closed.
    """
    try:
        work()
    except BaseException:
        if not _received:
            raise
    finally:
        if _received:
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                if hasattr(signal, name):
                    signal.signal(getattr(signal, name), signal.SIG_IGN)


def end_now(code: int) -> None:
    """End this process after a signal, with a code of its own.

    Python ends by SIGINT whatever the code, if an interrupt ever left code that was compiled from a text, such as that
    of a named tuple which is defined amid an import.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def was_interrupted() -> bool:
    """Whether a signal came, also one whose exception Python lost because an object was being deleted."""
    return bool(_received)


def _without_interrupts(lost: UnraisableHookArgs) -> None:
    """Print an exception that nobody can catch, unless it is that of a signal."""
    if not isinstance(lost.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
