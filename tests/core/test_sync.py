"""The live protocol's rules, one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from inbox.core.errors import (
    Conflict,
    Expired,
    Gone,
    Internal,
    NotDurable,
    NotFound,
    PinboxError,
    RateLimited,
    StaleView,
    Unauthorized,
)
from inbox.core.frames import Ack, Hello, Read, Send, Subscribe, Typing, Viewing, Visible, Want
from inbox.core.sync import CloseCode, Limits, effects, inputs
from inbox.core.sync.passing import HEARD, SHOWN
from inbox.core.sync.requests import SENDS
from tests.core.machines import ANA, BO, EPOCH, LUIS, MIA, SPOKANE, Machine, batch, pick


def draft(id: int | str = 1, *, thread: str | None = None) -> Send:  # noqa: A002
    return Send(id=id, client_id=f"c{id}", body="Hello", thread=thread)


# ── greeting and signing in ──────────────────────────────────────────────────────────────────────


def test_hello_signs_in_subscribes_and_resumes_in_one_round_trip() -> None:
    machine = Machine()
    wants = (Want("thread", f"{EPOCH}:3"),)
    assert machine.hear(Hello(token="t", device="phone", streams=wants)) == [
        effects.SignIn("t", "phone")
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


# ── bad input after the sign-in ──────────────────────────────────────────────────────────────────


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


# ── following ────────────────────────────────────────────────────────────────────────────────────


def follow(machine: Machine, *, since: int | None = 0, head: int, floor: int = 0) -> int:
    cursor = None if since is None else f"{EPOCH}:{since}"
    (join,) = pick(machine.hear(Subscribe(stream="thread", since=cursor)), effects.Join)
    machine.feed(inputs.Joined("thread", join.turn, head=head, floor=floor))
    return int(join.turn)


def test_at_the_end_of_the_stream_live_is_said_at_once() -> None:
    machine = Machine().open()
    follow(machine, since=7, head=7)
    assert machine.said == [{"type": "live", "stream": "thread", "cursor": f"{EPOCH}:7"}]
    assert pick(machine.wanted, effects.ReadOn) == []


def test_without_a_cursor_reading_begins_at_the_floor() -> None:
    machine = Machine().open()
    turn = follow(machine, since=None, head=30, floor=20)
    assert pick(machine.wanted, effects.ReadOn) == [effects.ReadOn("thread", turn, 20)]


@pytest.mark.parametrize(
    ("since", "reason"),
    [
        (f"{EPOCH}:19", "history_expired"),
        (f"{EPOCH}:31", "cursor_ahead"),
        ("ffffffff:25", "stale_epoch"),
    ],
)
def test_what_cannot_be_resumed_is_reset_and_goes_on_from_the_end(since: str, reason: str) -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since=since))
    machine.feed(inputs.Joined("thread", 1, head=30, floor=20))
    reset = {"type": "reset", "stream": "thread", "reason": reason, "cursor": f"{EPOCH}:30"}
    assert machine.said == [
        reset,
        {"type": "live", "stream": "thread", "cursor": f"{EPOCH}:30"},
    ]
    assert pick(machine.feed(inputs.Stirred("thread", 31)), effects.ReadOn) == [
        effects.ReadOn("thread", 1, 30)
    ]


def test_a_stream_of_more_than_the_limit_is_too_far() -> None:
    machine = Machine().open()
    follow(machine, since=None, head=5_001)
    assert machine.said[0]["reason"] == "too_far"
    machine = Machine().open()
    follow(machine, since=None, head=5_000)
    assert machine.said == []


def test_what_moves_between_interest_and_bounds_is_not_missed() -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since=f"{EPOCH}:4"))
    machine.feed(inputs.Stirred("thread", 6))  # while the bounds are looked up
    wanted = machine.feed(inputs.Joined("thread", 1, head=5, floor=0))
    assert pick(wanted, effects.ReadOn) == [effects.ReadOn("thread", 1, 4)]
    machine.feed(inputs.Turned("thread", 1, batch(4, 5)))
    assert machine.kinds() == ["events"]  # 6 was there before live, so live comes after it
    machine.feed(inputs.Turned("thread", 1, batch(5, 6)))
    assert machine.kinds() == ["events", "events", "live"]


def test_a_busy_stream_does_not_put_off_live() -> None:
    machine = Machine().open()
    turn = follow(machine, head=2)
    machine.feed(inputs.Stirred("thread", 50))
    machine.feed(inputs.Turned("thread", turn, batch(0, 2, more=True)))
    assert machine.kinds() == ["events", "live"]


def test_one_stretch_is_asked_for_at_a_time_and_only_when_all_is_written() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=0)
    machine.slow = True
    assert pick(machine.feed(inputs.Stirred("thread", 1)), effects.ReadOn)
    assert machine.feed(inputs.Stirred("thread", 2)) == []
    machine.feed(inputs.Turned("thread", turn, batch(0, 1)))
    for head in range(3, 200):
        assert machine.feed(inputs.Stirred("thread", head)) == []
    assert pick(machine.feed(inputs.Wrote()), effects.ReadOn) == [effects.ReadOn("thread", turn, 1)]


def test_a_slow_reader_that_falls_too_far_behind_is_reset() -> None:
    machine = Machine(Limits(catch_up=100)).open()
    turn = follow(machine, since=0, head=0)
    machine.slow = True
    machine.feed(inputs.Stirred("thread", 1))
    machine.feed(inputs.Turned("thread", turn, batch(0, 1)))
    machine.feed(inputs.Stirred("thread", 102))
    machine.said.clear()
    machine.feed(inputs.Wrote())
    assert machine.said[0]["reason"] == "too_far"
    assert machine.said[0]["cursor"] == f"{EPOCH}:102"


def test_what_a_customer_may_not_see_passes_without_a_sound() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=0)
    machine.said.clear()
    machine.feed(inputs.Stirred("thread", 1))
    machine.feed(inputs.Turned("thread", turn, batch(0, 1, seqs=[])))
    assert machine.said == []
    wanted = machine.feed(inputs.Stirred("thread", 2))
    assert pick(wanted, effects.ReadOn) == [effects.ReadOn("thread", turn, 0)]
    machine.feed(inputs.Turned("thread", turn, batch(0, 2, seqs=[2])))
    assert (machine.said[0]["since"], machine.said[0]["until"]) == (f"{EPOCH}:0", f"{EPOCH}:2")


def test_many_unseen_places_move_the_cursor_all_the_same() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=0)
    machine.said.clear()
    machine.feed(inputs.Stirred("thread", 100))
    machine.feed(inputs.Turned("thread", turn, batch(0, 100, seqs=[])))
    assert machine.said[0]["items"] == []
    assert machine.said[0]["until"] == f"{EPOCH}:100"


def test_catching_up_over_unseen_places_ends_where_live_says() -> None:
    machine = Machine().open()
    turn = follow(machine, since=3, head=5)
    machine.feed(inputs.Turned("thread", turn, batch(3, 5, seqs=[])))
    assert machine.kinds() == ["events", "live"]
    assert machine.said[0]["until"] == machine.said[1]["cursor"] == f"{EPOCH}:5"


def test_a_failing_store_is_tried_again_after_a_while() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=3)
    machine.wanted.clear()
    machine.feed(inputs.Unread("thread", turn, NotDurable()))
    machine.feed(inputs.Stirred("thread", 4))
    assert machine.wanted == []
    assert machine.sync.deadline == machine.now + 1_000
    assert machine.tick(ms=999) == []
    assert machine.tick(ms=1) == [effects.ReadOn("thread", turn, 0)]


def test_a_store_that_gives_nothing_new_is_not_asked_in_a_circle() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=3)
    machine.wanted.clear()
    machine.feed(inputs.Turned("thread", turn, batch(0, 0)))
    assert machine.wanted == []
    assert machine.tick(ms=1_000) == [effects.ReadOn("thread", turn, 0)]


def test_history_that_expires_while_it_is_read_is_reset() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=3)
    machine.feed(inputs.Unread("thread", turn, Gone("history_expired")))
    assert machine.kinds() == ["reset", "live"]
    assert machine.said[0]["reason"] == "history_expired"


def test_a_stream_whose_end_cannot_be_looked_up_is_joined_again() -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since=f"{EPOCH}:4"))
    assert machine.feed(inputs.Denied("thread", 1, NotDurable())) == []
    machine.feed(inputs.Stirred("thread", 6))
    assert machine.tick(ms=1_000) == [effects.Join("thread", 1)]
    wanted = machine.feed(inputs.Joined("thread", 1, head=5, floor=0))
    assert wanted == [effects.ReadOn("thread", 1, 4)]


def test_a_stream_that_is_gone_is_let_go_and_the_rest_goes_on() -> None:
    machine = Machine().open(BO)
    machine.hear(Subscribe(stream=f"team:{SPOKANE}"))
    machine.feed(inputs.Denied(f"team:{SPOKANE}", 1, NotFound()))
    assert machine.said[0]["code"] == "not_found"
    assert machine.said[0]["stream"] == f"team:{SPOKANE}"
    assert pick(machine.wanted, effects.Leave) == [effects.Leave(f"team:{SPOKANE}")]
    assert machine.closed() is None


@pytest.mark.parametrize(
    ("who", "stream"),
    [
        (ANA, "team:spokane"),
        (ANA, "thread:thread-luis"),
        (ANA, "thread:thread-ana"),
        (ANA, "registry"),
        (BO, "thread"),
        (BO, "team:tampa"),
        (BO, "team:"),
        (BO, "spokane"),
        (BO, "registry"),
    ],
)
def test_a_stream_of_others_does_not_exist(who: Any, stream: str) -> None:
    machine = Machine().open(who)
    machine.hear(Subscribe(stream=stream))
    assert machine.said[0]["code"] == "not_found"
    assert pick(machine.wanted, effects.Join) == []


def test_a_cursor_that_is_none_is_refused_with_the_stream_named() -> None:
    machine = Machine().open()
    machine.hear(Subscribe(stream="thread", since="7"))
    assert (machine.said[0]["code"], machine.said[0]["stream"]) == ("bad_request", "thread")


def test_subscribing_again_begins_anew_and_late_answers_are_passed_over() -> None:
    machine = Machine().open()
    old = follow(machine, since=0, head=3)
    new = follow(machine, since=2, head=3)
    machine.forget()
    wanted = machine.feed(inputs.Turned("thread", old, batch(0, 3)))
    assert machine.said == []
    assert pick(wanted, effects.ReadOn) == [effects.ReadOn("thread", new, 2)]


def test_streams_are_read_in_turn() -> None:
    machine = Machine().open(MIA)
    for turn, team in enumerate(("spokane", "tampa"), start=1):
        machine.hear(Subscribe(stream=f"team:{team}", since=f"{EPOCH}:{turn}"))
    for turn, team in enumerate(("spokane", "tampa"), start=1):
        machine.feed(inputs.Joined(f"team:{team}", turn, head=100, floor=0))
    machine.feed(inputs.Turned("team:spokane", 1, batch(1, 10)))
    machine.feed(inputs.Turned("team:tampa", 2, batch(2, 10)))
    order = [effect.stream for effect in pick(machine.wanted, effects.ReadOn)]
    assert order == ["team:spokane", "team:tampa", "team:spokane"]


def test_the_number_of_streams_is_bounded() -> None:
    machine = Machine(Limits(streams=1)).open(MIA)
    machine.hear(Subscribe(stream="team:spokane"))
    machine.hear(Subscribe(stream="team:tampa"))
    assert machine.said[0]["code"] == "rate_limited"
    machine.hear(Subscribe(stream="team:spokane"))  # the same again is no second one
    assert len(machine.said) == 1


# ── the sign-in changes ──────────────────────────────────────────────────────────────────────────


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


# ── sends and receipts ───────────────────────────────────────────────────────────────────────────


def test_ok_comes_with_the_answer_and_not_before() -> None:
    machine = Machine().open()
    (deliver,) = machine.hear(draft("a"))
    assert (deliver.thread, deliver.frame.client_id) == ("thread-ana", "ca")
    assert machine.said == []
    machine.feed(inputs.Stored(deliver.ticket, b'{"seq":4}', duplicate=False))
    assert machine.said == [{"type": "ok", "id": "a", "message": {"seq": 4}, "duplicate": False}]


def test_sends_to_one_thread_go_one_after_the_other_and_others_meanwhile() -> None:
    machine = Machine().open(BO)
    assert len(machine.hear(draft(1, thread="x"))) == 1
    assert machine.hear(draft(2, thread="x")) == []
    assert len(machine.hear(draft(3, thread="y"))) == 1
    first = machine.wanted[0]
    wanted = machine.feed(inputs.Failed(first.ticket, NotDurable(retry_after=2)))
    assert [effect.frame.id for effect in pick(wanted, effects.Deliver)] == [2]
    assert machine.said == [
        {
            "type": "error",
            "id": 1,
            "code": "not_durable",
            "detail": NotDurable.title,
            "temporary": True,
            "retry_ms": 2000,
        }
    ]


def test_the_number_of_unanswered_sends_is_bounded() -> None:
    machine = Machine().open()
    for id_ in range(SENDS):
        machine.hear(draft(id_))
    machine.hear(draft("late"))
    assert (machine.said[0]["id"], machine.said[0]["code"]) == ("late", "overloaded")
    assert machine.said[0]["retry_ms"] == 1000


def test_a_stale_view_shows_what_was_not_seen() -> None:
    machine = Machine().open(BO)
    (deliver,) = machine.hear(draft(1, thread="x"))
    machine.feed(inputs.Failed(deliver.ticket, StaleView((msgspec.Raw(b'{"seq":9}'),), head=9)))
    assert machine.said[0]["code"] == "stale_view"
    assert machine.said[0]["unseen"] == [{"seq": 9}]
    assert machine.said[0]["head"] == 9


def test_whose_thread_it_is() -> None:
    machine = Machine().open(ANA)
    assert len(machine.hear(draft(1, thread="thread-ana"))) == 1
    machine.hear(draft(2, thread="thread-luis"))
    assert (machine.said[-1]["id"], machine.said[-1]["code"]) == (2, "not_found")
    machine = Machine().open(BO)
    machine.hear(draft(3))
    assert (machine.said[-1]["id"], machine.said[-1]["code"]) == (3, "bad_request")
    machine.hear(Read(upto=3))
    assert machine.said[-1]["code"] == "bad_request"


def test_of_waiting_receipts_only_the_furthest_counts() -> None:
    machine = Machine().open()
    (first,) = machine.hear(Ack(upto=1))
    for upto in (3, 7, 5):
        assert machine.hear(Ack(upto=upto)) == []
    assert len(machine.hear(Read(upto=2))) == 1  # reading is another matter
    (second,) = machine.feed(inputs.Marked(first.ticket))
    assert (second.kind, second.upto) == ("ack", 7)
    assert machine.feed(inputs.Marked(second.ticket)) == []
    assert machine.said == []


def test_a_receipt_that_fails_is_said_once_and_the_next_goes_on() -> None:
    machine = Machine().open()
    (first,) = machine.hear(Ack(upto=1))
    machine.hear(Ack(upto=2))
    wanted = machine.feed(inputs.Failed(first.ticket, Conflict("no")))
    assert [effect.upto for effect in pick(wanted, effects.Mark)] == [2]
    assert machine.said[0]["code"] == "conflict"
    assert "id" not in machine.said[0]


# ── passing ──────────────────────────────────────────────────────────────────────────────────────


def show(kind: Any, thread: str, *, on: bool, private: bool = False) -> effects.Show:
    return effects.Show(kind, thread, on=on, private=private)


def test_typing_is_told_once_a_second_and_its_end_once() -> None:
    machine = Machine().open()
    assert machine.hear(Typing(on=True)) == [show("typing", "thread-ana", on=True)]
    assert machine.hear(Typing(on=True)) == []
    machine.now += 1_000
    assert machine.hear(Typing(on=True)) == [show("typing", "thread-ana", on=True)]
    assert machine.hear(Typing(on=False)) == [show("typing", "thread-ana", on=False)]
    assert machine.hear(Typing(on=False)) == []


def test_a_note_takes_back_what_the_customer_was_shown() -> None:
    machine = Machine().open(BO)
    machine.hear(Typing(thread="x", on=True))
    assert machine.hear(Typing(thread="x", on=True, private=True)) == [
        show("typing", "x", on=False),
        show("typing", "x", on=True, private=True),
    ]
    assert machine.hear(Typing(thread="x", on=False)) == [
        show("typing", "x", on=False, private=True)
    ]


def test_a_customer_cannot_type_in_private_nor_look_as_an_agent_does() -> None:
    machine = Machine().open(ANA)
    assert machine.hear(Typing(on=True, private=True)) == [show("typing", "thread-ana", on=True)]
    machine.hear(Viewing(on=True))
    assert machine.said[0]["code"] == "forbidden"


def test_presence_is_the_customers_app_in_front() -> None:
    machine = Machine().open(ANA)
    assert machine.hear(Visible(on=False)) == []  # as every new connection is taken to be
    assert machine.hear(Visible(on=True)) == [show("presence", "thread-ana", on=True)]
    assert machine.sync.line.visible
    machine = Machine().open(BO)
    assert machine.hear(Visible(on=True)) == []


def test_who_goes_leaves_no_ghost() -> None:
    machine = Machine().open(BO)
    machine.hear(Viewing(thread="x", on=True))
    machine.hear(Typing(thread="x", on=True, private=True))
    assert machine.feed(inputs.Lost()) == [
        show("viewing", "x", on=False),
        show("typing", "x", on=False, private=True),
    ]


def test_nobody_looks_at_more_threads_than_a_person_can() -> None:
    machine = Machine().open(BO)
    for number in range(SHOWN):
        machine.hear(Viewing(thread=f"t{number}", on=True))
    assert machine.hear(Viewing(thread="one more", on=True)) == [
        show("viewing", "t0", on=False),
        show("viewing", "one more", on=True),
    ]


def test_what_passes_waits_for_events_keeps_the_last_and_is_dropped_first() -> None:
    machine = Machine().open()
    turn = follow(machine, since=0, head=1)
    machine.forget()
    for number in range(HEARD + 10):
        machine.feed(inputs.Overheard(("typing", str(number)), b'{"type":"typing","n":1}'))
    for number in range(3):
        last = f'{{"type":"typing","n":{number}}}'.encode()
        machine.feed(inputs.Overheard(("typing", "bo"), last))
    assert machine.said == []
    machine.feed(inputs.Turned("thread", turn, batch(0, 1)))
    assert machine.kinds() == ["events", "live", *["typing"] * HEARD]
    assert machine.said[-1]["n"] == 2


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


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
