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


def print_problems(report: Report, *, verbose: bool) -> None:
    """Print problems on standard error; on GitHub as annotations, with a step summary."""
    if os.environ.get("GITHUB_ACTIONS"):
        from exporter.report.github import publish_report

        lines = publish_report(report, os.environ.get("GITHUB_STEP_SUMMARY"), verbose=verbose)
    else:
        from exporter.report.problems import problem_lines

        lines = problem_lines(report.problems, verbose=verbose)
    for line in lines:
        click.echo(line, err=True)


def print_report(report: Report, *, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Print a run's report: as one JSON object, or as a short summary for people."""
    if os.environ.get("GITHUB_ACTIONS") or (report.problems and not as_json):
        print_problems(report, verbose=verbose)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    elif not quiet:
        for line in (*report.notes, *report.lines()):
            click.echo(line)


def guarded(run_it: Callable[[], Any], command: str, *, as_json: bool) -> Any:
    """Run a command so that every error that a user can cause ends in one sentence."""
    try:
        return run_it()
    except ExporterError as error:
        return fail(command, error.exit_code, error.code, error.message, as_json=as_json)
    except KeyboardInterrupt:
        return fail(command, 130, "interrupted", "interrupted", as_json=as_json)
    except OSError as error:
        return fail(command, GuardError.exit_code, "disk", disk_sentence(error), as_json=as_json)
    except sqlite3.Error as error:
        said = f".export/ cannot be used ({error}): free space, mend the rights or delete it, then run again"
        return fail(command, GuardError.exit_code, "disk", said, as_json=as_json)


def fail(command: str, code: int, word: str, message: str, *, as_json: bool) -> int:
    """Print the error that ended a command; return its exit code."""
    if os.environ.get("GITHUB_ACTIONS"):
        from exporter.report.github import publish_failure

        click.echo(publish_failure(command, word, message, os.environ.get("GITHUB_STEP_SUMMARY")), err=True)
    elif not as_json:
        click.echo(f"error: {message}", err=True)
    if as_json:
        error = {"code": word, "message": message}
        click.echo(json.dumps({"command": command, "ok": False, "exit": code, "error": error}, ensure_ascii=False))
    return code
