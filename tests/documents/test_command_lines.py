"""Every command line in the documents has a command and options that the program has."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from exporter.cli.commands import program
from tests.conftest import PROJECT
from tests.documents.pages import DOCS, DOCUMENTS, blocks

TEXTS = {
    **{page.relative_to(PROJECT).as_posix(): page.read_text("utf-8") for page in DOCUMENTS},
    **{
        file.relative_to(PROJECT).as_posix(): file.read_text("utf-8")
        for file in (DOCS.parent / "scaffold/files").rglob("*.*")
    },
    "CHANGELOG.md": (PROJECT / "CHANGELOG.md").read_text("utf-8"),
}
LINE = re.compile(
    r"(?:^|[\s`(\"])(?:\.venv/bin/|uv run |docker run .* )?exporter((?: +(?:-[^\s`]+|[a-z][^\s`]*))[^`\n|&;>]*)"
)


def command_lines(text: str) -> list[str]:
    """Return the arguments of every command line in a text: those in blocks, and those in code within a sentence."""
    printed = re.compile(r"^(?!\$ ).*\n", re.MULTILINE)
    text = re.sub(r"```console\n(.*?)```", lambda found: f"```\n{printed.sub('', found[1])}```", text, flags=re.DOTALL)
    code = [*re.findall(r"```\w*\n(.*?)```", text, re.DOTALL), *re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)]
    return [line.strip() for part in code for line in LINE.findall(part)]


def check(arguments: list[str]) -> None:
    """Look for the command and for the options of a command line. Raises UsageError."""
    group: click.Command = program
    waiting = list(arguments)
    while waiting:
        parser = group.make_parser(click.Context(group, info_name="exporter"))
        parser.allow_interspersed_args = not isinstance(group, click.Group)
        _, left, _ = parser.parse_args(args=list(waiting))
        if not isinstance(group, click.Group) or not left:
            return
        found = group.commands.get(left[0])
        if found is None:
            raise click.UsageError(f"there is no command {left[0]}")
        group, waiting = found, left[1:]


@pytest.mark.parametrize("name", TEXTS)
def test_command_lines_have_commands_and_options_that_exist(name: str) -> None:
    wrong = []
    for line in command_lines(TEXTS[name]):
        try:
            check(shlex.split(line.replace("…", "X"), comments=True))
        except (click.UsageError, ValueError) as error:
            wrong.append((line, str(error)))
    assert wrong == []


def test_command_lines_are_found() -> None:
    found = [line for text in TEXTS.values() for line in command_lines(text)]
    assert len(found) > 60
    with pytest.raises(click.UsageError):
        check(["build", "--ful"])
    with pytest.raises(click.UsageError):
        check(["bild"])


def test_no_line_is_read_by_the_shell_as_its_own_export() -> None:
    lines = [
        line
        for page in DOCUMENTS
        for kind in ("sh", "console")
        for block in blocks(page, kind)
        for line in block.splitlines()
    ]
    names = "|".join(program.commands)
    assert [line for line in lines if re.match(rf"(?:\$ )?\s*export ({names})\b", line)] == []
