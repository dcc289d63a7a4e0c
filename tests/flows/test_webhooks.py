"""What is told of what happens: written with it, by its places alone, and only if asked for."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import msgspec
import pytest

from inbox.core.errors import Conflict
from inbox.core.instant import to_text
from inbox.core.webhooks import TYPES, CoverTold
from inbox.flows import handover, notes, states
from inbox.flows.context import Writing, roster, write
from inbox.flows.cover import CoverDraft, cover, hand_back
from inbox.flows.endpoints import WebhookDetail, WebhookDraft, add_webhook, change_webhook
from inbox.flows.erasure import erase
from inbox.flows.imports import Progress, import_threads
from inbox.flows.webhooks import tell
from tests.cast import OPERATOR, look
from tests.flows.stage import Stage

URL = "https://care.example.com/hook"
SECRET = "nobody outside may read this"


async def endpoint(stage: Stage, *types: str, **more: Any) -> WebhookDetail:
    asked: Any = types or TYPES
    return (await add_webhook(stage.ctx, OPERATOR, WebhookDraft(URL, asked, **more))).webhook


async def told(stage: Stage, *types: str) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of what waits, in the order in which it was written."""
    rows = await look(
        stage.ctx, "SELECT payload FROM outbox WHERE kind LIKE 'webhook:%' ORDER BY subject, id"
    )
    events = [json.loads(row[0]) for row in rows]
    return [
        (event["type"], event["data"]) for event in events if not types or event["type"] in types
    ]


async def test_a_new_customer_s_first_message(stage: Stage) -> None:
    await endpoint(stage)
    ana = await stage.ana()
    sent = await stage.say(ana, "c1")
    message = msgspec.json.decode(sent.message)
    assert await told(stage) == [
        (
            "pin",
            {
                "thread": ana.thread,
                "customer": "ana",
                "seq": 1,
                "team": {"id": stage.spokane, "key": "spokane", "name": "Spokane"},
                "before": None,
            },
        ),
        (
            "message",
            {
                "thread": ana.thread,
                "customer": "ana",
                "seq": sent.seq,
                "message": message["id"],
                "conversation": 1,
                "author": {"kind": "customer", "id": "ana"},
                "team": stage.spokane,
            },
        ),
    ]


async def test_a_reply_and_the_end_of_the_matter(stage: Stage) -> None:
    await endpoint(stage, "message", "conversation.resolved")
    ana = await stage.ana()
    reply = await stage.reply(stage.bo, ana.thread, "r1")
    await states.resolve(stage.ctx, stage.bo, thread=ana.thread)
    (_, first), (kind, second) = await told(stage)
    assert (first["seq"], first["author"]) == (reply.seq, {"kind": "agent", "id": stage.bo.id})
    assert (kind, second) == (
        "conversation.resolved",
        {
            "thread": ana.thread,
            "customer": "ana",
            "seq": reply.seq + 1,
            "conversation": 1,
            "team": stage.spokane,
            "agent": stage.bo.id,
        },
    )


async def test_a_bounced_matter_is_resolved_by_the_team_that_had_it(stage: Stage) -> None:
    await endpoint(stage, "conversation.resolved")
    ana = await stage.ana()
    await stage.say(ana, "c1")
    await handover.transfer(stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason=SECRET)
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    ((_, data),) = await told(stage)
    assert (data["team"], data["agent"]) == (stage.tampa, stage.ravi.id)


async def test_another_home_team(stage: Stage) -> None:
    await endpoint(stage, "pin")
    ana = await stage.ana()
    await handover.repin(stage.ctx, stage.mia, thread=ana.thread, team=stage.tampa, reason=SECRET)
    (_, (_, data)) = await told(stage)
    assert (data["team"]["id"], data["before"]) == (stage.tampa, stage.spokane)


async def test_each_endpoint_that_asks_gets_one_row_under_the_event_s_id(stage: Stage) -> None:
    await endpoint(stage, "message")
    await endpoint(stage, "message", "pin")
    await endpoint(stage, "conversation.resolved")
    await stage.say(await stage.ana(), "c1")
    rows = await look(stage.ctx, "SELECT kind, subject FROM outbox WHERE payload LIKE '%message%'")
    assert len(rows) == 2
    assert len({subject for _, subject in rows}) == 1
    assert len(await told(stage, "pin")) == 1


async def test_a_repeated_send_is_told_once(stage: Stage) -> None:
    await endpoint(stage, "message")
    ana = await stage.ana()
    await asyncio.gather(*(stage.say(ana, "c1") for _ in range(8)))
    assert len(await told(stage)) == 1


async def test_what_is_rolled_back_is_not_told(stage: Stage) -> None:
    await endpoint(stage, "message")
    ana = await stage.ana()
    await stage.say(ana, "c1")
    with pytest.raises(Conflict):
        await stage.say(ana, "c1", "another text")
    assert len(await told(stage)) == 1


async def test_without_anybody_who_asks_nothing_is_written(stage: Stage) -> None:
    await endpoint(stage, "pin")
    ana = await stage.ana()
    before = len(await told(stage))
    await stage.say(ana, "c1")
    assert len(await told(stage)) == before
    assert (await roster(stage.ctx)).webhooks.keys() == {"pin"}


async def test_an_endpoint_that_is_off_is_told_nothing(stage: Stage) -> None:
    made = await endpoint(stage, "message")
    draft = WebhookDraft(URL, ("message",), active=False)
    await change_webhook(stage.ctx, OPERATOR, webhook=made.id, draft=draft)
    await stage.say(await stage.ana(), "c1")
    assert await told(stage) == []


async def test_a_process_that_remembers_nothing_yet_asks_the_database(stage: Stage) -> None:
    await endpoint(stage, "message")
    ana = await stage.ana()
    stage.ctx.memory.forget()

    async def work(writing: Writing) -> None:
        stage.ctx.memory.forget()
        await tell(
            stage.ctx,
            writing,
            CoverTold(ana.thread, "ana", 1, "began", stage.tampa, stage.spokane, None),
        )

    await write(stage.ctx, work)
    assert await told(stage) == []
    await endpoint(stage, "cover")
    await write(stage.ctx, work)
    assert [kind for kind, _ in await told(stage)] == ["cover"]


async def test_notes_reasons_and_texts_are_in_no_payload(stage: Stage) -> None:
    """Everything that can be said inside is said, and every type is asked for, with text."""
    await endpoint(stage, with_text=True)
    ana = await stage.ana()
    await stage.say(ana, "c1", SECRET)
    await notes.note(stage.ctx, stage.bo, thread=ana.thread, client_id="n1", body=SECRET)
    await stage.reply(stage.bo, ana.thread, "r1", body=SECRET)
    await handover.transfer(stage.ctx, stage.bo, thread=ana.thread, team=stage.tampa, reason=SECRET)
    await states.resolve(stage.ctx, stage.ravi, thread=ana.thread)
    await handover.repin(stage.ctx, stage.mia, thread=ana.thread, team=stage.tampa, reason=SECRET)
    rows = await look(stage.ctx, "SELECT * FROM outbox")
    assert len(rows) == 5
    assert SECRET not in repr(rows)
    assert "n1" not in {data.get("message") for _, data in await told(stage)}


async def test_an_erased_customer_leaves_nothing_to_tell(stage: Stage) -> None:
    await endpoint(stage)
    ana, luis = await stage.ana(), await stage.arrive("luis")
    for who in (ana, luis):
        await stage.say(who, "c1")
    await erase(stage.ctx, OPERATOR, customer="ana")
    assert {data["customer"] for _, data in await told(stage)} == {"luis"}
    rows = await look(stage.ctx, "SELECT id FROM outbox WHERE payload LIKE '%ana%'")
    assert rows == []


async def test_an_import_tells_nothing(stage: Stage) -> None:
    await endpoint(stage)
    line = {
        "customer": {"id": "old", "region": "US-WA"},
        "messages": [
            {
                "client_id": "1",
                "author": "customer",
                "body": "hi",
                "sent_at": "2020-01-01T00:00:00Z",
            }
        ],
    }

    async def report(_progress: Progress) -> None:
        return None

    await import_threads(stage.ctx, io.BytesIO(msgspec.json.encode(line)), report=report)
    assert len(await look(stage.ctx, "SELECT id FROM threads")) == 1
    assert await told(stage) == []


async def test_a_cover_is_told_from_its_beginning_to_its_end(stage: Stage) -> None:
    await endpoint(stage, "cover")
    ana = await stage.ana()
    await stage.say(ana, "c1")
    until = stage.clock.now + 3_600_000
    for end in (until, 2 * until - stage.clock.now):
        draft = CoverDraft(team=stage.tampa, until=to_text(end), reason=SECRET)
        await cover(stage.ctx, stage.mia, thread=ana.thread, draft=draft)
    await hand_back(stage.ctx, stage.mia, thread=ana.thread, note=SECRET)
    events = [data for _, data in await told(stage)]
    assert [one["state"] for one in events] == ["began", "extended", "ended"]
    assert {one["team"] for one in events} == {stage.tampa}
    assert {one["home"] for one in events} == {stage.spokane}
    assert events[-1]["until"] is None
    assert SECRET not in repr(events)
