"""What a customer's app asks for."""

from __future__ import annotations

from msgspec import UNSET

from inbox.core.policy import Customer
from inbox.flows import care, cover, customer_views, devices, quiet, rating, receipts
from inbox.flows import send as sending
from inbox.flows.care import Care, CareDraft
from inbox.flows.cover import ChoiceDraft, CoverAnswer
from inbox.flows.customer_views import CustomerThread, RawPage, TeamPage
from inbox.flows.devices import DeviceDraft, Registered
from inbox.flows.poll import Events
from inbox.flows.quiet import QuietDraft, QuietHours
from inbox.flows.rating import Rated, RatingDraft
from inbox.flows.send import Draft
from inbox.flows.streams import Stream
from inbox.web.polling import follow
from inbox.web.route import Answer, Call
from inbox.web.shapes import Before, MessageAnswer, NewMessage, Shown, Since, Upto


async def get_thread(call: Call[Customer, None, None]) -> CustomerThread:
    """My thread as it is now.

    Creates customer, pin and thread at first sight. Follow its events from `cursor`.
    """
    return await customer_views.customer_thread(call.ctx, call.who)


async def list_messages(call: Call[Customer, None, Before]) -> RawPage:
    """My messages, newest first; `next` is the `before` of the next page."""
    query = call.query
    return await customer_views.customer_messages(
        call.ctx, call.who, before=query.before, limit=query.limit
    )


async def send_message(call: Call[Customer, NewMessage, None]) -> Answer:
    """Send a message.

    Answered when it is on disk: 201 when stored now, 200 with the first result when the same
    `client_id` and body came before, so that repeating is always safe. `choice` says that my team
    is closed and asks whether I wait, or what I have said.
    """
    body = call.body
    draft = Draft(body.client_id, body.body, urgent=body.urgent, attachments=body.attachments)
    sent = await sending.send(call.ctx, call.who, thread=call.who.thread, draft=draft)
    answer = MessageAnswer(sent.message, sent.promise, sent.choice or UNSET)
    return Answer(answer, 200 if sent.duplicate else 201)


async def mark_read(call: Call[Customer, Upto, None]) -> None:
    """I have read everything up to a seq. Never goes back, never beyond the thread's head."""
    await receipts.read(call.ctx, call.who, thread=call.who.thread, upto=call.body.upto)


async def mark_shown(call: Call[Customer, Shown, None]) -> None:
    """Everything up to a seq is stored or shown on a device of mine."""
    await receipts.ack(call.ctx, call.who, thread=call.who.thread, upto=call.body.upto)


async def list_events(call: Call[Customer, None, Since]) -> Events:
    """What has happened in my thread after a cursor: the long poll.

    Everything that may be seen of `(since, until]`, in order; with nothing there, waits up to
    `wait` seconds. Without `since` from the start. 410 where the thread must be loaded afresh.
    """
    stream = Stream("thread", call.who.thread)
    return await follow(call, stream, since=call.query.since, wait_s=call.query.wait)


async def get_team(call: Call[Customer, None, None]) -> TeamPage:
    """My team: who they are."""
    return await customer_views.team_page(call.ctx, call.who)


async def choose_cover(call: Call[Customer, ChoiceDraft, None]) -> CoverAnswer:
    """My team is closed: I wait for it, or another answers me now.

    Asked for by `choice` in my thread. Saying the same again is safe, and *wait* may become *now*;
    once my team is open again, either changes nothing.
    """
    return await cover.answer(call.ctx, call.who, choice=call.body.choice)


async def set_care(call: Call[Customer, CareDraft, None]) -> Care:
    """Be cared for by my own team, by general care, or mostly by myself; at once in force.

    Whatever is chosen, a message reaches people.
    """
    return await care.set_care(call.ctx, call.who, preference=call.body.preference)


async def rate(call: Call[Customer, RatingDraft, None]) -> Rated:
    """Rate a conversation of mine that is resolved, or change the rating within some days.

    Giving the same rating again is safe and changes nothing.
    """
    number = int(call.path["number"])
    return await rating.rate(call.ctx, call.who, number=number, draft=call.body)


async def register_device(call: Call[Customer, DeviceDraft, None]) -> Registered:
    """Register a device of mine, or renew what is known of it.

    Repeat it at every start of the app. The fetch token may read and acknowledge my messages, for
    the app's notification extension; it is shown this once, and ends with the next registration.
    Of more than 20 devices the one seen longest ago is forgotten.
    """
    return await devices.register(
        call.ctx, call.who, device_id=call.path["device"], draft=call.body
    )


async def remove_device(call: Call[Customer, None, None]) -> None:
    """Forget a device of mine, and its fetch token with it."""
    await devices.remove(call.ctx, call.who, device_id=call.path["device"])


async def get_quiet(call: Call[Customer, None, None]) -> QuietHours:
    """When my devices are not rung, by my own clock."""
    return await quiet.get_quiet(call.ctx, call.who)


async def set_quiet(call: Call[Customer, QuietDraft, None]) -> QuietHours:
    """Choose my own quiet hours, or with null none at all."""
    return await quiet.set_quiet(call.ctx, call.who, call.body)


async def clear_quiet(call: Call[Customer, None, None]) -> None:
    """Go back to the quiet hours that the company has set."""
    await quiet.clear_quiet(call.ctx, call.who)
