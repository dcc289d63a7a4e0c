"""`pinbox docs`: the pages that are made from the code, so that they cannot fall behind it."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from inbox.cli.options import Out, with_out


class Written(msgspec.Struct, frozen=True):
    """The pages, and those that were stale: now written, or only found with `--check`."""

    folder: str
    pages: tuple[str, ...]
    stale: tuple[str, ...]


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
    help="Where the pages lie.",
)
@click.option("--check", is_flag=True, help="Write nothing; end with 1 where a page is stale.")
@with_out
def docs(out: Out, *, folder: Path, check: bool) -> None:
    """Write the pages that are made from the code."""
    from inbox.cli.errors import Failed
    from inbox.cli.pages import make_pages

    pages = make_pages()
    stale = tuple(name for name, text in pages.items() if _read(folder / name) != text)
    if not check:
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (folder / name).write_text(pages[name], "utf-8")
    words = "All pages are fresh"
    if stale:
        words = ("Stale, run `pinbox docs`: " if check else "Written: ") + ", ".join(stale)
    out.say(Written(str(folder), tuple(pages), stale), words)
    if check and stale:
        raise Failed(words)


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.exists() else None
