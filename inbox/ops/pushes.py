"""Operations on pushes: try an address, follow a customer's, see how all stands, go on at once."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from inbox.core.errors import Conflict
from inbox.core.quiet import Mode
from inbox.flows import quiet
from inbox.flows.context import Context
from inbox.flows.quiet import QuietDraft, QuietHours
from inbox.flows.ringer import Ringing
from inbox.flows.trail import Trail, customer_trail
from inbox.ops.operation import Nothing, Operation, Report
from inbox.ops.people import OPERATOR
from inbox.ringing.trial import Trial, Tried, try_out


class TrailAsk(msgspec.Struct, frozen=True):
    """Whose pushes, and where to go on."""

    customer: str
    before: str | None = None
    limit: int = 50


class QuietAsk(msgspec.Struct, frozen=True):
    """Whose quiet hours, and what to make of them; without a change they are shown."""

    customer: str
    change: Literal["own", "company"] | None = None
    hours: str | None = None
    mode: Mode = "hold"


class Resumed(msgspec.Struct, frozen=True):
    """What had been held: circuits that were open, and apps with the brake on."""

    circuits: tuple[str, ...]
    braked: tuple[str, ...]


async def try_push(ctx: Context, asked: Trial, _report: Report) -> Tried:
    """Send one push and give the service's answer."""
    return await try_out(ctx, asked)


async def show_trail(ctx: Context, asked: TrailAsk, _report: Report) -> Trail:
    """What became of a customer's pushes."""
    return await customer_trail(
        ctx, OPERATOR, customer=asked.customer, before=asked.before, limit=asked.limit
    )


async def quiet_hours(ctx: Context, asked: QuietAsk, _report: Report) -> QuietHours:
    """Show a customer's quiet hours, or set them in the customer's place."""
    who = await quiet.in_place_of(ctx, asked.customer)
    if asked.change == "own":
        draft = QuietDraft(asked.hours, asked.mode)
        return await quiet.set_quiet(ctx, who, draft, by=OPERATOR)
    if asked.change == "company":
        await quiet.clear_quiet(ctx, who, by=OPERATOR)
    return await quiet.get_quiet(ctx, who)


async def show_ringing(ctx: Context, _asked: Nothing, _report: Report) -> Ringing:
    """How pushes stand in the running server."""
    if ctx.ringer is None:
        return Ringing(lanes=(), circuits=(), alarms=(), braked={}, lines=())
    return ctx.ringer.look()


async def resume(ctx: Context, _asked: Nothing, _report: Report) -> Resumed:
    """Try at once what is held, and remove dead addresses again. Conflict without a server."""
    if ctx.ringer is None:
        raise Conflict("no server sends pushes here, so nothing is held")
    before = ctx.ringer.look()
    ctx.ringer.resume()
    return Resumed(tuple(one.about for one in before.circuits), tuple(before.braked))


PUSHES: tuple[Operation[Any], ...] = (
    Operation("push.test", Trial, try_push),
    Operation("push.trail", TrailAsk, show_trail),
    Operation("customer.quiet", QuietAsk, quiet_hours),
    Operation("push.look", Nothing, show_ringing),
    Operation("push.resume", Nothing, resume),
)
