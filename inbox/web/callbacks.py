"""What customers and agents ask for about callbacks."""

from __future__ import annotations

from inbox.core.events import CallbackCard
from inbox.core.policy import Agent, Customer
from inbox.flows.callbacks import booking, calling, mine
from inbox.flows.callbacks.booking import CallbackDraft, FreeSlots
from inbox.flows.callbacks.calling import Attempt, DeskCallbacks
from inbox.flows.callbacks.mine import MyCallbacks
from inbox.web.route import Answer, Call
from inbox.web.shapes import ListedCallbacks, OfDay


async def list_slots(call: Call[Customer, None, OfDay]) -> FreeSlots:
    """When my team could call me, on a day by my clock; and whether somebody could at once."""
    query = call.query
    return await booking.list_slots(
        call.ctx, call.who, thread=call.who.thread, day=query.day or None, any_hour=query.any_hour
    )


async def list_booked(call: Call[Customer, None, None]) -> MyCallbacks:
    """My callbacks that are not over."""
    return await mine.my_callbacks(call.ctx, call.who)


async def book(call: Call[Customer, CallbackDraft, None]) -> Answer:
    """Ask for a call: `now`, or at the beginning of a free slot.

    201 when booked now, 200 when the same `client_id` and body came before. 409 where the time is
    taken, the team is closed, or a callback is booked already.
    """
    booked = await booking.book(call.ctx, call.who, thread=call.who.thread, draft=call.body)
    return Answer(booked.card, 200 if booked.duplicate else 201)


async def cancel(call: Call[Customer, None, None]) -> None:
    """I do not want to be called any more. Again is safe."""
    await booking.cancel(call.ctx, call.who, callback=call.path["callback"])


async def list_slots_of(call: Call[Agent, None, OfDay]) -> FreeSlots:
    """When the home team could call a customer, on a day by the customer's clock."""
    thread, query = call.path["thread"], call.query
    return await booking.list_slots(
        call.ctx, call.who, thread=thread, day=query.day or None, any_hour=query.any_hour
    )


async def book_for(call: Call[Agent, CallbackDraft, None]) -> Answer:
    """Book a call for a customer, as they would."""
    thread = call.path["thread"]
    booked = await booking.book(call.ctx, call.who, thread=thread, draft=call.body)
    return Answer(booked.card, 200 if booked.duplicate else 201)


async def list_callbacks(call: Call[Agent, None, ListedCallbacks]) -> DeskCallbacks:
    """The callbacks of my teams: those to come, the next one first, or those that are over."""
    query = call.query
    return await calling.list_callbacks(
        call.ctx, call.who, which=query.view, cursor=query.cursor, limit=query.limit
    )


async def take_call(call: Call[Agent, None, None]) -> CallbackCard:
    """Say that I make this call. The first wins; 409 names the holder to the others."""
    return await calling.take(call.ctx, call.who, callback=call.path["callback"])


async def attempt(call: Call[Agent, Attempt, None]) -> CallbackCard:
    """Say what came of a call. After two in vain the callback is missed."""
    return await calling.attempt(call.ctx, call.who, callback=call.path["callback"], made=call.body)


async def cancel_for(call: Call[Agent, None, None]) -> CallbackCard:
    """Call it off for the customer. Again is safe."""
    return await booking.cancel(call.ctx, call.who, callback=call.path["callback"])
