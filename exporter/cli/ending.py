"""How a command ends: its report or its error printed, its exit code."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.cli.signals import was_interrupted
from exporter.core.errors import ExporterError, GuardError

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.cli.printing import Printer
    from exporter.report.report import Report


def print_report(report: Report, printer: Printer, *, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Print a run's report: as one JSON object, or as a short summary for people; with `quiet`, errors alone."""
    if os.environ.get("GITHUB_ACTIONS") or (report.problems and not as_json):
        _print_problems(report, printer, quiet=quiet, verbose=verbose)
    if as_json:
        printer.out(json.dumps(report.as_json(), ensure_ascii=False))
    elif not quiet:
        for line in (*report.notes, *report.lines()):
            printer.out(line)


def _print_problems(report: Report, printer: Printer, *, quiet: bool, verbose: bool) -> None:
    """Print problems on standard error; on GitHub as annotations, with a step summary, which is always complete."""
    shown = [problem for problem in report.problems if problem.severity == "error" or not quiet]
    if os.environ.get("GITHUB_ACTIONS"):
        from exporter.report.github import annotation_lines, summary

        _add_to_summary(printer.clean(summary(report, verbose=verbose)))
        lines = annotation_lines(shown, verbose=verbose)
    else:
        from exporter.report.problems import problem_lines

        lines = problem_lines(shown, verbose=verbose)
    for line in lines:
        printer.err(line)


def guarded(run_it: Callable[[], Any], command: str, printer: Printer, *, as_json: bool) -> Any:
    """Run a command so that every error that a user can cause ends in one sentence; return its exit code."""
    try:
        return run_it()
    except ExporterError as error:
        ending = error.exit_code, error.code, error.message
    except KeyboardInterrupt:
        ending = 130, "interrupted", "interrupted"
    except OSError as error:
        from exporter.core.disk_errors import disk_sentence

        ending = GuardError.exit_code, "disk", disk_sentence(error)
    except sqlite3.Error as error:
        message = f".export/ cannot be used ({error}): free space, check its permissions or delete it, then run again"
        ending = GuardError.exit_code, "disk", message
    if was_interrupted():  # and the error is what became of that
        ending = 130, "interrupted", "interrupted"
    return fail(command, *ending, printer, as_json=as_json)


def fail(command: str, code: int, word: str, message: str, printer: Printer, *, as_json: bool) -> int:
    """Print the error that ended a command; return its exit code."""
    if os.environ.get("GITHUB_ACTIONS"):
        from exporter.report.github import failure_annotations, failure_summary

        _add_to_summary(printer.clean(failure_summary(command, message)))
        for line in failure_annotations(word, message):
            printer.err(line)
    elif not as_json:
        printer.err(f"error: {message}")
    if as_json:
        from exporter.report.ending import Failure, failed

        with suppress(OSError):  # which may be the error that is printed
            printer.out(json.dumps(failed(command, code, Failure(word, message)), ensure_ascii=False))
    return code


def fail_by_defect(error: BaseException, printer: Printer, *, as_json: bool) -> int:
    """Print what a defect of the program ended, for whoever is to mend it; return its exit code."""
    import traceback

    message = f"{type(error).__name__}: this is a defect of exporter, not of your guide: report it with the traceback"
    code = fail("", 1, "defect", message, printer, as_json=as_json)
    printer.err("".join(traceback.format_exception(error)).rstrip())
    return code


def _add_to_summary(text: str) -> None:
    """Add a text to the summary of the step on GitHub; one that cannot be written must not fail the run."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if file:
        from exporter.report.github import LARGEST_SUMMARY, fitting

        with suppress(OSError), Path(file).open("a", encoding="utf-8", errors="replace") as opened:
            opened.write(fitting(text, LARGEST_SUMMARY - opened.tell()))
