"""The control socket: while a server holds the data folder, the operator's commands go through it.

`control.sock` in the folder (mode 0600) takes `POST /run/{operation}` with the request as JSON and
answers with a JSON object a line: any number of `{"progress": …}`, then `{"result": …}` or
`{"problem": …}`. Whoever may open the socket may read the database and the secrets beside it, so
there is no further sign-in. It is no part of the public contract: both ends are of one version.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
import structlog
from aiohttp import web

from inbox import __version__
from inbox.core.errors import Internal, NotFound, Overloaded, PinboxError
from inbox.core.problems import Problem, read_problem
from inbox.flows.context import Context
from inbox.ops.folder import CONTROL
from inbox.ops.operation import Progress, Report, run_operation
from inbox.ops.operations import OPERATIONS

LONGEST_PATH = 103
"""What fits into `sun_path` on every system, with its closing zero."""
LARGEST_REQUEST = 1_048_576
LARGEST_LINE = 256 * 1024 * 1024
"""An exported customer comes in one line."""
STOP_S = 5.0

T = TypeVar("T")
NONE = msgspec.Raw()

_log = structlog.get_logger(__name__)


class Hello(msgspec.Struct, frozen=True):
    """Which server holds the folder, and where it answers."""

    version: str
    process: int
    url: str


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an answer: exactly one of the three."""

    progress: Progress | None = None
    result: msgspec.Raw = NONE
    problem: msgspec.Raw = NONE


@contextlib.asynccontextmanager
async def open_control(ctx: Context, folder: Path, *, url: str) -> AsyncIterator[None]:
    """Listen on the folder's control socket until the block ends; the caller holds the folder.

    `url` is where the server answers, for those who ask. What was begun is given five seconds to
    end. A socket left by a crash is replaced. Raises OSError where the system has no such sockets
    or the folder's path is too long for them.
    """

    async def run(request: web.Request) -> web.StreamResponse:
        return await _run(ctx, request)

    async def say_hello(_request: web.Request) -> web.Response:
        hello = Hello(__version__, os.getpid(), url)
        return web.Response(body=msgspec.json.encode(hello), content_type="application/json")

    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_get("/", say_hello)
    app.router.add_post("/run/{operation}", run)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_S)
    await runner.setup()
    try:
        await web.SockSite(runner, _bind(folder)).start()
        yield
    finally:
        await runner.cleanup()
        with contextlib.suppress(OSError):
            (folder / CONTROL).unlink()


async def find_server(folder: Path) -> Hello | None:
    """The server that holds the folder, if one listens there."""

    async def talk(session: aiohttp.ClientSession) -> Hello:
        async with session.get("http://control/") as response:
            return msgspec.json.decode(await response.read(), type=Hello)

    return await _connect(folder, talk)


async def call(
    folder: Path, operation: str, request: msgspec.Struct, report: Report
) -> msgspec.Raw | None:
    """Let the server that holds the folder run an operation; its result as JSON.

    None: nobody listens there. Raises the operation's own error.
    """

    async def talk(session: aiohttp.ClientSession) -> msgspec.Raw:
        data = msgspec.json.encode(request)
        async with session.post(f"http://control/run/{operation}", data=data) as response:
            return await _read_answer(response, report)

    return await _connect(folder, talk)


async def ask(
    folder: Path,
    operation: str,
    request: msgspec.Struct,
    *,
    into: type[T],
    report: Report | None = None,
) -> T:
    """As `call`, with a typed answer; Overloaded where no server listens."""
    raw = await call(folder, operation, request, report or _ignore)
    if raw is None:
        raise Overloaded("the server of this folder does not answer", retry_after=1.0)
    return msgspec.json.decode(raw, type=into)


async def _ignore(_progress: Progress) -> None:
    """Nobody watches."""


async def _connect(folder: Path, talk: Callable[[aiohttp.ClientSession], Awaitable[T]]) -> T | None:
    """None where nobody listens; an error of the connection once it stood is Internal."""
    if not (folder / CONTROL).is_socket():
        return None
    with short_path(folder) as path:
        async with aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(path=path),
            timeout=aiohttp.ClientTimeout(total=None),
            read_bufsize=LARGEST_LINE,
        ) as session:
            try:
                return await talk(session)
            except aiohttp.ClientConnectorError as error:
                if isinstance(error.os_error, PermissionError):
                    raise error.os_error from None
                return None
            except (aiohttp.ClientError, msgspec.DecodeError) as error:
                raise Internal(f"the server hung up before it answered: {error}") from error


@contextlib.contextmanager
def short_path(folder: Path) -> Iterator[str]:
    """The socket's path, short enough for the system wherever the folder lies (on Linux)."""
    path = str(folder.absolute() / CONTROL)
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield path
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{handle}/{CONTROL}"
    finally:
        os.close(handle)


def _bind(folder: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.suppress(FileNotFoundError):
        (folder / CONTROL).unlink()
    former = os.umask(0o177)  # private from its first moment, whatever the folder's rights
    try:
        with short_path(folder) as path:
            listener.bind(path)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(former)
    return listener


async def _run(ctx: Context, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)

    async def say(line: Line) -> None:
        await response.write(msgspec.json.encode(line) + b"\n")

    async def report(progress: Progress) -> None:
        await say(Line(progress=progress))

    name = request.match_info["operation"]
    operation = OPERATIONS.get(name)
    if operation is None:
        await say(_problem(NotFound(f"the running server, {__version__}, knows no {name}")))
        return response
    try:
        result = await run_operation(ctx, operation, await request.read(), report)
    except PinboxError as error:
        last = _problem(error)
    except ConnectionError:  # whoever asked has hung up, and with that has stopped it
        raise
    except Exception:  # noqa: BLE001  the operator is told, and the log has the cause
        _log.exception("operation_failed", operation=name)
        last = _problem(Internal("it failed; the server's log says why"))
    else:
        _log.info("operation_done", operation=name)
        last = Line(result=msgspec.Raw(msgspec.json.encode(result)))
    await say(last)
    return response


def _problem(error: PinboxError) -> Line:
    told = Problem(error.code, error.detail, error.errors)
    return Line(problem=msgspec.Raw(msgspec.json.encode(told)))


async def _read_answer(response: aiohttp.ClientResponse, report: Report) -> msgspec.Raw:
    async for data in response.content:
        line = msgspec.json.decode(data, type=Line)
        if line.progress is not None:
            await report(line.progress)
        elif line.problem is not NONE:
            raise read_problem(response.status, bytes(line.problem))
        elif line.result is not NONE:
            return line.result
    raise Internal("the server stopped before it answered")
