"""What is shown to those who are there now and never stored: typing, viewing, presence.

Who may know: the other agents of the teams that see the thread; and the customer that an agent
types, unless it is a private note.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from inbox.core.frames import Ephemeral, Person, Presence, TypingShown, ViewingShown
from inbox.core.hints import Passing
from inbox.core.policy import Agent, Customer
from inbox.flows.access import get_seen
from inbox.flows.context import Context
from inbox.store.engine import Tx
from inbox.store.records import Thread


class Sign(msgspec.Struct, frozen=True):
    """What is shown: that somebody types in, looks at, or is there in a thread, or no longer."""

    kind: Literal["typing", "viewing", "presence"]
    thread: str
    on: bool
    private: bool = False


async def show(ctx: Context, who: Customer | Agent, *, sign: Sign, origin: str) -> None:
    """Ring it to whoever may know, except the connection `origin`. May be lost; never stored.

    The thread is looked up each time, so that a team which no longer serves it learns nothing.
    Raises NotFound for a thread that is not the caller's.
    """

    async def work(tx: Tx) -> Thread:
        return await get_seen(tx, who, sign.thread)

    thread = await ctx.store.read(work)
    kind: Literal["customer", "agent"] = "agent" if isinstance(who, Agent) else "customer"
    person = Person(kind, who.id, who.name)
    for team in sorted({thread.home_team, thread.serving_team}):
        private = sign.private or msgspec.UNSET
        ctx.bus.ring(Passing(f"team:{team}", _frame(sign, person, private=private), origin))
    if sign.kind == "typing" and isinstance(who, Agent) and not sign.private:
        frame = _frame(sign, person, private=msgspec.UNSET)
        ctx.bus.ring(Passing(f"thread:{thread.id}", frame, origin))


def _frame(sign: Sign, who: Person, *, private: bool | msgspec.UnsetType) -> bytes:
    shown: Ephemeral
    match sign.kind:
        case "typing":
            shown = TypingShown(thread=sign.thread, who=who, on=sign.on, private=private)
        case "viewing":
            shown = ViewingShown(thread=sign.thread, who=who, on=sign.on)
        case "presence":
            shown = Presence(thread=sign.thread, who=who, on=sign.on)
    return msgspec.json.encode(shown)
