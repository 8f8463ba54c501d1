"""How a command ends: errors and problems printed, exit codes."""

from __future__ import annotations

import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any

import click

from exporter.core.errors import ExporterError, GuardError, disk_sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.report.report import Report


def _tell_problems(report: Report) -> None:
    from exporter.report.github import tell_report
    from exporter.report.problems import problem_lines

    on_github = os.environ.get("GITHUB_ACTIONS")
    lines = tell_report(report, os.environ.get("GITHUB_STEP_SUMMARY")) if on_github else problem_lines(report)
    for line in lines:
        click.echo(line, err=True)


def _guarded(run_it: Callable[[], Any], command: str, *, as_json: bool) -> Any:
    """Run a command so that every error that a user can cause ends in one sentence."""
    try:
        return run_it()
    except ExporterError as error:
        return _fail(command, error.exit_code, error.code, error.message, as_json=as_json)
    except KeyboardInterrupt:
        return _fail(command, 130, "interrupted", "interrupted", as_json=as_json)
    except OSError as error:
        return _fail(command, GuardError.exit_code, "disk", disk_sentence(error), as_json=as_json)
    except sqlite3.Error as error:
        said = f".export/ cannot be used ({error}): free space, mend the rights or delete it, then run again"
        return _fail(command, GuardError.exit_code, "disk", said, as_json=as_json)


def _fail(command: str, code: int, word: str, message: str, *, as_json: bool) -> int:
    if os.environ.get("GITHUB_ACTIONS"):
        from exporter.report.github import tell_failure

        click.echo(tell_failure(command, word, message, os.environ.get("GITHUB_STEP_SUMMARY")), err=True)
    elif not as_json:
        click.echo(f"error: {message}", err=True)
    if as_json:
        error = {"code": word, "message": message}
        click.echo(json.dumps({"command": command, "ok": False, "exit": code, "error": error}, ensure_ascii=False))
    return code
