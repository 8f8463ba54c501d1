"""What Click's commands do differently here: help with examples, and mistakes with what was probably meant."""

from __future__ import annotations

import re

import click

from exporter.cli.examples import write_examples
from exporter.core.suggestions import nearest, or_known

_MEANT = {"help": "exporter --help", "version": "exporter --version", "new": "init", "dev": "serve", "start": "serve"}
"""What other programs call their commands."""
_SHORT = {"--jobs": "-j", "--directory": "-C", "--dir": "-C"}
"""Long forms that options of one letter have elsewhere."""
_CLOSE = 0.7
"""How much names of options, which are short, must be alike."""


class Command(click.Command):
    """A command whose help has examples."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the options."""
        write_examples(ctx, formatter)


class Commands(click.Group):
    """A group of commands that knows which one was meant; its help has examples."""

    command_class = Command
    group_class = type

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples below the commands."""
        write_examples(ctx, formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments begin with. Raises UsageError if there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            meant = _MEANT.get(name) if ctx.parent is None else None
            known = or_known(name, self.list_commands(ctx), has="the commands are")
            advice = f"did you mean {meant}?" if meant is not None else known
            raise click.UsageError(f"there is no command {name}: {advice}", ctx)
        return super().resolve_command(ctx, args)


def command_of(error: click.ClickException) -> str:
    """Return the command that a mistake was made with, "" if the command line names none."""
    context = getattr(error, "ctx", None)
    return str(context.command_path).partition(" ")[2] if context is not None else ""


def usage_sentence(error: click.ClickException) -> str:
    """Return what is wrong on the command line, and what to write instead."""
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx is not None else "exporter"
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        return _unknown_option(error.option_name, error.ctx, path)
    if isinstance(error, click.MissingParameter):
        name = _missing(error.param) if error.param is not None else "a value"
        return f"{path} takes {name}: {path} --help says what that is"
    if isinstance(error, click.BadParameter):
        return _bad_value(error)
    if isinstance(error, click.BadOptionUsage):
        has_value = "requires" in error.message
        rule = "takes a value behind it" if has_value else "takes no value"
        return f"{error.option_name} {rule}: {path} --help says more"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return _missing_or_extra(error, error.ctx, path)
    return error.format_message()


def _unknown_option(wanted: str, context: click.Context, path: str) -> str:
    options = {name.strip("-"): name for name in _options(context.command) if name.startswith("--")}
    near = nearest(wanted.strip("-"), options, _CLOSE)
    meant = _SHORT.get(wanted) or (options[near] if near is not None else None)
    group = context.find_root().command
    others = sorted(group.commands.items()) if isinstance(group, click.Group) else []
    having = [name for name, command in others if wanted in _options(command)]
    if having and meant is None:
        named = f"{' and '.join(having)} {'has' if len(having) == 1 else 'have'}"
        return f"{path} has no option {wanted}, which {named}: {path} --help lists its own"
    advice = f"did you mean {meant}?" if meant is not None else f"{path} --help lists those that there are"
    return f"there is no option {wanted}: {advice}"


def _options(command: click.Command) -> list[str]:
    return [name for parameter in command.params for name in parameter.opts]


def _bad_value(error: click.BadParameter) -> str:
    """Return which option has a value that it cannot have; of numbers, which they can be."""
    name = error.param.opts[-1] if error.param is not None else "the value"
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.IntRange | click.FloatRange):
        found = re.match(r"'?(.*?)'? is not", error.message)
        number = "a whole number" if isinstance(kind, click.IntRange) else "a number"
        shown = f", found {found[1]}" if found else ""
        return f"{name}: expected {number} from {kind.min} to {kind.max}{shown}"
    if isinstance(kind, click.Path) and "is a directory" in error.message:
        return f"{name}: this is a folder: name a file in it"
    return f"{name}: {error.message}"


def _missing(parameter: click.Parameter) -> str:
    """Return what a command lacks: an argument by its name, an option as it is written, with its values."""
    if not isinstance(parameter, click.Option):
        return parameter.human_readable_name
    values = f", one of {', '.join(parameter.type.choices)}" if isinstance(parameter.type, click.Choice) else ""
    return f"{parameter.opts[0]}{values}"


def _missing_or_extra(error: click.UsageError, context: click.Context, path: str) -> str:
    if isinstance(context.command, click.Group) and "Missing command" in error.message:
        commands = ", ".join(context.command.list_commands(context))
        return f"{path} takes a command, one of {commands}: {path} --help says what each does"
    if "extra argument" in error.message:
        extra = error.message.partition("(")[2].rpartition(")")[0]
        return f"{path} takes no further argument, found {extra}: see {path} --help"
    return error.message
