"""The server's life: its rooms put together, the ready line, and an end that loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import errno
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import msgspec
import structlog
import uvloop
from aiohttp import web

from inbox import __version__
from inbox.app import open_context
from inbox.cli.run import LOOK_S, WAIT_S
from inbox.flows.audit import write_looks
from inbox.flows.callbacks.calling import come_due
from inbox.flows.context import Context
from inbox.flows.duty import end_due, forgive_absence, gauge_duty, write_presence
from inbox.flows.hand_out import keep_handing_out
from inbox.flows.in_front import RENEW_S, renew_in_front
from inbox.flows.ledger import break_due, gauge_promises
from inbox.flows.retention import retention
from inbox.flows.returning import return_due
from inbox.flows.search import index_due
from inbox.flows.states import wake_due
from inbox.flows.storms import sweep_storms
from inbox.flows.taking_back import look_through_left, take_back_due
from inbox.flows.unread import tell_unread
from inbox.flows.uploads import sweep_uploads
from inbox.flows.waiting import gauge_waiting
from inbox.hooks.dispatcher import Dispatcher
from inbox.live.asyncapi import describe
from inbox.live.door import Live
from inbox.ops.control import find_server, open_control
from inbox.ops.tasks import Tasks
from inbox.ringing.bells import Bells
from inbox.ringing.reminders import remind
from inbox.settings import Settings
from inbox.store.lock import hold_folder
from inbox.store.refusal import Refusal
from inbox.telemetry import setup_logging
from inbox.web import Sockets, build_web, make_runner
from inbox.web.application import SITE

BACKLOG = 4096
"""Connections that the kernel keeps waiting: a storm of reconnects comes at once."""
STOP_S = 10.0
"""What pushes and webhooks on their way are given to end."""

_log = structlog.get_logger(__name__)


class Ready(msgspec.Struct, frozen=True):
    """The one line that says that the server answers, and where."""

    url: str
    process: int
    version: str


def run_server(data: Path, settings: Settings, say: Callable[[Ready, str], None]) -> int:
    """Serve the folder until a signal asks for the end; the status of the process.

    SIGTERM or SIGINT: newcomers are turned away, live clients sent elsewhere, and what was accepted
    is finished. A second signal ends at once; what was acknowledged is on disk all the same.
    """
    setup_logging(settings.log_level, settings.log_format)
    os.umask(0o077)  # what is written is for this user alone
    _raise_file_limit()
    tune_interpreter()
    return uvloop.run(_serve(data, settings, say))


async def _serve(data: Path, settings: Settings, say: Callable[[Ready, str], None]) -> int:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()

    for kind in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(kind, stop, int(kind))
    async with contextlib.AsyncExitStack() as held:
        await _hold(held, data)
        ctx = await held.enter_async_context(open_context(data, settings))
        bells = Bells(ctx) if ctx.push else None
        ctx = dataclasses.replace(ctx, ringer=bells)
        url = await held.enter_async_context(_open_doors(ctx, bells))
        await _open_control(held, ctx, data, url=url)
        doors = "/desk for agents, /app for customers, /docs for developers"
        words = f"Pinbox {__version__} is ready at {url} ({doors})"
        say(Ready(url, os.getpid(), __version__), words)
        _log.info("ready", url=url, data=str(data), engine=ctx.store.dialect)
        await stopping.wait()
        _log.info("stopping")
    _log.info("stopped")
    return 0


async def _hold(held: contextlib.AsyncExitStack, data: Path) -> None:
    """Hold the folder; a command that is at work there is waited for, another server is not."""
    patience = asyncio.get_running_loop().time() + WAIT_S
    while True:
        try:
            held.enter_context(hold_folder(data))
        except Refusal:
            if await find_server(data) or asyncio.get_running_loop().time() > patience:
                raise
            await asyncio.sleep(LOOK_S)
        else:
            return


def _describe_frames(url: str) -> bytes:
    return msgspec.json.encode(describe(version=__version__, server=url))


@contextlib.asynccontextmanager
async def _open_doors(ctx: Context, bells: Bells | None) -> AsyncIterator[str]:
    """Both doors on the address of the settings, and what works behind them; gives the URL.

    Pushes and webhooks end last, so that what was accepted until the doors closed still goes out.
    """
    settings = ctx.settings
    live, tasks, dispatcher = Live(ctx), Tasks(ctx.metrics), Dispatcher(ctx)
    frames = partial(_describe_frames, settings.public_url)
    app = build_web(ctx, Sockets(live.customer_live, live.desk_live, frames))
    runner = make_runner(app)
    await runner.setup()
    try:
        await live.start()
        _start_upkeep(ctx, tasks)
        tasks.start("webhooks", dispatcher.run)
        tasks.start("webhook_upkeep", dispatcher.keep, every_s=15.0)
        if bells is not None:
            await bells.start()
            tasks.start("push_upkeep", bells.keep, every_s=5.0)
            tasks.start("reminders", partial(remind, ctx), every_s=1.0)
            tasks.start("push_keys", bells.look_at_keys, every_s=2.0)
        await _listen(runner, settings)
        yield _url_of(runner, settings.host)
        app[SITE].draining.set()
        await live.drain()
    finally:
        await runner.cleanup()
        await live.close()
        if bells is not None:
            await bells.stop(within_s=min(STOP_S, settings.stop_grace_s))
        await dispatcher.stop(within_s=min(STOP_S, settings.stop_grace_s))
        await tasks.stop()
        await _flush(ctx)


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    host, port = settings.host, settings.port
    try:
        await web.TCPSite(runner, host, port, backlog=BACKLOG).start()
    except socket.gaierror:
        raise Refusal(f"{host} is no address or name that is known here; change host") from None
    except OSError as error:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        match error.errno:
            case errno.EADDRINUSE:
                why = f"{place} is taken; choose another --port"
            case errno.EADDRNOTAVAIL:
                why = f"{host} is no address of this machine; choose another --host"
            case errno.EACCES:
                why = f"{place} may not be used by this user; choose a --port above 1023"
            case _:
                why = f"{place} cannot be listened on: {error.strerror or error}"
        raise Refusal(why) from None


def _start_upkeep(ctx: Context, tasks: Tasks) -> None:
    async def wake() -> bool:
        return await wake_due(ctx) > 0

    async def lapse() -> bool:
        return await break_due(ctx) > 0

    tasks.start("wake_snoozed", wake, every_s=1.0)
    tasks.start("promises_due", lapse, every_s=1.0)
    tasks.start("callbacks", partial(come_due, ctx), every_s=1.0)
    tasks.start("cover_ends", partial(return_due, ctx), every_s=1.0)
    tasks.start("storm_ends", partial(sweep_storms, ctx), every_s=1.0)
    tasks.start("duty", partial(_keep_duty, ctx), every_s=1.0)
    tasks.start("hand_out", partial(keep_handing_out, ctx))
    tasks.start("duty_gauge", partial(gauge_duty, ctx), every_s=5.0)
    tasks.start("search_index", partial(index_due, ctx), every_s=ctx.settings.search_lag_ms / 1000)
    tasks.start("audit_looks", partial(write_looks, ctx), every_s=0.5)
    tasks.start("unread", partial(tell_unread, ctx), every_s=15.0)
    tasks.start("in_front", partial(renew_in_front, ctx), every_s=RENEW_S)
    tasks.start("queue_gauge", partial(gauge_waiting, ctx), every_s=5.0)
    tasks.start("promise_gauge", partial(gauge_promises, ctx), every_s=15.0)
    tasks.start("uploads", partial(sweep_uploads, ctx), every_s=60.0)
    tasks.start("retention", partial(retention, ctx), every_s=3600.0)


async def _keep_duty(ctx: Context) -> None:
    """Who was seen is told before it is asked who was not, and what they had comes last."""
    await forgive_absence(ctx)
    await write_presence(ctx)
    await end_due(ctx)
    await look_through_left(ctx)
    await take_back_due(ctx)


async def _flush(ctx: Context) -> None:
    """Write the looks of the last half second."""
    try:
        while await write_looks(ctx):
            pass
    except Exception:  # noqa: BLE001  the end goes on; a full disk must not keep it
        _log.exception("audit_looks_lost")


async def _open_control(
    held: contextlib.AsyncExitStack, ctx: Context, data: Path, *, url: str
) -> None:
    try:
        await held.enter_async_context(open_control(ctx, data, url=url))
    except OSError as error:
        _log.warning(
            "control_unavailable",
            error=str(error),
            remedy="commands need the server stopped; a shorter --data path may help",
        )


def _url_of(runner: web.AppRunner, host: str) -> str:
    """Where it answers: the port that it got, and a host by which it can be reached from here."""
    port = runner.addresses[0][1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def tune_interpreter() -> None:
    """Let the loop and the writer share the interpreter fairly, and collect garbage more rarely.

    The writer lets go of the interpreter's lock at every statement; with the default of 5 ms it
    would wait so long for it each time that the loop is busy. What was made at the start lives as
    long as the process, and requests leave few cycles. Measured in `docs/performance.md`.
    """
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 5, 10)


def _raise_file_limit() -> None:
    """Every live socket is an open file: take as many as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
