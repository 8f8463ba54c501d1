"""What Click's commands do differently here: help with examples, and mistakes with what was probably meant."""

from __future__ import annotations

import click

from exporter.cli.examples import write_examples
from exporter.core.suggestions import nearest, or_known


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
            advice = or_known(name, self.list_commands(ctx), has="the commands are")
            raise click.UsageError(f"there is no command {name}: {advice}", ctx)
        return super().resolve_command(ctx, args)


def usage_sentence(error: click.ClickException) -> str:
    """Return what is wrong on the command line; for an option that does not exist, the one that was meant."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return error.format_message()
    parameters = error.ctx.command.get_params(error.ctx)
    options = [name for parameter in parameters for name in parameter.opts if name.startswith("--")]
    near = nearest(error.option_name, options)
    path = error.ctx.command_path
    advice = f"did you mean {near}?" if near is not None else f"{path} --help lists those that there are"
    return f"there is no option {error.option_name}: {advice}"
