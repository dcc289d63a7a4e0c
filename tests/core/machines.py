"""A connection's machine with what tests ask of it again and again."""

from __future__ import annotations

from typing import Any

import msgspec

from inbox.core.frames import ClientFrame, Send, Subscribe, encode_events
from inbox.core.policy import Agent, Customer
from inbox.core.sync import Batch, Limits, State, Sync, effects, inputs

EPOCH = "0a1b2c3d"
SPOKANE, TAMPA = "spokane", "tampa"
ANA = Customer("ana", "thread-ana", issued_at=0, expires_at=10_000, name="Ana")
LUIS = Customer("luis", "thread-luis", issued_at=0, expires_at=10_000, name="Luis")
BO = Agent("bo", "Bo", "agent", frozenset({SPOKANE}))
MIA = Agent("mia", "Mia", "agent", frozenset({SPOKANE, TAMPA}))


class Machine:
    """A machine whose frames are written at once, unless it is told that the line is slow."""

    def __init__(self, limits: Limits | None = None, *, now: int = 1_000_000) -> None:
        self.now = now
        self.slow = False
        self.sync = Sync(limits or Limits(), connection="c1", epoch=EPOCH, now=now)
        self.wanted: list[Any] = []
        self.said: list[dict[str, Any]] = []

    def feed(self, happened: inputs.Input) -> list[Any]:
        """What is wanted, in order; frames go to `said` too."""
        wanted: list[Any] = []
        waiting = [happened]
        while waiting:
            for effect in self.sync.feed(waiting.pop(0), now=self.now):
                wanted.append(effect)
                if isinstance(effect, effects.Say):
                    self.said.append(msgspec.json.decode(effect.data))
                    if not self.slow:
                        waiting.append(inputs.Wrote())
        self.wanted += wanted
        return wanted

    def hear(self, frame: ClientFrame | bytes | str | None) -> list[Any]:
        """The client says something."""
        if frame is None or isinstance(frame, (bytes, str)):
            return self.feed(inputs.Heard(frame))
        return self.feed(inputs.Heard(msgspec.json.encode(frame)))

    def tick(self, *, ms: int = 0) -> list[Any]:
        """Time passes."""
        self.now += ms
        return self.feed(inputs.Ticked())

    def open(self, who: Customer | Agent = ANA, *, ends: int | None = None) -> Machine:
        """Say hello and be let in."""
        self.hear(b'{"type":"hello","token":"t"}')
        self.feed(inputs.SignedIn(who, ends))
        assert self.sync.line.state is State.OPEN
        self.forget()
        return self

    def forget(self) -> None:
        """Begin to look anew."""
        self.wanted.clear()
        self.said.clear()

    def closed(self) -> int | None:
        """The code with which it was closed, if it was."""
        codes = [effect.code for effect in self.wanted if isinstance(effect, effects.Close)]
        assert len(codes) <= 1
        return codes[0] if codes else None

    def listens(self) -> bool:
        """Whether it would read the next message."""
        return self.sync.listening

    def kinds(self) -> list[str]:
        """The types of what was said."""
        return [frame["type"] for frame in self.said]


def batch(since: int, until: int, *, seqs: list[int] | None = None, more: bool = False) -> Batch:
    """A stretch with an item at every place, or at some."""
    places = list(range(since + 1, until + 1)) if seqs is None else seqs
    items = [f'{{"seq":{seq},"type":"message"}}'.encode() for seq in places]
    frame = encode_events("thread", epoch=EPOCH, since=since, until=until, items=items, more=more)
    return Batch(since, until, frame, empty=not places)


def pick(wanted: list[Any], kind: type[Any]) -> list[Any]:
    """The effects of one kind."""
    return [effect for effect in wanted if isinstance(effect, kind)]


def draft(id: int | str = 1, *, thread: str | None = None) -> Send:  # noqa: A002
    """A send of one line."""
    return Send(id=id, client_id=f"c{id}", body="Hello", thread=thread)


def follow(machine: Machine, *, since: int | None = 0, head: int, floor: int = 0) -> int:
    """Join the thread's stream as its customer, from a place."""
    cursor = None if since is None else f"{EPOCH}:{since}"
    (join,) = pick(machine.hear(Subscribe(stream="thread", since=cursor)), effects.Join)
    machine.feed(inputs.Joined("thread", join.turn, head=head, floor=floor))
    return int(join.turn)
