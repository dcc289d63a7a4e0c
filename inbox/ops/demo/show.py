"""The demonstration from curtain to curtain: folder, server, cast, story, and what to try then."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from inbox.client import Unreachable
from inbox.core.errors import PinboxError
from inbox.flows.imports import Imported
from inbox.ops.control import ask
from inbox.ops.demo.cast import Cast, assemble
from inbox.ops.demo.night import Night
from inbox.ops.demo.phone import APP, Phone, environment
from inbox.ops.demo.server import LOG, Server
from inbox.ops.demo.stage import StagePage
from inbox.ops.demo.story import Story
from inbox.ops.demo.teller import Teller
from inbox.ops.folder import make_folder
from inbox.ops.history import ImportAsk
from inbox.ops.operation import Progress
from inbox.settings import FILENAME
from push.simulator.service import Simulator

SETTINGS = {"retention_days": 0}
"""What is loaded for a demonstration is often years old, and is to be seen all the same."""
FAULTS_SHOWN = 10


def show(*, data: Path | None, once: bool, import_file: Path | None, port: int) -> bool:
    """Play the demonstration; true when everything was as told.

    Without `data` it lives in a temporary folder that goes at the end. Without `once` the server
    stays up afterwards until Ctrl-C or SIGTERM.
    """
    file = None if import_file is None else import_file.absolute()
    data = None if data is None else data.absolute()  # what is printed is used from other folders
    with _folder(data) as folder:
        return asyncio.run(_show(folder, once=once, kept=data, file=file, port=port))


@contextlib.contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is None:
        with tempfile.TemporaryDirectory(prefix="pinbox-demo-") as name:
            folder = Path(name) / "data"
            make_folder(folder, SETTINGS)
            yield folder
        return
    if not (data / FILENAME).exists():
        make_folder(data, SETTINGS)
    yield data


async def _show(
    folder: Path, *, once: bool, kept: Path | None, file: Path | None, port: int
) -> bool:
    teller = Teller(unhurried=not once)
    server = Server(folder, port=port)
    simulator = Simulator(folder / "push-simulator", apps=(APP,))
    stopped = asyncio.Event()
    loop, here = asyncio.get_running_loop(), asyncio.current_task()

    def stop() -> None:
        if stopped.is_set() or here is None:
            return
        stopped.set()
        here.cancel()

    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, stop)
    try:
        async with contextlib.AsyncExitStack() as held, simulator:
            phone = Phone(simulator)
            stage = None if once else StagePage(phone)
            server.environment = environment(simulator.about())
            if stage is not None:
                held.push_async_callback(stage.close)
                await stage.start()
                server.environment |= stage.environment()
            cast = await _play(teller, server, folder, phone, file=file, stage=stage, kept=kept)
            if stage is not None:
                await _stay(teller, stage, cast, kept=kept)
            await asyncio.shield(server.stop())
    except asyncio.CancelledError:
        if not stopped.is_set():
            raise
        teller.console.print("\nStopping …")
    finally:
        await asyncio.shield(server.stop())
    return teller.all_as_told


async def _play(
    teller: Teller,
    server: Server,
    folder: Path,
    phone: Phone,
    *,
    file: Path | None,
    stage: StagePage | None,
    kept: Path | None,
) -> Cast | None:
    """Tell the story, and set the stage where there is one; none where the story broke off."""
    try:
        await teller.scene("Pinbox: customers and their team, in threads that outlive the app")
        await server.start()
        await teller.tell(f"A real server runs at {server.url}.")
        cast = await assemble(folder)
        await teller.tell("Two teams work here: Bo and Mia in Spokane, Ravi and Ada in Tampa.")
        if file is not None:
            await _load(teller, folder, file)
        story = Story(teller, server, cast, phone)
        await story.play()
        await Night(teller, server, cast, thread=story.thread).play()
    except (PinboxError, Unreachable, aiohttp.ClientError, OSError, TimeoutError) as error:
        words = str(error) or "something took longer than it may"
        teller.fail(f"The story broke off: {words.rstrip('.')}.")
        if kept is not None:
            teller.show(f"The server's log is {folder / LOG}")
        return None
    ended = "Everything was as told" if teller.all_as_told else "Not everything was as told"
    await teller.scene(ended)
    if stage is not None:
        await _invite(teller, server, cast, folder=folder, thread=story.thread)
        await stage.raise_curtain(server.url, cast, folder)
    return cast


async def _load(teller: Teller, folder: Path, file: Path) -> None:
    await teller.scene(f"Loading {file.name}")
    with Bar(
        TextColumn("  {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=teller.console,
        transient=True,
        disable=not teller.console.is_terminal,
    ) as bar:
        task = bar.add_task("reading", total=None)

        async def report(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.done,
                total=progress.total or None,
                description=progress.unit,
            )

        asked = ImportAsk(str(file))
        loaded = await ask(folder, "import", asked, into=Imported, report=report)
    await teller.tell(
        f"{loaded.lines:,} lines: {loaded.customers:,} customers, {loaded.messages:,} messages, "
        f"{loaded.added:,} of them new."
    )
    for fault in loaded.faults[:FAULTS_SHOWN]:
        await teller.tell(f"Left out, line {fault.line}: {fault.reason}")
    await teller.check(
        "every line was understood", not loaded.bad_lines, otherwise=loaded.bad_lines
    )


async def _invite(teller: Teller, server: Server, cast: Cast, *, folder: Path, thread: str) -> None:
    """Print what to try, ready to be copied."""
    await teller.tell("For developers: copy these lines into another terminal.")
    command = "pinbox" if shutil.which("pinbox") else f"{sys.executable} -m inbox"
    for line in (
        "",
        f"export URL={server.url} DATA={shlex.quote(str(folder))} THREAD={thread}",
        f"export ANA={cast.ana}",
        f"export BO={cast.bo}",
        f"export ADMIN={cast.ada}",
    ):
        teller.show(line)
    for about, line in _TRY:
        teller.show(f"\n# {about}", style="dim")
        teller.show(line.format(pinbox=command))


_ANA = 'curl -H "Authorization: Bearer $ANA"'
_BO = 'curl -H "Authorization: Bearer $BO"'
_JSON = '-H "Content-Type: application/json"'
_TRY = (
    ("Ana's thread: her team, and how far it has come", f"{_ANA} $URL/v1/thread"),
    (
        "write as Ana; run it twice, and it is one message",
        (
            f"{_ANA} {_JSON} $URL/v1/thread/messages \\\n"
            """  -d '{{"client_id": "my-first", "body": "Hello from curl"}}'"""
        ),
    ),
    ("who waits in Bo's team", f'{_BO} "$URL/v1/desk/queue?view=team"'),
    (
        "answer as Bo, who has seen the thread up to its `head`",
        (
            f"SEEN=$({_BO} -s $URL/v1/desk/threads/$THREAD \\\n"
            """  | python3 -c 'import json, sys; print(json.load(sys.stdin)["head"])')\n"""
            f"{_BO} {_JSON} $URL/v1/desk/threads/$THREAD/messages \\\n"
            """  -d '{{"client_id": "bo-first", "body": "Hello Ana!", "seen_seq": '$SEEN'}}'"""
        ),
    ),
    (
        "all people, as Ada, who is an admin",
        'curl -H "Authorization: Bearer $ADMIN" $URL/v1/admin/agents',
    ),
    ("all that happened in Ana's thread, as her app gets it", f"{_ANA} $URL/v1/thread/events"),
    ("the operator's side, while it serves", '{pinbox} team list --data "$DATA"'),
)


async def _stay(teller: Teller, stage: StagePage, cast: Cast | None, *, kept: Path | None) -> None:
    end = "the folder goes with it" if kept is None else f"the data stays in {kept}"
    if cast is not None:
        await teller.scene("Now see it: Ana's phone and her team's desk, side by side")
        teller.show(f"\n    {stage.url}\n", style="bold")
        teller.show(f"The desk alone: {stage.sign_in}")
    teller.console.print(f"Open it in a browser on this machine. Ctrl-C ends it; {end}.")
    await asyncio.Event().wait()
