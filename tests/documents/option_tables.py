"""The tables of options in the reference, made from the command line itself.

`python -m tests.documents.option_tables` writes them anew.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from exporter.cli.commands import program
from tests.documents.pages import DOCS

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE = re.compile(r"<!-- options: (?P<command>.*?)-->\n(?:\|.*\n)*", re.MULTILINE)


def commands(group: click.Group = program, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its name, those of groups too."""
    for name, command in group.commands.items():
        yield f"{above}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")


def options(command: click.Command) -> dict[str, str]:
    """Return the options of a command as its help shows them, with their sentences."""
    context = click.Context(command)
    found = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    records = (option.get_help_record(context) for option in found)
    return {record[0]: " ".join(record[1].split()) for record in records if record is not None}


COMMON = {**options(program), "--version": "Show the version and exit."}


def table(name: str) -> str:
    """Return the table of a command's own options; of those of all commands for an empty name."""
    own = options(dict(commands())[name]) if name else COMMON
    rows = [(flags, words) for flags, words in own.items() if not name or flags not in COMMON]
    lines = [f"| {_code(flags)} | {words.replace('|', chr(92) + '|')} |" for flags, words in rows]
    return "\n".join(["| option | |", "| --- | --- |", *lines]) + "\n"


def _code(flags: str) -> str:
    """Return flags as code, those with the same meaning one by one: `-q, --quiet` becomes two."""
    return ", ".join(f"`{flag}`" for flag in flags.replace("|", "\\|").split(", "))


def with_tables(text: str) -> str:
    """Return the text of a page with each table as it should be."""
    return _TABLE.sub(lambda found: f"<!-- options: {found['command']}-->\n{table(found['command'].strip())}", text)


if __name__ == "__main__":
    for page in DOCS.glob("*.md"):
        page.write_text(with_tables(page.read_text("utf-8")), "utf-8")
