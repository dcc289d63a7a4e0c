"""The app of a play: one real client, and all that it saw and did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from inbox.client import CustomerClient, Event, Pace
from inbox.client.credentials import TokenSource
from inbox.client.journal import Draft, Journal
from inbox.core.errors import PinboxError
from tests.client.stage import Stage, differs
from tests.client.tokens import signed

PACE = Pace(
    base_s=0.01, cap_s=0.05, open_s=1, request_s=2, poll_s=1, socket_again_s=0.3, renew_before_s=1
)
STREAM = "thread"

_NESTED = frozenset({"message", "note", "status", "serving", "rating"})
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
    nested = {kind: members} if kind in _NESTED else members
    return {"type": kind, "seq": event.seq, **nested}


class Player:
    """Plays the app's part with a client that keeps its store in a file."""

    def __init__(self, play: dict[str, Any], store: Path) -> None:
        self.stage = Stage(play, self._act)
        self.seen: list[Event] = []
        self.sent: list[dict[str, Any]] = []
        self.ended: list[PinboxError] = []
        self._play = play
        self._end = {"events": [], "cursor": None, "sent": [], "error": None} | play["end"]
        self._store = store
        self._tokens = iter(play.get("tokens", ["t1"]))
        self._token = ""
        self._doing: set[asyncio.Task[None]] = set()
        self._more = asyncio.Event()
        self._client: CustomerClient

    async def run(self) -> str | None:
        """Play to the end; the first thing that is not as told, or none."""
        self._furnish()
        async with self.stage:
            await self._open()
            try:
                async with asyncio.timeout(5):
                    await self.stage.played.wait()
                    await self._finish()
            except TimeoutError:
                self.stage.fault("the play did not come to its end")
            await self._close()
        return self._judge()

    def _furnish(self) -> None:
        with self._journal() as journal:
            if "cursor" in self._play:
                journal.restart(STREAM, self._play["cursor"])
            for draft in self._play.get("outbox", []):
                journal.keep(Draft(**draft))

    @contextmanager
    def _journal(self) -> Iterator[Journal]:
        journal = Journal(self._store)
        journal.open()
        try:
            yield journal
        finally:
            journal.close()

    async def _open(self) -> None:
        fixed = len(self._play.get("tokens", ["t1"])) == 1
        token: TokenSource = await self._next_token() if fixed else self._next_token
        device = self._play.get("device")
        self._client = CustomerClient(
            self.stage.url, token, store=self._store, device=device, pace=PACE
        )
        await self._client.__aenter__()
        self._do(self._listen())

    async def _close(self) -> None:
        doing = self._doing - {asyncio.current_task()}
        for task in doing:
            task.cancel()
        await asyncio.gather(*doing, return_exceptions=True)
        self._doing -= doing
        await self._client.__aexit__(None, None, None)

    async def _reopen(self) -> None:
        await self._close()
        await self._open()

    def _judge(self) -> str | None:
        if self.stage.faults:
            return f"{self.stage.faults} after {self.seen}"
        with self._journal() as journal:
            seen = {
                "events": [as_told(event) for event in self.seen],
                "cursor": journal.cursor(STREAM),
                "sent": self.sent,
                "error": self.ended[0].code if self.ended else None,
                "outbox": [msgspec.to_builtins(draft) for draft in journal.drafts()],
                "refused": [
                    {"client_id": one.draft.client_id, "code": one.code}
                    for one in journal.refused()
                ],
            }
        return differs(self._end, seen, at="end")

    async def _finish(self) -> None:
        while not (
            len(self.seen) >= len(self._end["events"])
            and len(self.sent) >= len(self._end["sent"])
            and len(self.ended) >= ("error" in self._play["end"])
            and self._client.cursor() == self._end["cursor"]
            and len(self._client.pending()) <= len(self._end.get("outbox", []))
        ):
            self._more.clear()
            # The cursor moves without a word where a range holds nothing to see.
            await asyncio.wait([asyncio.create_task(self._more.wait())], timeout=0.01)

    async def _next_token(self) -> str:
        token = next(self._tokens, None)
        if isinstance(token, dict):
            token = signed(life_s=token["life_s"])
        self._token = token or self._token
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

    async def _see(self, number: int) -> None:
        while len(self.seen) < number:
            self._more.clear()
            await self._more.wait()

    async def _act(self, act: dict[str, Any]) -> None:
        match act:
            case {"send": {"client_id": client_id, "body": body}}:
                self._do(self._send(client_id, body))
            case {"visible": on}:
                await self._client.visible(on=on)
            case {"typing": on}:
                await self._client.typing(on=on)
            case {"read": upto}:
                self._do(self._client.read(upto))
            case {"ack": upto}:
                self._do(self._client.ack(upto))
            case {"see": number}:
                await self._see(number)
            case {"reopen": True}:
                self._do(self._reopen())
            case _:
                self.stage.fault(f"no such act: {act}")
