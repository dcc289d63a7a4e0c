"""One thing that an operator can have done, run in this process or through the control socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from inbox.core.errors import BadRequest
from inbox.flows.context import Context

R = TypeVar("R", bound=msgspec.Struct)


class Progress(msgspec.Struct, frozen=True):
    """How far something long has come; `total` is 0 where unknown, `notes` are for people."""

    done: int
    total: int
    unit: str
    notes: tuple[str, ...] = ()


Report: TypeAlias = Callable[[Progress], Awaitable[None]]


class Nothing(msgspec.Struct, frozen=True):
    """A request or result without members."""


@dataclass(frozen=True, slots=True)
class Operation(Generic[R]):
    """One row: what it is called, what it needs, and the function that does it."""

    name: str
    request: type[R]
    run: Callable[[Context, R, Report], Awaitable[msgspec.Struct]]


async def run_operation(
    ctx: Context, operation: Operation[Any], request: bytes, report: Report
) -> msgspec.Struct:
    """Read the request and do it. Raises BadRequest for what is no such request."""
    try:
        asked = msgspec.json.decode(request, type=operation.request)
    except msgspec.DecodeError as error:
        raise BadRequest(str(error)) from None
    return await operation.run(ctx, asked, report)
