"""The tree of commands. A command's module is read when it is used, so that each starts quickly."""

from __future__ import annotations

from importlib import import_module

import click

from inbox import __version__

PLACES = {
    "init": "serving",
    "serve": "serving",
    "demo": "serving",
    "doctor": "health",
    "settings": "health",
    "team": "teams",
    "canned": "canned",
    "agent": "people",
    "token": "people",
    "customer": "people",
    "board": "reports",
    "report": "reports",
    "push": "push",
    "simulator": "push",
    "webhook": "webhook",
    "import": "records",
    "export": "records",
    "erase": "records",
    "backup": "database",
    "restore": "database",
    "migrate": "database",
    "epoch": "database",
    "docs": "docs",
}
"""Command → its module, where it is a function of the same name (`import_` for Python's sake)."""


class Tree(click.Group):
    """A group whose commands are found by `PLACES`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's
        """The commands, in the order of their first use."""
        return list(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """A command, read now."""
        if cmd_name not in PLACES:
            return None
        module = import_module(f"inbox.cli.{PLACES[cmd_name]}")
        found: click.Command = getattr(module, "import_" if cmd_name == "import" else cmd_name)
        return found


@click.command(
    cls=Tree,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with `pinbox demo`, or with `pinbox init`.",
)
@click.version_option(__version__, message="pinbox %(version)s")
def pinbox() -> None:
    """A self-hosted inbox for asynchronous customer care."""
