"""Search: what is found, by whom, how soon, and what a query may hold."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.core.errors import BadRequest, Overloaded
from inbox.core.policy import Agent
from inbox.core.words import SNIPPET, snippet, terms, words
from inbox.flows import context, search
from inbox.flows.agents import AgentChange, change_agent
from inbox.flows.context import Context
from inbox.flows.customer_views import customer_messages
from inbox.flows.erasure import erase
from inbox.flows.handover import transfer
from inbox.flows.notes import note
from inbox.flows.search import SearchPage, find, index_due
from inbox.store import postgres, sqlite
from inbox.store import search as places
from inbox.store.engine import Row, Tx
from inbox.store.queries import compile_query
from tests.cast import OPERATOR, Cast, SetClock, answer, arrive, change, look, say


async def found(ctx: Context, who: Agent, q: str) -> list[str]:
    return [item.body for item in (await all_of(ctx, who, q)).items]


async def all_of(ctx: Context, who: Agent, q: str) -> SearchPage:
    return await find(ctx, who, q=q, cursor=None, limit=50)


async def test_words_are_found_without_regard_to_case_accents_and_order(
    ctx: Context, cast: Cast
) -> None:
    ana = await arrive(ctx, "ana", name="Ana")
    await say(ctx, ana, "Mi TELÉFONO nuevo no suena")
    await answer(ctx, cast.bo, ana.thread, "Is the SIM in it?")
    await index_due(ctx)
    assert await found(ctx, cast.bo, "telefono") == ["Mi TELÉFONO nuevo no suena"]
    assert await found(ctx, cast.bo, "suena mi") == ["Mi TELÉFONO nuevo no suena"]
    assert await found(ctx, cast.bo, "tele") == ["Mi TELÉFONO nuevo no suena"]
    assert await found(ctx, cast.bo, "tele nuevo") == []
    assert await found(ctx, cast.bo, "sim") == ["Is the SIM in it?"]
    assert await found(ctx, cast.bo, "telephone") == []


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ("我想取消订单，谢谢", "取消"),
        ("我想取消订单，谢谢", "消订"),
        ("我想取消订单，谢谢", "订单"),
        ("我想取消订单，谢谢", "单"),
        ("我想取消订单，谢谢", "取消订单"),
        ("電話が鳴りません", "電話"),
        ("ﾃﾞﾝﾜが鳴らない", "デンワ"),
        ("환불을 요청합니다", "환불"),
        ("환불을 요청합니다", "요청 환불"),
        ("ฉันต้องการคืนเงิน", "คืนเงิน"),
        ("मुझे किताब चाहिए", "किताब"),
        ("Straße 12", "strasse"),
        ("naïve café", "cafe"),
        ("İstanbul", "istanbul"),
    ],
)
async def test_every_script_is_found(ctx: Context, cast: Cast, body: str, query: str) -> None:
    mei = await arrive(ctx, "mei")
    await say(ctx, mei, body)
    await say(ctx, mei, "something else, 其他")
    await index_due(ctx)
    assert await found(ctx, cast.bo, query) == [body]


async def test_notes_are_found_too(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await note(ctx, cast.bo, thread=ana.thread, client_id="n1", body="probably a broken antenna")
    await index_due(ctx)
    page = await all_of(ctx, cast.mia, "antenna")
    assert [(item.type, item.author, item.thread) for item in page.items] == [
        ("note", "Bo", ana.thread)
    ]


async def test_only_threads_that_the_agent_may_see_now(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana", name="Ana Ruiz")
    await say(ctx, ana, "a roaming question")
    await index_due(ctx)
    assert await found(ctx, cast.ravi, "roaming") == []
    assert (await all_of(ctx, cast.ravi, "ruiz")).customers == ()
    await transfer(ctx, cast.bo, thread=ana.thread, team=cast.tampa, reason="abroad")
    assert await found(ctx, cast.ravi, "roaming") == ["a roaming question"]
    assert await found(ctx, cast.bo, "roaming") == ["a roaming question"]
    away = AgentChange(teams=(cast.tampa,))
    await change_agent(ctx, OPERATOR, agent=cast.bo.id, change=away)
    await transfer(ctx, cast.mia, thread=ana.thread, team=cast.spokane, reason="back")
    assert await found(ctx, cast.bo, "roaming") == []


async def test_customers_are_found_by_name_and_id(
    ctx: Context, cast: Cast, clock: SetClock
) -> None:
    ana = await arrive(ctx, "cust-83d9327a", name="Ana Ruiz")
    await say(ctx, ana, "hello")
    await index_due(ctx)
    for query in ("ana", "Ru", "ruiz ana", "cust-83d9", "83d9327a"):
        page = await all_of(ctx, cast.bo, query)
        assert [(one.thread, one.customer.name) for one in page.customers] == [
            (ana.thread, "Ana Ruiz")
        ], query
        assert page.items == ()
    clock.pass_(60_000)
    await arrive(ctx, "cust-83d9327a", name="Ana López")
    await index_due(ctx)
    assert (await all_of(ctx, cast.bo, "ruiz")).customers == ()
    assert len((await all_of(ctx, cast.bo, "lopez")).customers) == 1


async def test_newest_first_in_pages(ctx: Context, cast: Cast, clock: SetClock) -> None:
    ana, luis = await arrive(ctx, "ana"), await arrive(ctx, "luis")
    for number in range(12):
        clock.pass_(1_000)
        await say(ctx, luis if number % 3 else ana, f"bill {number}")
        if number % 5 == 0:
            await index_due(ctx)
    await index_due(ctx)
    seen, cursor = [], None
    while True:
        page = await find(ctx, cast.bo, q="bill", cursor=cursor, limit=5)
        seen += [item.body for item in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == [f"bill {number}" for number in reversed(range(12))]


@pytest.mark.parametrize("reach", [(1,), (2, 3), (2, 5), (50,)])
async def test_what_many_messages_of_others_have_is_found_page_by_page(
    ctx: Context,
    cast: Cast,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    reach: tuple[int, ...],
) -> None:
    """A page looks at a bounded number of matches: it may be empty, and the next goes on."""
    monkeypatch.setattr(search, "REACH", reach)
    ana, luis = await arrive(ctx, "ana"), await arrive(ctx, "luis", region="US-FL")
    theirs = {0, 1, 7, 13}
    for number in range(14):
        clock.pass_(1_000)
        await say(ctx, luis if number in theirs else ana, f"bill {number}")
    await index_due(ctx)
    seen, pages, cursor = [], 0, None
    while pages == 0 or cursor is not None:
        page = await find(ctx, cast.ravi, q="bill", cursor=cursor, limit=2)
        seen += [item.body for item in page.items]
        pages, cursor = pages + 1, page.next
    assert seen == [f"bill {number}" for number in sorted(theirs, reverse=True)]
    assert pages >= 14 / max(reach)
    assert (await find(ctx, cast.ravi, q="bull", cursor=None, limit=2)).next is None


@pytest.mark.usefixtures("cast")
async def test_what_is_sent_meanwhile_is_indexed_next_time(ctx: Context) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "first")
    assert await index_due(ctx) is False
    assert await look(ctx, "SELECT COUNT(*) FROM threads WHERE unindexed") == [(0,)]
    await say(ctx, ana, "second")
    await index_due(ctx)
    await index_due(ctx)
    assert await look(ctx, "SELECT seq FROM search WHERE seq > 0 ORDER BY seq") == [
        (row[0],) for row in await look(ctx, "SELECT seq FROM items WHERE type = 'message'")
    ]


async def test_a_mark_that_was_left_by_a_crash_doubles_nothing(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "first")
    await index_due(ctx)
    await change(ctx, "UPDATE threads SET unindexed = TRUE")
    await index_due(ctx)
    assert await found(ctx, cast.bo, "first") == ["first"]


async def test_a_long_thread_is_indexed_in_steps(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "TEXTS", 3)
    ana = await arrive(ctx, "ana")
    for number in range(7):
        await say(ctx, ana, f"step {number}")
    calls = 1
    while await index_due(ctx):
        calls += 1
    assert calls == 3
    assert len(await found(ctx, cast.bo, "step")) == 7


@pytest.mark.parametrize("texts", [4, 200])
async def test_busy_threads_keep_nobody_from_having_a_turn(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch, texts: int
) -> None:
    """Six write before every visit, as much as is taken up in one; the last by id says one word."""
    monkeypatch.setattr(search, "TEXTS", texts)
    customers = [await arrive(ctx, f"customer-{number}") for number in range(7)]
    *busy, quiet = sorted(customers, key=lambda one: one.thread)
    await say(ctx, quiet, "umbrella")
    rounds = 0
    while not await found(ctx, cast.bo, "umbrella"):
        for who in busy:
            await say(ctx, who, "and another thing")
        await index_due(ctx, limit=3)
        rounds += 1
        assert rounds <= 3, "seven threads, three at a time"
    while await index_due(ctx, limit=3):
        pass
    assert ctx.memory.search_whole_at == ctx.clock()
    assert await look(ctx, "SELECT COUNT(*) FROM threads WHERE unindexed") == [(0,)]


async def test_what_is_erased_while_search_reads_it_is_not_found(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the reader that takes the words and the writer that stores them."""
    ana, luis = await arrive(ctx, "ana", name="Ana Ruiz"), await arrive(ctx, "luis")
    for who in (ana, luis):
        await say(ctx, who, "umbrella")
    store = context.write

    async def erase_first(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(search, "write", store)
        await erase(ctx, OPERATOR, customer="ana")
        await say(ctx, ana, "and again")  # so that search has to come by again
        return await store(*given, **named)

    monkeypatch.setattr(search, "write", erase_first)
    await index_due(ctx)
    while await index_due(ctx):
        pass
    assert await found(ctx, cast.bo, "again") == ["and again"]
    rows = await look(ctx, "SELECT thread_id, words FROM search")
    assert [thread for thread, words in rows if "umbrella" in words] == [luis.thread]
    assert not [thread for thread, words in rows if "ruiz" in words]


async def test_two_that_index_at_once_double_nothing(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    for number in range(20):
        await say(ctx, ana, f"step {number}")
    await asyncio.gather(*(index_due(ctx) for _ in range(4)))
    await index_due(ctx)
    assert len(await found(ctx, cast.bo, "step")) == 20


async def test_two_items_that_want_one_place_both_find_one(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_number", lambda *_parts: 7)
    ana = await arrive(ctx, "ana")
    for number in range(5):  # in one millisecond
        await say(ctx, ana, f"step {number}")
    await index_due(ctx)
    for number in range(5):  # the same, of which search knows five by now
        await say(ctx, ana, f"step again {number}")
    await index_due(ctx)
    assert len(await found(ctx, cast.bo, "step")) == 10
    if ctx.store.dialect == "sqlite":  # raises where a row's words stand in it twice
        await change(ctx, "INSERT INTO search_words (search_words) VALUES ('integrity-check')")


@pytest.mark.parametrize("longest", [1, 40, 90, 150])
async def test_long_texts_are_indexed_a_few_at_a_time(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    """The loop does nothing else meanwhile; each text is taken up once, whatever the cut."""
    monkeypatch.setattr(search, "WORDS", longest)
    stored: list[int] = []
    add = places.add_items

    async def note_size(tx: Tx, texts: list[places.Text], *, encoded: str) -> None:
        assert sum(len(text.words) for text in texts) <= longest or len(texts) == 1
        stored.append(len(texts))
        await add(tx, texts, encoded=encoded)

    monkeypatch.setattr(places, "add_items", note_size)
    customers = [await arrive(ctx, name) for name in ("ana", "luis", "mei")]
    for number in range(4):
        for who in customers:
            await say(ctx, who, f"umbrella number {number} of {who.id}")
    while await index_due(ctx):
        pass
    await index_due(ctx)
    assert sum(stored) == len(await found(ctx, cast.bo, "umbrella")) == 12
    assert await look(ctx, "SELECT COUNT(*) FROM threads WHERE unindexed") == [(0,)]


async def test_what_cannot_be_searched_for_is_refused(ctx: Context, cast: Cast) -> None:
    for query in ("", "  ", "?!", "🙂", "x" * 201):
        with pytest.raises(BadRequest, match=r"query\.q"):
            await all_of(ctx, cast.bo, query)
    with pytest.raises(BadRequest, match=r"query\.cursor"):
        await find(ctx, cast.bo, q="x", cursor="1; DROP", limit=5)


async def test_one_that_takes_too_long_says_what_helps_and_holds_nobody_up(
    ctx: Context, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = compile_query(
        "endless",
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT 1 - n FROM n) SELECT COUNT(*) FROM n",
    )
    ana = await arrive(ctx, "ana")
    begun = threading.Event()

    async def match_too_many(tx: Tx, *_: object, **__: object) -> list[Row]:
        begun.set()
        return await tx.fetch(endless)

    real = places.find_items
    monkeypatch.setattr(places, "find_items", match_too_many)
    for module in (sqlite, postgres):
        monkeypatch.setattr(module, "LONG_READ_SECONDS", 0.3)
    finding = asyncio.create_task(all_of(ctx, cast.ravi, "parcel"))
    assert await asyncio.to_thread(begun.wait, 20)
    for number in range(5):
        await say(ctx, ana, f"parcel {number}")
    assert len((await customer_messages(ctx, ana, before=99, limit=9)).items) == 5
    with pytest.raises(Overloaded, match="add a word") as caught:
        await finding
    assert caught.value.retry_after
    monkeypatch.setattr(places, "find_items", real)
    await index_due(ctx)
    assert len(await found(ctx, cast.bo, "parcel")) == 5


async def test_no_query_is_a_syntax_error(ctx: Context, cast: Cast) -> None:
    ana = await arrive(ctx, "ana")
    await say(ctx, ana, "NEAR the tower")
    await index_due(ctx)
    for query in ("near", '"near', "near*", "NEAR(", "the:near", "'near", "-near & !tower |"):
        assert await found(ctx, cast.bo, query) == ["NEAR the tower"], query
    for query in ("near OR", "near AND NOT", "words:near", "near)) tower2"):
        assert await found(ctx, cast.bo, query) == [], query
    for query in ("a:*b & !c | 'd' \\ <->", "^a -b +c", "ʼn ß ﬁ", "\u0301a", "e\u0301\u20e3 ❤️"):
        await all_of(ctx, cast.bo, query)


def is_found(query: str, text: str) -> bool:
    known = words(text)
    return all(
        term.word in known or (term.prefix and any(word.startswith(term.word) for word in known))
        for term in terms(query)
    )


@given(st.text(max_size=80))
def test_a_text_is_found_by_itself_and_its_words_are_safe_to_quote(text: str) -> None:
    assert all(word and not set(word) & set(" '\"\\:*&|!()<>") for word in words(text))
    assert is_found(text, text)


@given(st.lists(st.sampled_from("取消订单吧谢"), min_size=1, max_size=8).map("".join), st.data())
def test_any_part_of_a_run_without_spaces_is_found(text: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(text) - 1))
    last = data.draw(st.integers(first + 1, len(text)))
    assert is_found(text[first:last], text)


def test_a_snippet_is_short_and_shows_the_word() -> None:
    body = "Lorem ipsum " * 40 + "\n\nthe  broken ANTENNA " + "dolor sit " * 40
    shown = snippet(body, terms("antenna"))
    assert "broken ANTENNA" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= SNIPPET + 2
    assert snippet("short\nand all", terms("x")) == "short and all"


async def test_what_json_writes_otherwise_is_taken_up_as_it_is(ctx: Context, cast: Cast) -> None:
    """What is new comes from the database as one JSON text, and its words go back as one."""
    bodies = [
        'first "quoted" \\ and \\\\ behind',
        "second \\u0000 \\ud800 \\n as they are written",
        "third\u2028line\u2029end\ttab\nnext\xa0",
        "fourth \U0001f44b\U0010fffd \ufffe \ufeff",
        'fifth [["x",1,"y"]] {"a":null} \'; --',
        "sixth " + "\\\"'\u2028" * 950,
    ]
    ana = await arrive(ctx, "ana\"'\\", name='Ana "O\'Hara" \\ [null]')
    luis = await arrive(ctx, "luis")
    for body in bodies:
        await say(ctx, ana, body)
        await say(ctx, luis, body)
    while await index_due(ctx):
        pass
    for body in bodies:
        first = body.split(maxsplit=1)[0]
        assert [text.split()[0] for text in await found(ctx, cast.bo, first)] == [first] * 2
    [known] = (await all_of(ctx, cast.bo, "o'hara")).customers
    assert (known.customer.id, known.customer.name) == (ana.id, ana.name)
    assert await found(ctx, cast.bo, "u0000 ud800 n") == [bodies[1]] * 2
