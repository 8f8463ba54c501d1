"""What is printed: without access tokens, and without a word where nobody reads any more."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable


_COLOURS = {"error": "red", "warning": "yellow"}


class Printer:
    """Standard output and standard error.

    Invariant: every text that leaves the program, files for GitHub included, has passed `clean`. `secrets` returns the
    tokens that no text may contain; it is asked when the first one is printed.
    """

    def __init__(self, secrets: Callable[[], tuple[str, ...]]) -> None:
        self._find_secrets = secrets
        self._secrets: tuple[str, ...] | None = None

    def clean(self, text: str) -> str:
        """Return a text without access tokens."""
        if self._secrets is None:
            self._secrets = self._find_secrets()
        if not self._secrets:
            return text
        from exporter.core.secrets import scrub

        return scrub(text, self._secrets)

    def out(self, line: str) -> None:
        """Print a line on standard output. Raises OSError if it cannot be written, as on a full disk."""
        try:
            click.echo(self.clean(line))
        except BrokenPipeError:
            discard_output()
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from None

    def err(self, line: str) -> None:
        """Print a line on standard error; where that fails, there is nowhere left to report it."""
        with suppress(OSError):
            click.echo(_in_colour(self.clean(line)), err=True)


def is_terminal() -> bool:
    """Whether standard error is a terminal on which a line can be drawn over."""
    try:
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False


def _in_colour(line: str) -> str:
    """Return a line with the word that says how bad it is in colour, on a terminal, unless NO_COLOR is set."""
    word, colon, rest = line.partition(":")
    if word not in _COLOURS or os.environ.get("NO_COLOR") or not is_terminal():
        return line
    return f"{click.style(f'{word}{colon}', fg=_COLOURS[word])}{rest}"


def discard_output() -> None:
    """Let what is still to be printed go nowhere: whoever read it has gone, as `head` does, and that is no error."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
