"""Commands with subcommands that still take arguments of their own: `harvest lab` beside `harvest approve lab`."""

from typing import Any

from typer.core import TyperGroup


class WithDefault(TyperGroup):
    """What names no subcommand goes to the subcommand `run`, as if that had no name.

    Contexts and commands are those of whichever click typer brings along.
    """

    default = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Put the default's name in front where no other command is named."""
        named = bool(args) and args[0] in self.commands and args[0] != self.default
        return super().parse_args(ctx, args if named else [self.default, *args])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Name, command and arguments that are meant; the default is shown without its name."""
        name, command, rest = super().resolve_command(ctx, args)
        return "" if name == self.default else name, command, rest
