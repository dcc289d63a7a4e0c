"""Every input in every state, in any order: no exception, and what always holds."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from hypothesis import event, given, settings
from hypothesis import strategies as st

from inbox.core import frames
from inbox.core.errors import ERRORS, BadRequest, Conflict, Expired, Holder, PinboxError
from inbox.core.sync import Limits, State, Sync, effects, inputs
from inbox.core.sync.machine import ACTIONS, FRAMES
from tests.core.machines import ANA, BO, EPOCH, LUIS, MIA, batch

LIMITS = Limits(
    ping_ms=1_000,
    pong_ms=500,
    hello_ms=2_000,
    stall_ms=3_000,
    frames_per_second=50,
    frames_burst=40,
    streams=3,
    unsent=8,
    catch_up=50,
)

places = st.integers(0, 120)
names = st.sampled_from(["thread", "team:spokane", "team:tampa", "team:elsewhere"])
threads = st.none() | st.sampled_from(["thread-ana", "thread-luis"])
cursors = st.none() | places.map(lambda n: f"{EPOCH}:{n}") | st.sampled_from(["ffffffff:3", "x"])
who = st.sampled_from([ANA, LUIS, BO, MIA])
ends = st.none() | st.integers(0, 20_000)
errors = st.sampled_from([*(kind() for kind in ERRORS if kind.code != "stale_view"), Expired()])
tickets = st.integers(0, 12)
turns = st.integers(1, 8)

client_frames: dict[type[Any], st.SearchStrategy[Any]] = {
    frames.Hello: st.builds(
        frames.Hello,
        token=st.none() | st.just("t"),
        streams=st.lists(st.builds(frames.Want, names, cursors), max_size=3).map(tuple),
    ),
    frames.Subscribe: st.builds(frames.Subscribe, stream=names, since=cursors),
    frames.Unsubscribe: st.builds(frames.Unsubscribe, stream=names),
    frames.Token: st.just(frames.Token(token="t")),
    frames.Send: st.builds(
        frames.Send,
        id=st.integers(0, 9) | st.sampled_from(["a", "b"]),
        client_id=st.sampled_from(["c1", "c2"]),
        body=st.just("Hello"),
        thread=threads,
    ),
    frames.Ack: st.builds(frames.Ack, upto=places, thread=threads),
    frames.Read: st.builds(frames.Read, upto=places, thread=threads),
    frames.Visible: st.builds(frames.Visible, on=st.booleans()),
    frames.Viewing: st.builds(frames.Viewing, on=st.booleans(), thread=threads),
    frames.Typing: st.builds(
        frames.Typing, on=st.booleans(), thread=threads, private=st.booleans()
    ),
    frames.Pong: st.just(frames.Pong()),
}

said = st.one_of(
    st.one_of(*client_frames.values()).map(msgspec.json.encode),
    st.one_of(*client_frames.values()).map(lambda frame: msgspec.json.encode(frame).decode()),
    st.none(),
    st.binary(max_size=12),
    st.text(max_size=12),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["type", "id", "upto"]), inner, max_size=3)
        ),
        max_leaves=6,
    ).map(msgspec.json.encode),
)


@st.composite
def stretches(draw: st.DrawFn) -> inputs.Batch:
    since = draw(places)
    until = draw(st.integers(since, since + 20))
    seqs = sorted(draw(st.sets(st.integers(since + 1, until)))) if until > since else []
    return batch(since, until, seqs=seqs)


happenings: dict[type[Any], st.SearchStrategy[Any]] = {
    inputs.Heard: st.builds(inputs.Heard, said),
    inputs.SignedIn: st.builds(inputs.SignedIn, who, ends),
    inputs.Refused: st.builds(inputs.Refused, errors),
    inputs.Renewed: st.builds(inputs.Renewed, who, ends),
    inputs.NotRenewed: st.builds(inputs.NotRenewed, errors),
    inputs.Refreshed: st.builds(inputs.Refreshed, who),
    inputs.Revoked: st.just(inputs.Revoked()),
    inputs.Joined: st.builds(inputs.Joined, names, turns, places, st.integers(0, 5)),
    inputs.Denied: st.builds(inputs.Denied, names, turns, errors),
    inputs.Stirred: st.builds(inputs.Stirred, names, places),
    inputs.Turned: st.builds(inputs.Turned, names, turns, stretches()),
    inputs.Unread: st.builds(inputs.Unread, names, turns, errors),
    inputs.Stored: st.builds(inputs.Stored, tickets, st.just(b"{}"), st.booleans()),
    inputs.Marked: st.builds(inputs.Marked, tickets),
    inputs.Failed: st.builds(inputs.Failed, tickets, errors),
    inputs.Overheard: st.builds(
        inputs.Overheard,
        st.tuples(st.sampled_from("tvp"), st.sampled_from("abc")),
        st.just(b'{"type":"typing"}'),
    ),
    inputs.Wrote: st.just(inputs.Wrote()),
    inputs.Ticked: st.just(inputs.Ticked()),
    inputs.Draining: st.builds(inputs.Draining, st.integers(0, 3_000)),
    inputs.Lost: st.just(inputs.Lost()),
}

RARE = (inputs.Lost, inputs.Revoked, inputs.Refused, inputs.Draining, inputs.Renewed)
steps = st.tuples(
    st.integers(0, 700),
    st.one_of(
        *(found for kind, found in happenings.items() if kind not in RARE),
        st.one_of(*client_frames.values()).map(
            lambda frame: inputs.Heard(msgspec.json.encode(frame))
        ),
    ),
)
ends_of_it = st.tuples(st.integers(0, 700), st.one_of(*(happenings[kind] for kind in RARE)))


def test_every_pair_stands_in_the_table_and_is_drawn() -> None:
    assert set(ACTIONS) == set(State)
    for state, actions in ACTIONS.items():
        assert set(actions) == set(get_args(inputs.Input)), state
    assert set(FRAMES) == set(State) - {State.OVER}
    for frames_there in FRAMES.values():
        assert set(frames_there) == set(get_args(frames.ClientFrame))
    assert set(happenings) == set(get_args(inputs.Input))
    assert set(client_frames) == set(get_args(frames.ClientFrame))


class Watcher:
    """Feeds a machine and looks after each step at what must always hold."""

    def __init__(self) -> None:
        self.now = 5_000
        self.sync = Sync(LIMITS, connection="c", epoch=EPOCH, now=self.now)
        self.asked = 0
        self.unsent = 0
        self.over = False
        self.joined: set[str] = set()
        self.tickets: set[int] = set()

    def feed(self, ms: int, happened: inputs.Input) -> None:
        self.now += ms
        was_over = self.over
        listening = self.sync.listening
        if isinstance(happened, inputs.Heard) and not listening and not was_over:
            return  # the driver does not read now
        if isinstance(happened, (inputs.Turned, inputs.Unread)) and self.asked:
            self.asked -= 1
        if isinstance(happened, inputs.Wrote):
            if not self.unsent:
                return
            self.unsent -= 1
        wanted = self.sync.feed(happened, now=self.now)
        assert not (was_over and wanted), "a connection that is over wants nothing"
        for place, effect in enumerate(wanted):
            self._look(effect, last=place == len(wanted) - 1)
        if isinstance(happened, inputs.Lost):
            self.over = True
        self._look_at_the_machine()

    def _look(self, effect: effects.Effect, *, last: bool) -> None:
        match effect:
            case effects.Say(data):
                self.unsent += 1
                decoded = msgspec.json.decode(data)
                assert isinstance(decoded["type"], str)
                if decoded["type"] != "typing":
                    msgspec.json.decode(data, type=frames.ServerFrame)
            case effects.Close():
                assert last, "nothing comes after the close"
                self.over = True
            case effects.ReadOn(stream):
                assert stream in self.joined
                assert self.asked == 0, "one stretch at a time"
                self.asked += 1
            case effects.Join(stream):
                self.joined.add(stream)
            case effects.Leave(stream):
                assert stream in self.joined
            case effects.Deliver(ticket) | effects.Mark(ticket):
                assert ticket not in self.tickets, "a ticket is given once"
                self.tickets.add(ticket)
            case _:
                pass

    def _look_at_the_machine(self) -> None:
        assert self.sync.over == self.over
        assert (self.sync.deadline is None) == self.over
        line = self.sync.line
        assert self.over or line.voice.unsent == self.unsent
        assert line.voice.out == [], "nothing large is kept between inputs"
        assert len(line.streams.names()) <= LIMITS.streams


@settings(max_examples=250, deadline=None)
@given(
    opened=st.booleans(),
    script=st.lists(st.one_of(*(happenings.values())).map(lambda one: (100, one)), max_size=12),
)
def test_any_input_in_any_state(opened: bool, script: list[tuple[int, Any]]) -> None:  # noqa: FBT001
    watcher = Watcher()
    if opened:
        hello = frames.Hello(token="t", streams=(frames.Want("thread"),))
        watcher.feed(0, inputs.Heard(msgspec.json.encode(hello)))
        watcher.feed(0, inputs.SignedIn(ANA))
    for ms, happened in script:
        watcher.feed(ms, happened)
    event(watcher.sync.line.state.value)


@settings(max_examples=250, deadline=None)
@given(
    person=who,
    script=st.lists(steps, min_size=5, max_size=60),
    end=st.none() | ends_of_it,
    rest=st.lists(steps, max_size=10),
)
def test_long_conversations(
    person: Any,
    script: list[tuple[int, Any]],
    end: tuple[int, Any] | None,
    rest: list[tuple[int, Any]],
) -> None:
    watcher = Watcher()
    stream = "thread" if person in (ANA, LUIS) else "team:spokane"
    hello = frames.Hello(token="t", streams=(frames.Want(stream, f"{EPOCH}:0"),))
    watcher.feed(0, inputs.Heard(msgspec.json.encode(hello)))
    watcher.feed(0, inputs.SignedIn(person))
    watcher.feed(0, inputs.Joined(stream, 1, head=40, floor=0))
    for ms, happened in [*script, *([] if end is None else [end]), *rest]:
        watcher.feed(ms, happened)
    event(watcher.sync.line.state.value)


def test_errors_of_every_kind_have_their_frame() -> None:
    for kind in ERRORS:
        if kind.code != "stale_view":
            _written(kind("detail"))
    _written(BadRequest.field("upto", "too large"))
    _written(Conflict(holder=Holder("m1", "Mia")))


def _written(error: PinboxError) -> None:
    data = msgspec.json.encode(frames.error_frame(error, to="x"))
    back = msgspec.json.decode(data, type=frames.ServerFrame)
    assert isinstance(back, frames.Error)
    assert (back.code, back.temporary, back.id) == (error.code, error.temporary, "x")
    assert isinstance(back.retry_ms, int) == error.temporary
