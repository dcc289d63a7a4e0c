"""What was typed goes out once, in order, whatever the line, the server and the process do."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbox.client import CustomerClient, DeskClient, Pace
from inbox.client.journal import Draft, Journal
from inbox.core.errors import BadRequest, Internal, Unauthorized
from tests.client.letterbox import Fault, Letterbox
from tests.client.tokens import signed

PACE = Pace(base_s=0.001, cap_s=0.002, request_s=2)
PASSING: tuple[Fault, ...] = ("lost", "unanswered", "full", "busy", "signed_out")


async def test_a_send_is_answered_with_its_place() -> None:
    async with Letterbox() as box, CustomerClient(box.url, "t1", pace=PACE) as ana:
        sent = await ana.send("Hi, my bill looks wrong")
        assert (sent.message.seq, sent.message.body) == (1, "Hi, my bill looks wrong")
        assert sent.message.client_id
        assert not sent.duplicate
        again = await ana.send("Hi, my bill looks wrong", client_id=sent.message.client_id)
        assert again.duplicate
        assert box.bodies == ["Hi, my bill looks wrong"]
        assert ana.pending() == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(PASSING), max_size=8), st.integers(1, 4))
async def test_whatever_fails_on_the_way_all_arrive_once_in_order(
    faults: list[Fault], count: int
) -> None:
    async def fresh() -> str:
        return "t"

    async with Letterbox() as box:
        box.faults.extend(faults)
        # A token that comes from a source, since a fixed one that is refused ends the wait.
        async with CustomerClient(box.url, fresh, pace=PACE) as ana:
            ids = [await ana.post(f"line {n}") for n in range(count)]
            async with asyncio.timeout(10):
                await ana.flush()
            assert ana.pending() == []
        assert box.bodies == [f"line {n}" for n in range(count)]
        assert [message["client_id"] for message in box.stored] == ids
        assert box.most_at_once == 1


async def test_what_was_typed_offline_goes_out_after_a_restart(tmp_path: Path) -> None:
    async with Letterbox() as box:
        away = "http://127.0.0.1:9"  # discard: nobody listens
        async with CustomerClient(away, "t1", store=tmp_path / "ana", pace=PACE) as ana:
            await ana.post("first")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await ana.send("second")
            assert [draft.body for draft in ana.pending()] == ["first", "second"]
        async with CustomerClient(box.url, "t1", store=tmp_path / "ana", pace=PACE) as ana:
            await ana.send("third")
        assert box.bodies == ["first", "second", "third"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(("lost", "unanswered", "full")), min_size=1, max_size=6))
async def test_closed_at_any_moment_nothing_is_doubled_or_lost(faults: list[Fault]) -> None:
    with TemporaryDirectory() as folder:
        store = Path(folder) / "ana"
        async with Letterbox() as box:
            box.faults.extend(faults)
            for n in range(3):
                async with CustomerClient(box.url, "t1", store=store, pace=PACE) as ana:
                    await ana.post(f"line {n}")
                    await asyncio.sleep(0.001 * n)
            async with CustomerClient(box.url, "t1", store=store, pace=PACE) as ana:
                await ana.send("the end")
            assert box.bodies == ["line 0", "line 1", "line 2", "the end"]


async def test_a_refused_draft_is_set_aside_and_the_next_goes() -> None:
    async with Letterbox() as box, CustomerClient(box.url, "t1", pace=PACE) as ana:
        box.faults.append("refused")
        with pytest.raises(BadRequest):
            await ana.send("bad", client_id="c1")
        await ana.send("good")
        (refused,) = ana.refused()
        assert (refused.draft.client_id, refused.code) == ("c1", "bad_request")
        await ana.send("bad", client_id="c1")
        assert ana.refused() == []
        assert box.bodies == ["good", "bad"]


async def test_a_store_that_fails_is_told_to_everybody(tmp_path: Path) -> None:
    async with Letterbox() as box:
        async with CustomerClient(box.url, "t1", store=tmp_path / "ana", pace=PACE) as ana:
            await ana.send("hello")
            ana._journal._db.execute("DROP TABLE draft")
            with pytest.raises(sqlite3.OperationalError):
                await ana.send("lost?")
        assert box.bodies == ["hello"]


async def test_a_discarded_draft_is_gone() -> None:
    async with Letterbox() as box, CustomerClient(box.url, "t1", pace=PACE) as ana:
        box.faults.append("refused")
        with pytest.raises(BadRequest):
            await ana.send("bad", client_id="c1")
        ana.discard("c1")
        assert ana.refused() == []
        await ana.send("good")
        assert box.bodies == ["good"]


async def test_a_draft_that_breaks_the_server_does_not_block_the_others() -> None:
    async with Letterbox() as box, CustomerClient(box.url, "t1", pace=PACE) as ana:
        box.faults.extend(["internal"] * 5)
        broken, good = await asyncio.gather(
            ana.send("poison"), ana.send("good"), return_exceptions=True
        )
        assert isinstance(broken, Internal)
        assert not isinstance(good, BaseException)
        assert box.bodies == ["good"]


async def test_one_fault_of_the_server_is_tried_again() -> None:
    async with Letterbox() as box, CustomerClient(box.url, "t1", pace=PACE) as ana:
        box.faults.extend(["internal"] * 4)
        assert (await ana.send("hello")).message.seq == 1


async def test_a_refused_sign_in_is_told_and_the_draft_stays() -> None:
    async with Letterbox() as box:
        async with CustomerClient(box.url, "t1", pace=PACE) as ana:
            box.faults.extend(["signed_out"])
            with pytest.raises(Unauthorized):
                await ana.send("hello")
            async with asyncio.timeout(5):
                await ana.flush()
        assert box.bodies == ["hello"]


async def test_a_refused_token_is_renewed_before_anybody_hears_of_it() -> None:
    tokens = iter(["old", "new"])

    async def source() -> str:
        return next(tokens)

    async with Letterbox() as box, CustomerClient(box.url, source, pace=PACE) as ana:
        box.faults.extend(["signed_out"])
        await ana.send("hello")
        assert box.tokens == ["Bearer old", "Bearer new"]


async def test_the_store_of_another_customer_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "store")
    journal.open()
    journal.claim("ana")
    journal.keep(Draft("c1", "for Ana's team alone"))
    journal.close()
    async with Letterbox() as box:
        with pytest.raises(Unauthorized, match="somebody else"):
            async with CustomerClient(box.url, signed(sub="luis"), store=tmp_path / "store"):
                pass
        assert box.requests == []
    journal.open()
    journal.close()


def closed_url() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.mark.parametrize("way", ["send", "events"])
async def test_the_first_failure_is_told_and_those_after_it_are_not(
    way: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A client with a wrong address waits for ever: it must not do so in silence."""
    async with CustomerClient(closed_url(), signed(sub="ana"), pace=PACE) as ana:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await (ana.send("Hello?") if way == "send" else anext(ana.events()))
        assert len(ana.pending()) == (way == "send")
    told = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert [one.getMessage().split()[0] for one in told] == [
        "send_waits" if way == "send" else "live_refused"
    ]


async def test_a_client_closes_at_any_moment_of_its_tries() -> None:
    """Also where a try fails in the very turn in which it is told to end."""
    url = closed_url()

    async def leave(after_s: float) -> None:
        async with CustomerClient(url, signed(sub="ana"), pace=PACE) as ana:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(after_s):
                    await anext(ana.events())

    leaving = [asyncio.create_task(leave(0.05 + turn / 1_000)) for turn in range(150)]
    _, left = await asyncio.wait(leaving, timeout=10)
    assert not left


@pytest.mark.parametrize("url", ["", "care.example.com", "ws://care.example.com", "http://", "/x"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    for client in (CustomerClient, DeskClient):
        with pytest.raises(ValueError, match="is no address of a server"):
            client(url, "t")
