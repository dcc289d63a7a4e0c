"""The app of a play: one real client, and all that it saw and did."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from inbox.client import CustomerClient, Event, Pace
from inbox.client.credentials import TokenSource
from inbox.client.journal import Journal
from inbox.core.errors import PinboxError
from tests.client.stage import Stage, differs

PACE = Pace(
    base_s=0.01, cap_s=0.05, open_s=2, request_s=2, poll_s=1, socket_again_s=0.3, renew_before_s=1
)
STREAM = "thread"

_TYPES = {
    "Assigned": "assignee",
    "Pinned": "pin",
    "Profile": "customer",
    "TypingShown": "typing",
}


def as_told(event: Event) -> dict[str, Any]:
    """An event as plays tell it: type, seq and the members that it has on the wire."""
    name = type(event.what).__name__
    kind = _TYPES.get(name, name.lower())
    members = msgspec.to_builtins(event.what)
    nested = {kind: members} if kind in ("message", "note", "status", "serving") else members
    return {"type": kind, "seq": event.seq, **nested}


class Player:
    """Plays the app's part with a client that keeps its store in a file."""

    def __init__(self, play: dict[str, Any], store: Path) -> None:
        self.stage = Stage(play, self._act)
        self.seen: list[Event] = []
        self.sent: list[dict[str, Any]] = []
        self.ended: list[PinboxError] = []
        self._play = play
        self._store = store
        self._tokens = iter(play.get("tokens", ["t1"]))
        self._token = ""
        self._doing: set[asyncio.Task[None]] = set()
        self._more = asyncio.Event()
        self._client: CustomerClient

    async def run(self) -> str | None:
        """Play to the end; the first thing that is not as told, or none."""
        if "cursor" in self._play:
            self._stand_at(self._play["cursor"])
        fixed = len(self._play.get("tokens", ["t1"])) == 1
        async with self.stage:
            token: TokenSource = "t1" if fixed else self._next_token
            async with CustomerClient(
                self.stage.url, token, store=self._store, pace=PACE
            ) as self._client:
                self._do(self._listen())
                try:
                    async with asyncio.timeout(5):
                        await self.stage.played.wait()
                        await self._finish()
                except TimeoutError:
                    self.stage.fault("the play did not come to its end")
                for task in self._doing:
                    task.cancel()
                await asyncio.gather(*self._doing, return_exceptions=True)
        return self._judge()

    def _stand_at(self, cursor: str) -> None:
        journal = Journal(self._store)
        journal.open()
        journal.restart(STREAM, cursor)
        journal.close()

    def _judge(self) -> str | None:
        end = self._play["end"]
        if self.stage.faults:
            return f"{self.stage.faults} after {self.seen}"
        journal = Journal(self._store)
        journal.open()
        seen = {
            "events": [as_told(event) for event in self.seen],
            "cursor": journal.cursor(STREAM),
            "sent": self.sent,
            "error": self.ended[0].code if self.ended else None,
        }
        journal.close()
        told = {"events": [], "cursor": None, "sent": [], "error": None} | end
        return differs(told, seen, at="end")

    async def _finish(self) -> None:
        end = self._play["end"]
        while not (
            len(self.seen) >= len(end.get("events", []))
            and len(self.sent) >= len(end.get("sent", []))
            and len(self.ended) >= ("error" in end)
            and self._client.cursor() == end.get("cursor")
        ):
            self._more.clear()
            # The cursor moves without a word where a range holds nothing to see.
            await asyncio.wait([asyncio.create_task(self._more.wait())], timeout=0.01)

    async def _next_token(self) -> str:
        self._token = next(self._tokens, self._token)
        return self._token

    def _do(self, work: Any) -> None:
        self._doing.add(asyncio.create_task(work))

    async def _listen(self) -> None:
        try:
            async for event in self._client.events():
                self.seen += [event]
                self._more.set()
        except PinboxError as error:
            self.ended.append(error)
            self._more.set()

    async def _send(self, client_id: str, body: str) -> None:
        try:
            answer = await self._client.send(body, client_id=client_id)
            self.sent.append({"client_id": client_id, "duplicate": answer.duplicate})
        except PinboxError as error:
            self.sent.append({"client_id": client_id, "code": error.code})
        self._more.set()

    async def _act(self, act: dict[str, Any]) -> None:
        match act:
            case {"send": {"client_id": client_id, "body": body}}:
                self._do(self._send(client_id, body))
            case {"visible": on}:
                await self._client.visible(on=on)
            case {"typing": on}:
                await self._client.typing(on=on)
            case _:
                self.stage.fault(f"no such act: {act}")
