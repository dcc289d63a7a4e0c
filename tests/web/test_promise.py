"""A promise over the API: everywhere one shape, for the customer, their team page and the desk."""

from __future__ import annotations

import msgspec

from inbox.core.promise import Promise
from tests.servers import People, Server


async def test_a_customer_is_told_and_the_desk_sees_what(server: Server, people: People) -> None:
    rules = f"/v1/admin/teams/{people.spokane}/rules"
    ana = server.token("ana", region="US-WA", locale="ja-JP")
    nothing = await server.ask("GET", "/v1/thread", token=ana)
    await server.ask("PATCH", rules, {"promise_target_minutes": 25}, token=people.mia)
    before = await server.ask("GET", "/v1/thread", token=ana)
    page = await server.ask("GET", "/v1/team", token=ana)

    body = {"client_id": "c1", "body": "Is it raining?"}
    sent = await server.ask("POST", "/v1/thread/messages", body, token=ana)
    after = await server.ask("GET", "/v1/thread", token=ana)
    again = await server.ask("POST", "/v1/thread/messages", body, token=ana)
    queue = await server.ask("GET", "/v1/desk/queue?view=waiting", token=people.bo)
    sheets = await server.ask("GET", "/v1/desk/team", token=people.bo)

    assert nothing.body["promise"] is None
    said = sent.body["promise"]
    told = msgspec.convert(said, Promise)
    assert (told.kind, told.basis, told.minutes, told.samples) == ("target", "first", 30, 0)
    assert (told.form, told.opens_at, told.text) == ("within", None, "目標：30分以内に返信")
    assert page.body["promise"]["text"] == before.body["promise"]["text"] == told.text
    assert page.body["kept_rate"] is None
    assert [one["kept_rate"] for one in sheets.body["items"]] == [None]
    # From now on it is a time by the clock, of the team's zone, as the customer named none.
    for waiting in (after.body["promise"], again.body["promise"]):
        assert waiting["expect_by"] == said["expect_by"]
        assert waiting["form"] == "by"
        assert waiting["text"].startswith("目標：")
        assert waiting["text"].endswith("までに返信")
    assert (sent.status, again.status) == (201, 200)
    [shown] = queue.body["items"]
    assert shown["promise"] == said

    answer = {"client_id": "a1", "body": "It is.", "seen_seq": sent.body["message"]["seq"]}
    replied = await server.ask(
        "POST", f"/v1/desk/threads/{shown['id']}/messages", answer, token=people.bo
    )
    assert (replied.status, replied.body["promise"]) == (201, None)
    one = await server.ask("GET", f"/v1/desk/threads/{shown['id']}", token=people.bo)
    assert one.body["promise"] is None
    now = await server.ask("GET", "/v1/thread", token=ana)
    assert now.body["promise"]["basis"] == "next"


async def test_the_document_says_what_a_promise_is(server: Server) -> None:
    document = (await server.ask("GET", "/openapi.json")).body
    schemas = document["components"]["schemas"]
    shape = schemas["Promise"]
    assert shape["properties"]["kind"]["enum"] == ["measured", "target"]
    assert shape["properties"]["expect_by"]["format"] == "date-time"
    assert set(shape["required"]) == set(Promise.__struct_fields__)
    for name in ("CustomerThread", "MessageAnswer", "TeamPage", "ThreadSummary"):
        assert "Promise" in str(schemas[name]["properties"]["promise"]), name
