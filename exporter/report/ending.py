"""How a command without a report of its own ends, as `--json` prints it: an error, or the end of a server."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Failure:
    """The error that ended a command: a word for programs, and a sentence that says what, where and what to do."""

    code: str
    message: str


def failed(command: str, exit_code: int, failure: Failure) -> dict[str, Any]:
    """Return the object of a command that an error ended; `command` is empty if the command line names none."""
    return {"command": command, "ok": False, "exit": exit_code, "error": asdict(failure)}


def ended(command: str) -> dict[str, Any]:
    """Return the object of a command that ran until it was ended."""
    return {"command": command, "ok": True, "exit": 0}
