"""Commands with subcommands that still take arguments of their own: `harvest lab` beside `harvest approve lab`."""

from typing import Any

from typer.core import TyperGroup


class WithDefault(TyperGroup):
    """What names no subcommand goes to the subcommand `run`, as if that had no name.

    Options may stand before a subcommand's name too: they are the subcommand's. A word that is the name of a subcommand
    and is meant as an argument goes after `--`. Contexts and commands are those of whichever click typer brings along.
    """

    default = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Put the default's name in front where no other command is named, and any other's name where it is."""
        at = self._named(args)
        moved = [self.default, *args] if at is None else [args[at], *args[:at], *args[at + 1 :]]
        return super().parse_args(ctx, moved)

    def _named(self, args: list[str]) -> int | None:
        """Where a subcommand is named: the first word that is neither an option nor the value of one."""
        takes_value = {
            name
            for command in self.commands.values()
            for option in command.params
            if option.param_type_name == "option" and not getattr(option, "is_flag", False)
            for name in option.opts
        }
        at = 0
        while at < len(args) and args[at].startswith("-") and args[at] not in ("-", "--"):
            at += 2 if args[at] in takes_value else 1
        return at if at < len(args) and args[at] in self.commands and args[at] != self.default else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Name, command and arguments that are meant; the default is shown without its name."""
        name, command, rest = super().resolve_command(ctx, args)
        return "" if name == self.default else name, command, rest
