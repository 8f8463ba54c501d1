"""`init` on the command line: the questions in a terminal, then the work."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from exporter.core.errors import ConfigError
from exporter.scaffold import run
from exporter.scaffold.answers import DEFAULT_HOSTS, HOSTS, Answers, public_origin, read_origin, title_of

if TYPE_CHECKING:
    from exporter.cli.printing import Printer
    from exporter.report.report import Report
    from exporter.scaffold.answers import Origin


def init_guide(
    folder: Path,
    printer: Printer,
    *,
    as_json: bool,
    yes: bool,
    space: str | None,
    local: Path | None,
    environment: str,
    eu: bool,
    hosts: tuple[str, ...],
    origin: str | None,
    update: bool,
) -> Report:
    """Make a new guide, or bring the CI files of one up to date. Raises UsageError for options that do not go together.

    Questions are asked in a terminal alone, and only what no option says.
    """
    asks = not yes and not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    named = read_origin(origin) if origin is not None else None
    hosts = tuple(dict.fromkeys(host for several in hosts for host in several.split(",") if host))
    if update:
        if space is not None or local is not None or hosts or eu or environment != "master":
            raise click.UsageError("--update takes --from and --yes alone: what the guide is made from is in site.yaml")
        return _update(folder, named or public_origin(), printer, asks=asks, yes=yes)
    path = _seen_from(folder, local) if local is not None else None
    answers = Answers(title_of(folder), space, environment, eu, hosts or DEFAULT_HOSTS, named or public_origin(), path)
    answers = _ask(answers, asked_hosts=not hosts) if asks else answers
    if answers.space is not None and answers.local is None and sys.stderr.isatty():
        printer.err(f"asking Contentful for the content types of {answers.space}")
    return run.init(folder, answers)


def _ask(answers: Answers, *, asked_hosts: bool) -> Answers:
    """Ask what no option said; return the answers."""
    title = click.prompt("Title of the guide", default=answers.title)
    space, eu = answers.space, answers.eu
    if space is None and answers.local is None:
        space = click.prompt(
            "Space at Contentful (its id; nothing for the bundled one)", default="", show_default=False
        )
        eu = bool(space) and (eu or click.confirm("Is it in the EU?", default=False))
    hosts = answers.hosts
    if asked_hosts:
        question = f"Hosts, separated by spaces ({', '.join(HOSTS)}, or none)"
        hosts = click.prompt(question, default=" ".join(hosts), value_proc=_hosts)
    return replace(answers, title=str(title).strip() or answers.title, space=space or None, eu=eu, hosts=hosts)


def _hosts(words: str) -> tuple[str, ...]:
    """Return the hosts of an answer. Raises UsageError for others, whereupon click asks again."""
    hosts = tuple(dict.fromkeys(words.replace(",", " ").split()))
    hosts = () if hosts == ("none",) else hosts
    try:
        Answers(hosts=hosts).check()
    except ConfigError as error:
        raise click.UsageError(error.message.removeprefix("--host: ")) from None
    return hosts


def _seen_from(folder: Path, local: Path) -> str:
    """Return the path of a space as site.yaml in a folder names it: relative, unless it is on another drive."""
    try:
        return Path(os.path.relpath(local.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return local.resolve().as_posix()


def _update(folder: Path, origin: Origin | None, printer: Printer, *, asks: bool, yes: bool) -> Report:
    """Show what would change; write it with `yes`, or once somebody at the terminal agrees."""
    report = run.update(folder, origin, write=yes)
    if not asks or report.init is None or not report.init.outdated:
        return report
    for line in report.notes:
        printer.out(line)
    return run.update(folder, origin, write=True) if click.confirm("Write these changes?", default=True) else report
