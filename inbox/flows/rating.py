"""A customer says how well a conversation went, and may change it for some days."""

from __future__ import annotations

from typing import Annotated

import msgspec

from inbox.core.errors import NotFound
from inbox.core.events import Rating, RatingEvent
from inbox.core.instant import to_text
from inbox.core.policy import Customer
from inbox.core.rating import demand_ratable
from inbox.core.text import clean_body
from inbox.flows.access import lock_seen
from inbox.flows.context import Context, Writing, write
from inbox.flows.log import Entry, append
from inbox.store.engine import Tx
from inbox.store.queries import Q
from inbox.store.records import read_item


class RatingDraft(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From 1, the worst, to 5, the best; and why, if the customer wants to say it."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    comment: (
        Annotated[
            str, msgspec.Meta(min_length=1, description="at most 4,000 characters, as a message")
        ]
        | None
    ) = None


class Rated(msgspec.Struct, frozen=True):
    """A rating that is on disk: its place in the thread, and when it was given."""

    seq: int
    at: str
    rating: Rating


async def rate(ctx: Context, who: Customer, *, number: int, draft: RatingDraft) -> Rated:
    """Store the customer's rating of one conversation; the newest one counts.

    Giving the same again changes nothing and answers with the first. Raises NotFound where there is
    no such conversation, Conflict unless it is resolved and that not too long ago, BadRequest.
    """
    comment = draft.comment
    if comment is not None:
        comment = ctx.mask(clean_body(comment, path="comment"))
    rating = Rating(number, draft.score, comment)

    async def work(writing: Writing) -> tuple[Rated, bool]:
        tx = writing.tx
        thread = await lock_seen(tx, who, who.thread)
        row = await tx.fetch_one(Q.get_rating, thread=thread.id, number=number)
        if row is None:
            raise NotFound("there is no such conversation")
        resolved_at, rated_seq = row
        known = None if rated_seq is None else await _rated(tx, thread.id, rated_seq)
        if known is not None and known.rating == rating:
            return known, False
        demand_ratable(
            number, resolved_at=resolved_at, now=writing.at, days=ctx.settings.rating_days
        )
        entry = Entry("rating", RatingEvent(rating), "customer")
        stored, _ = await append(writing, thread, thread, [entry])
        await tx.execute(
            Q.save_rating,
            thread=thread.id,
            number=number,
            score=rating.score,
            at=writing.at,
            seq=stored.head,
        )
        return Rated(stored.head, to_text(writing.at), rating), True

    rated, is_new = await write(ctx, work)
    if is_new:
        ctx.metrics.ratings(str(rating.score)).inc()
    return rated


async def _rated(tx: Tx, thread: str, seq: int) -> Rated | None:
    """The rating that stands at a place of the log; none where it was erased."""
    row = await tx.fetch_one(Q.get_item, thread=thread, seq=seq)
    if row is None:
        return None
    item = read_item(row)
    event = item.event()
    return (
        Rated(item.seq, to_text(item.at), event.rating) if isinstance(event, RatingEvent) else None
    )
