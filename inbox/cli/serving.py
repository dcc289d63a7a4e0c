"""Commands that begin something: a folder, a server, a demonstration."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click
import msgspec

from inbox.cli.options import Out, with_out


class Made(msgspec.Struct, frozen=True):
    """A new data folder."""

    data: str
    settings: str


@click.command()
@with_out
def init(out: Out) -> None:
    """Make a data folder with fresh secrets.

    The folder and `pinbox.toml` in it are private to you. Nothing that exists is overwritten, and
    a folder that exists keeps its rights: where others may look into it, you are told.
    """
    from inbox.ops.folder import is_open, make_folder

    path = make_folder(out.data)
    shown = shlex.quote(str(out.data))
    words = f"Made {path} with fresh secrets."
    if is_open(out.data):
        words += f"\nOthers may look into {out.data}: chmod 700 {shown}"
    words += (
        "\nNext: pinbox team add KEY --name NAME, pinbox agent add NAME --team KEY, "
        f"pinbox serve; each with --data {shown}"
    )
    out.say(Made(str(out.data), str(path)), words)


@click.command()
@click.option("--host", help="Address to listen on, in place of the setting.")
@click.option("--port", type=int, help="Port to listen on; 0: any that is free.")
@click.option("--database", metavar="URL", help="PostgreSQL, in place of the setting.")
@with_out
def serve(out: Out, *, host: str | None, port: int | None, database: str | None) -> None:
    """Serve this folder's inbox.

    It runs until SIGTERM or SIGINT. One line says where it answers as soon as it does. A stop
    finishes what was accepted; a second signal ends it at once.
    """
    from inbox.cli.folder import demand_folder
    from inbox.settings import load

    demand_folder(out.data)
    flags = {"host": host, "port": port, "database": database}
    settings = load(out.data, os.environ, flags)
    from inbox.cli.server import run_server

    raise click.exceptions.Exit(run_server(out.data, settings, say=out.say))


@click.command()
@click.option("--once", is_flag=True, help="End after the story: 0 if all was as told, 1 if not.")
@click.option(
    "--import",
    "import_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Load threads from this file first (JSON Lines).",
)
@click.option("--port", type=int, default=0, help="Port to listen on; any that is free if absent.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the data here; a temporary folder if absent.",
)
def demo(data: Path | None, *, once: bool, import_file: Path | None, port: int) -> None:
    """Watch a story on a real server, then try it.

    Ana writes and closes the app; Bo, of her team, answers; Ana comes back and receives exactly
    what she missed. Then the server stays up, and one address shows her phone and her team's desk
    side by side.
    """
    from inbox.ops.demo import show

    told = show(data=data, once=once, import_file=import_file, port=port)
    raise click.exceptions.Exit(0 if told else 1)
