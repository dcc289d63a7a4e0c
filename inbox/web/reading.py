"""From a request's bytes to its struct: the only place where input is read and refused.

Unknown members and parameters are refused: a misspelt `seen_seq` must not be ignored. Paths in
`errors` say where: `body.seen_seq`, `query.limit`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from aiohttp import web

from inbox.core.errors import BadRequest, FieldError, TooLarge, Unsupported
from inbox.core.misfit import misfit
from inbox.web.route import Nothing

BODY_SECONDS = 30.0
"""How long a client may take to send a body."""


async def read_bytes(request: web.Request) -> bytes:
    """The body as it came. Raises TooLarge, and BadRequest where it never arrived whole."""
    try:
        if request.content.is_eof():
            return _whole(request)
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLarge(error.text or "") from None
    except TimeoutError:
        raise BadRequest.field("body", f"did not arrive within {BODY_SECONDS:.0f} s") from None
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - aiohttp's many ways to say that it is broken
        raise BadRequest.field("body", f"cannot be read: {type(error).__name__}") from None


def _whole(request: web.Request) -> bytes:
    """A body that has come already, as nearly all have: `read` gathers it piece by piece."""
    raw, most = request.content.read_nowait(), request.client_max_size
    if most and len(raw) > most:
        raise web.HTTPRequestEntityTooLarge(most, len(raw))
    return raw


def demand_plain(request: web.Request) -> None:
    """Raise Unsupported for a body that is packed: nothing is unpacked here (RFC 9110, 8.4)."""
    for said in request.headers.getall("Content-Encoding", ()):
        if said.strip().lower() != "identity":
            path, message = "header.content-encoding", "a body here is sent as it is, not packed"
            raise Unsupported(f"{path}: {message}", errors=(FieldError(path, message),))


def demand_json(request: web.Request) -> None:
    """Raise Unsupported unless the body says that it is JSON."""
    said = request.headers.get("Content-Type", "")
    if said == "application/json":
        return
    media, _, rest = said.partition(";")
    charset = rest.strip().lower().removeprefix("charset=").strip('"')
    if media.strip().lower() != "application/json" or charset not in {"", "utf-8", "utf8"}:
        raise Unsupported("a body here is application/json in UTF-8")


def reader_of(kind: type[msgspec.Struct]) -> Callable[[bytes], Any]:
    """A function that reads a body of this kind, with all that a decoder can prepare done once."""
    decode = msgspec.json.Decoder(kind).decode
    optional = kind is Nothing

    def read(raw: bytes) -> Any:
        try:
            if optional and not raw:
                return None
            body = decode(raw)
        except msgspec.ValidationError as error:
            raise misfit(error, kind=kind, root="body") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _malformed(raw, error) from None
        if b"\\u0000" in raw:
            _refuse_nul(body)
        return body

    return read


def read_query(request: web.Request, kind: type[msgspec.Struct]) -> Any:
    """The query as its struct; every parameter at most once."""
    given: dict[str, str] = {}
    for name, value in request.query.items():
        path = f"query.{name[:64]}"
        if name in given:
            raise BadRequest.field(path, "is given twice")
        if "\x00" in value or not value.isprintable():
            raise BadRequest.field(path, "has a control character")
        given[name] = value
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise misfit(error, kind=kind, root="query") from None


def refuse_query(request: web.Request) -> None:
    """Raise BadRequest for any parameter at all."""
    for name in request.query:
        raise BadRequest.field(f"query.{name[:64]}", "there is no such parameter here")


def place(error: BadRequest, body: frozenset[str], query: frozenset[str]) -> BadRequest:
    """A flow's error about a field, with the path by which this door's callers know the field."""
    placed = tuple(
        FieldError(_placed(fault.path, body, query), fault.message) for fault in error.errors
    )
    detail = error.detail
    if len(placed) == 1:
        detail = f"{placed[0].path}: {placed[0].message}"
    return BadRequest(detail, errors=placed)


def _placed(path: str, body: frozenset[str], query: frozenset[str]) -> str:
    first = re.split(r"[.\[]", path, maxsplit=1)[0]
    if first in body:
        return f"body.{path}"
    return f"query.{path}" if first in query else path


def _malformed(raw: bytes, error: Exception) -> BadRequest:
    """Why the body is no JSON; half a surrogate pair is JSON by its grammar, and no text."""
    try:
        loose = json.loads(raw)
    except UnicodeDecodeError:
        return BadRequest.field("body", "is not UTF-8")
    except (ValueError, RecursionError):
        return BadRequest.field("body", f"is not JSON: {str(error)[:200]}")
    for path, text in _texts(loose, "body"):
        if any("\ud800" <= char <= "\udfff" for char in text):
            return BadRequest.field(path, "is not valid Unicode (half of a surrogate pair)")
    return BadRequest.field("body", f"is not JSON: {str(error)[:200]}")


def _refuse_nul(body: msgspec.Struct) -> None:
    for path, text in _texts(msgspec.to_builtins(body), "body"):
        if "\x00" in text:
            raise BadRequest.field(path, "has a NUL character")


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield path, name
            yield from _texts(member, f"{path}.{name[:64]}".encode("utf-8", "replace").decode())
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            yield from _texts(member, f"{path}[{index}]")
