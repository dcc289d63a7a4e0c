"""The live protocol's rules, one by one: coming in, bad input, time, changes of sign-in."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inbox.core.errors import (
    BadRequest,
    Expired,
    Internal,
    NotDurable,
    NotFound,
    PinboxError,
    RateLimited,
    Unauthorized,
)
from inbox.core.frames import Ack, Hello, Subscribe, Want, decode_frame
from inbox.core.sync import CloseCode, Limits, effects, inputs
from tests.core.machines import (
    ANA,
    BO,
    EPOCH,
    LUIS,
    MIA,
    Machine,
    batch,
    draft,
    follow,
    pick,
)

# ── greeting and signing in ───────────────────────────────────────────────────────────────────────


def test_hello_signs_in_subscribes_and_resumes_in_one_round_trip() -> None:
    machine = Machine()
    wants = (Want("thread", f"{EPOCH}:3"),)
    assert machine.hear(Hello(token="t", device="phone", streams=wants)) == [
        effects.SignIn("t", "phone", None)
    ]
    wanted = machine.feed(inputs.SignedIn(ANA))
    assert pick(wanted, effects.Join) == [effects.Join("thread", 1)]
    assert machine.said == [
        {"type": "welcome", "connection": "c1", "epoch": EPOCH, "ping_s": 25.0, "pong_s": 10.0}
    ]
    assert pick(machine.feed(inputs.Joined("thread", 1, head=5, floor=0)), effects.ReadOn) == [
        effects.ReadOn("thread", 1, 3)
    ]
    machine.feed(inputs.Turned("thread", 1, batch(3, 5)))
    assert machine.kinds() == ["welcome", "events", "live"]
    assert machine.said[1]["since"] == f"{EPOCH}:3"
    assert machine.said[1]["until"] == f"{EPOCH}:5"
    assert machine.said[2] == {"type": "live", "stream": "thread", "cursor": f"{EPOCH}:5"}


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        "hello",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'"hello"',
        b'{"type":"pong"}',
        b'{"type":"send","id":1,"client_id":"a","body":"x"}',
        b'{"type":"subscribe","stream":"thread"}',
        b'{"type":"nothing"}',
        b'{"type":"hello","tokens":"misspelt"}',
        b'{"type":"hello","token":7}',
        b'{"type":"hello","streams":[{"stream":""}]}',
        b'{"type":"hello","token":"' + b"a" * 100_000 + b'"}',
        b"[" * 5_000,
    ],
)
def test_whoever_does_not_begin_with_hello_is_closed(said: bytes | str | None) -> None:
    machine = Machine()
    machine.hear(said)
    assert machine.closed() == CloseCode.BAD_FRAME
    assert not machine.listens()


def test_nothing_is_read_while_the_sign_in_is_looked_at() -> None:
    machine = Machine()
    assert machine.listens()
    machine.hear(Hello(token="t"))
    assert not machine.listens()
    machine.feed(inputs.SignedIn(ANA))
    assert machine.listens()


def test_whoever_does_not_sign_in_in_time_is_closed() -> None:
    for hello in (False, True):
        machine = Machine()
        if hello:
            machine.hear(Hello(token="t"))
        assert machine.sync.deadline == machine.now + 10_000
        machine.tick(ms=9_999)
        assert machine.closed() is None
        machine.tick(ms=1)
        assert machine.closed() == CloseCode.NO_PONG


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unauthorized("forged"), CloseCode.BAD_TOKEN),
        (NotFound(), CloseCode.BAD_TOKEN),
        (Expired("over"), CloseCode.TOKEN_EXPIRED),
        (RateLimited(retry_after=3), CloseCode.TOO_MANY),
        (NotDurable(), CloseCode.TRY_AGAIN),
        (Internal("secret"), CloseCode.INTERNAL),
    ],
)
def test_a_refused_sign_in_says_why_and_whether_to_come_back(
    error: PinboxError, code: CloseCode
) -> None:
    machine = Machine()
    machine.hear(Hello(token="t"))
    machine.feed(inputs.Refused(error))
    assert machine.kinds() == ["error"]
    assert machine.said[0]["code"] == error.code
    assert machine.said[0]["temporary"] is error.temporary
    assert "secret" not in machine.said[0]["detail"]
    assert machine.closed() == code


def test_a_second_hello_is_out_of_turn() -> None:
    machine = Machine().open()
    machine.hear(Hello(token="t"))
    assert machine.closed() == CloseCode.BAD_FRAME


# ── bad input after the sign-in ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "id_"),
    [
        (b'{"type":"nothing","id":9}', 9),
        (b'{"type":"send","id":"s1","client_id":"a"}', "s1"),
        (b'{"type":"send","id":"s1","client_id":"a","body":"x","seenseq":4}', "s1"),
        (b'{"type":"send","id":"s1","client_id":"","body":"x"}', "s1"),
        (b'{"type":"send","id":"s1","client_id":"a\xc3\xa9","body":"x"}', "s1"),
        (b'{"type":"send","id":4,"client_id":"a","body":"half an emoji \\ud83d"}', 4),
        (b'{"type":"ack","upto":-1}', None),
        (b'{"type":"ack","upto":9007199254740992}', None),
        (b'{"type":"ack","upto":1.5}', None),
        (b'{"type":"visible"}', None),
        (b'{"type":"send","id":{},"client_id":"a","body":"x"}', None),
        (b"[1,2]", None),
        (b"7", None),
    ],
)
def test_json_that_is_no_frame_is_an_error_and_harms_nothing(said: bytes, id_: object) -> None:
    machine = Machine().open()
    machine.hear(said)
    assert machine.closed() is None
    assert machine.kinds() == ["error"]
    assert machine.said[0]["code"] == "bad_request"
    assert machine.said[0].get("id") == id_


FRAMES = (
    "must be one of: ack, hello, pong, read, send, subscribe, token, typing, unsubscribe, viewing, "
    "visible"
)


@pytest.mark.parametrize(
    ("said", "path", "message"),
    [
        (b'{"type":"ack","upto":"x"}', "upto", "must be a whole number"),
        (b'{"type":"ack","upto":1,"seen":2}', "seen", "there is no such member here"),
        (b'{"type":"subscribe"}', "stream", "is missing"),
        (b'{"type":"subscribe","stream":""}', "stream", "must not be empty"),
        (b'{"type":"nonsense"}', "type", FRAMES),
        (b"{}", "type", "is missing"),
    ],
)
def test_a_frame_that_is_wrong_names_the_member(said: bytes, path: str, message: str) -> None:
    machine = Machine().open()
    machine.hear(said)
    assert machine.said[0]["errors"] == [{"path": path, "message": message}]
    assert machine.said[0]["detail"] == f"{path}: {message}"


def test_one_deep_in_a_frame_is_named_by_its_place() -> None:
    with pytest.raises(BadRequest) as caught:
        decode_frame(b'{"type":"hello","streams":[{"stream":"thread"},{}]}')
    assert [one.path for one in caught.value.errors] == ["streams[1].stream"]


def test_what_is_no_object_has_no_member_to_name() -> None:
    machine = Machine().open()
    machine.hear(b"[1,2]")
    assert "errors" not in machine.said[0]


@pytest.mark.parametrize("said", [None, b"", b"nonsense", b'{"type":"pong"', b"\x00"])
def test_what_is_no_json_ends_the_connection(said: bytes | None) -> None:
    machine = Machine().open()
    machine.hear(said)
    assert machine.closed() == CloseCode.BAD_FRAME


def test_a_frame_that_is_too_large_is_refused_by_its_bytes() -> None:
    machine = Machine(Limits(frame_bytes=100)).open()
    machine.hear('{"type":"send","id":1,"client_id":"a","body":"' + "é" * 40 + '"}')
    assert machine.said[0]["code"] == "too_large"
    assert machine.closed() is None


def test_a_flood_is_closed_and_a_brisk_client_is_not() -> None:
    limits = Limits(frames_per_second=10, frames_burst=20)
    machine = Machine(limits).open()
    for _ in range(100):
        machine.now += 100
        machine.hear(b'{"type":"pong"}')
    assert machine.closed() is None
    for _ in range(21):
        machine.hear(b'{"type":"pong"}')
    assert machine.closed() == CloseCode.TOO_MANY


# ── the sign-in changes ───────────────────────────────────────────────────────────────────────────


def test_a_token_is_renewed_in_place() -> None:
    machine = Machine().open(ends=1_060_000)
    assert machine.hear(b'{"type":"token","token":"new"}') == [effects.Renew("new")]
    machine.feed(inputs.Renewed(ANA, ends=2_000_000))
    machine.tick(ms=60_000)
    assert machine.closed() is None


def test_a_token_that_ends_closes_the_connection() -> None:
    machine = Machine().open(ends=1_005_000)
    assert machine.sync.deadline == 1_005_000
    machine.tick(ms=5_000)
    assert machine.closed() == CloseCode.TOKEN_EXPIRED


def test_a_bad_new_token_leaves_the_old_one() -> None:
    machine = Machine().open(ends=1_005_000)
    machine.hear(b'{"type":"token","token":"forged"}')
    machine.feed(inputs.NotRenewed(Unauthorized()))
    assert machine.said[0]["code"] == "unauthorized"
    assert machine.closed() is None
    machine.tick(ms=5_000)
    assert machine.closed() == CloseCode.TOKEN_EXPIRED


@pytest.mark.parametrize("who", [LUIS, BO])
def test_another_subject_has_no_business_here(who: Any) -> None:
    machine = Machine().open(ANA)
    machine.hear(b'{"type":"token","token":"t"}')
    machine.feed(inputs.Renewed(who))
    assert machine.closed() == CloseCode.BAD_TOKEN


def test_one_token_is_looked_at_at_a_time() -> None:
    machine = Machine().open()
    machine.hear(b'{"type":"token","token":"a"}')
    assert pick(machine.hear(b'{"type":"token","token":"b"}'), effects.Renew) == []
    assert machine.said[0]["code"] == "rate_limited"


def test_who_is_revoked_is_closed_for_good() -> None:
    machine = Machine().open()
    follow(machine, since=0, head=0)
    wanted = machine.feed(inputs.Revoked())
    assert wanted[0] == effects.Leave("thread")
    assert machine.closed() == CloseCode.REVOKED


def test_an_agent_who_leaves_a_team_loses_its_stream_alone() -> None:
    machine = Machine().open(MIA)
    for team in ("spokane", "tampa"):
        machine.hear(Subscribe(stream=f"team:{team}", since=f"{EPOCH}:0"))
    machine.forget()
    less = msgspec.structs.replace(MIA, teams=frozenset({"tampa"}))
    machine.feed(inputs.Refreshed(less))
    assert pick(machine.wanted, effects.Leave) == [effects.Leave("team:spokane")]
    assert (machine.said[0]["code"], machine.said[0]["stream"]) == ("forbidden", "team:spokane")
    assert machine.closed() is None


def test_an_agent_who_comes_into_a_team_is_asked_to_come_anew() -> None:
    machine = Machine().open(MIA)
    machine.feed(inputs.Refreshed(msgspec.structs.replace(MIA, name="Mia Berg")))
    assert machine.said == []

    more = msgspec.structs.replace(MIA, teams=MIA.teams | {"omaha"})
    machine.feed(inputs.Refreshed(more))
    machine.feed(inputs.Refreshed(msgspec.structs.replace(more, teams=more.teams | {"boise"})))

    assert machine.said == [{"type": "drain", "within_ms": 1_000}], "once"
    machine.tick(ms=1_000)
    assert machine.closed() == CloseCode.DRAINING


# ── time ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_ping_at_every_interval_and_any_frame_answers_it() -> None:
    machine = Machine().open()
    assert machine.sync.deadline == machine.now + 25_000
    machine.tick(ms=25_000)
    assert machine.kinds() == ["ping"]
    machine.now += 9_000
    machine.hear(Ack(upto=0))
    machine.tick(ms=1_000)
    assert machine.closed() is None
    machine.tick(ms=15_000)
    assert machine.kinds() == ["ping", "ping"]


def test_a_chatty_client_is_pinged_too_since_it_listens_for_us() -> None:
    machine = Machine().open()
    for _ in range(25):
        machine.now += 1_000
        machine.hear(b'{"type":"pong"}')
        machine.tick()
    assert machine.kinds() == ["ping"]


def test_who_answers_no_ping_is_gone() -> None:
    machine = Machine().open()
    machine.tick(ms=25_000)
    assert machine.sync.deadline == machine.now + 10_000
    machine.tick(ms=9_999)
    assert machine.closed() is None
    machine.tick(ms=1)
    assert machine.closed() == CloseCode.NO_PONG


def test_a_ping_that_is_not_written_yet_cannot_be_answered() -> None:
    machine = Machine().open()
    machine.slow = True
    machine.tick(ms=25_000)
    machine.tick(ms=20_000)
    machine.feed(inputs.Wrote())
    machine.tick(ms=9_999)
    assert machine.closed() is None
    machine.tick(ms=1)
    assert machine.closed() == CloseCode.NO_PONG


def test_a_write_that_stalls_is_cut_and_one_that_crawls_is_not() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=5)
    machine.slow = True
    for place in range(5):  # each stretch takes nearly the whole time
        machine.feed(inputs.Turned("thread", turn, batch(place, place + 1)))
        machine.tick(ms=29_000)
        machine.feed(inputs.Wrote())
    assert machine.closed() is None
    machine.feed(inputs.Wrote())  # live
    machine.feed(inputs.Stirred("thread", 6))
    machine.feed(inputs.Turned("thread", turn, batch(5, 6)))
    assert machine.sync.deadline == machine.now + 30_000
    machine.tick(ms=30_000)
    assert machine.closed() == CloseCode.SLOW_CONSUMER
    assert machine.wanted[-1].at_once


def test_who_does_not_read_answers_is_not_read_from() -> None:
    machine = Machine(Limits(unsent=4)).open()
    machine.slow = True
    for _ in range(4):
        assert machine.listens()
        machine.hear(b"7")
    assert not machine.listens()
    machine.feed(inputs.Wrote())
    assert machine.listens()


def test_drain_tells_when_and_closes_at_the_end_of_it() -> None:
    machine = Machine().open()
    machine.feed(inputs.Draining(within_ms=4_000))
    machine.feed(inputs.Draining(within_ms=9_000))
    assert machine.said == [{"type": "drain", "within_ms": 4000}]
    (deliver,) = machine.hear(draft("a"))  # still served
    machine.feed(inputs.Stored(deliver.ticket, b"{}", duplicate=False))
    machine.tick(ms=3_999)
    assert machine.closed() is None
    machine.tick(ms=1)
    assert machine.closed() == CloseCode.DRAINING


def test_drain_waits_a_little_for_what_was_accepted() -> None:
    machine = Machine().open()
    machine.feed(inputs.Draining(within_ms=0))
    (deliver,) = machine.hear(draft("a"))
    machine.tick(ms=4_000)
    assert machine.closed() is None
    machine.feed(inputs.Stored(deliver.ticket, b"{}", duplicate=False))
    machine.tick()
    assert machine.kinds() == ["drain", "ok"]
    assert machine.closed() == CloseCode.DRAINING


def test_who_is_not_signed_in_yet_is_sent_away_at_once() -> None:
    machine = Machine()
    machine.feed(inputs.Draining(within_ms=4_000))
    assert machine.closed() == CloseCode.DRAINING
